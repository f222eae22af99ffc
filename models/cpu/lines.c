/* Lines of shared state: a flag, a queue head, a header. Tracked by who wrote and who read it last.
 * Leaves out: lines that are evicted between two uses; those of shared state are too hot. */
#include "models/cpu/ways.h"

void ivc_line_init(IvcLine *line, uint32_t id)
{
    *line = (IvcLine){.id = id, .writer = -1, .reader = -1};
}

static IvcFinePs line_read(const IvcMemory *memory, IvcLine *line, int32_t core)
{
    if (line->writer == core || line->reader == core)
        return memory->word;
    IvcLevel level = line->writer < 0         ? IVC_LEVEL_MEMORY
                     : memory->private_writes ? IVC_LEVEL_OTHER
                                              : IVC_LEVEL_L2;
    IvcFinePs fine = memory->word + memory->read_line[level];
    if (G_UNLIKELY(ivc_is_linked(memory)))
        fine += ivc_way_line(memory, line->writer, core);
    line->reader = core;
    return fine;
}

static IvcFinePs line_write(const IvcMemory *memory, IvcLine *line, int32_t core)
{
    bool mine = line->writer == core && line->reader < 0;
    IvcLevel level = line->writer < 0          ? IVC_LEVEL_MEMORY
                     : !memory->private_writes ? IVC_LEVEL_L2
                     : mine                    ? IVC_LEVEL_L1
                                               : IVC_LEVEL_OTHER;
    IvcFinePs fine = memory->word + memory->write_line[level];
    if (G_UNLIKELY(ivc_is_linked(memory))) {
        bool read_since = line->reader >= 0 && line->reader != core;
        fine += ivc_way_line(memory, read_since ? line->reader : line->writer, core);
    }
    line->writer = core;
    line->reader = -1;
    return fine;
}

IvcTime ivc_line_cost(const IvcMemory *memory, IvcLine *line, int32_t core, bool write)
{
    IvcFinePs fine = write ? line_write(memory, line, core) : line_read(memory, line, core);
    return (fine + (1u << IVC_FINE_SHIFT) - 1) >> IVC_FINE_SHIFT;
}

IvcTime ivc_line_touch(IvcAgent *agent, IvcLine *line, bool write)
{
    return ivc_line_cost(agent->core->cores->memory, line, (int32_t)agent->core->id, write);
}

void ivc_line_digest(const IvcLine *line, IvcDigest *digest)
{
    ivc_digest_u64(digest, (uint64_t)(int64_t)line->writer);
    ivc_digest_u64(digest, (uint64_t)(int64_t)line->reader);
}
