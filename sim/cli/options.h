/** @file
 *  Command-line options as tables. One row of a table gives the parsing, `--help`, the manual page
 *  and the shell completion of an option, so that they cannot disagree.
 *
 *  Spelling: `-j4`, `-j 4`, `--jobs 4`, `--jobs=4`; flags may be bundled (`-qn`); options and
 *  arguments may be mixed; `--` ends the options; `-` is an argument. Long names are never
 *  abbreviated, so that a script keeps its meaning when an option is added. Where an option that
 *  is not repeatable comes twice, the last one counts.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct IvcCli IvcCli;

typedef enum {
    IVC_OPTION_FLAG,    /**< no value */
    IVC_OPTION_TEXT,    /**< any text but the empty one */
    IVC_OPTION_LIST,    /**< text, repeatable; the order is kept */
    IVC_OPTION_COUNT,   /**< a whole decimal number from `min` to `max` */
    IVC_OPTION_CHOICE,  /**< one of `choices` */
    IVC_OPTION_CHOICES, /**< a comma-separated list of `choices`: `svg,pdf` */
} IvcOptionType;

/** One option. Tables end with a row whose name is NULL. */
typedef struct {
    const char *name; /**< long name, without the dashes */
    char letter;      /**< short name, or 0 */
    IvcOptionType type;
    const char *argument;       /**< "DIR", "N", "KEY=VALUE"; NULL for flags and choices */
    const char *const *choices; /**< NULL-terminated, for the choice types */
    const char *fallback;       /**< what ivc_options_value() returns without the option, or NULL */
    uint64_t min;               /**< for IVC_OPTION_COUNT */
    uint64_t max;               /**< for IVC_OPTION_COUNT; 0: no limit */
    const char *sentence;       /**< what it does, without a full stop */
} IvcOption;

/** What a positional argument is, for completion. */
typedef enum {
    IVC_ARGUMENT_NONE,
    IVC_ARGUMENT_FILE,
    IVC_ARGUMENT_DIR,
    IVC_ARGUMENT_WORD,
    IVC_ARGUMENT_RAW, /**< files, and whatever looks like an option: all words are arguments, but
                           for a `--help` alone */
} IvcArgumentType;

/** One verb. Tables end with a row whose name is NULL. */
typedef struct {
    const char *name;
    int (*run)(IvcCli *cli); /**< returns the exit status */
    const char *arguments;   /**< "FILE...", "" */
    unsigned min_args;
    unsigned max_args; /**< UINT_MAX: any number */
    IvcArgumentType argument_type;
    const char *const *words; /**< for IVC_ARGUMENT_WORD: what the first one may be, or NULL */
    const IvcOption *options; /**< ends with a NULL name; NULL: none */
    bool hidden;              /**< left out of `--help` and of completion */
    const char *summary;      /**< one sentence without a full stop */
    const char *description;  /**< one paragraph, for `VERB --help` and the manual page */
} IvcVerb;

/** The options of one command line, parsed. */
typedef struct IvcOptions IvcOptions;

#define IVC_OPTION_ERROR (ivc_option_error_quark())
GQuark ivc_option_error_quark(void);

typedef enum {
    IVC_OPTION_ERROR_UNKNOWN,   /**< no such option */
    IVC_OPTION_ERROR_VALUE,     /**< value missing, not wanted, or not one of the allowed ones */
    IVC_OPTION_ERROR_ARGUMENTS, /**< too few or too many arguments */
} IvcOptionError;

/**
 * Parses what follows the verb. When `--help` is among the options, missing or surplus arguments
 * are not an error.
 *
 * @param verb     its options are accepted
 * @param globals  further options that are accepted, or NULL
 * @param argv     NULL-terminated, borrowed: must outlive the result
 * @param error    IVC_OPTION_ERROR; the message may have a second line, "hint: ..."
 * @return transfer full, or NULL
 */
IvcOptions *ivc_options_parse(const IvcVerb *verb, const IvcOption *globals,
                              const char *const *argv, GError **error);
void ivc_options_free(IvcOptions *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcOptions, ivc_options_free)

/** Returns true when the option was given. The name must be in the tables. */
bool ivc_options_flag(const IvcOptions *options, const char *name);

/** Returns the option's value, its fallback, or NULL. Borrowed. */
const char *ivc_options_value(const IvcOptions *options, const char *name);

/** Returns all values of a LIST or CHOICES option, NULL-terminated, never NULL. Borrowed. */
const char *const *ivc_options_values(const IvcOptions *options, const char *name);

/** Returns the value of a COUNT option, or `otherwise` when it has neither value nor fallback. */
uint64_t ivc_options_count(const IvcOptions *options, const char *name, uint64_t otherwise);

/** Returns the positional arguments, NULL-terminated. Borrowed. */
const char *const *ivc_options_args(const IvcOptions *options);
