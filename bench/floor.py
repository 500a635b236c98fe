"""floor.py - how many draws a second a GPU could do at the most: instructions over its double and integer rates, bytes over its bandwidth."""
# SPDX-License-Identifier: Apache-2.0
#
#   python3 bench/floor.py models/orbital_compute.risk [--build build] [--measured 3.1e8] [--card h200] [--json]
#
# Instructions of one draw come from bench_operation_count (cmake --build build --target bench_operation_count), whose head says how they
# are counted. Double and integer instructions go to pipes of their own and may run at the same time, and so may memory: the floor of the
# time is the longest of the three, the two numbers asked for are the first two together and the third. On top of the model come what
# statistics need of every value that is reported, and the bytes of writing it to a tile's rows and reading it back.
import argparse
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# Instructions a second (fp64: half the peak of operations, as an fma counts as two there; int32: 64 lanes of each SM at the boost clock),
# bytes a second. NVIDIA's H200 (SXM) and H100 data sheets and Hopper tuning guide; A100's; consumer cards do 1/64 of single precision.
CARDS = {
    "h200": {"fp64": 34e12 / 2, "int32": 132 * 64 * 1.98e9, "bytes": 4.8e12},
    "h100": {"fp64": 34e12 / 2, "int32": 132 * 64 * 1.98e9, "bytes": 3.35e12},
    "a100": {"fp64": 9.7e12 / 2, "int32": 108 * 64 * 1.41e9, "bytes": 1.555e12},
}
# Of every value: centring and four sums of powers (6), the least and the most (2); windows of its percentiles (9, or 5 in a series);
# a fingerprint of 64-bit multiplications (about 10 instructions of 32 bits).
VALUE_FP64, SCALAR_WINDOWS, SERIES_WINDOWS, VALUE_INT32, VALUE_BYTES = 8, 9, 5, 10, 16


def count(build, model):
    program = os.path.join(build, "bench_operation_count")
    return json.loads(subprocess.run([program, model], capture_output=True, text=True, check=True).stdout)


def floor(counts, card="h200", measured=None):
    """Seconds a draw and draws a second at the most; with `measured` draws a second, the share of that which was reached."""
    rates = CARDS[card]
    columns = counts["scalar_columns"] + counts["series_columns"]
    fp64 = counts["fp64"] + VALUE_FP64 * columns + SCALAR_WINDOWS * counts["scalar_columns"] + SERIES_WINDOWS * counts["series_columns"]
    int32, bytes_ = counts["int32"] + VALUE_INT32 * columns, VALUE_BYTES * columns
    times = {"fp64": fp64 / rates["fp64"], "int32": int32 / rates["int32"], "bytes": bytes_ / rates["bytes"]}
    out = {"model": counts["model"], "card": card, "fp64_a_draw": fp64, "int32_a_draw": int32, "bytes_a_draw": bytes_,
           "of_the_model_alone": {"fp64": counts["fp64"], "int32": counts["int32"]}, "picoseconds_a_draw": {k: v * 1e12 for k, v in times.items()},
           "operations_floor": 1 / max(times["fp64"], times["int32"]), "bytes_floor": 1 / times["bytes"],
           "bound_by": max(times, key=times.get), "draws_per_second": 1 / max(times.values())}
    if measured:
        out["measured"] = measured
        out["achieved_percent"] = 100 * measured * max(times.values())
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--measured", type=float, help="draws a second")
    parser.add_argument("--card", choices=CARDS, default="h200")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    try:
        counts = count(args.build, args.model)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"floor: {getattr(error, 'stderr', '') or error}\nbuild it: cmake --build {args.build} --target bench_operation_count")
    out = floor(counts, args.card, args.measured)
    if args.json:
        print(json.dumps(out | {"kinds": counts["kinds"]}, indent=1))
        return
    print(f"{out['model']} on {args.card}, a draw: {out['fp64_a_draw']:.0f} double instructions, {out['int32_a_draw']:.0f} of 32-bit integers, "
          f"{out['bytes_a_draw']:.0f} bytes")
    print(f"floor: {out['operations_floor']:.4g} draws/s by operations, {out['bytes_floor']:.4g} by bytes: {out['draws_per_second']:.4g}, "
          f"bound by {out['bound_by']}")
    if args.measured:
        print(f"measured: {args.measured:.4g} draws/s, {out['achieved_percent']:.1f} % of the floor")


if __name__ == "__main__":
    main()
