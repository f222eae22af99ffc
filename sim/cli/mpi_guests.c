/*
 * CPU time of guests: what their ranks compute, and what messages cost them as the curves of the
 * channel say. A pair's messages all count with their mean size, which is exact where the cost is
 * a constant and a part that grows with the size.
 */
#include "sim/cli/mpi_output.h"

static const IvcPlatformHost *host_of(const IvcMpiRan *ran, size_t rank)
{
    return &ran->platform->hosts[rank % ran->platform->n_hosts];
}

char *ivc_mpi_rank_guest(const IvcMpiRan *ran, size_t rank)
{
    const IvcPlatformHost *host = host_of(ran, rank);
    const char *name = ran->scenario->guests[host->guest].name;
    unsigned machines = ran->platform->hosts[ran->platform->n_hosts - 1].machine + 1;
    return machines > 1 ? g_strdup_printf("m%u.%s", host->machine, name) : g_strdup(name);
}

/* The place of a guest among those that the channel joins. */
static size_t place_of(const IvcMpiRan *ran, unsigned guest)
{
    const IvcChannelSpec *channel = ran->scenario->channel;
    size_t at = 0;
    while (at + 1 < channel->n_between && channel->between[at] != guest)
        at++;
    return at;
}

typedef struct {
    double sender_ps;
    double receiver_ps;
    double server_ps;
} Cost;

static Cost cost_of(const IvcCurve *curve, double bytes)
{
    guint n = curve->points->len;
    guint at = 1;
    while (at + 1 < n && (double)g_array_index(curve->points, IvcCurvePoint, at).bytes < bytes)
        at++;
    const IvcCurvePoint *low = &g_array_index(curve->points, IvcCurvePoint, n > 1 ? at - 1 : 0);
    const IvcCurvePoint *high = &g_array_index(curve->points, IvcCurvePoint, n > 1 ? at : 0);
    double span = (double)(high->bytes - low->bytes);
    /* Shorter than all that were measured: as the shortest. */
    double share = span > 0 ? MAX(bytes - (double)low->bytes, 0) / span : 0;
    return (Cost){
        .sender_ps =
            (double)low->sender_ps + share * ((double)high->sender_ps - (double)low->sender_ps),
        .receiver_ps = (double)low->receiver_ps +
                       share * ((double)high->receiver_ps - (double)low->receiver_ps),
        .server_ps =
            (double)low->server_ps + share * ((double)high->server_ps - (double)low->server_ps),
    };
}

static uint64_t whole(double ps)
{
    return ps > 0 ? (uint64_t)(ps + 0.5) : 0;
}

static IvcMpiGuest *find(GArray *guests, unsigned machine, const char *name)
{
    for (guint i = 0; i < guests->len; i++) {
        IvcMpiGuest *guest = &g_array_index(guests, IvcMpiGuest, i);
        if (guest->machine == machine && g_str_equal(guest->name, name))
            return guest;
    }
    IvcMpiGuest guest = {.machine = machine, .name = name};
    g_array_append_val(guests, guest);
    return &g_array_index(guests, IvcMpiGuest, guests->len - 1);
}

static void add_pair(const IvcMpiRan *ran, GArray *guests, size_t from, size_t to)
{
    const IvcMpiPair *pair = &ran->report->pairs[from * ran->report->n_ranks + to];
    const IvcPlatformHost *sender = host_of(ran, from);
    const IvcPlatformHost *receiver = host_of(ran, to);
    const IvcCurves *curves = ran->curves;
    if (pair->messages == 0 || from == to)
        return;
    bool near = sender->machine == receiver->machine;
    /* To another machine as to another guest, but for one that serves the guests of a machine. */
    size_t class_at =
        near ? place_of(ran, sender->guest) * curves->n_guests + place_of(ran, receiver->guest)
             : MIN(1, curves->n_guests - 1);
    const IvcCurve *curve = curves->curves->pdata[curves->classes[class_at]];
    if (curve->points->len == 0)
        return;
    double messages = (double)pair->messages;
    Cost cost = cost_of(curve, (double)pair->bytes / messages);
    const IvcGuestSpec *specs = ran->scenario->guests;
    find(guests, sender->machine, specs[sender->guest].name)->message_ps +=
        whole(cost.sender_ps * messages);
    find(guests, receiver->machine, specs[receiver->guest].name)->message_ps +=
        whole(cost.receiver_ps * messages);
    if (near && curves->server != NULL && cost.server_ps > 0)
        find(guests, sender->machine, curves->server)->message_ps +=
            whole(cost.server_ps * messages);
}

GArray *ivc_mpi_guests(const IvcMpiRan *ran)
{
    GArray *guests = g_array_new(FALSE, FALSE, sizeof(IvcMpiGuest));
    size_t n = ran->report->n_ranks;
    for (size_t r = 0; r < n; r++) {
        const IvcPlatformHost *host = host_of(ran, r);
        IvcMpiGuest *guest = find(guests, host->machine, ran->scenario->guests[host->guest].name);
        guest->ranks++;
        /* Work, and not time: ranks that share a virtual CPU compute longer. */
        guest->compute_ps += whole(1e12 * ran->report->ranks[r].work / ran->flops_per_s);
    }
    for (size_t from = 0; from < n; from++) {
        for (size_t to = 0; to < n; to++)
            add_pair(ran, guests, from, to);
    }
    return guests;
}
