/*
 * Curves of a channel: which sizes are simulated for which pairs of guests. Sizes are powers of two
 * and half-way between, then finer where neighbours do not lie on a line: mechanisms change their
 * way at some size, and that is found to the byte. Pairs whose messages cost the same at a few
 * sizes are one class. Leaves out: virtual CPUs of one guest other than its first two, as they are
 * taken to be alike.
 */
#include "sim/simgrid/curves.h"

#include <math.h>

#include "sim/model/mpi.h"
#include "sim/simgrid/curve_runs.h"

#define LINE_ERROR 0.02   /* of a point beside the line through its neighbours: look closer */
#define CLASS_ERROR 0.01  /* pairs within that are alike */
#define BESIDE_ERROR 0.02 /* a byte more costs so much: round sizes are better than others */
#define BESIDE_PROBE 1024 /* where that is tried */
#define BESIDE_LEAST 64   /* shorter ones are looked at one by one anyhow */
#define WIDE 64           /* of a gap between sizes */
#define POINTS_MAX 160    /* of a class */
#define POINTS_ROUND 224  /* the same where round sizes are better */
#define ROUNDS_MAX 24

static const uint64_t probes[] = {8, 4096, 262144};

G_DEFINE_QUARK(ivc - curves - error - quark, ivc_curves_error)

static void curve_free(gpointer data)
{
    IvcCurve *curve = data;
    g_array_unref(curve->points);
    g_free(curve);
}

void ivc_curves_free(IvcCurves *curves)
{
    if (!curves)
        return;
    g_ptr_array_unref(curves->curves);
    g_clear_pointer(&curves->together, g_array_unref);
    g_free(curves->classes);
    g_free(curves->server);
    g_free(curves);
}

/* Simulates ping-pong and stream at sizes that have not been, and puts them into the curve. */
static bool measure(IvcCurveBase *base, IvcCurve *curve, const GArray *sizes, IvcPointUse use,
                    GError **error)
{
    guint n = sizes->len;
    g_autofree IvcCurveRun *runs = g_new0(IvcCurveRun, 2 * n + 1);
    for (guint i = 0; i < 2 * n; i++)
        runs[i] = (IvcCurveRun){.workload = i % 2 ? "stream" : "pingpong",
                                .bytes = g_array_index(sizes, uint64_t, i / 2),
                                .from = curve->from,
                                .to = curve->to};
    ivc_curve_plan(base, 2 * n);
    if (!ivc_curve_runs(base, runs, 2 * n, error))
        return false;
    for (guint i = 0; i < n; i++) {
        const IvcCurveRun *there = &runs[2 * i], *stream = &runs[2 * i + 1];
        IvcCurvePoint point = {.bytes = stream->bytes,
                               .use = use,
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

static double off_line(double b, double b0, double y0, double b1, double y1, double y)
{
    double line = y0 + (y1 - y0) * (b - b0) / (b1 - b0);
    return fabs(line / y - 1);
}

static bool level(const IvcCurvePoint *a, const IvcCurvePoint *b)
{
    double grown = (double)b->bytes / (double)a->bytes * (1 + LINE_ERROR);
    return (double)b->latency_ps < (double)a->latency_ps * grown &&
           (double)a->latency_ps < (double)b->latency_ps * (1 + LINE_ERROR) &&
           (double)b->interval_ps < (double)a->interval_ps * grown &&
           (double)a->interval_ps < (double)b->interval_ps * (1 + LINE_ERROR);
}

/* How far point i is from the line through its neighbours. */
static double bent(const GArray *points, guint i)
{
    const IvcCurvePoint *p = &g_array_index(points, IvcCurvePoint, i);
    const IvcCurvePoint *l = p - 1, *r = p + 1;
    double b = (double)p->bytes, b0 = (double)l->bytes, b1 = (double)r->bytes;
    return MAX(
        off_line(b, b0, (double)l->latency_ps, b1, (double)r->latency_ps, (double)p->latency_ps),
        off_line(b, b0, (double)l->interval_ps, b1, (double)r->interval_ps,
                 (double)p->interval_ps));
}

/* Whether what lies between points i and i + 1 is one step: the pieces beside are level. */
static bool step_after(const GArray *points, guint i)
{
    if (i == 0 || i + 2 >= points->len)
        return false;
    const IvcCurvePoint *p = &g_array_index(points, IvcCurvePoint, i);
    return level(p - 1, p) && level(p + 1, p + 2);
}

/* Adds a size about the middle of the gap after point i: an odd one of a wide gap where round ones
 * are better than what is around them. A curve that goes up and down at every size is not followed
 * below a sixteenth of the size. */
static void add_middle(const IvcCurve *curve, const GArray *points, guint i, bool odd,
                       GArray *sizes)
{
    uint64_t low = g_array_index(points, IvcCurvePoint, i).bytes;
    uint64_t high = g_array_index(points, IvcCurvePoint, i + 1).bytes, gap = high - low;
    uint64_t middle = gap < WIDE || !odd ? low + gap / 2 : (low + gap / 2) | 3;
    if (middle == low || (gap * 16 <= low && !step_after(points, i)) ||
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

/* Where it is to be looked closer. When that is more than there is room for: where round sizes are
 * better, only where it is worst; else nowhere.
 * @return transfer full */
static GArray *closer_sizes(const IvcCurve *curve)
{
    g_autoptr(GArray) points = common_points(curve->points);
    GArray *sizes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    bool odd = points->len < curve->points->len;
    guint most = odd ? POINTS_ROUND : POINTS_MAX;
    guint room = most - MIN(curve->points->len, most);
    double limit = LINE_ERROR;
    do {
        g_array_set_size(sizes, 0);
        for (guint i = 1; i + 1 < points->len; i++) {
            if (bent(points, i) <= limit)
                continue;
            add_middle(curve, points, i - 1, odd, sizes);
            add_middle(curve, points, i, odd, sizes);
        }
        limit *= 2;
    } while (odd && sizes->len > room);
    if (sizes->len > room)
        g_array_set_size(sizes, 0);
    return sizes;
}

static bool refine(IvcCurveBase *base, IvcCurve *curve, GError **error)
{
    for (unsigned round = 0; round < ROUNDS_MAX; round++) {
        g_autoptr(GArray) sizes = closer_sizes(curve);
        if (sizes->len == 0)
            return true;
        if (!measure(base, curve, sizes, IVC_POINT_FIT, error))
            return false;
    }
    return true;
}

/* Round sizes may be better than all others: where a mechanism moves whole lines, the rest of one
 * costs extra. Then those a byte longer stand for what is around, and the others for
 * themselves. */
static bool measure_beside(IvcCurveBase *base, IvcCurve *curve, const GArray *round, GError **error)
{
    g_autoptr(GArray) beside = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    uint64_t probe = BESIDE_PROBE + 1;
    if (g_array_index(round, uint64_t, round->len - 1) <= BESIDE_PROBE)
        return true;
    g_array_append_val(beside, probe);
    if (!measure(base, curve, beside, IVC_POINT_FIT, error))
        return false;
    guint i = 0;
    while (g_array_index(curve->points, IvcCurvePoint, i).bytes != BESIDE_PROBE)
        i++;
    const IvcCurvePoint *at = &g_array_index(curve->points, IvcCurvePoint, i);
    bool better = (double)at[1].latency_ps > (double)at->latency_ps * (1 + BESIDE_ERROR);
    if (!better) {
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
    for (guint k = 0; k + 1 < curve->points->len; k++) {
        IvcCurvePoint *p = &g_array_index(curve->points, IvcCurvePoint, k);
        p->lone = p->bytes + 1 >= BESIDE_LEAST && p[1].bytes == p->bytes + 1;
    }
    return true;
}

/* All sizes of a class. */
static bool measure_curve(IvcCurveBase *base, IvcCurve *curve, uint64_t most, GError **error)
{
    g_autoptr(GArray) sizes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    for (uint64_t b = 1; b <= most; b *= 2) {
        uint64_t half = b + b / 2;
        g_array_append_val(sizes, b);
        if (b > 1 && half <= most)
            g_array_append_val(sizes, half);
    }
    if (!measure(base, curve, sizes, IVC_POINT_FIT, error) ||
        !measure_beside(base, curve, sizes, error) || !refine(base, curve, error))
        return false;
    g_array_set_size(sizes, 0);
    for (uint64_t b = 16; b * 5 / 4 <= most; b *= 2) {
        uint64_t between = b * 5 / 4 - b / 16 + 1; /* about 1.19 b, no round number */
        if (!has_size(curve->points, between))
            g_array_append_val(sizes, between);
    }
    return measure(base, curve, sizes, IVC_POINT_CHECK, error);
}

static bool alike(const IvcCurveRun *a, const IvcCurveRun *b, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (fabs((double)a[i].message_ps / (double)b[i].message_ps - 1) > CLASS_ERROR)
            return false;
    return true;
}

static void add_class(IvcCurves *curves, unsigned from, unsigned to)
{
    IvcCurve *curve = g_new0(IvcCurve, 1);
    curve->from = from;
    curve->to = to;
    curve->points = g_array_new(FALSE, FALSE, sizeof(IvcCurvePoint));
    g_ptr_array_add(curves->curves, curve);
}

/* Puts pairs (from, to) that have been probed into classes. `runs` has n_probes of each. */
static void classify(IvcCurves *curves, const IvcCurveRun *runs, size_t n_pairs, unsigned n_probes)
{
    g_autofree size_t *first = g_new0(size_t, n_pairs + 1);
    guint before = curves->curves->len;
    for (size_t p = 0; p < n_pairs; p++) {
        const IvcCurveRun *run = &runs[p * n_probes];
        guint c = before;
        while (c < curves->curves->len &&
               !alike(run, &runs[first[c - before] * n_probes], n_probes))
            c++;
        if (c == curves->curves->len) {
            first[c - before] = p;
            add_class(curves, run->from, run->to);
        }
        ((IvcCurve *)curves->curves->pdata[c])->n_pairs++;
        curves->classes[run->from * curves->n_guests + run->to] = c;
    }
}

static bool find_classes(IvcCurveBase *base, IvcCurves *curves, GError **error)
{
    unsigned n = curves->n_guests;
    g_autoptr(GArray) runs = g_array_new(FALSE, FALSE, sizeof(IvcCurveRun));
    guint n_probes = 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(probes); i++)
        n_probes += i == 0 || probes[i] <= curves->bytes_max ? 2 : 0;
    size_t n_pairs = 0;
    for (unsigned from = 0; from < n; from++)
        for (unsigned to = 0; to < n; to++) {
            if (from == to)
                continue;
            n_pairs++;
            for (unsigned i = 0; i < n_probes; i++) {
                IvcCurveRun run = {.workload = i % 2 ? "stream" : "pingpong",
                                   .bytes = MIN(probes[i / 2], curves->bytes_max),
                                   .from = from,
                                   .to = to};
                g_array_append_val(runs, run);
            }
        }
    ivc_curve_plan(base, runs->len);
    if (!ivc_curve_runs(base, (IvcCurveRun *)(void *)runs->data, runs->len, error))
        return false;
    classify(curves, (const IvcCurveRun *)(const void *)runs->data, n_pairs, n_probes);
    return true;
}

/* The class of messages inside a guest; made when there is none. */
static guint inner_class(IvcCurves *curves, unsigned guest)
{
    guint c = 0;
    for (; c < curves->curves->len; c++) {
        const IvcCurve *curve = curves->curves->pdata[c];
        if (curve->from == curve->to)
            break;
    }
    if (c == curves->curves->len)
        add_class(curves, guest, guest);
    ((IvcCurve *)curves->curves->pdata[c])->n_pairs++;
    return c;
}

/* Guests with several virtual CPUs: their messages among themselves are one class. Where the
 * mechanism cannot do that, they are taken as those to another guest. */
static bool find_inner(IvcCurveBase *base, const IvcScenario *s, IvcCurves *curves, GError **error)
{
    unsigned n = curves->n_guests;
    for (unsigned g = 0; g < n; g++) {
        if (ivc_guest_vcpus(&s->guests[s->channel->between[g]]) < 2)
            continue;
        IvcCurveRun run = {.workload = "stream", .bytes = 1, .from = g, .to = g};
        ivc_curve_plan(base, 1);
        g_autoptr(GError) reason = NULL;
        if (ivc_curve_runs(base, &run, 1, &reason))
            curves->classes[g * n + g] = inner_class(curves, g);
        else if (curves->curves->len == 0) {
            g_propagate_error(error, g_steal_pointer(&reason));
            return false;
        }
    }
    return true;
}

static bool check_channel(const IvcScenario *s, GError **error)
{
    const IvcChannelSpec *channel = s->channel;
    size_t vcpus = 0;
    for (size_t i = 0; i < channel->n_between; i++)
        vcpus += ivc_guest_vcpus(&s->guests[channel->between[i]]);
    if (channel->mechanism->no_messages)
        g_set_error(error, IVC_CURVES_ERROR, IVC_CURVES_ERROR_MECHANISM,
                    "mechanism '%s' of channel '%s' carries no messages",
                    channel->mechanism->head.name, channel->name);
    else if (vcpus < 2)
        g_set_error(error, IVC_CURVES_ERROR, IVC_CURVES_ERROR_GUESTS,
                    "channel '%s' joins one virtual CPU; two are needed", channel->name);
    else if (channel->n_between > IVC_CURVES_GUESTS_MAX)
        g_set_error(error, IVC_CURVES_ERROR, IVC_CURVES_ERROR_GUESTS,
                    "channel '%s' joins %zu guests; at most %u can be exported", channel->name,
                    channel->n_between, IVC_CURVES_GUESTS_MAX);
    else
        return true;
    return false;
}

/* Powers of four: what is shared depends on caches, not on steps of the mechanism. */
static bool measure_together(IvcCurveBase *base, const IvcScenario *s, IvcCurves *curves,
                             GError **error)
{
    g_autoptr(GArray) runs = g_array_new(FALSE, FALSE, sizeof(IvcCurveRun));
    curves->pairs = (unsigned)s->channel->n_between / 2;
    for (uint64_t b = 4; b <= curves->bytes_max && curves->pairs > 1; b *= 4) {
        IvcCurveRun two[] = {{.workload = "stream", .bytes = b, .from = G_MAXUINT, .to = G_MAXUINT},
                             {.workload = "stream", .bytes = b, .from = 0, .to = 1}};
        g_array_append_vals(runs, two, 2);
    }
    IvcCurveRun *first = (IvcCurveRun *)(void *)runs->data;
    ivc_curve_plan(base, runs->len);
    if (!ivc_curve_runs(base, first, runs->len, error))
        return false;
    for (guint i = 0; i < runs->len; i += 2) {
        IvcCurveTogether at = {.bytes = first[i].bytes,
                               .interval_ps = first[i].message_ps,
                               .alone_ps = first[i + 1].message_ps};
        g_array_append_val(curves->together, at);
    }
    return true;
}

IvcCurves *ivc_curves_measure(const IvcScenario *s, const IvcCurvesOptions *options, GError **error)
{
    if (!check_channel(s, error))
        return NULL;
    const IvcMechanism *mechanism = s->channel->mechanism;
    g_autoptr(IvcCurves) curves = g_new0(IvcCurves, 1);
    g_autoptr(IvcCurveBase) base = ivc_curve_base_new(s, options);
    unsigned n = (unsigned)s->channel->n_between;
    curves->n_guests = n;
    curves->curves = g_ptr_array_new_with_free_func(curve_free);
    curves->together = g_array_new(FALSE, FALSE, sizeof(IvcCurveTogether));
    curves->classes = g_new0(unsigned, (size_t)n *n);
    curves->bytes_max =
        MIN(mechanism->ops->message_bytes_max(s->channel->spec), IVC_CURVES_BYTES_MAX);
    if (mechanism->served_by)
        curves->server = g_strdup(mechanism->served_by(s->channel->spec));
    if (!find_classes(base, curves, error) || !find_inner(base, s, curves, error))
        return NULL;
    for (guint c = 0; c < curves->curves->len; c++)
        if (!measure_curve(base, curves->curves->pdata[c], curves->bytes_max, error))
            return NULL;
    if (!measure_together(base, s, curves, error))
        return NULL;
    curves->runs = ivc_curve_runs_done(base);
    return g_steal_pointer(&curves);
}
