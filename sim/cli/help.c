/*
 * `--help` and `--version`. Texts come from the tables of verbs.c; this file only lays them out.
 */
#include "sim/cli/help.h"

#include <jansson.h>
#include <sqlite3.h>
#include <string.h>

#include "sim/config/yaml_version.h"
#include "ivc_version.h"

#define NAME_COLUMN 30u

char *ivc_help_option(const IvcOption *option)
{
    GString *text = g_string_new(NULL);
    if (option->letter != 0)
        g_string_append_printf(text, "-%c, ", option->letter);
    else
        g_string_append(text, "    ");
    g_string_append_printf(text, "--%s", option->name);
    if (option->choices != NULL) {
        g_autofree char *joined = g_strjoinv("|", (char **)option->choices);
        g_string_append_printf(text, " %s%s", joined,
                               option->type == IVC_OPTION_CHOICES ? "[,...]" : "");
    } else if (option->argument != NULL) {
        g_string_append_printf(text, " %s", option->argument);
    }
    return g_string_free(text, false);
}

/* Prints words with lines broken before `width` columns and continued at `indent`; the first line
 * starts where the caller has put the cursor, at column `at`. */
static void print_wrapped(FILE *stream, const char *text, unsigned at, unsigned indent,
                          unsigned width)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    unsigned column = at;
    bool fresh = true;
    for (char **word = words; *word != NULL; word++) {
        unsigned length = (unsigned)g_utf8_strlen(*word, -1);
        if (!fresh && column + 1 + length > width) {
            fprintf(stream, "\n%*s", (int)indent, "");
            column = indent;
            fresh = true;
        }
        fprintf(stream, "%s%s", fresh ? "" : " ", *word);
        column += length + (fresh ? 0 : 1);
        fresh = false;
    }
    fputc('\n', stream);
}

static unsigned usable_width(const IvcTerminal *terminal)
{
    return CLAMP(terminal->width, 60, 100);
}

static void print_row(FILE *stream, const char *name, const char *sentence, unsigned width)
{
    unsigned length = (unsigned)strlen(name) + 2;
    fprintf(stream, "  %s", name);
    if (length + 2 > NAME_COLUMN) {
        fprintf(stream, "\n%*s", (int)NAME_COLUMN, "");
    } else {
        fprintf(stream, "%*s", (int)(NAME_COLUMN - length), "");
    }
    print_wrapped(stream, sentence, NAME_COLUMN, NAME_COLUMN, width);
}

static void print_options(FILE *stream, const IvcOption *table, unsigned width)
{
    for (const IvcOption *option = table; option != NULL && option->name != NULL; option++) {
        g_autofree char *name = ivc_help_option(option);
        g_autofree char *sentence =
            option->fallback != NULL
                ? g_strdup_printf("%s (default: %s)", option->sentence, option->fallback)
                : g_strdup(option->sentence);
        print_row(stream, name, sentence, width);
    }
}

static void print_heading(FILE *stream, const IvcTerminal *terminal, const char *text)
{
    fprintf(stream, "\n%s%s:%s\n", ivc_terminal_on(terminal, IVC_STYLE_BOLD), text,
            ivc_terminal_off(terminal));
}

static void print_statuses(FILE *stream, const IvcTerminal *terminal, unsigned width)
{
    print_heading(stream, terminal, "Exit status");
    for (const IvcExitStatus *row = ivc_exit_statuses; row->sentence != NULL; row++) {
        g_autofree char *number = g_strdup_printf("%d", row->status);
        fprintf(stream, "  %4s  ", number);
        print_wrapped(stream, row->sentence, 8, 8, width);
    }
}

static const IvcTerminal *terminal_of(const IvcCli *cli, const FILE *stream)
{
    return stream == cli->err ? &cli->err_terminal : &cli->out_terminal;
}

void ivc_help_program(const IvcCli *cli, FILE *stream)
{
    const IvcTerminal *terminal = terminal_of(cli, stream);
    unsigned width = usable_width(terminal);
    fputs("Usage: ivcsim VERB [OPTION...] [ARGUMENT...]\n\n", stream);
    print_wrapped(
        stream,
        "Predicts how fast virtual machines on one multicore chip communicate, and what it "
        "costs each of them, from a scenario in YAML.",
        0, 0, width);
    print_heading(stream, terminal, "Verbs");
    for (const IvcVerb *verb = cli->verbs; verb->name != NULL; verb++) {
        if (verb->hidden)
            continue;
        g_autofree char *name = g_strdup_printf("%s %s", verb->name, verb->arguments);
        print_row(stream, name, verb->summary, width);
    }
    print_heading(stream, terminal, "Options of every verb");
    print_options(stream, cli->globals, width);
    print_statuses(stream, terminal, width);
    fputs("\n'ivcsim VERB --help' explains one verb; 'man ivcsim' is the manual.\n", stream);
}

void ivc_help_verb(const IvcCli *cli, const IvcVerb *verb, FILE *stream)
{
    const IvcTerminal *terminal = terminal_of(cli, stream);
    unsigned width = usable_width(terminal);
    fprintf(stream, "Usage: ivcsim %s%s%s%s\n\n", verb->name,
            verb->options != NULL ? " [OPTION...]" : "", *verb->arguments != '\0' ? " " : "",
            verb->arguments);
    print_wrapped(stream, verb->description, 0, 0, width);
    if (verb->options != NULL) {
        print_heading(stream, terminal, "Options");
        print_options(stream, verb->options, width);
    }
    print_heading(stream, terminal, "Options of every verb");
    print_options(stream, cli->globals, width);
    print_statuses(stream, terminal, width);
}

void ivc_help_version(FILE *stream)
{
    /* The libraries that run, which need not be those of the build. */
    fprintf(stream, "ivcsim %s", IVC_VERSION);
    if (IVC_VERSION_GIT[0] != '\0')
        fprintf(stream, " (%s)", IVC_VERSION_GIT);
    fprintf(stream, "\nGLib %u.%u.%u, libyaml %s, SQLite %s, jansson %s\n", glib_major_version,
            glib_minor_version, glib_micro_version, ivc_yaml_version(), sqlite3_libversion(),
            jansson_version_str());
}
