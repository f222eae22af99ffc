/*
 * Who waits for whom when no rank can go on: a line a rank, from the account that the ranks keep,
 * and from the trace for calls that the account knows nothing about.
 */
#include <string.h>

#include "sim/simgrid/mpi_private.h"

#define RANKS_SHOWN 64
#define MISSING_SHOWN 8

static const IvcAccountRank *rank_at(const IvcMpiEnd *end, size_t rank)
{
    return &ivc_account_ranks(end->account)[rank];
}

static void append_part(GString *text, const IvcMpiEnd *end, const IvcAccountPart *part)
{
    if (part->kind == IVC_ACCOUNT_OTHER) {
        g_string_append(text, "a request");
        return;
    }
    bool sends = part->kind == IVC_ACCOUNT_SEND;
    if (sends)
        g_string_append_printf(text, "its %" G_GUINT64_FORMAT " bytes to be taken by ",
                               part->bytes);
    else
        g_string_append(text, "a message from ");
    if (part->peer == IVC_ACCOUNT_ANY)
        g_string_append(text, "any rank");
    else
        g_string_append_printf(text, "rank %d", part->peer);
    if (part->tag == IVC_ACCOUNT_ANY)
        g_string_append(text, ", any tag");
    else
        g_string_append_printf(text, ", tag %d", part->tag);
    if (part->peer >= 0 && (size_t)part->peer < end->n_ranks &&
        rank_at(end, (size_t)part->peer)->stage == IVC_ACCOUNT_FINISHED)
        g_string_append(text, ", which has ended");
}

static void append_parts(GString *text, const IvcMpiEnd *end, const IvcAccountRank *rank)
{
    bool one = strcmp(rank->call, "MPI_Waitany") == 0 || strcmp(rank->call, "MPI_Waitsome") == 0;
    for (unsigned i = 0; i < MIN(rank->n_parts, IVC_ACCOUNT_PARTS); i++) {
        g_string_append(text, i == 0 ? " for " : one ? "; or " : "; and ");
        append_part(text, end, &rank->parts[i]);
    }
    if (rank->n_parts > IVC_ACCOUNT_PARTS)
        g_string_append_printf(text, "; and %u more", rank->n_parts - IVC_ACCOUNT_PARTS);
}

/* Whether another one is in the same call, or was: to send its part can be all that it has to. */
static bool has_come(const IvcAccountRank *rank, const IvcAccountRank *other)
{
    bool elsewhere = other->call[0] != '\0' && other->collective;
    return strcmp(other->call, rank->call) == 0 || other->of_all > rank->of_all ||
           (other->of_all == rank->of_all && !elsewhere);
}

/* Those that have not come to the call, where all ranks have to be. */
static void append_missing(GString *text, const IvcMpiEnd *end, const IvcAccountRank *rank)
{
    if (rank->members != end->n_ranks) {
        g_string_append_printf(text, " of %u ranks", rank->members);
        return;
    }
    unsigned missing = 0;
    for (size_t r = 0; r < end->n_ranks; r++) {
        if (has_come(rank, rank_at(end, r)))
            continue;
        if (missing < MISSING_SHOWN)
            g_string_append_printf(text, "%s%zu", missing == 0 ? " for rank " : ", ", r);
        missing++;
    }
    if (missing > MISSING_SHOWN)
        g_string_append_printf(text, " and %u more", missing - MISSING_SHOWN);
}

static void append_rank(GString *text, const IvcMpiEnd *end, size_t r)
{
    const IvcAccountRank *rank = rank_at(end, r);
    const char *traced = ivc_mpi_trace_call(end->trace, r);
    g_string_append_printf(text, "  rank %zu ", r);
    if (rank->stage == IVC_ACCOUNT_FINISHED) {
        g_string_append(text, "has ended");
    } else if (rank->stage == IVC_ACCOUNT_ABSENT) {
        g_string_append(text, "has not come to MPI_Init");
    } else if (rank->call[0] != '\0') {
        g_string_append_printf(text, "waits in %s", rank->call);
        append_parts(text, end, rank);
        if (rank->collective)
            append_missing(text, end, rank);
    } else if (traced != NULL) {
        g_string_append_printf(text, "waits in %s", traced);
    } else {
        g_string_append(text, "has ended without MPI_Finalize");
    }
}

char *ivc_mpi_who_waits(const IvcMpiEnd *end)
{
    GString *text = g_string_new(NULL);
    for (size_t r = 0; r < MIN(end->n_ranks, RANKS_SHOWN); r++) {
        if (r != 0)
            g_string_append_c(text, '\n');
        append_rank(text, end, r);
    }
    if (end->n_ranks > RANKS_SHOWN)
        g_string_append_printf(text, "\n  and %zu more ranks", end->n_ranks - RANKS_SHOWN);
    return g_string_free(text, FALSE);
}
