# test_inputs.py - apsis inputs, check and show: what the compiler understood, and what it says when it did not.
# SPDX-License-Identifier: Apache-2.0
import hashlib

from cli_common import apsis, golden, main, scratch


def test_inputs():
    for width in (80, 120):
        page = apsis("inputs", "first.risk", width=width)
        assert page.code == 0 and all(len(line) <= width for line in page.out.splitlines())
    golden("inputs_first.txt", apsis("inputs", "first.risk").out)
    listed = apsis("inputs", "first.risk", "--json").json["inputs"]
    for one in listed:
        stream = int.from_bytes(hashlib.sha256(one["name"].encode()).digest()[:8], "little")
        assert one["stream"] == f"0x{stream:016x}", one
    cadence = listed[0]
    assert cadence["name"] == "launch_cadence" and cadence["unit"] == "1/yr" and cadence["family"] == "pert"
    assert abs(cadence["mean"] - (20 + 4 * 150 + 900) / 6) < 1e-9


def test_correlated():
    page = apsis("inputs", "orbital_compute.risk")
    assert page.code == 0, page.err
    listed = {one["name"]: one for one in apsis("inputs", "orbital_compute.risk", "--json").json["inputs"]}
    assert listed["launch_growth"]["correlated"]["launch_cap"] == {"target": 0.5, "of_values": 0.5}
    assert listed["payload"]["group"] is None and listed["payload"]["correlated"] == {}


def test_discrete_correlation_of_values():
    text = "a ~ discrete(0: 50%, 1: 50%)\nb ~ normal(0, 1)\nc ~ bernoulli(50%)\noutput y = a + b + c\ncorrelate\n  a, b 60%\n  a, c 60%\n"
    with scratch(m__risk=text) as folder:
        one = apsis("inputs", "m.risk", "--json", cwd=folder).json["inputs"][0]["correlated"]
        page = apsis("inputs", "m.risk", cwd=folder).out
    # a cut at its median against a continuous score: E[sign(z1) (2 Phi(z2) - 1)] = (2 / pi) asin(rho / sqrt 2), and the ranks of a have sd 1/2
    import math
    rho = 2 * math.sin(math.pi * 0.6 / 6)
    mixed = math.sqrt(3) * (2 / math.pi) * math.asin(rho / math.sqrt(2))
    both = (2 / math.pi) * math.asin(rho)  # two coins
    assert abs(one["b"]["of_values"] - mixed) < 2e-3, (one, mixed)
    assert abs(one["c"]["of_values"] - both) < 1e-2, (one, both)
    assert "of the values" in page


def test_check():
    done = apsis("check", "portfolio.risk")
    assert (done.code, done.out, done.err) == (0, "portfolio.risk: ok, 48 inputs, 19 outputs, 4 scenarios\n", "")
    told = apsis("check", "portfolio.risk", "--json").json
    assert told["ok"] is True and told["diagnostics"] == [] and told["inputs"] == 48
    wrong = "x ~ pert(20, 80, 30)\noutput y = lenght * x\nlength = 2\n"
    with scratch(m__risk=wrong) as folder:
        done = apsis("check", "m.risk", cwd=folder)
        assert done.code == 65 and done.err == ""
        golden("check_wrong.txt", done.out)
        gcc = apsis("check", "m.risk", "--format=gcc", cwd=folder)
        assert gcc.code == 65 and all(line.startswith("m.risk:") for line in gcc.out.splitlines()), gcc.out
        for words in (["check", "m.risk", "--json"], ["run", "m.risk", "--json"]):
            told = apsis(*words, cwd=folder)
            assert told.code == 65 and told.err == "" and len(told.json["diagnostics"]) == 2, told.out
        listed = apsis("check", "m.risk", "--format", "json", cwd=folder)
        assert listed.code == 65 and len(listed.json) == 2
        ran = apsis("run", "m.risk", cwd=folder)
        assert ran.code == 65 and ran.out == "" and ran.err.endswith("m.risk: 2 errors\n"), ran.err


def test_check_models():
    text = ""
    for name in ("first", "orbital_compute", "portfolio", "revenue_stack", "terrestrial_dc"):
        done = apsis("check", f"{name}.risk")
        assert done.code == 0 and done.err == "", done.err
        text += done.out
    golden("check_models.txt", text)


def test_lint():
    model = "price ~ normal(5, 4) \"price [$M]\"\nspare ~ normal(0, 1)\nside = 3\noutput y = 2 * price\n"
    with scratch(m__risk=model, n__risk=model.replace("\nside", "  # apsis: allow unused-inputs \"later\"\nside")) as folder:
        done = apsis("check", "m.risk", cwd=folder)
        assert done.code == 0 and done.err == ""
        golden("check_lint.txt", done.out)
        told = apsis("check", "m.risk", "--json", cwd=folder).json
        assert told["ok"] is True and [d["lint"] for d in told["diagnostics"]] == ["below-zero", "unused-input", "dead-definition"]
        assert {d["severity"] for d in told["diagnostics"]} == {"warning"}
        listed = apsis("check", "m.risk", "--format=json", cwd=folder).json
        assert listed == told["diagnostics"]
        # a run says how many may change its results, and runs
        ran = apsis("run", "m.risk", "--draws", "1000", cwd=folder)
        assert ran.code == 0 and ran.err == "apsis: 2 warnings about m.risk: apsis check m.risk shows them\n", ran.err
        ran = apsis("run", "m.risk", "--draws", "1000", "--json", cwd=folder)
        assert ran.code == 0 and ran.err == ""
        # an allow that is misspelt: an error of the check alone, so that a model may name lints that a version does not know
        wrong = apsis("check", "n.risk", cwd=folder)
        assert wrong.code == 65 and "did you mean unused-input?" in wrong.out
        assert apsis("run", "n.risk", "--draws", "1000", cwd=folder).code == 0


def test_show():
    for what in ("ast", "ir", "plan"):
        done = apsis("show", "first.risk", f"--{what}")
        assert done.code == 0 and len(done.out.splitlines()) > 10, done.err
        assert what in apsis("show", "first.risk", f"--{what}", "--json").json


main(globals())
