"""stack_cupy.py - revenue_stack in CuPy, double precision: drawing and statistics on the card; --module numpy runs the same text on the host."""
# SPDX-License-Identifier: Apache-2.0
#
# python3 bench/peers/stack_cupy.py --draws 20000000 [--module cupy|numpy] [--serve]
# CuPy's Philox generator (the fastest of its bit generators), a memory pool, and where it works one fused kernel for the model's arithmetic.
import argparse
import functools
import time

import peer
import stack_model


@functools.cache
def module(name):
    return __import__(name)


@functools.cache
def fixed(name):
    return [module(name).asarray(a) for a in stack_model.tables()]


@functools.cache
def model(name):
    xp = module(name)
    if name == "cupy":
        @xp.fuse()
        def fused(*x):
            return tuple(stack_model.outputs(xp, x))
        return fused
    return lambda *x: stack_model.outputs(xp, x)


def draw(name, n, seed):
    xp = module(name)
    bits = xp.random.Philox4x3210(seed=seed) if name == "cupy" else xp.random.Philox(seed)
    x = stack_model.inputs(xp, xp.random.Generator(bits).standard_normal((14, n)), *fixed(name))
    try:
        return x, model(name)(*x)
    except (TypeError, NotImplementedError):  # a CuPy that cannot fuse this: array by array
        return x, stack_model.outputs(xp, x)


def work(args, draws, seed):
    start = time.perf_counter()
    x, columns = draw(args.module, draws, seed)
    if args.module == "cupy":
        module("cupy").cuda.Device().synchronize()
    drawing = time.perf_counter() - start
    return drawing, stack_model.on_host(stack_model.summary(module(args.module), x, columns))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--module", choices=("cupy", "numpy"), default="cupy")
    name = parser.parse_known_args()[0].module
    packages = ["numpy", "scipy"]
    device = "host"
    if name == "cupy":
        cupy = module("cupy")
        device = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
    about = {"peer": name, "model": "revenue_stack", "versions": {**peer.versions(*packages), name: module(name).__version__}, "device": device}
    peer.main(parser, work, about, "wholesale_revenue")
