/*
 * SMPI's settings from curves. First each size by itself: which of the three costs of a message
 * (its sender's, its receiver's, its way) take how much, so that both latency and interval come
 * out; then pieces of sizes, as long as one straight line fits them by least squares. What SMPI
 * cannot express is an interval longer than the latency: then it has the latency for both.
 */
#include "sim/simgrid/fit.h"

#include <math.h>

#include "sim/simgrid/fit_private.h"

#define PIECE_ERROR 0.005 /* of latency and interval within a piece */
#define APART_ERROR 0.01  /* of two neighbours, from which on each has a piece of its own */
#define SHARED_PIECE 1.25 /* bytes in a time on shared links: both ends of a piece, at most */
#define UNLIKE 1.005      /* interval over latency from which on a point counts as unlike SMPI */

unsigned ivc_fit_reverse(const IvcCurves *curves, unsigned class_)
{
    const IvcCurve *curve = curves->curves->pdata[class_];
    if (curve->from == curve->to || !ivc_curves_directed(curves))
        return class_;
    return curves->classes[curve->to * curves->n_guests + curve->from];
}

/* Interval over latency. */
static double unlike_times(const IvcCurves *curves, unsigned class_, guint i)
{
    const IvcCurve *there = curves->curves->pdata[class_];
    const IvcCurve *back = curves->curves->pdata[ivc_fit_reverse(curves, class_)];
    const IvcCurvePoint *p = &g_array_index(there->points, IvcCurvePoint, i);
    const IvcCurvePoint *q = &g_array_index(back->points, IvcCurvePoint, i);
    return (double)(p->interval_ps + q->interval_ps) / (double)(p->latency_ps + q->latency_ps);
}

bool ivc_fit_is_unlike(const IvcCurves *curves, unsigned class_, guint i)
{
    return unlike_times(curves, class_, i) > UNLIKE;
}

const IvcFitSegment *ivc_fit_segment_at(const IvcFit *fit, uint64_t bytes)
{
    guint i = 0;
    while (i + 1 < fit->segments->len &&
           g_array_index(fit->segments, IvcFitSegment, i + 1).above < bytes)
        i++;
    return &g_array_index(fit->segments, IvcFitSegment, i);
}

/* Costs of both ends in a class. */
static IvcFitEnds ends_at(const IvcFit *fit, const IvcFitClass *links, uint64_t bytes)
{
    const GArray *own = links->ends;
    if (!own) {
        const IvcFitSegment *s = ivc_fit_segment_at(fit, bytes);
        return (IvcFitEnds){s->above, s->send_at_zero, s->send_per_byte, s->receive_at_zero,
                            s->receive_per_byte};
    }
    guint i = 0;
    while (i + 1 < own->len && g_array_index(own, IvcFitEnds, i + 1).above < bytes)
        i++;
    return g_array_index(own, IvcFitEnds, i);
}

/* One way. */
static void predict(const IvcFit *fit, unsigned class_, uint64_t bytes, double *ret_latency,
                    double *ret_interval)
{
    const IvcFitClass *links = &g_array_index(fit->classes, IvcFitClass, class_);
    const IvcFitSegment *s = ivc_fit_segment_at(fit, bytes);
    double b = (double)bytes;
    IvcFitEnds ends = ends_at(fit, links, bytes);
    double send = MAX(0, ends.send_at_zero + b * ends.send_per_byte);
    double receive = MAX(0, ends.receive_at_zero + b * ends.receive_per_byte);
    double transfer = (b + IVC_FIT_ENVELOPE) / (links->bytes_per_s * s->bandwidth_factor);
    double between = s->latency_factor * links->latency_s + transfer;
    *ret_latency = send + between + receive;
    *ret_interval =
        bytes < fit->eager_below ? MAX(MAX(send, receive), transfer) : MAX(send, between + receive);
}

void ivc_fit_predict(const IvcFit *fit, unsigned class_, uint64_t bytes, double *ret_latency,
                     double *ret_interval)
{
    double there, back, unused;
    unsigned reverse = g_array_index(fit->classes, IvcFitClass, class_).reverse;
    predict(fit, reverse, bytes, &back, &unused);
    predict(fit, class_, bytes, &there, ret_interval);
    *ret_latency = (there + back) / 2;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_of(GArray *values)
{
    if (values->len == 0)
        return 0;
    qsort(values->data, values->len, sizeof(double), by_value);
    return g_array_index(values, double, values->len / 2);
}

/* Latency of the links: the one that most eager messages want; without any, what all allow. None
 * takes more than twice of it: the factor is that of other links, too, as between machines. */
static double choose_latency(const IvcFitPoint *points, guint n)
{
    g_autoptr(GArray) wanted = g_array_new(FALSE, FALSE, sizeof(double));
    double all = INFINITY, least = IVC_FIT_LATENCY_MIN;
    for (guint i = 0; i < n; i++) {
        if (points[i].eager)
            g_array_append_val(wanted, points[i].wanted);
        all = MIN(all, points[i].most);
        least = MAX(least, points[i].least / 2);
    }
    return MAX(least, wanted->len ? median_of(wanted) : all);
}

void ivc_fit_share_out(IvcFitPoint *p, double latency)
{
    if (!p->eager) {
        p->send = p->latency - p->interval;
        p->receive = MAX(0, p->interval - p->transfer - latency);
        return;
    }
    double least = MIN(ivc_fit_other_least(p), p->interval);
    double other = CLAMP(p->latency - p->interval - p->transfer - latency, least, p->interval);
    p->send = p->sender_first ? p->interval : other;
    p->receive = p->sender_first ? other : p->interval;
}

void ivc_fit_line(const IvcFitPoint *points, guint n, bool send, double *ret_zero,
                  double *ret_slope)
{
    double s = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (guint i = 0; i < n; i++) {
        double w = 1 / (points[i].interval * points[i].interval);
        double x = points[i].bytes - points[0].bytes;
        double y = send ? points[i].send : points[i].receive;
        s += w, sx += w * x, sy += w * y, sxx += w * x * x, sxy += w * x * y;
    }
    double d = s * sxx - sx * sx;
    double slope = n > 1 && d > 0 ? (s * sxy - sx * sy) / d : 0;
    *ret_slope = slope;
    *ret_zero = (sy - slope * sx) / s - slope * points[0].bytes;
}

double ivc_fit_error(const IvcFitPoint *p, double latency, double send, double receive)
{
    double on_way = latency + p->transfer;
    double interval = p->eager ? MAX(MAX(send, receive), p->transfer) : MAX(send, on_way + receive);
    return MAX(fabs((send + on_way + receive) / p->latency - 1), fabs(interval / p->interval - 1));
}

/* The largest error of a piece at its points. */
static double piece_error(const IvcFitPoint *points, guint n, const IvcFitSegment *s,
                          double latency)
{
    double worst = 0;
    for (guint i = 0; i < n; i++) {
        const IvcFitPoint *p = &points[i];
        double send = MAX(0, s->send_at_zero + p->bytes * s->send_per_byte);
        double receive = MAX(0, s->receive_at_zero + p->bytes * s->receive_per_byte);
        worst = MAX(worst, ivc_fit_error(p, latency, send, receive));
    }
    return worst;
}

/* What the bandwidth takes in a piece: the mean of what its points want, and no less than leaves
 * room for latency and interval at each. */
static double piece_factor(const IvcFitClass *links, const IvcFitPoint *points, guint n)
{
    double mean = 0, least = 0;
    for (guint i = 0; i < n; i++) {
        const IvcFitPoint *p = &points[i];
        double whole = (p->bytes + IVC_FIT_ENVELOPE) / links->bytes_per_s;
        double room = MIN(p->interval, p->transfer_max);
        if (p->eager)
            room = MIN(room, (p->latency - p->interval) / (p->sender_first ? 1 : 2));
        mean += whole / p->transfer / n;
        least = MAX(least, whole / MAX(room, p->transfer));
    }
    return MAX(mean, least);
}

/* Fits one piece. @return its largest error */
static double fit_piece(const IvcFitClass *links, const IvcFitPoints *all, guint first, guint n,
                        IvcFitPiece *ret)
{
    g_autofree IvcFitPoint *points = g_memdup2(&all->points[first], n * sizeof *points);
    double least = 0, most = INFINITY, sum = 0, factor = piece_factor(links, points, n);
    for (guint i = 0; i < n; i++) {
        points[i].transfer = (points[i].bytes + IVC_FIT_ENVELOPE) / (links->bytes_per_s * factor);
        ivc_fit_latency_range(&points[i]);
        least = MAX(least, points[i].least);
        most = MIN(most, points[i].most);
        sum += CLAMP(links->latency_s, points[i].least, points[i].most);
    }
    double latency = most < least ? sum / n : CLAMP(sum / n, least, most);
    IvcFitSegment *segment = &ret->segment;
    *segment =
        (IvcFitSegment){.latency_factor = latency / links->latency_s, .bandwidth_factor = factor};
    for (guint i = 0; i < n; i++)
        ivc_fit_share_out(&points[i], latency);
    ivc_fit_line(points, n, true, &segment->send_at_zero, &segment->send_per_byte);
    ivc_fit_line(points, n, false, &segment->receive_at_zero, &segment->receive_per_byte);
    return all->directed ? ivc_fit_ways(points, n, latency, ret)
                         : piece_error(points, n, segment, latency);
}

/* Whether a piece may go from one point to another: the time on shared links is proportional to
 * bytes within it. */
static bool may_join(const IvcFitPoints *all, guint from, guint to)
{
    const IvcFitPoint *a = &all->points[from], *b = &all->points[to];
    double grown = (b->bytes + IVC_FIT_ENVELOPE) / (a->bytes + IVC_FIT_ENVELOPE);
    double off = grown * a->transfer / b->transfer;
    return all->ratio <= 0 || MAX(off, 1 / off) <= SHARED_PIECE;
}

static void append_piece(IvcFit *fit, const IvcFitPoints *all, IvcFitPiece *piece, uint64_t above)
{
    IvcFitClass *there = &g_array_index(fit->classes, IvcFitClass, fit->base);
    IvcFitClass *classes[] = {there, &g_array_index(fit->classes, IvcFitClass, there->reverse)};
    piece->segment.above = above;
    g_array_append_val(fit->segments, piece->segment);
    for (unsigned way = 0; all->directed && way < 2; way++) {
        IvcFitClass *class_ = classes[way];
        if (!class_->ends)
            class_->ends = g_array_new(FALSE, TRUE, sizeof(IvcFitEnds));
        piece->ways[way].above = above;
        g_array_append_val(class_->ends, piece->ways[way]);
    }
}

/* Pieces of the points from `from` to before `to`, all of one kind. Neighbours share the point
 * between them, unless it lies at a step. */
static void fit_pieces(IvcFit *fit, const IvcFitPoints *all, guint from, guint to)
{
    const IvcFitClass *links = &g_array_index(fit->classes, IvcFitClass, fit->base);
    const IvcFitPoint *points = all->points;
    guint i = from;
    uint64_t above = from && from < to ? (uint64_t)points[from].bytes - 1 : 0;
    while (i < to) {
        IvcFitPiece piece, longer;
        guint end = MIN(i + 2, to);
        double error = fit_piece(links, all, i, end - i, &piece);
        bool known = above == (uint64_t)points[i].bytes; /* the piece before has this point */
        if (error > APART_ERROR && end - i > 1) {
            /* Close neighbours that SMPI can have only one by one. */
            (void)fit_piece(links, all, known ? i + 1 : i, 1, &piece);
            end = known ? i + 2 : i + 1;
        }
        while (error <= APART_ERROR && end < to && may_join(all, i, end) &&
               fit_piece(links, all, i, end + 1 - i, &longer) < PIECE_ERROR) {
            piece = longer;
            end++;
        }
        append_piece(fit, all, &piece, above);
        if (end == to)
            return;
        above = (uint64_t)points[end - 1].bytes;
        bool step = points[end].bytes - points[end - 1].bytes <= 1;
        i = step ? end : end - 1;
    }
}

static void fit_base(IvcFit *fit, const IvcFitPoints *all)
{
    IvcFitClass *links = &g_array_index(fit->classes, IvcFitClass, fit->base);
    guint at = all->first_waiting;
    links->bytes_per_s = all->bytes_per_s;
    links->latency_s = choose_latency(all->points, all->n);
    fit->shared_bytes_per_s = all->ratio * all->bytes_per_s;
    fit->eager_below = at == 0 ? 0 : at == all->n ? G_MAXINT32 : (uint64_t)all->points[at].bytes;
    fit_pieces(fit, all, 0, at);
    fit_pieces(fit, all, at, all->n);
}

/* The links of another class: two numbers by least squares of latency. */
static void fit_links(IvcFit *fit, unsigned class_, const IvcFitPoint *points, guint n)
{
    IvcFitClass *links = &g_array_index(fit->classes, IvcFitClass, class_);
    double aa = 0, ab = 0, bb = 0, ay = 0, by = 0;
    for (guint i = 0; i < n; i++) {
        const IvcFitSegment *s = ivc_fit_segment_at(fit, (uint64_t)points[i].bytes);
        double w = 1 / (points[i].latency * points[i].latency);
        double a = s->latency_factor;
        double b = (points[i].bytes + IVC_FIT_ENVELOPE) / s->bandwidth_factor;
        double ends = MAX(0, s->send_at_zero + points[i].bytes * s->send_per_byte) +
                      MAX(0, s->receive_at_zero + points[i].bytes * s->receive_per_byte);
        double y = points[i].latency - ends;
        aa += w * a * a, ab += w * a * b, bb += w * b * b, ay += w * a * y, by += w * b * y;
    }
    const IvcFitClass *base = &g_array_index(fit->classes, IvcFitClass, fit->base);
    double d = aa * bb - ab * ab;
    double latency = d > 0 ? (ay * bb - by * ab) / d : base->latency_s;
    double per_byte = d > 0 ? (by * aa - ay * ab) / d : 1 / base->bytes_per_s;
    if (per_byte <= 0)
        per_byte = 1 / base->bytes_per_s / 100, latency = aa > 0 ? ay / aa : latency;
    if (latency < IVC_FIT_LATENCY_MIN)
        latency = IVC_FIT_LATENCY_MIN, per_byte = bb > 0 && by > 0 ? by / bb : per_byte;
    links->latency_s = latency;
    links->bytes_per_s = 1 / per_byte;
}

static void take_errors(IvcFit *fit, const IvcCurves *curves, unsigned class_)
{
    const IvcCurve *curve = curves->curves->pdata[class_];
    IvcFitClass *links = &g_array_index(fit->classes, IvcFitClass, class_);
    g_autoptr(GArray) at = g_array_new(FALSE, FALSE, sizeof(double));
    g_autoptr(GArray) between = g_array_new(FALSE, FALSE, sizeof(double));
    for (guint i = 0; i < curve->points->len; i++) {
        const IvcCurvePoint *p = &g_array_index(curve->points, IvcCurvePoint, i);
        double latency, interval;
        ivc_fit_predict(fit, class_, p->bytes, &latency, &interval);
        double errors[] = {fabs(latency * 1e12 / (double)p->latency_ps - 1),
                           fabs(interval * 1e12 / (double)p->interval_ps - 1)};
        double times = unlike_times(curves, class_, i);
        bool unlike = times > UNLIKE;
        GArray *to = p->use == IVC_POINT_FIT ? at : between;
        g_array_append_vals(to, errors, unlike ? 1 : 2);
        fit->unlike += unlike;
        fit->unlike_max = MAX(fit->unlike_max, times);
    }
    links->error_median = median_of(at);
    links->check_median = median_of(between);
    links->error_max = at->len ? g_array_index(at, double, at->len - 1) : 0;
    links->check_max = between->len ? g_array_index(between, double, between->len - 1) : 0;
}

/* The most frequent class of messages between guests. */
static unsigned choose_base(const IvcCurves *curves)
{
    unsigned base = 0;
    for (guint c = 1; c < curves->curves->len; c++) {
        const IvcCurve *curve = curves->curves->pdata[c], *best = curves->curves->pdata[base];
        if (curve->from != curve->to && curve->n_pairs > best->n_pairs)
            base = c;
    }
    return base;
}

IvcFit *ivc_fit_new(const IvcCurves *curves)
{
    IvcFit *fit = g_new0(IvcFit, 1);
    guint n_classes = curves->curves->len;
    fit->segments = g_array_new(FALSE, TRUE, sizeof(IvcFitSegment));
    fit->classes = g_array_new(FALSE, TRUE, sizeof(IvcFitClass));
    g_array_set_size(fit->classes, n_classes);
    for (guint c = 0; c < n_classes; c++)
        g_array_index(fit->classes, IvcFitClass, c).reverse = ivc_fit_reverse(curves, c);
    fit->base = choose_base(curves);
    IvcFitPoints base = ivc_fit_points(curves, fit->base);
    fit_base(fit, &base);
    g_free(base.points);
    const IvcFitClass *links = &g_array_index(fit->classes, IvcFitClass, fit->base);
    for (guint c = 0; c < n_classes; c++) {
        IvcFitClass *class_ = &g_array_index(fit->classes, IvcFitClass, c);
        if (class_->ends) {
            class_->latency_s = links->latency_s;
            class_->bytes_per_s = links->bytes_per_s;
        } else if (c != fit->base) {
            IvcFitPoints other = ivc_fit_points(curves, c);
            fit_links(fit, c, other.points, other.n);
            g_free(other.points);
        }
    }
    for (guint c = 0; c < n_classes; c++)
        take_errors(fit, curves, c);
    return fit;
}

void ivc_fit_free(IvcFit *fit)
{
    if (!fit)
        return;
    for (guint c = 0; c < fit->classes->len; c++)
        g_clear_pointer(&g_array_index(fit->classes, IvcFitClass, c).ends, g_array_unref);
    g_array_unref(fit->segments);
    g_array_unref(fit->classes);
    g_free(fit);
}
