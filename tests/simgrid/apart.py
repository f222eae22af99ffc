"""apart.py IVCSIM [IVCSIM-SIMGRID]: ivcsim links nothing of SimGrid, the other program does.

Also what that one says for itself: its version, and that it understands no options.
"""
import os
import subprocess
import sys


def loaded(program):
    """The libraries that a program loads as it starts, with those that they load."""
    environment = {**os.environ, "LD_TRACE_LOADED_OBJECTS": "1"}
    return subprocess.run([program], capture_output=True, text=True, check=True,
                          env=environment).stdout


def said(program, *arguments, text=""):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False,
                          input=text)
    return done.returncode, done.stdout, done.stderr


def main():
    ivcsim, others = sys.argv[1], sys.argv[2:]
    libraries = loaded(ivcsim)
    assert "libglib-2.0" in libraries, f"not a list of libraries:\n{libraries}"
    for name in ("simgrid", "smpi", "libboost"):
        assert name not in libraries, f"ivcsim loads {name}:\n{libraries}"
    if not others:
        print("ivcsim-simgrid is not built: install libsimgrid-dev and configure again")
        sys.exit(77)
    other = others[0]
    assert "libsimgrid" in loaded(other)
    status, out, err = said(other, "--version")
    assert (status, err) == (0, "") and out.startswith("version "), (status, out, err)
    # Options of SimGrid, by whatever way they come, are no options here.
    for option in ("--help", "--cfg=network/model:LV08", "--log=root.thresh:debug"):
        status, out, err = said(other, option)
        assert (status, out) == (2, "") and err.startswith("usage: "), (option, status, out, err)
    for text, answer in (
            ("what\n", "failed unknown question\n"),
            ("flows 1 1\nlink 0\n", "failed a link without capacity\n"),
            ("flows 1 1\nlink 1\nflow 0 1\npiece 1 1 1 1 1\n", "failed a count is wrong\n"),
            ("flows 1 1\nlink x\n", "failed a number is wrong\n"),
            ("flows 1\n", "failed a line ends too early\n"),
            ("flows 0 1\nflow 0 9\n", "failed a count is wrong\n"),
            ("flows 2 1\nlink 1\nflow 0 1\n", "failed a line is missing\n")):
        status, out, err = said(other, text=text)
        assert (status, out, err) == (2, answer, ""), (text, status, out, err)
    # By hand: two share 10 equally until 30; the second then moves 10 at its cap of 1.
    question = "flows 1 2\nlink 10\nflow 0 1\npiece 100 10 1 0 1\n" \
               "flow 0 2\npiece 100 10 1 0 2\npiece 10 1 0\n"
    assert said(other, text=question * 2) == (0, "ended 30 30 40\n" * 2, ""), \
        said(other, text=question)
    # By hand: two cores; the one of priority 2 has one to itself, the others halves.
    question = "execs 2 1 3\nexec 0 10 1 0\nexec 0 10 1 0\nexec 0 10 2 0\n"
    assert said(other, text=question) == (0, "ended 15 15 10\n", ""), said(other, text=question)


main()
