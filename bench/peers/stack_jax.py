"""stack_jax.py - revenue_stack in JAX, double precision, on CPU or GPU: drawing and statistics compiled by XLA, on the card."""
# SPDX-License-Identifier: Apache-2.0
#
# python3 bench/peers/stack_jax.py --platform gpu --draws 20000000 [--serve]
import argparse
import functools
import time

import jax
import jax.numpy as jnp
import peer
import stack_model

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_default_prng_impl", "rbg")  # the fastest generator that JAX has on CPU and GPU


@functools.cache
def fixed():
    return [jnp.asarray(a) for a in stack_model.tables()]


@functools.partial(jax.jit, static_argnums=1)
def drawn(key, n, quantiles, logs):
    x = stack_model.inputs(jnp, jax.random.normal(key, (14, n), dtype=jnp.float64), quantiles, logs)
    return x, stack_model.outputs(jnp, x)


summarised = jax.jit(functools.partial(stack_model.summary, jnp))
given = jax.jit(functools.partial(stack_model.outputs, jnp))


def draw(n, seed):
    return drawn(jax.random.key(seed), n, *fixed())


def work(args, draws, seed):
    start = time.perf_counter()
    x, columns = jax.block_until_ready(draw(draws, seed))
    drawing = time.perf_counter() - start
    return drawing, stack_model.on_host(jax.device_get(summarised(x, columns)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--platform", choices=("cpu", "gpu"), default="cpu")
    jax.config.update("jax_platforms", "cuda" if parser.parse_known_args()[0].platform == "gpu" else "cpu")
    peer.main(parser, work, {"peer": "JAX", "model": "revenue_stack", "versions": peer.versions("jax", "jaxlib", "numpy", "scipy"),
                             "device": str(jax.devices()[0])}, "wholesale_revenue")
