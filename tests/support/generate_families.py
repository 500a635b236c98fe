"""generate_families.py - every family in every spelling, and a model of each: a part of generate_models.py."""
# SPDX-License-Identifier: Apache-2.0
# name: constant spellings, then spellings with {x} (uncertain, 0.5 to 1.5) and {y} (per period, 1 to 2)
VARYING = {
    "bernoulli": (["55%", "p: 0", "p: 1"], ["{x} / 3", "{y} / 4"]),
    "binomial": (["20, 30%", "n: 3, p: 0.5", "1000, 2%", "0, 0.5", "1_000_000, 0.3"], ["round(8 * {x}), 30%", "20, {y} / 3", "round(50 * {y}), {x} / 2"]),
    "burr": (["2, 3, 10", "c: 1.5, k: 4", "mean: 1, sd: 0.5", "p10: 1, p90: 4"], ["2 * {x}, 3, 10 * {y}", "4, {y}"]),
    "cauchy": (["0, 1", "p10: -2, p90: 3", "location: 1, scale: 0"], ["{x}, {y}", "p10: -{x}, p90: {y}"]),
    "exponential": (["mean: 2", "rate: 0.2"], ["mean: {x}", "rate: {y}"]),
    "frechet": (["3, 10", "shape: 4, scale: 2, location: 1", "mean: 3, sd: 1", "p10: 1, p90: 4"], ["3 * {x}, {y}", "{y}, {x}, location: {x}"]),
    "geometric": (["20%", "p: 1"], ["{x} / 2", "{y} / 3"]),
    "gev": (["0, 1, 10%", "0, 1, -20%", "0, 1, 0"], ["{x}, {y}, {x} - 1", "{y}, 1, 0.1"]),
    "gpd": (["0, 1, 20%", "0, 1, -20%", "0, 1, 0"], ["{x}, {y}, {x} - 1", "{y}, 1, 0.1"]),
    "gumbel": (["0, 1", "mean: 3, sd: 1", "p10: -2, p90: 3"], ["{x}, {y}", "p10: {x}, p90: 4 * {y}"]),
    "johnson_su": (["-1, 2", "0.5, 1.5, location: 2, scale: 3"], ["{x}, {y}", "-{y}, 2 * {x}, location: {x}, scale: {y}"]),
    "kumaraswamy": (["2, 3", "0.5, 0.7", "mean: 30%, sd: 10%", "p10: 20%, p90: 70%", "2, 3, min: -1, max: 4"], ["2 * {x}, 3 * {y}", "2, {x}, min: -{x}, max: {y}"]),
    "laplace": (["0, 1", "mean: 3, sd: 1", "p10: -2, p90: 3"], ["{x}, {y}", "p10: {x}, p90: 4 * {y}"]),
    "logistic": (["0, 1", "mean: 3, sd: 1", "p10: -2, p90: 3"], ["{x}, {y}", "p10: {x}, p90: 4 * {y}"]),
    "loglogistic": (["10, 4", "mean: 3, sd: 1", "p10: 1, p90: 4"], ["{x}, 4 * {y}", "p10: {x}, p90: 4 * {y}"]),
    "lognormal": (["p10: 250, p90: 3000", "mu: 0.1, sigma: 0.4", "mean: 3, sd: 1", "median: 2, sigma: 0.5", "p5: 1, p95: 9", "p25: 2, p75: 3"],
                  ["mu: {x}, sigma: {y} / 4", "mean: 3 * {x}, sd: {y}", "median: {y}, sigma: {x} / 2", "p10: {x}, p90: 4 * {y}", "p1: {x} / 9, p99: 9 * {x}"]),
    "normal": (["0, 1", "mean: 5%, sd: 2%", "p10: -3, p90: 4", "2, 0"], ["{x}, {y}", "0, {x}", "{y}, 1", "p10: -{x}, p90: 4 * {y}"]),
    "pareto": (["1, 3", "mean: 3, sd: 1", "p10: 1.1, p90: 4"], ["{x}, 3 * {y}", "p10: {x}, p90: 4 * {y}"]),
    "poisson": (["2.5", "0", "40", "1000", "1e6"], ["{x}", "30 * {y}", "1000 * {x} * {y}"]),
    "randint": (["1, 6", "-5, 5", "3, 3"], ["round(-3 * {x}), 6", "0, round(5 * {y})"]),
    "rayleigh": (["2", "scale: 0"], ["{x}", "{y}"]),
    "trapezoidal": (["0, 2, 5, 6", "0, 0, 5, 5"], ["-{x}, 0, {y}, 3", "0, {x}, 2, 2 + {y}"]),
    "triangular": (["1, 2, 5", "0, 0, 1", "0, 1, 1"], ["-{x}, 0, {y}", "0, {x}, 2 + {y}"]),
    "uniform": (["2, 5", "mean: 3, sd: 1", "p10: -2, p90: 3", "4, 4"], ["-{x}, {y}", "p10: {x}, p90: 4 * {y}"]),
    "weibull": (["1.5, 10", "0.7, 2", "mean: 3, sd: 1", "p10: 2, p90: 9"], ["{x}, {y}", "2 * {x}, {y}", "p10: {x}, p90: 4 * {y}"]),
}
CONSTANT = {
    "bearbull": ["0, 3, 7, 12", "-100, -1, 1, 100", "0, 2, 8, 10"],
    "beta": ["2, 10", "0.5, 0.5", "mean: 30%, sd: 10%", "p10: 20%, p90: 70%", "2, 3, min: -1, max: 4", "200, 1"],
    "chi_squared": ["3", "0.5", "400"],
    "cumulative": ["0: 0%, 5: 40%, 9: 100%", "-1: 0%, 0: 10%, 0: 60%, 2: 100%", "1: 0%, 2: 100%"],
    "discrete": ["4: 20%, 5: 45%, 6: 25%, 7: 10%", "-1: 50%, 1: 50%", "3: 100%", "0: 99.9%, 1000: 0.1%", ", ".join(f"{k}: 1%" for k in range(100))],
    "empirical": ['"returns.csv", column: "r"', '"returns.csv", column: "weight"', '"one.csv", column: "r"', '"two.csv", column: "r"'],
    "gamma": ["2, 3", "0.3, 1", "mean: 3, sd: 2", "p10: 1, p90: 4", "500, 2"],
    "histogram": ["0, 5: 40%, 9: 60%", "-3, -2: 10%, 0: 0%, 1: 90%", "0, 1: 100%"],
    "hypergeometric": ["50, 12, 10", "1000, 400, 300", "10, 0, 5", "10, 10, 4"],
    "inverse_gamma": ["3, 2", "0.8, 1", "mean: 3, sd: 2", "p10: 1, p90: 4"],
    "inverse_gaussian": ["2, 3", "1, 40", "mean: 3, sd: 2", "p10: 1, p90: 4"],
    "metalog": ["p10: 20, p50: 35, p90: 70", "p10: 2, p50: 5, p90: 14, min: 0", "p10: 2, p50: 5, p90: 14, min: 0, max: 30", "p5: 1, p25: 3, p50: 5, p75: 8, p95: 14"],
    "mixture": ["70%: normal(0, 1), 30%: pert(1, 2, 5)", "50%: normal(-10, 1), 50%: normal(10, 1)", "20%: lognormal(p10: 1, p90: 4), 30%: uniform(0, 9), 50%: exponential(mean: 3)"],
    "negative_binomial": ["3, 40%", "0.5, 10%", "100, 50%"],
    "pert": ["20, 80, 300", "0, 0, 1", "0, 1, 1", "1, 2, 5, shape: 8", "-3%, 1%, 6%"],
    "student_t": ["4", "1", "2.5", "4, mean: 2, scale: 3", "200"],
    "truncate": ["normal(0, 1), 0, 5", "lognormal(p10: 1, p90: 4), 2, 3", "exponential(mean: 2), 1, 100", "normal(0, 1), 6, 7", "gamma(2, 3), 0, 4"],
}
FAMILIES = sorted([*VARYING, *CONSTANT])


def family(name):
    """From u and from a score, once a draw and afresh each period, with constant, uncertain and changing parameters."""
    constant, varying = VARYING.get(name) or (CONSTANT[name], [])
    lines = [f'model family_{name} "The family {name}, in every spelling"', "period year 2026 to 2029", "x ~ uniform(0.5, 1.5)", "y[t] = 1 + t / periods * x", "z ~ normal(0, 1)", "w[t] ~ normal(0, 1)"]
    group, series_group = ["z"], ["w"]
    for k, text in enumerate(constant):
        lines += [f"u{k} ~ {name}({text})", f"s{k} ~ {name}({text})", f"v{k}[t] ~ {name}({text})", f"c{k}[t] ~ {name}({text})"]
        group.append(f"s{k}")
        series_group.append(f"c{k}")
        lines += [f"output from_u{k} = u{k}", f"output from_z{k} = s{k}", f"output by_t{k}[t] = v{k}[t] + c{k}[t]"]
    for k, text in enumerate(varying):
        once, each = text.format(x="x", y="(1 + x)"), text.format(x="x", y="y[t]")
        lines += [f"uv{k} ~ {name}({once})", f"sv{k} ~ {name}({once})", f"vv{k}[t] ~ {name}({each})", f"cv{k}[t] ~ {name}({each})"]
        group.append(f"sv{k}")
        series_group.append(f"cv{k}")
        lines += [f"output of_x{k} = uv{k}", f"output of_zx{k} = sv{k}", f"output of_xt{k}[t] = vv{k}[t]", f"output of_zt{k}[t] = cv{k}[t]"]
    lines.append("correlate")
    lines += [f"  {one}, {two} {'30%' if k % 2 else '-25%'}" for k, (one, two) in enumerate(zip(group, group[1:]))]
    lines += [f"  {one}[t], {two}[t] 20%" for one, two in zip(series_group, series_group[1:])]
    return "\n".join(lines)
