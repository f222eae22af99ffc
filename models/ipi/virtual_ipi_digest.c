/* What of interrupts between virtual CPUs can influence the future. */
#include "models/ipi/virtual_ipi_private.h"

static void frames_digest(const Vcpu *v, IvcDigest *digest)
{
    ivc_digest_u64(digest, v->label);
    ivc_digest_u64(digest, v->ack.label);
    ivc_digest_u64(digest, v->body.label);
    ivc_digest_u64(digest, v->device.label);
    ivc_digest_u64(digest, v->own_device.label);
    ivc_digest_u64(digest, v->call.label);
    ivc_digest_u64(digest, v->wake_call.label);
    ivc_digest_u64(digest, v->idle.label);
    ivc_digest_u64(digest, v->halt.label);
    ivc_digest_u64(digest, v->block.label);
    ivc_digest_u64(digest, v->ipi.label);
    ivc_digest_u64(digest, v->ipi.label ? v->ipi.notice : 0);
    ivc_digest_u64(digest, v->ipi.i);
    ivc_digest_u64(digest, v->body.label ? v->vector : 0);
    ivc_digest_u64(digest, v->body.label ? v->access : 0);
}

static uint64_t kind_of(const Flight *flight)
{
    return (uint64_t)flight->what << 32 | flight->vector;
}

static void flights_digest(const Vcpu *v, IvcDigest *digest)
{
    ivc_digest_u64(digest, v->n_flights);
    for (uint32_t f = 0; f < v->n_flights; f++) {
        ivc_digest_time(digest, v->flights[f].at_ps);
        ivc_digest_u64(digest, kind_of(&v->flights[f]));
    }
}

static uint64_t flags_of(const Vcpu *v)
{
    return (uint64_t)v->kicked | (uint64_t)v->posted << 1 | (uint64_t)v->was_halted << 2 |
           (uint64_t)v->asleep << 3 | (uint64_t)v->told << 4 | (uint64_t)v->polling << 5;
}

static void vcpu_digest(const Vcpu *v, IvcDigest *digest)
{
    const uint64_t *received =
        v->rank < v->channel->n ? v->channel->ranks[v->rank].received_from : NULL;
    ivc_digest_state(digest, &ivc_virq_state_tables[0], &v->virq);
    ivc_agent_digest(&v->handler, digest);
    ivc_signal_digest(&v->line, digest);
    ivc_signal_digest(&v->arrived, digest);
    ivc_signal_digest(&v->wake, digest);
    ivc_signal_digest(&v->control, digest);
    frames_digest(v, digest);
    flights_digest(v, digest);
    ivc_digest_u64(digest, flags_of(v));
    ivc_digest_u64(digest, v->window_ps);
    if (v->block.label)
        ivc_digest_time(digest, v->halted_ps);
    if (v->written.n || v->arrivals.n || v->body.label)
        ivc_digest_time(digest, v->began_ps);
    ivc_digest_u64(digest, v->spurious);
    ivc_timer_digest(&v->late, digest);
    ivc_digest_u64(digest, v->batch->len);
    if (digest->brief || !received)
        return;
    for (guint i = 0; i < v->batch->len; i++)
        ivc_digest_u64(digest, g_array_index(v->batch, uint32_t, i));
    ivc_arrivals_digest(&v->written, received, digest);
    ivc_arrivals_digest(&v->arrivals, received, digest);
}

void ivc_vipi_digest(const void *bound, IvcDigest *digest)
{
    const VirtualIpi *channel = bound;
    for (uint32_t i = 0; i < channel->n_vcpus; i++)
        vcpu_digest(&channel->vcpus[i], digest);
    ivc_digest_u64(digest, channel->locked);
    ivc_signal_digest(&channel->unlocked, digest);
    if (channel->n_vcpus > channel->n) {
        ivc_agent_digest(&channel->flood, digest);
        ivc_digest_u64(digest, channel->flooding.label);
    }
}
