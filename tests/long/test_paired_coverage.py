"""test_paired_coverage.py - intervals of paired differences cover the truth 95 % of the time, over 2,000 repeats of a small model."""
# SPDX-License-Identifier: Apache-2.0
import collections
import os
import subprocess
import sys

BINARY = os.path.join(os.environ["APSIS_BIN"], "tests", "test_paired")
CELLS = {1: "r 0", 2: "r 0.9", 3: "r 0.99, shifted", 4: "sd x 1.1", 5: "shifted", 6: "r -0.5, wider", 7: "r 0.999"}
CHECKS = ["mean", "P1", "P5", "P50", "P95", "P99", "shortfall low", "shortfall high", "target 4", "target 7"]


def coverage(repeats, draws):
    done = subprocess.run([BINARY], capture_output=True, text=True, timeout=1500, check=True, env={**os.environ, "APSIS_COVERAGE": f"{repeats} {draws}", "OMP_NUM_THREADS": "1"})
    found = {}
    for line in done.stdout.splitlines():
        if line.startswith("coverage "):
            cell, check, hits, of, shifted = map(int, line.split()[1:])
            found[cell, check] = (hits / of, shifted)
    return found


def main():
    repeats = 2000
    for draws in (20000,):
        found = coverage(repeats, draws)
        assert len(found) == len(CELLS) * len(CHECKS)
        kinds = collections.defaultdict(list)
        print(f"{draws} draws, {repeats} repeats: coverage in %")
        print(f"{'':18}" + "".join(f"{c:>16}" for c in CHECKS))
        for cell, name in CELLS.items():
            print(f"{name:18}" + "".join(f"{100 * found[cell, k][0]:16.2f}" for k in range(len(CHECKS))))
        for (cell, check), (share, shifted) in found.items():
            if shifted and check < 8:  # a constant is added: the difference is known exactly
                assert share == 1, (cell, check, share)
                continue
            kinds[CHECKS[check].split()[0].rstrip("0123456789")].append(share)
            # one check of 63: 95 % +- 1 %, and 3 of its standard errors, which are 0.49 %
            assert 0.94 - 0.0146 <= share <= 0.96 + 0.0146, (CELLS[cell], CHECKS[check], share)
        for kind, shares in kinds.items():
            mean = sum(shares) / len(shares)
            print(f"{kind}: {100 * mean:.2f} % over {len(shares)} checks")
            assert 0.94 <= mean <= 0.96, (kind, mean)
    return 0


if __name__ == "__main__":
    sys.exit(main())
