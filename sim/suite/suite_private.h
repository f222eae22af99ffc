/** @file
 *  What the files behind suite.h share; nobody else includes it.
 */
#pragma once

#include "sim/suite/suite.h"

/** A suite that is being read. */
typedef struct {
    const IvcSuitePath *path;
    IvcSuite *suite;
    IvcDiags *diags;
} IvcSuiteLoad;

/** Whether a file begins with the schema that is expected; what is wrong is reported. */
bool ivc_suite_schema(const IvcNode *root, const char *schema, const char *what, IvcDiags *diags);

/** Reads the file that `shared:` names, and takes its keys over into the suite's tree. */
void ivc_suite_shared_read(const IvcSuiteLoad *load);

/** The value of a key at the top, NULL without it; one of another kind is reported. */
const IvcNode *ivc_suite_section(const IvcSuiteLoad *load, const char *key, IvcNodeKind kind);

/** The place of the value of a key, or of the map that lacks it. */
IvcPlace ivc_suite_place(const IvcNode *map, const char *key);

/** A list of IvcSetting. @return transfer full */
GArray *ivc_settings_new(void);

/** Appends what stands under a `set:`; `node` may be NULL. */
void ivc_settings_read(const IvcSuiteLoad *load, const IvcNode *node, GArray *settings);

/** Appends copies of others. */
void ivc_settings_append(GArray *settings, const GArray *others);

/** Reads `entries:` with the scenarios that they name; `scenario` is that of entries without one.
 */
void ivc_suite_entries_read(const IvcSuiteLoad *load, const char *scenario);

void ivc_suite_entry_clear(gpointer entry);
void ivc_suite_scenario_free(gpointer scenario);
