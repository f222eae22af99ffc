/*
 * Linked to every program by `ivcsim mpicc`: stands before the calls of MPI that can wait or move
 * bytes, notes in a file that `ivcsim mpi` reads who waits for whom and who sent how much to whom,
 * and calls the library's own (PMPI_*). It takes no simulated time.
 *
 * SMPI loads a copy of the program for each rank, so what is static here is a rank's own. Bytes of
 * collectives are not counted here: which messages they are made of is the library's choice, and
 * its trace tells. Calls that are not here only lack their peer in the report of a deadlock.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <mpi.h>

#include "account.h"
#include "account_requests.h"

/* Of simgrid/actor.h; weak, should a version leave it out. */
extern long sg_actor_self_get_pid(void) __attribute__((weak));

__attribute__((used)) static const char mark[] = IVC_ACCOUNT_MARK;
static IvcAccountHead *head;
static IvcAccountRank *self;
static int self_rank;
static struct sigaction before[NSIG];

static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

/* What was printed so far tells most: so it is flushed here, although no handler of a signal
 * should. Should that crash, too, it is not tried again. */
static void crashed(int number)
{
    if (head->crash_signal == 0) {
        head->crash_actor = sg_actor_self_get_pid ? (int32_t)sg_actor_self_get_pid() : 0;
        head->crash_signal = number;
        fflush(NULL);
    }
    sigaction(number, &before[number], NULL);
    raise(number);
}

static void map_file(void)
{
    const char *path = getenv(IVC_ACCOUNT_ENVIRONMENT);
    int file = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    off_t size = file >= 0 ? lseek(file, 0, SEEK_END) : 0;
    if (size > 0) {
        void *at = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        head = at != MAP_FAILED ? at : NULL;
    }
    if (file >= 0)
        close(file);
}

/* When the copy of a rank is loaded. */
__attribute__((constructor)) static void loaded(void)
{
    map_file();
    if (head == NULL)
        return;
    /* The first copy's will do: SMPI never unloads it before the end. */
    if (!head->seen) {
        struct sigaction action = {.sa_handler = crashed, .sa_flags = SA_ONSTACK | SA_NODEFER};
        for (unsigned i = 0; i < sizeof fatal / sizeof fatal[0]; i++)
            sigaction(fatal[i], &action, &before[fatal[i]]);
    }
    head->seen = 1;
}

static void started(void)
{
    int rank = 0;
    if (head == NULL || PMPI_Comm_rank(MPI_COMM_WORLD, &rank) != MPI_SUCCESS || rank < 0 ||
        (uint32_t)rank >= head->n_ranks)
        return;
    self_rank = rank;
    self = &ivc_account_ranks(head)[rank];
    self->stage = IVC_ACCOUNT_RUNS;
    self->actor = sg_actor_self_get_pid ? (int32_t)sg_actor_self_get_pid() : 0;
}

static int world_rank(int rank, MPI_Comm comm)
{
    if (rank < 0)
        return IVC_ACCOUNT_ANY;
    if (comm == MPI_COMM_WORLD)
        return rank;
    MPI_Group group, world;
    int result = IVC_ACCOUNT_ANY;
    int inter = 0;
    if (PMPI_Comm_test_inter(comm, &inter) != MPI_SUCCESS || inter ||
        PMPI_Comm_group(comm, &group) != MPI_SUCCESS)
        return IVC_ACCOUNT_ANY;
    PMPI_Comm_group(MPI_COMM_WORLD, &world);
    PMPI_Group_translate_ranks(group, 1, &rank, world, &result);
    PMPI_Group_free(&group);
    PMPI_Group_free(&world);
    return result >= 0 ? result : IVC_ACCOUNT_ANY;
}

static uint64_t size_of(int count, MPI_Datatype type)
{
    int size = 0;
    if (count <= 0 || type == MPI_DATATYPE_NULL || PMPI_Type_size(type, &size) != MPI_SUCCESS ||
        size <= 0)
        return 0;
    return (uint64_t)count * (uint64_t)size;
}

static IvcAccountPart part_of(int kind, int peer, int tag, int count, MPI_Datatype type,
                              MPI_Comm comm)
{
    IvcAccountPart part = {.kind = kind, .bytes = size_of(count, type)};
    part.peer = peer == MPI_ANY_SOURCE ? IVC_ACCOUNT_ANY : world_rank(peer, comm);
    part.tag = tag == MPI_ANY_TAG ? IVC_ACCOUNT_ANY : tag;
    return part;
}

/* Counts what goes from one rank to another; `peer` of a part that is nobody is not counted. */
static void count(int from, int to, uint64_t bytes)
{
    if (self == NULL || from < 0 || to < 0 || (uint32_t)from >= head->n_ranks ||
        (uint32_t)to >= head->n_ranks)
        return;
    IvcAccountPair *pair = &ivc_account_pairs(head)[(uint64_t)from * head->n_ranks + (uint64_t)to];
    pair->messages++;
    pair->bytes += bytes;
}

/* What a call sent, unless it refused: of those that receive, too, one that says that a message was
 * longer than its buffer has sent. */
static void sent(int result, const IvcAccountPart *part)
{
    if (result == MPI_SUCCESS || result == MPI_ERR_TRUNCATE)
        count(self_rank, part->peer, part->bytes);
}

/* A call begins that may wait. The name is last: it makes the record valid. */
static void enter(const char *call)
{
    if (self == NULL)
        return;
    self->n_parts = 0;
    self->collective = 0;
    strncpy(self->call, call, sizeof self->call - 1);
}

static void leave(void)
{
    if (self != NULL)
        self->call[0] = '\0';
}

static void wait_for(IvcAccountPart part)
{
    if (self == NULL)
        return;
    if (self->n_parts < IVC_ACCOUNT_PARTS)
        self->parts[self->n_parts] = part;
    self->n_parts++;
}

static void wait_for_requests(int n, const MPI_Request *requests)
{
    for (int i = 0; i < n; i++) {
        if (requests[i] != MPI_REQUEST_NULL)
            wait_for(ivc_requests_recall(requests[i])->part);
    }
}

/* -- start and end -- */

int MPI_Init(int *argc, char ***argv)
{
    int result = PMPI_Init(argc, argv);
    started();
    return result;
}

int MPI_Init_thread(int *argc, char ***argv, int required, int *provided)
{
    int result = PMPI_Init_thread(argc, argv, required, provided);
    started();
    return result;
}

int MPI_Finalize(void)
{
    enter("MPI_Finalize");
    int result = PMPI_Finalize();
    leave();
    if (self != NULL)
        self->stage = IVC_ACCOUNT_FINISHED;
    return result;
}

int MPI_Abort(MPI_Comm comm, int code)
{
    if (head != NULL && !head->aborted) {
        head->aborted = 1;
        head->abort_rank = self_rank;
        head->abort_code = code;
    }
    return PMPI_Abort(comm, code);
}

/* -- messages -- */

#define SEND(name)                                                                             \
    int MPI_##name(const void *data, int n, MPI_Datatype type, int to, int tag, MPI_Comm comm) \
    {                                                                                          \
        IvcAccountPart part = part_of(IVC_ACCOUNT_SEND, to, tag, n, type, comm);               \
        enter("MPI_" #name);                                                                   \
        wait_for(part);                                                                        \
        int result = PMPI_##name(data, n, type, to, tag, comm);                                \
        sent(result, &part);                                                                   \
        leave();                                                                               \
        return result;                                                                         \
    }
SEND(Send)
SEND(Ssend)
SEND(Rsend)
SEND(Bsend)

#define SEND_REQUEST(name)                                                                     \
    int MPI_##name(const void *data, int n, MPI_Datatype type, int to, int tag, MPI_Comm comm, \
                   MPI_Request *request)                                                       \
    {                                                                                          \
        IvcAccountPart part = part_of(IVC_ACCOUNT_SEND, to, tag, n, type, comm);               \
        int result = PMPI_##name(data, n, type, to, tag, comm, request);                       \
        sent(result, &part);                                                                   \
        ivc_requests_remember(*request, part);                                                 \
        return result;                                                                         \
    }
SEND_REQUEST(Isend)
SEND_REQUEST(Issend)
SEND_REQUEST(Irsend)
SEND_REQUEST(Ibsend)

/* What MPI_Start starts. Those that do not wait for their receive, and those to nobody, start()
 * below sends itself. */
#define SEND_INIT(name, waits)                                                                  \
    int MPI_##name(const void *data, int n, MPI_Datatype type, int to, int tag, MPI_Comm comm,  \
                   MPI_Request *request)                                                        \
    {                                                                                           \
        int result = PMPI_##name(data, n, type, to, tag, comm, request);                        \
        IvcRequest *made =                                                                      \
            ivc_requests_remember(*request, part_of(IVC_ACCOUNT_SEND, to, tag, n, type, comm)); \
        if (!(waits) || to == MPI_PROC_NULL)                                                    \
            made->send = (IvcRequestSend){data, n, type, to, tag, comm, false};                 \
        return result;                                                                          \
    }
SEND_INIT(Send_init, 0)
SEND_INIT(Rsend_init, 0)
SEND_INIT(Bsend_init, 0)
SEND_INIT(Ssend_init, 1)

int MPI_Recv(void *data, int n, MPI_Datatype type, int from, int tag, MPI_Comm comm,
             MPI_Status *status)
{
    enter("MPI_Recv");
    wait_for(part_of(IVC_ACCOUNT_RECEIVE, from, tag, n, type, comm));
    int result = PMPI_Recv(data, n, type, from, tag, comm, status);
    leave();
    return result;
}

#define RECEIVE_REQUEST(name)                                                                    \
    int MPI_##name(void *data, int n, MPI_Datatype type, int from, int tag, MPI_Comm comm,       \
                   MPI_Request *request)                                                         \
    {                                                                                            \
        int result = PMPI_##name(data, n, type, from, tag, comm, request);                       \
        ivc_requests_remember(*request, part_of(IVC_ACCOUNT_RECEIVE, from, tag, n, type, comm)); \
        return result;                                                                           \
    }
RECEIVE_REQUEST(Irecv)
RECEIVE_REQUEST(Recv_init)

int MPI_Probe(int from, int tag, MPI_Comm comm, MPI_Status *status)
{
    enter("MPI_Probe");
    wait_for(part_of(IVC_ACCOUNT_RECEIVE, from, tag, 0, MPI_BYTE, comm));
    int result = PMPI_Probe(from, tag, comm, status);
    leave();
    return result;
}

int MPI_Sendrecv(const void *out, int n_out, MPI_Datatype type_out, int to, int tag_out, void *in,
                 int n_in, MPI_Datatype type_in, int from, int tag_in, MPI_Comm comm,
                 MPI_Status *status)
{
    IvcAccountPart part = part_of(IVC_ACCOUNT_SEND, to, tag_out, n_out, type_out, comm);
    enter("MPI_Sendrecv");
    wait_for(part);
    wait_for(part_of(IVC_ACCOUNT_RECEIVE, from, tag_in, n_in, type_in, comm));
    int result = PMPI_Sendrecv(out, n_out, type_out, to, tag_out, in, n_in, type_in, from, tag_in,
                               comm, status);
    sent(result, &part);
    leave();
    return result;
}

int MPI_Sendrecv_replace(void *data, int n, MPI_Datatype type, int to, int tag_out, int from,
                         int tag_in, MPI_Comm comm, MPI_Status *status)
{
    IvcAccountPart part = part_of(IVC_ACCOUNT_SEND, to, tag_out, n, type, comm);
    enter("MPI_Sendrecv_replace");
    wait_for(part);
    wait_for(part_of(IVC_ACCOUNT_RECEIVE, from, tag_in, n, type, comm));
    int result = PMPI_Sendrecv_replace(data, n, type, to, tag_out, from, tag_in, comm, status);
    sent(result, &part);
    leave();
    return result;
}

static int start(MPI_Request *request)
{
    IvcRequest *made = ivc_requests_recall(*request);
    int result =
        ivc_requests_is_mine(*request) ? ivc_requests_start(&made->send) : PMPI_Start(request);
    if (made->part.kind == IVC_ACCOUNT_SEND)
        sent(result, &made->part);
    return result;
}

int MPI_Start(MPI_Request *request)
{
    return start(request);
}

int MPI_Startall(int n, MPI_Request *requests)
{
    int result = MPI_SUCCESS;
    for (int i = 0; i < n && result == MPI_SUCCESS; i++)
        result = start(&requests[i]);
    return result;
}

int MPI_Grequest_start(MPI_Grequest_query_function *query, MPI_Grequest_free_function *release,
                       MPI_Grequest_cancel_function *cancel, void *state, MPI_Request *request)
{
    int result = PMPI_Grequest_start(query, release, cancel, state, request);
    IvcAccountPart part = {
        .kind = IVC_ACCOUNT_OTHER, .peer = IVC_ACCOUNT_ANY, .tag = IVC_ACCOUNT_ANY};
    ivc_requests_remember(*request, part)->general = true;
    return result;
}

int MPI_Request_free(MPI_Request *request)
{
    ivc_requests_forget(*request);
    return PMPI_Request_free(request);
}

int MPI_Wait(MPI_Request *request, MPI_Status *status)
{
    enter("MPI_Wait");
    wait_for_requests(1, request);
    ivc_requests_forget_sent(1, request);
    /* SMPI traces waits and tests of one request by its communicator, which such have not. */
    int result = ivc_requests_recall(*request)->general ? PMPI_Waitall(1, request, status)
                                                        : PMPI_Wait(request, status);
    leave();
    return result;
}

int MPI_Waitall(int n, MPI_Request *requests, MPI_Status *statuses)
{
    enter("MPI_Waitall");
    wait_for_requests(n, requests);
    ivc_requests_forget_sent(n, requests);
    int result = PMPI_Waitall(n, requests, statuses);
    leave();
    return result;
}

int MPI_Waitany(int n, MPI_Request *requests, int *index, MPI_Status *status)
{
    if (ivc_requests_take_sent(n, requests, 1, index, status) != 0)
        return MPI_SUCCESS;
    enter("MPI_Waitany");
    wait_for_requests(n, requests);
    int result = PMPI_Waitany(n, requests, index, status);
    leave();
    return result;
}

int MPI_Waitsome(int n, MPI_Request *requests, int *n_out, int *indices, MPI_Status *statuses)
{
    *n_out = ivc_requests_take_sent(n, requests, n, indices, statuses);
    if (*n_out != 0)
        return MPI_SUCCESS;
    enter("MPI_Waitsome");
    wait_for_requests(n, requests);
    int result = PMPI_Waitsome(n, requests, n_out, indices, statuses);
    *n_out = ivc_requests_drop(requests, *n_out, indices, statuses);
    leave();
    return result;
}

int MPI_Test(MPI_Request *request, int *flag, MPI_Status *status)
{
    ivc_requests_forget_sent(1, request);
    return ivc_requests_recall(*request)->general ? PMPI_Testall(1, request, flag, status)
                                                  : PMPI_Test(request, flag, status);
}

int MPI_Testall(int n, MPI_Request *requests, int *flag, MPI_Status *statuses)
{
    int result = PMPI_Testall(n, requests, flag, statuses);
    if (*flag)
        ivc_requests_forget_sent(n, requests);
    return result;
}

int MPI_Testany(int n, MPI_Request *requests, int *index, int *flag, MPI_Status *status)
{
    *flag = ivc_requests_take_sent(n, requests, 1, index, status);
    return *flag ? MPI_SUCCESS : PMPI_Testany(n, requests, index, flag, status);
}

int MPI_Testsome(int n, MPI_Request *requests, int *n_out, int *indices, MPI_Status *statuses)
{
    *n_out = ivc_requests_take_sent(n, requests, n, indices, statuses);
    if (*n_out != 0)
        return MPI_SUCCESS;
    int result = PMPI_Testsome(n, requests, n_out, indices, statuses);
    *n_out = ivc_requests_drop(requests, *n_out, indices, statuses);
    return result;
}

/* -- memory of others: the target's rank is that in the window's group. MPI_Compare_and_swap is
 * left out, as its declaration in SMPI 3.32 is not the standard's -- */

enum { TO_TARGET = 1, FROM_TARGET = 2, BOTH_WAYS = 3 };

static void moves(int target, MPI_Win win, uint64_t bytes, int ways)
{
    MPI_Group group, world;
    int rank = MPI_PROC_NULL;
    if (self == NULL || target < 0 || PMPI_Win_get_group(win, &group) != MPI_SUCCESS)
        return;
    PMPI_Comm_group(MPI_COMM_WORLD, &world);
    PMPI_Group_translate_ranks(group, 1, &target, world, &rank);
    PMPI_Group_free(&world);
    PMPI_Group_free(&group);
    if (ways & TO_TARGET)
        count(self_rank, rank, bytes);
    if (ways & FROM_TARGET)
        count(rank, self_rank, bytes);
}

#define MOVES(name, ways, n, type, parameters, arguments) \
    int MPI_##name parameters                             \
    {                                                     \
        int result = PMPI_##name arguments;               \
        if (result == MPI_SUCCESS)                        \
            moves(target, win, size_of(n, type), ways);   \
        return result;                                    \
    }

MOVES(Put, TO_TARGET, n, t,
      (const void *d, int n, MPI_Datatype t, int target, MPI_Aint at, int m, MPI_Datatype u,
       MPI_Win win),
      (d, n, t, target, at, m, u, win))
MOVES(Rput, TO_TARGET, n, t,
      (const void *d, int n, MPI_Datatype t, int target, MPI_Aint at, int m, MPI_Datatype u,
       MPI_Win win, MPI_Request *q),
      (d, n, t, target, at, m, u, win, q))
MOVES(Get, FROM_TARGET, n, t,
      (void *d, int n, MPI_Datatype t, int target, MPI_Aint at, int m, MPI_Datatype u, MPI_Win win),
      (d, n, t, target, at, m, u, win))
MOVES(Rget, FROM_TARGET, n, t,
      (void *d, int n, MPI_Datatype t, int target, MPI_Aint at, int m, MPI_Datatype u, MPI_Win win,
       MPI_Request *q),
      (d, n, t, target, at, m, u, win, q))
MOVES(Accumulate, TO_TARGET, n, t,
      (const void *d, int n, MPI_Datatype t, int target, MPI_Aint at, int m, MPI_Datatype u,
       MPI_Op op, MPI_Win win),
      (d, n, t, target, at, m, u, op, win))
MOVES(Raccumulate, TO_TARGET, n, t,
      (const void *d, int n, MPI_Datatype t, int target, MPI_Aint at, int m, MPI_Datatype u,
       MPI_Op op, MPI_Win win, MPI_Request *q),
      (d, n, t, target, at, m, u, op, win, q))
MOVES(Get_accumulate, BOTH_WAYS, n, t,
      (const void *d, int n, MPI_Datatype t, void *r, int k, MPI_Datatype v, int target,
       MPI_Aint at, int m, MPI_Datatype u, MPI_Op op, MPI_Win win),
      (d, n, t, r, k, v, target, at, m, u, op, win))
MOVES(Rget_accumulate, BOTH_WAYS, n, t,
      (const void *d, int n, MPI_Datatype t, void *r, int k, MPI_Datatype v, int target,
       MPI_Aint at, int m, MPI_Datatype u, MPI_Op op, MPI_Win win, MPI_Request *q),
      (d, n, t, r, k, v, target, at, m, u, op, win, q))
MOVES(Fetch_and_op, BOTH_WAYS, 1, t,
      (const void *d, void *r, MPI_Datatype t, int target, MPI_Aint at, MPI_Op op, MPI_Win win),
      (d, r, t, target, at, op, win))

/* -- collectives -- */

static void enter_collective(const char *call, MPI_Comm comm)
{
    int members = 0;
    enter(call);
    if (self != NULL && PMPI_Comm_size(comm, &members) == MPI_SUCCESS) {
        self->members = (uint32_t)members;
        self->collective = 1;
        self->of_all += self->members == head->n_ranks;
    }
}

#define COLLECTIVE(name, comm, parameters, arguments) \
    int MPI_##name parameters                         \
    {                                                 \
        enter_collective("MPI_" #name, comm);         \
        int result = PMPI_##name arguments;           \
        leave();                                      \
        return result;                                \
    }

COLLECTIVE(Barrier, c, (MPI_Comm c), (c))
COLLECTIVE(Bcast, c, (void *b, int n, MPI_Datatype t, int root, MPI_Comm c), (b, n, t, root, c))
COLLECTIVE(Reduce, c,
           (const void *s, void *r, int n, MPI_Datatype t, MPI_Op o, int root, MPI_Comm c),
           (s, r, n, t, o, root, c))
COLLECTIVE(Allreduce, c, (const void *s, void *r, int n, MPI_Datatype t, MPI_Op o, MPI_Comm c),
           (s, r, n, t, o, c))
COLLECTIVE(Scan, c, (const void *s, void *r, int n, MPI_Datatype t, MPI_Op o, MPI_Comm c),
           (s, r, n, t, o, c))
COLLECTIVE(Exscan, c, (const void *s, void *r, int n, MPI_Datatype t, MPI_Op o, MPI_Comm c),
           (s, r, n, t, o, c))
COLLECTIVE(Reduce_scatter, c,
           (const void *s, void *r, const int *n, MPI_Datatype t, MPI_Op o, MPI_Comm c),
           (s, r, n, t, o, c))
COLLECTIVE(Reduce_scatter_block, c,
           (const void *s, void *r, int n, MPI_Datatype t, MPI_Op o, MPI_Comm c),
           (s, r, n, t, o, c))
COLLECTIVE(Gather, c,
           (const void *s, int ns, MPI_Datatype ts, void *r, int nr, MPI_Datatype tr, int root,
            MPI_Comm c),
           (s, ns, ts, r, nr, tr, root, c))
COLLECTIVE(Gatherv, c,
           (const void *s, int ns, MPI_Datatype ts, void *r, const int *nr, const int *at,
            MPI_Datatype tr, int root, MPI_Comm c),
           (s, ns, ts, r, nr, at, tr, root, c))
COLLECTIVE(Scatter, c,
           (const void *s, int ns, MPI_Datatype ts, void *r, int nr, MPI_Datatype tr, int root,
            MPI_Comm c),
           (s, ns, ts, r, nr, tr, root, c))
COLLECTIVE(Scatterv, c,
           (const void *s, const int *ns, const int *at, MPI_Datatype ts, void *r, int nr,
            MPI_Datatype tr, int root, MPI_Comm c),
           (s, ns, at, ts, r, nr, tr, root, c))
COLLECTIVE(Allgather, c,
           (const void *s, int ns, MPI_Datatype ts, void *r, int nr, MPI_Datatype tr, MPI_Comm c),
           (s, ns, ts, r, nr, tr, c))
COLLECTIVE(Allgatherv, c,
           (const void *s, int ns, MPI_Datatype ts, void *r, const int *nr, const int *at,
            MPI_Datatype tr, MPI_Comm c),
           (s, ns, ts, r, nr, at, tr, c))
COLLECTIVE(Alltoall, c,
           (const void *s, int ns, MPI_Datatype ts, void *r, int nr, MPI_Datatype tr, MPI_Comm c),
           (s, ns, ts, r, nr, tr, c))
COLLECTIVE(Alltoallv, c,
           (const void *s, const int *ns, const int *as, MPI_Datatype ts, void *r, const int *nr,
            const int *ar, MPI_Datatype tr, MPI_Comm c),
           (s, ns, as, ts, r, nr, ar, tr, c))
COLLECTIVE(Alltoallw, c,
           (const void *s, const int *ns, const int *as, const MPI_Datatype *ts, void *r,
            const int *nr, const int *ar, const MPI_Datatype *tr, MPI_Comm c),
           (s, ns, as, ts, r, nr, ar, tr, c))
COLLECTIVE(Comm_dup, c, (MPI_Comm c, MPI_Comm *made), (c, made))
COLLECTIVE(Comm_split, c, (MPI_Comm c, int color, int key, MPI_Comm *made), (c, color, key, made))
COLLECTIVE(Comm_create, c, (MPI_Comm c, MPI_Group group, MPI_Comm *made), (c, group, made))
COLLECTIVE(Win_create, c,
           (void *base, MPI_Aint size, int unit, MPI_Info info, MPI_Comm c, MPI_Win *made),
           (base, size, unit, info, c, made))
COLLECTIVE(Win_fence, MPI_COMM_WORLD, (int assertion, MPI_Win win), (assertion, win))
COLLECTIVE(Win_free, MPI_COMM_WORLD, (MPI_Win * win), (win))
