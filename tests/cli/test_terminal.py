# test_terminal.py - what a terminal shows: no line wider than the window, ASCII where the locale has nothing else, no escape where colour is not wanted, the numbers of --json.
# SPDX-License-Identifier: Apache-2.0
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import unicodedata

from cli_common import APSIS, MODELS, apsis, main

WIDTHS = (40, 60, 80, 120, 200)
COLUMNS_MOST = 160  # longer lines are hard to read: a wider window is not filled
DRAWS = ["--draws", "2000", "--engine", "interpreter", "--threads", "1"]
MODEL_NAMES = sorted(name for name in os.listdir(MODELS) if name.endswith(".risk"))
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
COMMANDS = [["run", "first.risk", *DRAWS], ["run", "first.risk", "--all-periods", "--scenario", "slow_permits", *DRAWS], ["inputs", "first.risk"],
            ["replay", "first.risk", "--draw", "7"], ["check", "first.risk"], ["families"], ["families", "pert"], ["families", "lognormal"], ["doctor"], ["run", "--help"], []]
COMMANDS += [[word, model, *rest] for model in MODEL_NAMES if model != "first.risk" for word, rest in
             (("run", DRAWS), ("inputs", []), ("replay", ["--draw", "7"]), ("check", []))]


def in_terminal(words, width, **environment):
    """stdout and stderr as a terminal of that width gets them."""
    keep, give = pty.openpty()
    fcntl.ioctl(give, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    env = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TERM": "xterm", "APSIS_CACHE": "off", **environment}
    process = subprocess.Popen([APSIS, *words], stdin=subprocess.DEVNULL, stdout=give, stderr=subprocess.PIPE, cwd=MODELS, env=env)
    os.close(give)
    got = b""
    while True:
        try:
            more = os.read(keep, 65536)
        except OSError:
            break
        if not more:
            break
        got += more
    os.close(keep)
    said = process.stderr.read().decode()
    assert process.wait(timeout=120) == 0, (words, width, said)
    return got.decode().replace("\r\n", "\n")


def columns(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def too_wide(text, width):
    """Lines that could have been broken: more than one word, and wider than the window. A command to be copied stays whole."""
    for line in ESCAPE.sub("", text).split("\n"):
        if re.match(r"\s*apsis \w+ .*(\.risk|--|\[)", line):
            continue
        first = len(line) - len(line.lstrip())
        longest = max((columns(word) for word in line.split()), default=0)
        if columns(line) > min(width, COLUMNS_MOST) and longest + first <= width:
            yield line


def test_width():
    bad = []
    for words in COMMANDS:
        for width in WIDTHS:
            if words[:1] == ["check"]:  # messages as compilers print them, with the source line as it is: editors read them
                continue
            bad += [f"{' '.join(words)} at {width}: {columns(line)} columns: {line}" for line in too_wide(in_terminal(words, width), width)]
    assert not bad, f"{len(bad)} lines are wider than the window:\n" + "\n".join(bad[:60])


def test_ascii():
    for words in COMMANDS:
        if words and words[0] == "check":
            continue
        for environment in ({"LC_ALL": "C"}, {"TERM": "dumb"}):
            text = apsis(*words, env=environment, width=60).out
            with open(os.path.join(MODELS, words[1] if len(words) > 1 and words[1].endswith(".risk") else "first.risk"), encoding="utf-8") as file:
                own = set(file.read())  # the model's own letters are left as they are
            strange = {c for c in text if ord(c) > 126 and c not in own}
            assert not strange, (words, environment, strange)


def test_escapes():
    for words in (["run", "first.risk", *DRAWS], ["inputs", "first.risk"], ["replay", "first.risk", "--draw", "7"], ["families", "pert"], ["run", "--help"]):
        assert "\x1b" in in_terminal(words, 80), words
        plain = apsis(*words).out
        assert "\x1b" not in plain, words
        for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": ""}):
            assert "\x1b" not in in_terminal(words, 80, **environment), (words, environment)
        timed = r"\d+\.\d\d s"
        if words != ["doctor"]:
            assert re.sub(timed, "", ESCAPE.sub("", in_terminal(words, 80))) == re.sub(timed, "", plain), words


def test_numbers():
    """The table of outputs shows the mean and the percentiles of --json, rounded, with thousands separated and the unit."""
    for model in MODEL_NAMES:
        text = in_terminal(["run", model, *DRAWS], 160)
        for output in apsis("run", model, *DRAWS, "--json").json["outputs"]:
            if output["period"] or output["shares"] or output["mean"] is None:
                continue
            name = output["name"] + (f"[{output['member']}]" if output["member"] else "")
            rows = [line for line in ESCAPE.sub("", text).split("\n") if re.match(rf"\s*{re.escape(name)}(\s|$)", line)]
            assert rows, (model, name)
            shown = [float(word.replace(",", "")) for word in re.findall(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.])", " ".join(rows))]
            for value in [output["mean"]] + [p["value"] for p in output["percentiles"] if p["p"] in (5, 50, 95)]:
                assert any(abs(number - value) <= 0.06 * abs(value) + 1e-3 for number in shown), (model, name, value, rows)
            for word in re.findall(r"\d{5,}", re.sub(r"\.\d+|e[+-]?\d+|\[[^]]*\]", "", rows[0][:40])):
                raise AssertionError(f"thousands are not separated: {word} in {rows[0]}")


main(globals())
