/** @file
 *  Where suites and what they name are read from: files, or the texts that are part of the program.
 */
#pragma once

#include "sim/base/diag.h"

/** A suite, scenario or data set that the program carries: "suites/NAME.yaml", its bytes. */
typedef struct {
    const char *name;
    const char *text;
    size_t size;
} IvcShippedFile;

/** All of them, in the order of their names; ends with a NULL name. */
extern const IvcShippedFile ivc_shipped_files[];

/** The names of the shipped suites, without folder and ending. NULL-terminated, free the array. */
const char **ivc_shipped_suites(void);

/** A place that can be read. */
typedef struct {
    char *path;   /**< of a file, or the name of a shipped one */
    bool shipped; /**< part of the program */
} IvcSuitePath;

void ivc_suite_path_clear(IvcSuitePath *path);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IvcSuitePath, ivc_suite_path_clear)

/** What a user means by `word`: a file, else the shipped suite of that name, else a file that is
 *  not there. @return transfer full */
IvcSuitePath ivc_suite_path_named(const char *word);

/** What `name` means inside the file `from`: relative to its folder. @return transfer full */
IvcSuitePath ivc_suite_path_beside(const IvcSuitePath *from, const char *name);

/**
 * Reads all of it, at most 16 MiB.
 *
 * @param named  where it is named, or line 0; added as a note to what is wrong
 * @return transfer full, or NULL with an error of code "io" added
 */
IvcSource *ivc_suite_read(const IvcSuitePath *path, IvcPlace named, IvcDiags *diags);
