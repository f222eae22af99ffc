"""Holds the generated JSON Schema against scenarios, with python3-jsonschema as the judge.

shipped: the schema is valid draft-07, and every shipped scenario passes it.
wrong:   one change of a good scenario at a time is refused, at the place of the change, by the
         schema and by the program's own reader.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

GOOD = """\
schema: ivcsim/1
name: good
machine: {profile: tiny, clock: 1GHz, interrupt: {entry: {value: 48ns, kind: assumed, source: x}}}
hypervisor: {mode: partitioned}
guests:
  sender: {cores: [0], memory: 512 MiB}
  receiver: {cores: [1]}
channels:
  shm: {mechanism: ring, between: [sender, receiver], region: 1MiB, poll: 0, copies: double}
  one-os: {mechanism: nemesis, mode: native, delay: 1.5us, eager: false}
channel: shm
workload: {kind: stream, total: 1GiB, message: 64KiB, window: 2}
limits: {horizon: 10s, events_max: 0}
sweep:
  axes:
    channel: [shm, one-os]
    workload.message: {from: 8B, to: 64KiB, times: 2}
    workload.seed: {from: 1, to: 5, step: 2}
    "machine.clock,machine.interrupt.entry": [[800MHz, 100cycles], [1GHz, 120cycles]]
  where: ["channel != shm or workload.message <= 256B"]
report: {baseline: one-os, figures: [bandwidth], title: A title}
"""

# old text, new text, where the schema complains
WRONG = [
    ("schema: ivcsim/1\n", "", ""),
    ("ivcsim/1", "ivcsim/9", "schema"),
    ("name: good", "name: a/b", "name"),
    ("name: good\n", "", ""),
    ("name: good", "naem: good", ""),
    ("profile: tiny", "profile: tinny", "machine/profile"),
    ("profile: tiny, ", "", "machine"),
    ("clock: 1GHz", "clock: 1ghz", "machine/clock"),
    ("clock: 1GHz", "clokc: 1GHz", "machine"),
    ("clock: 1GHz", "clock: 1_000MHz", "machine/clock"),
    ("clock: 1GHz", "clock: 1000000000", "machine/clock"),
    ("value: 48ns", "value: 48KiB", "machine/interrupt/entry"),
    ("kind: assumed", "kind: guessed", "machine/interrupt/entry"),
    ("mode: partitioned", "mode: shared", "hypervisor/mode"),
    ("cores: [0]", "cores: 0", "guests/sender/cores"),
    ("cores: [0]", "cores: [-1]", "guests/sender/cores"),
    ("cores: [0], ", "", "guests/sender"),
    ("512 MiB", "512MB", "guests/sender/memory"),
    ("512 MiB", "512  MiB", "guests/sender/memory"),
    ("512 MiB", "512", "guests/sender/memory"),
    ("mechanism: ring, ", "", "channels/shm"),
    ("mechanism: ring", "mechanism: rong", "channels/shm/mechanism"),
    ("region: 1MiB", "delay: 1ns", "channels/shm"),
    ("region: 1MiB", "region: 07MiB", "channels/shm/region"),
    ("copies: double", "copies: triple", "channels/shm/copies"),
    ("eager: false", "eager: 'false'", "channels/one-os/eager"),
    ("delay: 1.5us", "delay: 5cycles", "channels/one-os/delay"),
    ("  one-os:", "  o.s:", "channels"),
    ("kind: stream", "kind: steam", "workload/kind"),
    ("window: 2", "windwo: 2", "workload"),
    ("window: 2", "window: 2B", "workload/window"),
    ("window: 2", "window: '2'", "workload/window"),
    ("total: 1GiB", "total: 1GB/s", "workload/total"),
    ("horizon: 10s", "horizon: 1e1s", "limits/horizon"),
    ("horizon: 10s", "horizno: 10s", "limits"),
    ("times: 2", "times: 1", "sweep/axes/workload.message"),
    (", times: 2", "", "sweep/axes/workload.message"),
    ("channel: [shm, one-os]", "channel: []", "sweep/axes/channel"),
    ("channel: [shm, one-os]", "channel: shm", "sweep/axes/channel"),
    ("where: [", "were: [", "sweep"),
    ("report: {", "report: {basline: x, ", "report"),
]


def schema_of(tool, registry):
    text = subprocess.run([tool, registry], check=True, capture_output=True, text=True).stdout
    schema = json.loads(text)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def places(validator, text):
    errors = validator.iter_errors(yaml.safe_load(text))
    return sorted("/".join(str(part) for part in error.absolute_path) for error in errors)


def binds(tool, text):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        done = subprocess.run([tool, "fake", file.name], capture_output=True, text=True)
        return done.returncode == 0


def shipped(tool, folder):
    validator = schema_of(tool, "shipped")
    files = sorted(pathlib.Path(folder).glob("*.yaml"))
    failed = [] if files else ["no scenario in " + folder]
    for path in files:
        for error in validator.iter_errors(yaml.safe_load(path.read_text())):
            at = "/".join(map(str, error.absolute_path))
            failed.append(f"{path.name}: {at}: {error.message}")
    print(len(files), "scenarios")
    return failed


def wrong(tool, _folder):
    validator = schema_of(tool, "fake")
    failed = []
    if places(validator, GOOD) or not binds(tool, GOOD):
        failed.append("the good scenario is refused")
    for old, new, place in WRONG:
        assert GOOD.count(old) >= 1, old
        text = GOOD.replace(old, new, 1)
        found = places(validator, text)
        if place not in found:
            failed.append(f"{old!r} -> {new!r}: complaint at {found}, not at {place!r}")
        if binds(tool, text):
            failed.append(f"{old!r} -> {new!r}: the program takes it")
    print(len(WRONG), "wrong scenarios")
    return failed


def main():
    case, tool, folder = sys.argv[1:4]
    failed = {"shipped": shipped, "wrong": wrong}[case](tool, folder)
    print("\n".join(failed))
    return 1 if failed else 0


sys.exit(main())
