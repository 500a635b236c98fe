"""every_family.py - writes a model that draws from every family by u and by score, and folds every function of constants."""
# SPDX-License-Identifier: Apache-2.0
import os

from apsis_command import run_json

FOLDED = ["exp(0.7)", "log(3)", "log2(10)", "log10(7)", "sqrt(2)", "1.07 ^ 12.5", "sin(1)", "cos(2)", "tan(0.3)", "normal_cdf(-1.3)", "normal_quantile(0.9)", "1 / 3", "12.3% * 7",
          "round(2.5)", "floor(-2.5)", "clamp(3, 0.1, 0.7)"]
# parameters that are worked out in the draw, or before it
SOLVED = ["lognormal(p10: low, p90: low + 4)", "normal(mean: low, sd: 1 / 3)", "gumbel(low, 2)", "binomial(20, low / 10)", "poisson(low)", "triangular(low, 5, 7)",
          "lognormal(mean: 3, sd: 0.7)", "lognormal(p5: 1, p95: 9)", "gamma(mean: 3, sd: 2)", "beta(mean: 30%, sd: 10%)", "weibull(p10: 2, p90: 9)", "normal(p10: -3, p90: 4)"]


def write(folder):
    """The path of the model; its data lie beside it."""
    with open(os.path.join(folder, "returns.csv"), "w") as file:
        file.write("r\n" + "\n".join(str(k * k % 17 / 10 - 0.4) for k in range(23)) + "\n")
    lines = ['model every "Every family, every function"', "period year 2026 to 2031", "low ~ uniform(1, 3)"]
    names = []
    for family in run_json("families")["families"]:
        name = family["name"]
        names.append(name)
        lines += [f"a_{name} ~ {family['example']}", f"b_{name} ~ {family['example']}", f"s_{name}[t] ~ {family['example']}"]
    lines += [f"solved_{k} ~ {text}" for k, text in enumerate(SOLVED)]
    lines += [f"folded_{k}[t] = {text} * (1 + t)" for k, text in enumerate(FOLDED)]
    lines += [f"factor_{k} = {text}" for k, text in enumerate(FOLDED)]
    lines += [f"output x_{name} = a_{name} + b_{name}" for name in names]
    lines += [f"output y_{name} = sum(s_{name})" for name in names]
    lines += [f"output z_{k} = solved_{k} * factor_{k}" for k in range(len(SOLVED))]
    lines += [f"output f_{k}[t] = folded_{k}[t] * low + factor_{k}" for k in range(len(FOLDED))]
    lines.append("correlate")
    lines += [f"  b_{one}, b_{two} {30 if k % 2 else -25}%" for k, (one, two) in enumerate(zip(names, names[1:]))]
    path = os.path.join(folder, "every.risk")
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
    return path
