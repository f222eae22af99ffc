/** @file
 *  Shared by the files of the VM-communication module: its state.
 */
#pragma once

#include "models/guard/guard.h"
#include "models/ipi/mailbox.h"
#include "models/mpi/match.h"
#include "models/shmem/region.h"
#include "sim/model/pairs.h"

/** Whose memory the region is in, on a machine of several nodes. */
typedef enum {
    IVC_REGION_AT_FIRST_TOUCH, /**< block by block: of who writes it first */
    IVC_REGION_AT_FIRST_RANK,
    IVC_REGION_AT_LAST_RANK,
} IvcRegionHome;

/** What guests may do with the blocks of others. */
typedef enum {
    IVC_RIGHTS_SHARED,    /**< all that map the region write all of it */
    IVC_RIGHTS_READ_ONLY, /**< each guest writes blocks of its own, the others read them */
    IVC_RIGHTS_GRANTED,   /**< the same, but only the receiver reads a block, while it is granted */
} IvcRights;

/** Parameters; the three mechanisms offer the rows that concern them. */
typedef struct {
    IvcBytes register_max;
    uint64_t window;
    IvcBytes region;
    IvcBytes block_min;
    IvcBytes piece;
    IvcBytes room;
    uint64_t copies;
    int home; /**< IvcRegionHome */
    IvcNameList access;
    IvcSpan spin;
    IvcCost choose;
    IvcCost pack;
    IvcCost dispatch;
    IvcCost match;
    IvcCost alloc;
    IvcCost free_block;
    IvcCost map;
    int rights; /**< IvcRights */
    IvcCost grant;
    IvcCost grant_page;
    IvcCost revoke;
    IvcGuardSpec guard;
} IvcVmcommSpec;

typedef struct {
    IvcTime choose;
    IvcTime pack;
    IvcTime dispatch;
    IvcTime match;
    IvcTime alloc;
    IvcTime free_block;
    IvcTime map;
    IvcTime spin;
    IvcTime grant;
    IvcTime grant_page;
    IvcTime revoke;
} IvcVmcommTimes;

/** Stages of the module, the same for its three mechanisms. */
typedef enum {
    VMCOMM_CHOOSE,
    VMCOMM_PACK,
    VMCOMM_DISPATCH,
    VMCOMM_MATCH,
    VMCOMM_ALLOC,
    VMCOMM_FREE,
    VMCOMM_HEADER,
    VMCOMM_COPY_IN,
    VMCOMM_COPY_OUT,
    VMCOMM_DELIVER,
    VMCOMM_SPIN,
    VMCOMM_MAP,
    VMCOMM_ACKNOWLEDGE,
    VMCOMM_GRANT,
    VMCOMM_REVOKE,
    VMCOMM_GUARD, /**< the first of guard.h's */
    VMCOMM_STAGES = VMCOMM_GUARD + GUARD_STAGES,
} IvcVmcommStage;

extern const IvcStage ivc_vmcomm_stages[];

/** Bytes of data in the largest block that the region can serve. */
uint64_t ivc_vmcomm_largest_block(const IvcVmcommSpec *spec);

/** The `check` of a mechanism with registers alone, and of one with a region. */
void ivc_vmcomm_check_registers(const void *spec, const IvcScenario *scenario, const char *path,
                                IvcDiags *diags);
void ivc_vmcomm_check_region(const void *bound, const IvcScenario *scenario, const char *path,
                             IvcDiags *diags);

#define IVC_VMCOMM_NONE UINT32_MAX

/** A message that has begun to arrive. */
typedef struct {
    IvcEnvelope envelope;
    bool shared;   /**< its data lies in blocks */
    bool direct;   /**< the handler puts its data into the user's buffer */
    uint64_t have; /**< bytes that have come */
    bool complete;
    uint32_t first; /**< blocks that have come and were not read, as a list */
    uint32_t last;
    uint32_t next_free;
} IvcVmcommMessage;

/** A block of the region as the module sees it. */
typedef struct {
    IvcBuffer data;
    IvcLine header;
    uint64_t bytes; /**< of data in it */
    bool last;      /**< of its message */
    uint32_t next;
} IvcVmcommSlot;

/** One direction between two ranks. */
typedef struct {
    IvcArrivals sent;    /**< envelopes of messages whose first word has not arrived yet */
    bool announced;      /**< an envelope was announced */
    IvcEnvelope current; /**< the envelope that inline words belong to, and the length of messages
                              of more than a word */
    uint32_t open;       /**< the message that further words belong to */
    uint64_t unacked;    /**< inline messages without credit, at the sender */
    uint64_t consumed;   /**< inline messages to give credit for, at the receiver */
} IvcVmcommWay;

typedef struct IvcVmcomm IvcVmcomm;

/** A rank's end. */
typedef struct {
    IvcVmcomm *module;
    IvcRank *rank;
    unsigned guest;     /**< its guest's number in the region: the scenario may have more
                             guests than a region has numbers */
    IvcSleeper sleeper; /**< its process waits here, whatever for */
    uint64_t touched;   /**< pages of the region, from its start, that this rank has touched */
    uint32_t blocks;    /**< that it has posted and that were not given back */
    bool wants_room;    /**< it sleeps until a block is given back */
    bool wants_window;  /**< it sleeps until credit comes */
    const IvcMpiCall *posted; /**< a Recv that waits */
    uint32_t claimed;         /**< the message that the handler matched to it */
    IvcArrivals unexpected;
    IvcBuffer aside;        /**< kernel memory for inline data that no Recv waits for */
    IvcBuffer private_copy; /**< with `check: copy-first`: where a block is looked at */
    IvcLine acknowledged;   /**< not with `rights: shared`: it writes here what it has taken */
    uint32_t taken_back;    /**< its own blocks that receivers have acknowledged, not noticed yet */
    IvcPostFrame post;
    IvcSleepFrame sleep;
    struct {
        IvcLabel label;
    } say;
    uint32_t say_to;
    uint64_t say_word;
    struct {
        IvcLabel label;
    } call;
    struct {
        IvcLabel label;
    } part;
    struct {
        IvcLabel label;
    } copying;
    struct {
        IvcLabel label;
    } waiting;
    struct {
        IvcLabel label;
    } handling;       /**< of the interrupt handler on this core */
    uint32_t handled; /**< the message that it is busy with */
    uint64_t at;
    uint64_t bytes;
    uint32_t slot;
    uint32_t message;
    uint32_t loop;
} IvcVmcommPort;

struct IvcVmcomm {
    IvcPlatform *platform;
    const IvcVmcommSpec *spec;
    IvcVmcommTimes t;
    uint32_t stage0;
    uint32_t n;
    IvcMailbox *mailbox;
    IvcRegion *region; /**< NULL: registers alone */
    IvcGuard guard;
    uint32_t mapped; /**< guests that have mapped the region */
    uint64_t piece;
    uint64_t room; /**< free bytes at which waiting senders are told */
    IvcVmcommSlot *slots;
    uint32_t n_slots;
    uint32_t slots_used; /**< so many, the lowest, have ever been; the rest is as at the start */
    IvcVmcommPort *ports;
    IvcPairs ways; /**< of IvcVmcommWay */
    IvcVmcommMessage *messages;
    uint32_t n_messages;
    uint32_t free_message;
    uint32_t without_blocks; /**< ports whose `blocks` is 0; follows from them */
    uint32_t wanting_room;   /**< ports that want room; follows from them */
    uint64_t in_flight;
    uint64_t inline_messages;
    uint64_t shared_messages;
    uint64_t room_waits;
    uint64_t window_waits;
};

/** Encodes a message that is known to fit. */
uint64_t ivc_vmcomm_word(const IvcRegisterMessage *message);

static inline IvcVmcommPort *ivc_vmcomm_port(const IvcRank *rank)
{
    return rank->end;
}

/** Makes a direction that was never used. */
IvcVmcommWay *ivc_vmcomm_way_new(IvcVmcomm *module, uint32_t from, uint32_t to);

static inline IvcVmcommWay *ivc_vmcomm_way(IvcVmcomm *module, uint32_t from, uint32_t to)
{
    IvcVmcommWay *way = ivc_pairs_find(&module->ways, from, to);
    return G_LIKELY(way != NULL) ? way : ivc_vmcomm_way_new(module, from, to);
}

static inline bool ivc_vmcomm_in_line(const IvcVmcomm *module, uint64_t bytes)
{
    return !module->region || bytes <= module->spec->register_max.n;
}

/** More than the largest window: all messages under way have different numbers. */
#define IVC_VMCOMM_NUMBERS 256u

/**
 * The data of an inline word: the message's number, modulo IVC_VMCOMM_NUMBERS, so that the receiver
 * can check that nothing was lost or mixed up; inverted, so that it fills its bytes as any data
 * may: a word of small value would need fewer chunks.
 */
uint64_t ivc_vmcomm_data(const IvcEnvelope *envelope, unsigned length);

/** Owes what the first touch of the pages of a block costs under the mode. */
void ivc_vmcomm_touch(IvcVmcommPort *port, uint32_t slot, uint64_t bytes);

/** Posts port->say_word to rank port->say_to. */
IvcStep ivc_vmcomm_say(IvcVmcommPort *port);

IvcStep ivc_vmcomm_send(IvcRank *rank, IvcMpiCall *call);
IvcStep ivc_vmcomm_recv(IvcRank *rank, IvcMpiCall *call);

/** The interrupt handler's part: a word has come. An IvcMailboxDeliver. */
IvcStep ivc_vmcomm_deliver(void *client, IvcAgent *handler, uint32_t to, uint32_t from,
                           uint64_t word);

/** Guests that have mapped the region: those of `access`, or else those of the ranks. */
uint32_t ivc_vmcomm_mapped(const IvcVmcomm *module);

uint32_t ivc_vmcomm_message_new(IvcVmcomm *module);
void ivc_vmcomm_message_free(IvcVmcomm *module, uint32_t message);

void ivc_vmcomm_digest(const void *channel, IvcDigest *digest);
