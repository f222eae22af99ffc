"""Does the tree keep its rules? tidy.py SOURCE BUILD PROGRAM CASE

Exit status: 0 it does, 1 it does not (each finding is a line), 77 the tool for it is not here.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import broken
import rules

SOURCE, BUILD, PROGRAM = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
SKIPPED = 77
# Written by programs, or inputs that are wrong on purpose.
NOT_OURS = ("tests/errors/", "tests/fuzz/corpus/", "tests/plot/golden/", "tests/golden/expected/",
            "LICENSE", "docs/man/")


def tree():
    """Every file of the project: what git knows, or all when this is no clone."""
    if (SOURCE / ".git").exists() and shutil.which("git"):
        listed = subprocess.run(["git", "-c", f"safe.directory={SOURCE}", "ls-files", "-z"],
                                cwd=SOURCE, capture_output=True, text=True, check=False)
        if listed.returncode == 0:
            return sorted(name for name in listed.stdout.split("\0")
                          if name and (SOURCE / name).is_file())
    found = []
    for folder, folders, names in os.walk(SOURCE):
        here = pathlib.Path(folder).relative_to(SOURCE)
        folders[:] = [name for name in folders
                      if not (here == pathlib.Path(".") and name in (".git", "build", "out"))
                      and name != "__pycache__"]
        found += [str(here / name) for name in names]
    return sorted(found)


def read(name):
    return (SOURCE / name).read_text(encoding="utf-8")


def c_files():
    return [name for name in tree() if name.endswith((".c", ".h"))]


def ivcsim(*arguments):
    return subprocess.run([PROGRAM, *arguments], cwd=SOURCE, capture_output=True, text=True,
                          check=False)


def listed(topic):
    return json.loads(ivcsim("list", topic, "--format", "json").stdout)


def over(names, *checked):
    """Applies text rules to files; yields 'file:line: sentence'."""
    count = 0
    for name in names:
        count += 1
        text = read(name)
        for rule in checked:
            for number, sentence in rule(name, text):
                yield f"{name}:{number}: {sentence}"
    if count < 2:
        yield "hardly any file was read: the list of files is broken"


def case_rules():
    yield from broken.findings()


def case_arrows():
    yield from over(c_files(), rules.arrows, rules.simgrid_headers)


def case_lines():
    yield from over((name for name in tree()
                     if not name.startswith(NOT_OURS)
                     and not name.endswith((".svg", ".png", ".pdf", ".dat", ".csv"))), rules.lines)


def case_length():
    yield from over(c_files(), rules.functions, rules.file_length)


def case_calls():
    yield from over(c_files(), rules.calls, rules.first_comment)


def case_integers():
    yield from over(c_files(), rules.integers)


def case_globals():
    yield from over(c_files(), rules.globals_are_constant)


def case_later():
    yield from over((name for name in tree()
                     if not name.startswith(NOT_OURS) and not name.endswith((".png", ".pdf"))),
                    rules.later, rules.machine_paths)


def case_headers():
    """Each header compiles alone: whoever includes it needs to know nothing else."""
    flags = subprocess.run(["pkg-config", "--cflags", "glib-2.0", "jansson", "yaml-0.1", "sqlite3",
                            "smartcols", "check"], capture_output=True, text=True, check=True)
    base = ["gcc", "-std=gnu17", "-fsyntax-only", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror",
            f"-I{SOURCE}", f"-I{BUILD}/generated", *flags.stdout.split(), "-x", "c", "-"]
    # For programs: <mpi.h> is that of whoever compiles them, and SimGrid may not be here.
    smpicc = shutil.which("smpicc")
    for name in c_files():
        if not name.endswith(".h") or name.startswith("tests/bench/"):
            continue
        if name.startswith(("simgrid/include/", "simgrid/mpi/", "examples/mpi/")):
            if smpicc is None:
                continue
            command = [smpicc, *base[1:]]
        else:
            command = base
        done = subprocess.run(command, input=f'#include "{name}"\n', capture_output=True, text=True,
                              check=False)
        if done.returncode:
            yield f"{name} does not compile alone:\n{done.stderr}"


def case_format():
    tool = shutil.which("clang-format-14")
    if tool is None:
        print("clang-format-14 is not installed")
        sys.exit(SKIPPED)
    done = subprocess.run([tool, "--dry-run", "-Werror", *c_files()], cwd=SOURCE,
                          capture_output=True, text=True, check=False)
    yield from (line for line in done.stderr.splitlines() if "error:" in line)


def case_shell():
    if shutil.which("shellcheck") is None:
        print("shellcheck is not installed")
        sys.exit(SKIPPED)
    scripts = [name for name in tree()
               if (SOURCE / name).suffix in ("", ".sh") and "corpus" not in name
               and re.match(r"#!\S*(/sh|bash| bash| sh)\b", read_first_line(name))]
    if "bootstrap" not in scripts:
        yield "no scripts were found"
    done = subprocess.run(["shellcheck", *scripts], cwd=SOURCE, capture_output=True, text=True,
                          check=False)
    yield from done.stdout.splitlines()


def read_first_line(name):
    with open(SOURCE / name, "rb") as file:
        return file.readline(200).decode("utf-8", "replace")


def case_codes():
    """Every code that a diagnostic can have is provoked by a test, or is a bug by definition."""
    never = {"internal", "sim-conservation"}
    # Printed as a sentence without its code; tests/cli and tests/sweep compare the sentence.
    never |= {"usage", "interrupted"}
    texts = [read(name) for name in tree()
             if name.startswith("tests/") and not name.startswith(("tests/tidy/", "tests/fuzz/"))
             and name.endswith((".expected", ".c", ".py", ".sh"))]
    for row in listed("errors"):
        code = row["code"]
        # In C the codes of a failed simulation are constants.
        constant = code.upper().replace("SIM-", "IVC_(SIM_ERROR|STOP)_")
        shown = re.compile(rf"""\[{re.escape(code)}\]|["']{re.escape(code)}["']|\b{constant}\b""")
        if code not in never and not any(shown.search(text) for text in texts):
            yield f"no test provokes [{code}]: {row['sentence']}"


def register_blocks():
    """The names in the table of models/ipi, which no verb lists by itself."""
    found = re.findall(r'^\s*\.name = "([^"]+)"', "".join(
        read(name) for name in tree() if re.match(r"models/ipi/\w+\.c$", name)), flags=re.M)
    return [name for name in found if any(f"{name}" in read(profile) for profile in profiles())]


def profiles():
    return [name for name in tree() if re.match(r"models/cpu/profiles/.*\.yaml$", name)]


def case_cards():
    """Every mechanism and register block has a card with all headings, and a scenario."""
    cards = [name for name in tree() if re.match(r"docs/models/(?!README\b)[\w-]+\.md$", name)]
    yield from over(cards, rules.card)
    scenarios = "".join(read(name) for name in tree() if re.match(r"scenarios/.*\.yaml$", name))
    for row in listed("mechanisms"):
        name = row["mechanism"]
        if not re.search(rf"mechanism: {re.escape(name)}\b(?!-)", scenarios):
            yield f"no scenario uses the mechanism '{name}'"
        if not any(card.endswith((f"/{name}.md", f"-{name}.md")) for card in cards):
            yield f"the mechanism '{name}' has no card docs/models/KIND-{name}.md"
    blocks = register_blocks()
    if len(blocks) < 2:
        yield f"only these register blocks were found: {blocks}"
    for name in blocks:
        if f"docs/models/ipi-{name}.md" not in cards:
            yield f"the register block '{name}' has no card docs/models/ipi-{name}.md"
        users = [pathlib.PurePath(profile).stem for profile in profiles()
                 if re.search(rf"\b{re.escape(name)}\b", read(profile))]
        if not any(re.search(rf"profile: {user}\b", scenarios) for user in users):
            yield f"no scenario uses a chip with the register block '{name}'"


def case_scenarios():
    """Every scenario that is shipped is right, and says in its first comment what it asks."""
    names = [name for name in tree() if re.match(r"scenarios/.*\.yaml$", name)]
    if len(names) < 2:
        yield "no scenarios were found"
    for name in names:
        done = ivcsim("check", name)
        if done.returncode or not done.stdout.startswith(f"{name}: ok"):
            yield f"ivcsim check {name}: status {done.returncode}\n{done.stdout}{done.stderr}"
        comment = re.match(r"(?:#.*\n)+", read(name))
        if not comment or "?" not in comment.group(0):
            yield f"{name}: does not begin with the question that it asks"


def case_version():
    """The changelog knows the version, and one place states it."""
    version = re.search(r"project\(ivcsim VERSION (\S+)", read("CMakeLists.txt")).group(1)
    if f"## {version}" not in read("CHANGELOG.md"):
        yield f"CHANGELOG.md has no heading for {version}"
    if f"ivcsim {version}" not in ivcsim("--version").stdout:
        yield f"ivcsim --version does not print {version}"


def main():
    found = list(globals()["case_" + sys.argv[4]]())
    for line in found:
        print(line)
    print(f"{len(found)} findings")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
