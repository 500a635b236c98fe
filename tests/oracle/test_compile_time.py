"""test_compile_time.py - models of thousands of definitions: in time, in proportion to their size, and the same digest from every engine."""
# SPDX-License-Identifier: Apache-2.0
import os
import sys
import tempfile

sys.path[:0] = [os.path.join(os.environ["APSIS_SRC"], folder) for folder in ("tests/support", "bench")]
import large_model  # noqa: E402
from apsis_command import COMMAND, run_json  # noqa: E402
from compile_time import GOALS, commands, once, write_large  # noqa: E402

SLACK = 5  # of the goals, so that a step that grows with the square is caught and a slow machine is not
GROWTH = 6  # four times the definitions

with tempfile.TemporaryDirectory() as folder:
    times = {}
    for name, words in commands(COMMAND, write_large(folder)).items():
        # of the processor on one thread, the best of three: what others do on the machine hardly matters
        times[name] = min(once(words, 1)[1] for _ in range(3))
        if name in GOALS:
            assert times[name] <= SLACK * GOALS[name], f"{' '.join(words[1:])} takes {times[name]:.0f} ms of a processor, the goal is {GOALS[name]}"
    assert times["huge"] <= GROWTH * times["large"], f"four times the definitions take {times['huge'] / times['large']:.1f} times as long"

    # and it runs: a smaller one by the compiled engine, which takes a while to compile
    path = os.path.join(folder, "small.risk")
    with open(path, "w") as file:
        file.write(large_model.text(80, 200))
    digests = {tuple(words): run_json("run", path, "--draws", 3000, *words)["digest"]
               for words in (["--engine", "interpreter"], ["--engine", "interpreter", "--cpu", "plain", "--threads", 1], ["--engine", "compiled"])}
    assert len(set(digests.values())) == 1, digests
    path = os.path.join(folder, "large.risk")
    digests = {cpu: run_json("run", path, "--draws", 2048, "--engine", "interpreter", *cpu)["digest"] for cpu in ((), ("--cpu", "plain", "--threads", 1))}
    assert len(set(digests.values())) == 1, digests
print(", ".join(f"{name} {ms:.0f} ms" for name, ms in times.items()))
