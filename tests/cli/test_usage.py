# test_usage.py - help pages, unknown words, wrong values: what a user reads before anything runs.
# SPDX-License-Identifier: Apache-2.0
from cli_common import apsis, golden, main

COMMANDS = ["new", "run", "check", "inputs", "replay", "draws", "verify", "show", "families", "doctor", "completion", "man"]


def test_front_page():
    alone = apsis()
    assert alone.code == 0 and alone.err == ""
    golden("front.txt", alone.out)
    assert apsis("--help").out == alone.out
    assert apsis("--version").out == "apsis 0.1.0\n"


def test_help_of_each():
    text = ""
    for command in COMMANDS:
        page = apsis(command, "--help")
        assert page.code == 0 and page.err == "", command
        assert all(len(line) <= 80 for line in page.out.splitlines()), page.out
        assert apsis("help", command).out == page.out
        text += page.out + "\n"
    golden("help.txt", text)


def test_faults_of_usage():
    lines = [
        ("rn", "first.risk"), ("frobnicate",), ("first.risk",), ("--draws", "5", "run"),
        ("run",), ("run", "a.risk", "b.risk"), ("doctor", "x"),
        ("run", "first.risk", "--drws", "5"), ("run", "first.risk", "--drawsx=5"), ("check", "first.risk", "--draws", "5"),
        ("run", "first.risk", "--draws"), ("run", "first.risk", "--s", "5"), ("run", "first.risk", "--json=yes"), ("run", "first.risk", "-q"),
        ("run", "first.risk", "--draws", "0"), ("run", "first.risk", "--draws", "1e30"), ("run", "first.risk", "--draws", "many"),
        ("run", "first.risk", "--draws", "1.5"), ("run", "first.risk", "--draws", "-5"), ("run", "first.risk", "--draws", "50%"),
        ("run", "first.risk", "--seed", "x"), ("run", "first.risk", "--seed", "0x1ffffffffffffffff"),
        ("run", "first.risk", "--percentiles", "0"), ("run", "first.risk", "--percentiles", "5,,95"), ("run", "first.risk", "--shortfall", "none"),
        ("run", "first.risk", "--threads", "0"), ("run", "first.risk", "--engine", "interpeter"), ("run", "first.risk", "--engine", "gpu"),
        ("draws", "first.risk", "--draws", "5", "--csv", "-", "--engine", "cmpiled"), ("run", "first.risk", "--device", "gpu"),
        ("run", "first.risk", "--device", "cpu"), ("run", "first.risk", "--device", "cuda:"), ("run", "first.risk", "--device", "cuda:0,0"),
        ("run", "first.risk", "--device", "cuda:0;1"), ("run", "first.risk", "--device", "cuda:0", "--engine", "auto"),
        ("run", "first.risk", "--device", "cuda", "--cpu", "v3"), ("run", "first.risk", "--engine", "cuda", "--cpu", "v3"),
        ("check", "first.risk", "--device", "cuda"),
        ("run", "first.risk", "--max-invalid", "2"), ("run", "first.risk", "--only", ","), ("run", "first.risk", "--only", "valu"),
        ("run", "first.risk", "--target", "value"), ("run", "first.risk", "--target", "nothing > 5"),
        ("run", "first.risk", "--scenario", "slow_permit"), ("run", "first.risk", "--cpu", "v9"),
        ("replay", "first.risk"), ("replay", "first.risk", "--draw", "1", "--at", "value:P5"), ("replay", "first.risk", "--at", "value"),
        ("replay", "first.risk", "--at", "value:Q5"), ("replay", "first.risk", "--at", "valu:P5"),
        ("draws", "first.risk", "--draws", "5"), ("draws", "first.risk", "--csv", "-"),
        ("show", "first.risk"), ("show", "first.risk", "--ast", "--ir"), ("check", "first.risk", "--format", "xml"), ("families", "prt"), ("completion",), ("completion", "tcsh"),
    ]
    text = ""
    for words in lines:
        done = apsis(*words)
        assert done.code in (2, 65), (words, done.code, done.err)
        assert done.out == "" and done.err, words
        text += "$ apsis " + " ".join(words) + f"\n{done.err}[{done.code}]\n"
    golden("faults.txt", text)


def test_faults_as_json():
    for words, code in [(("run", "first.risk", "--draws", "0", "--json"), 2), (("run", "missing.risk", "--json"), 1), (("rn", "--json"), 2),
                        (("verify", "--json", "missing.json"), 1)]:
        done = apsis(*words)
        assert done.code == code and done.err == "", (words, done.err)
        assert isinstance(done.json["error"], str) and isinstance(done.json["diagnostics"], list), done.out


def test_options_before_and_after():
    a = apsis("run", "--draws", "2000", "first.risk", "--json")
    b = apsis("run", "first.risk", "--json", "--draws=2_000")
    c = apsis("run", "--json", "--draws", "2k", "--", "first.risk")
    assert a.code == b.code == c.code == 0, a.err
    assert a.json["digest"] == b.json["digest"] == c.json["digest"]


def test_ascii_only():
    done = apsis("families", "pert", env={"LC_ALL": "C"})
    assert done.code == 0 and done.out.isascii()


main(globals())
