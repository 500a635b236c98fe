"""numba_elementary.py - exp, log, power, sine and uniforms as plain arithmetic, so that LLVM turns a Numba loop over draws into vectors."""
# SPDX-License-Identifier: Apache-2.0
#
# Numba's own math.exp is a scalar call that ends vectorisation where Intel's SVML is missing, as it is in the packages from pip.
# Relative errors of exp and log: below 2e-15, with contraction. Arguments are assumed finite and, for log, positive and normal.
import math

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

FAST = {"fastmath": {"contract", "nsz", "arcp", "nnan", "ninf"}, "error_model": "numpy", "inline": "always"}
C = tuple(1 / math.factorial(k) for k in range(14))
L = tuple(2 / (2 * k + 1) for k in range(11))


@intrinsic
def bits_of(typing_context, x):
    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.IntType(64))
    return types.int64(types.float64), generate


@intrinsic
def double_of(typing_context, x):
    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.DoubleType())
    return types.float64(types.int64), generate


@njit(**FAST)
def exp(x):
    x = min(max(x, -700.0), 700.0)
    k = math.floor(x * 1.4426950408889634 + .5)
    r = x - k * 6.93147180369123816490e-01
    r = r - k * 1.90821492927058770002e-10
    p = C[12] + r * C[13]
    p = C[11] + r * p
    p = C[10] + r * p
    p = C[9] + r * p
    p = C[8] + r * p
    p = C[7] + r * p
    p = C[6] + r * p
    p = C[5] + r * p
    p = C[4] + r * p
    p = C[3] + r * p
    p = C[2] + r * p
    p = 1.0 + r * (1.0 + r * p)
    return p * double_of((types.int64(k) + 1023) << 52)


@njit(**FAST)
def log(x):
    b = bits_of(x)
    k = (b - 0x3FE6A09E667F3BCD) >> 52
    m = double_of(b - (k << 52))
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    p = L[9] + z * L[10]
    p = L[8] + z * p
    p = L[7] + z * p
    p = L[6] + z * p
    p = L[5] + z * p
    p = L[4] + z * p
    p = L[3] + z * p
    p = L[2] + z * p
    p = L[1] + z * p
    k = types.float64(k)
    return k * 6.93147180369123816490e-01 + (s * (2.0 + z * p) + k * 1.90821492927058770002e-10)


@njit(**FAST)
def power(x, y):
    return exp(y * log(x))


@njit(**FAST)
def word(seed, counter):
    """SplitMix64's word number `counter`."""
    z = types.uint64(seed) + types.uint64(counter) * types.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> types.uint64(30))) * types.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> types.uint64(27))) * types.uint64(0x94D049BB133111EB)
    return z ^ (z >> types.uint64(31))


@njit(**FAST)
def uniform(seed, counter):
    """In (0, 1): 52 bits and a half."""
    return double_of(types.int64((word(seed, counter) >> types.uint64(12)) | types.uint64(0x3FF0000000000000))) - (1.0 - 2.0 ** -53)


@njit(**FAST)
def sine_of_turn(u):
    """sin(2 pi u) for u in [-1/2, 1/2]; by folding into a quarter turn and a series."""
    a = 0.25 - abs(abs(u) - 0.25)  # sin is the same
    x = a * 6.283185307179586
    z = x * x
    p = 1 / 6227020800.0 + z * (-1 / 1307674368000.0 + z * (1 / 355687428096000.0 - z / 121645100408832000.0))
    p = -1 / 39916800.0 + z * p
    p = 1 / 362880.0 + z * p
    p = -1 / 5040.0 + z * p
    p = 1 / 120.0 + z * p
    p = -1 / 6.0 + z * p
    value = x * (1.0 + z * p)
    return value if u >= 0 else -value
