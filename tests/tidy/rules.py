"""The rules that the text of the source keeps: each takes a path and a text, and yields findings.

A finding is (line, sentence). Nothing here reads a file or runs a program, so that every rule can
be shown a text that breaks it: see broken.py.
"""
import re

LINE_COLUMNS = 100
FUNCTION_LINES = 70
FILE_LINES = 600
# One state machine, which two files would only make harder to follow.
LONG_FILES = {"models/mpi/nemesis.c": 640}

# Who may include whom: a folder may use the headers whose path begins with one of these. Left may
# use right, never back. docs/architecture.md shows the same as a diagram and gives the reasons.
ARROWS = {
    "sim/base": ["sim/base/"],
    "sim/engine": ["sim/engine/", "sim/base/"],
    "sim/config": ["sim/config/", "sim/base/"],
    "sim/stats": ["sim/stats/", "sim/base/"],
    "sim/model": ["sim/model/", "sim/stats/", "sim/config/param.h", "sim/engine/", "sim/base/"],
    "sim/scenario": ["sim/scenario/", "sim/model/", "sim/stats/", "sim/config/", "sim/engine/",
                     "sim/base/"],
    "sim/suite": ["sim/suite/", "sim/scenario/", "sim/stats/", "sim/config/", "sim/engine/",
                  "sim/base/", "suites.h"],
    # Written for SimGrid and read from it; what links SimGrid is in simgrid/, not below sim/.
    "sim/simgrid": ["sim/simgrid/", "sim/scenario/", "sim/model/", "sim/stats/", "sim/config/",
                    "sim/engine/", "sim/base/", "roundtrip_source.h"],
    # PHOLD is a model without a machine: the benchmark of the queue and the verb share its file.
    "sim/cli": ["sim/cli/", "sim/suite/", "sim/simgrid/", "sim/scenario/", "sim/stats/",
                "sim/config/", "sim/engine/", "sim/base/", "tests/bench/phold.h",
                "analysis/common_gp.h", "ivc_version.h", "bench_scenario.h"],
    # models/registry.c: the only file that knows all models.
    "models": ["models/cpu/profile.h", "models/ipi/mechanisms.h", "models/ipi/register_block.h",
               "models/mpi/mechanisms.h", "models/net/mechanisms.h", "models/shmem/mechanisms.h",
               "models/sync/mechanisms.h", "models/virt/mechanisms.h",
               "models/workload/patterns.h", "sim/model/", "profiles.h"],
    "models/cpu": ["models/cpu/"],
    "models/guard": ["models/guard/"],
    "models/ipi": ["models/ipi/", "models/mpi/match.h"],
    "models/mpi": ["models/mpi/"],
    "models/net": ["models/net/", "models/guard/guard.h", "models/mpi/match.h", "models/xen/"],
    "models/shmem": ["models/shmem/", "models/guard/guard.h", "models/ipi/doorbell.h",
                     "models/ipi/mailbox.h", "models/mpi/match.h"],
    "models/sync": ["models/sync/", "models/mpi/match.h"],
    "models/virt": ["models/virt/"],
    "models/workload": ["models/workload/"],
    "models/xen": ["models/xen/"],
}
# What every folder of models/ may use of the framework.
MODELS_SEE = ["sim/model/", "sim/engine/", "sim/stats/", "sim/base/", "sim/config/param.h"]

# Which folders may use a library that is not GLib or the C library.
LIBRARIES = {
    "yaml.h": ["sim/config"],
    "jansson.h": ["sim/config", "sim/stats", "sim/scenario", "sim/suite", "sim/simgrid",
                  "sim/cli"],
    "sqlite3.h": ["sim/scenario", "sim/cli"],
    "libsmartcols.h": ["sim/cli"],
    "nlopt.h": ["sim/suite"],
}

# Whose headers are SimGrid's, and which files may have them: nothing that `ivcsim` is built of.
# Those for MPI programs are also for what is compiled as one.
SIMGRID_HEADERS = {
    "simgrid/": ("simgrid/ivcsim_simgrid.c", "tests/bench/peers/"),
    "xbt/": ("simgrid/ivcsim_simgrid.c", "tests/bench/peers/"),
    "smpi/": ("simgrid/", "examples/mpi/"),
}

# Functions that no file calls, and why.
BANNED = {
    "malloc": "g_new()", "calloc": "g_new0()", "realloc": "g_renew()", "alloca": "g_new()",
    "strdup": "g_strdup()", "strndup": "g_strndup()", "asprintf": "g_strdup_printf()",
    "vasprintf": "g_strdup_vprintf()", "sprintf": "g_snprintf()", "vsprintf": "g_vsnprintf()",
    "strcpy": "g_strlcpy()", "strcat": "GString", "strncpy": "g_strlcpy()",
    "strtok": "g_strsplit()", "gets": "nothing",
    "rand": "a named stream", "random": "a named stream", "srand": "a named stream",
    "drand48": "a named stream", "strtod": "the parsers of sim/base/units.h",
    "strtof": "the parsers of sim/base/units.h", "atof": "the parsers of sim/base/units.h",
    "atoi": "the parsers of sim/base/units.h", "atol": "the parsers of sim/base/units.h",
    "atoll": "the parsers of sim/base/units.h", "setjmp": "an error", "longjmp": "an error",
}
# Functions that only the command line calls: a library returns errors and prints nothing.
CLI_ONLY = {
    "printf", "fprintf", "vprintf", "vfprintf", "puts", "fputs", "putchar", "putc", "fputc",
    "perror", "g_print", "g_printerr", "g_message", "g_warning", "g_critical", "g_error", "exit",
    "_exit", "abort", "g_log", "getenv", "g_getenv", "signal", "sigaction",
}
# jansson allocates its texts with malloc(): they go back with free().
FREE_OF_JANSSON = {"sim/config/diag_json.c", "sim/stats/result_json.c", "sim/stats/export_json.c",
                   "sim/scenario/schema.c", "sim/scenario/shard.c", "sim/scenario/sweep_plan.c",
                   "sim/suite/suite_schema.c"}

# Where nothing is computed in floating point: time, cycles and bytes are integers.
INTEGER_FOLDERS = ("sim/base/", "sim/engine/", "sim/model/", "models/")

CARD_HEADINGS = ["Mechanism", "Figure or timeline", "Formula", "Parameters",
                 "What is not modelled", "Evidence"]


def without_comments(text, strings=True):
    """The C text with comments (and the insides of strings) blanked, lines kept."""
    def blank(match):
        found = match.group(0)
        if found[0] in "\"'":
            return found if strings else found[0] + " " * (len(found) - 2) + found[-1]
        return re.sub(r"[^\n]", " ", found)
    return re.sub(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|/\*.*?\*/', blank, text,
                  flags=re.S)


def numbered(text):
    return enumerate(text.split("\n"), 1)


def folder_of(path):
    return path.rpartition("/")[0]


def arrows(path, text):
    folder = folder_of(path)
    if not path.startswith(("sim/", "models/")):
        return
    allowed = ARROWS.get(folder)
    if allowed is None:
        yield 1, f"the folder {folder} has no row in the table of arrows"
        return
    if folder.startswith("models/"):
        allowed = allowed + MODELS_SEE
    for number, line in numbered(without_comments(text)):
        quoted = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
        if quoted and not quoted.group(1).startswith(tuple(allowed)):
            yield number, f"{folder} may not include {quoted.group(1)}"
        angled = re.match(r"\s*#\s*include\s*<([^>]+)>", line)
        if angled and folder not in LIBRARIES.get(angled.group(1), [folder]):
            yield number, f"{folder} may not include <{angled.group(1)}>"


def simgrid_headers(path, text):
    for number, line in numbered(without_comments(text)):
        angled = re.match(r'\s*#\s*include\s*[<"]([^>"/]+/)[^>"]*\.h(pp)?[>"]', line)
        # Our own folder of that name has no headers but those in simgrid/include.
        if not angled or "simgrid/include/" in line:
            continue
        files = SIMGRID_HEADERS.get(angled.group(1))
        if files and not path.startswith(files):
            yield number, "a header of SimGrid: only simgrid/ivcsim_simgrid.c has those"


def lines(path, text):
    """Length, tabs, trailing space, and the end of the file, of what is written by hand."""
    for number, line in numbered(text):
        if len(line) > LINE_COLUMNS and path.endswith((".c", ".h", ".py", ".sh")):
            yield number, f"{len(line)} columns: at most {LINE_COLUMNS}"
        if "\t" in line and path.endswith((".c", ".h", ".py", ".yaml", ".md")):
            yield number, "a tab"
        if line != line.rstrip():
            yield number, "space at the end of the line"
    if text and not text.endswith("\n"):
        yield text.count("\n") + 1, "no newline at the end of the file"
    if text.endswith("\n\n"):
        yield text.count("\n"), "an empty line at the end of the file"


def functions(path, text):
    """A function's braces stand in the first column: so clang-format writes them."""
    start = None
    for number, line in numbered(text):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            length = number - start + 1
            if length > FUNCTION_LINES:
                yield start, f"a function of {length} lines: at most {FUNCTION_LINES}"
            start = None


def file_length(path, text):
    count = text.count("\n")
    most = LONG_FILES.get(path, FILE_LINES)
    if path.startswith(("sim/", "models/")) and count > most:
        yield 1, f"{count} lines: at most {most}"


def calls(path, text):
    in_cli = path.startswith(("sim/cli/", "tests/"))
    # Programs of their own, without GLib.
    if path.startswith(("tests/bench/", "simgrid/", "examples/", "tests/simgrid/mpi/")):
        return
    for number, line in numbered(without_comments(text, strings=False)):
        # "->free(" and ".free(" are hooks of a table, ")(" after a name in brackets declares one.
        for name in re.findall(r"(?<![\w.>*])([a-z_]\w*)\s*\(", line):
            if name in BANNED:
                yield number, f"{name}(): use {BANNED[name]}"
            if name == "free" and not in_cli and path not in FREE_OF_JANSSON:
                yield number, "free(): use g_free()"
            if name in CLI_ONLY and not in_cli:
                yield number, f"{name}(): only sim/cli does that"
        if re.search(r"\bG_DISABLE_ASSERT\b|\bNDEBUG\b", line):
            yield number, "assertions stay in"
        if re.search(r"__attribute__\s*\(\(\s*(con|de)structor", line):
            yield number, "nothing runs before main(): enter it in the table"


def integers(path, text):
    if not path.startswith(INTEGER_FOLDERS):
        return
    for number, line in numbered(without_comments(text, strings=False)):
        if re.search(r"\b(double|float|strtod|lround|ceil|floor|sqrt|pow)\b", line):
            yield number, "floating point inside the simulation"
        elif re.search(r"(?<![\w.])\d+\.\d+|(?<![\w.])\d+[eE][-+]?\d+\b", line):
            yield number, "a floating-point number inside the simulation"


def globals_are_constant(path, text):
    """A variable that can change and belongs to no run: two runs side by side would share it."""
    # The handler of a signal can reach nothing else than a variable of its file.
    if not path.startswith(("sim/", "models/")) or path == "sim/cli/signals.c":
        return
    for number, line in numbered(without_comments(text, strings=False)):
        head = re.match(r"(?:static\s+|extern\s+)?((?:const\s+)?(?:struct\s+)?\w+[\s*][^(){};=]*?)"
                        r"(\[[^]]*\])*\s*(=|;)", line)
        other = r"(__extension__ typedef|typedef|return|struct|enum|union|goto|break)\b"
        if not head or re.match(other, line):
            continue
        declared = head.group(1)
        after_star = declared.rpartition("*")[2] if "*" in declared else declared
        if "const" not in after_star.split():
            yield number, f"a variable of the file that is not constant: {line.strip()[:60]}"


def first_comment(path, text):
    if not path.startswith(("sim/", "models/")):
        return
    if path.endswith(".h") and not text.startswith("/** @file"):
        yield 1, "a header begins with '/** @file' and what it is for"
    if path.endswith(".h") and "#pragma once" not in text:
        yield 1, "a header has '#pragma once'"
    if path.endswith(".c") and not text.startswith("/*"):
        yield 1, "a file begins with what it does and what it leaves out"


# Written in pieces, so that this file does not find itself.
LATER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HAC" r"K)\b")
MACHINE = re.compile(r"(?<![\w.])/(?:wor" r"k|far" r"m|hom" r"e/\w+|roo" r"t)/\w")


def later(path, text):
    for number, line in numbered(text):
        if LATER.search(line):
            yield number, "work that is left for later belongs into an issue"


def machine_paths(path, text):
    for number, line in numbered(text):
        if MACHINE.search(line):
            yield number, "a path of one machine"


def card(path, text):
    """A model card has all headings, in this order, and something under each."""
    sections = re.split(r"^## (.*)$", text, flags=re.M)
    titles = sections[1::2]
    bodies = dict(zip(titles, sections[2::2]))
    if not text.startswith("# "):
        yield 1, "a card begins with its title"
    last = -1
    for heading in CARD_HEADINGS:
        if heading not in bodies:
            yield 1, f"no heading '## {heading}'"
            continue
        if titles.index(heading) < last:
            yield 1, f"'## {heading}' is out of order"
        last = titles.index(heading)
        if not bodies[heading].strip():
            yield 1, f"nothing under '## {heading}'"


C_RULES = [arrows, simgrid_headers, functions, file_length, calls, integers, globals_are_constant,
           first_comment]
TEXT_RULES = [lines, later, machine_paths]
