/*
 * Each size by itself: when its messages set off, and how long they are on links that others
 * share. From what all pairs together reach it follows how much a message uses of what they share.
 */
#include <math.h>
#include <string.h>

#include "sim/simgrid/fit_private.h"

#define TOGETHER_SLOWER 1.03  /* interval of all pairs over that of one: something is shared */
#define TOGETHER_WEIGHT 0.005 /* of its error, beside those of latency and interval */
#define BUSIER 1.02           /* CPU of the receiver over that of the sender: it is the busier */
#define STEP 0.002            /* of the latency that a piece may be off by */
#define POINTS_MAX 600
#define LEVEL 1.02           /* of a value, beyond what its size asks for: no step */
#define TRANSFER_WEIGHT 4e-6 /* of time that is not on the links, where nothing is shared */

/* Interval of all pairs at once over that of one alone, between the sizes that were tried. */
static double slower_together(const GArray *together, double bytes)
{
    if (together->len == 0)
        return 1;
    guint i = 0;
    while (i + 1 < together->len &&
           (double)g_array_index(together, IvcCurveTogether, i + 1).bytes <= bytes)
        i++;
    const IvcCurveTogether *a = &g_array_index(together, IvcCurveTogether, i);
    double low = (double)a->interval_ps / (double)a->alone_ps;
    if (i + 1 == together->len || bytes <= (double)a->bytes)
        return MAX(1, low);
    double high = (double)a[1].interval_ps / (double)a[1].alone_ps;
    double share = log2(bytes / (double)a->bytes) / log2((double)a[1].bytes / (double)a->bytes);
    return MAX(1, low + (high - low) * share);
}

/* The mean of a message there and one back: a round trip tells no more of either. */
static IvcCurvePoint mean_of(const IvcCurvePoint *there, const IvcCurvePoint *back)
{
    g_assert_cmpuint(there->bytes, ==, back->bytes);
    IvcCurvePoint mean = *there;
    mean.latency_ps = (there->latency_ps + back->latency_ps) / 2;
    mean.interval_ps = (there->interval_ps + back->interval_ps) / 2;
    mean.sender_ps = (there->sender_ps + back->sender_ps) / 2;
    mean.receiver_ps = (there->receiver_ps + back->receiver_ps) / 2;
    mean.server_ps = (there->server_ps + back->server_ps) / 2;
    return mean;
}

static IvcFitPoint take_point(const IvcCurves *curves, const IvcCurvePoint *there,
                              const IvcCurvePoint *back)
{
    IvcCurvePoint from = mean_of(there, back);
    double latency = (double)from.latency_ps * 1e-12;
    double mean = (double)from.interval_ps * 1e-12, interval = MIN(mean, latency);
    double together = curves->pairs > 1
                          ? interval * slower_together(curves->together, (double)from.bytes)
                          : MAX(interval, 2e-12 * (double)from.server_ps);
    IvcTime quicker_ps = MIN(there->interval_ps, back->interval_ps);
    return (IvcFitPoint){
        .bytes = (double)from.bytes,
        .latency = latency,
        .interval = interval,
        .ways = {(double)there->interval_ps * 1e-12 / mean,
                 (double)back->interval_ps * 1e-12 / mean},
        .together = together,
        .transfer_max = there == back ? INFINITY : (double)quicker_ps * 1e-12 / mean * interval / 2,
        .sender = (double)from.sender_ps * 1e-12,
        .receiver = (double)from.receiver_ps * 1e-12,
    };
}

static void take_points(const IvcCurves *curves, unsigned class_, IvcFitPoints *all)
{
    const IvcCurve *there = curves->curves->pdata[class_];
    const IvcCurve *back = curves->curves->pdata[ivc_fit_reverse(curves, class_)];
    all->points = g_new0(IvcFitPoint, there->points->len + 1);
    all->flows = curves->pairs > 1 ? curves->pairs : curves->server ? 2 : 1;
    all->directed = there != back;
    for (guint i = 0; i < there->points->len; i++) {
        const IvcCurvePoint *p = &g_array_index(there->points, IvcCurvePoint, i);
        if (p->use == IVC_POINT_FIT)
            all->points[all->n++] =
                take_point(curves, p, &g_array_index(back->points, IvcCurvePoint, i));
    }
}

/* Bandwidths: of a pair, what it has where it is fastest; of what is shared, so that none is slowed
 * down by it alone. */
static void find_bandwidths(IvcFitPoints *all)
{
    double ratio = all->flows;
    bool shared = false;
    for (guint i = 0; i < all->n; i++) {
        const IvcFitPoint *p = &all->points[i];
        all->bytes_per_s = MAX(all->bytes_per_s, (p->bytes + IVC_FIT_ENVELOPE) / p->interval);
        if (p->together > p->interval * TOGETHER_SLOWER) {
            shared = true;
            ratio = MIN(ratio, all->flows * p->interval / p->together);
        }
    }
    all->ratio = shared ? MAX(1, ratio) : 0; /* one pair alone is never slowed down by it */
}

/* How long a message should be on the links. */
static double free_transfer(const IvcFitPoints *all, const IvcFitPoint *p, bool eager)
{
    double whole = (p->bytes + IVC_FIT_ENVELOPE) / all->bytes_per_s;
    if (all->ratio <= 0)
        return whole;
    double flows = all->flows, ratio = all->ratio;
    double least = whole / IVC_FIT_BANDWIDTH_FACTOR;
    if (eager)
        return MAX(least, MIN(p->interval, ratio * p->together / flows));
    double share = flows - ratio < 1e-6 ? 0 : (p->together - p->interval) / (flows - ratio);
    return CLAMP(ratio * share, least, MAX(least, p->interval));
}

static double wanted_transfer(const IvcFitPoints *all, const IvcFitPoint *p, bool eager)
{
    double least = (p->bytes + IVC_FIT_ENVELOPE) / all->bytes_per_s / IVC_FIT_BANDWIDTH_FACTOR;
    return MAX(least, MIN(free_transfer(all, p, eager), p->transfer_max));
}

/* Makes latency and interval of a point such that SMPI can have both, each off by the same share.
 * @return the square of that, and what the links have wrong */
static double make_possible(const IvcFitPoints *all, IvcFitPoint *p, bool eager)
{
    double latency = p->latency, interval = p->interval, e = 0;
    double wanted = wanted_transfer(all, p, eager);
    double least = (p->bytes + IVC_FIT_ENVELOPE) / all->bytes_per_s / IVC_FIT_BANDWIDTH_FACTOR;
    p->eager = eager;
    double room = (latency - interval) / (p->sender_first ? 1 : 2);
    p->transfer = eager ? CLAMP(room, least, wanted) : MIN(wanted, interval);
    double rest = p->transfer + ivc_fit_other_least(p);
    if (eager && interval + rest > latency) {
        e = (interval + rest - latency) / (interval + latency);
        p->interval = MAX(interval * (1 - e), p->transfer);
        p->latency = p->interval + rest;
    } else if (!eager && interval < latency / 2) {
        e = (latency - 2 * interval) / (latency + 2 * interval);
        p->interval = interval * (1 + e);
        p->latency = 2 * p->interval;
    }
    double off = 1 - p->transfer / wanted;
    if (all->ratio <= 0)
        return e * e + TRANSFER_WEIGHT * off * off;
    double all_flows = p->transfer * all->flows / all->ratio;
    double together = eager ? MAX(interval, all_flows) : interval - p->transfer + all_flows;
    off = together / p->together - 1;
    return e * e + TOGETHER_WEIGHT * off * off;
}

/* Who of the two ends has the whole interval to do when messages set off at once. */
static void set_first(IvcFitPoint *p, bool sender)
{
    p->other = sender ? p->receiver : p->sender;
    p->sender_first = sender;
}

/* The busier end, as most sizes have it: the same for all, so that costs go in lines. Where pairs
 * share something it is the sender if both are as busy, and may change once as sizes grow: a sender
 * that does not keep its pace fills what they share with messages that all end together. */
static void choose_first(IvcFitPoints *all)
{
    double busier = all->ratio > 0 ? BUSIER : 1;
    guint change = 0, best = 0;
    bool above = false;
    for (guint i = 0; i < all->n; i++)
        all->points[i].sender_first = all->points[i].receiver <= busier * all->points[i].sender;
    for (guint sender = 0; sender < 2; sender++) {
        guint right = 0; /* the sender from `at` on, or the receiver; the other end before */
        for (guint i = 0; i < all->n; i++)
            right += all->points[i].sender_first == (bool)sender;
        for (guint at = 0; at < all->n && (at == 0 || all->ratio > 0); at++) {
            if (right > best) {
                best = right;
                change = at;
                above = sender;
            }
            if (all->points[at].sender_first == (bool)sender)
                right--;
            else
                right++;
        }
    }
    for (guint i = 0; i < all->n; i++)
        set_first(&all->points[i], above == (i >= change));
}

/* From which point on messages wait for their receive, and whether it is not the busier end that
 * is busy before that: what leaves the smallest errors. */
static void choose_kinds(IvcFitPoints *all)
{
    guint best = 0;
    bool best_other = false;
    double least = INFINITY;
    choose_first(all);
    for (unsigned other = 0; other < 2; other++) {
        for (guint at = all->directed ? all->n : 0; at <= all->n; at++) {
            double sum = 0;
            for (guint i = 0; i < all->n; i++) {
                IvcFitPoint p = all->points[i];
                set_first(&p, p.sender_first != (bool)other);
                sum += make_possible(all, &p, i < at);
            }
            if (sum < least - 1e-6) {
                least = sum;
                best = at;
                best_other = other;
            }
        }
    }
    all->first_waiting = best;
    for (guint i = 0; best_other && i < all->n; i++)
        set_first(&all->points[i], !all->points[i].sender_first);
}

double ivc_fit_other_least(const IvcFitPoint *p)
{
    return p->sender_first ? 0 : p->transfer;
}

void ivc_fit_latency_range(IvcFitPoint *p)
{
    double rest = p->latency - p->interval - p->transfer;
    if (p->eager) {
        double other_least = ivc_fit_other_least(p);
        p->least = MAX(0, rest - p->interval);
        p->most = MAX(MAX(p->least, IVC_FIT_LATENCY_MIN), rest - other_least);
        p->wanted = CLAMP(rest - CLAMP(p->other, other_least, MAX(other_least, p->interval)),
                          p->least, p->most);
    } else {
        p->least = 0;
        p->most = MAX(IVC_FIT_LATENCY_MIN, p->interval - p->transfer);
        p->wanted = p->most;
    }
}

static void insert(IvcFitPoints *all, guint at, IvcFitPoint point)
{
    all->points = g_renew(IvcFitPoint, all->points, all->n + 2);
    memmove(&all->points[at + 1], &all->points[at], (all->n - at) * sizeof *all->points);
    all->points[at] = point;
    all->n++;
}

/* From one point to the next, neither latency nor interval grows by more than the size. */
static bool goes_on(const IvcFitPoint *from, const IvcFitPoint *to)
{
    double grown = to->bytes / from->bytes * LEVEL;
    return MAX(to->latency / from->latency, to->interval / from->interval) < grown &&
           MAX(from->latency / to->latency, from->interval / to->interval) < LEVEL;
}

/* Between the last size that sets off at once and the first that waits, sizes are of one of both
 * kinds: that in which SMPI can rather have the point on the other side, as if it were a byte
 * nearer. Where there is a step between them, they are as below. */
static void join_kinds(IvcFitPoints *all)
{
    guint at = all->first_waiting;
    if (at == 0 || at == all->n)
        return;
    const IvcFitPoint *last = &all->points[at - 1], *first = last + 1;
    if (last->bytes + 1 >= first->bytes || !goes_on(last, first))
        return;
    IvcFitPoint waits = *last, sets_off = *first;
    bool eager = make_possible(all, &sets_off, true) <= make_possible(all, &waits, false);
    IvcFitPoint point = eager ? *first : *last;
    point.bytes += eager ? -1 : 1;
    insert(all, at, point);
    all->first_waiting += eager;
}

/* Where the busier end changes, it does so one byte before the next point, or what a size between
 * costs would be cut in half at both ends. */
static void join_ends(IvcFitPoints *all)
{
    guint at = 1;
    while (at < all->first_waiting &&
           all->points[at].sender_first == all->points[at - 1].sender_first)
        at++;
    if (at >= all->first_waiting)
        return;
    const IvcFitPoint *last = &all->points[at - 1], *first = last + 1;
    if (last->bytes + 1 >= first->bytes || !goes_on(last, first))
        return;
    IvcFitPoint point = *first;
    point.bytes--;
    set_first(&point, last->sender_first);
    insert(all, at, point);
    all->first_waiting++;
}

/* Puts a point half-way between two, on the line through them. */
static void insert_middle(IvcFitPoints *all, guint i)
{
    const IvcFitPoint *a = &all->points[i], *b = a + 1;
    double middle = floor((a->bytes + b->bytes) / 2);
    double share = (middle - a->bytes) / (b->bytes - a->bytes);
    IvcFitPoint between = *a;
    between.bytes = middle;
    between.latency += (b->latency - a->latency) * share;
    between.interval += (b->interval - a->interval) * share;
    between.together += (b->together - a->together) * share;
    between.other += (b->other - a->other) * share;
    for (unsigned way = 0; way < 2; way++)
        between.ways[way] += (b->ways[way] - a->ways[way]) * share;
    between.transfer_max = MIN(a->transfer_max, b->transfer_max);
    (void)make_possible(all, &between, between.eager);
    ivc_fit_latency_range(&between);
    insert(all, i + 1, between);
    all->first_waiting += i < all->first_waiting;
}

/* The latency of the way is constant within a piece. Where that of two neighbours cannot be the
 * same, it goes up in steps between them. */
static void make_steps(IvcFitPoints *all)
{
    for (guint i = 0; i + 1 < all->n && all->n < POINTS_MAX; i++) {
        const IvcFitPoint *a = &all->points[i], *b = a + 1;
        bool apart = MAX(a->least, b->least) - MIN(a->most, b->most) > STEP * a->latency;
        if (a->eager == b->eager && apart && b->bytes - a->bytes > a->bytes / 32 + 1) {
            insert_middle(all, i);
            i--;
        }
    }
}

IvcFitPoints ivc_fit_points(const IvcCurves *curves, unsigned class_)
{
    IvcFitPoints all = {0};
    take_points(curves, class_, &all);
    find_bandwidths(&all);
    choose_kinds(&all);
    join_kinds(&all);
    join_ends(&all);
    for (guint i = 0; i < all.n; i++) {
        (void)make_possible(&all, &all.points[i], i < all.first_waiting);
        ivc_fit_latency_range(&all.points[i]);
    }
    make_steps(&all);
    return all;
}
