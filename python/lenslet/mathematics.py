"""
log, exp, cos(πx) and whole powers with the bits of Lenslet's src/core/math.ts. What a seed or a learning rate depends on must
not depend on the C library's last bit.

Polynomials and coefficients are fdlibm's (e_log.c, e_exp.c, k_cos.c, k_sin.c; https://netlib.org/fdlibm):

Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunPro, a Sun Microsystems, Inc. business.
Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice is preserved.
"""

from __future__ import annotations

import math

_LN2_HIGH = 0.6931471803691238
_LN2_LOW = 1.9082149292705877e-10
_LOG2_E = 1.4426950408889634
_SQRT_HALF = 0.7071067811865476
_SMALLEST_EXPONENT = -708.3964185322641
_PI_HIGH = 3.1415927410125732
_PI_LOW = -8.742278000372485e-8
_SPLITTER = 134217729


def log(x: float) -> float:
    """The natural logarithm. NaN below 0."""
    if x == 0:
        return -math.inf
    if x == math.inf:
        return x
    if not x > 0:
        return math.nan
    # x = scaled * 2**k with sqrt(1/2) <= scaled < sqrt(2).
    scaled, k = math.frexp(x)
    if scaled < _SQRT_HALF:
        scaled *= 2
        k -= 1
    f = scaled - 1
    s = f / (2 + f)
    z = s * s
    w = z * z
    even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373))
    odd = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)))
    half_square = 0.5 * f * f
    return k * _LN2_HIGH - (half_square - (s * (half_square + (even + odd)) + k * _LN2_LOW) - f)


def exp(x: float) -> float:
    """e**x for x <= 0; NaN above. Results below 2**-1022 are 0."""
    if not x <= 0:
        return math.nan
    if x < _SMALLEST_EXPONENT:
        return 0.0
    k = math.floor(x * _LOG2_E + 0.5)
    high = x - k * _LN2_HIGH
    low = k * _LN2_LOW
    r = high - low
    t = r * r
    polynomial = 6.613756321437934e-5 + t * (-1.6533902205465252e-6 + t * 4.1381367970572385e-8)
    c = r - t * (0.16666666666666602 + t * (-0.0027777777777015593 + t * polynomial))
    return (1 - (low - (r * c) / (2 - c) - high)) * power(0.5, -k)


def cos_pi(x: float) -> float:
    """cos(πx), with exact zeros."""
    size = abs(x)
    turn = size if size < 2 else math.fmod(size, 2)
    quarter = (int(4 * turn) + 1) >> 1
    r = turn - quarter / 2
    angle = r * math.pi
    split = _SPLITTER * r
    high = split - (split - r)
    rest = high * _PI_HIGH - angle + ((r - high) * _PI_HIGH + r * _PI_LOW)
    if quarter in (0, 4):
        return _cosine(angle, rest)
    if quarter == 1:
        return 0 - _sine(angle, rest)
    return 0 - _cosine(angle, rest) if quarter == 2 else _sine(angle, rest)


def _cosine(x: float, rest: float) -> float:
    z = x * x
    low = z * (0.0416666666666666 + z * (-0.001388888888887411 + z * 2.480158728947673e-5))
    high = -2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11)
    half_square = 0.5 * z
    w = 1 - half_square
    return w + (1 - w - half_square + (z * (low + z * z * (z * z) * high) - x * rest))


def _sine(x: float, rest: float) -> float:
    z = x * x
    low = 0.00833333333332249 + z * (-0.0001984126982985795 + z * 2.7557313707070068e-6)
    high = -2.5050760253406863e-8 + z * 1.58969099521155e-10
    v = z * x
    return x - (z * (0.5 * rest - v * (low + z * (z * z) * high)) - rest - v * -0.16666666666666632)


def power(base: float, exponent: int) -> float:
    """``base`` to a whole power from 0, by squaring."""
    result, factor, left = 1.0, base, exponent
    while left > 0:
        if left % 2 == 1:
            result *= factor
        factor *= factor
        left //= 2
    return result


def rounded(value: float) -> int:
    """JavaScript's Math.round: halves go up."""
    whole = math.floor(value)
    return whole + (1 if value - whole >= 0.5 else 0)
