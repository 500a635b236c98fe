"""peers_speed.py - Apsis' engines against each other, against Numba and JAX, and against C by hand: ratios measured side by side in one run."""
# SPDX-License-Identifier: Apache-2.0
#
#   python3 bench/peers_speed.py [--build build] [--python PYTHON with numba and jax] [--repeats 5] [--draws 1000000] [--only orbital,heavy,hand]
#
# A turn of one is followed by a turn of the next, and so on, again and again; every figure is a median over the turns, every ratio the
# median of ratios within a turn. Both sides compute every output and every statistic that `apsis run` reports. Of Apsis the whole process
# counts, from command to last byte, with the compiled engine's object in its cache; of the peers neither the start of the process nor
# compilation (they stay loaded and are asked again): `cold_seconds` says what those took. Ratios of processor time are there too: on a
# machine that others use they move less. Answers are checked before anything is timed.
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, HERE)
import operation_heavy  # noqa: E402

# script, the ratio wanted, options. Tuned by hand: with Numba's own exp, log and pow, which is what its documentation offers where SVML is
# missing, and with functions written anew so that they vectorise, which goes further than its documentation does.
PEERS = {"numba": ("orbital_numba.py", 5), "numba_tuned": ("orbital_numba_tuned.py", 3, "--libm"), "numba_tuned_own_functions": ("orbital_numba_tuned.py", 3),
         "jax": ("orbital_jax.py", 10)}
ENGINES = ("compiled", "interpreter")


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "runs": len(values)}


class Apsis:
    def __init__(self, build, engine, model):
        self.command = [os.path.join(build, "apsis"), "run", model, "--engine", engine, "--json"]

    def ask(self, draws, seed):
        """{"seconds", "cpu_seconds", "result"} of a whole process."""
        with tempfile.TemporaryFile() as out:
            start = time.perf_counter()
            process = subprocess.Popen([*self.command, "--draws", str(draws), "--seed", str(seed)], stdout=out)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            text = out.read()
        if process.returncode != 0:
            raise RuntimeError(f"{' '.join(self.command)}: exit {process.returncode}\n{text[-500:]!r}")
        return {"seconds": seconds, "cpu_seconds": usage.ru_utime + usage.ru_stime, "result": json.loads(text)}


class Peer:
    """A process that stays, so that what it compiled stays."""
    def __init__(self, python, script, *options):
        start = time.perf_counter()
        self.process = subprocess.Popen([python, os.path.join(HERE, "peers", script), "--serve", *options], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        self.first = self.ask(10_000, 1)
        self.cold = time.perf_counter() - start

    def ask(self, draws, seed):
        try:
            self.process.stdin.write(f"{draws} {seed}\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())
        except (BrokenPipeError, json.JSONDecodeError):
            raise RuntimeError("does not run: " + (self.process.stderr.read().strip().splitlines() or ["no output"])[-1]) from None

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def check(ours, theirs, key, draws):
    """Means within 5 standard errors of their difference, deviations and percentiles within their noise."""
    mine = next(o for o in ours["result"]["outputs"] if o["name"] == key)
    its = theirs[key]
    assert abs(mine["mean"] - its["mean"]) < 5 * mine["mean_se"] * (1 + int(ours["result"]["draws"]) / draws) ** .5, (key, mine["mean"], its["mean"])
    assert abs(mine["sd"] / its["sd"] - 1) < .05, (key, mine["sd"], its["sd"])
    for point, value in zip(mine["percentiles"], its["percentiles"]):
        error = (point["high"] - point["low"]) / 3.92 * (1 + int(ours["result"]["draws"]) / draws) ** .5
        assert abs(point["value"] - value) < 6 * error + 1e-9, (key, point, value)


def in_turn(sides, draws, repeats):
    """{name: [answers]}, all sides once, then all again."""
    out = {name: [] for name in sides}
    for k in range(repeats):
        for name in sides if k % 2 == 0 else reversed(sides):
            out[name].append(sides[name].ask(draws, 2 + k))
    return out


def ratio(slow, fast, what):
    return statistics.median(a[what] / b[what] for a, b in zip(slow, fast))


def engines(build, model):
    """The engines that run here, their caches filled; all with one digest."""
    found, digest = {}, set()
    for name in ENGINES:
        try:
            side = Apsis(build, name, model)
            digest.add(side.ask(100_000, 1)["result"]["digest"])
            found[name] = side
        except (RuntimeError, OSError) as error:
            print(f"{name} engine: {error}", file=sys.stderr)
    assert len(digest) == 1, "the engines do not agree"
    return found


def rates(answers, draws):
    return {name: {"draws_per_second": spread([draws / a["seconds"] for a in of]), "draws_per_processor_second": spread([draws / a["cpu_seconds"] for a in of])}
            for name, of in answers.items()}


def compare_engines(answers, out, wanted):
    if len(answers.keys() & set(ENGINES)) == 2:
        out["compiled_over_interpreter"] = {"ratio": ratio(answers["interpreter"], answers["compiled"], "seconds"),
                                            "by_processor_time": ratio(answers["interpreter"], answers["compiled"], "cpu_seconds"), "wanted": wanted}


def orbital(args):
    sides = engines(args.build, os.path.join(ROOT, "models", "orbital_compute.risk"))
    truth = sides["interpreter"].ask(1_000_000, 1)
    peers, missing = {}, {}
    for name, (script, _, *extra) in PEERS.items():
        try:
            peers[name] = Peer(args.python, script, *extra)
            check(truth, peers[name].ask(200_000, 11), "ev", 200_000)
        except RuntimeError as error:
            missing[name] = str(error)
            peers.pop(name, None)
    for peer in peers.values():
        peer.ask(args.draws, 1)  # its memory and threads warm too
    answers = in_turn({**sides, **peers}, args.draws, args.repeats)
    out = {"draws": args.draws, **rates(answers, args.draws)}
    compare_engines(answers, out, 2)
    for name, peer in peers.items():
        out[name] |= {"cold_seconds": peer.cold, "versions": peer.first["versions"], "wanted": PEERS[name][1]}
        for engine in sides:
            out[name][f"{engine}_over_it"] = ratio(answers[name], answers[engine], "seconds")
            out[name][f"{engine}_over_it_by_processor_time"] = ratio(answers[name], answers[engine], "cpu_seconds")
        peer.close()
    return out | {name: {"missing": why} for name, why in missing.items()}


def heavy(args):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "operation_heavy.risk")
        with open(path, "w") as file:
            file.write(operation_heavy.Model().text())
        draws = args.draws // 5
        answers = in_turn(engines(args.build, path), draws, args.repeats)
    out = {"draws": draws, **rates(answers, draws)}
    compare_engines(answers, out, 2.5)
    return out


def hand(args):
    program = os.path.join(args.build, "bench_hand_written")
    if not os.path.exists(program):
        return {"missing": "cmake --build build --target bench_hand_written"}
    done = subprocess.run([program, os.path.join(ROOT, "models", "first.risk"), "64", "101"], capture_output=True, text=True)
    return {"wanted_compiled_of_by_hand": 1 / 1.5, "lines": (done.stdout or done.stderr).splitlines()}


PARTS = {"orbital": ("orbital_compute", orbital), "heavy": ("operation_heavy", heavy), "hand": ("hand_written", hand)}


def measure(args):
    return {name: part(args) for key, (name, part) in PARTS.items() if key in args.only.split(",")}


def options(parser):
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has the peers' packages")
    parser.add_argument("--draws", type=int, default=1_000_000)
    parser.add_argument("--only", default=",".join(PARTS))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    options(parser)
    print(json.dumps(measure(parser.parse_args()), indent=1))
