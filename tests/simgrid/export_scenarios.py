"""export_scenarios.py IVCSIM SOURCE: the round trip of scenarios whose curves are difficult.

Streams whose interval jumps from size to size, and directions that differ. What such a curve says
is held against runs of the scenario.
"""
import json
import shutil
import sys

import export

CASES = [("numa-placement.yaml", "near", ["sender", "near"], 1),
         ("mpi-apps.yaml", "xen-ring", ["g0", "g1", "g2", "g3"], 1),
         ("container-vs-vm.yaml", "vms-shared-memory", ["sender", "receiver"], 1),
         ("calls-by-cache-line.yaml", "message-queue", ["caller", "callee"], 1),
         ("same-core-vs-cross-core.yaml", "netfront", ["sender", "receiver"], 1),
         ("netvm-asymmetry.yaml", "into",
          ["app.0", "netvm.0", "app.1"] + [f"netvm.{v}" for v in range(1, 16)], 2)]


def stream_ns(name, channel, between, size, around):
    """A message's time in a stream of messages of that size, or of sizes drawn around it."""
    messages = min(max((64 << 20) // size, 32), 16384)
    warmup = min(max((16 << 20) // size, 8), 4096)
    drawn = f", sizes: {{kind: uniform, min: {size - around}B}}" if around else ""
    done = export.run(
        "run", export.scenario(name), "--format", "json", "--set",
        f"workload={{kind: stream, message: {size}B, total: {size * messages}B, ranks: 2, "
        f"messages_max: {messages}, warmup: {warmup}{drawn}}}", "--set", "channel=" + channel,
        "--set", f"channels.{channel}.between={between}")
    point = json.loads(done.stdout)["points"][0]
    return point["elapsed_ps"] / point["messages"] / 1000


def check_rows(rows):
    """Rows of numa-placement: each interval is that of a run of the scenario."""
    drawn = [row for row in rows if row["stream_around_bytes"] != "0"]
    fixed = [row for row in rows if row["stream_around_bytes"] == "0"]
    for row in drawn[::15] + fixed[::40]:
        size, around = int(row["message_bytes"]), int(row["stream_around_bytes"])
        real = stream_ns("numa-placement.yaml", "near", "[sender, near]", size, around)
        assert abs(float(row["interval_ns"]) / real - 1) < 1e-4, (row, real)


def main():
    if not shutil.which("smpirun") or not shutil.which("smpicc"):
        print("smpirun or smpicc is missing: install libsimgrid-dev")
        sys.exit(77)
    for name, channel, hosts, classes in CASES:
        rows = export.check_round_trip(name, channel, hosts, classes)
        drawn = {row["use"] for row in rows if row["stream_around_bytes"] != "0"}
        assert drawn == {"fit", "check"}, (channel, drawn)
        if channel == "near":
            check_rows(rows)


main()
