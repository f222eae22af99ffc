/*
 * The sizes of a curve: powers of two and half-way between, then finer where neighbours do not lie
 * on a line. Mechanisms change their way at some size, and that is found to the byte. A stream may
 * lock into one of several rhythms, another one a few bytes on: following that has no end, so there
 * its sizes are drawn from around the point's, which no rhythm survives.
 */
#include "sim/simgrid/curve_sizes.h"

#include <math.h>

#define LINE_ERROR 0.02    /* of a point beside the line through its neighbours: look closer */
#define ROUGH_ERROR 0.05   /* the same where it is not looked closer: the curve is rough */
#define ROUGH_POINTS 3     /* so many such, */
#define ROUGH_APART 4      /* with as many other points between two of them at most */
#define CLOSE 16           /* of a size is no gap that is looked into, if it holds no step; */
#define CLOSE_ROUGH 64     /* where sizes are drawn */
#define AROUND 16          /* of a size, less or more, are those drawn */
#define BESIDE_ERROR 0.02  /* a byte more costs so much: round sizes are better than others */
#define BESIDE_PROBE 1024  /* where that is tried */
#define BESIDE_LEAST 64    /* shorter ones are looked at one by one anyhow */
#define WIDE 64            /* of a gap between sizes */
#define QUARTERS_LEAST 256 /* from there on sizes a quarter apart are tried */
#define POINTS_MAX 224     /* of a class */
#define ROUNDS_MAX 24

typedef enum { LATENCY, INTERVAL, FIELDS } Field;

static double value(const IvcCurvePoint *p, Field field)
{
    return (double)(field == LATENCY ? p->latency_ps : p->interval_ps);
}

/* Where a stream's sizes are drawn they come from within the rough part. */
static uint64_t around(const IvcCurve *curve, uint64_t bytes)
{
    for (guint i = 0; curve->rough && i < curve->rough->len; i++) {
        const IvcCurveRough *r = &g_array_index(curve->rough, IvcCurveRough, i);
        if (r->above < bytes && bytes < r->below)
            return MIN(bytes / AROUND, MIN(bytes - r->above, r->below - bytes));
    }
    return 0;
}

/* Simulates ping-pong and stream at sizes that have not been, and puts them into the curve. */
static bool measure(IvcCurveBase *base, IvcCurve *curve, const GArray *sizes, IvcPointUse use,
                    GError **error)
{
    guint n = sizes->len;
    g_autofree IvcCurveRun *runs = g_new0(IvcCurveRun, 2 * n + 1);
    for (guint i = 0; i < 2 * n; i++) {
        uint64_t bytes = g_array_index(sizes, uint64_t, i / 2);
        runs[i] = (IvcCurveRun){.workload = i % 2 ? "stream" : "pingpong",
                                .bytes = bytes,
                                .around = i % 2 ? around(curve, bytes) : 0,
                                .from = curve->from,
                                .to = curve->to};
    }
    ivc_curve_plan(base, 2 * n);
    if (!ivc_curve_runs(base, runs, 2 * n, error))
        return false;
    for (guint i = 0; i < n; i++) {
        const IvcCurveRun *there = &runs[2 * i], *stream = &runs[2 * i + 1];
        IvcCurvePoint point = {.bytes = stream->bytes,
                               .use = use,
                               .around = stream->around,
                               .latency_ps = there->message_ps,
                               .interval_ps = stream->message_ps,
                               .sender_ps = stream->sender_ps,
                               .receiver_ps = stream->receiver_ps,
                               .server_ps = stream->server_ps};
        guint at = 0;
        while (at < curve->points->len &&
               g_array_index(curve->points, IvcCurvePoint, at).bytes < point.bytes)
            at++;
        g_array_insert_val(curve->points, at, point);
    }
    return true;
}

static bool has_size(const GArray *points, uint64_t bytes)
{
    for (guint i = 0; i < points->len; i++)
        if (g_array_index(points, IvcCurvePoint, i).bytes == bytes)
            return true;
    return false;
}

static bool level(const IvcCurvePoint *a, const IvcCurvePoint *b, Field field)
{
    double grown = (double)b->bytes / (double)a->bytes * (1 + LINE_ERROR);
    return value(b, field) < value(a, field) * grown &&
           value(a, field) < value(b, field) * (1 + LINE_ERROR);
}

/* How far point i is from the line through its neighbours. */
static double bent(const GArray *points, guint i, Field field)
{
    const IvcCurvePoint *p = &g_array_index(points, IvcCurvePoint, i);
    const IvcCurvePoint *l = p - 1, *r = p + 1;
    double share = (double)(p->bytes - l->bytes) / (double)(r->bytes - l->bytes);
    double line = value(l, field) + (value(r, field) - value(l, field)) * share;
    return fabs(line / value(p, field) - 1);
}

/* Whether what lies between points i and i + 1 is one step: the pieces beside are level. */
static bool step_after(const GArray *points, guint i, Field field)
{
    if (i == 0 || i + 2 >= points->len)
        return false;
    const IvcCurvePoint *p = &g_array_index(points, IvcCurvePoint, i);
    return level(p - 1, p, field) && level(p + 1, p + 2, field);
}

/* Adds a size about the middle of the gap after point i: an odd one of a wide gap where round ones
 * are better than what is around them. */
static void add_middle(const IvcCurve *curve, const GArray *points, guint i, Field field, bool odd,
                       GArray *sizes)
{
    uint64_t low = g_array_index(points, IvcCurvePoint, i).bytes;
    uint64_t high = g_array_index(points, IvcCurvePoint, i + 1).bytes, gap = high - low;
    uint64_t middle = gap < WIDE || !odd ? low + gap / 2 : (low + gap / 2) | 3;
    uint64_t close = around(curve, middle) ? CLOSE_ROUGH : CLOSE;
    if (middle == low || (gap * close <= low && !step_after(points, i, field)) ||
        has_size(curve->points, middle) ||
        (sizes->len && g_array_index(sizes, uint64_t, sizes->len - 1) == middle))
        return;
    g_array_append_val(sizes, middle);
}

/* The points that stand for what is around them. @return transfer full */
static GArray *common_points(const GArray *points)
{
    GArray *common = g_array_new(FALSE, FALSE, sizeof(IvcCurvePoint));
    for (guint i = 0; i < points->len; i++)
        if (!g_array_index(points, IvcCurvePoint, i).lone)
            g_array_append_val(common, g_array_index(points, IvcCurvePoint, i));
    return common;
}

/* Where it is to be looked closer; when that is more than there is room for, only where it is
 * worst. @return transfer full */
static GArray *closer_sizes(const IvcCurve *curve, bool odd)
{
    g_autoptr(GArray) points = common_points(curve->points);
    GArray *sizes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    guint room = POINTS_MAX - MIN(curve->points->len, POINTS_MAX);
    double limit = LINE_ERROR;
    do {
        g_array_set_size(sizes, 0);
        for (guint i = 1; i + 1 < points->len; i++)
            for (guint gap = i - 1; gap <= i; gap++)
                for (Field f = 0; f < FIELDS; f++)
                    if (bent(points, i, f) > limit)
                        add_middle(curve, points, gap, f, odd, sizes);
        limit *= 2;
    } while (sizes->len > room);
    return sizes;
}

static bool refine(IvcCurveBase *base, IvcCurve *curve, bool odd, GError **error)
{
    for (unsigned round = 0; round < ROUNDS_MAX; round++) {
        g_autoptr(GArray) sizes = closer_sizes(curve, odd);
        if (sizes->len == 0)
            return true;
        if (!measure(base, curve, sizes, IVC_POINT_FIT, error))
            return false;
    }
    return true;
}

/* Round sizes stand for themselves only, and those a byte longer for what is around them. */
static void set_lone(IvcCurve *curve)
{
    for (guint k = 0; k + 1 < curve->points->len; k++) {
        IvcCurvePoint *p = &g_array_index(curve->points, IvcCurvePoint, k);
        p->lone = p->bytes + 1 >= BESIDE_LEAST && p[1].bytes == p->bytes + 1;
    }
}

/* Round sizes may be better than all others: where a mechanism moves whole lines, the rest of one
 * costs extra. */
static bool measure_beside(IvcCurveBase *base, IvcCurve *curve, const GArray *round,
                           bool *ret_better, GError **error)
{
    g_autoptr(GArray) beside = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    uint64_t probe = BESIDE_PROBE + 1;
    *ret_better = false;
    if (g_array_index(round, uint64_t, round->len - 1) <= BESIDE_PROBE)
        return true;
    g_array_append_val(beside, probe);
    if (!measure(base, curve, beside, IVC_POINT_FIT, error))
        return false;
    guint i = 0;
    while (g_array_index(curve->points, IvcCurvePoint, i).bytes != BESIDE_PROBE)
        i++;
    const IvcCurvePoint *at = &g_array_index(curve->points, IvcCurvePoint, i);
    *ret_better = (double)at[1].latency_ps > (double)at->latency_ps * (1 + BESIDE_ERROR);
    if (!*ret_better) {
        g_array_remove_index(curve->points, i + 1);
        return true;
    }
    g_array_set_size(beside, 0);
    for (guint k = 0; k < round->len; k++) {
        uint64_t b = g_array_index(round, uint64_t, k);
        uint64_t sides[] = {b - 1, b + 1};
        for (guint side = 0; b >= BESIDE_LEAST && side < 2; side++)
            if (sides[side] != probe &&
                sides[side] < g_array_index(round, uint64_t, round->len - 1))
                g_array_append_val(beside, sides[side]);
    }
    if (!measure(base, curve, beside, IVC_POINT_FIT, error))
        return false;
    set_lone(curve);
    return true;
}

/* The interval is beside the line, as close as it is looked, and there is no step. */
static bool is_rough(const GArray *points, guint i)
{
    const IvcCurvePoint *p = &g_array_index(points, IvcCurvePoint, i);
    uint64_t left = p->bytes - p[-1].bytes, right = p[1].bytes - p->bytes;
    return left > 1 && right > 1 && MAX(left, right) * CLOSE <= p->bytes &&
           bent(points, i, INTERVAL) > ROUGH_ERROR;
}

static void find_rough(IvcCurve *curve)
{
    g_autoptr(GArray) points = common_points(curve->points);
    guint first = 0, last = 0, n = 0;
    curve->rough = g_array_new(FALSE, FALSE, sizeof(IvcCurveRough));
    for (guint i = 1; i < points->len; i++) {
        bool end = i + 1 == points->len, rough = !end && is_rough(points, i);
        if (n > 0 && (end || (rough && i - last > ROUGH_APART))) {
            IvcCurveRough part = {g_array_index(points, IvcCurvePoint, first - 1).bytes,
                                  g_array_index(points, IvcCurvePoint, last + 1).bytes};
            if (n >= ROUGH_POINTS)
                g_array_append_val(curve->rough, part);
            n = 0;
        }
        if (!rough)
            continue;
        first = n == 0 ? i : first;
        last = i;
        n++;
    }
}

/* In rough parts streams have drawn sizes. Round sizes go on to stand for themselves. */
static bool measure_rough(IvcCurveBase *base, IvcCurve *curve, const GArray *round, GError **error)
{
    g_autoptr(GArray) sizes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    find_rough(curve);
    for (guint i = curve->points->len; i-- > 0;) {
        IvcCurvePoint *p = &g_array_index(curve->points, IvcCurvePoint, i);
        uint64_t b = p->bytes, sides[] = {b - 1, b + 1};
        bool is_round = false;
        for (guint k = 0; k < round->len; k++)
            is_round = is_round || g_array_index(round, uint64_t, k) == b;
        if (p->lone || around(curve, b) == 0)
            continue;
        p->lone = is_round;
        if (!is_round) {
            g_array_remove_index(curve->points, i);
            g_array_append_val(sizes, b);
        }
        for (guint k = 0; is_round && k < 2; k++)
            if (!has_size(curve->points, sides[k]))
                g_array_append_val(sizes, sides[k]);
    }
    return measure(base, curve, sizes, IVC_POINT_FIT, error);
}

bool ivc_curve_fit_sizes(IvcCurveBase *base, IvcCurve *curve, uint64_t most, GError **error)
{
    g_autoptr(GArray) round = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    g_autoptr(GArray) quarters = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    bool better;
    for (uint64_t b = 1; b <= most; b *= 2) {
        uint64_t half = b + b / 2, sides[] = {b + b / 4 + 1, half + b / 4 + 1};
        g_array_append_val(round, b);
        if (b > 1 && half <= most)
            g_array_append_val(round, half);
        for (unsigned k = 0; k < 2; k++)
            if (b >= QUARTERS_LEAST && sides[k] <= most)
                g_array_append_val(quarters, sides[k]);
    }
    return measure(base, curve, round, IVC_POINT_FIT, error) &&
           measure_beside(base, curve, round, &better, error) &&
           measure(base, curve, quarters, IVC_POINT_FIT, error) &&
           refine(base, curve, better, error) && measure_rough(base, curve, round, error) &&
           refine(base, curve, better, error);
}

bool ivc_curve_join_sizes(IvcCurveBase *base, IvcCurve *curve, const IvcCurve *other,
                          GError **error)
{
    g_autoptr(GArray) sizes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    for (guint i = 0; i < other->points->len; i++) {
        uint64_t bytes = g_array_index(other->points, IvcCurvePoint, i).bytes;
        if (!has_size(curve->points, bytes))
            g_array_append_val(sizes, bytes);
    }
    return measure(base, curve, sizes, IVC_POINT_FIT, error);
}

bool ivc_curve_check_sizes(IvcCurveBase *base, IvcCurve *curve, uint64_t most, GError **error)
{
    g_autoptr(GArray) sizes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    for (uint64_t b = 16; b * 5 / 4 <= most; b *= 2) {
        uint64_t between = b * 5 / 4 - b / 16 + 1; /* about 1.19 b, no round number */
        if (!has_size(curve->points, between))
            g_array_append_val(sizes, between);
    }
    return measure(base, curve, sizes, IVC_POINT_CHECK, error);
}
