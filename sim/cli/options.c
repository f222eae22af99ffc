/*
 * Parses a command line by the tables of options.h. A parser of our own, because getopt_long()
 * abbreviates long names, prints its own messages and keeps global state, and because an unknown
 * option should get a suggestion.
 */
#include "sim/cli/options.h"

#include <inttypes.h>
#include <string.h>

#include "sim/base/diag.h"

typedef struct {
    const IvcOption *option;
    GPtrArray *values; /* char *, owned; NULL-terminated once parsing is done */
    bool given;
} Slot;

struct IvcOptions {
    GArray *slots; /* Slot, one for each row of both tables */
    GPtrArray *args;
};

GQuark ivc_option_error_quark(void)
{
    return g_quark_from_static_string("ivc-option-error-quark");
}

static void clear_slot(void *data)
{
    Slot *slot = data;
    g_ptr_array_unref(slot->values);
}

static void add_slots(IvcOptions *options, const IvcOption *table)
{
    for (const IvcOption *option = table; option != NULL && option->name != NULL; option++) {
        Slot slot = {.option = option, .values = g_ptr_array_new_with_free_func(g_free)};
        g_array_append_val(options->slots, slot);
    }
}

static Slot *find_long(const IvcOptions *options, const char *name, size_t length)
{
    for (guint i = 0; i < options->slots->len; i++) {
        Slot *slot = &g_array_index(options->slots, Slot, i);
        if (strlen(slot->option->name) == length && strncmp(slot->option->name, name, length) == 0)
            return slot;
    }
    return NULL;
}

static Slot *find_letter(const IvcOptions *options, char letter)
{
    for (guint i = 0; i < options->slots->len; i++) {
        Slot *slot = &g_array_index(options->slots, Slot, i);
        if (slot->option->letter == letter)
            return slot;
    }
    return NULL;
}

static char *join_choices(const char *const *choices)
{
    return g_strjoinv(", ", (char **)choices);
}

static bool check_choice(const IvcOption *option, const char *text, GError **error)
{
    if (g_strv_contains(option->choices, text))
        return true;
    g_autofree char *known = join_choices(option->choices);
    const char *near = ivc_suggest(text, option->choices);
    g_autofree char *hint = near != NULL ? g_strdup_printf("did you mean '%s'?", near)
                                         : g_strdup_printf("one of %s", known);
    g_set_error(error, IVC_OPTION_ERROR, IVC_OPTION_ERROR_VALUE,
                "option '--%s' cannot be '%s'\nhint: %s", option->name, text, hint);
    return false;
}

static bool check_count(const IvcOption *option, const char *text, GError **error)
{
    guint64 value = 0;
    if (g_ascii_string_to_unsigned(text, 10, option->min,
                                   option->max != 0 ? option->max : UINT64_MAX, &value, NULL))
        return true;
    if (option->max != 0)
        g_set_error(error, IVC_OPTION_ERROR, IVC_OPTION_ERROR_VALUE,
                    "option '--%s' expects a whole number from %" PRIu64 " to %" PRIu64
                    ", got '%s'",
                    option->name, option->min, option->max, text);
    else
        g_set_error(error, IVC_OPTION_ERROR, IVC_OPTION_ERROR_VALUE,
                    "option '--%s' expects a whole number from %" PRIu64 ", got '%s'", option->name,
                    option->min, text);
    return false;
}

/* Stores one value; the last one wins unless the option is a list. */
static bool store(Slot *slot, const char *text, GError **error)
{
    const IvcOption *option = slot->option;
    slot->given = true;
    if (option->type == IVC_OPTION_FLAG)
        return true;
    if (*text == '\0') {
        g_set_error(error, IVC_OPTION_ERROR, IVC_OPTION_ERROR_VALUE,
                    "option '--%s' has an empty value", option->name);
        return false;
    }
    if (option->type == IVC_OPTION_CHOICE && !check_choice(option, text, error))
        return false;
    if (option->type == IVC_OPTION_COUNT && !check_count(option, text, error))
        return false;
    if (option->type != IVC_OPTION_LIST)
        g_ptr_array_set_size(slot->values, 0);
    if (option->type != IVC_OPTION_CHOICES) {
        g_ptr_array_add(slot->values, g_strdup(text));
        return true;
    }
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    for (char **part = parts; *part != NULL; part++) {
        if (!check_choice(option, *part, error))
            return false;
        g_ptr_array_add(slot->values, g_strdup(*part));
    }
    return true;
}

static bool fail_missing(const IvcOption *option, GError **error)
{
    g_autofree char *choices = option->choices != NULL ? join_choices(option->choices) : NULL;
    g_set_error(error, IVC_OPTION_ERROR, IVC_OPTION_ERROR_VALUE, "option '--%s' needs a value: %s",
                option->name, choices != NULL ? choices : option->argument);
    return false;
}

static bool fail_unknown(const IvcOptions *options, const char *word, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < options->slots->len; i++)
        g_ptr_array_add(names, (void *)g_array_index(options->slots, Slot, i).option->name);
    g_ptr_array_add(names, NULL);
    const char *near = ivc_suggest(word, (const char *const *)names->pdata);
    g_autofree char *hint =
        near != NULL ? g_strdup_printf("\nhint: did you mean '--%s'?", near) : g_strdup("");
    g_set_error(error, IVC_OPTION_ERROR, IVC_OPTION_ERROR_UNKNOWN, "unknown option '--%s'%s", word,
                hint);
    return false;
}

/* `--name`, `--name value` or `--name=value`; *at moves on when the next word is used up. */
static bool parse_long(IvcOptions *options, const char *const *argv, size_t *at, GError **error)
{
    const char *word = argv[*at] + 2;
    size_t length = strcspn(word, "=");
    const char *value = word[length] == '=' ? word + length + 1 : NULL;
    Slot *slot = find_long(options, word, length);
    if (slot == NULL) {
        g_autofree char *name = g_strndup(word, length);
        return fail_unknown(options, name, error);
    }
    if (slot->option->type == IVC_OPTION_FLAG) {
        if (value == NULL)
            return store(slot, "", error);
        g_set_error(error, IVC_OPTION_ERROR, IVC_OPTION_ERROR_VALUE, "option '--%s' takes no value",
                    slot->option->name);
        return false;
    }
    if (value == NULL && argv[*at + 1] != NULL)
        value = argv[++*at];
    return value != NULL ? store(slot, value, error) : fail_missing(slot->option, error);
}

/* `-qn`, `-j4`, `-qj4`, `-j 4`, `-j=4`. */
static bool parse_short(IvcOptions *options, const char *const *argv, size_t *at, GError **error)
{
    for (const char *letter = argv[*at] + 1; *letter != '\0'; letter++) {
        Slot *slot = find_letter(options, *letter);
        if (slot == NULL) {
            g_autofree char *shown =
                g_utf8_validate(letter, -1, NULL) ? g_utf8_substring(letter, 0, 1) : g_strdup("?");
            g_set_error(error, IVC_OPTION_ERROR, IVC_OPTION_ERROR_UNKNOWN, "unknown option '-%s'",
                        shown);
            return false;
        }
        if (slot->option->type == IVC_OPTION_FLAG) {
            if (!store(slot, "", error))
                return false;
            continue;
        }
        const char *value = letter[1] != '\0' ? letter + 1 + (letter[1] == '=') : argv[*at + 1];
        if (value == argv[*at + 1] && value != NULL)
            ++*at;
        return value != NULL ? store(slot, value, error) : fail_missing(slot->option, error);
    }
    return true;
}

static bool check_arguments(const IvcOptions *options, const IvcVerb *verb, GError **error)
{
    unsigned n = options->args->len - 1;
    if (n < verb->min_args)
        g_set_error(error, IVC_OPTION_ERROR, IVC_OPTION_ERROR_ARGUMENTS, "missing argument: %s",
                    verb->arguments);
    else if (n > verb->max_args && verb->max_args == 0)
        g_set_error(error, IVC_OPTION_ERROR, IVC_OPTION_ERROR_ARGUMENTS,
                    "'%s' takes no arguments, got '%s'", verb->name,
                    (const char *)options->args->pdata[0]);
    else if (n > verb->max_args)
        g_set_error(error, IVC_OPTION_ERROR, IVC_OPTION_ERROR_ARGUMENTS,
                    "too many arguments: '%s' is one too many",
                    (const char *)options->args->pdata[verb->max_args]);
    return n >= verb->min_args && n <= verb->max_args;
}

/* Fills in the default of a list of choices, and ends the list. */
static void finish_slot(Slot *slot)
{
    const IvcOption *option = slot->option;
    if (!slot->given && option->type == IVC_OPTION_CHOICES && option->fallback != NULL) {
        g_auto(GStrv) parts = g_strsplit(option->fallback, ",", -1);
        for (char **part = parts; *part != NULL; part++)
            g_ptr_array_add(slot->values, g_strdup(*part));
    }
    g_ptr_array_add(slot->values, NULL);
}

static bool asks_for_help(const char *const *argv)
{
    return argv[0] != NULL && argv[1] == NULL &&
           (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0);
}

IvcOptions *ivc_options_parse(const IvcVerb *verb, const IvcOption *globals,
                              const char *const *argv, GError **error)
{
    g_return_val_if_fail(error == NULL || *error == NULL, NULL);
    g_autoptr(IvcOptions) options = g_new0(IvcOptions, 1);
    options->slots = g_array_new(false, false, sizeof(Slot));
    g_array_set_clear_func(options->slots, clear_slot);
    options->args = g_ptr_array_new();
    add_slots(options, verb->options);
    add_slots(options, globals);

    bool only_args = verb->argument_type == IVC_ARGUMENT_RAW && !asks_for_help(argv);
    for (size_t at = 0; argv[at] != NULL; at++) {
        const char *word = argv[at];
        if (only_args || word[0] != '-' || word[1] == '\0') {
            g_ptr_array_add(options->args, (void *)word);
        } else if (strcmp(word, "--") == 0) {
            only_args = true;
        } else if (word[1] == '-' ? !parse_long(options, argv, &at, error)
                                  : !parse_short(options, argv, &at, error)) {
            return NULL;
        }
    }
    g_ptr_array_add(options->args, NULL);
    for (guint i = 0; i < options->slots->len; i++)
        finish_slot(&g_array_index(options->slots, Slot, i));
    Slot *help = find_long(options, "help", strlen("help"));
    if ((help == NULL || !help->given) && !check_arguments(options, verb, error))
        return NULL;
    return g_steal_pointer(&options);
}

void ivc_options_free(IvcOptions *options)
{
    if (options == NULL)
        return;
    g_array_unref(options->slots);
    g_ptr_array_unref(options->args);
    g_free(options);
}

static const Slot *get(const IvcOptions *options, const char *name)
{
    const Slot *slot = find_long(options, name, strlen(name));
    g_assert(slot != NULL); /* a name that is not in the tables is a bug */
    return slot;
}

bool ivc_options_flag(const IvcOptions *options, const char *name)
{
    return get(options, name)->given;
}

const char *ivc_options_value(const IvcOptions *options, const char *name)
{
    const Slot *slot = get(options, name);
    return slot->given ? slot->values->pdata[0] : slot->option->fallback;
}

const char *const *ivc_options_values(const IvcOptions *options, const char *name)
{
    return (const char *const *)get(options, name)->values->pdata;
}

uint64_t ivc_options_count(const IvcOptions *options, const char *name, uint64_t otherwise)
{
    const char *text = ivc_options_value(options, name);
    return text != NULL ? g_ascii_strtoull(text, NULL, 10) : otherwise;
}

const char *const *ivc_options_args(const IvcOptions *options)
{
    return (const char *const *)options->args->pdata;
}
