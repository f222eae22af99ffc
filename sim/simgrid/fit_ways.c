/*
 * What a message costs its two ends where directions differ, as into a driver domain and out of it.
 * SMPI has what a size takes on its way for all hosts, but what it costs sender and receiver by
 * host. A round trip has one message each way, so the way is fitted to the mean of both
 * directions. What is left for the ends goes to the directions by their intervals. Leaves out: more
 * than two guests, as each would then send, or receive, in several classes.
 */
#include <math.h>

#include "sim/simgrid/fit_private.h"

/* Costs of one direction, of a point whose mean costs are known. Who has less to do has its share,
 * such that the mean of both directions is the point's. */
static void direct(IvcFitPoint *p, unsigned way)
{
    double *first = p->sender_first ? &p->send : &p->receive;
    double *other = p->sender_first ? &p->receive : &p->send;
    double interval = p->interval * p->ways[way];
    double least = MIN(ivc_fit_other_least(p), MIN(interval, p->interval));
    double share = p->interval > least ? (*other - least) / (p->interval - least) : 0;
    *first = interval;
    *other = least + CLAMP(share, 0, 1) * (interval - least);
}

static IvcFitEnds fit_way(const IvcFitPoint *mean, guint n, unsigned way)
{
    g_autofree IvcFitPoint *points = g_memdup2(mean, n * sizeof *points);
    IvcFitEnds ends = {0};
    for (guint i = 0; i < n; i++) {
        direct(&points[i], way);
        points[i].interval *= points[i].ways[way];
    }
    ivc_fit_line(points, n, true, &ends.send_at_zero, &ends.send_per_byte);
    ivc_fit_line(points, n, false, &ends.receive_at_zero, &ends.receive_per_byte);
    return ends;
}

double ivc_fit_ways(const IvcFitPoint *points, guint n, double latency, IvcFitPiece *piece)
{
    double worst = 0;
    for (unsigned way = 0; way < 2; way++)
        piece->ways[way] = fit_way(points, n, way);
    for (guint i = 0; i < n; i++) {
        const IvcFitPoint *p = &points[i];
        double there = latency + p->transfer;
        for (unsigned way = 0; way < 2; way++) {
            const IvcFitEnds *ends = &piece->ways[way];
            double send = MAX(0, ends->send_at_zero + p->bytes * ends->send_per_byte);
            double receive = MAX(0, ends->receive_at_zero + p->bytes * ends->receive_per_byte);
            double interval = MAX(MAX(send, receive), p->transfer);
            worst = MAX(worst, fabs(interval / (p->interval * p->ways[way]) - 1));
            there += (send + receive) / 2;
        }
        worst = MAX(worst, fabs(there / p->latency - 1));
    }
    return worst;
}
