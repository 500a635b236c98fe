"""generate_models.py - writes some 120 models that together use every operation, family, kind of step and form of lag.

    python3 tests/support/generate_models.py FOLDER [--seed N] [--list]

The same seed gives the same files, on every machine; the standard library is all it needs. Each name starts with its group, so that a
test can take some of them: op_ (operations), family_, step_, lag_, form_ (texts, given, members, loops), size_, random_."""
# SPDX-License-Identifier: Apache-2.0
import os
import random
import re
import sys

from generate_families import CONSTANT, FAMILIES, VARYING, family

DATA = {"returns.csv": "r,weight\n" + "".join(f"{k * k % 17 / 10 - 0.4:g},{k % 5}\n" for k in range(23)), "one.csv": "r\n3.5\n", "two.csv": "r\n-1\n2\n"}

# ------------------------------------------------------------------ operations

# (name of the step, expression in a b c, all uncertain; t where it stands in a loop)
UNARY = {"NEGATE": "-a", "ABS": "abs(a)", "SQRT": "sqrt(a)", "EXP": "exp(a)", "LOG": "log(a)", "LOG2": "log2(a)", "LOG10": "log10(a)", "SIN": "sin(a)", "COS": "cos(a)",
         "TAN": "tan(a)", "FLOOR": "floor(a)", "CEIL": "ceil(a)", "ROUND": "round(a)", "NOT": "not a", "NORMAL_CDF": "normal_cdf(a)", "NORMAL_QUANTILE": "normal_quantile(a)"}
BINARY = {"ADD": "a + b", "SUB": "a - b", "MUL": "a * b", "DIV": "a / b", "POW": "a ^ b", "MIN": "min(a, b)", "MAX": "max(a, b)", "LT": "a < b", "LE": "a <= b", "EQ": "a == b",
          "NE": "a != b", "AND": "a and b", "OR": "a or b"}
TERNARY = {"CLAMP": "clamp(a, b, c)", "IF": "if a then b else c"}
# arguments of all kinds: small, whole, zero, negative, huge, tiny, infinite and NaN
ARGUMENTS = {
    "smooth": ("a ~ normal(0.3, 2)", "b ~ normal(0, 1)", "c ~ uniform(-1, 4)"),
    "whole": ("a ~ discrete(-2: 20%, 0: 30%, 1: 20%, 2: 20%, 5: 10%)", "b ~ discrete(-1: 20%, 0: 40%, 2: 40%)", "c ~ randint(-3, 3)"),
    "share": ("a ~ uniform(0, 1)", "b ~ uniform(-0.1, 1.1)", "c ~ beta(0.5, 0.5)"),
    "wide": ("a = aa * 10 ^ ee", "aa ~ normal(0, 1)", "ee ~ randint(-307, 307)", "b = bb * 10 ^ ff", "bb ~ normal(0, 1)", "ff ~ randint(-20, 20)", "c ~ cauchy(0, 1e200)"),
    "broken": ("a = log(aa)", "aa ~ normal(0.5, 1)", "b = 1 / bb", "bb ~ discrete(-1: 40%, 0: 30%, 1: 30%)", "c ~ normal(0, 1)"),
}


def put(text, **values):
    """The expression with its a, b, c replaced."""
    return re.sub(r"\b[abc]\b", lambda found: values.get(found[0], found[0]), text)


def operations(number, arguments):
    lines = [f'model op_{number} "Operations on arguments that are {number}"', "period year 2026 to 2028", *arguments]
    for name, text in {**UNARY, **BINARY, **TERNARY}.items():
        lines += [f"output once_{name.lower()} = {text}", f"output each_{name.lower()}[t] = {put(text, a='x[t]')}"]
    lines += ["x[t] = a * (t + 1) + s[t]", "s[t] ~ normal(0, 0.1)"]
    return "\n".join(lines)


def growth():
    """A base that stays and an exponent that moves: LOG_HIGH, LOG_LOW and POW_FROM."""
    return """model op_growth "Powers of one base in every period"
period month 2026-01 to 2028-12
rate ~ uniform(-20%, 30%)
odd  ~ normal(1, 1)
kick[t] ~ normal(0, 1)
output grown[t] = (1 + rate) ^ (t / 12)
output fallen[t] = 3 * (1 - rate) ^ t
output other[t] = odd ^ (t / 4)
output whole[t] = (1 + rate) ^ 2 + odd ^ 3 + odd ^ (-1)
output both[t] = (1 + rate) ^ kick[t]
output folded[t] = 1.07 ^ t * rate
output stacked[t] = 2 ^ odd ^ (t / 36)"""


# ------------------------------------------------------------------ steps

def irr(timing, period, ends):
    first, last, final = {"year": ("2026", "2040", "2040"), "quarter": ("2026Q1", "2031Q4", "2031Q4"), "month": ("2026-01", "2029-12", "2029-12")}[period]
    extra = f", upfront: -8 * a, final: 2 * cash[{final}]" if ends else ""
    return f"""model step_irr_{timing}_{period} "Rates of return, flows at {timing}"
period {period} {first} to {last}
a ~ uniform(0.5, 1.5)
n[t] ~ normal(1, 2)
cash[t] = (if t < 3 then -3 * a else 1) + 0.3 * n[t]
zero[t] = if a > 1 then 0 else cash[t]
fixed[t] = if t < 2 then -5 else 1
output rate = irr(cash, {timing}{extra}, between: -60%, 200%)
output again = irr(zero, {timing}, between: -0.9 * a, a)
output known = irr(fixed, {timing}, upfront: -a, between: -50%, 50%)
output worth = npv(8% * a, cash, {timing}{extra})
output level = npv(10%, fixed, {timing}, upfront: a)"""


STEPS = {
    "gather_at": """model step_gather_at "A whole series at a period that differs by draw"
period year 2026 to 2037
k ~ discrete(-1: 10%, 0: 10%, 3: 30%, 11: 30%, 12: 10%, 5.5: 10%)
u ~ uniform(0, 12)
w[t] ~ normal(0, 1)
x[t] = x[t-1] * 0.9 + w[t]
x[..2025] = 7
fixed[t] = t * t
fixed[2025] = -1
cod = first(t where x > 1, else periods)
output at_k = x[round(k)]
output at_floor = w[floor(u)]
output at_cod = if cod < periods then x[cod] else -1
output of_fixed = fixed[floor(u)]
output ahead[t] = x[min(t + floor(u / 4), 11)]
output both[t] = w[floor(u)] - x[t]""",
    "gather_past": """model step_gather_past "Lags that differ by draw, and by period"
period year 2026 to 2045
life ~ discrete(0: 10%, 4: 20%, 5: 45%, 6: 15%, 60: 10%)
bad  ~ discrete(-1: 5%, 2: 95%)
w[t] ~ normal(10, 1)
bought[t] = 10 + w[t]
bought[..2025] = 3
plain[t] = t
plain[2025] = -1
plain[2024] = -2
plain[..2023] = -3
retired[t] = bought[t - life]
output retired[t]
output fleet[t] = fleet[t-1] + bought[t] - retired[t]
fleet[2025] = 12
output moving[t] = bought[t - round(abs(w[t]) / 5)]
output known[t] = plain[t - life]
output broken[t] = bought[t - bad]
output part = sum(retired[2030..2035])""",
    "gather_past_cycle": """model step_gather_past_cycle "A lag that differs by draw in a loop through itself"
period year 2026 to 2045
life ~ discrete(1: 20%, 2: 30%, 7: 50%)
zero ~ discrete(0: 10%, 3: 90%)
w[t] ~ normal(1, 0.3)
stock[t] = stock[t-1] + orders[t] - orders[t - life]
stock[..2025] = 5
orders[t] = max(0, 10 - stock[t-1]) * w[t] + 0.1 * orders[t - life]
orders[..2025] = 1
once[t] = 0.5 * once[t - zero] + w[t]
once[..2025] = 2
output stock[t]
output orders[t]
output once[t]""",
    "convolve": """model step_convolve "Vintages"
period quarter 2026Q1 to 2033Q4
member plant: one, two, three
keep ~ uniform(80%, 99%)
life ~ randint(3, 30)
w[t] ~ normal(5, 1)
added[t] = w[t] + t
fixed[t] = 1 / (t + 1)
survival[t] = if t < life then keep ^ t else 0
output working[t] = convolve(added, survival)[t]
output known[t] = convolve(fixed, survival)[t]
output smooth[t] = convolve(added, fixed)[t]
noise[plant, t] ~ normal(1, 0.2)
orders[plant, t] = max(0, 4 - held[plant, t-1]) * noise[plant, t]
held[plant, t] = convolve(orders[plant], survival)[t]
held[plant, 2025Q4] = 1
output held[plant, t]""",
    "solve": """model step_solve "Parameters worked out in the draw"
period year 2026 to 2029
low ~ uniform(1, 3)
spread[t] ~ uniform(1, 2)
output a1 = a
a ~ lognormal(p10: low, p90: low + 4)
b[t] ~ normal(p10: low, p90: low + 3 * spread[t])
c[t] ~ weibull(p10: spread[t], p90: 9)
d ~ gumbel(p10: low, p90: low * 2)
e[t] ~ uniform(p10: low, p90: low + spread[t])
f ~ lognormal(mean: low, sd: 1)
g[t] ~ laplace(p25: low, p75: low + spread[t])
h ~ pareto(p10: low, p90: 4 * low)
i[t] ~ exponential(mean: spread[t])
j ~ normal(p10: low, p90: 2)
output all[t] = b[t] + c[t] + e[t] + g[t] + i[t]
output sums = d + f + h + j
correlate
  a, d 40%
  b[t], c[t] -30%
  d, h 20%""",
    "mix": """model step_mix "Correlated groups of two, three and nine, of draws and of series, of members"
period year 2026 to 2031
member site: texas, virginia, orbit
""" + "\n".join(f"x{k} ~ {['normal(0, 1)', 'pert(1, 2, 5)', 'poisson(3)', 'discrete(1: 50%, 2: 50%)', 'triangular(1, 2, 5)', 'gamma(2, 3)'][k % 6]}" for k in range(9)) + """
y0[t] ~ lognormal(p10: 1, p90: 3)
y1[t] ~ pert(1, 2, 3)
y2[t] ~ binomial(20, 30%)
permit[site] ~ lognormal(p10: 1, p90: 4)
over[site]   ~ lognormal(p10: 0.95, p90: 1.6)
n[site, t] ~ normal(0, 1)
m[t] ~ normal(0, 1)
output all = """ + " + ".join(f"x{k}" for k in range(9)) + """
output series[t] = y0[t] * y1[t] + y2[t] + m[t]
output late[site] = permit[site] * over[site]
output noisy[site, t] = n[site, t] + m[t]
correlate
""" + "\n".join(f"  x{i}, x{k} {10 + 5 * ((i * 3 + k) % 4)}%" for i in range(9) for k in range(i)) + """
  y0[t], y1[t] 90%
  y1[t], y2[t] -40%
  permit[texas], permit[virginia] 50%
  permit[site], over[site] 30%""",
    "sign_changes": """model step_sign_changes "Flows that change sign often"
period year 2026 to 2045
a ~ normal(0, 1)
w[t] ~ normal(0, 1)
wild[t] = if abs(w[t]) < 0.5 then 0 else w[t]
output ends = irr(wild, end, between: -90%, 900%)
output mids = irr(wild, mid, upfront: a, between: -90%, 900%)
output starts = irr(wild, start, upfront: -5, final: a, between: 0%, 100%)
output none = irr(wild, mid, between: a, -a)""",
    "emit_given": """model step_emit_given "Outputs under conditions"
period year 2026 to 2031
refused ~ bernoulli(12%)
value ~ normal(5, 4)
w[t] ~ normal(0, 1)
output profit = if refused then -1 else value targets 0, 10
output margin = value / 20 given not refused targets 0.1, 0.2, 0.3
output never = value given value > 1000
output broken = value given log(value) > 0
output path[t] = value + w[t] given w[t] > 0
output either[t] = log(value) given not refused
output late[t] = w[t] given t > 2 and value > 5 targets 1
output minus = -0 * value
output fixed = 3
output row[t] = t * 2""",
    "uniform_itself": """model step_uniform_itself "Uniforms as they come"
period year 2026 to 2028
u ~ uniform(0, 1)
v[t] ~ uniform(0, 1)
output u
output v[t]
output sum_of = u + sum(v)""",
}

# ------------------------------------------------------------------ lags

LAGS = {
    "fixed": "model lag_fixed \"Every fixed lag from 1 to 9, alone and together\"\nperiod year 2026 to 2045\nw[t] ~ normal(0, 1)\n" + "\n".join(
        f"a{k}[t] = 0.5 * a{k}[t-{k}] + w[t]\na{k}[..2025] = {k}\noutput a{k}[t]\noutput b{k}[t] = v[t-{k}]" for k in range(1, 10)) + "\nv[t] = w[t] * 2\nv[..2025] = 4\noutput many[t] = " + " + ".join(
        f"v[t-{k}]" for k in range(1, 10)),
    "history": """model lag_history "Values before the first period, one by one and all at once"
period quarter 2026Q1 to 2029Q4
start ~ normal(10, 1)
w[t] ~ normal(0, 1)
a[t] = a[t-1] + 0.5 * a[t-3] - a[t-4] + w[t]
a[2025Q4] = start
a[2025Q3] = start - 1
a[2025Q1..2025Q2] = 3, 4
b[t] = b[t-2] * 0.9 + a[t]
b[..2025Q4] = start
c[t] = c[t-2] + w[t]
c[2026Q1..2026Q2] = 5
d[t] = w[t]
d[2025Q4] = start
e[t] = d[t - 1] + d[t]
output a[t]
output b[t]
output c[t]
output e[t]""",
    "delay": """model lag_delay "Delays that are not whole"
period year 2026 to 2045
permit ~ lognormal(p10: 1.2, p90: 4.8)
exact ~ discrete(0: 30%, 1: 30%, 2.5: 40%)
w[t] ~ normal(5, 1)
step[t] ~ uniform(0, 6)
bought[t] = 10 + w[t]
bought[..2025] = 3
fixed[t] = t + 1
fixed[..2025] = 0
output opened[t] = delay(bought, permit)[t]
output shifted[t] = delay(bought, exact)[t]
output moved[t] = delay(bought, step[t])[t]
output of_fixed[t] = delay(fixed, permit)[t]
output constant[t] = delay(bought, 2.25)[t]
output inside[t] = delay(inside_of, 1 + permit)[t]
inside_of[t] = inside[t] * 0.5 + w[t]
inside_of[..2025] = 1""",
    "ahead": """model lag_ahead "Periods ahead, windows and places"
period year 2026 to 2040
w[t] ~ normal(0, 1)
x[t] = x[t-1] + w[t]
x[..2025] = 0
cod = first(t where x > 1, else 3)
last_low = last(t where x < 0, else 0)
output next[t] = if t < periods - 1 then x[t+1] else 0
output two[t] = if t < periods - 2 then x[t+2] else x[2026]
output at_year = x[2033] - x[2026]
output at_cod = x[cod] + w[last_low]
output window[t] = sum(x[t-3..t])
output means[t] = mean(x[t-2..t])
output highs[t] = highest(x[t-4..t-1])
output part = sum(x[2030..2035]) + mean(w[2028..2031]) + lowest(x[2027..2029])
output what = first(x where x > 1, else -1)
output latest = last(x where x < 0, else 9)
output up[t] = cumulative(x)[t]
output to_end[t] = x[t] - x[2040]""",
    "pieces": """model lag_pieces "Series of several rules"
period year 2026 to 2040
w[t] ~ normal(0, 1)
a ~ uniform(0, 1)
x[t] = x[t-1] + w[t]
x[2025] = a
x[2028] = 5 * a
x[2030..2032] = 6, 7, 7
x[2035..2037] = w[t] * a
y[t] = x[t-1] + x[t-2]
y[2026] = 0
z[t] = z[t-1] * x[t]
z[2026] = a
output x[t]
output y[t]
output z[t]""",
    "several_loops": """model lag_several_loops "Passes over the periods, each waiting for the one before"
period month 2026-01 to 2028-12
w[t] ~ normal(1, 1)
a[t] = a[t-1] * 0.9 + w[t]
a[2025-12] = 1
top = highest(a)
b[t] = a[t] / top + b[t-1]
b[2025-12] = 0
middle = mean(b)
c[t] = if b[t] > middle then a[t] - b[t] else c[t-1]
c[..2025-12] = top
when = first(t where c > middle, else periods)
d[t] = if t >= when then c[t - 2] else 0
output total = sum(d)
output when
output d[t]
output value = npv(8%, d, mid) + npv(9%, c, start) + npv(w[2026-05] / 100, a, end)""",
    "members": """model lag_members "Members, slices and running sums with lags"
period year 2026 to 2035
table site  size  growth
  one       1     2%
  two       2     5%
  three     4     9%
  four      8     1%
noise[site, t] ~ normal(0, size / 10)
grown[site, t] = grown[site, t-1] * (1 + growth) + noise[site, t]
grown[site, 2025] = size
grown[two, 2030] = 9
factor[site, t] = 1
factor[two..three, 2029..2031] = 0.7
delay_of[site] ~ randint(1, 3)
moved[site, t] = grown[site, t - delay_of[site]] * factor[site, t]
grown[site, ..2024] = 0
queue[site, t] = sum(moved[one..site, t])
all[t] = sum(queue[site, t])
value[site] = npv(10%, moved[site], mid)
output all[t]
output queue[site, t]
output value[site]
output best = largest(value[site])
output worst[t] = smallest(one: queue[one, t], rest: 2 * queue[two, t])""",
}

# ------------------------------------------------------------------ forms

FORMS = {
    "texts": """model form_texts "Texts as results"
period year 2026 to 2030
chips[t] ~ pert(1, 3, 8)
rockets[t] ~ pert(0, 4, 9)
a ~ normal(0, 1)
k ~ discrete(0: 50%, 1: 50%)
built[t] = min(chips[t], rockets[t])
output holds[t] = if built[t] == 0 then "nothing" else smallest(chips: chips[t], rockets: rockets[t])
output short = sum(chips) < 12
output word = if a > 0 then "up" else if a > -1 then "a little" else "down"
output best = largest(x: a, y: k, z: log(a))
output same = largest(x: k, y: k)
output here = if k then "one" else "none" given a > 0
output broken = if log(a) > 0 then "big" else "small\"""",
    "no_periods": """model form_no_periods "No time at all"
member m: p, q, r
a ~ normal(0, 1)
b[m] ~ lognormal(p10: 1, p90: 3)
f(x, y) = if x > y then x - y else f2(y)
f2(x) = x * x + 1
output total = sum(b) + mean(b) * lowest(b) - highest(b)
output part = sum(b[p..q])
output each[m] = f(b[m], a)
output best = largest(b[m])""",
    "calendar": """model form_calendar "Year, quarter, month and date"
period month 2026-03 to 2028-02
a ~ normal(0, 1)
output season[t] = (if month >= 6 and month <= 8 then 2 else 1) * a + quarter
output when[t] = date + a * (year - 2026)
output left[t] = (periods - t) * a""",
    "targets": """model form_targets "Many targets, repeated values, ties"
a ~ normal(0, 1)
b ~ poisson(2)
output a targets -3, -2, -1, 0, 1, 2, 3
output b targets 0, 1, 2, 3, 4, 5
output c = floor(a) targets 0
output rare = a > 3 targets 0
output constant = 2 targets 1, 2, 3""",
    "fixed": """model form_fixed "Nothing uncertain but one thing"
period year 2026 to 2030
a ~ normal(0, 1)
x[t] = x[t-1] * 1.05 + exp(t / 10) + sin(t) ^ 2
x[2025] = 100
y = npv(8%, x, mid) + irr(z, end, between: -50%, 100%)
z[t] = if t == 0 then -10 else 4
output x[t]
output y
output total = y * a
output late[t] = x[t] * a""",
    "scenarios": """model form_scenarios "Scenarios"
period year 2026 to 2030
cadence ~ pert(20, 80, 300)
price_factor[t] = 1
noise[t] ~ normal(0, 1)
sales[t] = cadence * 12 * price_factor[t] + noise[t]
output sales[t]
output total = sum(sales)
scenario slips
  cadence = 50% * cadence
scenario war
  price_factor[2028..2030] = 0.7
scenario wide
  cadence ~ pert(5, 80, 900)
scenario fixed
  cadence = 100
scenario recurrent
  noise[t] = noise[t-1] + noise[t]
  noise[2025] = 0""",
    "invalid": """model form_invalid "Draws that come to nothing"
period year 2026 to 2030
a ~ normal(0.5, 1)
p ~ uniform(-0.1, 1.1)
n ~ discrete(-1: 20%, 2.5: 20%, 10: 60%)
w[t] ~ normal(0, 1)
c ~ binomial(n, 0.5)
d ~ binomial(10, p)
e ~ poisson(a)
f ~ bernoulli(p)
g ~ normal(0, a)
h ~ lognormal(p10: a, p90: 2 * a)
i ~ triangular(0, a, 1)
j ~ geometric(p)
k ~ uniform(a, 1)
l ~ randint(n, 5)
output counts = c
output shares = d
output events = e
output hits = f
output spread = g
output solved = h
output tri = i
output fails = j
output flat = k
output whole = l
output hidden = if a > 0 then log(a) else 0
output first_hit = first(t where log(w) > 0, else 99)
output path[t] = sqrt(w[t]) + path[t-1]
path[2025] = 0""",
    "cancelled": """model form_cancelled "Zeros of both signs, infinities, equal values"
period year 2026 to 2028
a ~ discrete(-1: 30%, 0: 40%, 1: 30%)
w[t] ~ discrete(-1: 30%, 0: 40%, 1: 30%)
output zero = -a * 0
output least = min(a, -a) + max(0 * a, -0 * a)
output sign = 1 / (a * 0)
output big = 10 ^ (400 * a)
output rounding = round(a / 2) + round(-a * 1.5) + floor(-a / 3)
output row[t] = round(w[t] * 2.5) / (w[t] + a)
output power[t] = w[t] ^ a + 0 ^ w[t] + a ^ 0""",
}

# ------------------------------------------------------------------ sizes

END = {1: "2026", 2: "2027", 3: "2028"}


def short(periods):
    """Everything that looks back or ahead, in a horizon shorter than the lags."""
    return f"""model size_periods_{periods} "A horizon of {periods}"
period year 2026 to {END[periods]}
k ~ discrete(0: 30%, 1: 40%, 5: 30%)
w[t] ~ normal(0, 1)
flow[t] = w[t] + 1
x[t] = 0.5 * x[t-1] + 0.1 * x[t-4] + w[t]
x[..2025] = 1
y[t] = 0.3 * y[t-1-k] + w[t]
y[..2025] = 2
output x[t]
output y[t]
output back[t] = x[t - k]
output late[t] = delay(x, k / 2)[t]
output mass[t] = convolve(x, w)[t]
output window[t] = sum(x[t-3..t])
output all = sum(x) + mean(w) + highest(x) + lowest(w)
output place = first(t where w > 0, else periods)
output rate = irr(flow, mid, upfront: -2, between: -90%, 300%)
output worth = npv(9%, flow, end)
output picked = x[k]
output run[t] = cumulative(w)[t]"""


def chain(count, every=97):
    """One value after another: `count` operations, no loop."""
    lines = [f'model size_operations_{count} "{count} operations"', "a ~ normal(0, 1)", "b ~ uniform(0.5, 1.5)", "x0 = a"]
    for k in range(1, count // 2 + 1):
        lines.append(f"x{k} = x{k - 1} * 0.999 + {['b', 'a', f'x{k // 2}', f'x{max(k - 40, 0)}'][k % 4]} / {k}")
        if k % every == 0:
            lines.append(f"output x{k}")
    lines.append(f"output end = x{count // 2}")
    return "\n".join(lines)


def deep(levels):
    """An expression as deep as the language lets it be."""
    text = "a"
    for k in range(levels):
        text = f"({text} * 0.9 + b)" if k % 2 else f"min({text}, {k} + w[t])"
    return f'model size_deep "An expression {levels} levels deep"\nperiod year 2026 to 2028\na ~ normal(0, 1)\nb ~ normal(0, 1)\nw[t] ~ normal(50, 1)\noutput deep[t] = {text}'


def wide(members, periods):
    names = ", ".join(f"m{k}" for k in range(members))
    return f"""model size_wide_{members} "{members} members over {periods} periods"
period year 2026 to {2025 + periods}
member m: {names}
base[m] ~ lognormal(p10: 1, p90: 3)
noise[m, t] ~ normal(0, 0.1)
x[m, t] = x[m, t-1] * exp(noise[m, t]) + base[m]
x[m, 2025] = base[m]
all[t] = sum(x[m, t])
output all[t]
output total = sum(all)
output best = largest(base[m])"""


def long_months(months):
    """A long horizon: few operations a period, and a history that is read at a draw's own lag."""
    last = 2026 * 12 + months - 1
    return f"""model size_periods_{months} "{months} months"
period month 2026-01 to {last // 12}-{last % 12 + 1:02d}
k ~ randint(1, 500)
w[t] ~ normal(0, 0.05)
x[t] = 0.99 * x[t-1] + w[t]
x[..2025-12] = 1
y[t] = x[t] - 0.5 * x[t - k]
cod = first(t where x < 0, else periods - 1)
output total = sum(y)
output low = lowest(y)
output at = y[cod]
output early[t] = 0 * y[t] + cod given t < 3"""


def slots(series, periods):
    """Many whole series kept: thousands of slots a draw."""
    lines = [f'model size_slots "{series} histories of {periods} periods"', f"period quarter 2026Q1 to {2026 + periods // 4 - 1}Q4", "k ~ randint(1, 90)", "w[t] ~ normal(0, 1)"]
    for i in range(series):
        lines += [f"x{i}[t] = {0.5 + i / 100:g} * x{i}[t-1] + w[t] * {i + 1}", f"x{i}[..2025Q4] = {i}", f"y{i}[t] = x{i}[t - k] + x{(i + 1) % series}[t - 2 * k]", f"output total{i} = sum(y{i}) + x{i}[k]"]
    return "\n".join(lines)


def columns(count):
    """Many outputs."""
    lines = [f'model size_columns_{count} "{count} outputs"', f"period month 2026-01 to {2025 + count // 48}-12", "w[t] ~ normal(0, 1)", "v[t] ~ pert(1, 2, 3)"]
    lines += [f"output c{k}[t] = w[t] * {k + 1} + v[t] targets {k}" for k in range(4)]
    return "\n".join(lines)


def inputs(count):
    """Many inputs of many families, correlated in one chain."""
    texts = [f"{name}({VARYING[name][0][0]})" for name in sorted(VARYING)] + [f"{name}({CONSTANT[name][0]})" for name in sorted(CONSTANT)]
    lines = [f'model size_inputs_{count} "{count} inputs"'] + [f"x{k} ~ {texts[k % len(texts)]}" for k in range(count)]
    lines += [f"output sum{k} = " + " + ".join(f"x{i}" for i in range(k, count, 8)) for k in range(8)]
    lines += ["correlate"] + [f"  x{k}, x{k + 1} 20%" for k in range(0, count - 1, 3)]
    return "\n".join(lines)


# ------------------------------------------------------------------ random models

class Random:
    """A model of some rules in which all may stand anywhere; every rule is published."""

    def __init__(self, seed, number):
        self.r = random.Random(f"apsis {seed} {number}")
        self.periods = self.r.choice([1, 2, 3, 5, 12, 40])
        self.scalars, self.series, self.lines = ["u0", "u1", "k"], ["w0", "w1"], []
        self.lines += ["u0 ~ " + self.distribution([]), "u1 ~ normal(0, 2)", "k ~ discrete(0: 25%, 1: 40%, 3: 35%)", "w0[t] ~ normal(0, 1)", "w1[t] ~ " + self.distribution([])]
        for i in range(self.r.randint(6, 16)):
            self.rule(i)
        if self.r.random() < 0.6:
            self.lines += ["correlate", "  u0, u1 35%"] + (["  w0[t], w1[t] -20%"] if self.r.random() < 0.5 else [])
        last = 2025 + self.periods
        self.text = f'model random_{number} "Grown at random"\nperiod year 2026 to {last}\n' + "\n".join(self.lines)

    def distribution(self, places):
        name = self.r.choice(FAMILIES)
        if name in VARYING and places and self.r.random() < 0.6:
            value = f"(0.5 + normal_cdf({self.r.choice(places)}))"
            return f"{name}({self.r.choice(VARYING[name][1]).format(x=value, y=f'(0.5 + {value})')})"
        return f"{name}({self.r.choice(VARYING[name][0] if name in VARYING else CONSTANT[name])})"

    def leaf(self, own, t):
        kind = self.r.random()
        if kind < 0.2:
            return self.r.choice(["0", "1", "0.5", "2", "10", "3.25", "1e-3"])
        if not t or kind < 0.4:
            return self.r.choice(self.scalars)
        if own and kind < 0.6:
            lag = self.r.choice([str(self.r.randint(1, 9)), "1 - k", "2 - k"])
            return f"(0.5 * {own}[t-{lag}])"
        name = self.r.choice(self.series)
        kind = self.r.randint(0, 9)
        past = self.r.choice(["old0", "old1"])
        return [f"{name}[t]", "t", f"{past}[t-{self.r.randint(1, 9)}]", f"{past}[t - k]", f"delay({past}, min(abs(u1), 20))[t]", f"sum({past}[t-{self.r.randint(1, 4)}..t])",
                f"highest({past}[t-3..t-1])", f"{name}[2026]", f"cumulative({past})[t]", f"convolve({past}, {self.r.choice(['old0', 'old1'])})[t]"][kind]

    def whole(self):
        name = self.r.choice(self.series)
        return self.r.choice([f"sum({name})", f"mean({name})", f"lowest({name})", f"highest({name})", f"first(t where {name} > 0, else 99)", f"last({name} where {name} < 1, else 0)",
                              f"npv(8%, {name}, {self.r.choice(['start', 'mid', 'end'])})", f"irr({name}, {self.r.choice(['start', 'mid', 'end'])}, upfront: -u1, between: -50%, 100%)",
                              f"{name}[2026]", f"{name}[min(k, periods - 1)]"])

    def grow(self, depth, own, t):
        kind = self.r.random()
        if depth == 0 or kind < 0.12:
            return self.leaf(own, t) if t or self.r.random() < 0.6 else self.whole()
        parts = [self.grow(depth - 1, own, t) for _ in range(3)]
        if kind < 0.3:
            text = self.r.choice(list(UNARY.values()))
        elif kind < 0.45:
            text = self.r.choice(list(TERNARY.values()))
        else:
            text = self.r.choice(list(BINARY.values()) + ["a + b", "a - b", "a * b"])
        return "(" + put(text, a=parts[0], b=parts[1], c=parts[2]) + ")"

    def rule(self, i):
        if i == 0:
            for k in (0, 1):
                self.lines += [f"old{k}[t] = w{k}[t]", f"old{k}[..2025] = {k + 1}"]
        kind = self.r.random()
        if kind < 0.15:
            name = f"d{i}"
            self.lines.append(f"output {name}[t] = draw_{name}[t]")
            self.lines.append(f"draw_{name}[t] ~ {self.distribution([f'{s}[t]' for s in self.series] + self.scalars)}")
            self.series.append(name)
        elif kind < 0.45:
            name = f"s{i}"
            given = f" given {self.r.choice(self.scalars)} > 0" if self.r.random() < 0.2 else ""
            self.lines.append(f"output {name} = {self.grow(3, None, False)}{given}")
            self.scalars.append(name)
        else:
            name = f"x{i}"
            self.lines += [f"output {name}[t] = {self.grow(3, name, True)}", f"{name}[..2025] = 1.5"]
            self.series.append(name)


def models(seed=1):
    """All models, name to text."""
    made = {f"op_{number}": operations(number, arguments) for number, arguments in ARGUMENTS.items()}
    made["op_growth"] = growth()
    made.update({f"family_{name}": family(name) for name in FAMILIES})
    made.update({f"step_irr_{timing}_{period}": irr(timing, period, ends)
                 for timing, period, ends in (("start", "year", 0), ("mid", "year", 1), ("end", "year", 1), ("start", "quarter", 1), ("mid", "month", 1), ("end", "month", 0))})
    made.update({f"step_{name}": text for name, text in STEPS.items()})
    made.update({f"lag_{name}": text for name, text in LAGS.items()})
    made.update({f"form_{name}": text for name, text in FORMS.items()})
    made.update({f"size_periods_{n}": short(n) for n in (1, 2, 3)})
    made.update({"size_periods_2000": long_months(2000), "size_operations_10000": chain(10_000), "size_operations_1500": chain(1500), "size_deep": deep(120), "size_wide_60": wide(60, 10),
                 "size_slots": slots(12, 240), "size_columns_480": columns(480), "size_inputs_160": inputs(160)})
    made.update({f"random_{k}": Random(seed, k).text for k in range(32)})
    return made


def write(folder, seed=1):
    """Writes them all, and the data they read; gives their paths by name."""
    os.makedirs(folder, exist_ok=True)
    for name, text in DATA.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    paths = {}
    for name, text in models(seed).items():
        paths[name] = os.path.join(folder, name + ".risk")
        with open(paths[name], "w", encoding="utf-8") as file:
            file.write(text + "\n")
    return paths


if __name__ == "__main__":
    words = sys.argv[1:]
    seed = int(words[words.index("--seed") + 1]) if "--seed" in words else 1
    if "--list" in words:
        print("\n".join(models(seed)))
    elif not words or words[0].startswith("-"):
        sys.exit(__doc__)
    else:
        print(f"{len(write(words[0], seed))} models in {words[0]}")
