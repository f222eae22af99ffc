/*
 * From the report of a program's run to a result like that of the engine. A rank's time is running
 * while it computes and blocked while it is in a call; the CPU that messages take, which SimGrid
 * does not know, comes from the channel's curves: so a driver domain has its share.
 *
 * Leaves out: latencies of single messages, and stages inside of the channel.
 */
#include "sim/engine/digest.h"
#include "sim/model/machine.h"
#include "sim/simgrid/message_cpu.h"
#include "sim/simgrid/program_private.h"

typedef struct {
    const IvcScenario *scenario;
    const IvcProgramChannel *channel;
    const IvcMpiReport *report;
    IvcResult *result;
    IvcTime *computes_ps; /* of each guest of the scenario, summed over its ranks */
    IvcTime *calls_ps;    /* in calls of MPI */
    IvcTime *messages_ps; /* CPU for messages */
    uint64_t *messages;   /* that it sent */
    unsigned *index;      /* of the scenario's guests in the result */
} Collect;

static const IvcPlatformHost *host_of(const Collect *c, size_t rank)
{
    const IvcSimgridPlatform *platform = c->channel->platform;
    return &platform->hosts[rank % platform->n_hosts];
}

static void add_server(Collect *c, IvcTime ps)
{
    const char *server = c->channel->curves->server;
    for (size_t g = 0; server && g < c->scenario->n_guests; g++)
        if (g_str_equal(c->scenario->guests[g].name, server))
            c->messages_ps[g] += ps;
}

/* Messages from one rank to another, all as long as their mean. */
static void add_pair(Collect *c, size_t from, size_t to)
{
    const IvcMpiPair *pair = &c->report->pairs[from * c->report->n_ranks + to];
    const IvcPlatformHost *sender = host_of(c, from), *receiver = host_of(c, to);
    c->result->messages += pair->messages;
    c->result->bytes += pair->bytes;
    c->messages[sender->guest] += pair->messages;
    if (pair->messages == 0 || from == to)
        return;
    double messages = (double)pair->messages;
    IvcMessageCpu cpu = ivc_message_cpu(c->scenario, c->channel->curves, sender, receiver,
                                        (double)pair->bytes / messages);
    c->messages_ps[sender->guest] += (IvcTime)(messages * cpu.sender_ps + 0.5);
    c->messages_ps[receiver->guest] += (IvcTime)(messages * cpu.receiver_ps + 0.5);
    add_server(c, (IvcTime)(messages * cpu.server_ps + 0.5));
}

static void add_rank(Collect *c, size_t rank)
{
    const IvcMpiRank *times = &c->report->ranks[rank];
    unsigned guest = host_of(c, rank)->guest;
    IvcTime running = times->doing_ps[IVC_MPI_COMPUTES];
    IvcTime blocked = times->doing_ps[IVC_MPI_COMMUNICATES] + times->doing_ps[IVC_MPI_SLEEPS];
    IvcTime all = c->result->elapsed_ps;
    running = MIN(running, all);
    blocked = MIN(blocked, all - running);
    c->computes_ps[guest] += running;
    c->calls_ps[guest] += blocked;
    IvcCoreResult core = {.core = (unsigned)rank,
                          .guest = c->index[guest],
                          .states = {.running_ps = running,
                                     .blocked_ps = blocked,
                                     .idle_ps = all - running - blocked}};
    g_array_append_val(c->result->cores, core);
}

static void add_stage(Collect *c, size_t guest, const char *stage, const char *sentence, IvcTime ps,
                      uint64_t times)
{
    if (ps == 0)
        return;
    IvcClock clock = ivc_clock_make((IvcFrequency){c->result->clock_hz});
    IvcStageResult line = {.component = g_strdup("program"),
                           .stage = stage,
                           .sentence = sentence,
                           .guest = c->index[guest],
                           .spent_ps = ps,
                           .cycles = ivc_clock_ps_to_cycles(&clock, ps).n,
                           .times = times};
    g_array_append_val(c->result->stages, line);
}

/* The CPU of messages is taken from the time in calls, then from that which is left. */
static void add_guest(Collect *c, size_t g)
{
    const IvcGuestSpec *spec = &c->scenario->guests[g];
    size_t machines = c->channel->platform->hosts[c->channel->platform->n_hosts - 1].machine + 1;
    size_t cores = ivc_guest_vcpus(spec) * machines;
    IvcTime all = cores * c->result->elapsed_ps;
    IvcTime computes = MIN(c->computes_ps[g], all);
    IvcTime messages = MIN(c->messages_ps[g], all - computes);
    IvcTime calls = c->calls_ps[g] - MIN(c->calls_ps[g], messages);
    calls = MIN(calls, all - computes - messages);
    IvcGuestResult guest = {.name = g_strdup(spec->name),
                            .cores = (unsigned)cores,
                            .states = {.running_ps = computes + messages,
                                       .blocked_ps = calls,
                                       .idle_ps = all - computes - messages - calls}};
    g_array_append_val(c->result->guests, guest);
    add_stage(c, g, "compute", "what the program declares that it computes, or was measured",
              computes, 0);
    add_stage(c, g, "messages", "CPU that sending, receiving and handing on messages takes",
              messages, c->messages[g]);
}

static void add_count(Collect *c, const char *name, const char *sentence, uint64_t value)
{
    IvcCountResult count = {.name = name, .unit = "ps", .sentence = sentence, .value = value};
    g_array_append_val(c->result->counts, count);
}

static void add_counts(Collect *c)
{
    IvcTime computes = 0, calls = 0;
    for (size_t r = 0; r < c->report->n_ranks; r++) {
        computes += c->report->ranks[r].doing_ps[IVC_MPI_COMPUTES];
        calls += c->report->ranks[r].doing_ps[IVC_MPI_COMMUNICATES];
    }
    add_count(c, "computation_ps", "time that all ranks together computed", computes);
    add_count(c, "communication_ps", "time that all ranks together were in calls of MPI", calls);
}

static char *digest_of(const IvcMpiReport *report)
{
    IvcDigest digest;
    ivc_digest_init(&digest, 0, NULL);
    ivc_digest_u64(&digest, report->time_ps);
    for (size_t r = 0; r < report->n_ranks; r++) {
        ivc_digest_u64(&digest, report->ranks[r].end_ps);
        for (int k = 0; k < IVC_MPI_DOINGS; k++)
            ivc_digest_u64(&digest, report->ranks[r].doing_ps[k]);
    }
    for (size_t i = 0; i < report->n_ranks * report->n_ranks; i++) {
        ivc_digest_u64(&digest, report->pairs[i].messages);
        ivc_digest_u64(&digest, report->pairs[i].bytes);
    }
    return ivc_digest_text(&digest);
}

static void add_identity(IvcResult *result, const IvcScenario *scenario)
{
    size_t parameters, assumed, calibrated;
    ivc_scenario_count_kinds(scenario, &parameters, &assumed, &calibrated);
    result->scenario = g_strdup(scenario->name);
    result->channel = g_strdup(scenario->channel->name);
    result->mechanism = g_strdup(scenario->channel->mechanism->head.name);
    result->workload = g_strdup(scenario->workload.workload->head.name);
    result->profile = g_strdup(scenario->profile);
    result->mode = g_strdup(ivc_mode_names[scenario->channel->mode]);
    result->clock_hz = ivc_scenario_machine(scenario)->clock.hz;
    result->parameters = parameters;
    result->assumed = assumed;
    result->calibrated = calibrated;
    result->seed = scenario->workload.seed;
    result->hash = ivc_scenario_hash(scenario);
    result->recurrence.outcome = "program";
}

IvcResult *ivc_program_result(const IvcScenario *scenario, const IvcProgramChannel *channel,
                              const IvcMpiReport *report)
{
    size_t n = scenario->n_guests;
    IvcResult *result = ivc_result_new();
    g_autofree IvcTime *computes = g_new0(IvcTime, n), *calls = g_new0(IvcTime, n);
    g_autofree IvcTime *cpu = g_new0(IvcTime, n);
    g_autofree uint64_t *messages = g_new0(uint64_t, n);
    g_autofree unsigned *index = g_new0(unsigned, n);
    Collect c = {scenario, channel, report, result, computes, calls, cpu, messages, index};
    add_identity(result, scenario);
    result->ranks = (unsigned)report->n_ranks;
    result->elapsed_ps = report->time_ps;
    for (size_t g = 0, at = 0; g < n; g++)
        if (scenario->guests[g].cores.n > 0)
            index[g] = (unsigned)at++;
    for (size_t r = 0; r < report->n_ranks; r++)
        add_rank(&c, r);
    for (size_t from = 0; from < report->n_ranks; from++)
        for (size_t to = 0; to < report->n_ranks; to++)
            add_pair(&c, from, to);
    result->messages_asked = result->messages;
    for (size_t g = 0; g < n; g++)
        if (scenario->guests[g].cores.n > 0)
            add_guest(&c, g);
    add_counts(&c);
    result->digest = digest_of(report);
    return result;
}
