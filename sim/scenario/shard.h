/** @file
 *  Shards of a sweep: which of its points one of several programs runs, on this machine or on
 *  others. Every shard works the division out by itself, from the plan alone.
 */
#pragma once

#include "sim/scenario/sweep.h"

/** Shards that a sweep can be divided into at most. */
#define IVC_SHARDS_MAX 10000

/** Name of the text in a store that says which shard it holds (ivc_shard_note_json()). */
#define IVC_SHARD_TEXT "shard"

/** Shard `number` of `of`, counted from 1; {0, 0}: the whole sweep. */
typedef struct {
    unsigned number;
    unsigned of;
} IvcShard;

/** Parses "2/8". @return false when the text is not I/N with 1 <= I <= N <= IVC_SHARDS_MAX */
bool ivc_shard_parse(const char *text, IvcShard *ret_shard) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Divides points by their expected work: the longest first, each to the shard that has least to do.
 * Points with equal keys are in one shard. The same points give the same division everywhere,
 * whatever is stored already.
 *
 * @param shards  1..IVC_SHARDS_MAX; may be more than there are points
 * @return transfer full: of each point, its shard (1..shards)
 */
unsigned *ivc_shard_divide(const IvcSweepPoint *points, size_t n, unsigned shards);

/**
 * Picks the points of one shard; they keep their order.
 *
 * @param shards  as ivc_shard_divide() made it; NULL: all points belong to it
 * @return transfer container: what the points point to stays where it is
 */
IvcSweepPoint *ivc_shard_points(const IvcSweepPoint *points, size_t n, const unsigned *shards,
                                unsigned shard, size_t *ret_n);

/** What a store says of the shard that it holds. */
typedef struct {
    IvcShard shard;
    char *program;    /**< as given to ivc_sweep_plan_new() */
    unsigned *shards; /**< of each place of the plan, its shard */
    size_t n;         /**< places */
} IvcShardNote;

void ivc_shard_note_clear(IvcShardNote *note);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IvcShardNote, ivc_shard_note_clear)

/** @return transfer full */
char *ivc_shard_note_json(const IvcShardNote *note);

/** @return false when the text is nothing that ivc_shard_note_json() made */
bool ivc_shard_note_parse(const char *text, IvcShardNote *ret_note) G_GNUC_WARN_UNUSED_RESULT;
