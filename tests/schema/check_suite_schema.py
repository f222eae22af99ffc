"""Holds the JSON Schemas of suites, and of what they share, against files.

shipped: the schemas are valid draft-07, and every shipped file passes its own.
wrong:   one change of a good file at a time is refused, by the schema and by `ivcsim validate`.
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

DATA = """\
path,metric,unit,message_bytes,value,role
pair,bandwidth,MB/s,64,10,calibrate
pair,latency,us,,10,predict
"""

GOOD = {
    "suite": """\
schema: ivcsim-suite/1
about: What.
data: data.csv
shared: shared.yaml
scenario: tiny.yaml
set: [workload.total=64KiB]
entries:
  - {path: pair, metric: bandwidth, predict: bandwidth, size: workload.message, set: {}}
  - {metric: latency, predict: latency, scenario: tiny.yaml}
limits: {median_error: 10.5%, p90_error: 0}
""",
    "shared": """\
schema: ivcsim-suite-shared/1
about: Which.
profile: octeon-cn5650
set: {machine.copy.setup: {value: 30cycles, kind: assumed}, workload.warmup: 8}
paths: {pair: {"workload.buffers": two}}
choice: one
choices:
  one: {workload.buffers: one}
  two: [workload.buffers=two]
free:
  "machine.read.l2,machine.read.other": [20cycles, 30cycles]
""",
}

# old text, new text, where the schema complains
WRONG = {
    "suite": [
        ("schema: ivcsim-suite/1\n", "", ""),
        ("ivcsim-suite/1", "ivcsim-suite/9", "schema"),
        ("data: data.csv\n", "", ""),
        ("shared: shared.yaml\n", "", ""),
        ("about: What.\n", "abuot: What.\n", ""),
        ("set: [workload.total=64KiB]", "set: [workload.total]", "set"),
        ("set: [workload.total=64KiB]", "set: 64KiB", "set"),
        ("set: {}", "set: none", "entries/0/set"),
        ("metric: latency, ", "", "entries/1"),
        ("predict: latency, ", "", "entries/1"),
        ("predict: bandwidth", "predict: bandwith", "entries/0/predict"),
        ("predict: bandwidth", "predict: count.", "entries/0/predict"),
        ("size: workload", "sise: workload", "entries/0"),
        ("median_error: 10.5%", "median_error: 10.5", "limits/median_error"),
        ("median_error: 10.5%, ", "", "limits"),
        ("p90_error: 0", "p95_error: 0", "limits"),
    ],
    "shared": [
        ("schema: ivcsim-suite-shared/1\n", "", ""),
        ("suite-shared", "suite", "schema"),
        ("about: Which.", "entries: []", ""),
        ("paths: {pair: ", "paths: {pair: two, other: ", "paths/pair"),
        ("paths: {pair: ", "paths: {pair: [two], other: ", "paths/pair"),
        ("one: {workload.buffers: one}", "one: two", "choices/one"),
        ("[20cycles, 30cycles]", "[20cycles]", "free"),
        ("[20cycles, 30cycles]", "20cycles", "free"),
    ],
}


def schema_of(program, kind):
    text = subprocess.run([program, "schema", kind], check=True, capture_output=True,
                          text=True).stdout
    schema = json.loads(text)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def places(validator, text):
    errors = validator.iter_errors(yaml.safe_load(text))
    return sorted("/".join(str(part) for part in error.absolute_path) for error in errors)


def takes(program, root, files):
    """Whether the program reads the suite: whatever it then says of limits."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for kind, text in files.items():
            (folder / f"{kind}.yaml").write_text(text)
        (folder / "data.csv").write_text(DATA)
        (folder / "tiny.yaml").write_text((root / "tests/cli/tiny.yaml").read_text())
        done = subprocess.run([program, "validate", "suite.yaml", "-q"], cwd=folder,
                              capture_output=True, text=True)
        return done.returncode in (0, 4), done.stderr


def shipped(program, root):
    failed = []
    for kind, pattern in (("suite", "suites/*.yaml"), ("shared", "suites/shared/*.yaml")):
        validator = schema_of(program, kind)
        files = sorted(root.glob(pattern))
        if kind == "suite" and not files:
            failed.append("no suites")
        for path in files:
            for error in validator.iter_errors(yaml.safe_load(path.read_text())):
                at = "/".join(map(str, error.absolute_path))
                failed.append(f"{path.name}: {at}: {error.message}")
        print(len(files), "of kind", kind)
    return failed


def wrong(program, root):
    failed = []
    good, why = takes(program, root, GOOD)
    if not good:
        failed.append("the good suite is refused: " + why)
    for kind, changes in WRONG.items():
        validator = schema_of(program, kind)
        if places(validator, GOOD[kind]):
            failed.append(f"the good {kind} is refused by its schema")
        for old, new, place in changes:
            assert GOOD[kind].count(old) >= 1, old
            text = GOOD[kind].replace(old, new, 1)
            found = places(validator, text)
            if not any(at.startswith(place) for at in found):
                failed.append(f"{old!r} -> {new!r}: complaint at {found}, not at {place!r}")
            if takes(program, root, dict(GOOD, **{kind: text}))[0]:
                failed.append(f"{old!r} -> {new!r}: the program takes it")
        print(len(changes), "wrong ones of kind", kind)
    return failed


def main():
    case, program, root = sys.argv[1:4]
    failed = {"shipped": shipped, "wrong": wrong}[case](program, pathlib.Path(root))
    print("\n".join(failed))
    return 1 if failed else 0


sys.exit(main())
