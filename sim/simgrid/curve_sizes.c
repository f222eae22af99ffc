/*
 * The sizes of a curve: powers of two and half-way between, then finer where neighbours do not lie
 * on a line. Mechanisms change their way at some size, and that is found to the byte. A stream may
 * lock into one of several rhythms, another one a few bytes on: following that has no end, so there
 * its sizes are drawn from around the point's: that is a mean of rhythms.
 */
#include "sim/simgrid/curve_sizes.h"

#include <math.h>

#include "sim/simgrid/curve_rough.h"

#define LINE_ERROR 0.02    /* of a point beside the line through its neighbours: look closer, */
#define CLOSE 16           /* until a gap is so small a part of the size, if it holds no step */
#define FAR 0.04           /* beside the line: look closer still, */
#define CLOSER 64          /* until a gap is so small a part */
#define PEAK 0.04          /* over both its neighbours, or below: look at it to the byte */
#define BESIDE_ERROR 0.02  /* a byte more costs so much: round sizes are better than others */
#define BESIDE_PROBE 1024  /* where that is tried */
#define BESIDE_LEAST 64    /* shorter ones are looked at one by one anyhow */
#define WIDE 64            /* of a gap between sizes */
#define DOUBT_LEAST 16     /* from there on sizes between quarters are tried */
#define DROP_STEPS 8       /* sizes that are tried in a quarter after a drop */
#define QUARTERS_LEAST 256 /* from there on sizes a quarter apart are tried */
#define POINTS_MAX 384     /* of a class */
#define ROUNDS_MAX 24

/* The value at a size, on the line between the points beside it. */
static double line_at(const IvcCurvePoint *a, const IvcCurvePoint *b, uint64_t bytes,
                      IvcCurveField field)
{
    double share = (double)(bytes - a->bytes) / (double)(b->bytes - a->bytes);
    double from = ivc_curve_value(a, field);
    return from + (ivc_curve_value(b, field) - from) * share;
}

/* How far point i is from the line through its neighbours. */
static double bent(const GArray *points, guint i, IvcCurveField field)
{
    const IvcCurvePoint *p = &g_array_index(points, IvcCurvePoint, i);
    return fabs(line_at(p - 1, p + 1, p->bytes, field) / ivc_curve_value(p, field) - 1);
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
                                .around = i % 2 ? ivc_curve_around(curve, bytes) : 0,
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

static bool has_number(const GArray *sizes, uint64_t bytes)
{
    for (guint i = 0; i < sizes->len; i++)
        if (g_array_index(sizes, uint64_t, i) == bytes)
            return true;
    return false;
}

static void add_new(const GArray *points, uint64_t bytes, GArray *sizes)
{
    if (!has_size(points, bytes) && !has_number(sizes, bytes))
        g_array_append_val(sizes, bytes);
}

/* Whether a point is beside both its neighbours, on the same side: a rhythm of its own size. */
static bool is_peak(const GArray *points, guint i, IvcCurveField field)
{
    if (i == 0 || i + 1 == points->len)
        return false;
    const IvcCurvePoint *p = &g_array_index(points, IvcCurvePoint, i);
    double value = ivc_curve_value(p, field);
    double before = ivc_curve_value(p - 1, field), after = ivc_curve_value(p + 1, field);
    return value > MAX(before, after) * (1 + PEAK) || value * (1 + PEAK) < MIN(before, after);
}

/* Whether a gap beside a point that is so far from the line is not looked into any more: it is
 * narrow, and neither is it a step that is to be found, nor is one of its points a peak. */
static bool is_close(const GArray *points, guint i, IvcCurveField field, double off)
{
    const IvcCurvePoint *low = &g_array_index(points, IvcCurvePoint, i);
    uint64_t gap = low[1].bytes - low->bytes;
    return gap * (off > FAR ? CLOSER : CLOSE) <= low->bytes &&
           !ivc_curve_step_after(points, i, field) && !is_peak(points, i, field) &&
           !is_peak(points, i + 1, field);
}

/* Adds a size about the middle of the gap after point i: an odd one of a wide gap where round ones
 * are better than what is around them. */
static void add_middle(const IvcCurve *curve, const GArray *points, guint i, bool odd,
                       GArray *sizes)
{
    uint64_t low = g_array_index(points, IvcCurvePoint, i).bytes;
    uint64_t gap = g_array_index(points, IvcCurvePoint, i + 1).bytes - low;
    uint64_t middle = gap < WIDE || !odd ? low + gap / 2 : (low + gap / 2) | 3;
    if (middle != low)
        add_new(curve->points, middle, sizes);
}

/* How many times as wide as close the gap after point i is, at least 1. */
static double width(const GArray *points, guint i)
{
    const IvcCurvePoint *low = &g_array_index(points, IvcCurvePoint, i);
    return MAX(1, (double)(low[1].bytes - low->bytes) * CLOSE / (double)low->bytes);
}

/* Where it is to be looked closer; when that is more than there is room for, only where it is
 * worst, and gaps are wide. @return transfer full */
static GArray *closer_sizes(const IvcCurve *curve, bool odd)
{
    g_autoptr(GArray) points = ivc_curve_common_points(curve->points);
    GArray *sizes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    guint room = POINTS_MAX - MIN(curve->points->len, POINTS_MAX);
    double limit = LINE_ERROR;
    do {
        g_array_set_size(sizes, 0);
        for (guint i = 1; i + 1 < points->len; i++)
            for (guint gap = i - 1; gap <= i; gap++)
                for (IvcCurveField f = 0; f < IVC_CURVE_FIELDS; f++)
                    if (bent(points, i, f) > LINE_ERROR &&
                        !is_close(points, gap, f, bent(points, i, f)) &&
                        bent(points, i, f) * width(points, gap) > limit)
                        add_middle(curve, points, gap, odd, sizes);
        limit *= 2;
    } while (sizes->len > room);
    return sizes;
}

/* Looks closer, to the byte where there is one step. */
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

/* From a quarter of an octave to the next. */
static uint64_t quarter_of(uint64_t bytes)
{
    uint64_t octave = 1;
    while (octave * 2 <= bytes)
        octave *= 2;
    return octave / 4;
}

/* In rough parts streams have drawn sizes, an eighth apart at first. Round sizes go on to stand for
 * themselves. */
static bool measure_rough(IvcCurveBase *base, IvcCurve *curve, const GArray *round, GError **error)
{
    g_autoptr(GArray) sizes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    for (guint i = curve->points->len; i-- > 0;) {
        IvcCurvePoint *p = &g_array_index(curve->points, IvcCurvePoint, i);
        if (p->lone || ivc_curve_around(curve, p->bytes) == p->around)
            continue;
        p->lone = has_number(round, p->bytes);
        if (!p->lone)
            g_array_remove_index(curve->points, i);
    }
    for (guint k = 0; k + 1 < round->len; k++) {
        uint64_t low = g_array_index(round, uint64_t, k);
        uint64_t gap = g_array_index(round, uint64_t, k + 1) - low;
        uint64_t coarse[] = {low + 1, low + gap / 4 + 1, low + gap / 2 + 1, low + gap * 3 / 4 + 1,
                             low + gap - 1};
        for (guint c = 0; c < G_N_ELEMENTS(coarse); c++)
            if (ivc_curve_around(curve, coarse[c]) > 0)
                add_new(curve->points, coarse[c], sizes);
    }
    return measure(base, curve, sizes, IVC_POINT_FIT, error);
}

/* Thirds of the way from quarter to quarter. @return transfer full */
static GArray *thirds_of(uint64_t most, unsigned thirds)
{
    GArray *sizes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    for (uint64_t low = DOUBT_LEAST; low < most; low += quarter_of(low)) {
        uint64_t bytes = (low + quarter_of(low) * thirds / 3) | 1;
        g_array_append_val(sizes, bytes);
    }
    return sizes;
}

/* Where a larger message takes less time, those larger still. @return transfer full */
static GArray *after_drops(const IvcCurve *curve)
{
    GArray *sizes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    g_autoptr(GArray) points = ivc_curve_common_points(curve->points);
    for (guint i = 1; i < points->len; i++) {
        uint64_t low = g_array_index(points, IvcCurvePoint, i).bytes;
        for (unsigned k = 1; ivc_curve_drops_at(points, i, true) && k <= DROP_STEPS; k++) {
            uint64_t bytes = (low + low * k / (4 * DROP_STEPS)) | 1;
            if (sizes->len == 0 || g_array_index(sizes, uint64_t, sizes->len - 1) < bytes)
                g_array_append_val(sizes, bytes);
        }
    }
    return sizes;
}

/* Sizes that may lie on a line by chance: those that do not are points. */
static bool measure_doubtful(IvcCurveBase *base, IvcCurve *curve, const GArray *doubtful,
                             GError **error)
{
    g_autoptr(GArray) points = ivc_curve_common_points(curve->points);
    uint64_t most = g_array_index(points, IvcCurvePoint, points->len - 1).bytes;
    g_autoptr(GArray) runs = g_array_new(FALSE, FALSE, sizeof(IvcCurveRun));
    g_autoptr(GArray) sizes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    for (guint i = 0; i < doubtful->len; i++) {
        IvcCurveRun run = {.workload = "stream",
                           .bytes = g_array_index(doubtful, uint64_t, i),
                           .from = curve->from,
                           .to = curve->to};
        bool drawn = ivc_curve_around(curve, run.bytes) > 0;
        if (run.bytes < most && !drawn && !has_size(curve->points, run.bytes))
            g_array_append_val(runs, run);
    }
    ivc_curve_plan(base, runs->len);
    if (!ivc_curve_runs(base, (IvcCurveRun *)(void *)runs->data, runs->len, error))
        return false;
    for (guint i = 0, at = 0; i < runs->len; i++) {
        const IvcCurveRun *run = &g_array_index(runs, IvcCurveRun, i);
        while (g_array_index(points, IvcCurvePoint, at + 1).bytes < run->bytes)
            at++;
        const IvcCurvePoint *before = &g_array_index(points, IvcCurvePoint, at);
        double line = line_at(before, before + 1, run->bytes, IVC_CURVE_INTERVAL);
        if (fabs(line / (double)run->message_ps - 1) > LINE_ERROR)
            g_array_append_val(sizes, run->bytes);
    }
    return measure(base, curve, sizes, IVC_POINT_FIT, error);
}

/* Tries doubtful sizes, which it frees, and looks closer at what they show. `odd` is as for
 * refine(), `refined` as for ivc_curve_find_rough(). */
static bool try_doubtful(IvcCurveBase *base, IvcCurve *curve, GArray *doubtful, const GArray *round,
                         bool odd, bool refined, GError **error)
{
    bool ok = measure_doubtful(base, curve, doubtful, error);
    g_array_unref(doubtful);
    if (!ok)
        return false;
    ivc_curve_find_rough(curve, refined);
    do {
        if (!measure_rough(base, curve, round, error) || !refine(base, curve, odd, error))
            return false;
    } while (ivc_curve_find_rough(curve, true));
    return true;
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
    if (!measure(base, curve, round, IVC_POINT_FIT, error) ||
        !measure_beside(base, curve, round, &better, error) ||
        !measure(base, curve, quarters, IVC_POINT_FIT, error))
        return false;
    return try_doubtful(base, curve, thirds_of(most, 1), round, better, false, error) &&
           try_doubtful(base, curve, thirds_of(most, 2), round, better, true, error) &&
           try_doubtful(base, curve, after_drops(curve), round, better, true, error);
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

/* A size that is none of the points: this one, or the middle of what is left free after it. */
static uint64_t free_size(const GArray *points, uint64_t bytes)
{
    for (guint i = 0; i + 1 < points->len; i++) {
        uint64_t at = g_array_index(points, IvcCurvePoint, i).bytes;
        uint64_t next = g_array_index(points, IvcCurvePoint, i + 1).bytes;
        if (at == bytes && next > at + 1)
            return at + (next - at) / 2;
        if (at == bytes)
            bytes = next;
    }
    return bytes;
}

bool ivc_curve_check_sizes(IvcCurveBase *base, IvcCurve *curve, uint64_t most, GError **error)
{
    g_autoptr(GArray) sizes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    for (uint64_t b = 16; b * 5 / 4 <= most; b *= 2) {
        uint64_t between = free_size(curve->points, b * 5 / 4 - b / 16 + 1); /* about 1.19 b */
        if (between < most)
            add_new(curve->points, between, sizes);
    }
    return measure(base, curve, sizes, IVC_POINT_CHECK, error);
}
