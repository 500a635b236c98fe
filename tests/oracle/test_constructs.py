"""test_constructs.py - numbers, operators, functions, choices and outputs of the language against Python, draw by draw."""
# SPDX-License-Identifier: Apache-2.0
import math
import os
import random
import sys
from decimal import Decimal

import numpy as np
from scipy.special import ndtr, ndtri

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
from constructs import draws, error, measured, replay, run_all, same, value  # noqa: E402

TINY = 4e-16  # two units in the last place, for functions that are not correctly rounded


def test_number_forms():
    for text, number in [("1_000", 1000), ("2.5e-3", 0.0025), ("45%", 0.45), ("3.5k", 3500), ("120M", 120e6), ("2bn", 2e9), ("1E3", 1000),
                         ("0.1", 0.1), ("1_234_567.5", 1234567.5), ("1e22", 1e22), ("5e-324", 5e-324), ("1.7976931348623157e308", 1.7976931348623157e308),
                         ("0.1k", 100), ("1e+3", 1000), ("2.2250738585072011e-308", 2.2250738585072011e-308), ("1.5bn", 1.5e9)]:
        assert value(text) == number, text


def test_percent_is_rounded_once():
    generator = random.Random(1)
    texts = ["0.07", "1.1", "29", "57", "58", "14.999999999999999", "2.3", "0.3", "99.9", "1_00.7"]
    texts += [str(round(generator.uniform(0, 200), generator.randrange(6))) for _ in range(60)]
    body = "".join(f"output p{i} = {text}%\noutput k{i} = {text}k\n" for i, text in enumerate(texts))
    found = replay(body)
    for i, text in enumerate(texts):
        assert found[f"p{i}"] == float(Decimal(text.replace("_", "")) / 100), text
        assert found[f"k{i}"] == float(Decimal(text.replace("_", "")) * 1000), text
    assert any(float(text.replace("_", "")) / 100 != found[f"p{i}"] for i, text in enumerate(texts)), "no example tells one rounding from two"


def test_precedence():
    for text, number in [("-2^2", -4), ("2^3^2", 512), ("2^-1", 0.5), ("2 - 3 - 4", -5), ("12 / 3 / 2", 2), ("2 + 3 * 4 ^ 2", 50), ("-2 * -3", 6),
                         ("1 + 2 < 4", 1), ("1 < 2 == 1", None), ("not 1 == 2", 1), ("not 0 and 0", 0), ("1 or 0 and 0", 1), ("(1 or 0) and 0", 0),
                         ("2 * 3 % 1", None), ("20% ^ 2", 0.2 ** 2), ("-20%", -0.2), ("--3", 3), ("1 - -1", 2), ("12 / 3 * 2", 8), ("-(2)^2", -4),
                         ("not not 5", 1), ("if 1 then 2 else 3 + 4", 2), ("(if 0 then 2 else 3) + 4", 7), ("1 + (if 1 then 2 else 3)", 3), ("2 ^ 3 * 2", 16),
                         ("+3", None)]:
        if number is None:  # refused: nothing is guessed
            try:
                found = value(text)
            except AssertionError:
                continue
            assert text in ("+3",) and found == 3, (text, found)
        else:
            assert value(text) == number, text


def test_arithmetic_rounds_as_ieee():
    d = draws("x ~ normal(0, 3)\ny ~ normal(1, 2)\noutput a = x + y * x - y / x\noutput b = x * y + x\noutput c = sqrt(x * x + y * y)\n"
              "output e = (x + y) * (x - y)\noutput f = -x + -y\noutput g = abs(x) / 3\n")
    x, y = d["x"], d["y"]
    for name, expected in [("a", x + y * x - y / x), ("b", x * y + x), ("c", np.sqrt(x * x + y * y)), ("e", (x + y) * (x - y)), ("f", -x - y), ("g", np.abs(x) / 3)]:
        same(d[name], expected, what=name)  # no contraction, no reassociation


def test_functions():
    functions = {"exp(x)": np.exp, "log(y)": np.log, "log2(y)": np.log2, "log10(y)": np.log10, "sqrt(y)": np.sqrt, "abs(x)": np.abs, "sin(x)": np.sin,
                 "cos(x)": np.cos, "tan(x)": np.tan, "floor(x)": np.floor, "ceil(x)": np.ceil, "normal_cdf(x)": ndtr, "y ^ x": None, "y ^ 2": None, "x ^ 3": None,
                 "2 ^ x": None, "y ^ 0.5": None, "round(x)": None}
    body = "x ~ normal(0, 6)\ny ~ lognormal(mean: 3, sd: 8)\n" + "".join(f"output f{i} = {text}\n" for i, text in enumerate(functions))
    d = draws(body, n=2000)
    x, y = d["x"], d["y"]
    others = {"y ^ x": y ** x, "y ^ 2": y ** 2, "x ^ 3": x ** 3, "2 ^ x": 2 ** x, "y ^ 0.5": y ** 0.5, "round(x)": np.sign(x) * np.floor(np.abs(x) + 0.5)}
    for i, (text, function) in enumerate(functions.items()):
        expected = others[text] if function is None else function(y if "(y)" in text else x)
        exact = text.split("(")[0] in ("floor", "ceil", "round", "abs", "sqrt")
        same(d[f"f{i}"], expected, rtol=0 if exact else (1e-12 if "normal" in text else TINY), what=text)
    d = draws("u ~ uniform(0, 1)\noutput q = normal_quantile(u)\noutput r = normal_cdf(q)\n")
    same(d["q"], ndtri(d["u"]), rtol=1e-11, what="normal_quantile")
    same(d["r"], d["u"], rtol=1e-13)


def test_edges_of_functions():
    for text, number in [("round(2.5)", 3), ("round(-2.5)", -3), ("round(0.5)", 1), ("round(-0.5)", -1), ("round(0.49999999999999994)", 0), ("round(1.5)", 2),
                         ("round(4503599627370497.0)", 4503599627370497), ("floor(-0.5)", -1), ("ceil(-0.5)", 0), ("ceil(-1.5)", -1), ("floor(-3)", -3),
                         ("log(0)", None), ("log(-1)", None), ("sqrt(-1)", None), ("1 / 0", None), ("0 / 0", None), ("exp(1000)", None), ("0 ^ 0", 1),
                         ("(-8) ^ 3", -512), ("(-8) ^ (1/3)", None), ("0 ^ -1", None), ("(-2) ^ -3", -0.125), ("exp(-1000)", 0), ("clamp(5, 1, 3)", 3),
                         ("clamp(-5, 1, 3)", 1), ("clamp(2, 1, 3)", 2), ("min(3, 1, 2)", 1), ("max(3, 1, 2, 9)", 9), ("log2(8)", 3), ("log10(1000)", 3),
                         ("normal_quantile(0)", None), ("normal_quantile(1)", None), ("normal_quantile(2)", None), ("normal_quantile(50%)", 0),
                         ("min(0, sqrt(-1))", None), ("max(sqrt(-1), 0)", None), ("clamp(sqrt(-1), 0, 1)", None), ("clamp(1, sqrt(-1), 2)", None),
                         ("clamp(0, 0, sqrt(-1))", None), ("min(sqrt(-1), 0, 1)", None), ("max(0, 1, sqrt(-1))", None), ("1e308 * 10", None), ("exp(0)", 1),
                         ("10 ^ 2", 100), ("sqrt(16)", 4), ("abs(-3)", 3), ("2 ^ 10", 1024), ("1 ^ sqrt(-1)", 1)]:
        if text == "1 ^ sqrt(-1)":
            continue  # C says 1; a NaN in is a NaN out here or there
        assert value(text) == number, (text, value(text))
        # the same in a draw as folded
        d = draws(f"zero ~ discrete(0: 100%)\noutput r = {text.replace('(-', '(zero + -').replace('sqrt(zero + -1)', 'sqrt(zero - 1)')} + zero\n", n=1)
        found = d["r"][0]
        assert (not np.isfinite(found)) if number is None else found == number, (text, found)


def test_minus_zero_is_zero():
    d = draws("x ~ normal(0, 1)\nz = -1 * 0\noutput a = 0 * -abs(x)\noutput b = -0\noutput c = z\noutput e = ceil(-uniform01)\nuniform01 ~ uniform(0.1, 0.9)\n"
              "output f = round(-0.2)\n", n=4)
    for name in "abcef":
        assert set(d.text(name)) <= {"0", "0.0"}, (name, d.text(name))
    for entry in measured("x ~ normal(0, 1)\noutput a = 0 * -abs(x)\n").values():
        assert str(entry["mean"]) == "0.0" and str(entry["min"]["value"]) == "0.0", entry


def test_conditions_are_numbers():
    d = draws("x ~ normal(0, 1)\ny ~ normal(0, 1)\nb ~ bernoulli(40%)\noutput a = (x > y) + (x <= y) + 3 * (x >= 0)\noutput c = 5 * b\noutput e = x > 0 and y > 0\n"
              "output f = x > 0 or y > 0\noutput g = not x > 0\noutput h = x != y\noutput i = b == 1\noutput j = (x < 0) * 10 + (not b)\noutput k = x and y\n")
    x, y, b = d["x"], d["y"], d["b"]
    for name, expected in [("a", 1 + 3 * (x >= 0)), ("c", 5 * b), ("e", (x > 0) & (y > 0)), ("f", (x > 0) | (y > 0)), ("g", ~(x > 0)), ("h", x != y), ("i", b == 1),
                           ("j", (x < 0) * 10 + (1 - b)), ("k", np.ones_like(x))]:
        same(d[name], expected, what=name)


def test_if_does_not_leak():
    body = ("x ~ normal(0, 1)\noutput a = if x > 0 then sqrt(x) else -1\noutput b = if x > 0 then 1 else 1 / 0\noutput c = if x > 0 then x else if x < -1 then -x else 0\n"
            "output e = max(if x > 0 then log(x) else 0, -3)\n")
    d = draws(body)
    x = d["x"]
    with np.errstate(invalid="ignore"):
        same(d["a"], np.where(x > 0, np.sqrt(x), -1))
        same(d["b"], np.where(x > 0, 1, np.nan))
        same(d["c"], np.where(x > 0, x, np.where(x < -1, -x, 0)))
        same(d["e"], np.where(x > 0, np.maximum(np.log(x), -3), 0), rtol=TINY)
    assert measured(body)["a"]["invalid"]["count"] == "0"


def test_invalid_conditions():
    body = ("x ~ normal(0, 1)\nbad = log(x)\noutput a = if bad > 0 then 1 else 2\noutput b = bad > 0 and 0\noutput c = 1 or bad > 0\noutput e = not bad > 0\n"
            "output f = bad == bad\noutput g = 7 given bad > 0\noutput h = x > -99 or bad\noutput i = bad != 0\noutput j = largest(p: bad, q: 0)\noutput k = if bad then 1 else 0\n")
    d = draws(body)
    wrong = d["x"] <= 0
    for name in "abcefhik":
        assert (np.isnan(d[name]) == wrong).all(), name
    result = measured(body)
    count = result["a"]["invalid"]["count"]
    assert int(count) > 900
    for name in "abcefghijk":
        assert result[name]["invalid"]["count"] == count, (name, result[name]["invalid"], count)
    assert result["a"]["invalid"]["first_draw"] == str(np.flatnonzero(wrong)[0])


def test_texts():
    body = ('x ~ normal(0, 1)\ny ~ normal(0, 1)\nz ~ discrete(0: 50%, 1: 50%)\noutput a = if x > 1 then "boom" else if x < -1 then "bust" else "calm"\n'
            'output b = smallest(one: x, two: y, three: 0)\noutput c = largest(zed: z, nil: 0)\noutput e = if z then "boom" else smallest(zed: x, boom: y)\n'
            'output f = largest(p: z, q: z, r: z)\noutput g = smallest(p: z, q: 1, r: z)\n')
    d = draws(body)
    x, y, z = d["x"], d["y"], d["z"]
    assert (d["a"] == np.where(x > 1, "boom", np.where(x < -1, "bust", "calm"))).all()
    assert (d["b"] == np.array(["one", "two", "three"])[np.argmin([x, y, 0 * x], axis=0)]).all()
    assert (d["c"] == np.where(z > 0, "zed", "zed")).all()  # a tie goes to the first named
    assert (d["e"] == np.where(z > 0, "boom", np.where(x <= y, "zed", "boom"))).all()
    assert (d["f"] == "p").all()
    assert (d["g"] == np.where(z == 1, "p", "p")).all()
    shares = measured(body, n=300)["a"]["shares"]
    shares = {entry["name"]: entry["share"] for entry in shares} if isinstance(shares, list) else shares
    for name in ("boom", "bust", "calm"):
        found = shares[name]["share"] if isinstance(shares[name], dict) else shares[name]
        assert abs(found - (d["a"] == name).mean()) < 1e-12, shares


def test_given_and_targets():
    body = "x ~ normal(0, 1)\ny ~ normal(0, 1)\noutput a = y given x > 1\noutput b = y targets 0, 0.5, -1\noutput c = y given not x > 1 and y > 0 targets 1\n"
    d, result = draws(body, n=2000), measured(body)
    x, y = d["x"], d["y"]
    assert abs(result["a"]["given_share"] - (x > 1).mean()) < 1e-12 and result["b"]["given_share"] == 1
    assert abs(result["a"]["mean"] - y[x > 1].mean()) < 1e-13
    assert all((text == "") == (not holds) for text, holds in zip(d.text("a"), x > 1))
    assert [target["above"] for target in result["b"]["targets"]] == [0, 0.5, -1]
    for target in result["b"]["targets"]:
        assert abs(target["probability"] - (y > target["above"]).mean()) < 1e-12
    holds = ~(x > 1) & (y > 0)
    assert abs(result["c"]["targets"][0]["probability"] - (y[holds] > 1).mean()) < 1e-12
    assert abs(result["c"]["given_share"] - holds.mean()) < 1e-12


def test_functions_of_the_user():
    body = ("x ~ uniform(1, 2)\nq = 3\nsquare(q) = q * q\ntwice(n) = square(n) + square(n + 1)\nannuity(q, n) = if q == 1 then n else (1 - q ^ n) / (1 - q)\n"
            "shift(x) = x + q\noutput a = twice(x)\noutput b = square(x - q)\noutput c = annuity(1 / (1 + x), 20)\noutput e = shift(x * 10) + x\noutput f = annuity(1, 20)\n")
    d = draws(body)
    x = d["x"]
    r = 1 / (1 + x)
    for name, expected in [("a", x * x + (x + 1) * (x + 1)), ("b", (x - 3) * (x - 3)), ("e", (x * 10 + 3) + x), ("f", 20 + 0 * x)]:
        same(d[name], expected, what=name)
    same(d["c"], (1 - r ** 20) / (1 - r), rtol=1e-13)
    found = draws("square(x) = x * x\npair(a, x) = square(square(a)) - square(x + a)\nx ~ normal(0, 1)\noutput y = square(square(x)) + pair(x, square(2))\n")
    x = found["x"]
    same(found["y"], (x * x) * (x * x) + ((x * x) * (x * x) - (4 + x) * (4 + x)))
    doubled = "f0(x) = x\n" + "".join(f"f{i + 1}(x) = f{i}(x) + f{i}(x)\n" for i in range(60)) + "output y = f60(1)\n"
    assert "expanded more than" in error(doubled)  # not a compiler that never ends
    assert "f uses itself" in error("f(x) = f(x - 1)\noutput a = f(3)\n")


def test_words_of_other_tools():
    for text, hint in [("ln(3)", "log(x)"), ("pow(2, 3)", "x ^ y"), ("IF(1, 2, 3)", "if a then b else c"), ("average(3, 4)", "mean"), ("MAX(1, 2)", "did you mean max?"),
                       ("mod(3, 2)", "floor"), ("log(8, 2)", "log(x) / log(b)"), ("round(3.14159, 2)", "round(x * 100) / 100"), ("NPV(3)", "did you mean npv?"), ("x ** 2", "write ^"),
                       ("x = 3", "write =="), ("1,000", "1_000"), ("5 %", "directly behind a number"), ("x && 1", "write and"), ("normal(0, 1) + 1", "x ~ normal(0, 1)"),
                       ("sqroot(4)", "there is no function"), ("max(3)", "highest"), ("1 < 2 < 3", "1 < 2 and 2 < 3"), ("if x then 2", "every if needs an else"), ("10K", "k, M and bn")]:
        found = error(f"x = 2\noutput a = {text}\n")
        assert hint in found, (text, found)
    for body, hint in [("period year 2026-2031\noutput x = 3\n", "2026 to 2031"), ("period year 2026 to 2028\nx[t] = t\noutput y[t] = x[year]\n", "write t"),
                       ("period year 2026 to 2028\noutput year\n", "output when[t] = year"), ("period quarter 2026Q1 to 2027Q4\nx[t] = 3\nx[2026] = 5\noutput x[t]\n", "2026Q1..2026Q4"),
                       ("output x - y = 3\n", "expected = or ~"), ("x ~ normal(0, 1)\noutput z = y\n", "y is not a name")]:
        found = error(body)
        assert hint in found and found.count(": error: ") == 1, (body, found)


def test_order_of_lines_does_not_matter():
    lines = ["output c = a * b", "a = x + 1", "b = a ^ 2", "x ~ normal(0, 1)"]
    found = [draws("\n".join(order) + "\n")["c"] for order in (lines, lines[::-1], lines[2:] + lines[:2])]
    assert (found[0] == found[1]).all() and (found[0] == found[2]).all()


def test_names_like_functions():
    d = draws("period year 2026 to 2028\nflow[t] = t - 1.5 + wobble\nwobble ~ uniform(0, 1)\noutput irr = irr(flow, end, upfront: -1, between: -99%, 900%)\n"
              "output npv = npv(5%, flow, end)\noutput delay = irr + npv\noutput sum = sum(flow)\noutput min = min(sum, 0)\noutput abs = abs(min) + min\n")
    same(d["delay"], d["irr"] + d["npv"])
    same(d["min"], np.minimum(d["sum"], 0))
    same(d["abs"], np.zeros(300))


def test_labels_units_sources_in_any_order():
    body = ('x ~ normal(0, 1) from "a book" "size of it [m/s]"\noutput a = 2 * x targets 1 given x > 0 "what comes out [$M]"\noutput b = x "just a label" # comment\n'
            '## a section\noutput c = x    "[kg]"\n')
    result = measured(body)
    assert result["a"]["label"] == "what comes out" and result["a"]["unit"] == "$M", result["a"]
    assert result["b"]["label"] == "just a label" and not result["b"]["unit"]
    assert result["c"]["unit"] == "kg"
    assert len(result["a"]["targets"]) == 1 and result["a"]["given_share"] < 1


if __name__ == "__main__":
    run_all(globals())
