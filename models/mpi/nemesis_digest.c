/* What of the nemesis channel can influence the future. */
#include "models/mpi/nemesis_private.h"

static void box_digest(const Nemesis *self, const NemesisBox *box, IvcDigest *digest)
{
    ivc_buffer_digest(self->platform->memory, &box->data, digest);
    ivc_line_digest(&box->flag, digest);
    ivc_digest_u64(digest, box->full);
}

static void pair_digest(const Nemesis *self, const IvcPair *used, IvcDigest *digest)
{
    const NemesisPair *pair = used->state;
    ivc_digest_u64(digest, (uint64_t)used->from << 32 | used->to);
    box_digest(self, &pair->fastbox, digest);
    ivc_digest_u64(digest, pair->slots != NULL);
    for (uint32_t s = 0; !digest->brief && pair->slots && s < self->spec.slots; s++)
        box_digest(self, &pair->slots[s], digest);
    ivc_digest_u64(digest, pair->filled - pair->taken);
    ivc_digest_u64(digest, pair->taken);
    ivc_digest_u64(digest, pair->cleared);
    if (pair->cleared)
        ivc_digest_u64(digest,
                       pair->sequence - self->processes[used->to].rank->received_from[used->from]);
    ivc_digest_u64(digest, pair->sent);
    ivc_digest_u64(digest, pair->got);
}

/* Cells are alike and known by where they are: in a message, or in their order in the pool. */
static void cell_digest(const Nemesis *self, const IvcArrival *arrival, IvcDigest *digest)
{
    if (arrival->kind == NEMESIS_CELL || arrival->kind == NEMESIS_RENDEZVOUS)
        ivc_buffer_digest(self->platform->memory,
                          &self->processes[arrival->envelope.source].cells[arrival->index], digest);
}

static void arrivals_digest(const NemesisProcess *process, IvcDigest *digest)
{
    ivc_arrivals_digest(&process->arrivals, process->rank->received_from, digest);
    for (uint32_t i = 0; !digest->brief && i < process->arrivals.n; i++)
        cell_digest(process->nemesis, ivc_arrivals_at(&process->arrivals, i), digest);
}

static void frame_digest(const NemesisProcess *process, IvcDigest *digest)
{
    const Nemesis *self = process->nemesis;
    const NemesisFrame *f = &process->frame;
    ivc_digest_u64(digest, f->label);
    ivc_digest_u64(digest, f->lmt.label);
    ivc_digest_u64(digest, f->part_of.label);
    ivc_digest_u64(digest, f->slot.label);
    ivc_digest_u64(digest, f->taken);
    if (f->taken) {
        ivc_envelope_digest(&f->arrival.envelope, process->rank->received_from, digest);
        ivc_digest_u64(digest, f->arrival.kind);
        if (f->part_of.label) /* not released yet */
            cell_digest(self, &f->arrival, digest);
    }
    if (f->cell != NEMESIS_NO_CELL)
        ivc_buffer_digest(self->platform->memory, &process->cells[f->cell], digest);
    if (!f->label && !f->part_of.label && !f->slot.label)
        return;
    ivc_digest_u64(digest, f->part);
    ivc_digest_u64(digest, (uint64_t)f->found);
}

static void requests_digest(const NemesisProcess *process, IvcDigest *digest)
{
    const NemesisRequests *requests = &process->requests;
    const IvcRank *rank = process->rank;
    ivc_digest_u64(digest, requests->open);
    ivc_digest_u64(digest, requests->call.label);
    ivc_digest_u64(digest, requests->post.label);
    ivc_digest_u64(digest, requests->wait.label);
    if (requests->open == 0 || digest->brief)
        return;
    ivc_digest_u64(digest, requests->turn.label);
    ivc_calls_digest(rank, &requests->out, true, digest);
    ivc_calls_digest(rank, &requests->asked, true, digest);
    ivc_calls_digest(rank, &requests->sending, true, digest);
    ivc_calls_digest(rank, &requests->posted, false, digest);
    ivc_calls_digest(rank, &requests->answered, true, digest);
    if (requests->receiving)
        ivc_call_digest(rank, requests->receiving, true, digest);
    ivc_digest_u64(digest, UINT64_MAX);
    if (requests->into)
        ivc_call_digest(rank, requests->into, false, digest);
    if (requests->filling)
        ivc_call_digest(rank, requests->filling, true, digest);
}

static void process_digest(const NemesisProcess *process, IvcDigest *digest)
{
    const IvcMemory *memory = process->nemesis->platform->memory;
    frame_digest(process, digest);
    ivc_signal_digest(&process->event, digest);
    arrivals_digest(process, digest);
    ivc_arrivals_digest(&process->unexpected, process->rank->received_from, digest);
    ivc_buffer_digest(memory, &process->aside, digest);
    ivc_line_digest(&process->queue_line, digest);
    ivc_line_digest(&process->pool_line, digest);
    ivc_digest_u64(digest, process->n_free);
    for (uint32_t c = 0; !digest->brief && c < process->n_free; c++)
        ivc_buffer_digest(memory, &process->cells[process->free_cells[nemesis_free_at(process, c)]],
                          digest);
    requests_digest(process, digest);
}

void ivc_nemesis_digest(const void *channel, IvcDigest *digest)
{
    const Nemesis *self = channel;
    for (uint32_t r = 0; r < self->n; r++)
        process_digest(&self->processes[r], digest);
    for (uint32_t p = 0; p < ivc_pairs_count(&self->pairs); p++)
        pair_digest(self, ivc_pairs_at(&self->pairs, p), digest);
    ivc_digest_u64(digest, self->in_flight);
}
