/*
 * The program without the process: finds the verb, parses its options, runs it and makes sure that
 * what it printed has arrived.
 */
#include <errno.h>
#include <string.h>

#include "sim/cli/cli.h"
#include "sim/cli/help.h"

static const IvcVerb *find_verb(const char *name)
{
    for (const IvcVerb *verb = ivc_verbs; verb->name != NULL; verb++) {
        if (strcmp(verb->name, name) == 0)
            return verb;
    }
    return NULL;
}

static int fail_usage(IvcCli *cli, const char *what)
{
    ivc_cli_error(cli, "%s", what);
    if (cli->verb != NULL && cli->verb->name[0] != '\0')
        fprintf(cli->err, "Try 'ivcsim %s --help'.\n", cli->verb->name);
    else
        fputs("Try 'ivcsim --help'.\n", cli->err);
    return IVC_EXIT_USAGE;
}

static int fail_verb(IvcCli *cli, const char *word)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const IvcVerb *verb = ivc_verbs; verb->name != NULL; verb++) {
        if (!verb->hidden)
            g_ptr_array_add(names, (void *)verb->name);
    }
    g_ptr_array_add(names, NULL);
    const char *near = ivc_suggest(word, (const char *const *)names->pdata);
    g_autofree char *hint =
        near != NULL ? g_strdup_printf("\nhint: did you mean '%s'?", near) : g_strdup("");
    g_autofree char *what = g_strdup_printf("unknown verb '%s'%s", word, hint);
    return fail_usage(cli, what);
}

static void probe_terminals(IvcCli *cli, const IvcOptions *options)
{
    IvcColour colour = IVC_COLOUR_AUTO;
    const char *when = options != NULL ? ivc_options_value(options, "color") : "auto";
    if (strcmp(when, "always") == 0)
        colour = IVC_COLOUR_ALWAYS;
    else if (strcmp(when, "never") == 0)
        colour = IVC_COLOUR_NEVER;
    cli->out_terminal = ivc_terminal_probe(cli->out, colour);
    cli->err_terminal = ivc_terminal_probe(cli->err, colour);
}

/* Options before the verb are taken as the verb's own: `ivcsim --color never run x`. Those with a
 * value are the global ones only, so this finds the verb without knowing its table. */
static const char *const *find_verb_word(const char *const *argv)
{
    const char *const *word = argv;
    while (*word != NULL && (*word)[0] == '-' && strcmp(*word, "--") != 0) {
        if (strcmp(*word, "--color") == 0 && word[1] != NULL)
            word++;
        word++;
    }
    return word;
}

static int dispatch(IvcCli *cli)
{
    if (ivc_cli_flag(cli, "version")) {
        ivc_help_version(cli->out);
        return IVC_EXIT_OK;
    }
    if (ivc_cli_flag(cli, "help")) {
        if (cli->verb->run != NULL)
            ivc_help_verb(cli, cli->verb, cli->out);
        else
            ivc_help_program(cli, cli->out);
        return IVC_EXIT_OK;
    }
    if (cli->verb->run == NULL) {
        ivc_help_program(cli, cli->err);
        return IVC_EXIT_USAGE;
    }
    return cli->verb->run(cli);
}

/* Writes what is still in the buffer. Returns 0, or errno of what went wrong now or before. */
static int flush_out(FILE *out)
{
    bool failed_before = ferror(out) != 0;
    clearerr(out);
    errno = 0;
    /* An earlier failure has lost its reason: a full disk or a closed pipe tells it once more. */
    if (failed_before)
        fputc('\n', out);
    if (fflush(out) == 0 && !failed_before)
        return 0;
    return errno != 0 ? errno : EIO;
}

static int finish(IvcCli *cli, int status)
{
    int reason = flush_out(cli->out);
    if (reason == 0)
        return status;
    ivc_cli_error(cli, "cannot write to standard output: %s", g_strerror(reason));
    return status == IVC_EXIT_INTERRUPTED ? status : IVC_EXIT_INTERNAL;
}

int ivc_cli_main(const IvcRegistry *registry, const char *const *argv, FILE *out, FILE *err)
{
    static const IvcVerb no_verb = {.name = "", .arguments = ""};
    static const int never = 0;
    IvcCli cli = {
        .verb = &no_verb,
        .verbs = ivc_verbs,
        .globals = ivc_global_options,
        .registry = registry,
        .out = out,
        .err = err,
        .stop = &never,
    };
    probe_terminals(&cli, NULL);

    const char *const *words = argv[0] != NULL ? argv + 1 : argv;
    const char *const *at = find_verb_word(words);
    g_autoptr(GPtrArray) rest = g_ptr_array_new();
    for (const char *const *word = words; *word != NULL; word++) {
        if (word != at)
            g_ptr_array_add(rest, (void *)*word);
    }
    g_ptr_array_add(rest, NULL);
    const char *const *parsed = (const char *const *)rest->pdata;

    if (*at != NULL) {
        const IvcVerb *verb = find_verb(*at);
        if (verb == NULL)
            return finish(&cli, fail_verb(&cli, *at));
        cli.verb = verb;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(IvcOptions) options = ivc_options_parse(cli.verb, ivc_global_options, parsed, &error);
    if (options == NULL)
        return finish(&cli, fail_usage(&cli, error->message));
    cli.options = options;
    probe_terminals(&cli, options);
    return finish(&cli, dispatch(&cli));
}
