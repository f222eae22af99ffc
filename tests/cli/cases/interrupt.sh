# Ctrl-C ends a long run in order: status 130, one message, JSON where JSON was asked for.
cp "$source/tests/cli/tiny.yaml" .
tried='a long run, interrupted'
python3 - "$ivcsim" <<'END' || fail 'not interrupted in order'
import json, signal, subprocess, sys, time
arguments = ["run", "tiny.yaml", "--set", "workload.total=1TiB", "--set", "workload.message=1B",
             "--no-skip", "--format", "json"]
run = subprocess.Popen([sys.argv[1], *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
# The handler is there once SIGINT is in the mask of caught signals.
while True:
    line = next(l for l in open(f"/proc/{run.pid}/status") if l.startswith("SigCgt"))
    if int(line.split()[1], 16) & (1 << (signal.SIGINT - 1)):
        break
    assert run.poll() is None, run.communicate()
    time.sleep(0.01)
run.send_signal(signal.SIGINT)
out, err = run.communicate(timeout=60)
assert run.returncode == 130, (run.returncode, err)
assert json.loads(out)["error"]["code"] == "sim-stopped", out
assert err.startswith(b"ivcsim run: error: "), err
assert err.count(b"\n") == 1, err
END
# While points are planned, before the first of them runs: the same, and nothing is written.
tried='a plan, interrupted'
cat >many.yaml <<'END'
schema: ivcsim/1
name: many
machine: {profile: octeon-cn5650}
guests: {sender: {cores: [0]}, receiver: {cores: [1]}}
channels: {memory: {mechanism: shmem}}
workload: {kind: stream, total: 1MiB, message: 4KiB}
sweep:
  axes:
    workload.message: {from: 1B, to: 1000B, step: 1B}
    workload.seed: {from: 1, to: 100, step: 1}
END
python3 - "$ivcsim" <<'END' || fail 'not interrupted in order'
import json, os, signal, subprocess, sys, time
for arguments in (["sweep", "many.yaml", "-o", "folder"], ["validate", "-o", "folder"]):
    run = subprocess.Popen([sys.argv[1], *arguments, "--format", "json"], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE)
    while True:
        line = next(l for l in open(f"/proc/{run.pid}/status") if l.startswith("SigCgt"))
        if int(line.split()[1], 16) & (1 << (signal.SIGTERM - 1)):
            break
        assert run.poll() is None, run.communicate()
        time.sleep(0.001)
    run.send_signal(signal.SIGTERM)
    out, err = run.communicate(timeout=60)
    assert run.returncode == 130, (run.returncode, err)
    assert json.loads(out)["error"]["code"] == "interrupted", out
    assert err.endswith(b"error: interrupted before anything was simulated\n"), err
    assert not os.path.exists("folder")
END
