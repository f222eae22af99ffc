/*
 * Curves of a channel: which pairs of guests are simulated. Pairs whose messages cost the same at a
 * few sizes are one class. Leaves out: virtual CPUs of one guest other than its first two, as they
 * are taken to be alike.
 */
#include "sim/simgrid/curves.h"

#include <math.h>

#include "sim/model/mpi.h"
#include "sim/simgrid/curve_sizes.h"

#define CLASS_ERROR 0.01 /* pairs within that are alike */

static const uint64_t probes[] = {8, 4096, 262144};

G_DEFINE_QUARK(ivc - curves - error - quark, ivc_curves_error)

static void curve_free(gpointer data)
{
    IvcCurve *curve = data;
    g_array_unref(curve->points);
    g_clear_pointer(&curve->rough, g_array_unref);
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

bool ivc_curves_directed(const IvcCurves *curves)
{
    return curves->n_guests == 2 && curves->classes[0 * 2 + 1] != curves->classes[1 * 2 + 0];
}

/* All sizes of all classes. Where directions differ both have the same sizes. */
static bool measure_sizes(IvcCurveBase *base, IvcCurves *curves, GError **error)
{
    for (guint c = 0; c < curves->curves->len; c++)
        if (!ivc_curve_fit_sizes(base, curves->curves->pdata[c], curves->bytes_max, error))
            return false;
    if (ivc_curves_directed(curves)) {
        IvcCurve *there = curves->curves->pdata[curves->classes[0 * 2 + 1]];
        IvcCurve *back = curves->curves->pdata[curves->classes[1 * 2 + 0]];
        if (!ivc_curve_join_sizes(base, there, back, error) ||
            !ivc_curve_join_sizes(base, back, there, error))
            return false;
    }
    for (guint c = 0; c < curves->curves->len; c++)
        if (!ivc_curve_check_sizes(base, curves->curves->pdata[c], curves->bytes_max, error))
            return false;
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
    if (!measure_sizes(base, curves, error) || !measure_together(base, s, curves, error))
        return NULL;
    return g_steal_pointer(&curves);
}
