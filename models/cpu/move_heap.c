/* A pairing heap. `prev` is the elder sibling, or the parent of a first child.
 *
 * Equal copies end in the order in which they began, so a move that ends after the one that came
 * latest goes below that one: the heap is then a chain, and taking its first touches two moves. */
#include "models/cpu/move_heap.h"

static bool ends_before(const IvcMove *a, const IvcMove *b)
{
    return a->work < b->work || (a->work == b->work && a->order < b->order);
}

/* Both are roots. */
static IvcMove *meld(IvcMove *a, IvcMove *b)
{
    if (ends_before(b, a)) {
        IvcMove *first = b;
        b = a;
        a = first;
    }
    b->next = a->child;
    b->prev = a;
    if (a->child)
        a->child->prev = b;
    a->child = b;
    return a;
}

/* Pairs from left to right, then all from right to left: what makes it O(log n) over many. */
static IvcMove *meld_children(IvcMove *first)
{
    IvcMove *pairs = NULL, *root = NULL;
    while (first) {
        IvcMove *pair = first, *second = first->next;
        first = second ? second->next : NULL;
        if (second)
            pair = meld(pair, second);
        pair->next = pairs;
        pairs = pair;
    }
    while (pairs) {
        IvcMove *next = pairs->next;
        root = root ? meld(root, pairs) : pairs;
        pairs = next;
    }
    if (root)
        root->next = root->prev = NULL;
    return root;
}

IvcMove *ivc_move_heap_push(IvcMove *root, IvcMove **latest, IvcMove *move)
{
    IvcMove *above = *latest;
    move->child = move->next = move->prev = NULL;
    if (!above || ends_before(move, above)) {
        if (!above)
            *latest = move;
        return root ? meld(root, move) : move;
    }
    /* Any member that ends before it may be its parent. */
    move->prev = above;
    move->next = above->child;
    if (above->child)
        above->child->prev = move;
    above->child = move;
    *latest = move;
    return root;
}

IvcMove *ivc_move_heap_remove(IvcMove *root, IvcMove **latest, IvcMove *move)
{
    IvcMove *below = meld_children(move->child);
    if (*latest == move)
        *latest = NULL;
    if (move != root) {
        *(move->prev->child == move ? &move->prev->child : &move->prev->next) = move->next;
        if (move->next)
            move->next->prev = move->prev;
        below = below ? meld(root, below) : root;
    }
    move->child = move->next = move->prev = NULL;
    return below;
}
