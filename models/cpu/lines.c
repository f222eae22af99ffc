/* Lines of shared state: a flag, a queue head, a header. Tracked by who wrote and who read it last.
 * Leaves out: lines that are evicted between two uses; those of shared state are too hot. */
#include "models/cpu/ways.h"

void ivc_line_init(IvcLine *line, uint32_t id)
{
    *line = (IvcLine){.id = id, .writer = -1, .reader = -1};
}

/* These two leave distances aside. */
static IvcFinePs line_read(const IvcMemory *memory, IvcLine *line, int32_t core)
{
    if (line->writer == core || line->reader == core)
        return memory->costs.word;
    IvcLevel level = line->writer < 0         ? IVC_LEVEL_MEMORY
                     : memory->private_writes ? IVC_LEVEL_OTHER
                                              : IVC_LEVEL_L2;
    line->reader = core;
    return memory->costs.word +
           (level == IVC_LEVEL_OTHER ? memory->read_alone : memory->costs.read_line[level]);
}

static IvcFinePs line_write(const IvcMemory *memory, IvcLine *line, int32_t core)
{
    bool mine = line->writer == core && line->reader < 0;
    IvcLevel level = line->writer < 0          ? IVC_LEVEL_MEMORY
                     : !memory->private_writes ? IVC_LEVEL_L2
                     : mine                    ? IVC_LEVEL_L1
                                               : IVC_LEVEL_OTHER;
    line->writer = core;
    line->reader = -1;
    return memory->costs.word +
           (level == IVC_LEVEL_OTHER ? memory->write_alone : memory->costs.write_line[level]);
}

static IvcFinePs line_access(const IvcMemory *memory, IvcLine *line, int32_t core, bool write)
{
    return write ? line_write(memory, line, core) : line_read(memory, line, core);
}

/* What the distance to the core adds that has the line. */
static IvcFinePs way_to(const IvcMemory *memory, const IvcLine *line, int32_t core, bool write)
{
    if (!write && (line->writer == core || line->reader == core))
        return 0;
    bool read_since = write && line->reader >= 0 && line->reader != core;
    return ivc_way_line(memory, read_since ? line->reader : line->writer, core);
}

static IvcTime round_up(IvcFinePs fine)
{
    return (fine + (1u << IVC_FINE_SHIFT) - 1) >> IVC_FINE_SHIFT;
}

/* In a machine of several nodes. */
G_NO_INLINE static IvcTime linked_cost(const IvcMemory *memory, IvcLine *line, int32_t core,
                                       bool write)
{
    IvcFinePs way = way_to(memory, line, core, write);
    return round_up(way + line_access(memory, line, core, write));
}

IvcTime ivc_line_cost(const IvcMemory *memory, IvcLine *line, int32_t core, bool write)
{
    if (G_UNLIKELY(ivc_is_linked(memory)))
        return linked_cost(memory, line, core, write);
    return round_up(line_access(memory, line, core, write));
}

IvcTime ivc_line_touch(IvcAgent *agent, IvcLine *line, bool write)
{
    return ivc_line_cost(agent->core->cores->memory, line, (int32_t)agent->core->cpu, write);
}

void ivc_line_digest(const IvcLine *line, IvcDigest *digest)
{
    ivc_digest_u64(digest, (uint64_t)(int64_t)line->writer);
    ivc_digest_u64(digest, (uint64_t)(int64_t)line->reader);
}
