"""For every rule, texts that break it: a rule that finds nothing in them would be no rule."""
import rules

LONG_FUNCTION = "/* f */\nint f(void)\n{\n" + "    g();\n" * 69 + "}\n"
CARD = "# T\n\n" + "".join(f"## {heading}\n\nText.\n\n" for heading in rules.CARD_HEADINGS)

# (rule, path, text, what the finding says)
CASES = [
    (rules.arrows, "sim/base/x.c", '#include "sim/engine/engine.h"\n', "may not include sim/en"),
    (rules.arrows, "sim/engine/x.c", '#include "sim/config/param.h"\n', "may not include"),
    (rules.arrows, "sim/scenario/x.c", '#include "sim/cli/cli.h"\n', "may not include sim/cli"),
    (rules.arrows, "sim/scenario/x.c", '#include "models/mpi/match.h"\n', "may not include models"),
    (rules.arrows, "models/mpi/x.c", '#include "models/shmem/region.h"\n', "may not include mod"),
    (rules.arrows, "models/net/x.c", '#include "sim/config/yaml_tree.h"\n', "may not include"),
    (rules.arrows, "models/cpu/x.c", '#include "sim/scenario/scenario.h"\n', "may not include"),
    (rules.arrows, "sim/stats/x.c", "#include <yaml.h>\n", "may not include <yaml.h>"),
    (rules.arrows, "sim/new/x.c", "\n", "has no row"),
    (rules.simgrid_headers, "sim/simgrid/x.c", "#include <simgrid/host.h>\n", "header of SimG"),
    (rules.simgrid_headers, "tests/unit/x.c", "# include <xbt/log.h>\n", "header of SimGrid"),
    (rules.simgrid_headers, "sim/cli/x.c", "#include <smpi/smpi.h>\n", "header of SimGrid"),
    (rules.lines, "x.c", "a" * 101 + "\n", "101 columns"),
    (rules.lines, "x.c", "a \n", "space at the end"),
    (rules.lines, "x.c", "\ta\n", "a tab"),
    (rules.lines, "x.c", "a", "no newline"),
    (rules.lines, "x.c", "a\n\n", "an empty line"),
    (rules.functions, "sim/base/x.c", LONG_FUNCTION, "a function of 71 lines"),
    (rules.file_length, "sim/base/x.c", "a\n" * 601, "601 lines"),
    (rules.calls, "sim/cli/x.c", "x = malloc(3);\n", "malloc()"),
    (rules.calls, "models/cpu/x.c", "y = rand();\n", "rand()"),
    (rules.calls, "sim/config/x.c", "y = strtod(a, b);\n", "strtod()"),
    (rules.calls, "sim/base/x.c", "free(a);\n", "g_free()"),
    (rules.calls, "models/cpu/x.c", 'printf("x");\n', "only sim/cli"),
    (rules.calls, "sim/stats/x.c", "exit(1);\n", "only sim/cli"),
    (rules.calls, "sim/base/x.c", "#define G_DISABLE_ASSERT\n", "assertions stay"),
    (rules.calls, "sim/base/x.c", "__attribute__((constructor)) f(void);\n", "before main()"),
    (rules.integers, "sim/engine/x.c", "double x;\n", "floating point"),
    (rules.integers, "models/cpu/x.c", "x = y * 1.5;\n", "a floating-point number"),
    (rules.integers, "sim/base/x.c", "x = 1e9;\n", "a floating-point number"),
    (rules.globals_are_constant, "sim/base/x.c", "static int count;\n", "not constant"),
    (rules.globals_are_constant, "sim/base/x.c", "int count = 3;\n", "not constant"),
    (rules.globals_are_constant, "models/cpu/x.c", "static const char *names[] = {\n", "not const"),
    (rules.first_comment, "sim/base/x.h", "#pragma once\n", "@file"),
    (rules.first_comment, "sim/base/x.h", "/** @file\n */\n", "#pragma once"),
    (rules.first_comment, "sim/base/x.c", "#include <glib.h>\n", "begins with"),
    (rules.later, "x.md", "TO" "DO: more\n", "left for later"),
    (rules.machine_paths, "x.md", "see /ho" "me/me/x\n", "a path of one machine"),
    (rules.card, "x.md", CARD.replace("## Formula\n", ""), "no heading '## Formula'"),
    (rules.card, "x.md", CARD.replace("## Evidence\n\nText.\n", "## Evidence\n"), "nothing under"),
    (rules.card, "x.md", CARD.replace("## Formula", "## A").replace("# T\n", "# T\n## Formula\n"),
     "out of order"),
]

# What no rule may find anything in: (path, text).
FINE = [
    ("models/cpu/x.c", '/* A 1.5 double, malloc(): a comment. */\n#include "sim/model/core.h"\n'
                       '#include "sim/config/param.h"\n'
                       'static const char *const names[] = {"rand()", "0.5"};\n'
                       "static const IvcParam params[] = {\n    {0},\n};\n"
                       "void f(void)\n{\n    ops->free(x);\n    int n = 3;\n    g_free(n);\n}\n"),
    ("sim/cli/x.c", '/* Prints. */\nint f(void)\n{\n    printf("x");\n}\n'),
    ("sim/base/x.h", "/** @file\n *  X.\n */\n#pragma once\nextern const IvcDiagCode codes[];\n"
                     "typedef struct X X;\nint f(int a, int b);\n"),
]


def findings():
    """Yields a sentence for each rule that does not do its work."""
    tried = set()
    for rule, path, text, says in CASES:
        tried.add(rule)
        found = [sentence for _, sentence in rule(path, text)]
        if not any(says in sentence for sentence in found):
            yield f"{rule.__name__} does not find in {text[:50]!r} that: {says}; found {found}"
    for rule in rules.C_RULES + rules.TEXT_RULES + [rules.card]:
        if rule not in tried:
            yield f"{rule.__name__} has no text that breaks it"
    for path, text in FINE:
        for rule in rules.C_RULES + rules.TEXT_RULES:
            for number, sentence in rule(path, text):
                yield f"{rule.__name__} finds in a good text: {path}:{number}: {sentence}"
    if list(rules.card("x.md", CARD)):
        yield "card finds something in a good card"
