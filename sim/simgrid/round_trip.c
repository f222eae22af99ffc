/*
 * Runs simgrid/mpi/roundtrip.c on a platform. SimGrid ends its process on errors, so it has one of
 * its own; what it said is part of the error. Leaves out: more than one pair at a time.
 */
#include "sim/simgrid/round_trip.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "roundtrip_source.h"
#include "sim/simgrid/ask.h"

static const char *const files[] = {"roundtrip.c", "roundtrip", "platform.xml", "hostfile"};

static bool write_text(const char *folder, const char *name, const char *text, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    return g_file_set_contents(path, text, -1, error);
}

/* Runs a command; on failure its last words are the error. */
static bool command(char **argv, const char *folder, char **ret_output, GError **error)
{
    g_autofree char *said = NULL;
    int status;
    /* smpirun puts files where TMPDIR says, relative to where it was started or not. */
    g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "TMPDIR", folder, TRUE);
    if (!g_spawn_sync(folder, argv, environment, G_SPAWN_DEFAULT, NULL, NULL, ret_output, &said,
                      &status, error))
        return false;
    if (g_spawn_check_wait_status(status, NULL))
        return true;
    g_strchomp(said);
    const char *last = strrchr(said, '\n');
    g_autofree char *shown =
        ivc_text_escape(last ? last + 1 : said, strlen(last ? last + 1 : said), 300);
    g_set_error(error, IVC_SIMGRID_ERROR, IVC_SIMGRID_ERROR_ANSWER, "'%s' failed: %s", argv[0],
                shown);
    return false;
}

static const char *host_of(const IvcSimgridPlatform *platform, const IvcScenario *scenario,
                           unsigned index, unsigned vcpu)
{
    unsigned guest = scenario->channel->between[index];
    for (size_t h = 0; h < platform->n_hosts; h++)
        if (platform->hosts[h].guest == guest && platform->hosts[h].vcpu == vcpu)
            return platform->hosts[h].name;
    return "";
}

static char **run_arguments(const char *smpirun, const IvcSimgridPlatform *platform,
                            const IvcCurve *curve)
{
    g_autoptr(GStrvBuilder) argv = g_strv_builder_new();
    g_strv_builder_add_many(argv, smpirun, "-np", "2", "-platform", "platform.xml", "-hostfile",
                            "hostfile", "--log=root.thresh:error", "--cfg=smpi/host-speed:1f",
                            "--cfg=smpi/simulate-computation:no", NULL);
    for (size_t i = 0; platform->config[i]; i++) {
        g_autofree char *option = g_strconcat("--cfg=", platform->config[i], NULL);
        g_strv_builder_add(argv, option);
    }
    g_strv_builder_add(argv, "./roundtrip");
    for (guint i = 0; i < curve->points->len; i++) {
        g_autofree char *bytes = g_strdup_printf(
            "%" G_GUINT64_FORMAT, g_array_index(curve->points, IvcCurvePoint, i).bytes);
        g_strv_builder_add(argv, bytes);
    }
    return g_strv_builder_end(argv);
}

static GArray *read_output(const char *text, const IvcCurve *curve, GError **error)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(IvcRoundTrip));
    for (guint i = 0; i < curve->points->len && lines[i]; i++) {
        IvcRoundTrip row;
        char *end = lines[i];
        row.bytes = g_ascii_strtoull(end, &end, 10);
        row.latency = g_ascii_strtod(end, &end);
        row.interval = g_ascii_strtod(end, &end);
        if (row.bytes != g_array_index(curve->points, IvcCurvePoint, i).bytes)
            break;
        g_array_append_val(rows, row);
    }
    if (rows->len == curve->points->len)
        return g_steal_pointer(&rows);
    g_set_error(error, IVC_SIMGRID_ERROR, IVC_SIMGRID_ERROR_ANSWER,
                "SimGrid measured %u of %u message sizes", rows->len, curve->points->len);
    return NULL;
}

static GArray *run_in(const char *folder, const char *const *tools,
                      const IvcSimgridPlatform *platform, const char *hostfile,
                      const IvcCurve *curve, GError **error)
{
    char *compile[] = {(char *)tools[0], "-O1", "roundtrip.c", "-o", "roundtrip", NULL};
    g_auto(GStrv) run = run_arguments(tools[1], platform, curve);
    g_autofree char *output = NULL;
    g_autofree char *compiled = NULL;
    if (!write_text(folder, files[0], ivc_roundtrip_source, error) ||
        !write_text(folder, files[2], platform->xml, error) ||
        !write_text(folder, files[3], hostfile, error) ||
        !command(compile, folder, &compiled, error) || !command(run, folder, &output, error))
        return NULL;
    return read_output(output, curve, error);
}

GArray *ivc_round_trip(const IvcSimgridPlatform *platform, const IvcScenario *scenario,
                       const IvcCurves *curves, unsigned class_, GError **error)
{
    const IvcCurve *curve = curves->curves->pdata[class_];
    g_autofree char *smpicc = ivc_simgrid_find("smpicc", error);
    g_autofree char *smpirun = smpicc ? ivc_simgrid_find("smpirun", error) : NULL;
    g_autofree char *folder = smpirun ? ivc_simgrid_make_folder("ivcsim-XXXXXX", error) : NULL;
    if (!folder)
        return NULL;
    g_autofree char *hostfile =
        g_strdup_printf("%s\n%s\n", host_of(platform, scenario, curve->from, 0),
                        host_of(platform, scenario, curve->to, curve->from == curve->to));
    const char *const tools[] = {smpicc, smpirun};
    GArray *rows = run_in(folder, tools, platform, hostfile, curve, error);
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(folder, files[i], NULL);
        (void)g_unlink(path);
    }
    (void)g_rmdir(folder);
    return rows;
}
