/** @file
 *  The progress of a sweep on standard error: a bar on a terminal, plain lines elsewhere.
 */
#pragma once

#include "sim/cli/cli.h"
#include "sim/scenario/sweep.h"

/** What is shown. */
typedef enum {
    IVC_PROGRESS_NONE,
    IVC_PROGRESS_LINES, /**< the first after 2 s, then one every 5 s */
    IVC_PROGRESS_BAR,   /**< redrawn in place, ten times a second */
} IvcProgressKind;

typedef struct {
    FILE *stream; /**< borrowed */
    IvcProgressKind kind;
    unsigned width; /**< columns of the terminal */
    uint64_t next_us;
    bool drawn; /**< a bar stands on the current line */
} IvcProgress;

/** Chooses by `--progress`, `--quiet` and what standard error is. */
IvcProgress ivc_progress_new(const IvcCli *cli);

/** Shows the status when it is time to; `user` is the IvcProgress. For IvcSweepOptions.tick. */
void ivc_progress_tick(const IvcSweepStatus *status, void *user);

/** Takes the bar away. */
void ivc_progress_end(IvcProgress *progress);

/** The bar's text, cut to `width` columns and without control characters. @return transfer full */
char *ivc_progress_bar(const IvcSweepStatus *status, unsigned width);

/** A plain line, without the newline. @return transfer full */
char *ivc_progress_line(const IvcSweepStatus *status);
