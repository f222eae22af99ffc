/*
 * A SimGrid platform as XML text, and SMPI's settings. A zone is a machine; its hosts are the
 * virtual CPUs of the channel's guests; a link is a channel between two of them, or what all
 * channels of a machine share. Leaves out: what a guest does beside its ranks, and cores that
 * guests share under a scheduler.
 */
#include "sim/simgrid/platform.h"

#include "sim/model/machine.h"

#define TEST_CYCLES                                                               \
    100 /* of MPI_Test and MPI_Iprobe that find nothing: a turn of a polling loop \
         */

#define LONG_BYTES 16384 /* messages whose bytes, and not their number, take the CPU */

typedef struct {
    const IvcScenario *scenario;
    const IvcCurves *curves;
    const IvcFit *fit;
    IvcSimgridPlatform *out;
    GString *xml;
} Build;

static void number(GString *out, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(out, g_ascii_formatd(text, sizeof text, "%.12g", value));
}

/* `from` names a guest by its place in the channel's `between`. */
static char *host_name(const Build *b, unsigned machine, unsigned guest, unsigned vcpu)
{
    const IvcGuestSpec *spec = &b->scenario->guests[guest];
    g_autofree char *zone =
        b->scenario->cluster.machines > 1 ? g_strdup_printf("m%u.", machine) : g_strdup("");
    if (ivc_guest_vcpus(spec) == 1)
        return g_strconcat(zone, spec->name, NULL);
    return g_strdup_printf("%s%s.%u", zone, spec->name, vcpu);
}

/* Hosts in the order in which ranks are placed: the first of each guest, the second, ... */
static void make_hosts(Build *b)
{
    const IvcChannelSpec *channel = b->scenario->channel;
    g_autoptr(GArray) hosts = g_array_new(FALSE, FALSE, sizeof(IvcPlatformHost));
    for (unsigned m = 0; m < b->scenario->cluster.machines; m++) {
        bool more = true;
        for (unsigned v = 0; more; v++) {
            more = false;
            for (size_t g = 0; g < channel->n_between; g++) {
                unsigned guest = channel->between[g];
                if (v >= ivc_guest_vcpus(&b->scenario->guests[guest]))
                    continue;
                more = true;
                IvcPlatformHost host = {
                    .name = host_name(b, m, guest, v), .machine = m, .guest = guest, .vcpu = v};
                g_array_append_val(hosts, host);
            }
        }
    }
    b->out->n_hosts = hosts->len;
    b->out->hosts = (IvcPlatformHost *)(void *)g_array_free(g_steal_pointer(&hosts), FALSE);
}

static void append_link(Build *b, const char *id, double bytes_per_s, double latency_s,
                        const char *policy)
{
    g_string_append_printf(b->xml, "    <link id=\"%s\" bandwidth=\"", id);
    number(b->xml, bytes_per_s);
    g_string_append(b->xml, "Bps\" latency=\"");
    number(b->xml, latency_s);
    g_string_append_printf(b->xml, "s\" sharing_policy=\"%s\"/>\n", policy);
}

static unsigned between_index(const Build *b, unsigned guest)
{
    const IvcChannelSpec *channel = b->scenario->channel;
    for (unsigned i = 0; i < channel->n_between; i++)
        if (channel->between[i] == guest)
            return i;
    g_assert_not_reached();
}

static const IvcFitClass *links_of(const Build *b, const IvcPlatformHost *from,
                                   const IvcPlatformHost *to)
{
    unsigned row = between_index(b, from->guest), column = between_index(b, to->guest);
    unsigned class_ = b->curves->classes[row * b->curves->n_guests + column];
    return &g_array_index(b->fit->classes, IvcFitClass, MIN(class_, b->fit->classes->len - 1));
}

/* What a virtual CPU can send and receive together: one stream keeps its ends busy for part of the
 * time, and one that does as much of either has what both leave. The least of the long messages,
 * and no less than a stream alone, which never notices. */
static double cpu_bytes_per_s(const Build *b)
{
    const IvcFitClass *base = &g_array_index(b->fit->classes, IvcFitClass, b->fit->base);
    const IvcCurve *curve = g_ptr_array_index(b->curves->curves, b->fit->base);
    double streams = G_MAXDOUBLE; /* that there is CPU for */
    for (guint i = 0; i < curve->points->len; i++) {
        const IvcCurvePoint *at = &g_array_index(curve->points, IvcCurvePoint, i);
        IvcTime busy_ps = at->sender_ps + at->receiver_ps;
        bool last = i + 1 == curve->points->len;
        if (busy_ps > 0 && (at->bytes >= LONG_BYTES || last))
            streams = MIN(streams, 2 * (double)at->interval_ps / (double)busy_ps);
    }
    return base->bytes_per_s * (streams < G_MAXDOUBLE ? MAX(streams, 1) : 2);
}

/* The links of two hosts, each way; the routes over them, for later. */
static void append_pair(Build *b, const IvcPlatformHost *a, const IvcPlatformHost *c,
                        const char *shared, GString *routes)
{
    const IvcPlatformHost *ends[] = {a, c};
    for (unsigned way = 0; way < 2; way++) {
        const IvcPlatformHost *from = ends[way], *to = ends[1 - way];
        const IvcFitClass *links = links_of(b, from, to);
        g_autofree char *id = g_strdup_printf("%s-to-%s", from->name, to->name);
        append_link(b, id, links->bytes_per_s, links->latency_s, "SHARED");
        g_string_append_printf(routes,
                               "    <route src=\"%s\" dst=\"%s\" symmetrical=\"NO\">"
                               "<link_ctn id=\"%s\"/><link_ctn id=\"%s-cpu\"/>"
                               "<link_ctn id=\"%s-cpu\"/>%s</route>\n",
                               from->name, to->name, id, from->name, to->name, shared);
    }
}

/* The link that all channels of a machine share: memory, or a guest that serves them. @return what
 * a route has of them */
static char *append_shared(Build *b, const char *prefix)
{
    if (b->fit->shared_bytes_per_s <= 0)
        return g_strdup("");
    g_autofree char *id = g_strdup_printf("%sshared", prefix);
    append_link(b, id, b->fit->shared_bytes_per_s, 0, "SHARED");
    return g_strdup_printf("<link_ctn id=\"%s\"/>", id);
}

/* A class of which the guest's messages to, or from, others are, with costs of its own; or NULL. */
static const GArray *own_ends(const Build *b, unsigned guest, bool send)
{
    unsigned n = b->curves->n_guests, own = between_index(b, guest);
    unsigned other = own == 0 ? 1 : 0;
    if (n < 2)
        return NULL;
    unsigned class_ = b->curves->classes[send ? own * n + other : other * n + own];
    return g_array_index(b->fit->classes, IvcFitClass, class_).ends;
}

static void append_ends(Build *b, unsigned guest, const char *name, bool send)
{
    const GArray *ends = own_ends(b, guest, send);
    if (!ends)
        return;
    g_string_append_printf(b->xml, "      <prop id=\"%s\" value=\"", name);
    for (guint i = 0; i < ends->len; i++) {
        const IvcFitEnds *at = &g_array_index(ends, IvcFitEnds, i);
        g_string_append_printf(b->xml, "%s%" G_GUINT64_FORMAT ":", i ? ";" : "", at->above);
        number(b->xml, send ? at->send_at_zero : at->receive_at_zero);
        g_string_append_c(b->xml, ':');
        number(b->xml, send ? at->send_per_byte : at->receive_per_byte);
    }
    g_string_append(b->xml, "\"/>\n");
}

static void append_host(Build *b, const IvcPlatformHost *host)
{
    g_string_append_printf(b->xml, "    <host id=\"%s\" speed=\"", host->name);
    number(b->xml, b->out->flops_per_s);
    g_string_append(b->xml, "f\" core=\"1\"");
    if (!own_ends(b, host->guest, true) && !own_ends(b, host->guest, false)) {
        g_string_append(b->xml, "/>\n");
        return;
    }
    g_string_append(b->xml, ">\n");
    append_ends(b, host->guest, "smpi/os", true);
    append_ends(b, host->guest, "smpi/ois", true);
    append_ends(b, host->guest, "smpi/or", false);
    g_string_append(b->xml, "    </host>\n");
}

static void append_machine(Build *b, unsigned m)
{
    bool many = b->scenario->cluster.machines > 1;
    size_t each = b->out->n_hosts / b->scenario->cluster.machines;
    const IvcPlatformHost *hosts = &b->out->hosts[m * each];
    g_autofree char *prefix = many ? g_strdup_printf("m%u.", m) : g_strdup("");
    g_string_append_printf(b->xml, "  <zone id=\"machine%u\" routing=\"Full\">\n", m);
    for (size_t h = 0; h < each; h++) {
        append_host(b, &hosts[h]);
        g_autofree char *cpu = g_strconcat(hosts[h].name, "-cpu", NULL);
        append_link(b, cpu, cpu_bytes_per_s(b), 0, "SHARED");
    }
    if (many)
        g_string_append_printf(b->xml, "    <router id=\"%sport\"/>\n", prefix);
    g_autofree char *network = g_strconcat(prefix, "network", NULL);
    if (many)
        append_link(b, network, (double)b->scenario->cluster.bandwidth.bps / 8, 0, "SPLITDUPLEX");
    g_autofree char *shared = append_shared(b, prefix);
    g_autoptr(GString) routes = g_string_new(NULL);
    for (size_t i = 0; i < each; i++)
        for (size_t k = i + 1; k < each; k++)
            append_pair(b, &hosts[i], &hosts[k], shared, routes);
    for (size_t h = 0; many && h < each; h++)
        g_string_append_printf(routes,
                               "    <route src=\"%s\" dst=\"%sport\"><link_ctn id=\"%s-cpu\"/>%s"
                               "<link_ctn id=\"%s\" direction=\"UP\"/></route>\n",
                               hosts[h].name, prefix, hosts[h].name, shared, network);
    g_string_append(b->xml, routes->str);
    g_string_append(b->xml, "  </zone>\n");
}

/* Between machines a message costs its ends what it costs within one, and the network besides. */
static void append_platform(Build *b)
{
    b->xml = g_string_new("<?xml version='1.0'?>\n"
                          "<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
                          "<platform version=\"4.1\">\n<zone id=\"all\" routing=\"Full\">\n");
    const IvcClusterSpec *cluster = &b->scenario->cluster;
    const IvcFitClass *base = &g_array_index(b->fit->classes, IvcFitClass, b->fit->base);
    for (unsigned m = 0; m < cluster->machines; m++)
        append_machine(b, m);
    if (cluster->machines > 1)
        append_link(b, "network", MIN((double)cluster->bandwidth.bps / 8, base->bytes_per_s),
                    (double)cluster->latency.ps * 1e-12 + base->latency_s, "FATPIPE");
    for (unsigned m = 0; m < b->scenario->cluster.machines; m++)
        for (unsigned k = m + 1; k < b->scenario->cluster.machines; k++)
            g_string_append_printf(b->xml,
                                   "  <zoneRoute src=\"machine%u\" dst=\"machine%u\" "
                                   "gw_src=\"m%u.port\" gw_dst=\"m%u.port\">"
                                   "<link_ctn id=\"network\"/></zoneRoute>\n",
                                   m, k, m, k);
    g_string_append(b->xml, "</zone>\n</platform>\n");
    b->out->xml = g_string_free(b->xml, FALSE);
}

static char *ends_setting(const IvcFit *fit, const char *name, bool send)
{
    GString *text = g_string_new(name);
    for (guint i = 0; i < fit->segments->len; i++) {
        const IvcFitSegment *s = &g_array_index(fit->segments, IvcFitSegment, i);
        g_string_append_printf(text, "%c%" G_GUINT64_FORMAT ":", i ? ';' : ':', s->above);
        number(text, send ? s->send_at_zero : s->receive_at_zero);
        g_string_append_c(text, ':');
        number(text, send ? s->send_per_byte : s->receive_per_byte);
    }
    return g_string_free(text, FALSE);
}

/* SMPI compares these with the message and its envelope. */
static char *way_setting(const IvcFit *fit, const char *name, bool latency)
{
    GString *text = g_string_new(name);
    for (guint i = 0; i < fit->segments->len; i++) {
        const IvcFitSegment *s = &g_array_index(fit->segments, IvcFitSegment, i);
        g_string_append_printf(text, "%c%" G_GUINT64_FORMAT ":", i ? ';' : ':',
                               i ? s->above + IVC_FIT_ENVELOPE : 0);
        number(text, latency ? s->latency_factor : s->bandwidth_factor);
    }
    return g_string_free(text, FALSE);
}

static char *setting(const char *name, double value)
{
    GString *text = g_string_new(name);
    g_string_append_c(text, ':');
    number(text, value);
    return g_string_free(text, FALSE);
}

static void make_config(Build *b)
{
    static const char *const fixed[] = {"network/model:SMPI",   "network/crosstraffic:0",
                                        "network/TCP-gamma:0",  "network/weight-S:0",
                                        "surf/precision:1e-12", "smpi/wtime:0",
                                        "smpi/init:0"};
    const IvcFitClass *base = &g_array_index(b->fit->classes, IvcFitClass, b->fit->base);
    GPtrArray *config = g_ptr_array_new();
    for (unsigned i = 0; i < G_N_ELEMENTS(fixed); i++)
        g_ptr_array_add(config, g_strdup(fixed[i]));
    double test = TEST_CYCLES / (double)((const IvcMachineSpec *)b->scenario->machine)->clock.hz;
    g_ptr_array_add(config, setting("smpi/test", test));
    g_ptr_array_add(config, setting("smpi/iprobe", test));
    g_ptr_array_add(config, setting("network/loopback-bw", base->bytes_per_s));
    g_ptr_array_add(config, setting("network/loopback-lat", 0));
    g_ptr_array_add(
        config, g_strdup_printf("smpi/async-small-thresh:%" G_GUINT64_FORMAT, b->fit->eager_below));
    g_ptr_array_add(config, g_strdup_printf("smpi/send-is-detached-thresh:%d", G_MAXINT32));
    g_ptr_array_add(config, ends_setting(b->fit, "smpi/os", true));
    g_ptr_array_add(config, ends_setting(b->fit, "smpi/ois", true));
    g_ptr_array_add(config, ends_setting(b->fit, "smpi/or", false));
    g_ptr_array_add(config, way_setting(b->fit, "smpi/lat-factor", true));
    g_ptr_array_add(config, way_setting(b->fit, "smpi/bw-factor", false));
    g_ptr_array_add(config, NULL);
    b->out->config = (char **)g_ptr_array_free(config, FALSE);
}

static void make_hostfile(IvcSimgridPlatform *out)
{
    GString *text = g_string_new(NULL);
    for (size_t h = 0; h < out->n_hosts; h++)
        g_string_append_printf(text, "%s\n", out->hosts[h].name);
    out->hostfile = g_string_free(text, FALSE);
}

IvcSimgridPlatform *ivc_simgrid_platform_new(const IvcScenario *scenario, const IvcCurves *curves,
                                             const IvcFit *fit)
{
    Build b = {
        .scenario = scenario, .curves = curves, .fit = fit, .out = g_new0(IvcSimgridPlatform, 1)};
    const IvcMachineSpec *machine = scenario->machine;
    b.out->flops_per_s = (double)machine->clock.hz * (double)scenario->cluster.flops_per_cycle;
    make_hosts(&b);
    append_platform(&b);
    make_config(&b);
    make_hostfile(b.out);
    return b.out;
}

void ivc_simgrid_platform_free(IvcSimgridPlatform *platform)
{
    if (!platform)
        return;
    for (size_t h = 0; h < platform->n_hosts; h++)
        g_free(platform->hosts[h].name);
    g_free(platform->hosts);
    g_free(platform->xml);
    g_free(platform->hostfile);
    g_strfreev(platform->config);
    g_free(platform);
}
