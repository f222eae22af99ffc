#!/usr/bin/env python3
"""Did an event become more expensive? Instructions an event, counted by callgrind, against the
numbers in `expected`, which `update` writes anew.

Each scenario runs twice, with fewer and with more messages, every one simulated; what the second
run has more, divided by its further events, is free of start-up, warm-up and output. Growth beyond
3 % fails. The numbers hold for one compiler and its flags: another one is skipped, with status 77.

Usage: count.py --program IVCSIM --built-by FILE [--update]
"""
import argparse
import csv
import io
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SCENARIO = HERE.parents[1] / "scenarios/octeon-registers-vs-mpich2.yaml"
EXPECTED = HERE / "expected"
GROWTH_PERCENT_MAX = 3
# Channel, message, warm-up, messages of the two runs.
CASES = (
    ("register-shmem", "64B", 1000, 2000, 5000),
    ("mpich2-nemesis", "4KiB", 500, 2000, 5000),
    ("mpich2-sock", "64KiB", 50, 50, 150),
)


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def run(program, channel, message, warmup, messages):
    """Instructions and events of one run."""
    sets = (f"channel={channel}", f"workload.message={message}", f"workload.warmup={warmup}",
            f"workload.messages_max={messages}")
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", program,
                   "run", SCENARIO, "--quiet", "--no-skip", "--format", "csv"]
        for text in sets:
            command += ["--set", text]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              check=False)
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not collected:
        sys.exit(f"callgrind failed with status {done.returncode}:\n{done.stderr}")
    row = next(csv.DictReader(io.StringIO(done.stdout)))
    return int(collected.group(1)), int(row["events"])


def count(program):
    """Name of the case -> instructions an event."""
    found = {}
    for channel, message, warmup, fewer, more in CASES:
        few = run(program, channel, message, warmup, fewer)
        many = run(program, channel, message, warmup, more)
        found[f"{channel} {message}"] = (many[0] - few[0]) / (many[1] - few[1])
    return found


def expected():
    """What built the program, and name of the case -> instructions an event."""
    lines = EXPECTED.read_text(encoding="utf-8").splitlines()
    rows = (line.rsplit(",", 1) for line in lines[2:])
    return lines[0], {name: float(value) for name, value in rows}


def write(built_by, found):
    rows = "".join(f"{name},{value:.1f}\n" for name, value in found.items())
    EXPECTED.write_text(f"{built_by}\nscenario,instructions an event\n{rows}", encoding="utf-8")


def compare(found, before):
    worse = []
    for name, value in found.items():
        growth = (value / before[name] - 1) * 100
        print(f"{name}: {value:.1f} instructions an event, {before[name]:.1f} before: "
              f"{growth:+.1f} %")
        if growth > GROWTH_PERCENT_MAX:
            worse.append(name)
    if worse:
        print(f"more than {GROWTH_PERCENT_MAX} % growth: {', '.join(worse)}. When there is a "
              "reason for it: tests/instructions/update, and say it in the commit")
    return 1 if worse else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--built-by", required=True, type=pathlib.Path)
    parser.add_argument("--update", action="store_true")
    arguments = parser.parse_args()
    built_by = arguments.built_by.read_text(encoding="utf-8").strip()
    if not shutil.which("valgrind"):
        skip("there is no valgrind")
    if arguments.update:
        found = count(arguments.program)
        write(built_by, found)
        print(EXPECTED.read_text(encoding="utf-8"), end="")
        return 0
    wanted, before = expected()
    if built_by != wanted:
        skip(f"counted for '{wanted}', but this program was built by '{built_by}'")
    return compare(count(arguments.program), before)


sys.exit(main())
