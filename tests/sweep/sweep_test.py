"""Sweeps with the real program: what happens to results when things go wrong.

    sweep_test.py CASE IVCSIM

One case a call; exit status 0 passed, 1 failed, 77 skipped (what the case needs is not allowed
here). Random choices print their seed; SWEEP_TEST_SEED=N repeats them.
"""
import csv
import fcntl
import hashlib
import io
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SMALL = os.path.join(HERE, "small.yaml")
FAILING = os.path.join(HERE, "failing.yaml")
POINTS = 20
# For the tests that must catch a sweep at work.
LONGER = (SMALL, "--no-skip", "--set", "workload.total=8MiB",
          "--set", "workload.messages_max=20000")
FILES = ("points.csv", "points.json", "points.jsonl", "table.txt", "manifest.json",
         "scenario.yaml")
SKIPPED = 77
PROGRAM = ""


class Skip(Exception):
    """What this case needs is not to be had here."""


def command(*args):
    return [PROGRAM, *args]


def run(*args, status=0, **options):
    """Runs the program and expects an exit status; returns what it printed."""
    done = subprocess.run(command(*args), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=250, check=False, **options)
    if done.returncode != status:
        raise AssertionError(f"{args}: exit status {done.returncode}, not {status}\n"
                             f"stdout: {done.stdout}\nstderr: {done.stderr}")
    return done


def equal(got, want, what):
    if got != want:
        raise AssertionError(f"{what}:\n got: {got}\nwant: {want}")


def contains(text, part):
    if part not in text:
        raise AssertionError(f"not found: {part}\nin: {text}")


def read(*path):
    with open(os.path.join(*path), "rb") as file:
        return file.read()


def same_files(left, right, files=FILES):
    for name in files:
        if read(left, name) != read(right, name):
            raise AssertionError(f"{name} of {left} and {right} differ")


def query(folder, sql):
    """Asks the store without changing it: a killed sweep's journal is left to the program."""
    path = os.path.join(folder, "results.sqlite")
    store = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
    try:
        return store.execute(sql).fetchall()
    finally:
        store.close()


def stored(folder):
    if not os.path.exists(os.path.join(folder, "results.sqlite")):
        return 0
    try:
        return query(folder, "SELECT count(*) FROM points")[0][0]
    except sqlite3.OperationalError:
        return 0  # killed before there were tables


def seal(*parts):
    """What a row of the store carries."""
    return hashlib.sha256("".join(part + "\0" for part in parts).encode()).hexdigest()


def seeded():
    seed = int(os.environ.get("SWEEP_TEST_SEED", random.SystemRandom().randrange(1 << 30)))
    print(f"SWEEP_TEST_SEED={seed}")
    return random.Random(seed)


def stored_keys(folder):
    """What a reader sees at this moment."""
    if not os.path.exists(os.path.join(folder, "results.sqlite")):
        return set()
    try:
        return {key for key, in query(folder, "SELECT key FROM points")}
    except sqlite3.OperationalError:
        return set()  # killed before there were tables


def kill_once(folder, chance, longest):
    """Starts the sweep and kills it at a random moment, `longest` seconds later at most. Returns
    False when it was done before, and finds out whether anything that had been stored is gone."""
    before = stored_keys(folder)
    sweep = subprocess.Popen(command("sweep", *LONGER, "-o", folder, "-j2", "-q"),
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    # Any moment from the start of the program on; half of them soon after a point was stored.
    until = time.monotonic() + chance.uniform(0, longest)
    enough = len(before) + chance.randint(1, 2) if chance.random() < 0.5 else POINTS
    while time.monotonic() < until and sweep.poll() is None:
        if enough < POINTS and len(stored_keys(folder)) >= enough:
            time.sleep(chance.uniform(0, 0.004))
            break
        time.sleep(0.0005)
    seen = before | stored_keys(folder)
    sweep.kill()
    errors = sweep.communicate()[1].decode()
    if sweep.returncode == 0:
        return False
    equal(sweep.returncode, -signal.SIGKILL, f"exit status ({errors})")
    # The next reader need not be the next sweep.
    if not seen <= stored_keys(folder):
        raise AssertionError(f"of {len(seen)} stored points {len(stored_keys(folder))} are left")
    return True


def case_kill(work):
    """Killed at 100 random moments in all (fewer under a sanitizer) and continued each time, sweeps
    end with the same bytes; nothing that had finished is lost or runs twice, and the store always
    opens."""
    whole = os.path.join(work, "whole")
    run("sweep", *LONGER, "-o", whole, "-j2", "-q")
    # Long enough for the program to start and for any point to finish, on any machine.
    start = time.monotonic()
    run("sweep", *LONGER, "-o", whole, "-j2", "-q")
    longest = time.monotonic() - start
    longest += 2e-6 * query(whole, "SELECT max(wall_us) FROM points")[0][0]
    chance = seeded()
    kills, sweeps, at_work = 0, 0, 0
    most = 100 // int(os.environ.get("IVC_TEST_EACH", "1"))
    while kills < most:
        folder = os.path.join(work, f"killed{sweeps}")
        sweeps += 1
        while kills < most and kill_once(folder, chance, longest):
            kills += 1
            have = stored(folder)
            at_work += 0 < have < POINTS
            if have > 0 and chance.random() < 0.2:
                lines = run("export", folder, "--format=jsonl").stdout.splitlines()
                equal(len(lines), have, "points exported after a kill")
        run("sweep", *LONGER, "-o", folder, "-j2", "-q")
        same_files(whole, folder)
        equal(query(folder, "SELECT count(*), min(runs), max(runs) FROM points"),
              [(POINTS, 1, 1)], "points, least and most runs")
    print(f"{kills} kills in {sweeps} sweeps, {at_work} of them between two points")
    if at_work < most / 5:
        raise AssertionError("hardly ever killed at work: the points are too short for this test")


def case_interrupt(work):
    """Ctrl-C: exit status 130, finished points are kept, files show them, the same command goes
    on."""
    whole = os.path.join(work, "whole")
    run("sweep", *LONGER, "-o", whole, "-q")
    folder = os.path.join(work, "stopped")
    longer = ("sweep", *LONGER, "-o", folder, "-j1")
    sweep = subprocess.Popen(command(*longer), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True)
    while stored(folder) < 2 and sweep.poll() is None:
        time.sleep(0.001)
    sweep.send_signal(signal.SIGINT)
    out, err = sweep.communicate(timeout=100)
    if sweep.returncode == 0:
        raise Skip("the sweep was done before the signal came")
    equal(sweep.returncode, 130, f"exit status ({err})")
    equal(out, "", "standard output")
    have = stored(folder)
    contains(err, f"interrupted: {have} of {POINTS} points are stored\n"
                  "hint: type the same command again to continue with the others\n")
    equal(len(read(folder, "points.jsonl").splitlines()), have, "points in points.jsonl")
    equal(json.loads(read(folder, "points.json"))["status"], "partial", "status")
    contains(run("export", folder).stderr,
             f"{POINTS - have} of {POINTS} points have not been simulated yet")
    contains(run(*longer).stderr, f"{POINTS - have} simulated")
    same_files(whole, folder)
    equal(query(folder, "SELECT max(runs) FROM points"), [(1,)], "most runs")


def case_jobs(work):
    """Any number of jobs: the same bytes, in files and on standard output."""
    first = os.path.join(work, "j1")
    table = run("sweep", SMALL, "-o", first, "-j", "1", "-q").stdout
    for jobs in ("-j2", "-j7", "--jobs=100"):
        folder = os.path.join(work, jobs)
        equal(run("sweep", SMALL, "-o", folder, jobs, "-q").stdout, table, f"table with {jobs}")
        same_files(first, folder)


def case_axes(work):
    """The address of a point does not depend on the order of the axes, nor on how a value came
    to be: nothing runs again."""
    folder = os.path.join(work, "out")
    run("sweep", SMALL, "-o", folder, "-q")
    with open(SMALL, encoding="utf-8") as file:
        head, axes = file.read().split("  axes:\n")
    turned = os.path.join(work, "turned.yaml")
    with open(turned, "w", encoding="utf-8") as file:
        file.write(head + "  axes:\n" + "".join(reversed(axes.splitlines(keepends=True))))
    note = run("sweep", turned, "-o", folder).stderr
    contains(note, f"{POINTS} points: 0 simulated in ")
    contains(note, f"s, {POINTS} stored before, 0 failed")
    # Another value of anything that counts is another point.
    note = run("sweep", turned, "-o", folder, "--set", "workload.seed=7").stderr
    contains(note, f"{POINTS} points: {POINTS} simulated in ")


def case_again(work):
    """Done is done; --force runs all again and gives the same."""
    folder = os.path.join(work, "out")
    copy = os.path.join(work, "copy")
    run("sweep", SMALL, "-o", folder, "-q")
    shutil.copytree(folder, copy)
    contains(run("sweep", SMALL, "-o", folder).stderr, f"{POINTS} points: 0 simulated in ")
    same_files(folder, copy)
    contains(run("sweep", SMALL, "-o", folder, "--force").stderr,
             f"{POINTS} points: {POINTS} simulated in ")
    same_files(folder, copy)
    equal(sorted(os.listdir(folder)), sorted((*FILES, "results.sqlite")), "files")


def case_retold(work):
    """What decides no result is told as the scenario has it now, of stored points too."""
    folder, fresh = os.path.join(work, "out"), os.path.join(work, "fresh")
    scenario = os.path.join(work, "scenario.yaml")
    run("sweep", SMALL, "-o", folder, "-q")
    before = json.loads(read(folder, "points.json"))["points"]
    guess = "{value: 1MiB, kind: assumed, range: [64KiB, 4MiB], source: a guess}"
    with open(scenario, "w", encoding="utf-8") as file:
        file.write(read(SMALL).decode().replace("name: sweep-small", "name: another")
                   .replace("mixed: {", "mixed: {region: " + guess + ", "))
    contains(run("sweep", scenario, "-o", folder).stderr, f"{POINTS} points: 0 simulated in ")
    run("sweep", scenario, "-o", fresh, "-q")
    same_files(folder, fresh)
    after = json.loads(read(folder, "points.json"))["points"]
    equal({point["scenario"] for point in after}, {"another"}, "scenario")
    equal([new["parameters_assumed"] - old["parameters_assumed"]
           for new, old in zip(after, before)],
          [int(point["channel"] == "mixed") for point in after], "assumed")


def case_failed(work):
    """Failed points are named, stop nobody, are kept, and are run again when asked for."""
    folder = os.path.join(work, "out")
    done = run("sweep", FAILING, "-o", folder, "-j1", status=1)
    contains(done.stderr, "4 points: 4 simulated in ")
    contains(done.stderr, "0 stored before, 2 failed\n")
    contains(done.stderr, "ivcsim sweep: error: point limits.horizon=1us workload.message=1KiB: ")
    contains(done.stderr, "ivcsim sweep: error: point limits.horizon=1us workload.message=4KiB: ")
    rows = list(csv.DictReader(io.StringIO(read(folder, "points.csv").decode())))
    equal([row["status"] for row in rows], ["ok", "ok", "failed", "failed"], "status")
    equal([row["limits.horizon"] for row in rows], ["1s", "1s", "1us", "1us"], "axis")
    equal([row["message_bytes"] for row in rows], ["1024", "4096"] * 2, "message_bytes")
    equal([row["error"] != "" for row in rows], [False, False, True, True], "error")
    contains(run("sweep", FAILING, "-o", folder, status=1).stderr, "4 points: 0 simulated in ")
    contains(run("sweep", FAILING, "-o", folder, "--failed", status=1).stderr,
             "4 points: 2 simulated in ")
    equal(query(folder, "SELECT status, runs FROM points ORDER BY status, key"),
          [("failed", 2), ("failed", 2), ("ok", 1), ("ok", 1)], "runs")
    document = json.loads(run("sweep", FAILING, "-o", folder, "--format", "json",
                              status=1).stdout)
    equal(document["status"], "partial", "status of the document")
    # Where the first point fails, the table has the names of the others' guests.
    first = os.path.join(work, "first.yaml")
    with open(FAILING, encoding="utf-8") as file, open(first, "w", encoding="utf-8") as copy:
        copy.write(file.read().replace("[1s, 1us]", "[1us, 1s]"))
    table = run("sweep", first, "-o", folder, "--force", "-q", status=1).stdout
    contains(table.splitlines()[0], "running % sender/receiver")
    contains(table.splitlines()[1], "failed")


def case_list(work):
    """-n lists, counts, and leaves no trace."""
    folder = os.path.join(work, "out")
    done = run("sweep", SMALL, "-n", "-o", folder)
    lines = done.stdout.splitlines()
    equal(lines[0].split(), ["point", "channel", "workload.message", "state"], "header")
    equal(lines[1].split(), ["1", "mixed", "64B", "to", "run"], "first point")
    equal(lines[POINTS].split(), [str(POINTS), "copying", "16KiB", "to", "run"], "last point")
    equal(len(lines), POINTS + 1, "lines")
    equal(done.stderr, f"{POINTS} points: 0 stored (0 failed), {POINTS} to run\n", "count")
    equal(os.path.exists(folder), False, "folder")
    run("sweep", SMALL, "-o", folder, "-q", "--set", "workload.total=1MiB")
    text = run("sweep", SMALL, "-n", "-o", folder, "--set", "workload.total=1MiB",
               "--format=csv").stdout
    equal(text.splitlines()[1], "1,mixed,64B,stored", "stored point")


def case_formats(work):
    """What is printed is what is written; the table holds the bandwidths of the CSV file."""
    folder = os.path.join(work, "out")
    table = run("sweep", SMALL, "-o", folder, "-q").stdout
    for form in ("csv", "json", "jsonl"):
        equal(run("sweep", SMALL, "-o", folder, "-q", "--format", form).stdout.encode(),
              read(folder, f"points.{form}"), form)
    equal(table.encode(), read(folder, "table.txt"), "table.txt")
    rows = list(csv.DictReader(io.StringIO(read(folder, "points.csv").decode())))
    equal(len(rows), POINTS, "rows")
    lines = table.splitlines()
    equal(lines[0], "bandwidth in MB/s (10^6 bytes a second)", "title")
    equal(lines[2].split(), ["message", "mixed", "memory", "one-os", "copying"], "header")
    sizes = ["64 B", "256 B", "1 KiB", "4 KiB", "16 KiB"]
    for i, size in enumerate(sizes):
        words = lines[3 + i].split()
        equal(" ".join(words[:2]), size, "size")
        for k, word in enumerate(words[2:]):
            row = rows[k * len(sizes) + i]
            want = float(row["bandwidth_bytes_per_s"]) / 1e6
            if abs(float(word.rstrip("*")) - want) > 0.0006 * want:
                raise AssertionError(f"{size}, column {k}: {word}, not {want}")
            # 2 MiB in 64 and 256 bytes are more messages than messages_max.
            capped = i < 2
            equal(word.endswith("*"), capped, f"star of {size}, column {k}")
            equal(row["capped"], "true" if capped else "false", f"capped of {size}, column {k}")
    contains(table, "* the point stopped at workload.messages_max")
    points = json.loads(read(folder, "points.json"))["points"]
    equal([point["capped"] for point in points], [row["capped"] == "true" for row in rows],
          "capped")


def case_export(work):
    """export prints what sweep wrote, to standard output or to a file."""
    folder = os.path.join(work, "out")
    run("sweep", SMALL, "-o", folder, "-q")
    for form in ("csv", "json", "jsonl"):
        want = read(folder, f"points.{form}")
        equal(run("export", folder, "--format", form).stdout.encode(), want, form)
        target = os.path.join(work, f"exported.{form}")
        equal(run("export", folder, "--format", form, "-o", target).stdout, "", "output")
        equal(read(target), want, f"exported {form}")
    missing = os.path.join(work, "missing")
    done = run("export", missing, status=5)
    equal(done.stderr, f"ivcsim export: error: cannot open results store '{missing}': "
                       "No such file or directory\n", "missing folder")
    equal(done.stdout, "", "output")


def make_shards(work, of, *options):
    """Runs every shard of the small sweep; returns their folders."""
    folders = [os.path.join(work, f"part{i}") for i in range(1, of + 1)]
    for i, folder in enumerate(folders, 1):
        run("sweep", SMALL, "--shard", f"{i}/{of}", "-o", folder, "-q", *options)
    return folders


def case_shard(work):
    """Every point is in exactly one shard, and the merged folder has the bytes of a local one."""
    whole = os.path.join(work, "whole")
    table = run("sweep", SMALL, "-o", whole, "-q").stdout
    for of in (1, 3, 25):
        here = os.path.join(work, f"of{of}")
        os.mkdir(here)
        parts = make_shards(here, of)
        keys = [key for part in parts for key, in query(part, "SELECT key FROM points")]
        equal(sorted(keys), [key for key, in query(whole, "SELECT key FROM points ORDER BY key")],
              "points of all shards")
        # The order in which folders are given does not matter.
        merged = os.path.join(here, "merged")
        done = run("merge", "-o", merged, *reversed(parts))
        equal(done.stdout, table, "table")
        contains(done.stderr, f"{of} shards: {POINTS} of {POINTS} points, 0 failed\n")
        same_files(whole, merged)
        for form in ("csv", "json", "jsonl"):
            equal(run("export", merged, "--format", form).stdout.encode(),
                  read(whole, f"points.{form}"), form)
        equal(sorted(os.listdir(merged)), sorted((*FILES, "results.sqlite")), "files")
        # It is a whole sweep: nothing is left to run, and merging again changes nothing.
        contains(run("sweep", SMALL, "-o", merged).stderr, f"{POINTS} points: 0 simulated in ")
        run("merge", "-q", "-o", merged, *parts)
        same_files(whole, merged)
    # A shard continues like a sweep, and lists whose the other points are.
    contains(run("sweep", SMALL, "--shard", "1/25", "-o", parts[0]).stderr,
             "1 points: 0 simulated in ")
    rows = run("sweep", SMALL, "-n", "--shard=2/25", "-o", parts[1], "--format=csv").stdout
    states = [line.split(",")[-1] for line in rows.splitlines()[1:]]
    equal(states.count("stored"), 1, "own points")
    equal(len({state for state in states if state.startswith("in shard ")}), POINTS - 1,
          "shards of the others")
    # Without -o: in the folder where the whole belongs.
    program = os.path.abspath(PROGRAM)
    for args in (["sweep", SMALL, "--shard", "1/2"], ["sweep", SMALL, "--shard", "2/2"],
                 ["merge", "out/sweep-small/shard-1-of-2", "out/sweep-small/shard-2-of-2"]):
        subprocess.run([program, *args, "-q"], cwd=work, check=True, stdout=subprocess.DEVNULL)
    same_files(whole, os.path.join(work, "out", "sweep-small"))


def case_failed_shards(work):
    """Failed points go through a merge like others, and the exit status says so."""
    whole = os.path.join(work, "whole")
    run("sweep", FAILING, "-o", whole, "-q", status=1)
    parts = [os.path.join(work, f"part{i}") for i in (1, 2)]
    for i, part in enumerate(parts, 1):
        # The first shard gets the first point of each size, and these do not fail.
        run("sweep", FAILING, "--shard", f"{i}/2", "-o", part, "-q", status=i - 1)
    merged = os.path.join(work, "merged")
    contains(run("merge", *parts, "-o", merged, status=1).stderr,
             "2 shards: 4 of 4 points, 2 failed\n")
    same_files(whole, merged)


NOTHING = "ivcsim merge: error: nothing was merged: "
LOST = (NOTHING + "points are missing\nhint: 'ivcsim sweep FILE --shard I/N' runs what a shard "
        "lacks; --partial merges what there is\n")
DOUBLED = NOTHING + "a point may be in one shard only\n"


def case_lost_shard(work):
    """A lost or doubled shard or point is named, and nothing is written."""
    whole = os.path.join(work, "whole")
    run("sweep", SMALL, "-o", whole, "-q")
    parts = make_shards(work, 4)
    merged = os.path.join(work, "merged")

    def refused(folders, want):
        done = run("merge", "-o", merged, *folders, status=5)
        equal(done.stderr, want, "message")
        equal(done.stdout, "", "output")
        equal(os.path.exists(merged), False, "folder")

    size = [query(part, "SELECT count(*) FROM points")[0][0] for part in parts]
    refused([parts[0], parts[3]], "".join(
        f"ivcsim merge: error: shard {i} of 4 is missing, with {size[i - 1]} points\n"
        for i in (2, 3)) + LOST)
    refused([*parts, parts[1]], "ivcsim merge: error: shard 2 of 4 is given twice: "
            f"'{parts[1]}' and '{parts[1]}'\n" + DOUBLED)
    again = os.path.join(work, "again")
    shutil.copytree(parts[2], again)
    refused([*parts, again], "ivcsim merge: error: shard 3 of 4 is given twice: "
            f"'{parts[2]}' and '{again}'\n" + DOUBLED)
    # A shard that was stopped, and a point that came into two shards.
    store = sqlite3.connect(os.path.join(parts[1], "results.sqlite"))
    row = store.execute("SELECT p.*, plan.label FROM points p JOIN plan USING(key) "
                        "ORDER BY position").fetchone()
    store.execute("DELETE FROM points WHERE key=?", row[:1])
    store.commit()
    store.close()
    refused(parts, f"ivcsim merge: error: shard 2 of 4 ('{parts[1]}') lacks 1 of its {size[1]} "
                   f"points, the first of them {row[-1]}\n" + LOST)
    for part in (parts[2], parts[3]):
        store = sqlite3.connect(os.path.join(part, "results.sqlite"))
        store.execute(f"INSERT INTO points VALUES({','.join('?' * len(row[:-1]))})", row[:-1])
        store.commit()
        store.close()
    refused(parts, f"ivcsim merge: error: point {row[-1]} is in two shards: '{parts[2]}' and "
                   f"'{parts[3]}'\n" + DOUBLED)
    # What there is can be merged when asked for; a sweep then runs the others.
    done = run("merge", "-o", merged, "--partial", parts[0], parts[3])
    contains(done.stderr, "ivcsim merge: warning: shard 3 of 4 is missing, with ")
    have = size[0] + size[3] + 1
    contains(run("sweep", SMALL, "-o", merged).stderr,
             f"{POINTS} points: {POINTS - have} simulated in ")
    same_files(whole, merged)


def case_foreign_shard(work):
    """Folders that are no shards of one sweep are refused; so are folders for something else."""
    parts = make_shards(work, 2)
    merged = os.path.join(work, "merged")
    whole = os.path.join(work, "whole")
    run("sweep", SMALL, "-o", whole, "-q")

    def refused(folders, want):
        equal(run("merge", "-o", merged, *folders, status=5).stderr,
              f"ivcsim merge: error: {want}\n", "message")
        equal(os.path.exists(merged), False, "folder")

    refused([parts[0], whole], f"'{whole}' holds no shard of a sweep\n"
                               "hint: shards are made by 'ivcsim sweep --shard I/N'")
    other = os.path.join(work, "other")
    run("sweep", SMALL, "--shard", "2/3", "-o", other, "-q")
    refused([parts[0], other], f"'{parts[0]}' and '{other}' are parts of different divisions: one "
                               "of 2 shards, the other of 3")
    seeded_otherwise = os.path.join(work, "seed")
    run("sweep", SMALL, "--shard=2/2", "-o", seeded_otherwise, "-q", "--set", "workload.seed=7")
    refused([parts[0], seeded_otherwise],
            f"'{parts[0]}' and '{seeded_otherwise}' are of different sweeps: another scenario, or "
            "other values of --set")
    built = os.path.join(work, "built")
    shutil.copytree(parts[1], built)
    store = sqlite3.connect(os.path.join(built, "results.sqlite"))
    note = json.loads(store.execute("SELECT text FROM texts WHERE name='shard'").fetchone()[0])
    note["program"] = "another"
    store.execute("UPDATE texts SET text=?, seal=? WHERE name='shard'",
                  (json.dumps(note), seal("shard", json.dumps(note))))
    store.commit()
    store.close()
    refused([parts[0], built], f"'{parts[0]}' and '{built}' were simulated by different builds of "
                               "the program")
    # What is told of the sweep comes from one shard: it has to be sound in each.
    damaged = os.path.join(work, "damaged")
    shutil.copytree(parts[1], damaged)
    path = os.path.join(damaged, "results.sqlite")
    with open(path, "r+b") as file:
        data = file.read().replace(b'"scenario_hash":', b'"scenario_wash":', 1)
        file.seek(0)
        file.write(data)
    for folders in ([parts[0], damaged], [damaged, parts[0]]):
        refused(folders, f"results store '{path}' is damaged: text manifest does not match its "
                         "seal\n" + HINT[:-1])
    # A folder is for one shard, or for a whole sweep.
    hint = "\nhint: choose another folder with -o; --force would empty this one\n"
    for args, holds in ((("sweep", SMALL, "--shard=1/3", "-o", parts[0]), "shard 1 of 2"),
                        (("sweep", SMALL, "-o", parts[0]), "shard 1 of 2"),
                        (("sweep", SMALL, "--shard=1/2", "-o", whole), "a whole sweep"),
                        (("merge", *parts, "-o", parts[0]), "shard 1 of 2")):
        folder = args[-1]
        equal(run(*args, status=5).stderr,
              f"ivcsim {args[0]}: error: '{folder}' holds {holds}{hint}", "message")
    run("sweep", SMALL, "-o", parts[0], "--force", "-q")
    same_files(whole, parts[0])


def case_emit(work):
    """Scripts call this program with the same arguments, whatever is in them; run, they give the
    bytes of a local sweep."""
    name = "it's {1} {} $HOME"
    here = os.path.join(work, name)
    os.mkdir(here)
    scenario = os.path.join(here, "a {.} `b`.yaml")
    shutil.copy(SMALL, scenario)
    sets = ("--set", "guests.sender.cores=[0]", "--set", "channels.copying.mechanism="
            "register-shmem")
    whole = os.path.join(work, "whole")
    run("sweep", scenario, "-o", whole, "-q", *sets)
    target = os.path.join(here, "to {#}")
    text = run("sweep", scenario, "-q", "--emit", "slurm", "--tasks", "3", "-o", target, "-j2",
               *sets).stdout
    equal(os.path.exists(target), False, "folder")
    contains(text, "#SBATCH --array=1-3\n")
    contains(text, "#SBATCH --cpus-per-task=2\n")
    script = os.path.join(work, "job")
    with open(script, "w", encoding="utf-8") as file:
        file.write(text)
    for task in ("1", "2", "3"):
        subprocess.run(["sh", script], check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "SLURM_ARRAY_TASK_ID": task})
    merge = "".join(line[1:].strip() + "\n" for line in text.splitlines()
                    if line.startswith("#   "))
    subprocess.run(["sh", "-e", "-c", merge], check=True, stdout=subprocess.DEVNULL)
    same_files(whole, target)
    # Without --tasks: by the expected work, and this is little.
    contains(run("sweep", scenario, "--emit", "slurm").stdout, "#SBATCH --array=1-1\n")
    equal(run("sweep", "-", "--emit", "slurm", status=2, input=read(SMALL).decode()).stderr,
          "ivcsim sweep: error: --emit needs a file: every task reads the scenario again\n",
          "standard input")
    if shutil.which("parallel") is None:
        raise Skip("GNU parallel is not installed")
    shutil.rmtree(target)
    text = run("sweep", scenario, "-q", "--emit", "parallel", "--tasks", "3", "-o", target,
               *sets).stdout
    subprocess.run(["sh", "-e", "-c", text], check=True, stdout=subprocess.DEVNULL)
    same_files(whole, target)


HINT = ("hint: 'ivcsim sweep --salvage' sets the file aside (results.sqlite.damaged), keeps the "
        "points that are whole and runs the others; with '--force' it runs every point again\n")


def case_damaged(work):
    """A damaged store is refused, never overwritten; --force sets it aside."""
    folder = os.path.join(work, "out")
    store = os.path.join(folder, "results.sqlite")
    run("sweep", SMALL, "-o", folder, "-q")
    good = read(store)
    broken = {
        "text": b"this is no database, but somebody's notes\n" * 50,
        "cut": good[:len(good) // 2],
        "noise": good[:4096] + bytes(len(good) - 4096),
        "letter": good.replace(b'"capped":', b'"cupped":', 1),
        "plan": good.replace(b'"parameters_assumed":', b'"parameters_assumes":', 1),
        "manifest": good.replace(b'"scenario_hash":', b'"scenario_wash":', 1),
        "scenario": good.replace(b"\nworkload:", b"\nworkroad:", 1),
    }
    for name, data in broken.items():
        if data == good:
            raise AssertionError(f"{name}: nothing was broken")
        with open(store, "wb") as file:
            file.write(data)
        for verb in (("sweep", SMALL, "-o", folder), ("export", folder)):
            done = run(*verb, status=5)
            contains(done.stderr, f"ivcsim {verb[0]}: error: ")
            contains(done.stderr, store)
            contains(done.stderr, "damaged")
            contains(done.stderr, HINT)
            equal(done.stdout, "", "output")
            equal(read(store), data, f"the broken store ({name}) after {verb[0]}")
    document = json.loads(run("export", folder, "--format=json", status=5).stdout)
    equal(document["status"], "error", "status")
    with open(store, "wb") as file:
        file.write(broken["text"])
    done = run("sweep", SMALL, "-o", folder, "--force")
    contains(done.stderr, f"the old results store was renamed to {store}.damaged\n")
    contains(done.stderr, f"{POINTS} points: {POINTS} simulated in ")
    equal(read(store + ".damaged"), broken["text"], "the old store")
    equal(len(run("export", folder).stdout.splitlines()), POINTS + 1, "lines exported")


def case_salvage(work):
    """--salvage keeps the points of a damaged store whose seals hold, wherever the damage is."""
    folder = os.path.join(work, "out")
    store = os.path.join(folder, "results.sqlite")
    run("sweep", SMALL, "-o", folder, "-q")
    good, results = read(store), run("export", folder).stdout
    contains(run("sweep", SMALL, "-o", folder, "--salvage").stderr,
             f"{POINTS} points: 0 simulated in ")
    letters = [m.start() for m in re.finditer(b'"capped":', good)]
    first, last = letters[0] + 1, letters[-1] + 1
    middle = len(good) // 2 // 4096 * 4096
    broken = {
        "text": (b"this is no database, but somebody's notes\n" * 50, 0, 0),
        "letter": (good[:first] + b"K" + good[first + 1:], POINTS - 1, POINTS - 1),
        "two letters": (good[:first] + b"K" + good[first + 1:last] + b"K" + good[last + 1:],
                        POINTS - 2, POINTS - 2),
        "page": (good[:middle] + b"z" * 4096 + good[middle + 4096:], POINTS - 8, POINTS - 1),
        "cut": (good[:len(good) * 9 // 10], POINTS // 2, POINTS - 1),
        "manifest": (good.replace(b'"scenario_hash":', b'"scenario_wash":', 1), POINTS, POINTS),
    }
    for name, (data, least, most) in broken.items():
        with open(store, "wb") as file:
            file.write(data)
        with open(store + ".salvaged", "wb") as file:
            file.write(good[:4096])  # of an attempt that was killed
        done = run("sweep", SMALL, "-o", folder, "--salvage")
        equal([f for f in os.listdir(folder) if "salvaged" in f], [], f"left ({name})")
        contains(done.stderr, f"the old results store was renamed to {store}.damaged\n")
        kept = int(re.search("of its points, ([0-9]+) are whole, and kept\n", done.stderr)[1])
        if not least <= kept <= most:
            raise AssertionError(f"{name}: {kept} points kept, not {least} to {most}")
        contains(done.stderr, f"{POINTS} points: {POINTS - kept} simulated in ")
        contains(done.stderr, f", {kept} stored before, 0 failed\n")
        equal(read(store + ".damaged"), data, f"the old store ({name})")
        equal(run("export", folder).stdout, results, f"results ({name})")
        os.remove(store + ".damaged")
    # Of another version, nothing is known to be whole.
    other = sqlite3.connect(store)
    other.execute("PRAGMA user_version=99")
    other.commit()
    other.close()
    contains(run("sweep", SMALL, "-o", folder, "--salvage", status=5).stderr, "has version 99; ")


def case_foreign(work):
    """A database of another program, and a store of another version, are refused."""
    folder = os.path.join(work, "out")
    os.mkdir(folder)
    store = os.path.join(folder, "results.sqlite")
    other = sqlite3.connect(store)
    other.execute("CREATE TABLE bookmarks(url)")
    other.commit()
    other.close()
    equal(run("sweep", SMALL, "-o", folder, status=5).stderr,
          f"ivcsim sweep: error: '{store}' is a database of another program, no results store\n"
          "hint: choose another folder with -o; 'ivcsim sweep --force' would set the file aside "
          "(results.sqlite.damaged)\n", "foreign database")
    os.remove(store)
    run("sweep", SMALL, "-o", folder, "-q")
    other = sqlite3.connect(store)
    other.execute("PRAGMA user_version=99")
    other.commit()
    other.close()
    equal(run("export", folder, status=5).stderr,
          f"ivcsim export: error: results store '{store}' has version 99; this program reads 2\n"
          "hint: the program that wrote it reads it; 'ivcsim sweep --force' of this one sets the "
          "file aside (results.sqlite.damaged) and runs every point again\n", "newer store")


def case_lock(work):
    """Two sweeps never write to one folder."""
    folder = os.path.join(work, "out")
    os.mkdir(folder)
    holder = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(holder, fcntl.LOCK_EX)
        equal(run("sweep", SMALL, "-o", folder, status=5).stderr,
              f"ivcsim sweep: error: another sweep is writing to '{folder}'\n"
              "hint: wait for it, or choose another folder with -o\n", "second sweep")
        equal(os.listdir(folder), [], "files")
    finally:
        os.close(holder)
    run("sweep", SMALL, "-o", folder, "-q")


def case_removed(work):
    """The store is taken away from a running sweep: the files have all, and it says so."""
    folder, whole = os.path.join(work, "out"), os.path.join(work, "whole")
    run("sweep", *LONGER, "-o", whole, "-q")
    store = os.path.join(folder, "results.sqlite")
    sweep = subprocess.Popen(command("sweep", *LONGER, "-o", folder, "-q"), text=True,
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while stored(folder) < 1 and sweep.poll() is None:
        time.sleep(0.001)
    if sweep.poll() is not None:
        raise Skip("the sweep was done before the store was gone")
    os.remove(store)
    err = sweep.communicate(timeout=100)[1]
    equal(sweep.returncode, 5, f"exit status ({err})")
    equal(err, f"ivcsim sweep: error: results store '{store}' was removed or replaced while it "
          f"was written to\nhint: the other files in '{folder}' have all that was simulated; the "
          "same command would simulate it again\n", "message")
    same_files(whole, folder)


def case_unwritable(work):
    """No right to write: a message, nothing half done."""
    file = os.path.join(work, "file")
    with open(file, "w", encoding="utf-8") as handle:
        handle.write("kept")
    inside = os.path.join(file, "out")
    equal(run("sweep", SMALL, "-o", inside, status=5).stderr,
          f"ivcsim sweep: error: cannot make the directory '{inside}': Not a directory\n",
          "folder under a file")
    equal(read(file), b"kept", "the file")
    folder = os.path.join(work, "out")
    run("sweep", SMALL, "-o", folder, "-q")
    options = {}
    if os.geteuid() == 0:
        # Root may write anywhere: be nobody, if nobody can get to the program and the folder.
        os.chmod(work, 0o755)
        options = {"user": 65534, "group": 65534, "extra_groups": []}
        try:
            subprocess.run([PROGRAM, "--version"], stdout=subprocess.DEVNULL, check=True,
                           **options)
            subprocess.run(["test", "-r", SMALL], check=True, **options)
        except (OSError, subprocess.CalledProcessError) as reason:
            raise Skip(f"cannot run as another user: {reason}") from reason
    os.chmod(folder, 0o555)
    os.chmod(os.path.join(folder, "results.sqlite"), 0o444)
    before = sorted(os.listdir(folder))
    done = run("sweep", SMALL, "-o", folder, status=5, **options)
    contains(done.stderr, f"ivcsim sweep: error: cannot open results store '{folder}/"
                          "results.sqlite': ")
    # Reading is allowed, also without the right to make a journal.
    equal(run("export", folder, **options).stdout.encode(), read(folder, "points.csv"), "export")
    equal(sorted(os.listdir(folder)), before, "files")
    # What takes long comes after: this run would fail.
    new = os.path.join(folder, "a", "b")
    for verb in (("run", FAILING, "--set", "limits.horizon=1us"), ("export", "simgrid", SMALL)):
        for where, what in ((folder, "write to"), (new, "make")):
            equal(run(*verb, "-o", where, status=5, **options).stderr,
                  f"ivcsim {verb[0]}: error: cannot {what} the directory '{where}': "
                  "Permission denied\n" if where == new or verb[0] == "export" else
                  f"ivcsim run: error: '{folder}' holds a sweep\n"
                  "hint: choose another folder with -o\n", "folder for results")
    os.chmod(folder, 0o755)


def case_full(work):
    """No space left: a message and exit status 5, wherever it runs out; with more space the same
    command goes on and ends with the same bytes."""
    if os.geteuid() != 0:
        raise Skip("needs root, to mount a small file system")
    whole = os.path.join(work, "whole")
    run("sweep", SMALL, "-o", whole, "-q")
    seen = set()
    for pages in (1, 5, 9, 13, 20, 32, 50, 75, 100, 130, 160, 200, 300, 500):
        disk = os.path.join(work, f"disk{pages}")
        os.mkdir(disk)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={pages * 4}k", "tmpfs", disk]
        if subprocess.run(mount, stderr=subprocess.DEVNULL, check=False).returncode != 0:
            raise Skip("may not mount a small file system")
        try:
            done = subprocess.run(command("sweep", SMALL, "-o", disk, "-j2"), check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            if done.returncode == 0:
                break
            equal(done.returncode, 5, f"exit status with {pages} pages ({done.stderr})")
            equal(done.stdout, "", "output")
            text = done.stderr.split("ivcsim sweep: error: ")[1].splitlines()[0]
            if "o space left" not in text:
                raise AssertionError(f"{pages} pages: {done.stderr}")
            seen.add(text.replace(disk, "DISK"))
            have = stored(disk) if pages > 20 else 0
            subprocess.run(["mount", "-o", "remount,size=16m", disk], check=True)
            note = run("sweep", SMALL, "-o", disk).stderr
            if have:
                contains(note, f"{have} stored before")
            same_files(whole, disk)
            equal(query(disk, "SELECT max(runs) FROM points"), [(1,)], "most runs")
        finally:
            subprocess.run(["umount", disk], check=True)
    print("messages seen:", *sorted(seen), sep="\n  ")
    if not any("results store" in text for text in seen):
        raise AssertionError("the store never ran out of space")


def main():
    global PROGRAM
    case, PROGRAM = sys.argv[1], os.path.abspath(sys.argv[2])
    work = tempfile.mkdtemp(prefix="ivcsim-sweep-")
    try:
        globals()[f"case_{case}"](work)
    except Skip as reason:
        print(f"skipped: {reason}")
        return SKIPPED
    except AssertionError as failure:
        print(f"FAILED: {failure}")
        return 1
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print("passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
