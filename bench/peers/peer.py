"""peer.py - how a peer of the benchmark is run: once from the command line, or again and again at a caller's request, warm."""
# SPDX-License-Identifier: Apache-2.0
#
#   python3 bench/peers/NAME.py --draws 500000 [--seed 1] [--repeats 3]
#   python3 bench/peers/NAME.py --serve     reads lines "draws seed", answers each with a line of JSON; seconds count drawing and statistics
import json
import platform
import sys
import time
from importlib import metadata


def versions(*packages):
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in packages}}


def main(parser, work, about, key="ev"):
    """work(args, draws, seed) -> (seconds of drawing, summary); about: a dictionary that goes with every answer; key: the output that does."""
    parser.add_argument("--draws", type=int, default=500_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--full", action="store_true", help="with every statistic")

    def once(args, draws, seed):
        start, cpu = time.perf_counter(), time.process_time()
        drawing, summary = work(args, draws, seed)
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        out = {"draws": draws, "seconds": seconds, "cpu_seconds": cpu, "drawing_seconds": drawing, "draws_per_second": draws / seconds, **about}
        out[key] = {name: summary[key][name] for name in ("mean", "sd", "percentiles")}
        if args.full:
            out["summary"] = summary
        print(json.dumps(out), flush=True)

    args = parser.parse_args()
    if args.serve:
        for line in sys.stdin:
            draws, seed = map(int, line.split())
            once(args, draws, seed)
        return
    for k in range(args.repeats):
        once(args, args.draws, args.seed + k)
