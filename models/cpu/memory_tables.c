/* The state structs of the memory system, field by field: what enters a digest, and through which
 * function. A new field fails the tests until it is entered here. */
#include "models/cpu/memory_state.h"
#include "sim/model/platform.h"

static const IvcStateField memory_fields[] = {
    IVC_STATE(IvcMemory, n_cores, FIXED),        IVC_STATE(IvcMemory, line_bytes, FIXED),
    IVC_STATE(IvcMemory, cache_bytes, FIXED),    IVC_STATE(IvcMemory, cache_private, FIXED),
    IVC_STATE(IvcMemory, write_through, FIXED),  IVC_STATE(IvcMemory, setup, FIXED),
    IVC_STATE(IvcMemory, word, FIXED),           IVC_STATE(IvcMemory, read_line, FIXED),
    IVC_STATE(IvcMemory, write_line, FIXED),     IVC_STATE(IvcMemory, sharing, OTHER),
    IVC_STATE(IvcMemory, private_writes, FIXED), IVC_STATE(IvcMemory, has_shared, FIXED),
    IVC_STATE(IvcMemory, cores, OTHER),          IVC_STATE(IvcMemory, chip, OTHER),
    IVC_STATE(IvcMemory, copies, FIXED),         IVC_STATE(IvcMemory, copied_bytes, FIXED),
    IVC_STATE(IvcMemory, read_bytes, FIXED),     IVC_STATE(IvcMemory, written_bytes, FIXED),
};

/* Places, stamps and the clock matter by the order and the distances that they give. */
static const IvcStateField recency_fields[] = {
    IVC_STATE(IvcRecency, never_full, FIXED), IVC_STATE(IvcRecency, live, OTHER),
    IVC_STATE(IvcRecency, clock, OTHER),      IVC_STATE(IvcRecency, owners, OTHER),
    IVC_STATE(IvcRecency, tree, OTHER),       IVC_STATE(IvcRecency, places, FIXED),
    IVC_STATE(IvcRecency, next, FIXED),       IVC_STATE(IvcRecency, built, PLAIN),
};

static const IvcStateField entry_fields[] = {
    IVC_STATE(IvcRecencyEntry, id, FIXED),        IVC_STATE(IvcRecencyEntry, place, OTHER),
    IVC_STATE(IvcRecencyEntry, old_place, OTHER), IVC_STATE(IvcRecencyEntry, stamp, OTHER),
    IVC_STATE(IvcRecencyEntry, bytes, PLAIN),     IVC_STATE(IvcRecencyEntry, old_bytes, PLAIN),
};

static const IvcStateField pass_fields[] = {
    IVC_STATE(IvcPass, own, OTHER),   IVC_STATE(IvcPass, at, PLAIN),
    IVC_STATE(IvcPass, split, PLAIN), IVC_STATE(IvcPass, head, PLAIN),
    IVC_STATE(IvcPass, tail, PLAIN),  IVC_STATE(IvcPass, valid, PLAIN),
    IVC_STATE(IvcPass, core, PLAIN),
};

static const IvcStateField buffer_fields[] = {
    IVC_STATE(IvcBuffer, id, PLAIN),   IVC_STATE(IvcBuffer, bytes, PLAIN),
    IVC_STATE(IvcBuffer, read, OTHER), IVC_STATE(IvcBuffer, write, OTHER),
    IVC_STATE(IvcBuffer, chip, OTHER), IVC_STATE(IvcBuffer, exclusive, PLAIN),
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
    IVC_STATE_TABLE(IvcMemory, memory_fields),      IVC_STATE_TABLE(IvcRecency, recency_fields),
    IVC_STATE_TABLE(IvcRecencyEntry, entry_fields), IVC_STATE_TABLE(IvcPass, pass_fields),
    IVC_STATE_TABLE(IvcBuffer, buffer_fields),      IVC_STATE_TABLE(IvcLine, line_fields),
    IVC_STATE_TABLE(IvcSleeper, sleeper_fields),
};
const size_t ivc_memory_state_tables_n = G_N_ELEMENTS(ivc_memory_state_tables);
