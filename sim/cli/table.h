/** @file
 *  Results as aligned text for people.
 */
#pragma once

#include <jansson.h>

#include "sim/cli/cli.h"

/**
 * Several points as a table, one a line: channel, message, bandwidth, messages/s, latency, CPU
 * running share by guest. Followed by notes on capped and failed points.
 *
 * @param points  array of points as ivc_point_json() makes them
 * @return transfer full
 */
char *ivc_table_points(const IvcTerminal *terminal, const json_t *points);

/** One point as a block: rates, latency, CPU states by guest, stages, counts.
 *  @param all  every stage, core and count instead of the largest. @return transfer full */
char *ivc_table_point(const IvcTerminal *terminal, const json_t *point, bool all);

/** The short form of a manifest, for below a table. @return transfer full */
char *ivc_table_manifest(const IvcTerminal *terminal, const json_t *manifest);

/** A plain table: `rows` of `columns` texts each (NULL: empty). Columns whose header starts with
 *  '>' are aligned to the right. @return transfer full */
char *ivc_table_texts(const char *const *headers, size_t columns, const char *const *rows,
                      size_t n_rows);

/** Numbers for people, transfer full: "64 KiB", "1.53 GB/s", "4.51 us", "1.2 M". */
char *ivc_human_bytes(uint64_t bytes);
char *ivc_human_rate(double bytes_per_s);
char *ivc_human_time(uint64_t ps);
char *ivc_human_count(double value);

/** A list of whole numbers one after the other, as of cores: "[4, 5, 6]" is "4-6"; any other text
 *  is returned as it is, NULL as "-". transfer full */
char *ivc_human_list(const char *text);

/** The end of the i-th axis' path that no other of the axes (const char *) ends with: "cores", or
 *  "dom0.cores". transfer full */
char *ivc_human_axis(const GPtrArray *axes, guint i);
