"""Do the texts say what is so? docs.py SOURCE BUILD PROGRAM CASE

links     every relative link of every Markdown file leads somewhere, anchors included
console   every block marked `console` prints what it shows
example   the mechanism of docs/adding-a-model.md compiles, joins the table and runs
selftest  the first two find what is wrong
update    no test: puts what commands print now into the texts, with `...` where it was

In a console block `$ ` begins a command, `> ` continues it, and the rest is what it prints, on
standard output and standard error. A line `...` stands for any number of lines. Commands run in an
empty folder in which build/ivcsim, scenarios and docs are those of the project; the blocks of one
file run one after the other in the same folder.
"""
import csv
import pathlib
import re
import subprocess
import sys
import tempfile

SOURCE, BUILD, PROGRAM = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
SKIPPED_FOLDERS = {"build", "out", ".git"}


def markdown():
    return sorted(path for path in SOURCE.rglob("*.md")
                  if path.relative_to(SOURCE).parts[0] not in SKIPPED_FOLDERS)


def outside_code(text):
    """The text with fenced and inline code blanked, lines kept."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    text = re.sub(r"^(```+|~~~+).*?^\1[ ]*$", blank, text, flags=re.S | re.M)
    return re.sub(r"`[^`\n]+`", blank, text)


def anchors(text):
    """The names that headings get: as on the usual sites that show Markdown."""
    found = set()
    text = re.sub(r"^(```+|~~~+).*?^\1[ ]*$", "", text, flags=re.S | re.M)
    for title in re.findall(r"^#{1,6} +(.*?)\s*#*$", text, flags=re.M):
        title = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title)
        slug = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        name, count = slug, 0
        while name in found:
            count += 1
            name = f"{slug}-{count}"
        found.add(name)
    return found | set(re.findall(r'<a (?:id|name)="([^"]+)"', text))


def links(path, text):
    """Yields what is wrong with the links of one file."""
    text = outside_code(text)
    targets = [(match.start(), match.group(1)) for pattern in (
        r"!?\[[^]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)", r"^\[[^]]+\]:\s*<?(\S+?)>?$",
        r"<(?:img|a)\b[^>]*?(?:src|href)=\"([^\"]+)\"") for match in re.finditer(pattern, text,
                                                                              flags=re.M)]
    for start, target in targets:
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        place = f"{path.name}:{text.count(chr(10), 0, start) + 1}"
        name, _, anchor = target.partition("#")
        there = (path.parent / name).resolve() if name else path
        if not there.exists():
            yield f"{place}: no such file: {target}"
        elif anchor and there.suffix == ".md":
            if anchor not in anchors(there.read_text(encoding="utf-8")):
                yield f"{place}: no such heading: {target}"


def console_blocks(text):
    """Yields (line, [(command, expected output)])."""
    for match in re.finditer(r"^```console\n(.*?)^```$", text, flags=re.S | re.M):
        steps = []
        for line in match.group(1).splitlines():
            if line.startswith("$ "):
                steps.append([line[2:], []])
            elif line.startswith("> ") and steps and not steps[-1][1]:
                steps[-1][0] += "\n" + line[2:]
            elif steps:
                steps[-1][1].append(line)
        yield text.count("\n", 0, match.start()) + 1, steps


def is_like(shown, printed):
    """Whether lines are equal; `...` stands for any number of them."""
    if "..." not in shown:
        return shown == printed
    first = shown.index("...")
    if shown[:first] != printed[:first]:
        return False
    rest = shown[first + 1:]
    return any(is_like(rest, printed[start:]) for start in range(first, len(printed) + 1))


def run_blocks(name, text, outputs=None):
    """Runs the blocks of one file; yields what differs, and ends with how many commands ran."""
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        here = pathlib.Path(folder)
        (here / "build").mkdir()
        (here / "build" / "ivcsim").symlink_to(PROGRAM)
        for part in ("scenarios", "docs"):
            (here / part).symlink_to(SOURCE / part)
        environment = {"PATH": f"{here / 'build'}:/usr/local/bin:/usr/bin:/bin", "HOME": folder,
                       "LC_ALL": "C.UTF-8", "COLUMNS": "80"}
        for line, steps in console_blocks(text):
            for command, shown in steps:
                count += 1
                done = subprocess.run(["bash", "-c", command], cwd=here, env=environment,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True, check=False)
                printed = [part.rstrip() for part in done.stdout.splitlines()]
                if outputs is not None:
                    outputs.append((command, as_shown([part.rstrip() for part in shown], printed)))
                if not is_like([part.rstrip() for part in shown], printed):
                    yield (f"{name}:{line}: '{command.splitlines()[0]}' prints:\n"
                           + "\n".join(printed) + "\n--- the text shows:\n" + "\n".join(shown))
    return count


def as_shown(shown, printed):
    """What is printed, cut in the same place."""
    if "..." not in shown:
        return printed
    first = shown.index("...")
    rest = len(shown) - first - 1
    return printed[:first] + ["..."] + (printed[-rest:] if rest else [])


def case_update():
    """Replaces the outputs in the files; the commands stay."""
    for path in markdown():
        text = path.read_text(encoding="utf-8")
        outputs = []
        list(run_blocks(path.name, text, outputs))
        lines, inside = [], False
        for line in text.split("\n"):
            if line == "```console":
                inside = True
            elif line == "```" and inside:
                inside = False
            elif inside and line.startswith("$ "):
                waiting = outputs.pop(0)
                lines.append(line)
                # Continued lines come first; without any, the output follows at once.
                command_lines = waiting[0].count("\n")
                if not command_lines:
                    lines += waiting[1]
                continue
            elif inside and line.startswith("> ") and command_lines:
                lines.append(line)
                command_lines -= 1
                if not command_lines:
                    lines += waiting[1]
                continue
            elif inside:
                continue
            lines.append(line)
        if "\n".join(lines) != text:
            path.write_text("\n".join(lines), encoding="utf-8")
            print(f"{path.relative_to(SOURCE)} was changed")
    return
    yield


def case_links():
    files = markdown()
    if len(files) < 5:
        yield "hardly any Markdown was found"
    for path in files:
        for finding in links(path, path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(SOURCE).parent}/{finding}"


def case_console():
    total = 0
    for path in markdown():
        total += yield from run_blocks(path.relative_to(SOURCE), path.read_text(encoding="utf-8"))
    print(f"{total} commands ran")
    if not list(console_blocks((SOURCE / "README.md").read_text(encoding="utf-8"))):
        yield "README.md shows no command with what it prints"


EXAMPLE = """# Two processes of one OS through a pipe.
schema: ivcsim/1
name: pipe
machine: {profile: octeon-cn5650}
guests: {left: {cores: [0], memory: 1GiB}, right: {cores: [1], memory: 1GiB}}
channels:
  pipe: {mechanism: pipe, mode: native, depth: 4}
workload: {kind: stream, total: 1MiB, message: 4KiB}
"""
FLAGS = ("-std=gnu17 -O1 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Wconversion -Wshadow "
         "-Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror")
PACKAGES = "glib-2.0 yaml-0.1 jansson sqlite3 smartcols nlopt"


def case_example():
    text = (SOURCE / "docs/adding-a-model.md").read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"^```c\n(.*?)^```$", text, flags=re.S | re.M))
    with tempfile.TemporaryDirectory() as folder:
        here = pathlib.Path(folder)
        (here / "pipe.c").write_text(code, encoding="utf-8")
        table = (SOURCE / "models/registry.c").read_text(encoding="utf-8")
        row = "static const IvcMechanism *const mechanisms[] = {"
        table = table.replace(row, "extern const IvcMechanism ivc_mechanism_pipe;\n" + row
                              + " &ivc_mechanism_pipe,")
        (here / "registry.c").write_text(table, encoding="utf-8")
        (here / "pipe.yaml").write_text(EXAMPLE, encoding="utf-8")
        sanitize = "-fsanitize=address,undefined" if b"__asan_init" in PROGRAM.read_bytes() else ""
        compiler = re.search(r"^CMAKE_C_COMPILER:\w+=(.*)$",
                             (BUILD / "CMakeCache.txt").read_text(encoding="utf-8"), re.M).group(1)
        folders = " ".join(f"{BUILD}/{part}" for part in (
            "sim/libivc_cli.a", "sim/libivc_simgrid.a", "sim/libivc_suite.a",
            "models/libivc_models.a",
            "sim/libivc_scenario.a",
            "models/libivc_models.a", "sim/libivc_model.a", "sim/libivc_stats.a",
            "sim/libivc_config.a", "sim/libivc_engine.a", "sim/libivc_base.a"))
        compiled = subprocess.run(
            f"{compiler} {FLAGS} {sanitize} -I{SOURCE} -I{BUILD}/generated "
            f"$(pkg-config --cflags {PACKAGES}) {SOURCE}/sim/cli/main.c pipe.c registry.c "
            f"{folders} $(pkg-config --libs {PACKAGES}) -lm -lpthread -o ivcsim",
            shell=True, cwd=here, capture_output=True, text=True, check=False)
        if compiled.returncode:
            yield compiled.stderr
            return
        done = subprocess.run(["./ivcsim", "run", "pipe.yaml", "--format", "csv"], cwd=here,
                              capture_output=True, text=True, check=False)
        rows = list(csv.DictReader(done.stdout.splitlines()))
        if done.returncode or len(rows) != 1:
            yield f"status {done.returncode}: {done.stderr}"
        elif (rows[0]["messages"], rows[0]["bytes"]) != ("256", "1048576"):
            yield f"delivered {rows[0]['messages']} messages, {rows[0]['bytes']} bytes"
        elif float(rows[0]["stage.left.pipe.copy-in.cycles_per_byte"]) <= 0:
            yield "copying in costs nothing"


def case_selftest():
    here = SOURCE / "README.md"
    title = "# A `b`: c\n# A `b`: c\n"
    if anchors(title) != {"a-b-c", "a-b-c-1"}:
        yield f"anchors of {title!r}: {anchors(title)}"
    for text, wrong in (("[a](no/such.md)", 1), ("[a](README.md#no-such)", 1), ("![a](no.svg)", 1),
                        ("[a]: no.md", 1), ('<img src="no.svg">', 1), ("`[a](no.md)`", 0),
                        ("```\n[a](no.md)\n```", 0), ("[a](CMakeLists.txt)", 0),
                        ("[a](https://example.org/#x)", 0)):
        found = list(links(here, text))
        if len(found) != wrong:
            yield f"links of {text!r}: {found}"
    for block, wrong in (("$ echo a\na\n", 0), ("$ echo a\nb\n", 1), ("$ echo a\n", 1),
                         ("$ seq 5\n1\n...\n5\n", 0), ("$ seq 5\n1\n...\n6\n", 1),
                         ("$ seq 5\n...\n", 0), ("$ cat <<E\n> x\n> E\nx\n", 0),
                         ("$ echo a >&2\na\n", 0), ("$ ls build\nivcsim\n", 0)):
        found = list(run_blocks("text", f"```console\n{block}```\n"))
        if len(found) != wrong:
            yield f"block {block!r}: {found}"


def main():
    found = list(globals()["case_" + sys.argv[4]]())
    for line in found:
        print(line)
    print(f"{len(found)} findings")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
