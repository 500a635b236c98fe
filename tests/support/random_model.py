"""random_model.py - grows models of the language at random, each with its own value by draw and period in NumPy."""
# SPDX-License-Identifier: Apache-2.0
import numpy as np


def select(condition, one, other):
    return np.where(np.isnan(condition), np.nan, np.where(condition != 0, one, other))


def logical(function):
    def apply(*values):
        values = np.broadcast_arrays(*values)
        result = function(*[value != 0 for value in values]).astype(float)
        return np.where(np.any([np.isnan(value) for value in values], axis=0), np.nan, result)
    return apply


def compare(function):
    def apply(one, other):
        return np.where(np.isnan(one) | np.isnan(other), np.nan, function(one, other).astype(float))
    return apply


def half_away(x):
    return np.trunc(x) + np.sign(x) * (np.abs(x - np.trunc(x)) >= 0.5)  # floor(|x| + 0.5) is wrong above 2^52


def extreme(function):
    return lambda *values: function.reduce(np.broadcast_arrays(*values))  # np.minimum and np.maximum hand NaN on


BINARY = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "<": compare(np.less), "<=": compare(np.less_equal), ">": compare(np.greater),
          ">=": compare(np.greater_equal), "==": compare(np.equal), "!=": compare(np.not_equal), "and": logical(np.logical_and), "or": logical(np.logical_or)}
# all exactly rounded, so that any difference is a fault and none is a rounding
CALLS = {"abs": (1, np.abs), "floor": (1, np.floor), "ceil": (1, np.ceil), "sqrt": (1, np.sqrt), "min": (2, extreme(np.minimum)), "max": (3, extreme(np.maximum)),
         "clamp": (3, lambda x, low, high: extreme(np.minimum)(extreme(np.maximum)(x, low), high)), "round": (1, half_away)}


class Grower:
    """One model: `text`, `inputs`, and `evaluate(read)` which gives every named value from the columns of the inputs."""

    def __init__(self, seed, periods=7):
        self.random = np.random.default_rng(seed)
        self.periods = periods
        self.lines, self.rules, self.scalars, self.series = [], [], [], []
        for i in range(3):
            self.lines.append(f"u{i} ~ normal({i - 1}, 2)")
            self.scalars.append(f"u{i}")
        self.lines.append("k0 ~ discrete(-2: 25%, 0: 25%, 1: 25%, 3: 25%)")
        self.scalars.append("k0")
        for i in range(2):
            self.lines.append(f"w{i}[t] ~ normal(0, {i + 1})")
            self.series.append(f"w{i}")
        for i in range(14):
            self.rule(i)
        self.lines += ["twist(u1, a) = if u1 > 0 then u1 - a else a * a", "scale[m] = 1", "scale[q] = 2", "scale[r] = 4", "pair[m, t] = w0[t] * scale[m] + u0", "member m: p, q, r"]
        order = self.random.permutation(len(self.lines))
        self.text = f"period year 2030 to {2029 + periods}\n" + "\n".join(self.lines[i] for i in order) + "\n"

    def pick(self, values):
        return values[self.random.integers(len(values))]

    def grow(self, depth, leaves):
        """A text and a function of (values, t); values[name] is a column of draws, or draws × periods."""
        kind = self.random.random()
        if depth == 0 or kind < 0.15:
            return self.pick(leaves)()
        if kind < 0.2:
            text, value = self.grow(depth - 1, leaves)
            return (f"(not {text})", lambda v, t: logical(np.logical_not)(value(v, t))) if self.random.random() < 0.5 else (f"(-{text})", lambda v, t: -value(v, t))
        if kind < 0.35:
            parts = [self.grow(depth - 1, leaves) for _ in range(3)]
            return (f"(if {parts[0][0]} then {parts[1][0]} else {parts[2][0]})", lambda v, t: select(*[part[1](v, t) for part in parts]))
        if kind < 0.55:
            name = self.pick(list(CALLS))
            count, function = CALLS[name]
            parts = [self.grow(depth - 1, leaves) for _ in range(count)]
            return f"{name}({', '.join(part[0] for part in parts)})", lambda v, t: function(*[part[1](v, t) for part in parts])
        sign = self.pick(["+", "-", "*", "/", "+", "-", "*", "<", "<=", ">", ">=", "==", "!=", "and", "or"])
        one, other = self.grow(depth - 1, leaves), self.grow(depth - 1, leaves)
        if sign == "/":  # + 0 makes a zero positive: which zero min and max give is left open
            return f"({one[0]} / ({other[0]} + 0))", lambda v, t: one[1](v, t) / (other[1](v, t) + 0.0)
        return f"({one[0]} {sign} {other[0]})", lambda v, t: BINARY[sign](one[1](v, t), other[1](v, t))

    def constant(self):
        number = self.pick([0.0, 1.0, 2.0, 0.5, -1.0, 3.25, 10.0])
        return (f"{number:g}" if number >= 0 else f"({number:g})"), lambda v, t: np.float64(number)

    def scalar(self):
        name = self.pick(self.scalars)
        return name, lambda v, t: v[name]

    def place(self):
        """A whole series made one number."""
        name = self.pick(self.series)
        kind = self.random.integers(5)
        if kind == 0:
            at = int(self.random.integers(self.periods))
            return f"{name}[{2030 + at}]", lambda v, t: v[name][:, at]
        if kind == 1:
            return f"lowest({name})", lambda v, t: v[name].min(axis=1)
        if kind == 2:
            return f"highest({name}[2031..2034])", lambda v, t: v[name][:, 1:5].max(axis=1)
        if kind == 3:
            def at_event(v, t):
                x = v[name]
                bad, hit = np.isnan(x), x > 0
                at = np.where(hit.any(axis=1), hit.argmax(axis=1), 99)
                return np.where((bad & (np.arange(self.periods) <= at[:, None])).any(axis=1), np.nan, at)  # invalid only while undecided
            return f"first(t where {name} > 0, else 99)", at_event
        def at_draw(v, t):
            at = v["k0"].astype(int)
            inside = (at >= 0) & (at < self.periods)
            return np.where(inside, v[name][np.arange(len(at)), np.where(inside, at, 0)], np.nan)
        return f"(if k0 < 0 then 5 else {name}[k0])", lambda v, t: np.where(v["k0"] < 0, 5.0, at_draw(v, t))

    def step(self, own=None):
        """A value of this period or of an earlier one."""
        if not own and self.random.random() < 0.35:
            return self.history()
        name = own or self.pick(self.series)
        lag = int(self.random.integers(1, 4)) if own else int(self.random.integers(0, 3))
        if not own and lag:
            name = self.pick(["w0", "w1"])
            return f"old_{name}[t-{lag}]", lambda v, t: v[name][:, t - lag] if t >= lag else np.float64(2.0)
        if not own:
            return f"{name}[t]", lambda v, t: v[name][:, t]
        return f"{name}[t-{lag}]", lambda v, t: v[name][:, t - lag] if t >= lag else np.float64(1.5)

    def history(self):
        """Something of several periods, or of a period that differs by draw."""
        name = self.pick(["w0", "w1"])
        long = lambda v: np.concatenate([np.full((len(v[name]), 40), 2.0), v[name]], axis=1)  # noqa: E731: 2 before the first period
        kind = self.random.integers(7)
        if kind == 0:
            def lagged(v, t):
                return long(v)[np.arange(len(v["k0"])), 40 + t - np.maximum(v["k0"], 0).astype(int)]
            return f"old_{name}[t - max(k0, 0)]", lagged
        if kind == 1:
            def delayed(v, t):
                d = np.minimum(np.abs(v["u1"]), 30)
                k = np.floor(d)
                f, row = d - k, np.arange(len(d))
                at = 40 + t - k.astype(int)
                return (1 - f) * long(v)[row, at] + f * long(v)[row, at - 1]
            return f"delay(old_{name}, min(abs(u1), 30))[t]", delayed
        if kind == 2:
            return f"highest(old_{name}[t-3..t-1])", lambda v, t: long(v)[:, 37 + t:40 + t].max(axis=1)
        if kind == 3:
            return f"sum(old_{name}[t-1..t])", lambda v, t: long(v)[:, 39 + t] + long(v)[:, 40 + t]
        if kind == 4:
            return f"(if t < {self.periods - 1} then {name}[t+1] else 7)", lambda v, t: v[name][:, t + 1] if t < self.periods - 1 else np.float64(7)
        if kind == 5:
            member = self.pick(["p", "q", "r"])
            return f"pair[{member}, t]", lambda v, t: v["w0"][:, t] * {"p": 1, "q": 2, "r": 4}[member] + v["u0"]
        return f"twist({name}[t], u0)", lambda v, t: select((v[name][:, t] > 0).astype(float), v[name][:, t] - v["u0"], v["u0"] * v["u0"])

    def rule(self, i):
        if not i:
            for name in ("w0", "w1"):
                self.lines += [f"old_{name}[t] = {name}[t]", f"old_{name}[..2029] = 2"]
        if self.random.random() < 0.4:
            name = f"s{i}"
            text, value = self.grow(3, [self.constant, self.scalar, self.scalar, self.place])
            self.scalars.append(name)
        else:
            name = f"x{i}"
            text, value = self.grow(3, [self.constant, self.scalar, self.step, self.step, self.place, lambda: self.step(own=name), lambda: ("t", lambda v, t: np.float64(t))])
            self.series.append(name)
        series = name[0] == "x"
        self.lines.append(f"output {name}{'[t]' if series else ''} = {text}")
        if series and f"{name}[t-" in text:
            self.lines.append(f"{name}[..2029] = 1.5")
        self.rules.append((name, series, value))

    def evaluate(self, values, count):
        with np.errstate(all="ignore"):
            for name, series, value in self.rules:
                if not series:
                    values[name] = np.broadcast_to(value(values, None), count).astype(float)
                    continue
                values[name] = np.full((count, self.periods), np.nan)
                for t in range(self.periods):
                    values[name][:, t] = value(values, t)
        return values
