"""programs.py IVCSIM: the examples, compiled and run as points of a sweep, over three mechanisms.

Messages and bytes follow from the programs' sizes: by the difference of two runs that only differ
in the number of iterations, so that collectives of the start and of the check cancel. They are the
same over every mechanism; only the time is not.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CHANNELS = ["netfront", "register-shmem", "nemesis"]
if "IVC_TEST_EACH" in os.environ:  # under a sanitizer the others' curves take up to a minute
    CHANNELS = ["short"]
P, Q = 2, 2  # four ranks as a grid
RANKS = 4


def run(program, *arguments, expect=0):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == expect, (arguments, done.returncode, done.stderr)
    return done.stdout


def difference(points, name, channel, first, second):
    """Messages and bytes that the second run has more than the first."""
    a, b = points[name, first, channel], points[name, second, channel]
    assert b["elapsed_ps"] > a["elapsed_ps"], (name, channel)
    return b["messages"] - a["messages"], b["bytes"] - a["bytes"]


def check_counts(points, channel):
    # 20 iterations more, on 64 x 64 points: each message is half a side long.
    a_turn = 2 * ((P - 1) * Q + P * (Q - 1))
    assert difference(points, "halo", channel, "64 10", "64 30") == (20 * a_turn,
                                                                     20 * a_turn * 32 * 8)
    # 5 iterations more, on 128 x 128: everybody sends everybody else a block.
    a_turn = RANKS * (RANKS - 1)
    assert difference(points, "transpose", channel, "128 2", "128 7") == (5 * a_turn,
                                                                          5 * a_turn * 32 * 32 * 8)
    # 20 tasks more, each there and back.
    assert difference(points, "master_worker", channel, "40 50", "60 50") == (2 * 20, 2 * 20 * 16)
    # 15 iterations more: rows of 64 to neighbours, and two sums whose messages are of 8 bytes each.
    messages, size = difference(points, "conjugate_gradient", channel, "64 10", "64 25")
    rows = 15 * 2 * (RANKS - 1)
    sums = messages - rows
    assert size == rows * 64 * 8 + sums * 8, (messages, size)
    # A sum over four ranks takes three messages at least, and to tell all of it three more.
    assert sums % (15 * 2) == 0 and sums >= 15 * 2 * 6, sums
    # ivc_mpi.h: 20 messages of 512 bytes in place of 8.
    assert difference(points, "registers", channel, "512 4096", "512 10000") == (12, 12 * 512)


def check_times(point):
    """Every rank's time is accounted for, and so is every guest's."""
    assert len(point["cores"]) == RANKS
    for core in point["cores"]:
        parts = [core[f"{what}_ps"] for what in ("running", "waiting", "blocked", "idle")]
        assert sum(parts) == point["elapsed_ps"], core
    shares = ("running", "waiting", "blocked", "idle")
    for guest in point["cpu_running_share"]:
        whole = sum(point[f"cpu_{what}_share"][guest] for what in shares)
        assert abs(whole - 1) < 1e-8, (guest, whole)
    computed = sum(core["running_ps"] for core in point["cores"])
    assert computed == point["counts"]["computation_ps"]


def check_order(points):
    """The driver domain costs each program something; computation does not depend on the way."""
    for name, arguments in {key[:2] for key in points}:
        times = [points[name, arguments, channel]["elapsed_ps"] for channel in CHANNELS]
        assert times[0] == max(times), (name, arguments, times)
        assert times[2] == min(times) or times[1] == min(times)
        if name == "halo":
            computed = {points[name, arguments, channel]["counts"]["computation_ps"]
                        for channel in CHANNELS}
            # 64 x 64 points x 4 operations, one a cycle of 1.25 ns
            turns = int(arguments.split()[1])
            assert computed == {64 * 64 * 4 * turns * 1250}, computed
        ranked = [points[name, arguments, channel]["cpu_running_share"]["dom0"]
                  for channel in CHANNELS]
        assert ranked[0] > 0 and ranked[1:] == [0, 0], (name, ranked)


def refused(program, scenario, source, status):
    done = subprocess.run([program, "run", scenario, "--set", f"workload.program={source}", "--set",
                           "channel=short"], capture_output=True, text=True, check=False)
    assert done.returncode == status and done.stdout == "", (done.returncode, done.stdout)
    return done.stderr


def check_sleep(program, scenario, folder):
    """Who sleeps is blocked, and neither computes nor communicates."""
    source = os.path.join(folder, "sleeps.c")
    with open(source, "w", encoding="utf-8") as file:
        file.write("#include <mpi.h>\n#include <unistd.h>\nint main(int n, char **words) {"
                   "MPI_Init(&n, &words); usleep(1000); MPI_Finalize(); return 0; }\n")
    out = run(program, "run", scenario, "--set", f"workload.program={source}", "--set",
              "channel=short", "--format", "json")
    point = json.loads(out)["points"][0]
    check_times(point)
    assert point["elapsed_ps"] == 10**9
    assert [core["blocked_ps"] for core in point["cores"]] == [10**9] * RANKS
    assert point["counts"] == {"computation_ps": 0, "communication_ps": 0}, point["counts"]


def check_refusals(program, scenario, folder):
    """A program that is not there, does not compile, or deadlocks."""
    assert "there is no file" in refused(program, scenario, f"{folder}/none.c", 3)
    for name, text, said in (
            ("bad", "int main(void) { return nothing; }", "cannot be compiled"),
            ("stuck", "#include <mpi.h>\nint main(int n, char **words) { int x;"
             "MPI_Init(&n, &words);"
             "MPI_Recv(&x, 1, MPI_INT, 0, 7, MPI_COMM_WORLD, MPI_STATUS_IGNORE); return 0; }",
             "rank 1 waits in mpi_recv for a message from rank 0, tag 7")):
        source = os.path.join(folder, f"{name}.c")
        with open(source, "w", encoding="utf-8") as file:
            file.write(text)
        message = refused(program, scenario, source, 1)
        assert said in message.lower(), message


def main():
    program = os.path.abspath(sys.argv[1])
    if not (shutil.which("smpicc") and shutil.which("smpirun")):
        print("SimGrid's smpicc and smpirun are not here: install libsimgrid-dev")
        sys.exit(77)
    scenario = os.path.join(HERE, "programs.yaml")
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out")
        run(program, "sweep", scenario, "-o", out, "--set",
            f"sweep.axes.channel=[{', '.join(CHANNELS)}]", expect=1)
        with open(os.path.join(out, "points.json"), encoding="utf-8") as file:
            all_points = json.load(file)["points"]
        one = ["--set", "workload.program=../../examples/mpi/transpose.c", "--set",
               "workload.arguments=128 2", "--set", "channel=" + CHANNELS[-1]]
        first = json.loads(run(program, "run", scenario, *one, "--format", "json"))
        check_refusals(program, scenario, folder)
        check_sleep(program, scenario, folder)
    failed = [point for point in all_points if point["status"] == "failed"]
    assert len(failed) == len(CHANNELS), failed
    for point in failed:
        assert "2" in point["error"] and "exit" in point["error"], point["error"]
    points = {(os.path.basename(point["workload.program"])[:-2], point["workload.arguments"],
               point["channel"]): point for point in all_points if point["status"] == "ok"}
    assert len(points) == 10 * len(CHANNELS)
    for channel in CHANNELS:
        check_counts(points, channel)
    for point in points.values():
        assert point["workload"] == "mpi-program" and point["message_bytes"] is None
        check_times(point)
    if len(CHANNELS) == 3:
        check_order(points)
    # The same from another process: nothing is measured here, so nothing differs.
    assert first["points"][0]["digest"] == points["transpose", "128 2", CHANNELS[-1]]["digest"]


if __name__ == "__main__":
    main()
