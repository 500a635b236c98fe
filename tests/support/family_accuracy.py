"""family_accuracy.py - looks for the parameters at which the draws of a family are least accurate: random places, then steps from the worst."""
# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys
import zlib

import mpmath as mp
import numpy as np

import family_oracle as oracle
from apsis_command import unit_program

TOP = (1 << 52) - 1
BODY, TAIL = 1e-12, 1e-10  # DESIGN section 4
DOUBT = 0.8  # shares of the bound above which mpmath decides


def ask(requests):
    """One line for each; two drivers side by side."""
    if not requests:
        return []
    half = (len(requests) + 1) // 2
    parts = [part for part in (requests[:half], requests[half:]) if part]
    drivers = [subprocess.Popen([unit_program("test_distributions"), "sample"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in parts]
    import threading
    replies = [None] * len(parts)

    def talk(k):
        replies[k] = drivers[k].communicate("".join(r + "\n" for r in parts[k]))[0].splitlines()
    threads = [threading.Thread(target=talk, args=(k,)) for k in range(len(parts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for reply, part in zip(replies, parts):
        assert len(reply) == len(part), "the driver ended early"
    return [line for reply in replies for line in reply]


def chances(rng, count):
    """Numbers m of u = (2 m + 1) / 2^53: the ends, the middle, every octave of both tails, and anywhere."""
    m = rng.integers(0, TOP, count, dtype=np.int64)
    m[1::2] >>= rng.integers(0, 52, len(m[1::2]))
    m[count // 2:] = TOP - m[count // 2:]
    m[:4] = [0, TOP, TOP >> 1, (TOP >> 1) + 1]
    return m


def numbers(line):
    return np.array([float.fromhex(word) for word in line.split()])


def smaller(u, above, lower, upper):
    return np.where(u < above, lower, upper)


class Case:
    """A family at some parameters, and how far its draws are off."""

    def __init__(self, name, place, p=None):
        self.name, self.place = name, place
        self.p = oracle.parameters_at(name, place) if p is None else p
        self.text = oracle.text_of(name, self.p)
        self.ratio, self.body, self.tail, self.refused, self.worst = 0.0, 0.0, 0.0, None, None

    def measure(self, m, by_u, by_score):
        for kind, line in (("u", by_u), ("z", by_score)):
            if line.startswith("error"):
                self.refused = line[7:]
                return
            self.look(kind, m, numbers(line))

    def off(self, tails, u, above, x):
        """How far the chance is off, in the nearer tail: tails of a value, or for whole numbers of the two steps about it."""
        lower, upper = tails(x)
        if self.name not in oracle.WHOLE:
            return abs(smaller(u, above, lower - u, upper - above))
        below, rest = tails(x - 1)
        return smaller(u, above, np.maximum(np.maximum(u - lower, below - u), 0), np.maximum(np.maximum(upper - above, above - rest), 0))

    def look(self, kind, m, x):
        u, above = (2 * m + 1) / 2.0 ** 53, (2 * (TOP - m) + 1) / 2.0 ** 53
        small = np.minimum(u, above)
        allowed = np.minimum(BODY, TAIL * small)
        bad = ~np.isfinite(x) & (small > 1e-300)
        tails = lambda at: oracle.fast_tails(self.name, self.p, at)
        with np.errstate(all="ignore"):
            error = self.off(tails, u, above, np.where(bad, 1.0, x))
            error = np.where(np.isfinite(error), error, 1.0)
            # what 64 steps of the double amount to, by the 64th: a single one is lost in the rounding of the tails
            step = 64 * np.spacing(np.abs(x))
            low, high = oracle.ends(self.name, self.p)
            reach = np.abs(smaller(u, above, *(b - a for a, b in zip(tails(np.maximum(x - step, low)), tails(np.minimum(x + step, high)))))) / 64
            reach = np.where(np.isfinite(reach) & (self.name not in oracle.WHOLE), reach, 0)
        if bad.any():
            error[bad & self.overflows(u, above)] = 0
        ratio = error / np.maximum(allowed, reach)
        sure = np.zeros(len(x), dtype=bool)
        while True:  # SciPy is not trusted with what looks bad: mpmath says how bad the worst one is
            k = int(np.argmax(ratio))
            if ratio[k] < DOUBT or sure[k]:
                break
            sure[k] = True
            ratio[k], error[k], reach[k] = self.exactly(float(u[k]), float(above[k]), float(x[k]), float(allowed[k]))
        error[(ratio >= DOUBT) & ~sure] = 0
        free = np.maximum(error - reach, 0)
        is_body = small > 0.01
        self.body, self.tail = max(self.body, float(free[is_body].max())), max(self.tail, float((free / small)[~is_body].max()))
        k = int(np.argmax(ratio))
        if ratio[k] > self.ratio:
            self.ratio, self.worst = float(ratio[k]), (kind, int(m[k]), float(x[k]))

    def overflows(self, u, above):
        """Where the value itself is past the largest double."""
        lower, upper = (oracle.exact_tails(self.name, self.p, at)[k] for k, at in enumerate((-1.7e308, 1.7e308)))
        return (u < float(lower)) | (above < float(upper))

    def exactly(self, u, above, x, allowed):
        tails = lambda at: oracle.exact_tails(self.name, self.p, at)
        u, above = mp.mpf(u), mp.mpf(above)
        if not np.isfinite(x):
            return INVALID, 1.0, 0.0
        at = mp.mpf(x)
        if self.name in oracle.WHOLE:
            (lower, upper), (below, rest) = tails(at), tails(at - 1)
            error = max(u - lower, below - u, 0) if u < above else max(upper - above, above - rest, 0)
            reach = mp.mpf(0)
        else:
            lower, upper = tails(at)
            error = abs(lower - u) if u < above else abs(upper - above)
            before, after = tails(self.beside(x, -np.inf)), tails(self.beside(x, np.inf))
            reach = after[0] - before[0] if u < above else before[1] - after[1]
        if error > max(allowed, reach):  # or what a parameter's last place amounts to
            for k, value in enumerate(self.p):
                for way in (-np.inf, np.inf):
                    moved = [float(np.nextafter(v, way)) if i == k else v for i, v in enumerate(self.p)]
                    if self.name in oracle.WHOLE and value == round(value):
                        continue
                    other = oracle.exact_tails(self.name, moved, at)
                    reach = max(reach, abs(other[0] - lower) if u < above else abs(other[1] - upper))
        return float(error / max(allowed, reach)), float(error), float(reach)


    def beside(self, x, way):
        """The next double; where the end is worked out, location - scale / shape, two steps of the largest of these."""
        if self.name in ("gev", "gpd") and self.p[2] != 0:
            return mp.mpf(x) + np.sign(way) * 2 * mp.mpf(float(np.spacing(max(abs(x), abs(self.p[0]), abs(self.p[1] / self.p[2])))))
        if self.name in ("gamma", "chi_squared") and abs(x) < 1e-300:  # the value of scale 1 is a subnormal number, whose last place the scale multiplies
            return max(mp.mpf(0), mp.mpf(x) + np.sign(way) * mp.mpf(5e-324) * max(1, 2 if self.name == "chi_squared" else self.p[1]))
        if self.name == "beta" and min(self.p[:2]) < 0.25:  # tabulated as a logit and measured from min: a step of that, not of x where x is nearer to 0
            return mp.mpf(x) + np.sign(way) * mp.mpf(float(np.spacing(max(abs(self.p[2]), abs(self.p[3]), self.p[3] - self.p[2]))))
        return mp.mpf(float(np.nextafter(x, way)))


INVALID = 1e6


def measure(cases, rng, count=96):
    requests, ms = [], []
    for case in cases:
        m = chances(rng, count)
        ms.append(m)
        requests += ["%s %s\t%s" % (kind, case.text, " ".join(map(str, m))) for kind in "uz"]
    lines = ask(requests)
    for k, case in enumerate(cases):
        case.measure(ms[k], lines[2 * k], lines[2 * k + 1])


def search(names, starts, rounds, keep=3, moves=4, seed=1):
    """{name: its cases, worst first}: `starts` random places each, then `rounds` times `moves` steps from each of the `keep` worst, ever shorter."""
    found = {}
    rngs = {name: np.random.default_rng([seed, zlib.crc32(name.encode())]) for name in names}
    for name in names:
        rng, size = rngs[name], len(oracle.FAMILIES[name][1])
        found[name] = [Case(name, rng.random(size)) for _ in range(starts)]
        for k in range(0, starts, 3):  # corners and edges are where things go wrong
            case = found[name][k]
            place = np.where(rng.random(size) < 0.5, np.round(case.place), case.place)
            found[name][k] = Case(name, place)
    measure([case for name in names for case in found[name]], np.random.default_rng(seed))
    for turn in range(rounds):
        fresh = []
        for name in names:
            found[name].sort(key=lambda case: -case.ratio)
            for case in found[name][:keep]:
                for _ in range(moves):
                    step = rngs[name].normal(0, 0.2 / (1 + turn), len(case.place)) * (rngs[name].random(len(case.place)) < 0.7)
                    fresh.append(Case(name, np.clip(case.place + step, 0, 1)))
        measure(fresh, np.random.default_rng([seed, turn]))
        for case in fresh:
            found[case.name].append(case)
    for name in names:
        found[name].sort(key=lambda case: -case.ratio)
    return found


# The worst that searches found, where the draws were past the bound before they were mended, or come nearest to it: parameters, and the draw m.
GOLDEN = [
    ("triangular", (0, 0, 525.60881825709532), 0), ("triangular", (-3209.7218390486069, -3209.7144569474931, -3209.7144569474931), 4503599627094904),
    ("trapezoidal", (0, 0, 0, 3), 0), ("trapezoidal", (0, 3, 3, 3), TOP),
    ("trapezoidal", (-729.17102278545269, -729.1689173239813, -136.87109401643158, -136.87109401643158), TOP),
    ("kumaraswamy", (0.34888021621091098, 0.13681802865841672, -201.3496069785395, 32.757867836407144), 4459832655898140),
    ("kumaraswamy", (0.17201737021104527, 2.0546275152323954, -85.739888637894808, 914.26011136210491), 4503599627370399), ("kumaraswamy", (2, 0.3, -1, 0), TOP),
    ("kumaraswamy", (0.05, 100, 6900.6865814553203, 6900.6875814553205), TOP), ("gpd", (-0.015039249706321405, 0.19418501252485126, -3), 4503584219954384),
    ("gpd", (10000, 0.025743834945719028, -2.9180619076108925), 4503599627370462), ("gev", (0.2871281212788106, 1000, -3), 4503598095869856),
    ("gev", (0.65697330041913138, 21.879712901449686, 28), 2210000), ("gev", (-2.9338645224148245, 0.49856745446776801, -6.3708572000123436), 4503599000000000),
    ("inverse_gamma", (83542.263946666746, 152.05055851384444), 1 << 51), ("inverse_gamma", (56521.036200472343, 1.1449933124176452), 2373292444626215),
    ("inverse_gamma", (4096, 1), 12345), ("inverse_gamma", (4095.9999999999995, 1), 12345), ("inverse_gamma", (5e6, 3), 4503599627370400),
    ("lognormal", (-20, 0.001), 2018812611004706), ("pareto", (0.031211899240030132, 300), 146), ("student_t", (3.089262577862534, 272.29870204037672, 0.020298258534261347), 3329382859979493),
    ("beta", (0.03, 9.8732210718714715, 10000, 10000.155226575722), 1 << 51), ("beta", (0.03, 0.03, -10000, -9999.9983880367436), 331368826506845),
    ("gamma", (0.034398403196640046, 1000), 34133), ("gamma", (0.024091863541580303, 0.0027527176828014599), 69759498), ("chi_squared", (0.099784166938204757,), 0),
    ("frechet", (0.1, 0.14405870393325607, -10000), 57441008274), ("inverse_gaussian", (0.0059526385386473582, 1.1905277077294719e-05), 4503599627369319),
    ("pert", (-0.6641746009456716, -0.6641746009456716, -0.62841965625930718, 0.1), 7), ("johnson_su", (8, 50, 10000, 0.025762436969069578), 3210361360534503),
]


def check_golden():
    """The golden points, each among forty others of its parameters; how many are past the bound."""
    cases, ms, requests = [], [], []
    for name, p, m in GOLDEN:
        cases.append(Case(name, None, list(map(float, p))))
        ms.append(np.append(chances(np.random.default_rng(3), 40), m))
        requests += ["%s %s\t%s" % (kind, cases[-1].text, " ".join(map(str, ms[-1]))) for kind in "uz"]
    lines, past = ask(requests), 0
    for k, case in enumerate(cases):
        case.measure(ms[k], lines[2 * k], lines[2 * k + 1])
        if case.refused or case.ratio > 1:
            past += 1
            print("PAST THE BOUND %s: %s %s" % (case.refused or "%.3g" % case.ratio, case.text, case.worst))
    print("%d golden points, %d past the bound" % (len(cases), past))
    return past


def report(found):
    """Prints a line a family; how many cases are past the bound."""
    past = 0
    for name, cases in found.items():
        refused = [case for case in cases if case.refused]
        worst = cases[0]
        past += sum(case.ratio > 1 for case in cases)
        print("%-18s %5d looked at, %d refused; body %.1e, tail %.1e, at most %.2g of the bound: %s %s" % (
            name, len(cases), len(refused), max(c.body for c in cases), max(c.tail for c in cases), worst.ratio, worst.text, worst.worst))
        for case in refused[:1]:
            print("    refused: %s: %s" % (case.text, case.refused))
        for case in [c for c in cases if c.ratio > 1][:3]:
            print("    PAST THE BOUND %.3g: %s %s" % (case.ratio, case.text, case.worst))
    return past


if __name__ == "__main__":
    names = sys.argv[3:] or list(oracle.FAMILIES)
    sys.exit(1 if report(search(names, int(sys.argv[1]), int(sys.argv[2]))) else 0)
