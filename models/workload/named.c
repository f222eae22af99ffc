/* The workloads by the names that people know: what a tool sends, with the tool's own defaults. One
 * table, a row for each; what they share is below it.
 *
 * Left out: how the tools measure time (here all that was measured counts), their connections for
 * control, and their repetitions. */
#include "models/workload/patterns.h"
#include "sim/model/mpi.h"

typedef struct {
    IvcBytes receive;
} StreamSpec;

typedef struct {
    uint64_t window;
} WindowSpec;

typedef struct {
    IvcSpan interval;
} PingSpec;

static bool even(const IvcRank *rank)
{
    return rank->rank % 2 == 0;
}

static uint64_t pairs(unsigned n)
{
    return n / 2;
}

static uint64_t two_a_pair(unsigned n)
{
    return n / 2 * 2;
}

static void keep_latency(IvcRank *rank, const IvcWork *work)
{
    ivc_measure_latency(rank->platform, rank->agent.sim->now - work->call.envelope.sent_ps);
}

/* Half a round trip that began with this round. */
static void keep_round_trip(IvcRank *rank, const IvcWork *work)
{
    ivc_measure_latency(rank->platform, (rank->agent.sim->now - work->started_ps) / 2);
}

/* ---- one way ---- */

static IvcStep stream_round(IvcRank *rank, IvcWork *work)
{
    IVC_BEGIN(work);
    if (even(rank)) {
        IVC_CALL(work, ivc_work_send(rank, work, rank->rank + 1));
    } else {
        IVC_CALL(work, ivc_work_recv(rank, work, (int)rank->rank - 1));
        keep_latency(rank, work);
    }
    IVC_END(work);
}

static uint64_t receive_bytes(const void *spec)
{
    return ((const StreamSpec *)spec)->receive.n;
}

#define RECEIVE_ROW(default_bytes, from)                            \
    {                                                               \
        {IVC_PARAM(StreamSpec, receive, "receive"),                 \
         .fallback = (default_bytes),                               \
         .min = "1B",                                               \
         .max = "16MiB",                                            \
         .kind = IVC_KIND_DOCUMENTED,                               \
         .source = (from),                                          \
         .sentence = "bytes that a read of the receiver asks for"}, \
        {                                                           \
            .key = NULL                                             \
        }                                                           \
    }

static const IvcParam netperf_params[] =
    RECEIVE_ROW("87380B", "netperf manual: -M, the socket's receive buffer; tcp_rmem of Linux");
static const IvcParam lmbench_params[] = RECEIVE_ROW("64KiB", "lmbench bw_tcp.c: -m, XFERSIZE");

static const IvcWorkloadOps stream_ops = {
    .messages_per_round = pairs, .round = stream_round, .paced = even, .read_bytes = receive_bytes};
static const IvcWorkloadOps datagram_ops = {
    .messages_per_round = pairs, .round = stream_round, .paced = even};

/* ---- there and back ---- */

static IvcStep round_trip_round(IvcRank *rank, IvcWork *work)
{
    IVC_BEGIN(work);
    if (even(rank)) {
        IVC_CALL(work, ivc_work_send(rank, work, rank->rank + 1));
        IVC_CALL(work, ivc_work_recv(rank, work, (int)rank->rank + 1));
        keep_round_trip(rank, work);
    } else {
        IVC_CALL(work, ivc_work_recv(rank, work, (int)rank->rank - 1));
        IVC_CALL(work, ivc_work_send(rank, work, rank->rank - 1));
    }
    IVC_END(work);
}

/* The kernel of the odd rank answers: its process has nothing to do. */
static IvcStep echo_round(IvcRank *rank, IvcWork *work)
{
    IVC_BEGIN(work);
    IVC_CALL(work, ivc_work_send(rank, work, rank->rank + 1));
    IVC_CALL(work, ivc_work_recv(rank, work, (int)rank->rank + 1));
    if (!work->call.lost)
        keep_round_trip(rank, work);
    IVC_END(work);
}

static IvcTime ping_interval(const void *spec)
{
    return ((const PingSpec *)spec)->interval.ps;
}

static const IvcParam ping_params[] = {
    {IVC_PARAM(PingSpec, interval, "interval"), .fallback = "10ms", .min = "1us", .max = "1000s",
     .kind = IVC_KIND_DOCUMENTED,
     .source = "ping(8): -f: as fast as they come back or one hundred times a second",
     .sentence = "after a request whose answer is lost, the next one follows so late"},
    {.key = NULL},
};

static const IvcWorkloadOps round_trip_ops = {.messages_per_round = two_a_pair,
                                              .round = round_trip_round,
                                              .paced = even,
                                              .transactions = true};
static const IvcWorkloadOps echo_ops = {.messages_per_round = pairs,
                                        .round = echo_round,
                                        .paced = even,
                                        .active = even,
                                        .retry_ps = ping_interval,
                                        .transactions = true};

/* ---- windows ---- */

#define ACK_BYTES 4

static uint64_t window_of(const IvcWork *work)
{
    return ((const WindowSpec *)work->spec)->window;
}

static uint64_t window_requests(const void *spec)
{
    return ((const WindowSpec *)spec)->window;
}

static IvcStep window_round(IvcRank *rank, IvcWork *work)
{
    IVC_BEGIN(work);
    if (even(rank)) {
        for (work->step = 0; work->step < window_of(work); work->step++) {
            IVC_CALL(work, ivc_work_isend(rank, work, rank->rank + 1));
        }
        IVC_CALL(work, ivc_work_waitall(rank, work));
        IVC_CALL(work, ivc_work_recv_ack(rank, work, (int)rank->rank + 1, ACK_BYTES));
    } else {
        for (work->step = 0; work->step < window_of(work); work->step++) {
            IVC_CALL(work, ivc_work_irecv(rank, work, rank->rank - 1));
        }
        IVC_CALL(work, ivc_work_waitall(rank, work));
        IVC_CALL(work, ivc_work_send_ack(rank, work, rank->rank - 1, ACK_BYTES));
    }
    IVC_END(work);
}

/* No acknowledgement: each side knows from its own Irecvs. */
static IvcStep both_ways_round(IvcRank *rank, IvcWork *work)
{
    IVC_BEGIN(work);
    for (work->step = 0; work->step < window_of(work); work->step++) {
        IVC_CALL(work, ivc_work_irecv(rank, work, rank->rank ^ 1));
    }
    for (work->step = 0; work->step < window_of(work); work->step++) {
        IVC_CALL(work, ivc_work_isend(rank, work, rank->rank ^ 1));
    }
    IVC_CALL(work, ivc_work_waitall(rank, work));
    IVC_END(work);
}

static uint64_t both_ways_requests(const void *spec)
{
    return 2 * window_requests(spec);
}

static uint64_t both_ways_messages(const void *spec, unsigned n)
{
    return window_requests(spec) * two_a_pair(n);
}

static uint64_t window_pairs(const void *spec, unsigned n)
{
    return ((const WindowSpec *)spec)->window * pairs(n);
}

static const IvcParam window_params[] = {
    {IVC_PARAM(WindowSpec, window, "window"), .fallback = "64", .min = "1", .max = "4096",
     .kind = IVC_KIND_DOCUMENTED, .source = "OSU micro-benchmarks: window_size of osu_bw",
     .sentence = "messages that are begun together: Isends of one side, Irecvs of the other"},
    {.key = NULL},
};

static const IvcWorkloadOps window_ops = {.messages_per_round = pairs,
                                          .messages_of = window_pairs,
                                          .round = window_round,
                                          .paced = even,
                                          .requests = window_requests,
                                          .ack_bytes = ACK_BYTES};
static const IvcWorkloadOps both_ways_ops = {.messages_per_round = two_a_pair,
                                             .messages_of = both_ways_messages,
                                             .round = both_ways_round,
                                             .requests = both_ways_requests};

/* ---- the table ---- */

#define DEFAULTS(...)    \
    (const IvcDefault[]) \
    {                    \
        __VA_ARGS__,     \
        {                \
            .key = NULL  \
        }                \
    }
#define ONE_BYTE(source)         \
    {"message", "1B", (source)}, \
    {                            \
        "total", "64KiB", NULL   \
    }

#define IN_PAIRS .ranks_min = 2, .ranks_multiple = 2

const IvcWorkload ivc_workload_named[IVC_NAMED_WORKLOADS] = {
    [IVC_NETPERF_TCP_STREAM] =
        {.head = {.name = "netperf-tcp-stream",
                  .summary = "netperf TCP_STREAM: sends as fast as the socket takes it",
                  .params = netperf_params,
                  .spec_size = sizeof(StreamSpec)},
         .ops = &stream_ops,
         IN_PAIRS,
         .speaks = IVC_SPEAKS_STREAM,
         .defaults = DEFAULTS({"message", "16KiB",
                               "netperf manual: -m, the socket's send buffer; tcp_wmem of Linux"})},
    [IVC_NETPERF_UDP_STREAM] =
        {.head = {.name = "netperf-udp-stream",
                  .summary = "netperf UDP_STREAM: datagrams as fast as the socket takes them, some "
                             "of which are lost"},
         .ops = &datagram_ops,
         IN_PAIRS,
         .speaks = IVC_SPEAKS_DATAGRAM,
         .defaults = DEFAULTS({"message", "65507B",
                               "netperf manual: -m, the socket's send buffer, at most what a "
                               "datagram holds"})},
    [IVC_NETPERF_TCP_RR] =
        {.head = {.name = "netperf-tcp-rr",
                  .summary = "netperf TCP_RR: a request and its answer, one after the other"},
         .ops = &round_trip_ops,
         IN_PAIRS,
         .speaks = IVC_SPEAKS_STREAM,
         .defaults = DEFAULTS(ONE_BYTE("netperf manual: -r 1,1"))},
    [IVC_NETPERF_UDP_RR] = {.head = {.name = "netperf-udp-rr",
                                     .summary = "netperf UDP_RR: the same with datagrams"},
                            .ops = &round_trip_ops,
                            IN_PAIRS,
                            .speaks = IVC_SPEAKS_DATAGRAM,
                            .defaults = DEFAULTS(ONE_BYTE("netperf manual: -r 1,1"))},
    [IVC_FLOOD_PING] =
        {.head = {.name = "flood-ping",
                  .summary = "ping -f: an echo request whenever the answer has come, which the "
                             "other kernel gives, and 10 ms after one whose answer is lost",
                  .params = ping_params,
                  .spec_size = sizeof(PingSpec)},
         .ops = &echo_ops,
         IN_PAIRS,
         .speaks = IVC_SPEAKS_ECHO,
         .defaults = DEFAULTS({"message", "56B", "ping(8): -s"}, {"total", "1MiB", NULL})},
    [IVC_LMBENCH_TCP_BANDWIDTH] =
        {.head = {.name = "lmbench-tcp-bandwidth",
                  .summary = "lmbench bw_tcp: writes as fast as the socket takes them",
                  .params = lmbench_params,
                  .spec_size = sizeof(StreamSpec)},
         .ops = &stream_ops,
         IN_PAIRS,
         .speaks = IVC_SPEAKS_STREAM,
         .defaults = DEFAULTS({"message", "64KiB", "lmbench bw_tcp.c: -m, XFERSIZE"})},
    [IVC_LMBENCH_TCP_LATENCY] =
        {.head = {.name = "lmbench-tcp-latency",
                  .summary = "lmbench lat_tcp: a byte there and back, one after the other"},
         .ops = &round_trip_ops,
         IN_PAIRS,
         .speaks = IVC_SPEAKS_STREAM,
         .defaults = DEFAULTS(ONE_BYTE("lmbench lat_tcp(8): -m 1"))},
    [IVC_OSU_BANDWIDTH] =
        {.head = {.name = "osu-bandwidth",
                  .summary = "osu_bw: windows of messages, each acknowledged when all have come",
                  .params = window_params,
                  .spec_size = sizeof(WindowSpec)},
         .ops = &window_ops,
         IN_PAIRS,
         .defaults = DEFAULTS({"warmup", "10", "OSU micro-benchmarks: skip of osu_bw"})},
    [IVC_OSU_BIDIRECTIONAL_BANDWIDTH] =
        {.head = {.name = "osu-bidirectional-bandwidth",
                  .summary = "osu_bibw: windows of messages both ways at once",
                  .params = window_params,
                  .spec_size = sizeof(WindowSpec)},
         .ops = &both_ways_ops,
         IN_PAIRS,
         .both_at_once = true,
         .defaults = DEFAULTS({"warmup", "10", "OSU micro-benchmarks: skip of osu_bibw"})},
    [IVC_OSU_LATENCY] =
        {.head = {.name = "osu-latency",
                  .summary = "osu_latency: a message there and back; latency is half a round trip"},
         .ops = &round_trip_ops,
         IN_PAIRS},
    [IVC_NETPIPE] =
        {.head = {.name = "netpipe",
                  .summary =
                      "NetPIPE over MPI: a message there and back; bandwidth is its size "
                      "over half a round trip"},
         .ops = &round_trip_ops,
         IN_PAIRS},
};
