"""test_explain_coverage.py - intervals of the parts of an explanation cover the truth 95 % of the time, over 2,000 repeats of two small models."""
# SPDX-License-Identifier: Apache-2.0
import collections
import os
import subprocess
import sys

BINARY = os.path.join(os.environ["APSIS_BIN"], "tests", "test_explain")
PARTS = [["m", "s", "k", "difference"], ["mu", "s", "shift", "difference"]]
EXACT = {(0, 0), (1, 2)}  # a constant is added, whatever else changes: the part is known exactly
STATISTICS = ["mean", "P1", "P5", "P50", "P95", "P99"]
REPEATS, DRAWS = 2000, 20000


def main():
    done = subprocess.run([BINARY], capture_output=True, text=True, timeout=1500, check=True, env={**os.environ, "APSIS_COVERAGE": f"{REPEATS} {DRAWS}", "OMP_NUM_THREADS": "1"})
    found = {}
    for line in done.stdout.splitlines():
        if line.startswith("coverage "):
            model, part, statistic, hits, of = map(int, line.split()[1:])
            found[model, part, statistic] = hits / of
    assert len(found) == 2 * 4 * len(STATISTICS)
    kinds = collections.defaultdict(list)
    print(f"{DRAWS} draws, {REPEATS} repeats: coverage in %")
    print(f"{'':14}" + "".join(f"{s:>8}" for s in STATISTICS))
    for model, names in enumerate(PARTS):
        for part, name in enumerate(names):
            shares = [found[model, part, k] for k in range(len(STATISTICS))]
            print(f"{name:14}" + "".join(f"{100 * s:8.2f}" for s in shares))
            for k, share in enumerate(shares):
                if (model, part) in EXACT:
                    assert share == 1, (name, STATISTICS[k], share)
                    continue
                kinds["mean" if k == 0 else "percentile"].append(share)
                # one check of 36: 95 % +- 1 %, and 3 of its standard errors, which are 0.49 %
                assert 0.94 - 0.0146 <= share <= 0.96 + 0.0146, (name, STATISTICS[k], share)
    for kind, shares in kinds.items():
        mean = sum(shares) / len(shares)
        print(f"{kind}: {100 * mean:.2f} % over {len(shares)} checks")
        assert 0.94 <= mean <= 0.96, (kind, mean)
    return 0


if __name__ == "__main__":
    sys.exit(main())
