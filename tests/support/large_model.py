"""large_model.py - writes a model of thousands of inputs and definitions: chains, wide sums, series, correlations in groups of ten.

    python3 tests/support/large_model.py --inputs 2000 --definitions 5000 > large.risk

The same sizes give the same text everywhere. What is asked of it is time: reading, checking and planning must grow with the size, not
with its square (bench/compile_time.py, tests/oracle/test_compile_time.py)."""
# SPDX-License-Identifier: Apache-2.0
import argparse

PERIODS = 40
FAMILIES = ("uniform({a:g}, {b:g})", "normal({b:g}, {a:g})", "triangular({a:g}, {m:g}, {b:g})", "lognormal(p10: {a:g}, p90: {b:g})", "exponential(mean: {b:g})",
            "pert({p}, 2, 4)", "gumbel({a:g}, {b:g})", "bernoulli({s:g}%)")


def inputs_text(count):
    for i in range(count):
        a, b = 0.5 + i % 37 / 100, 1.5 + i % 53 / 100
        family = FAMILIES[i % len(FAMILIES)].format(a=a, b=b, m=(a + b) / 2, p=i // 8 % 5 / 4, s=20 + i % 60)
        yield f'x{i} ~ {family} "input {i} [$M]" from "generated"'


def definitions_text(inputs, count):
    """A tenth series, a tenth wide sums, the rest scalars; chains of a hundred, whose ends the outputs add up."""
    value = series = None
    ends = []
    for i in range(count):
        x, y = f"x{i * 7 % inputs}", f"x{(i * 13 + 5) % inputs}"
        kind = i % 10
        if kind == 3:
            yield f"d{i}[t] = d{i}[t-1] * 0.9 + {x} * 0.1 + {series or 1} * 0.01"
            yield f"d{i}[2029] = {x}"
            series = f"d{i}[t]"
        elif kind == 7:
            yield f"d{i} = {value} * 0.5 + ({' + '.join(f'x{(i * 3 + k) % inputs}' for k in range(20))}) / 20"
            value = f"d{i}"
        else:
            yield f"d{i} = {value or 1} * 0.5 + {x} * {y}"
            value = f"d{i}"
        if i % 100 == 99 or i == count - 1:
            ends += [end for end in (value, series and series.replace("[t]", f"[{2029 + PERIODS}]")) if end]
            last, value, series = series, None, None
    yield f"output total = {' + '.join(ends)}"
    if last:
        yield f"output value = npv(8%, {last[:-3]}, mid)"
        yield f"output {last}"


def text(inputs=2000, definitions=5000):
    lines = ['model large "As many inputs and definitions as a machine writes"', f"period year 2030 to {2029 + PERIODS}", "", *inputs_text(inputs), "",
             *definitions_text(inputs, definitions)]
    lines += ["", "correlate"]
    groups = [range(first, first + 10) for first in range(0, min(inputs, 400) - 9, 10)]
    for group in groups:
        lines += [f"  x{i}, x{j} {20 + (i + j) % 10}%" for i in group for j in group if i < j]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    for name, default in (("inputs", 2000), ("definitions", 5000)):
        parser.add_argument("--" + name, type=int, default=default)
    print(text(**vars(parser.parse_args())), end="")


if __name__ == "__main__":
    main()
