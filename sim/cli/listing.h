/** @file
 *  A table that `list` builds row by row and prints as text, CSV or JSON.
 */
#pragma once

#include "sim/cli/cli.h"

typedef struct {
    const char *const *headers; /**< NULL-terminated; also the keys in JSON */
    GPtrArray *cells;           /**< char *, owned; NULL: nothing there */
} IvcListing;

IvcListing *ivc_listing_new(const char *const *headers);
void ivc_listing_free(IvcListing *listing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcListing, ivc_listing_free)

/** Adds one cell; copies the text, which may be NULL. */
void ivc_listing_add(IvcListing *listing, const char *text);

/** Returns the number of rows. */
size_t ivc_listing_rows(const IvcListing *listing);

/** Prints by the verb's `--format`: table, csv or json (an array of objects). */
void ivc_listing_print(IvcCli *cli, const IvcListing *listing);

/** Reports that a topic has no such name, with a suggestion. @return IVC_EXIT_USAGE */
int ivc_listing_fail(IvcCli *cli, const char *topic, const char *name,
                     const char *const *candidates);

/* The topics; `name` is NULL for all. Each returns an exit status. */
int ivc_list_mechanisms(IvcCli *cli, const char *name);
int ivc_list_workloads(IvcCli *cli, const char *name);
int ivc_list_profiles(IvcCli *cli, const char *name);
int ivc_list_stages(IvcCli *cli, const char *name);
int ivc_list_parameters(IvcCli *cli, const char *name);
int ivc_list_errors(IvcCli *cli, const char *name);
int ivc_list_columns(IvcCli *cli, const char *name);
int ivc_list_suites(IvcCli *cli, const char *name);
int ivc_list_quantities(IvcCli *cli, const char *name);
int ivc_list_modes(IvcCli *cli, const char *name);

/** A stable code of an error and when it is reported. */
typedef struct {
    const char *code;
    const char *sentence;
} IvcErrorCode;

/** Ends with a NULL code. A test finds every code that the sources use in here. */
extern const IvcErrorCode ivc_error_codes[];
