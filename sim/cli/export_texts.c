/*
 * The files of `ivcsim export simgrid`, as texts.
 */
#include <math.h>
#include <stdlib.h>

#include "sim/cli/export_simgrid.h"
#include "sim/cli/table.h"

static const IvcCurve *curve_of(const IvcExport *export, unsigned class_)
{
    return export->curves->curves->pdata[class_];
}

char *ivc_export_pair(const IvcExport *export, unsigned class_)
{
    const IvcScenario *s = export->scenario;
    const IvcCurve *curve = curve_of(export, class_);
    const char *from = s->guests[s->channel->between[curve->from]].name;
    if (curve->from == curve->to)
        return g_strdup_printf("inside %s", from);
    return g_strdup_printf("%s to %s", from, s->guests[s->channel->between[curve->to]].name);
}

static void append_number(GString *out, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(out, g_ascii_formatd(text, sizeof text, "%.6g", value));
}

static const IvcRoundTrip *trip_of(const IvcExport *export, unsigned class_, guint i)
{
    if (!export->trips)
        return NULL;
    return &g_array_index((GArray *)export->trips->pdata[class_], IvcRoundTrip, i);
}

/* In nanoseconds: what the curve has, what the settings give, and how far off that is. */
static void append_pair(GString *out, double real, double fitted)
{
    g_string_append_c(out, ',');
    append_number(out, real * 1e9);
    g_string_append_c(out, ',');
    append_number(out, fitted * 1e9);
    g_string_append_c(out, ',');
    append_number(out, (fitted / real - 1) * 100);
}

char *ivc_export_csv_text(const IvcExport *export)
{
    GString *out = g_string_new(
        "class,from_to,message_bytes,use,stream_around_bytes,latency_ns,latency_fitted_ns,"
        "latency_error_percent,interval_ns,interval_fitted_ns,"
        "interval_error_percent,sender_cpu_ns,receiver_cpu_ns,server_cpu_ns");
    g_string_append(out, export->trips ? ",latency_simgrid_ns,interval_simgrid_ns\n" : "\n");
    for (unsigned c = 0; c < export->curves->curves->len; c++) {
        const IvcCurve *curve = curve_of(export, c);
        g_autofree char *pair = ivc_export_pair(export, c);
        for (guint i = 0; i < curve->points->len; i++) {
            const IvcCurvePoint *p = &g_array_index(curve->points, IvcCurvePoint, i);
            double latency, interval;
            ivc_fit_predict(export->fit, c, p->bytes, &latency, &interval);
            g_string_append_printf(out, "%u,%s,%" G_GUINT64_FORMAT ",%s,%" G_GUINT64_FORMAT, c,
                                   pair, p->bytes, p->use == IVC_POINT_FIT ? "fit" : "check",
                                   p->around);
            append_pair(out, (double)p->latency_ps * 1e-12, latency);
            append_pair(out, (double)p->interval_ps * 1e-12, interval);
            const IvcTime cpu[] = {p->sender_ps, p->receiver_ps, p->server_ps};
            for (unsigned k = 0; k < G_N_ELEMENTS(cpu); k++) {
                g_string_append_c(out, ',');
                append_number(out, (double)cpu[k] * 1e-3);
            }
            const IvcRoundTrip *trip = trip_of(export, c, i);
            if (trip) {
                g_string_append_c(out, ',');
                append_number(out, trip->latency * 1e9);
                g_string_append_c(out, ',');
                append_number(out, trip->interval * 1e9);
            }
            g_string_append_c(out, '\n');
        }
    }
    return g_string_free(out, FALSE);
}

char *ivc_export_figure_data(const IvcExport *export)
{
    GString *out = g_string_new("# bytes, then in us: latency, interval, and both as fitted\n");
    for (unsigned c = 0; c < export->curves->curves->len; c++) {
        const IvcCurve *curve = curve_of(export, c);
        for (guint i = 0; i < curve->points->len; i++) {
            const IvcCurvePoint *p = &g_array_index(curve->points, IvcCurvePoint, i);
            double values[4] = {(double)p->latency_ps * 1e-6, (double)p->interval_ps * 1e-6};
            ivc_fit_predict(export->fit, c, p->bytes, &values[2], &values[3]);
            g_string_append_printf(out, "%" G_GUINT64_FORMAT, p->bytes);
            for (unsigned k = 0; k < 4; k++) {
                g_string_append_c(out, ' ');
                append_number(out, k < 2 ? values[k] : values[k] * 1e6);
            }
            g_string_append_printf(out, " %d\n", (int)p->use);
        }
        g_string_append(out, "\n\n");
    }
    return g_string_free(out, FALSE);
}

char *ivc_export_figure_script(const IvcExport *export)
{
    const IvcFitClass *base = &g_array_index(export->fit->classes, IvcFitClass, export->fit->base);
    g_autofree char *pair = ivc_export_pair(export, export->fit->base);
    GString *out =
        g_string_new("# Curves of a channel, and what SMPI's settings make of them.\n"
                     "# Draw it in this folder: gnuplot fit.gp\n\n"
                     "name = 'fit'\nwidth = 12\nheight = 7.5\nif (!exists('to')) to = 'svg'\n"
                     "load 'common.gp'\n\n"
                     "set logscale x 2\nset logscale y\nset key left top reverse Left\n"
                     "set xtics ('1 B' 1, '16 B' 16, '256 B' 256, '4 KiB' 4096, '64 KiB' 65536, "
                     "'1 MiB' 1048576)\n"
                     "set xlabel 'message'\nset ylabel 'time of a message, us'\n"
                     "set format y '%g'\n");
    g_string_append_printf(out,
                           "set title \"%s over %s\\n"
                           "points: ivcsim, lines: SMPI, off by %.1f %% at most, %.1f %% between\" "
                           "font heading\n",
                           pair, export->scenario->channel->name, base->error_max * 100,
                           base->check_max * 100);
    g_string_append_printf(
        out,
        "plot 'fit.dat' index %u using 1:4 with lines linetype 1 linewidth 1, \\\n"
        "     '' index %u using 1:5 with lines linetype 2 linewidth 1, \\\n"
        "     '' index %u using 1:2 with points linetype 1 pointsize 0.3 * scale "
        "title 'latency: half a round trip', \\\n"
        "     '' index %u using 1:3 with points linetype 2 pointsize 0.3 * scale "
        "title 'interval of a stream'\n",
        export->fit->base, export->fit->base, export->fit->base, export->fit->base);
    return g_string_free(out, FALSE);
}

char *ivc_export_arguments(const IvcExport *export)
{
    GString *out = g_string_new(NULL);
    for (size_t i = 0; export->platform->config[i]; i++)
        g_string_append_printf(out, "--cfg=%s\n", export->platform->config[i]);
    return g_string_free(out, FALSE);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

IvcExportErrors ivc_export_errors(const IvcExport *export, unsigned class_, IvcPointUse use)
{
    const IvcCurve *curve = curve_of(export, class_);
    g_autofree double *errors = g_new0(double, 2 * curve->points->len + 1);
    guint n = 0;
    IvcExportErrors result = {0};
    for (guint i = 0; i < curve->points->len; i++) {
        const IvcCurvePoint *p = &g_array_index(curve->points, IvcCurvePoint, i);
        const IvcRoundTrip *trip = trip_of(export, class_, i);
        if (p->use != use || !trip)
            continue;
        result.n++;
        errors[n++] = fabs(trip->latency * 1e12 / (double)p->latency_ps - 1);
        if (!ivc_fit_is_unlike(export->curves, class_, i))
            errors[n++] = fabs(trip->interval * 1e12 / (double)p->interval_ps - 1);
    }
    qsort(errors, n, sizeof errors[0], by_value);
    result.worst = n ? errors[n - 1] : 0;
    result.median = n ? errors[n / 2] : 0;
    return result;
}

static void append_classes(GString *out, const IvcExport *export)
{
    for (unsigned c = 0; c < export->curves->curves->len; c++) {
        const IvcFitClass *links = &g_array_index(export->fit->classes, IvcFitClass, c);
        g_autofree char *pair = ivc_export_pair(export, c);
        g_string_append_printf(
            out,
            "  %s%s, standing for %zu pair%s: off by at most %.1f %% (median %.2f %%)\n"
            "    at the sizes that were fitted, %.1f %% (median %.2f %%) between them\n",
            pair, c == export->fit->base ? "" : " (links only)", curve_of(export, c)->n_pairs,
            curve_of(export, c)->n_pairs == 1 ? "" : "s", links->error_max * 100,
            links->error_median * 100, links->check_max * 100, links->check_median * 100);
    }
}

char *ivc_export_rough(const IvcExport *export)
{
    GString *out = g_string_new(NULL);
    for (unsigned c = 0; c < export->curves->curves->len; c++) {
        const GArray *rough = curve_of(export, c)->rough;
        g_autofree char *pair = ivc_export_pair(export, c);
        for (guint i = 0; rough && i < rough->len; i++) {
            const IvcCurveRough *part = &g_array_index(rough, IvcCurveRough, i);
            g_string_append_printf(out,
                                   "%s, %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
                                   " B: a stream's interval jumps from size to size; of other than "
                                   "round sizes it is that of sizes drawn around them\n",
                                   pair, part->above, part->below);
        }
    }
    return g_string_free(out, FALSE);
}

char *ivc_export_readme(const IvcExport *export)
{
    const IvcScenario *s = export->scenario;
    GString *out = g_string_new(NULL);
    g_string_append_printf(
        out,
        "A SimGrid platform of scenario '%s', channel '%s' (%s), made by ivcsim.\n\n"
        "Run an MPI program on it, one rank on each of its %zu hosts:\n\n"
        "  smpicc -O2 program.c -o program\n"
        "  smpirun -np %zu -platform platform.xml -hostfile hostfile \\\n"
        "    --cfg=smpi/host-speed:SPEED $(cat smpi.args) ./program\n\n"
        "SPEED is that of the computer that runs the simulation, in flop/s; with\n"
        "--cfg=smpi/simulate-computation:no computation between calls takes no time.\n\n"
        "platform.xml  hosts are virtual CPUs of %.0f Mflop/s, links are channels\n"
        "hostfile      the hosts, in the order in which ivcsim places ranks\n"
        "smpi.args     SMPI's settings: what a message costs sender, receiver and way\n"
        "curves.csv    the curves that they were fitted to, and how far off they are\n"
        "fit.gp        draws the same, of fit.dat: gnuplot fit.gp makes fit.svg\n\n"
        "Curves:\n",
        s->name, s->channel->name, s->channel->mechanism->head.name, export->platform->n_hosts,
        export->platform->n_hosts, export->platform->flops_per_s / 1e6);
    append_classes(out, export);
    g_autofree char *rough = ivc_export_rough(export);
    g_string_append_printf(out, "%s%s", *rough ? "\n" : "", rough);
    if (export->fit->unlike)
        g_string_append_printf(
            out,
            "\nAt %zu sizes of all curves messages of a stream are further apart than one\n"
            "takes. SMPI has nothing for that: there streams come out as fast as latency allows.\n",
            export->fit->unlike);
    if (s->cluster.machines > 1)
        g_string_append(out,
                        "\nBetween machines a message costs its sender and receiver what it costs "
                        "within one,\nand the network besides.\n");
    g_string_append(out, "\nMessages longer than the largest size go on in a straight line. A send "
                         "never waits for\nits receive, whatever its size.\n");
    return g_string_free(out, FALSE);
}
