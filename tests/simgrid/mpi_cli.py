"""mpi_cli.py IVCSIM SOURCE: `ivcsim mpi` and `ivcsim mpicc` from outside.

What the program itself says is in test_mpi.c; here are options, formats, exit statuses and what is
said when something is missing.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SCENARIO = """schema: ivcsim/1
name: two
machine: {profile: octeon-cn5650}
hypervisor: {mode: partitioned}
guests:
  a: {cores: [0], memory: 1GiB}
  b: {cores: [1], memory: 1GiB}
channels:
  # Few sizes to measure, which every run does anew.
  short: {mechanism: ipi-buffer, slot: 16B}
  register: {mechanism: register-shmem, region: 1MiB}
workload: {kind: stream, total: 1MiB, message: 4KiB}
"""


def main():
    ivcsim, source = sys.argv[1], pathlib.Path(sys.argv[2])

    def said(*words, path=None, temporary=""):
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "TMPDIR": os.getcwd() + temporary}
        if path is not None:
            environment["PATH"] = path
        done = subprocess.run([ivcsim, *words], capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, env=environment)
        return done.returncode, done.stdout, done.stderr

    hint = "hint: install SimGrid 3.32 or later (Debian: apt-get install libsimgrid-dev)"
    pathlib.Path("two.yaml").write_text(SCENARIO)

    # Without SimGrid both verbs say what is missing, and nothing else is done before.
    for words, name in ((("mpicc", "x.c"), "smpicc"), (("mpi", "two.yaml", "./x"), "smpirun")):
        status, out, err = said(*words, path="/nowhere")
        assert status == 5 and out == "" and f"'{name}' is not there" in err and hint in err, err
    status, out, err = said("mpi", "--format", "json", "two.yaml", "./x", path="/nowhere")
    assert json.loads(out)["error"]["code"] == "simgrid-missing", out
    if shutil.which("smpicc") is None:
        print("SimGrid is not installed: nothing else is tested")
        sys.exit(77)

    # The compiler's messages and status are passed on, and what SimGrid's MPI lacks is named.
    status, out, err = said("mpicc", "--help")
    assert status == 0 and out.startswith("Usage: ivcsim mpicc"), (status, out)
    pathlib.Path("wrong.c").write_text("int main(void) { return x; }\n")
    status, out, err = said("mpicc", "wrong.c", "-o", "wrong")
    assert status == 1 and "undeclared" in err and "wrong.c" in err, err
    assert not os.path.exists("wrong")
    pathlib.Path("new.c").write_text(
        "#include <mpi.h>\nint MPI_Session_finalize(void *s);\n"
        "int main(void) { return MPI_Session_finalize(0); }\n")
    status, out, err = said("mpicc", "new.c", "-o", "new")
    assert status != 0 and err.endswith("ivcsim mpicc: error: SimGrid's MPI does not have "
                                        "MPI_Session_finalize [mpi-unsupported]\n"), err
    ways = str(source / "tests/simgrid/mpi/ways.c")
    status, out, err = said("mpicc", "-O1", "-w", "-c", ways, "-o", "ways.o")
    assert (status, out, err) == (0, "", ""), err
    status, out, err = said("mpicc", "ways.o", "-o", "ways")
    assert (status, out, err) == (0, "", ""), err

    # Options that mean nothing, and programs that cannot be run.
    for words, status_expected, text in (
            (("two.yaml",), 2, "missing argument: FILE -- PROGRAM [ARGUMENT...]"),
            (("two.yaml", "--cfg=smpi/np:2", "./ways"), 2, "unknown option '--cfg'"),
            (("two.yaml", "--np", "0", "./ways"), 2, "from 1 to 1024"),
            (("two.yaml", "--host-clock", "3GHz", "./ways"), 2, "without '--measure'"),
            (("two.yaml", "--measure", "--host-clock", "3", "./ways"), 2,
             "a number without a unit"),
            (("two.yaml", "--flops-per-second", "1e9x", "./ways"), 2, "hint: 2.5e9"),
            (("two.yaml", "--set", "channel=netfront", "./ways"), 3, "unknown channel 'netfront'"),
            (("two.yaml", "./nothing"), 2, "there is no program './nothing'"),
            (("two.yaml", "/bin/sh"), 2, "'/bin/sh' was not compiled with 'ivcsim mpicc'"),
            (("two.yaml", ways), 2, "is no program of this kind of computer")):
        status, out, err = said("mpi", *words)
        assert status == status_expected and out == "" and text in err, (words, status, err)

    # The same scenario, program and options give the same bytes; another channel gives others.
    words = ("mpi", "two.yaml", "--np", "4", "--flops-per-second", "1e9")
    first = said(*words, "--", "./ways", "known")
    assert first[0] == 0 and first[2] == "", first
    assert first == said(*words, "--", "./ways", "known")
    for text in ("two: ./ways, 4 ranks over channel short (ipi-buffer)\n", "1.00 Gflop/s",
                 "in all 8 messages", "rank 3  rank 2         2   1000  500 B\n", "are assumed",
                 # A slot has 16 bytes.
                 "up to 1000 B long; above 16 B, the longest simulated, costs go on in a straight "
                 "line\n"):
        assert text in first[1], (text, first[1])
    status, out, err = said(*words, "--set", "channel=register", "--format", "json", "--trace",
                            "trace", "--", "./ways", "known")
    assert (status, err) == (0, ""), err
    whole = json.loads(out)
    mpi = whole["mpi"]
    assert whole["status"] == "ok" and whole["manifest"]["parameters_assumed"] > 0
    assert mpi["mechanism"] == "register-shmem" and mpi["computation"] == "declared"
    assert [row["guest"] for row in mpi["ranks"]] == ["a", "b", "a", "b"]
    assert (mpi["longest_message"], mpi["longest_simulated"]) == (1000, 4 << 20), mpi
    assert mpi["ranks"][0]["computes_ps"] == 3_000_000_000, mpi["ranks"][0]
    assert {"from": 3, "to": 2, "messages": 2, "bytes": 1000} in mpi["pairs"]
    assert sum(row["messages"] for row in mpi["pairs"]) == 8
    guests = {row["guest"]: row for row in mpi["guests"]}
    assert guests["a"]["compute_ps"] == 3_000_000_000 and guests["b"]["compute_ps"] == 0
    assert guests["a"]["messages_ps"] > 0 and guests["b"]["messages_ps"] > 0
    assert mpi["time_ps"] == max(row["ended_ps"] for row in mpi["ranks"])
    assert "PMPI_Bcast" in pathlib.Path("trace").read_text()

    # What the program prints goes to standard error, and its arguments are never SimGrid's. Nor is
    # the name of a folder, which SimGrid would split.
    os.mkdir("with space")
    status, out, err = said("mpi", "two.yaml", "--format", "json", "--", "./ways", "args",
                            "--cfg=a:b", "--log=x", "c d", temporary="/with space")
    assert status == 0 and err == "[--cfg=a:b]\n[--log=x]\n[c d]\n", err
    json.loads(out)

    # Of machines with guests of several virtual CPUs: one rank in each guest, and with --np as many
    # as there are virtual CPUs in a machine before the next one.
    cores = ("guests.a.cores=[0, 2]", "guests.b.cores=[1, 3]",
             "cluster={machines: 2, network: {latency: 1us, bandwidth: 1Gbit/s}}")
    sets = [word for text in cores for word in ("--set", text)]
    for count, places in (([], "m0.a m0.b m1.a m1.b"), (["--np", "4"], "m0.a m0.b m0.a m0.b")):
        status, out, err = said("mpi", "two.yaml", *sets, *count, "--format", "json", "./ways")
        assert (status, err) == (0, ""), err
        mpi = json.loads(out)["mpi"]
        assert " ".join(row["guest"] for row in mpi["ranks"]) == places, mpi
        assert sum(row["ranks"] for row in mpi["guests"]) == 4, mpi

    # Programs that fail, and what cannot be run: status, code, and the first words.
    ways_to_fail = (
        ("ring", 1, "mpi-deadlock", "the ranks wait for each other"),
        ("exit", 1, "mpi-exit", "the program ended with another exit status than 0"),
        ("abort", 1, "mpi-abort", "rank 3 called MPI_Abort, code 9"),
        ("crash", 1, "mpi-crash", "rank 2 crashed: Segmentation fault"),
        ("spawn", 1, "mpi-unsupported", "rank 0 calls MPI_Comm_spawn"))
    for way, status_expected, code, text in ways_to_fail:
        status, out, err = said("mpi", "two.yaml", "--np", "4", "--format", "json", "./ways", way)
        failure = json.loads(out)
        assert (status, failure["error"]["code"]) == (status_expected, code), out
        assert failure["error"]["message"].startswith(text), out
        assert f"ivcsim mpi: error: {text}" in err and "Backtrace" not in err, err
    status, out, err = said("mpi", "two.yaml", "--format", "json", "./nothing")
    assert (status, json.loads(out)["error"]["code"]) == (2, "mpi-program"), out
    # A channel that carries no messages.
    status, out, err = said("mpi", str(source / "scenarios/locks.yaml"), "--format", "json",
                            "./ways")
    assert (status, json.loads(out)["error"]["code"]) == (3, "export-channel"), (out, err)
    assert "carries no messages" in err, err

    # A SimGrid that does not work: commands that fail at once.
    os.mkdir("fake")
    for name, text in (("smpirun", f'exec "{os.getcwd()}/fake/smpimain"'), ("smpimain", "exit 3"),
                       ("smpicc", "echo cannot >&2; exit 1")):
        script = pathlib.Path("fake", name)
        script.write_text(f"#!/bin/sh\n{text}\n")
        script.chmod(0o755)
    fake = f"{os.getcwd()}/fake:{os.environ['PATH']}"
    status, out, err = said("mpi", "two.yaml", "--format", "json", "./ways", path=fake)
    assert (status, json.loads(out)["error"]["code"]) == (5, "mpi-simgrid"), (out, err)
    assert "SimGrid ended with status 3 before the program started" in err, err
    status, out, err = said("mpicc", ways, "-o", "ways2", path=fake)
    assert status == 5 and err == "ivcsim mpicc: error: what counts messages cannot be compiled: " \
                                  "cannot [mpi-compile]\n", err
    status, out, err = said("mpi", "two.yaml", "--np", "4", "./ways", "nobody")
    assert status == 0 and err == "ivcsim mpi: warning: rank 1: PMPI_Send: param 4 dst (=77) " \
                                  "cannot be < 0 or > 4\n", err

    # Ctrl-C reaches the compiler as well: what was made for it is removed all the same.
    pathlib.Path("fake", "smpicc").write_text(
        '#!/bin/sh\ncase "$*" in *account*.c) exit;; esac\n>started; exec sleep 60\n')
    with subprocess.Popen([ivcsim, "mpicc", ways, "-o", "ways2"], start_new_session=True,
                          stderr=subprocess.PIPE, text=True,
                          env={**os.environ, "PATH": fake, "TMPDIR": os.getcwd()}) as process:
        while not os.path.exists("started"):
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)
        assert (process.wait(60), process.stderr.read()) == (130, ""), process.returncode
    assert not list(pathlib.Path(".").glob("ivcsim-*")), list(pathlib.Path(".").glob("ivcsim-*"))

    # A signal ends the program, too; nothing is left behind by that, nor by all before.
    with subprocess.Popen([ivcsim, "mpi", "two.yaml", "./ways", "forever"], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env={**os.environ, "TMPDIR": os.getcwd()}) as process:
        assert process.stderr.readline() == "forever\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 130 and out == "", (process.returncode, out, err)
    assert not list(pathlib.Path(".").glob("ivcsim-*")), list(pathlib.Path(".").glob("ivcsim-*"))


with tempfile.TemporaryDirectory() as place:
    os.chdir(place)
    try:
        main()
    finally:
        os.chdir("/")
