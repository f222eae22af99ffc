/*
 * CPU time of guests: what their ranks compute, and what messages cost them as the curves of the
 * channel say. A pair's messages all count with their mean size, which is exact where the cost is
 * a constant and a part that grows with the size.
 */
#include "sim/cli/mpi_output.h"
#include "sim/simgrid/message_cpu.h"

static const IvcPlatformHost *host_of(const IvcMpiRan *ran, size_t rank)
{
    return ran->hosts[rank];
}

char *ivc_mpi_rank_guest(const IvcMpiRan *ran, size_t rank)
{
    const IvcPlatformHost *host = host_of(ran, rank);
    const char *name = ran->scenario->guests[host->guest].name;
    unsigned machines = ran->platform->hosts[ran->platform->n_hosts - 1].machine + 1;
    return machines > 1 ? g_strdup_printf("m%u.%s", host->machine, name) : g_strdup(name);
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
    if (pair->messages == 0 || from == to)
        return;
    double messages = (double)pair->messages;
    IvcMessageCpu cpu = ivc_message_cpu(ran->scenario, ran->curves, sender, receiver,
                                        (double)pair->bytes / messages);
    const IvcGuestSpec *specs = ran->scenario->guests;
    find(guests, sender->machine, specs[sender->guest].name)->message_ps +=
        whole(cpu.sender_ps * messages);
    find(guests, receiver->machine, specs[receiver->guest].name)->message_ps +=
        whole(cpu.receiver_ps * messages);
    if (cpu.server_ps > 0)
        find(guests, sender->machine, ran->curves->server)->message_ps +=
            whole(cpu.server_ps * messages);
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
