/*
 * The part that all register blocks share: the state of the cores, the checks that hold for any
 * access, and the table of kinds. What a register means is in loongson3.c, octeon_ciu.c,
 * manycore.c and ti_mailbox.c. Leaves out: every cost. An access here takes no time and no bus.
 */
#include "models/ipi/register_block.h"

#include "sim/base/hot.h"

#include <string.h>

struct IvcRegisterBlock {
    const IvcRegisterBlockOps *ops;
    unsigned cores;
    uint64_t state[]; /* state_words of core 0, of core 1, ... */
};

const IvcRegisterBlockOps *const ivc_register_blocks[] = {
    &ivc_register_block_loongson3,
    &ivc_register_block_octeon_ciu,
    &ivc_register_block_manycore,
    &ivc_register_block_ti_mailbox,
    NULL,
};

/* A second list, since the registry wants plain strings; a test holds the two together. */
const char *const ivc_register_block_names[] = {"loongson3", "octeon-ciu", "manycore", "ti-mailbox",
                                                NULL};

const IvcRegisterBlockOps *ivc_register_block_find(const char *name)
{
    g_return_val_if_fail(name != NULL, NULL);
    for (size_t i = 0; ivc_register_blocks[i] != NULL; i++) {
        if (strcmp(ivc_register_blocks[i]->name, name) == 0) {
            return ivc_register_blocks[i];
        }
    }
    return NULL;
}

static size_t state_count(const IvcRegisterBlock *block)
{
    return (size_t)block->cores * block->ops->state_words;
}

IvcRegisterBlock *ivc_register_block_new(const IvcRegisterBlockOps *ops, unsigned cores)
{
    g_return_val_if_fail(ops != NULL, NULL);
    if (cores == 0 || cores > ops->cores_max) {
        return NULL;
    }
    size_t words = (size_t)cores * ops->state_words;
    IvcRegisterBlock *block = g_malloc0(sizeof *block + words * sizeof block->state[0]);
    block->ops = ops;
    block->cores = cores;
    return block;
}

void ivc_register_block_free(IvcRegisterBlock *block)
{
    g_free(block);
}

const IvcRegisterBlockOps *ivc_register_block_ops(const IvcRegisterBlock *block)
{
    return block->ops;
}

unsigned ivc_register_block_cores(const IvcRegisterBlock *block)
{
    return block->cores;
}

/* What no block allows, whatever the address. */
static IvcRegisterAccess check_shape(uint64_t address, unsigned width_bits)
{
    if (width_bits != 32 && width_bits != 64) {
        return IVC_REGISTER_BAD_WIDTH;
    }
    if (address % (width_bits / 8) != 0) {
        return IVC_REGISTER_BAD_ADDRESS;
    }
    return IVC_REGISTER_OK;
}

IvcRegisterAccess ivc_register_find(const IvcRegisterBlock *block, uint64_t address,
                                    unsigned width_bits, IvcRegisterPlace *ret_place)
{
    g_return_val_if_fail(block != NULL && ret_place != NULL, IVC_REGISTER_BAD_ADDRESS);
    IvcRegisterAccess access = check_shape(address, width_bits);
    if (access != IVC_REGISTER_OK) {
        return access;
    }
    return block->ops->find(address, width_bits, block->cores, ret_place);
}

static uint64_t cut(uint64_t value, unsigned width_bits)
{
    return width_bits == 32 ? value & UINT32_MAX : value;
}

uint64_t ivc_register_read_at(const IvcRegisterBlock *block, IvcRegisterPlace place)
{
    const uint64_t *own = block->state + (size_t)place.core * block->ops->state_words;
    return cut(block->ops->read(own, place), place.width_bits);
}

IvcRegisterAccess ivc_register_write_at(IvcRegisterBlock *block, IvcRegisterPlace place,
                                        uint64_t value)
{
    uint64_t *own = block->state + (size_t)place.core * block->ops->state_words;
    return block->ops->write(own, place, cut(value, place.width_bits));
}

IvcRegisterAccess ivc_register_read(const IvcRegisterBlock *block, uint64_t address,
                                    unsigned width_bits, uint64_t *ret_value)
{
    g_return_val_if_fail(ret_value != NULL, IVC_REGISTER_BAD_ADDRESS);
    IvcRegisterPlace place;
    IvcRegisterAccess access = ivc_register_find(block, address, width_bits, &place);
    if (access == IVC_REGISTER_OK) {
        *ret_value = ivc_register_read_at(block, place);
    }
    return access;
}

IvcRegisterAccess ivc_register_write(IvcRegisterBlock *block, uint64_t address, unsigned width_bits,
                                     uint64_t value)
{
    IvcRegisterPlace place;
    IvcRegisterAccess access = ivc_register_find(block, address, width_bits, &place);
    return access == IVC_REGISTER_OK ? ivc_register_write_at(block, place, value) : access;
}

uint32_t ivc_register_lines(const IvcRegisterBlock *block, unsigned core)
{
    ivc_hot_assert(block != NULL && core < block->cores);
    return block->ops->lines_of(block->state + (size_t)core * block->ops->state_words);
}

IvcRegisterPort ivc_register_port(const IvcRegisterBlockOps *ops, IvcRegisterRole role,
                                  unsigned core, unsigned lane)
{
    g_assert(core < ops->cores_max && lane < ops->lanes);
    return ops->port(role, core, lane);
}

void ivc_register_block_digest(const IvcRegisterBlock *block, IvcDigest *digest)
{
    for (size_t i = 0; i < state_count(block); i++) {
        ivc_digest_u64(digest, block->state[i]);
    }
}
