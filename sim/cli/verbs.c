/*
 * The table of verbs and their options: the one place where the command line is described.
 * Parsing, `--help`, the manual page and the shell completion are all made from it.
 */
#include "sim/cli/cli.h"
#include "sim/scenario/shard.h"

static const char *const result_formats[] = {"table", "csv", "json", "jsonl", NULL};
static const char *const data_formats[] = {"csv", "json", "jsonl", NULL};
static const char *const block_formats[] = {"table", "json", NULL};
static const char *const list_formats[] = {"table", "csv", "json", NULL};
static const char *const check_formats[] = {"text", "json", NULL};
static const char *const picture_formats[] = {"svg", "pdf", "png", "term", NULL};
static const char *const schedulers[] = {"slurm", "parallel", NULL};
static const char *const roles[] = {"all", "predict", "calibrate", NULL};
static const char *const whens[] = {"auto", "always", "never", NULL};
static const char *const shells[] = {"bash", NULL};
static const char *const benches[] = {"phold", "pingpong", "scenario", "scale",
                                      "xen",   "lock",     NULL};
static const char *const schemas[] = {"scenario", "suite", "shared", NULL};
static const char *const topics[] = {"mechanisms", "profiles", "workloads", "stages",
                                     "parameters", "errors",   "columns",   "suites",
                                     "quantities", "modes",    NULL};

#define OPTION_SET                                                                                 \
    {                                                                                              \
        .name = "set", .type = IVC_OPTION_LIST, .argument = "KEY=VALUE",                           \
        .sentence = "replace one value of the scenario, as in workload.message=4KiB; repeatable, " \
                    "the last one counts"                                                          \
    }
#define OPTION_QUIET                                                                              \
    {                                                                                             \
        .name = "quiet", .letter = 'q', .sentence = "print no notes and no progress, only errors" \
    }
#define OPTION_VERBOSE                                                                          \
    {                                                                                           \
        .name = "verbose", .letter = 'v', .sentence = "print more: every stage, core and count" \
    }
#define OPTION_FORMAT(list, first)                                                           \
    {                                                                                        \
        .name = "format", .type = IVC_OPTION_CHOICE, .choices = (list), .fallback = (first), \
        .sentence = "how results are printed on standard output"                             \
    }
#define OPTION_OUTPUT(what, text)                                                     \
    {                                                                                 \
        .name = "output", .letter = 'o', .type = IVC_OPTION_TEXT, .argument = (what), \
        .sentence = (text)                                                            \
    }
#define OPTION_JOBS(text)                                                                   \
    {                                                                                       \
        .name = "jobs", .letter = 'j', .type = IVC_OPTION_COUNT, .argument = "N", .min = 1, \
        .max = 1024, .sentence = text "; without it, one for each processor"                \
    }
#define OPTION_NO_SKIP                                                                       \
    {                                                                                        \
        .name = "no-skip",                                                                   \
        .sentence = "simulate every period of a run that repeats itself; same results, slow" \
    }
#define OPTION_END   \
    {                \
        .name = NULL \
    }

const IvcOption ivc_global_options[] = {
    {.name = "color",
     .type = IVC_OPTION_CHOICE,
     .choices = whens,
     .fallback = "auto",
     .sentence = "use colour; auto means on a terminal, unless NO_COLOR is set"},
    {.name = "help", .letter = 'h', .sentence = "print this help and exit"},
    {.name = "version", .letter = 'V', .sentence = "print the versions and exit"},
    OPTION_END,
};

/* Those that set a parameter of the scenario; ivc_cli_sets() knows which. */
#define OPTIONS_STATISTICS                                                                      \
    {.name = "seed",                                                                            \
     .type = IVC_OPTION_COUNT,                                                                  \
     .argument = "N",                                                                           \
     .sentence = "the same as --set workload.seed=N"},                                          \
        {.name = "repeats",                                                                     \
         .type = IVC_OPTION_TEXT,                                                               \
         .argument = "N|auto",                                                                  \
         .sentence = "run a point with random input N times, or until --precision is reached"}, \
        {.name = "confidence",                                                                  \
         .type = IVC_OPTION_TEXT,                                                               \
         .argument = "P%",                                                                      \
         .sentence = "of the intervals; without it 95%, or what the scenario says"},            \
        {.name = "precision",                                                                   \
         .type = IVC_OPTION_TEXT,                                                               \
         .argument = "P%",                                                                      \
         .sentence = "half of an interval's width that is enough; without it 2%, or what the "  \
                     "scenario says"},                                                          \
    {                                                                                           \
        .name = "estimate",                                                                     \
        .sentence = "stop runs that do not recur when --precision is reached, and mark the "    \
                    "results as estimates"                                                      \
    }

static const IvcOption run_options[] = {
    OPTION_SET,
    OPTION_FORMAT(result_formats, "table"),
    OPTION_OUTPUT("DIR", "also write point.json, point.csv, manifest.json and scenario.yaml there"),
    OPTION_JOBS("simulate N repeats at a time"),
    OPTIONS_STATISTICS,
    OPTION_NO_SKIP,
    OPTION_QUIET,
    OPTION_VERBOSE,
    OPTION_END,
};

static const IvcOption check_options[] = {
    OPTION_SET,
    OPTION_FORMAT(check_formats, "text"),
    OPTION_QUIET,
    OPTION_END,
};

static const IvcOption show_options[] = {
    OPTION_SET,
    {.name = "origin", .sentence = "say in a comment where each value comes from"},
    OPTION_END,
};

static const IvcOption list_options[] = {
    OPTION_FORMAT(list_formats, "table"),
    OPTION_END,
};

static const IvcOption sweep_options[] = {
    OPTION_SET,
    OPTION_JOBS("simulate N points at a time"),
    {.name = "dry-run", .letter = 'n', .sentence = "list the points and what is stored already"},
    OPTION_OUTPUT("DIR", "where the results are kept; without it, out/ and the scenario's name"),
    OPTION_FORMAT(result_formats, "table"),
    {.name = "force", .sentence = "simulate every point again, also those that are stored"},
    {.name = "salvage",
     .sentence = "set a damaged store aside, keep its points that are whole, and simulate the "
                 "others"},
    {.name = "failed", .sentence = "try again the points that failed before"},
    {.name = "keep-going", .letter = 'k', .sentence = "go on after a failed point; the default"},
    {.name = "max-failures",
     .type = IVC_OPTION_COUNT,
     .argument = "N",
     .min = 1,
     .sentence = "stop when N points have failed"},
    {.name = "progress",
     .type = IVC_OPTION_CHOICE,
     .choices = whens,
     .fallback = "auto",
     .sentence = "show progress; auto means a bar on a terminal and plain lines otherwise"},
    {.name = "shard",
     .type = IVC_OPTION_TEXT,
     .argument = "I/N",
     .sentence = "simulate the I-th of N parts of the sweep only; 'merge' puts them together"},
    {.name = "emit",
     .type = IVC_OPTION_CHOICE,
     .choices = schedulers,
     .sentence = "simulate nothing: print a job array for Slurm, or a script for GNU parallel, "
                 "that does it in parts"},
    {.name = "tasks",
     .type = IVC_OPTION_COUNT,
     .argument = "N",
     .min = 1,
     .max = IVC_SHARDS_MAX,
     .sentence = "with --emit: make N parts; without it, parts of some minutes, by expected work"},
    OPTIONS_STATISTICS,
    OPTION_NO_SKIP,
    OPTION_QUIET,
    OPTION_VERBOSE,
    OPTION_END,
};

static const IvcOption merge_options[] = {
    OPTION_OUTPUT("DIR", "where the whole is kept; without it, out/ and the scenario's name"),
    OPTION_FORMAT(result_formats, "table"),
    {.name = "partial", .sentence = "merge what there is, also when shards or points are missing"},
    {.name = "force", .sentence = "replace what is in the folder of -o"},
    OPTION_QUIET,
    OPTION_END,
};

static const IvcOption export_options[] = {
    OPTION_FORMAT(data_formats, "csv"),
    OPTION_OUTPUT("FILE|DIR", "write there instead of on standard output; a folder for simgrid"),
    OPTION_SET,
    {.name = "check",
     .sentence = "simgrid: measure what was made with SimGrid and hold it against the curves"},
    OPTION_JOBS("simgrid: simulate N points at a time"),
    OPTION_QUIET,
    OPTION_END,
};

static const IvcOption plot_options[] = {
    {.name = "only",
     .type = IVC_OPTION_LIST,
     .argument = "NAME",
     .sentence = "draw this figure only; repeatable"},
    {.name = "to",
     .type = IVC_OPTION_CHOICES,
     .choices = picture_formats,
     .fallback = "svg",
     .sentence = "what to draw; term is a preview on standard output"},
    OPTION_OUTPUT("DIR", "where the figures go; without it, plots/ beside the results"),
    OPTION_QUIET,
    OPTION_END,
};

static const IvcOption validate_options[] = {
    OPTION_FORMAT(list_formats, "table"),
    OPTION_JOBS("simulate N points at a time"),
    OPTION_OUTPUT("DIR", "keep the results there, and draw a figure of each set; without it, "
                         "nothing is kept"),
    {.name = "role",
     .type = IVC_OPTION_CHOICE,
     .choices = roles,
     .fallback = "all",
     .sentence = "look at the rows of this role only"},
    {.name = "calibrate",
     .sentence = "fit the parameters that the suite declares free to its rows to calibrate"},
    {.name = "path",
     .type = IVC_OPTION_TEXT,
     .argument = "NAME",
     .sentence = "with --calibrate: use the rows of this path only"},
    {.name = "free",
     .type = IVC_OPTION_TEXT,
     .argument = "NAME,...",
     .sentence = "with --calibrate: move only parameters whose names begin so"},
    {.name = "write",
     .type = IVC_OPTION_TEXT,
     .argument = "FILE",
     .sentence = "with --calibrate: write the profile with the fitted parameters there"},
    {.name = "force", .sentence = "simulate every point again, also those that are stored"},
    {.name = "progress",
     .type = IVC_OPTION_CHOICE,
     .choices = whens,
     .fallback = "auto",
     .sentence = "show progress; auto means a bar on a terminal and plain lines otherwise"},
    OPTION_NO_SKIP,
    OPTION_QUIET,
    OPTION_END,
};

static const IvcOption bench_options[] = {
    {.name = "processes",
     .type = IVC_OPTION_COUNT,
     .argument = "N",
     .min = 1,
     .max = 1000000,
     .sentence = "PHOLD with N processes; without it, 16, 1024 and 65536"},
    {.name = "repeat",
     .type = IVC_OPTION_COUNT,
     .argument = "N",
     .min = 1,
     .max = 1000,
     .fallback = "3",
     .sentence = "measure N times and report the best"},
    OPTION_FORMAT(result_formats, "table"),
    OPTION_QUIET,
    OPTION_END,
};

static const IvcOption mpi_options[] = {
    OPTION_SET,
    OPTION_FORMAT(block_formats, "table"),
    {.name = "np",
     .type = IVC_OPTION_COUNT,
     .argument = "N",
     .min = 1,
     .max = 1024,
     .sentence = "run N ranks; without it, one in each guest of the channel"},
    {.name = "measure",
     .sentence = "measure what the program computes on this computer, and scale it by the clocks; "
                 "without it, only what the program declares counts"},
    {.name = "host-clock",
     .type = IVC_OPTION_TEXT,
     .argument = "CLOCK",
     .sentence = "with --measure: the clock of this computer, as in 3.2GHz; without it, what the "
                 "system says"},
    {.name = "flops-per-second",
     .type = IVC_OPTION_TEXT,
     .argument = "X",
     .sentence = "operations that a virtual CPU does in a second, as in 2.5e9; without it, one in "
                 "each cycle of the profile's clock"},
    {.name = "trace",
     .type = IVC_OPTION_TEXT,
     .argument = "FILE",
     .sentence = "write the trace of all ranks there, in the format of Paje"},
    OPTION_QUIET,
    {.name = "verbose", .letter = 'v', .sentence = "print every rank and every pair of ranks"},
    OPTION_END,
};

#define ANY_NUMBER UINT_MAX

const IvcVerb ivc_verbs[] = {
    {"run", ivc_cmd_run, "FILE", 1, 1, IVC_ARGUMENT_FILE, NULL, run_options, false,
     "simulate one point of a scenario and print its results",
     "Simulates the scenario as it stands, without its sweep: the channel that 'channel' names, or "
     "the first of 'channels'. FILE may be '-' for standard input."},
    {"sweep", ivc_cmd_sweep, "FILE", 1, 1, IVC_ARGUMENT_FILE, NULL, sweep_options, false,
     "simulate every point of a scenario's sweep and keep the results",
     "Simulates all combinations of the scenario's axes. Finished points are stored one by one: a "
     "sweep that was interrupted or killed continues where it was when it is started again."},
    {"merge", ivc_cmd_merge, "DIR...", 1, ANY_NUMBER, IVC_ARGUMENT_DIR, NULL, merge_options, false,
     "put the shards of a sweep together",
     "Makes one results folder of those that 'sweep --shard' left, with the same files as those of "
     "a sweep in one piece. A shard that is missing or given twice is named, and nothing is "
     "written."},
    {"export", ivc_cmd_export, "DIR | simgrid FILE", 1, 2, IVC_ARGUMENT_FILE, NULL, export_options,
     false, "print the stored results of a sweep, or make a SimGrid platform of a scenario",
     "Reads the results store that 'sweep' left in DIR and prints all finished points in the order "
     "of the sweep. 'simgrid' and a scenario instead: simulates what messages of its channel cost, "
     "by size and pair of guests, and writes a SimGrid platform and SMPI's settings that give the "
     "same into the folder of -o; docs/simgrid.md. How close they come is printed as a table, or "
     "as --format says. Exit status 4 when --check finds that they do not."},
    {"plot", ivc_cmd_plot, "DIR|FILE", 1, 1, IVC_ARGUMENT_FILE, NULL, plot_options, false,
     "draw the figures of a sweep with gnuplot",
     "Draws bandwidth, latency, CPU shares and cycles per byte from a sweep's directory, its "
     "results.sqlite or its points.json. The .gp and .dat files stay beside each picture."},
    {"validate", ivc_cmd_validate, "[SUITE...]", 0, ANY_NUMBER, IVC_ARGUMENT_FILE, NULL,
     validate_options, false, "hold predictions against published measurements",
     "A suite is a YAML file that names a data set and says which scenario and settings predict "
     "each of its rows, or the name of a shipped one; without any, all shipped suites. Prints "
     "prediction, measurement and error of each row, and the median and 90th percentile of the "
     "errors. Exit status 4 when a set is worse than the limits of its suite."},
    {"check", ivc_cmd_check, "FILE...", 1, ANY_NUMBER, IVC_ARGUMENT_FILE, NULL, check_options,
     false, "check scenarios and report everything that is wrong",
     "Reads scenarios without simulating them and reports all errors with file, line and column. "
     "FILE may be '-' for standard input. With --format json the same goes to standard output for "
     "editors."},
    {"show", ivc_cmd_show, "FILE", 1, 1, IVC_ARGUMENT_FILE, NULL, show_options, false,
     "print a scenario with every value filled in",
     "Prints the scenario that 'run' would simulate, with profile, defaults and --set values "
     "resolved. The output is a scenario itself, and gives the same results."},
    {"list", ivc_cmd_list, "TOPIC [NAME]", 1, 2, IVC_ARGUMENT_WORD, topics, list_options, false,
     "list what scenarios can be made of and what results contain",
     "TOPIC is mechanisms, profiles, workloads, stages, parameters, errors, columns, suites, "
     "quantities or modes. With NAME, everything about that one: the parameters of a mechanism "
     "with unit, "
     "range, default and "
     "source."},
    {"schema", ivc_cmd_schema, "[WHAT]", 0, 1, IVC_ARGUMENT_WORD, schemas, NULL, false,
     "print the JSON Schema of scenario files or suites",
     "WHAT is scenario, suite or shared (what suites of one machine have in common); without it, "
     "scenario. Prints a draft-07 JSON Schema, for editors that complete and check YAML while it "
     "is "
     "typed."},
    {"bench", ivc_cmd_bench, "[NAME...]", 0, ANY_NUMBER, IVC_ARGUMENT_WORD, benches, bench_options,
     false, "measure how fast the simulator itself is",
     "NAME is phold, pingpong, scenario, scale, xen or lock; without it, all of them. Measured on "
     "this "
     "computer, so the numbers differ from run to run."},
    {"mpi", ivc_cmd_mpi, "FILE -- PROGRAM [ARGUMENT...]", 2, ANY_NUMBER, IVC_ARGUMENT_FILE, NULL,
     mpi_options, false, "run a program that uses MPI on the guests of a scenario",
     "Predicts how long an MPI program takes when its ranks are in the guests of the scenario and "
     "talk over its channel: SimGrid runs the program, with costs of messages that this simulator "
     "predicts. PROGRAM comes from 'ivcsim mpicc'. What it prints goes to standard error. Prints "
     "the predicted time, what each rank did, the messages between ranks and the CPU time of each "
     "guest. Needs SimGrid."},
    {"mpicc", ivc_cmd_mpicc, "ARGUMENT...", 1, ANY_NUMBER, IVC_ARGUMENT_RAW, NULL, NULL, false,
     "compile a C program for 'ivcsim mpi'",
     "Takes the arguments of a C compiler and passes them to SimGrid's smpicc, with what 'ivcsim "
     "mpi' needs to count messages. The exit status is the compiler's. Needs SimGrid."},
    {"completion", ivc_cmd_completion, "SHELL", 1, 1, IVC_ARGUMENT_WORD, shells, NULL, false,
     "print a completion script for the shell",
     "SHELL is bash. Use it as in: source <(ivcsim completion bash)"},
    {"help", ivc_cmd_help, "[VERB]", 0, 1, IVC_ARGUMENT_WORD, NULL, NULL, false,
     "explain the program or one of its verbs", "The same as 'ivcsim VERB --help'."},
    {"man", ivc_cmd_man, "", 0, 0, IVC_ARGUMENT_NONE, NULL, NULL, true,
     "print the manual page, in man(7) format",
     "Prints the page that docs/man/ivcsim.1 is generated from."},
    {.name = NULL},
};

const IvcExitStatus ivc_exit_statuses[] = {
    {IVC_EXIT_OK, "everything asked for was done"},
    {IVC_EXIT_FAILED, "the simulation of some points failed"},
    {IVC_EXIT_USAGE, "the command line is wrong"},
    {IVC_EXIT_SCENARIO, "a scenario or profile is wrong, or cannot be read"},
    {IVC_EXIT_ACCURACY, "a prediction missed its accuracy limit"},
    {IVC_EXIT_INTERNAL, "internal error, or results could not be read or written"},
    {IVC_EXIT_INTERRUPTED, "interrupted by a signal; a sweep continues when started again"},
    {0, NULL},
};
