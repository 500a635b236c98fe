# test_watch.py - check --watch and run --watch: again when the model or its data is saved, whichever way an editor saves.
# SPDX-License-Identifier: Apache-2.0
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from cli_common import APSIS, apsis, main, scratch

GOOD = "x ~ uniform(0, 1)\noutput y = x\n"
WRONG = "x ~ uniform(0, 1)\noutput y = z\n"
SLOW = "x ~ uniform(0, 1)\noutput y = exp(log(x + 1)) ^ 1.5\n"


class Watch:
    """A command under way in a folder; what it says is read up to a pattern."""

    def __init__(self, folder, *words, screen=False, env=None):
        self.folder, self.text = folder, ""
        environment = {"PATH": os.environ.get("PATH", ""), "COLUMNS": "80", "LC_ALL": "C.UTF-8", "TERM": "xterm", "NO_COLOR": "1", **(env or {})}
        out, given = os.pipe()
        if screen:
            os.close(out), os.close(given)
            out, given = pty.openpty()
            fcntl.ioctl(given, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 80, 0, 0))
        self.process = subprocess.Popen([APSIS, *words], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=given, stderr=given)
        os.close(given)
        self.out = out

    def until(self, pattern, seconds=20):
        """All text up to the end of the first match."""
        end = time.monotonic() + seconds
        while not (found := re.search(pattern, self.text, re.S)):
            left = end - time.monotonic()
            assert left > 0, f"no {pattern!r} within {seconds} s in:\n{self.text}"
            if select.select([self.out], [], [], left)[0]:
                try:
                    more = os.read(self.out, 65536)
                except OSError:  # a screen whose program has ended
                    more = b""
                assert more, f"ended without {pattern!r}:\n{self.text}"
                self.text += more.decode()
        text, self.text = self.text[:found.end()], self.text[found.end():]
        return text

    def nothing(self, seconds):
        time.sleep(seconds)
        ready = select.select([self.out], [], [], 0)[0]
        assert not ready and not self.text, self.text + os.read(self.out, 65536).decode()

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def rename(self, name, text):
        self.write(name + ".new", text)
        os.replace(os.path.join(self.folder, name + ".new"), os.path.join(self.folder, name))

    def end(self, by=signal.SIGINT):
        start = time.monotonic()
        self.process.send_signal(by)
        code = self.process.wait(timeout=20)
        took = time.monotonic() - start
        os.close(self.out)
        return code, took

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def check_by(save, env=None):
    """Error, mended, the same file saved without a change, and Ctrl-C."""
    with scratch(m__risk=WRONG) as folder, Watch(folder, "check", "m.risk", "--watch", env=env) as watch:
        first = watch.until(r"---- exit code 65; watching m\.risk\n")
        assert first == apsis("check", "m.risk", cwd=folder).out + "---- exit code 65; watching m.risk\n"
        assert "m.risk:2:12: error: " in first
        getattr(watch, save)("m.risk", GOOD)
        assert watch.until(r"watching m\.risk\n") == "---- m.risk changed\nm.risk: ok, 1 input, 1 output\n---- exit code 0; watching m.risk\n"
        getattr(watch, save)("m.risk", WRONG)
        assert "error: " in watch.until(r"exit code 65; watching m\.risk\n")
        watch.write("other.txt", "a file beside it\n")
        watch.nothing(0.3)
        getattr(watch, save)("m.risk", GOOD)
        assert "\nm.risk: ok" in watch.until(r"watching m\.risk\n")
        code, took = watch.end()
        assert code == 130 and took < 5, (code, took)


def test_saved_by_write():
    check_by("write")


def test_saved_by_rename():
    check_by("rename")


def test_without_events():
    check_by("rename", env={"APSIS_WATCH_POLL": "1"})
    check_by("write", env={"APSIS_WATCH_POLL": "1"})


def test_several_steps_are_one_run():
    with scratch(m__risk=WRONG) as folder, Watch(folder, "check", "m.risk", "--watch") as watch:
        watch.until(r"exit code 65; watching m\.risk\n")
        for text in ("", WRONG[:10], WRONG, GOOD[:20], GOOD):
            watch.write("m.risk", text)
            time.sleep(0.005)
        assert watch.until(r"watching m\.risk\n") == "---- m.risk changed\nm.risk: ok, 1 input, 1 output\n---- exit code 0; watching m.risk\n"
        watch.nothing(0.3)
        assert watch.end()[0] == 130


def test_away_for_a_moment():
    with scratch(m__risk=GOOD) as folder, Watch(folder, "check", "m.risk", "--watch") as watch:
        watch.until(r"exit code 0; watching m\.risk\n")
        os.remove(os.path.join(folder, "m.risk"))
        watch.nothing(0.4)
        watch.write("m.risk", WRONG)
        assert watch.until(r"watching m\.risk\n").startswith("---- m.risk changed\nm.risk:2:12: error: ")
        os.rename(os.path.join(folder, "m.risk"), os.path.join(folder, "m.risk~"))  # and for long
        assert watch.until(r"waiting for it\n") == "apsis: m.risk is gone; waiting for it\n"
        watch.write("m.risk", GOOD)
        assert "\nm.risk: ok" in watch.until(r"exit code 0; watching m\.risk\n")
        assert watch.end(signal.SIGTERM)[0] == 130


def test_data_file():
    text = 'x ~ empirical("rows/d.csv", column: "r")\noutput y = x\n'
    with scratch(m__risk=GOOD) as folder:
        os.mkdir(os.path.join(folder, "rows"))
        with Watch(folder, "run", "m.risk", "--draws", "1000", "--watch", "--json") as watch:
            assert json.loads(watch.until(r"\n\}\n"))["draws"] == "1000"
            watch.write("rows/d.csv", "r\n5\n5\n")
            watch.nothing(0.3)  # not named yet
            watch.write("m.risk", text)
            assert json.loads(watch.until(r"\n\}\n"))["outputs"][0]["max"]["value"] == 5
            watch.rename("rows/d.csv", "r\n7\n7\n")
            assert json.loads(watch.until(r"\n\}\n"))["outputs"][0]["max"]["value"] == 7
            watch.write("rows/d.csv", "r\nseven\n")
            assert "d.csv" in json.loads(watch.until(r"\n\}\n"))["diagnostics"][0]["message"]
            watch.write("rows/d.csv", "r\n8\n8\n")
            assert json.loads(watch.until(r"\n\}\n"))["outputs"][0]["max"]["value"] == 8
            assert watch.end()[0] == 130


def test_started_again_while_running():
    with scratch(m__risk=SLOW) as folder, Watch(folder, "run", "m.risk", "--draws", "1e13", "--engine", "interpreter", "--threads", "1", "--watch") as watch:
        time.sleep(0.5)  # under way for a month
        watch.rename("m.risk", WRONG)
        done = watch.until(r"exit code 65; watching m\.risk\n")
        assert done.startswith("---- m.risk changed\nm.risk:2:12: error: "), done  # and not a word of the run that was stopped
        watch.write("m.risk", SLOW)
        watch.until(r"---- m\.risk changed\n")
        time.sleep(0.5)
        code, took = watch.end()  # what is known so far, as without --watch
        assert code == 130 and took < 5, (code, took)


def test_on_a_screen():
    clear = "\x1b[H\x1b[2J\x1b[3J"
    with scratch(m__risk=GOOD) as folder, Watch(folder, "check", "m.risk", "--watch", screen=True) as watch:
        assert watch.until(r"Ctrl-C ends\r\n") == clear + "m.risk: ok, 1 input, 1 output\r\n\r\nwatching m.risk; Ctrl-C ends\r\n"
        watch.write("m.risk", WRONG)
        text = watch.until(r"Ctrl-C ends\r\n")
        assert text.startswith(clear + "m.risk:2:12: error: ") and "----" not in text
        assert watch.end()[0] == 130
    with scratch(m__risk=GOOD) as folder, Watch(folder, "check", "m.risk", "--watch", screen=True, env={"TERM": "dumb"}) as watch:
        assert "\x1b" not in watch.until(r"---- exit code 0; watching m\.risk\r\n")
        assert watch.end()[0] == 130


def test_nobody_reads():
    with scratch(m__risk=GOOD) as folder, Watch(folder, "check", "m.risk", "--watch") as watch:
        watch.until(r"watching m\.risk\n")
        os.close(watch.out)
        watch.write("m.risk", WRONG)
        code = watch.process.wait(timeout=20)
        assert code in (1, -signal.SIGPIPE), code


def test_what_cannot_be_watched():
    done = apsis("check", "-", "--watch", stdin=GOOD)
    assert done.code == 2 and done.err == "apsis: --watch follows a file, and - is stdin: name the model's file\n", done.err
    done = apsis("run", "first.risk", "--watch", "--record", "r.json")
    assert done.code == 2 and done.err == "apsis: --watch runs many times, and --record is for one run: leave one of them out\n", done.err
    with scratch() as folder:
        alone, watched = apsis("check", "nowhere.risk", cwd=folder), apsis("check", "nowhere.risk", "--watch", cwd=folder)
        assert alone.code == watched.code == 1 and alone.out == watched.out and alone.err == watched.err
    done = apsis("inputs", "first.risk", "--watch")
    assert done.code == 2 and "apsis inputs has no option --watch; apsis run has" in done.err


main(globals())
