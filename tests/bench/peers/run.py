#!/usr/bin/env python3
"""Measures ivcsim and its peers in one run: PHOLD, ping-pong and the message channel.

All programs run in turn, so that the noise of the machine hits all alike; the medians of the rounds
are printed as a table and written to peers.csv, and gnuplot draws peers.svg from them. Times are
CPU times of the processes, without their start and warm-up.

Usage: run.py [--rounds N] [--program IVCSIM] [--peers FOLDER] [--out FOLDER]
"""
import argparse
import csv
import io
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
SIZES = (16, 1024, 65536)
# To reach: how many times the rate of a peer ivcsim has. Of the channel, that of the same model:
# the bare steps are a smaller one.
TARGETS = {"phold": 3, "pingpong": 3, "SimGrid executions full": 100, "SystemC threads full": 4}
# No engine, but the bare queue: a lower bound of the time, not a peer.
NO_PEER = "bare ladder"


def output_of(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False)
    if done.returncode != 0:
        sys.exit(f"run.py: {' '.join(map(str, command))} failed:\n{done.stderr}")
    return done.stdout


def ivcsim(program, *args):
    text = output_of([program, "bench", *args, "--repeat", "1", "--format", "csv"])
    return next(csv.DictReader(io.StringIO(text)))


def measure_ivcsim(program, model, size):
    if model == "channel":  # the first row: messages of 64 bytes, every message simulated
        row = ivcsim(program, "scenario")
        return [(model, "ivcsim", size, int(row["cpu_ns"]) / int(row["messages"]))]
    more = ["--processes", str(size)] if model == "phold" else []
    return [(model, "ivcsim", size, float(ivcsim(program, model, *more)["ns_per_event"]))]


def measure(folder, program, *args):
    """The one line of a peer; some libraries print more."""
    command = [folder / program, *map(str, args)]
    if program.endswith(".py"):
        command.insert(0, "/usr/bin/python3")  # the one that Debian's python3-simpy3 is for
    for line in output_of(command).splitlines():
        part = line.split(",")
        if len(part) == 4 and part[0] == args[0].split("-")[0]:
            return [(part[0], part[1], int(part[2]), float(part[3]))]
    sys.exit(f"run.py: {program} printed no result")


def one_round(program, folder):
    found = []
    for size in SIZES:
        found += measure_ivcsim(program, "phold", size)
        found += measure(folder, "bare_ladder", "phold", size, 2000000)
        found += measure(folder, "ns3_peer", "phold", size, 1000000)
        found += measure(folder, "systemc_peer", "phold", size, 500000)
        # Two pages a stack, unguarded: 65,536 guarded ones are more mappings than Linux allows.
        stacks = ["--cfg=contexts/guard-size:0", "--cfg=contexts/stack-size:16"]
        found += measure(folder, "simgrid_peer", "phold", size, 200000,
                         *(stacks if size > 30000 else []))
        found += measure(folder, "simpy_peer.py", "phold", size, 200000)
    found += measure_ivcsim(program, "pingpong", 2)
    found += measure(folder, "ns3_peer", "pingpong", 2, 2000000)
    found += measure(folder, "systemc_peer", "pingpong", 2, 2000000)
    found += measure(folder, "simgrid_peer", "pingpong", 2, 100000)
    found += measure(folder, "simpy_peer.py", "pingpong", 2, 100000)
    found += measure_ivcsim(program, "channel", 2)
    for kind in ("channel", "channel-full", "channel-methods", "channel-methods-full"):
        found += measure(folder, "systemc_peer", kind, 2, 300000)
    found += measure(folder, "simgrid_peer", "channel", 2, 10000)
    found += measure(folder, "simgrid_peer", "channel-full", 2, 10000)
    found += measure(folder, "simgrid_peer", "channel-sleep", 2, 20000)
    return found


def medians(rounds):
    """(model, size) -> {engine: ns}, and the ratios to ivcsim, each the median over the rounds."""
    ns, ratios = {}, {}
    for found in rounds:
        own = {(m, s): v for m, e, s, v in found if e == "ivcsim"}
        for model, engine, size, value in found:
            ns.setdefault((model, size), {}).setdefault(engine, []).append(value)
            ratios.setdefault((model, size), {}).setdefault(engine, []).append(
                value / own[model, size])
    middle = statistics.median
    return ({k: {e: middle(v) for e, v in d.items()} for k, d in ns.items()},
            {k: {e: middle(v) for e, v in d.items()} for k, d in ratios.items()})


def verdict(model, engine, ratio, fastest):
    target = TARGETS.get(engine) if model == "channel" else TARGETS[model]
    if target is None or (model != "channel" and engine != fastest):
        return ""
    return f"{target} to reach: {'yes' if ratio >= target else 'MISSED'}"


def print_table(ns, ratios):
    print(f"\n{'model':<9} {'size':>6}  {'engine':<23} {'ns':>9} {'a second':>11} "
          f"{'ivcsim is':>10}")
    for (model, size), engines in ns.items():
        others = [e for e in engines if e not in ("ivcsim", NO_PEER)]
        fastest = min(others, key=engines.get)
        for engine in sorted(engines, key=engines.get):
            value, ratio = engines[engine], ratios[model, size][engine]
            says = "" if engine == "ivcsim" else f"{ratio:.2f} x"
            note = "" if engine in ("ivcsim", NO_PEER) else verdict(model, engine, ratio, fastest)
            print(f"{model:<9} {size:>6}  {engine:<23} {value:9.1f} {1e9 / value:11,.0f} "
                  f"{says:>10}  {note}".rstrip())
    print("\nns and a second: of CPU time, an event, of the channel a message (14 events).")


def write_csv(path, ns, ratios):
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["model", "size", "engine", "ns", "per_s", "ivcsim_times_faster"])
        for (model, size), engines in ns.items():
            for engine, value in engines.items():
                out.writerow([model, size, engine, f"{value:.2f}", f"{1e9 / value:.0f}",
                              f"{ratios[model, size][engine]:.3f}"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/ivcsim")
    parser.add_argument("--peers", type=pathlib.Path, default=ROOT / "build/peers")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "out/peers")
    arguments = parser.parse_args()
    rounds = []
    for i in range(arguments.rounds):
        print(f"round {i + 1} of {arguments.rounds}", file=sys.stderr, flush=True)
        rounds.append(one_round(arguments.program.resolve(), arguments.peers.resolve()))
    ns, ratios = medians(rounds)
    arguments.out.mkdir(parents=True, exist_ok=True)
    print_table(ns, ratios)
    write_csv(arguments.out / "peers.csv", ns, ratios)
    for to in ("svg", "png"):
        subprocess.run(["gnuplot", "-e", f"to='{to}'; common='{ROOT}/analysis/common.gp'",
                        HERE / "peers.gp"], cwd=arguments.out, check=True)
    print(f"{arguments.out}/peers.csv, peers.svg, peers.png")


main()
