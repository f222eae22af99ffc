/** @file
 *  Event channels: one-bit notifications between domains, and the virtual CPUs that take them.
 *
 *  An event is pending until its handler is entered; sending it again meanwhile changes nothing. A
 *  vCPU is interrupted when its first event becomes pending, and not again until it has looked: its
 *  handler goes on while events are pending. Events are handled in the order in which they became
 *  pending (Xen's FIFO event channels). A masked event stays pending until it is unmasked.
 */
#pragma once

#include "models/xen/xen.h"

typedef struct IvcXenPort IvcXenPort;
typedef struct IvcXenVcpu IvcXenVcpu;

/** Runs in the upcall of the vCPU, without time of its own: what it costs it owes (ivc_owe()). */
typedef void (*IvcXenHandler)(IvcXenPort *port, IvcAgent *upcall);

/** The receiving end of an event channel. */
struct IvcXenPort {
    uint32_t id;
    IvcXenVcpu *vcpu;
    IvcXenHandler handler;
    void *owner; /**< the handler's */
    bool pending;
    bool masked;
    IvcXenPort *next; /**< among those that are pending and not masked */
};

/** A virtual CPU of a guest, as far as it takes events. */
struct IvcXenVcpu {
    IvcXen *xen;
    IvcAgent upcall;
    IvcTimer interrupt; /**< on its way here */
    IvcSignal line;
    bool asserted;       /**< the interrupt is here */
    bool upcall_pending; /**< an event became pending since the handler last looked */
    bool in_upcall;
    bool was_idle; /**< when it was notified */
    IvcXenPort *first, *last;
    uint64_t upcalls;
    uint64_t handled; /**< events: several can be pending at one upcall */
    struct {
        IvcLabel label;
    } frame;
    char name[24];
};

/** Puts a vCPU on a core. It must stay where it is. */
void ivc_xen_vcpu_init(IvcXenVcpu *vcpu, IvcXen *xen, IvcCore *core, uint32_t number);

/** Binds an event channel to a vCPU. */
void ivc_xen_port_init(IvcXenPort *port, IvcXenVcpu *vcpu, IvcXenHandler handler, void *owner);

/**
 * The hypercall that sends an event: its time, which the caller spends (XEN_EVENT_SEND) before it
 * calls ivc_xen_event_arrive().
 */
IvcTime ivc_xen_event_send(IvcXen *xen);

/** The bit is set, and the vCPU interrupted when it has to be. */
void ivc_xen_event_arrive(IvcXenPort *port);

void ivc_xen_port_mask(IvcXenPort *port);

/** A pending event is delivered now. */
void ivc_xen_port_unmask(IvcXenPort *port);

void ivc_xen_port_digest(const IvcXenPort *port, IvcDigest *digest);
void ivc_xen_vcpu_digest(const IvcXenVcpu *vcpu, IvcDigest *digest);

/** The field tables of vCPU and port, for tests. */
extern const IvcStateTable ivc_xen_state_tables[];
extern const size_t ivc_xen_state_tables_n;
