/** @file
 *  `ivcsim export simgrid`: the verb, and the texts of the files that it writes.
 */
#pragma once

#include "sim/cli/cli.h"
#include "sim/simgrid/round_trip.h"

/** @param path  of the scenario. @return exit status */
int ivc_export_simgrid(IvcCli *cli, const char *path);

/** What was measured, and what was made of it. */
typedef struct {
    const IvcScenario *scenario;
    IvcCurves *curves;
    IvcFit *fit;
    IvcSimgridPlatform *platform;
    GPtrArray *trips; /**< of each class: GArray of IvcRoundTrip; NULL without --check */
} IvcExport;

/** Lines about the parts of curves that jump from size to size; "" when there are none.
 *  @return transfer full */
char *ivc_export_rough(const IvcExport *export);

/** "sender to receiver": the pair that stands for a class. @return transfer full */
char *ivc_export_pair(const IvcExport *export, unsigned class_);

/** Relative errors of what SimGrid measured, at the sizes of one use; points whose interval SMPI
 *  cannot have count with their latency only. */
typedef struct {
    guint n; /**< sizes */
    double worst;
    double median;
} IvcExportErrors;
IvcExportErrors ivc_export_errors(const IvcExport *export, unsigned class_, IvcPointUse use);

/** What is printed, for programs. @param format  "csv", "json" or "jsonl". @param good  whether
 *  SimGrid gives the curves back, as far as it was asked. @return transfer full */
char *ivc_export_results(const IvcExport *export, const char *format, bool good);

/* The files. All transfer full. */
char *ivc_export_csv_text(const IvcExport *export);
char *ivc_export_figure_data(const IvcExport *export);
char *ivc_export_figure_script(const IvcExport *export);
char *ivc_export_arguments(const IvcExport *export);
char *ivc_export_readme(const IvcExport *export);
