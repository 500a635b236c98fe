"""operation_heavy.py - writes a model that is nearly all arithmetic: 40 inputs, 60 series over 40 periods, long expressions; and evaluates it."""
# SPDX-License-Identifier: Apache-2.0
#
#   python3 bench/operation_heavy.py > heavy.risk        --seed 1 --inputs 40 --series 60 --periods 40 --depth 5
#
# The same options give the same text everywhere. evaluate() is the model in NumPy, from the columns of its inputs.
import argparse
import random

SPAN = 8.0  # every series stays within it, so that no draw overflows


class Model:
    def __init__(self, seed=1, inputs=40, series=60, periods=40, depth=5):
        self.inputs, self.series, self.periods = inputs, series, periods
        self.random = random.Random(seed)  # Mersenne Twister: random() is the same in every Python
        self.rules = [self.grow(depth, k) for k in range(series)]

    def pick(self, values):
        return values[int(self.random.random() * len(values))]

    def leaf(self, k):
        kind = self.random.random()
        if kind < .40:
            return ("input", int(self.random.random() * self.inputs))
        if kind < .60 and k > 0:
            return ("now", int(self.random.random() * k))
        if kind < .85:
            return ("before", int(self.random.random() * self.series))
        return ("number", int(self.random.random() * 400 + 1) / 100)

    def grow(self, depth, k):
        """An expression tree whose values stay moderate where its leaves do."""
        if depth == 0:
            return self.leaf(k)
        kind = self.random.random()
        sub = lambda: self.grow(depth - 1 if self.random.random() < .85 else max(0, depth - 2), k)  # noqa: E731
        if kind < .50:
            return (self.pick(["+", "-", "+", "*"]), sub(), sub())
        if kind < .62:
            return ("quotient", sub(), sub())
        if kind < .80:
            return (self.pick(["min", "max"]), sub(), sub())
        if kind < .88:
            return ("if", sub(), sub(), sub(), sub())
        if kind < .94:
            return ("clamp", sub(), sub())
        return (self.pick(["exp", "log", "pow"]), sub())

    def text(self):
        def of(e):
            head, parts = e[0], e[1:]
            if head == "input":
                return f"x{parts[0]}"
            if head == "now":
                return f"s{parts[0]}[t]"
            if head == "before":
                return f"s{parts[0]}[t-1]"
            if head == "number":
                return repr(parts[0])
            a = [of(p) for p in parts]
            return {"+": "({0} + {1})", "-": "({0} - {1})", "*": "({0} * {1} * 0.125)", "quotient": "({0} / (1.5 + abs({1})))", "min": "min({0}, {1})",
                    "max": "max({0}, {1})", "if": "(if {0} < {1} then {2} else {3})", "clamp": "clamp({0}, -2, 2 + abs({1}))",
                    "exp": "exp(-0.1 * abs({0}))", "log": "log(1 + abs({0}))", "pow": "(1 + abs({0})) ^ 0.6"}[head].format(*a)

        lines = [f"model operation_heavy \"{self.series} series of long expressions\"", f"period year 2030 to {2029 + self.periods}", ""]
        lines += [f"x{i} ~ uniform({-1 - i / 20:g}, {1 + i / 10:g})" for i in range(self.inputs)]
        for k, rule in enumerate(self.rules):
            lines += [f"s{k}[t] = 0.5 * s{k}[t-1] + 0.5 * clamp({of(rule)}, -{SPAN:g}, {SPAN:g})", f"s{k}[2029] = {k / 100:g}"]
        last, end = self.series - 1, 2029 + self.periods
        lines += [f"output total = {' + '.join(f's{k}[{end}]' for k in range(self.series))}", f"output value = npv(8%, s{last}, mid)", f"output s{last}[t]"]
        return "\n".join(lines) + "\n"

    def evaluate(self, x):
        """x: list of columns of the inputs. {"total": (n,), "value": (n,), "series": (periods, n)} of the last series."""
        import numpy as np
        before = [np.full(len(x[0]), k / 100) for k in range(self.series)]
        last = []

        def of(e, now):
            head, parts = e[0], e[1:]
            if head in ("input", "now", "before", "number"):
                return x[parts[0]] if head == "input" else now[parts[0]] if head == "now" else before[parts[0]] if head == "before" else parts[0]
            a = [of(p, now) for p in parts]
            return {"+": lambda: a[0] + a[1], "-": lambda: a[0] - a[1], "*": lambda: a[0] * a[1] * .125, "quotient": lambda: a[0] / (1.5 + np.abs(a[1])),
                    "min": lambda: np.minimum(a[0], a[1]), "max": lambda: np.maximum(a[0], a[1]),
                    "if": lambda: np.where(np.less(a[0], a[1]), a[2], a[3]), "clamp": lambda: np.minimum(np.maximum(a[0], -2), 2 + np.abs(a[1])),
                    "exp": lambda: np.exp(-.1 * np.abs(a[0])), "log": lambda: np.log(1 + np.abs(a[0])), "pow": lambda: (1 + np.abs(a[0])) ** .6}[head]()

        for _ in range(self.periods):
            now = []
            for k, rule in enumerate(self.rules):
                now.append(.5 * before[k] + .5 * np.clip(of(rule, now), -SPAN, SPAN))
            before = now
            last.append(now[-1])
        value = sum(v * 1.08 ** -(t + .5) for t, v in enumerate(last))
        return {"total": sum(before), "value": value, "series": np.array(last)}


def main():
    parser = argparse.ArgumentParser()
    for name, default in (("seed", 1), ("inputs", 40), ("series", 60), ("periods", 40), ("depth", 5)):
        parser.add_argument("--" + name, type=int, default=default)
    print(Model(**vars(parser.parse_args())).text(), end="")


if __name__ == "__main__":
    main()
