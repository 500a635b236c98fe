"""test_generated_models.py - the generated models cover every operation, step, family and lag form; every engine that is ready gives the interpreter's bits.

APSIS_ALL=1 (tests/long) compares every model on every engine; else each engine takes those that differ most, and a part of the rest."""
# SPDX-License-Identifier: Apache-2.0
import collections
import concurrent.futures
import os
import re
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
import generate_models  # noqa: E402
from apsis_command import SOURCE, run, run_json  # noqa: E402
from engines_agree import ready  # noqa: E402

ALL = bool(os.environ.get("APSIS_ALL"))
DRAWS = 3000  # two tiles whole and one in part


def listed(path, pattern):
    with open(os.path.join(SOURCE, path)) as file:
        return re.findall(pattern, file.read(), re.M)


BANDS = {"confine"}  # an operation that no model writes: a band of `apsis stress` does
OPERATIONS = {name.lower() for name in listed("kernels/operations.h", r"^    X\((\w+),")} - BANDS
STEPS = {name.lower() for name in listed("kernels/program.h", r"^    AP_STEP_(\w+)[ ,]")} - {"count"}
assert len(OPERATIONS) >= 34 and {"copy", "draw", "mix", "irr", "emit", "keep"} <= STEPS


def facts(text, plan):
    """What a model has, each as a word: what its plan does, and what it is written with."""
    found, mixed = set(), None
    random_part = plan.split("\nfor each draw\n")[1]
    loops = random_part.count("  for t = 0 ..")
    found.add(f"loops {min(loops, 4)}")
    for line in plan.splitlines():
        match = re.match(r"    (?:(\S+(?: & \d+\])?) = )?([a-z_0-9]+)(?: |$)(.*)", line)
        if not match or not line.startswith("    "):
            continue
        kind, rest = match[2], match[3]
        found.add(f"step {kind}")
        if kind == "draw":
            form = re.search(r" (table|knots|steps) ", rest)
            family = re.search(r"stream [0-9a-f]+ ([a-z_0-9]+)", rest)[1]
            scored = " by score" if rest.split(",")[0].split(" ")[0] == mixed else ""  # what the mix before it gave
            found.add(f"draw {form[1]}{scored}" if form else f"draw family {family}{' of constants' if ' of ' in rest else ' changing'}{scored}")
        if kind == "mix":
            mixed = match[1]
            found.add(f"mix of {min(rest.split(' weights')[0].count(',') + 1, 4)}")
        if kind == "solve":
            found.add("solve " + re.search(r" ([a-z_0-9]+) spelling", rest)[1])
        if kind == "emit":
            found.add(f"emit {'given' if ', ' in rest.split(' -> ')[0] else 'all'}{' each period' if '+ t' in rest.split('#')[0] else ''}")
        if " when t = " in rest:
            found.add("some periods only")
        found.update(f"lag {lag}" for lag in re.findall(r"\[t-(\d+) & \d+\]", rest))
        if kind in ("irr", "sign_changes", "gather", "convolve") and "#" in rest.split("  #")[0]:
            found.add(f"{kind} of numbers")
    found.update(f"family {name}" for name in re.findall(r"~ (\w+)\(", text))
    found.update(f"inner {outer} {name}" for outer, inner in re.findall(r"~ (truncate|mixture)\((.*)\)", text) for name in re.findall(r"\b([a-z_]+)\(", inner))
    found.update(f"timing {name} {timing}" for name, timing in re.findall(r"\b(irr|npv)\((?:\w|[ %*/\[\]-])+, (?:\w+, )?(start|mid|end)", text))
    for word, pattern in {"delay": r"\bdelay\(", "look ahead": r"\[t\+\d\]", "place of an event": r"\[cod\]", "all history": r"\[\.\.", "history by period": r"^\w+\[20\d\d(Q\d|-\d\d)?\] =",
                          "window": r"\[t-\d\.\.t", "cumulative": r"= cumulative\(\w+\)\[t\]", "reduced member": r"\[one\.\.site", "texts": r"smallest\(|largest\(", "targets": r"targets",
                          "given": r" given ", "correlate": r"^correlate", "scenario": r"^scenario", "percentiles that change": r"p10: low", "one period": r"2026 to 2026$"}.items():
        if re.search(pattern, text, re.M):
            found.add(word)
    head = re.match(r"plan \S+ (\d+) instructions, (\d+) slots", plan.replace(":", "", 1))
    found.update(f"{size}+ {what}" for what, number in (("instructions", head[1]), ("slots", head[2])) for size in (100, 1000, 2500, 10_000) if int(number) >= size)
    return found


def wanted():
    """Every fact that must be there."""
    families = run_json("families")["families"]
    closed = [f["name"] for f in families if f["parameters_rule"].startswith("may be")]
    facts = {f"step {name}" for name in OPERATIONS | STEPS} | {f"family {f['name']}" for f in families}
    facts |= {f"draw family {name} {parameters}{how}" for name in closed for parameters in ("of constants", "changing") for how in ("", " by score")}
    facts |= {f"draw {form}{how}" for form in ("table", "knots", "steps") for how in ("", " by score")}
    facts |= {f"lag {k}" for k in range(1, 10)} | {f"loops {k}" for k in range(5)} | {f"mix of {k}" for k in range(1, 5)}
    facts |= {"emit all", "emit given", "emit all each period", "emit given each period", "some periods only", "irr of numbers", "gather of numbers", "convolve of numbers"}
    facts |= {f"timing {name} {timing}" for name in ("irr", "npv") for timing in ("start", "mid", "end")}
    facts |= {"delay", "look ahead", "place of an event", "all history", "history by period", "window", "cumulative", "reduced member", "texts", "targets", "given", "correlate", "scenario",
              "percentiles that change", "one period", "2500+ slots", "10000+ instructions", "inner truncate lognormal", "inner mixture pert"}
    return facts


def sample(names, share):
    """The models that an engine compiles within a normal test: of families and random ones each n-th, of the rest all."""
    if ALL:
        return list(names)
    many = [n for n in names if n.startswith(("family_", "random_"))]
    return [n for n in names if n not in many and n not in ("size_operations_10000",)][::max(1, share // 2)] + many[::share]


def main():
    begin = time.time()
    engines = [name for name in ("compiled", "cuda") if ready(name)]
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        os.environ["XDG_CACHE_HOME"] = os.path.join(folder, "cache")  # none of the user's own
        paths = generate_models.write(folder)
        texts = generate_models.models()
        assert len(paths) >= 120 and generate_models.models() == texts
        plans = dict(zip(paths, pool.map(lambda path: run("show", path, "--plan").stdout, paths.values())))
        found = collections.Counter(fact for name in paths for fact in facts(texts[name], plans[name]))
        for name in ("step_sign_changes", "step_irr_start_year"):  # counted where a rate is published; show prints what is computed without reports
            outputs = run_json("run", paths[name], "--draws", DRAWS, "--max-invalid", "100%")["outputs"]
            found["step sign_changes"] += any(output["several_sign_changes"] is not None for output in outputs)
        missing = sorted(wanted() - set(found))
        assert not missing, missing
        print(f"{len(paths)} models hold {len(found)} facts; {len(wanted())} are asked for, the rarest {', '.join(f'{k} ({n})' for k, n in found.most_common()[:-6:-1])}")

        def digest(name, *words):
            result = run_json("run", paths[name], "--draws", DRAWS, "--max-invalid", "100%", *words)
            return result["digest"], result
        digests = dict(zip(paths, pool.map(lambda name: digest(name, "--engine", "interpreter")[0], paths)))
        assert len(set(digests.values())) == len(digests)
        print(f"{len(paths)} models run, {time.time() - begin:.0f} s so far")
        for engine in engines:
            names = sample(list(paths), 6 if engine == "compiled" else 12)
            different = []
            for name, (other, result) in zip(names, pool.map(lambda name: digest(name, "--engine", engine), names)):
                ran = str(result.get("engine", engine))
                if other != digests[name] or engine not in ran:
                    different.append((name, ran, digests[name][:16], other[:16]))
            assert not different, (engine, different)
            print(f"{engine}: {len(names)} models have the interpreter's digests, {time.time() - begin:.0f} s so far")
        bands = ["--band", "permit_delay in P75..P100", "--band", "wacc in P0..P10", "--draws", DRAWS, "--csv", "-"]
        for model in ("first", "orbital_compute"):  # alone, and in a group that follows
            path = os.path.join(SOURCE, "models", model + ".risk")
            wanted_text = run("stress", path, *bands, "--engine", "interpreter").stdout
            assert "permit_delay in P75..P100; wacc in P0..P10,ev" in wanted_text or model == "first"
            for engine in engines:
                assert run("stress", path, *bands, "--engine", engine).stdout == wanted_text, (model, engine)
        if not engines:
            print("neither compiled nor cuda is ready here: nothing to compare with")


main()
