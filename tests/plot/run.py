#!/usr/bin/env python3
"""Tests of `ivcsim plot`: run.py PROGRAM CASE, or run.py PROGRAM update for new golden files.

Drawing needs gnuplot; without it those cases are skipped (exit status 77).
"""
import copy
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
POINTS = os.path.join(HERE, "points.json")
GOLDEN = os.path.join(HERE, "golden")
FIGURES = ["bandwidth", "bandwidth-log", "latency", "cpu", "balance", "stages", "operations",
           "rate", "spinning"]
LINES = FIGURES[:3]


class Run:
    def __init__(self, program, folder):
        self.program = program
        self.folder = folder

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, content):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))
        return name

    def plot(self, *arguments, path=None, status=0):
        """Runs plot in the folder; PATH may be replaced. Returns (stdout, stderr)."""
        environment = dict(os.environ, LC_ALL="C.UTF-8", TERM="dumb")
        if path is not None:
            environment["PATH"] = path
        done = subprocess.run([self.program, "plot", *arguments], cwd=self.folder, text=True,
                              env=environment, capture_output=True, timeout=100, check=False)
        assert done.returncode == status, (arguments, done.returncode, done.stdout, done.stderr)
        return done.stdout, done.stderr


def equal(found, wanted):
    assert found == wanted, f"\nfound:  {found!r}\nwanted: {wanted!r}"


def need_gnuplot():
    if shutil.which("gnuplot") is None:
        print("skipped: no gnuplot")
        sys.exit(77)


def read(*parts):
    with open(os.path.join(*parts), encoding="utf-8") as file:
        return file.read()


def sources(run):
    """Writes data and scripts of the fixture to plots/ without drawing."""
    shutil.copy(POINTS, run.path("points.json"))
    run.plot("points.json", path="/nonexistent", status=1)


def golden_names():
    return [f"{name}.{ending}" for name in FIGURES for ending in ("gp", "dat")]


def case_golden(run):
    sources(run)
    equal(sorted(os.listdir(run.path("plots"))), sorted(golden_names() + ["common.gp"]))
    for name in golden_names():
        equal(read(run.path("plots"), name), read(GOLDEN, name))


def case_style(run):
    sources(run)
    equal(read(run.path("plots"), "common.gp"), read(HERE, "..", "..", "analysis", "common.gp"))


def svg_texts(path):
    return ["".join(item.itertext()).strip() for item in ElementTree.parse(path).iter()
            if item.tag.endswith("}text")]


def svg_plots(path):
    """The number of elements that gnuplot plotted."""
    return sum(1 for item in ElementTree.parse(path).iter()
               if item.get("id", "").startswith("gnuplot_plot_"))


def case_applies(run):
    """What is about locks is drawn by itself only where spinning was counted."""
    document = json.loads(read(POINTS))
    for point in document["points"]:
        point["counts"].pop("spin_useful", None)
    with open(run.path("points.json"), "w", encoding="utf-8") as file:
        json.dump(document, file)
    run.plot("points.json", path="/nonexistent", status=1)
    drawn = {name.partition(".")[0] for name in os.listdir(run.path("plots"))} - {"common"}
    equal(sorted(drawn), [name for name in sorted(FIGURES)
                          if name not in ("rate", "spinning")])


def case_speedup(run):
    """Programs by channel: the quotient of times, a panel a chip; what is missing has no bar."""
    times = {("netfront", "a"): 8000, ("ring", "a"): 2000, ("polling", "a"): 1000,
             ("netfront", "b_c"): 300, ("ring", "b_c"): 400}
    points = [{"channel": channel, "mechanism": channel, "workload": "mpi-program",
               "workload.program": f"../{name}.c", "message_bytes": None, "profile": chip,
               "elapsed_ps": time * times_longer, "bandwidth_bytes_per_s": 1.0}
              for chip, times_longer in (("old", 10), ("new", 1))
              for (channel, name), time in times.items()]
    document = {"points": points, "baseline": "netfront", "manifest": {"scenario": "programs"}}
    with open(run.path("points.json"), "w", encoding="utf-8") as file:
        json.dump(document, file)
    run.plot("points.json", "--only", "speedup", path="/nonexistent", status=1)
    rows = [line for line in read(run.path("plots", "speedup.dat")).splitlines() if line]
    equal(rows[2:], ["# index 0: ring, profile old.", "# position speed-up time_ps baseline_ps",
                     "0 4 20000 80000", "1 0.75 4000 3000",
                     "# index 1: polling, profile old.",
                     "# position speed-up time_ps baseline_ps",
                     "0 8 10000 80000", "1 NaN NaN 3000",
                     "# index 2: ring, profile new.", "# position speed-up time_ps baseline_ps",
                     "0 4 2000 8000", "1 0.75 400 300",
                     "# index 3: polling, profile new.",
                     "# position speed-up time_ps baseline_ps",
                     "0 8 1000 8000", "1 NaN NaN 300"])
    script = read(run.path("plots", "speedup.gp"))
    assert "array names[2] = ['a', 'b'.\"\\n\".'c']" in script, script
    # Over one channel, or without the programs' own workload, it is not drawn by itself.
    one = [point for point in points if point["channel"] == "ring"]
    for shown in (one, [{**point, "workload": "stream"} for point in points]):
        shutil.rmtree(run.path("plots"))
        with open(run.path("points.json"), "w", encoding="utf-8") as file:
            json.dump({**document, "points": shown}, file)
        run.plot("points.json", path="/nonexistent", status=1)
        assert not os.path.exists(run.path("plots", "speedup.gp"))


def case_svg(run):
    need_gnuplot()
    shutil.copy(POINTS, run.path("points.json"))
    out, err = run.plot("points.json", "--to", "svg")
    equal(out.split(), [f"plots/{name}.svg" for name in FIGURES])
    equal(err, "")
    # 4 lines and 4 sets of open markers; latency has 4 sets of whiskers as well
    equal(svg_plots(run.path("plots", "bandwidth.svg")), 8)
    equal(svg_plots(run.path("plots", "bandwidth-log.svg")), 8)
    equal(svg_plots(run.path("plots", "latency.svg")), 12)
    # 4 channels x 2 guests x 5 states, a key of 5 and what carries it
    equal(svg_plots(run.path("plots", "cpu.svg")), 4 * 2 * 5 + 6)
    texts = svg_texts(run.path("plots", "bandwidth.svg"))
    for wanted in ["64 B", "1 KiB", "16 KiB", "256 KiB", "buffer size", "bandwidth (MB/s)",
                   "register-shmem", "shmem", "mpich2-nemesis", "mpich2-sock", "0", "1400",
                   "fixture-stream · ivcsim 0.0.0 · 19–20 of 67–70 parameters assumed",
                   "open marker: stopped at workload.messages_max"]:
        assert wanted in texts, (wanted, texts)
    assert "kiB" not in "".join(texts)
    texts = svg_texts(run.path("plots", "balance.svg"))
    for wanted in ["balance of CPU shares (Jain)", "0.8", "1", "register-shmem"]:
        assert wanted in texts, (wanted, texts)
    # what never happens, events and switches, is not in the key
    texts = svg_texts(run.path("plots", "operations.svg"))
    for wanted in ["hypercalls", "grant operations", "copies", "interrupts", "per MB"]:
        assert wanted in texts, (wanted, texts)
    for absent in ["event-channel sends", "domain switches"]:
        assert absent not in texts, (absent, texts)
    texts = svg_texts(run.path("plots", "stages.svg"))
    for wanted in ["copy-in", "write-register", "polling", "other", "share of the cycles (%)"]:
        assert wanted in texts, (wanted, texts)
    assert "poll-queue" not in texts, "all polling is one kind"
    assert "free-block" not in texts, "a kind of work that never reaches 2 % is in 'other'"


def case_png(run):
    need_gnuplot()
    shutil.copy(POINTS, run.path("points.json"))
    run.plot("points.json", "--to", "png", "--only", "bandwidth,stages")
    for name, size in {"bandwidth": (963, 725), "stages": (1984, 980)}.items():
        with open(run.path("plots", f"{name}.png"), "rb") as file:
            head = file.read(24)
        equal(head[:8], b"\x89PNG\r\n\x1a\n")
        equal(struct.unpack(">II", head[16:24]), size)
    assert not os.path.exists(run.path("plots", "cpu.gp"))


def case_pdf(run):
    need_gnuplot()
    shutil.copy(POINTS, run.path("points.json"))
    out, _ = run.plot("points.json", "--to", "pdf,svg", "--only", "latency", "-o", "elsewhere/deep")
    equal(out.split(), ["elsewhere/deep/latency.pdf", "elsewhere/deep/latency.svg"])
    with open(run.path("elsewhere", "deep", "latency.pdf"), "rb") as file:
        equal(file.read(5), b"%PDF-")


def case_repeat(run):
    need_gnuplot()
    shutil.copy(POINTS, run.path("points.json"))
    run.plot("points.json", "--to", "svg,png", "-o", "first")
    run.plot("points.json", "--to", "svg,png", "-o", "second")
    for name in FIGURES:
        for ending in ("svg", "png", "gp", "dat"):
            with open(run.path("first", f"{name}.{ending}"), "rb") as first, \
                 open(run.path("second", f"{name}.{ending}"), "rb") as second:
                assert first.read() == second.read(), f"{name}.{ending} differs between two runs"


def case_standalone(run):
    need_gnuplot()
    sources(run)
    for name in FIGURES:
        done = subprocess.run(["gnuplot", f"{name}.gp"], cwd=run.path("plots"), text=True,
                              capture_output=True, check=False)
        equal((done.returncode, done.stdout), (0, ""))
        assert svg_plots(run.path("plots", f"{name}.svg")) > 0


def case_term(run):
    need_gnuplot()
    shutil.copy(POINTS, run.path("points.json"))
    out, err = run.plot("points.json", "--to", "term", "--only", "bandwidth")
    equal(err, "")
    assert "\x1b" not in out, "no colours unless on a terminal"
    for wanted in ["register-shmem", "mpich2-sock", "64 B", "256 KiB", "buffer size"]:
        assert wanted in out, (wanted, out)
    assert max(len(line) for line in out.splitlines()) < 80
    out, _ = run.plot("points.json", "--to", "term", "--only", "bandwidth", "--color", "always")
    assert "\x1b[" in out
    nothing = "ivcsim plot: error: nothing was drawn\nhint: '--to svg' draws pictures\n"
    for name, what in [("cpu", "bars"), ("operations", "panels")]:
        out, err = run.plot("points.json", "--to", "term", "--only", name, status=1)
        equal(out, "")
        equal(err, f"'{name}' has no preview in a terminal: {what} need a picture\n" + nothing)
    out, err = run.plot("points.json", "--to", "term", "--only", "cpu,balance")
    assert "register-shmem" in out, out
    equal(err, "'cpu' has no preview in a terminal: bars need a picture\n")


def case_hostile(run):
    """Names that mean something to gnuplot or to a shell are drawn as they are."""
    need_gnuplot()
    document = json.loads(read(POINTS))
    evil = "`touch pwned`$(touch pwned)\"'@x{}\\"
    document["scenario"] = evil + "\n"
    document["about"] = evil + "\\\nsystem('touch pwned')\\"
    renamed = {"register-shmem": evil, "shmem": "<b>&amp;</b>", "mpich2-nemesis": "_x^2",
               "mpich2-sock": "\u00fc\u2192\u4e2d"}
    for point in document["points"]:
        point["channel"] = renamed[point["channel"]]
        for key, value in point.items():
            if key.startswith("cpu_") and isinstance(value, dict):
                point[key] = {evil + guest: share for guest, share in value.items()}
        for stage in point["stages"]:
            stage["stage"] += evil
    run.write("points.json", document)
    run.plot("points.json", "--to", "svg,pdf,png")
    equal([name for name in os.listdir(run.path("plots")) if "pwned" in name], [])
    assert not os.path.exists(run.path("pwned"))
    texts = svg_texts(run.path("plots", "bandwidth.svg"))
    for wanted in ["<b>&amp;</b>", "_x^2", "\u00fc\u2192\u4e2d"]:
        assert wanted in texts, (wanted, texts)
    assert any(text.startswith("`touch pwned`$(touch pwned)\"\u2019") for text in texts), texts


def case_axes(run):
    """What is x when it is not the buffer size, and what names the lines."""
    need_gnuplot()
    base = json.loads(read(POINTS))

    def variant(keep, change):
        document = copy.deepcopy(base)
        document["points"] = []
        for point in base["points"]:
            if keep(point):
                document["points"] += [dict(copy.deepcopy(point), **extra) for extra in change]
        return document

    big = lambda point: point["message_bytes"] == 65536
    cases = [
        ("ranks", big, [{"ranks": n} for n in (2, 4, 8)], ["ranks", "2", "4", "8", "shmem"]),
        ("profiles", big, [{"profile": "octeon-cn5650"}, {"profile": "loongson3a"}],
         ["profile", "octeon-cn5650", "loongson3a"]),
        ("lengths", big, [{"channels.shmem.slots": n} for n in (16, 64, 256, 1024)],
         ["channels.shmem.slots", "16", "1024"]),
        ("times", big, [{"machine.ipi": t} for t in ("500ns", "1us", "20us")],
         ["machine.ipi", "500ns", "1us", "20us"]),
        ("lists", big, [{"guests.tx.cores": "[0]"}, {"guests.tx.cores": "[4, 5, 6]"},
                        {"guests.tx.cores": "[4, 6]"}],
         ["guests.tx.cores", "0", "4-6", "[4, 6]"]),
        ("tools", big, [{"workload": "netperf-tcp-rr", "message_bytes": 1},
                        {"workload": "netperf-tcp-stream", "message_bytes": 16384}],
         ["workload", "netperf-tcp-rr", "netperf-tcp-stream", "shmem"]),
        ("words", lambda point: point["channel"] == "shmem",
         [{"workload": w} for w in ("osu-latency", "osu-bandwidth")],
         ["buffer size", "osu-latency", "osu-bandwidth"]),
        ("two", lambda point: point["channel"] == "shmem", [{"a.slots": n} for n in (1, 2)],
         ["buffer size", "slots 1", "slots 2"]),
    ]
    for name, keep, change, wanted in cases:
        run.write("points.json", variant(keep, change))
        run.plot("points.json", "-o", name)
        texts = svg_texts(run.path(name, "bandwidth.svg"))
        for text in wanted:
            assert text in texts, (name, text, texts)
    assert "with points" in read(run.path("tools", "bandwidth.gp")), "no line between words"
    assert "with linespoints" in read(run.path("lists", "bandwidth.gp"))
    # a point that failed is left out and said
    base["points"].append({"status": "failed", "channel": "shmem", "error": "deadlock"})
    run.write("points.json", base)
    run.plot("points.json", "-o", "failed", "--only", "bandwidth")
    texts = svg_texts(run.path("failed", "bandwidth.svg"))
    assert any("1 point failed and left out" in text for text in texts), texts


def blocks(path):
    """The blocks of a data file: its comment, and the first two columns of each row."""
    found = []
    for line in read(path).splitlines():
        if line.startswith("# index "):
            found.append((line.partition(": ")[2][:-1], []))
        elif line and line[0] != "#":
            found[-1][1].append(tuple(line.split()[:2]))
    return found


def titles(path):
    """The titles of the lines or of the panels of a script."""
    return [line.split(" title '")[1].rsplit("'", 1)[0] for line in read(path).splitlines()
            if " title '" in line and "keyentry" not in line]


def case_names(run):
    """Lines are told apart by whole names; in the picture names are cut so that they differ."""
    base = json.loads(read(POINTS))["points"]
    one = [point for point in base if point["channel"] == "shmem"]

    def plot(points):
        run.write("points.json", {"points": points})
        run.plot("points.json", "--only", "bandwidth,cpu", path="/nonexistent", status=1)
        return (blocks(run.path("plots", "bandwidth.dat")),
                titles(run.path("plots", "bandwidth.gp")), titles(run.path("plots", "cpu.gp")))

    def check(points, names, labels, panels):
        data, lines, bars = plot(points)
        equal([name for name, _ in data], names)
        for name, rows in data:
            equal(len({x for x, _ in rows}), len(rows))
            equal(len(rows), len(one))
        equal(lines, labels)
        equal(bars, panels)

    long = "a-channel-with-a-name-that-is-longer-than-any-picture-has-room-for-of-"
    names = [long + "64KiB", long + "8MiB"]
    check([dict(point, channel=name) for name in names for point in one], names,
          [name[:22] + "..." + name[-23:] for name in names],
          [name[:22] + "..." + name[-23:] for name in names])
    # what differs only in the middle: its number tells it apart
    names = [long + middle + long for middle in "xy"]
    check([dict(point, channel=name) for name in names for point in one], names,
          [names[0][:42] + "... #0", names[1][:42] + "... #1"],
          [names[0][:42] + "... #0", names[1][:42] + "... #1"])
    # axes of one last key have the names that the table of a sweep gives them
    regions = [(a, b) for a in ("64KiB", "1MiB") for b in ("64KiB", "1MiB")]
    points = [dict(point, **{"channels.ring.region": a, "channels.shm.region": b})
              for a, b in regions for point in one]
    check(points, [f"ring.region {a}, shm.region {b}" for a, b in regions],
          [f"ring.region {a}, shm.region {b}" for a, b in regions],
          [f"ring.region {a},'.\"\\n\".'shm.region {b}" for a, b in regions])
    # categories on x
    long = [f"a-profile-with-a-name-longer-than-its-axis-{end}" for end in ("old", "new")]
    data, _, _ = plot([dict(one[0], profile=name) for name in long])
    equal(len(data[0][1]), 2)
    script = read(run.path("plots", "bandwidth.gp"))
    for name in long:
        assert f"'{name[:15]}...{name[-16:]}'" in script, script
    data, _, _ = plot([dict(one[0], **{"workload.program": name}) for name in ("a/x.c", "b/x.c")])
    equal(len(data[0][1]), 2)
    assert "set xtics ('x' 0, 'b/x.c' 1)" in read(run.path("plots", "bandwidth.gp"))


def case_capped(run):
    """A white dot lies in the marker of every point that stopped early."""
    need_gnuplot()
    points = json.loads(read(POINTS))["points"]
    capped = sum(point.get("capped", False) for point in points)
    assert capped > 0
    shutil.copy(POINTS, run.path("points.json"))
    run.plot("points.json", "--only", "bandwidth,bandwidth-log,latency,balance")
    for name in ("bandwidth", "bandwidth-log", "latency", "balance"):
        marks, dots = set(), []
        for item in ElementTree.parse(run.path("plots", name + ".svg")).iter():
            place = item.get("transform", "").split(" ")[0]
            if item.get("color") == "rgb(255, 255, 255)":
                dots += [place]
            elif item.get("color"):
                marks.add(place)
        equal(len(dots), capped)
        assert set(dots) <= marks, (name, dots)


def case_many(run):
    """No two of many lines have the same colour, marker and dashes."""
    need_gnuplot()
    one = [point for point in json.loads(read(POINTS))["points"] if point["channel"] == "shmem"]
    run.write("points.json", {"points": [dict(point, channel=f"channel {i:02}", capped=False)
                                         for i in range(24) for point in one]})
    run.plot("points.json", "--only", "bandwidth")
    styles = set()
    for item in ElementTree.parse(run.path("plots", "bandwidth.svg")).iter():
        if item.get("id", "").startswith("gnuplot_plot_"):
            used = [(part.get("stroke"), part.get("stroke-dasharray"),
                     part.get("{http://www.w3.org/1999/xlink}href")) for part in item.iter()]
            styles.add(tuple(sorted(set(map(str, used)))))
    equal(len(styles), 24)


def case_ticks(run):
    """Names of ticks have room, whatever the distances; the first and the last have one."""
    one = [point for point in json.loads(read(POINTS))["points"]
           if point["channel"] == "shmem"][0]

    def named(values):
        run.write("points.json", {"points": [dict(one, **{"interrupt.entry": f"{value}cycles"})
                                             for value in values]})
        run.plot("points.json", "--only", "bandwidth", path="/nonexistent", status=1)
        script = read(run.path("plots", "bandwidth.gp"))
        return [int(at) for at in re.findall(r"cycles' (\d+)", script)]

    equal(named([*range(100, 1400, 100), 10000]), [100, 400, 1300, 10000])
    equal(named([*range(1000, 2400, 100), 10000]), [1000, 10000])
    equal(named(range(100, 1400, 100)), [100, 400, 700, 1000, 1300])
    equal(named(range(100, 1500, 100)), [100, 400, 700, 1000, 1300])
    equal(named([10, 90, 100]), [10, 100])
    # numbers that a double cannot hold are named as they are
    seeds = [2 ** 53 + 1, 2 ** 64 - 1]
    run.write("points.json", {"points": [dict(one, seed=str(seed)) for seed in seeds]})
    run.plot("points.json", "--only", "bandwidth", path="/nonexistent", status=1)
    script = read(run.path("plots", "bandwidth.gp"))
    for seed in seeds:
        assert f"'{seed}' " in script, script
    # numbers of six digits leave no room for the label of their axis
    for factor, shown in ((1, ""), (40, "'%.0s%c'")):
        for least in (1e-5, 0.5):
            points = [dict(one, message_bytes=size, stages=[
                dict(stage, cycles_per_byte=2000 * factor * share) for stage in one["stages"][:1]])
                      for size, share in ((1, 1), (64, least))]
            run.write("points.json", {"points": points})
            run.plot("points.json", "--only", "stages", path="/nonexistent", status=1)
            script = read(run.path("plots", "stages.gp"))
            equal("set format y '%.0s%c'" in script, bool(shown))
            if least < 0.1:
                assert "set ytics " + ("1e0" if shown else "1e-2") in script, script


def case_intervals(run):
    """Repeats and estimates have whiskers; latency is then the mean."""
    document = json.loads(read(POINTS))
    for point in document["points"]:
        point["confidence"] = 0.9
        point["bandwidth_half_width_bytes_per_s"] = point["bandwidth_bytes_per_s"] / 8
        point["latency_mean_half_width_ps"] = 1234.5
    document["points"][0]["estimated"] = True
    run.write("points.json", document)
    run.plot("points.json", "--only", "bandwidth,latency", path="/nonexistent", status=1)
    data = read(run.path("plots", "bandwidth.dat"))
    assert "bandwidth_half_width_bytes_per_s capped" in data, data
    rows = [line.split() for line in data.splitlines() if line and line[0] != "#"]
    equal(len(rows), len(document["points"]))
    for row in rows:
        assert abs(float(row[2]) - float(row[1]) / 8) < 1e-6 * float(row[1]), row
    script = read(run.path("plots", "bandwidth.gp"))
    assert "using 1:($2 / 1e6):($3 / 1e6) with yerrorbars" in script, script
    high = float(script.split("set yrange [0:")[1].split("]")[0])
    assert high >= max(float(row[1]) + float(row[2]) for row in rows) / 1e6, "a whisker is cut"
    assert "whiskers: 90 % intervals of estimates" in script, script
    data = read(run.path("plots", "latency.dat"))
    assert "latency_mean_ps latency_mean_half_width_ps capped" in data, data
    assert "1234.5 " in data, data
    script = read(run.path("plots", "latency.gp"))
    assert "using 1:2:($3) with yerrorbars" in script and "set ylabel 'mean latency'" in script
    if shutil.which("gnuplot"):
        run.plot("points.json", "--only", "bandwidth,latency")
        equal(svg_plots(run.path("plots", "bandwidth.svg")), 12)
        equal(svg_plots(run.path("plots", "latency.svg")), 12)


def case_no_gnuplot(run):
    shutil.copy(POINTS, run.path("points.json"))
    out, err = run.plot("points.json", "--only", "latency", path="/nonexistent", status=1)
    equal(out, "")
    equal(err, "ivcsim plot: error: gnuplot is not installed (not found in PATH): no picture was "
          "drawn\nhint: the data and the scripts are in plots; with gnuplot installed, 'gnuplot "
          "latency.gp' draws there, or plot again\n")
    equal(sorted(os.listdir(run.path("plots"))), ["common.gp", "latency.dat", "latency.gp"])


def case_broken_gnuplot(run):
    """A gnuplot that fails is reported with what it said, and leaves no half picture."""
    shutil.copy(POINTS, run.path("points.json"))
    os.mkdir(run.path("bin"))
    files = ["common.gp", "latency.dat", "latency.gp"]

    def draw(program, status, ending="svg"):
        """A gnuplot that runs a program of sh with $picture; returns standard error."""
        run.write("bin/gnuplot", "#!/bin/sh\npicture=${3##*picture = \\'}\npicture=${picture%\\'}\n"
                  + program)
        os.chmod(run.path("bin", "gnuplot"), 0o755)
        out, err = run.plot("points.json", "--only", "latency", "--to", ending, status=status,
                            path=run.path("bin") + ":/bin")
        equal(out, "" if status else f"plots/latency.{ending}\n")
        return err

    refuse = ": > $picture\necho 'line 3: no such terminal' >&2\nexit 2\n"
    refused = "ivcsim plot: error: gnuplot cannot draw latency.svg: line 3: no such terminal\n"
    equal(draw(refuse, 1), refused)
    assert not os.path.exists(run.path("plots", "latency.svg"))
    equal(sorted(os.listdir(run.path("plots"))), files)
    # one that is cut off, as by a full disk, of which gnuplot says nothing
    whole = {"svg": "<svg>\\n</svg>\\n\\n", "pdf": "%%PDF-1\\n%%%%EOF\\n",
             "png": "PNG IEND\\256\\102\\140\\202"}
    for ending, picture in whole.items():
        name = run.path("plots", f"latency.{ending}")
        cut = f"cannot write 'plots/latency.{ending}': gnuplot's picture is cut off\n"
        for half in (picture[:8], ""):
            err = draw(f"printf '{half}' > $picture\n", 5, ending)
            equal(err, "ivcsim plot: error: " + cut +
                  "hint: is the disk full, or the size of files limited?\n")
            equal(sorted(os.listdir(run.path("plots"))), files)
        equal(draw(f"printf '{picture}' > $picture\n", 0, ending), "")
        with open(name, "rb") as file:
            before = file.read()
        files = sorted(files + [f"latency.{ending}"])
        # a good old picture is kept
        assert cut in draw(f"printf '{picture[:8]}' > $picture\n", 5, ending)
        with open(name, "rb") as file:
            equal(file.read(), before)
    equal(draw(refuse, 1), refused)
    equal(sorted(os.listdir(run.path("plots"))), files)
    equal(read(run.path("plots", "latency.svg")), "<svg>\n</svg>\n\n")


def case_errors(run):
    def fails(arguments, status, message):
        out, err = run.plot(*arguments, status=status)
        equal((out, err), ("", f"ivcsim plot: error: {message}\n"))

    fails(["missing"], 5, "cannot read 'missing': No such file or directory")
    os.mkdir(run.path("empty"))
    fails(["empty"], 5, "'empty' has no results of a sweep: neither results.sqlite nor points.json")
    run.write("broken.json", '{"points": [\n  {"channel": }\n]}')
    fails(["broken.json"], 5, "broken.json:2:15: not JSON: unexpected token near '}'")
    run.write("other.json", {"answer": 42})
    fails(["other.json"], 5, "other.json: no results of a sweep: there is no array 'points'")
    run.write("text.json", '"points"')
    fails(["text.json"], 5, "text.json:1:8: not JSON: '[' or '{' expected near '\"points\"'")
    run.write("none.json", {"points": []})
    fails(["none.json"], 5, "none.json: nothing to draw: none of the 0 points has a result")
    run.write("failed.json", {"points": [{"status": "failed"}, 7, None]})
    fails(["failed.json"], 5, "failed.json: nothing to draw: none of the 3 points has a result")
    shutil.copy(POINTS, run.path("points.json"))
    fails(["points.json", "--only", "bandwith"], 2,
          "there is no figure 'bandwith'\nhint: did you mean 'bandwidth'?")
    fails(["points.json", "--only", "xyzzy"], 2, "there is no figure 'xyzzy'\nhint: there are "
          "bandwidth, bandwidth-log, latency, cpu, balance, stages, operations, rate, spinning, "
          "speedup")
    run.write("file", "")
    out, err = run.plot("points.json", "-o", "file/plots", status=5)
    equal(out, "")
    assert "file/plots" in err and "Not a directory" in err, err
    # wrong types where numbers are expected: drawn without them, not a crash
    document = json.loads(read(POINTS))
    for point in document["points"]:
        point.update(latency_p50_ps=None, latency_p99_ps="x", stages={}, cpu_running_share=[1],
                     assumed="many", bandwidth_bytes_per_s=0)
    run.write("odd.json", document)
    run.plot("odd.json", path="/nonexistent", status=1)
    if shutil.which("gnuplot"):
        run.plot("odd.json", "--only", "bandwidth")


def update(run):
    sources(run)
    os.makedirs(GOLDEN, exist_ok=True)
    for name in golden_names():
        shutil.copy(run.path("plots", name), os.path.join(GOLDEN, name))


def main():
    program, case = os.path.abspath(sys.argv[1]), sys.argv[2]
    with tempfile.TemporaryDirectory() as folder:
        run = Run(program, folder)
        (update if case == "update" else globals()["case_" + case])(run)


if __name__ == "__main__":
    main()
