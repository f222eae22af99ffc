/* The state structs of the memory system, field by field: what enters a digest, and through which
 * function. A new field fails the tests until it is entered here. */
#include "models/cpu/memory_state.h"
#include "sim/model/platform.h"

static const IvcStateField memory_fields[] = {
    IVC_STATE(IvcMemory, n_cores, FIXED),
    IVC_STATE(IvcMemory, line_bytes, FIXED),
    IVC_STATE(IvcMemory, line_mask, FIXED),
    IVC_STATE(IvcMemory, line_shift, FIXED),
    IVC_STATE(IvcMemory, cache_bytes, FIXED),
    IVC_STATE(IvcMemory, cache_private, FIXED),
    IVC_STATE(IvcMemory, write_through, FIXED),
    IVC_STATE(IvcMemory, costs, FIXED), /* others only within a call */
    IVC_STATE(IvcMemory, read_alone, FIXED),
    IVC_STATE(IvcMemory, write_alone, FIXED),
    IVC_STATE(IvcMemory, hop, FIXED),
    IVC_STATE(IvcMemory, places, FIXED),
    IVC_STATE(IvcMemory, metric, FIXED),
    IVC_STATE(IvcMemory, sharing, OTHER),
    IVC_STATE(IvcMemory, memo, FIXED), /* follows from the costs */
    IVC_STATE(IvcMemory, private_writes, FIXED),
    IVC_STATE(IvcMemory, has_shared, FIXED),
    IVC_STATE(IvcMemory, cores, OTHER),
    IVC_STATE(IvcMemory, chips, OTHER),
    IVC_STATE(IvcMemory, n_chips, FIXED),
    IVC_STATE(IvcMemory, routes, FIXED),
    IVC_STATE(IvcMemory, copies, FIXED),
    IVC_STATE(IvcMemory, copied_bytes, FIXED),
    IVC_STATE(IvcMemory, read_bytes, FIXED),
    IVC_STATE(IvcMemory, written_bytes, FIXED),
};

/* What is in the list matters by its order and by what each level holds. */
static const IvcStateField recency_fields[] = {
    IVC_STATE(IvcRecency, capacity, FIXED),  IVC_STATE(IvcRecency, level_first, FIXED),
    IVC_STATE(IvcRecency, level_end, FIXED), IVC_STATE(IvcRecency, used, OTHER),
    IVC_STATE(IvcRecency, whole, PLAIN),     IVC_STATE(IvcRecency, begun, FIXED),
    IVC_STATE(IvcRecency, newest, OTHER),    IVC_STATE(IvcRecency, last, OTHER),
};

static const IvcStateField seen_fields[] = {
    IVC_STATE(IvcSeen, extent, OTHER), IVC_STATE(IvcSeen, in, OTHER),
    IVC_STATE(IvcSeen, newer, OTHER),  IVC_STATE(IvcSeen, older, OTHER),
    IVC_STATE(IvcSeen, began, OTHER),  IVC_STATE(IvcSeen, rank, FIXED),
};

static const IvcStateField entry_fields[] = {
    IVC_STATE(IvcRecencyEntry, latest, OTHER),
    IVC_STATE(IvcRecencyEntry, passes, OTHER),
};

static const IvcStateField pass_fields[] = {
    IVC_STATE(IvcPass, core, PLAIN),  IVC_STATE(IvcPass, valid, PLAIN),
    IVC_STATE(IvcPass, done, PLAIN),  IVC_STATE(IvcPass, head, PLAIN),
    IVC_STATE(IvcPass, tail, PLAIN),  IVC_STATE(IvcPass, at, PLAIN),
    IVC_STATE(IvcPass, split, PLAIN), IVC_STATE(IvcPass, own, OTHER),
};

static const IvcStateField buffer_fields[] = {
    IVC_STATE(IvcBuffer, id, FIXED),        IVC_STATE(IvcBuffer, home, OTHER),
    IVC_STATE(IvcBuffer, read_from, OTHER), IVC_STATE(IvcBuffer, write_from, OTHER),
    IVC_STATE(IvcBuffer, exclusive, PLAIN), IVC_STATE(IvcBuffer, bytes, PLAIN),
    IVC_STATE(IvcBuffer, read, OTHER),      IVC_STATE(IvcBuffer, write, OTHER),
    IVC_STATE(IvcBuffer, chip, OTHER),
};

static const IvcStateField line_fields[] = {
    IVC_STATE(IvcLine, id, FIXED),
    IVC_STATE(IvcLine, writer, PLAIN),
    IVC_STATE(IvcLine, reader, PLAIN),
};

static const IvcStateField sleeper_fields[] = {
    IVC_STATE(IvcSleeper, signal, OTHER),
    IVC_STATE(IvcSleeper, pending, PLAIN),
    IVC_STATE(IvcSleeper, asleep, PLAIN),
};

const IvcStateTable ivc_memory_state_tables[] = {
    IVC_STATE_TABLE(IvcMemory, memory_fields), IVC_STATE_TABLE(IvcRecency, recency_fields),
    IVC_STATE_TABLE(IvcSeen, seen_fields),     IVC_STATE_TABLE(IvcRecencyEntry, entry_fields),
    IVC_STATE_TABLE(IvcPass, pass_fields),     IVC_STATE_TABLE(IvcBuffer, buffer_fields),
    IVC_STATE_TABLE(IvcLine, line_fields),     IVC_STATE_TABLE(IvcSleeper, sleeper_fields),
};
const size_t ivc_memory_state_tables_n = G_N_ELEMENTS(ivc_memory_state_tables);
