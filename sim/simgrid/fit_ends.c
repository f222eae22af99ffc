/*
 * What a message costs its two ends where a class of pairs differs from the most frequent one: by
 * direction, as into a driver domain and out of it. SMPI has what a size takes on its way for all
 * hosts, but what it costs sender and receiver by host. So a class whose guests send, and receive,
 * in no other has costs of its own. Leaves out: classes that share their senders or receivers.
 */
#include <math.h>

#include "sim/simgrid/fit_private.h"

#define PIECE_ERROR 0.005 /* of latency and interval within a piece */
#define LATENCIES 96   /* that are tried, each a quarter of a power of two below the one before */
#define LATENCY_MOST 3 /* power of two of the first, times that of the most frequent class */

/* Whether all pairs of the class have senders, and receivers, that are in no other. */
static bool stands_alone(const IvcCurves *curves, unsigned class_)
{
    unsigned n = curves->n_guests;
    for (unsigned from = 0; from < n; from++)
        for (unsigned to = 0; to < n; to++) {
            if (from == to || curves->classes[from * n + to] != class_)
                continue;
            for (unsigned k = 0; k < n; k++)
                if ((k != from && curves->classes[from * n + k] != class_) ||
                    (k != to && curves->classes[k * n + to] != class_))
                    return false;
        }
    return true;
}

bool ivc_fit_ends_possible(const IvcCurves *curves, unsigned class_)
{
    const IvcCurve *curve = curves->curves->pdata[class_];
    return curve->from != curve->to && stands_alone(curves, class_);
}

unsigned ivc_fit_reverse(const IvcCurves *curves, unsigned class_)
{
    const IvcCurve *curve = curves->curves->pdata[class_];
    unsigned back = curves->classes[curve->to * curves->n_guests + curve->from];
    bool alone = ivc_fit_ends_possible(curves, class_) && ivc_fit_ends_possible(curves, back);
    return alone ? back : class_;
}

/* Times of a point on links of a class. @return latency of its way */
static double set_way(const IvcFit *fit, const IvcFitClass *links, IvcFitPoint *p)
{
    const IvcFitSegment *s = ivc_fit_segment_at(fit, (uint64_t)p->bytes);
    p->transfer = (p->bytes + IVC_FIT_ENVELOPE) / (links->bytes_per_s * s->bandwidth_factor);
    p->eager = p->bytes < (double)fit->eager_below;
    return s->latency_factor * links->latency_s;
}

/* Shares out all points. @return the sum of squares of errors */
static double share_all(const IvcFit *fit, const IvcFitClass *links, IvcFitPoints *all, bool sender)
{
    double sum = 0;
    for (guint i = 0; i < all->n; i++) {
        IvcFitPoint *p = &all->points[i];
        double latency = set_way(fit, links, p);
        p->sender_first = sender;
        ivc_fit_share_out(p, latency);
        double error = ivc_fit_error(p, latency, p->send, p->receive);
        sum += error * error;
    }
    return sum;
}

/* Links that leave the smallest errors: as fast as those of the most frequent class, with another
 * latency. */
static void choose_links(const IvcFit *fit, IvcFitClass *links, IvcFitPoints *all)
{
    const IvcFitClass *base = &g_array_index(fit->classes, IvcFitClass, fit->base);
    double least = INFINITY, best = base->latency_s;
    bool best_sender = false;
    links->bytes_per_s = base->bytes_per_s;
    for (unsigned option = 0; option < 2 * LATENCIES; option++) {
        double times = exp2(LATENCY_MOST - 0.25 * (option / 2));
        links->latency_s = MAX(IVC_FIT_LATENCY_MIN, base->latency_s * times);
        double sum = share_all(fit, links, all, option % 2);
        if (sum < least - 1e-9) {
            least = sum;
            best = links->latency_s;
            best_sender = option % 2;
        }
    }
    links->latency_s = best;
    (void)share_all(fit, links, all, best_sender);
}

/* A point on the line between its neighbours. */
static IvcFitPoint between(const IvcFitPoint *a, double bytes)
{
    const IvcFitPoint *b = a + 1;
    double share = (bytes - a->bytes) / (b->bytes - a->bytes);
    IvcFitPoint p = *a;
    p.bytes = bytes;
    p.latency += (b->latency - a->latency) * share;
    p.interval += (b->interval - a->interval) * share;
    return p;
}

/* The points, and those on both sides of each step that sizes take on their way. */
static void add_steps(const IvcFit *fit, IvcFitPoints *all)
{
    g_autoptr(GArray) more = g_array_new(FALSE, FALSE, sizeof(IvcFitPoint));
    guint s = 1;
    for (guint i = 0; i < all->n; i++) {
        const IvcFitPoint *p = &all->points[i];
        g_array_append_val(more, *p);
        for (; i + 1 < all->n && s < fit->segments->len; s++) {
            double above = (double)g_array_index(fit->segments, IvcFitSegment, s).above;
            if (above >= p[1].bytes)
                break;
            for (double at = above; at <= above + 1; at++) {
                IvcFitPoint step = at > p->bytes && at < p[1].bytes ? between(p, at) : *p;
                if (step.bytes > p->bytes &&
                    step.bytes > g_array_index(more, IvcFitPoint, more->len - 1).bytes)
                    g_array_append_val(more, step);
            }
        }
    }
    g_free(all->points);
    all->n = more->len;
    all->points = (IvcFitPoint *)(void *)g_array_free(g_steal_pointer(&more), FALSE);
}

/* Fits one piece. @return its largest error */
static double fit_piece(const IvcFit *fit, const IvcFitClass *links, const IvcFitPoint *points,
                        guint n, IvcFitEnds *ret)
{
    double worst = 0;
    ivc_fit_line(points, n, true, &ret->send_at_zero, &ret->send_per_byte);
    ivc_fit_line(points, n, false, &ret->receive_at_zero, &ret->receive_per_byte);
    for (guint i = 0; i < n; i++) {
        IvcFitPoint p = points[i];
        double latency = set_way(fit, links, &p);
        double send = MAX(0, ret->send_at_zero + p.bytes * ret->send_per_byte);
        double receive = MAX(0, ret->receive_at_zero + p.bytes * ret->receive_per_byte);
        double as_is = ivc_fit_error(&p, latency, p.send, p.receive);
        worst = MAX(worst, ivc_fit_error(&p, latency, send, receive) - as_is);
    }
    return worst;
}

void ivc_fit_ends(IvcFit *fit, const IvcCurves *curves, unsigned class_)
{
    IvcFitClass *links = &g_array_index(fit->classes, IvcFitClass, class_);
    IvcFitPoints all = ivc_fit_raw_points(curves, class_);
    add_steps(fit, &all);
    choose_links(fit, links, &all);
    links->ends = g_array_new(FALSE, TRUE, sizeof(IvcFitEnds));
    uint64_t above = 0;
    for (guint i = 0; i < all.n;) {
        IvcFitEnds piece, longer;
        guint end = MIN(i + 2, all.n);
        (void)fit_piece(fit, links, &all.points[i], end - i, &piece);
        while (end < all.n &&
               fit_piece(fit, links, &all.points[i], end + 1 - i, &longer) < PIECE_ERROR) {
            piece = longer;
            end++;
        }
        piece.above = above;
        g_array_append_val(links->ends, piece);
        if (end == all.n)
            break;
        above = (uint64_t)all.points[end - 1].bytes;
        i = all.points[end].bytes - all.points[end - 1].bytes <= 1 ? end : end - 1;
    }
    g_free(all.points);
}
