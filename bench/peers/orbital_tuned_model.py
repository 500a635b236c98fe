"""orbital_tuned_model.py - the arithmetic of orbital_numba_tuned.py: rows of a workspace, and what one period does to them, in vector loops."""
# SPDX-License-Identifier: Apache-2.0
import math
import sys

import numpy as np
from numba import njit
from numba_elementary import exp, log, power
from orbital_tables import COLUMNS, T, lognormals  # noqa: F401

if "--libm" in sys.argv:
    exp, log, power = math.exp, math.log, math.pow

CHUNK = 256
FAST = {"fastmath": {"contract", "nsz", "arcp", "nnan", "ninf"}, "error_model": "numpy"}
BEFORE = 7  # rows of history before t = 0


class Rows:
    """Hands out offsets of rows in the workspace."""
    def __init__(self):
        self.used = 0

    def __call__(self, count=1):
        self.used += count
        return (self.used - count) * CHUNK


rows = Rows()
(T_LAUNCH, LAUNCH_GROWTH, PAYLOAD, KG_COST, LAUNCH_LR, MASS_KW, BUS_COST, ARRAY_GROWTH, ATTRITION, ORBIT_DISCOUNT, CHIP_GROWTH, HW_COST,
 HW_TREND, TERA_DELAY, VETO, PRICE_LR, EARTH_RENT, SCARCITY, PRICE_TREND, EROSION, MARKET_GROWTH, MODEL_CAPTURE, CORE_GROWTH, CORE_MARGIN,
 WACC, LAUNCH_CAP, TERA_CAP, PERMIT_DELAY, LIFE, TERA_WORKS) = [rows() for _ in range(30)]
SCORES = rows(28)
# noise of one period
STOOD, CHIP_NOISE, PRICE_NOISE, STORM, SEVERITY, CORE_NOISE, LOST, APPROVALS = [rows() for _ in range(8)]
# once a draw
CAP, STACK, OWN, BLEND, WIN, Q_KEEP, H, A_O, A_OP, A_OK, A_G, A_GP, A_R, SHELL_SHARE, PART, LOG_GROWTH, LEARNING, LAST_LIFE, CHIP_GAP, LOAD_GAP, V = [
    rows() for _ in range(21)]
# carried from period to period
(FLOWN, BUILT, BASE, LOAD, SWING, SHELL, FLEET_O, EARN_O, FLEET_G, EARN_G, CASHFLOW, LOSSES, CORE, RESEARCH, TOTAL, DEEPEST, FIRST, LAST,
 VALUE, CORE_VALUE, PROFIT, DISCOUNT, HW_POWER, TREND_POWER, CORE_FCF) = [rows() for _ in range(25)]
# within a period
(FLIGHTS, ON, AGE, LAUNCH_GW, FACTORY, CHIPS, HW, TREND, PREMIUM, PRICE, UNIT, GO_O, GO_G, START, READY, RETIRED, GROUND, ORBIT, QUEUE, SURVIVE,
 GONE, SPEND, REVENUE, FCF) = [rows() for _ in range(24)]
GROUND_HIST, ORBIT_HIST, ALIVE_HIST = rows(T + BEFORE), rows(T + BEFORE), rows(T + BEFORE)
APPROVED, FLOWS = rows(T + 2), rows(T)
RATE, LOW, HIGH, VALUE_AT, SLOPE_AT, FINAL, DONE = [rows() for _ in range(7)]
SIZE = rows.used * CHUNK
LOG_NORMALS = lognormals()
CPI, BUS_FALL = 1.02 ** np.arange(T), 0.98 ** np.arange(T)
FADE4, FADE5, FADE3, FADE6 = (np.exp(-np.arange(T) / k) for k in (4, 5, 3, 6))
MARGIN_RAMP = 1 - np.exp(-(np.arange(T) + 1) / 6)
PIPELINE = np.array([.5, .5, .3] + [0] * 17)
BUS_LEARNING, PHI, LOG_97 = math.log2(.85), math.exp(-1 / 3), math.log(.97)
OUT_REVENUE, OUT_FCF, OUT_PRICE, OUT_FLIGHTS, OUT_GROUND, OUT_ORBIT, OUT_QUEUE = (7 + T * k for k in range(7))


@njit(inline="always", **FAST)
def power_of_life(q, life):
    q2 = q * q
    q4 = q2 * q2
    return q4 if life == 4.0 else q4 * q if life == 5.0 else q4 * q2 if life == 6.0 else q4 * q2 * q


@njit(inline="always", **FAST)
def annuity(q, life):
    return life if q == 1 else (1 - power_of_life(q, life)) / (1 - q)


@njit(inline="always", **FAST)
def clamp(x):
    return min(max(x, 0.0), 1.0)


@njit(**FAST)
def once_a_draw(w):
    for i in range(CHUNK):
        e, r, life = w[EROSION + i], w[WACC + i], w[LIFE + i]
        w[CAP + i] = max(w[LAUNCH_CAP + i], 50.0)
        stack = 41.6 / 16.5 * w[MODEL_CAPTURE + i]
        win = 1.0 if 0.70 * stack > 1 else 0.0
        own = 0.10 + 0.40 * win
        w[STACK + i], w[WIN + i], w[OWN + i] = stack, win, own
        w[BLEND + i] = (1 - own) + 0.70 * own * stack
        keep, v = 1 - w[ATTRITION + i], 1 / (1 + r)
        q_g = (1 - e) * (1 - w[PRICE_TREND + i]) * v
        q_o = q_g * keep
        w[V + i] = v
        w[H + i] = math.sqrt(v)
        w[A_O + i], w[A_OP + i], w[A_OK + i] = annuity(q_o, life), annuity(q_o * PHI, life), annuity(keep * v, life)
        w[A_G + i], w[A_GP + i] = annuity(q_g, life), annuity(q_g * PHI, life)
        a_r = annuity(v, life)
        v4 = v * v * v * v
        v16 = v4 * v4 * v4 * v4
        w[A_R + i] = a_r
        w[SHELL_SHARE + i] = a_r / ((1 - v16 * v4) / (1 - v))
        w[LAST_LIFE + i] = power_of_life(1 - e, life)
        delay = w[PERMIT_DELAY + i]
        w[PART + i] = delay - math.floor(delay)
    for i in range(CHUNK):
        w[LOG_GROWTH + i] = log(1 + w[LAUNCH_GROWTH + i])
        w[LEARNING + i] = log(1 - w[LAUNCH_LR + i]) * 1.4426950408889634
    for i in range(CHUNK):
        e = w[EROSION + i]
        w[CHIP_GAP + i], w[LOAD_GAP + i] = w[CHIP_GROWTH + i] - .06, w[MARKET_GROWTH + i] - .04
        w[FLOWN + i], w[BUILT + i], w[BASE + i], w[LOAD + i], w[SWING + i], w[SHELL + i] = 25.0, 0.0, 1.0, 45.0, 0.0, 0.0
        w[FLEET_O + i], w[EARN_O + i], w[FLEET_G + i], w[EARN_G + i] = 0.0, 0.0, 1.0, .7 + .3 * (1 - e)
        w[CASHFLOW + i], w[LOSSES + i], w[CORE + i], w[RESEARCH + i], w[TOTAL + i], w[DEEPEST + i] = 6.6, 10.0, 18.67, 5.1, 0.0, 0.0
        w[FIRST + i], w[LAST + i], w[VALUE + i], w[CORE_VALUE + i], w[PROFIT + i], w[DISCOUNT + i] = 2046.0, 2025.0, 0.0, 0.0, 0.0, w[H + i]
        w[HW_POWER + i], w[TREND_POWER + i] = 1.0, 1.0
    for i in range(BEFORE * CHUNK):
        w[GROUND_HIST + i], w[ORBIT_HIST + i], w[ALIVE_HIST + i] = 0.0, 0.0, 1.0
    for i in range(CHUNK):
        w[GROUND_HIST + 5 * CHUNK + i], w[GROUND_HIST + 6 * CHUNK + i] = 0.3, 0.7
    for i in range(2 * CHUNK):
        w[APPROVED + i] = 0.0


@njit(**FAST)
def launches(w, t):
    for i in range(CHUNK):
        since = t + 1 - w[T_LAUNCH + i]
        age = max(since, 0.0)
        w[AGE + i] = age
        w[ON + i] = min(age, 1.0)
        cap = w[CAP + i]
        cadence = cap / (1 + (cap / 25 - 1) * exp(-w[LOG_GROWTH + i] * age))
        w[FLIGHTS + i] = math.floor(min(age, 1.0) * cadence * (1 - 0.5 * w[STOOD + i]))


@njit(**FAST)
def economics(w, t, chip_shift, price_shift):
    chips_fade, load_fade, cpi, ramp = FADE4[t], FADE5[t], CPI[t], min(1.0, t / 10)
    for i in range(CHUNK):
        good = w[FLIGHTS + i] - w[LOST + i]
        age = w[AGE + i]
        mass = max(10.0, w[MASS_KW + i] * exp(LOG_97 * age))
        w[LAUNCH_GW + i] = max(.85 * good - 30, 0.0) * w[PAYLOAD + i] / (mass * 1000)
        kg = max(60.0, w[KG_COST + i] * power(w[FLOWN + i] * .04, w[LEARNING + i]))
        w[FLOWN + i] += w[FLIGHTS + i]
        bus = max(2.5, w[BUS_COST + i] * BUS_FALL[t] * power(max(w[BUILT + i], .25) * 4, BUS_LEARNING))
        spares = max(1.0, w[FLIGHTS + i] / max(1.0, good))
        w[UNIT + i] = bus + kg * mass * .001
        w[GONE + i] = spares if w[FLIGHTS + i] > 0 else 1.0
    for i in range(CHUNK):
        w[FACTORY + i] = w[ON + i] * .25 * exp(5 * w[ARRAY_GROWTH + i] * (1 - exp(-.2 * w[AGE + i])))
    for i in range(CHUNK):
        if t > 0:
            w[BASE + i] *= 1.06 + w[CHIP_GAP + i] * chips_fade
            w[LOAD + i] *= 1.04 + w[LOAD_GAP + i] * load_fade
    for i in range(CHUNK):
        fab = w[TERA_WORKS + i] * w[TERA_CAP + i] * clamp((t + 1 - w[TERA_DELAY + i]) * .25)
        chips = w[BASE + i] * exp(w[CHIP_NOISE + i] - chip_shift) + fab
        w[CHIPS + i] = chips
        w[HW + i] = w[HW_COST + i] * w[HW_POWER + i] * (1 - .25 * fab / chips)
        w[HW_POWER + i] *= 1 + w[HW_TREND + i]
        depth = power(1 + (w[FLEET_G + i] + w[FLEET_O + i]) / w[LOAD + i], -1 / 1.2)
        trend = w[PRICE_LR + i] * w[TREND_POWER + i] * (1 + w[EARTH_RENT + i] * ramp) * depth
        w[TREND_POWER + i] *= 1 - w[PRICE_TREND + i]
        w[TREND + i] = trend
        premium = w[SCARCITY + i] * FADE3[t]
        w[PREMIUM + i] = premium
        swing = .65 * w[SWING + i] + w[PRICE_NOISE + i]
        w[SWING + i] = swing
        w[PRICE + i] = trend * (1 + premium) * exp(swing - price_shift)
    for i in range(CHUNK):
        worth = w[H + i] * .94 * w[BLEND + i] * w[TREND + i]
        unit = (w[HW + i] + w[UNIT + i]) * w[GONE + i]
        w[UNIT + i] = unit
        premium = w[PREMIUM + i]
        npv_o = worth * w[ORBIT_DISCOUNT + i] * (w[A_O + i] + premium * w[A_OP + i]) - w[H + i] * .8 * cpi * w[A_OK + i] - unit
        npv_g = worth * .90 * (w[A_G + i] + premium * w[A_GP + i]) - w[H + i] * 2.2 * cpi * w[A_R + i] - w[HW + i]
        w[GO_O + i] = 1.0 if npv_o > 0 else 0.0
        w[GO_G + i] = 1.0 if npv_g > 0 else 0.0
        w[START + i] = 1.0 if npv_g > 14 * cpi * w[SHELL_SHARE + i] else 0.0
        plan = max(20.0, 6 * w[TERA_CAP + i]) * (.125 + .125 * w[TERA_WORKS + i]) * max(
            min(t + 1.0, w[TERA_DELAY + i]) - max(float(t), w[TERA_DELAY + i] - 4), 0.0)
        w[SPEND + i] = plan if npv_o > 0 or npv_g > 0 else 0.0


@njit(inline="always", **FAST)
def of_life(life, four, five, six, seven):
    return four if life == 4.0 else five if life == 5.0 else six if life == 6.0 else seven


@njit(**FAST)
def deployment(w, t):
    cpi = CPI[t]
    g = GROUND_HIST + (t + BEFORE) * CHUNK
    o, a = g - GROUND_HIST + ORBIT_HIST, g - GROUND_HIST + ALIVE_HIST
    for i in range(CHUNK):
        w[RETIRED + i] = of_life(w[LIFE + i], w[g - 4 * CHUNK + i], w[g - 5 * CHUNK + i], w[g - 6 * CHUNK + i], w[g - 7 * CHUNK + i])
    for i in range(CHUNK):
        w[GONE + i] = of_life(w[LIFE + i], w[o - 4 * CHUNK + i] / w[a - 4 * CHUNK + i], w[o - 5 * CHUNK + i] / w[a - 5 * CHUNK + i],
                              w[o - 6 * CHUNK + i] / w[a - 6 * CHUNK + i], w[o - 7 * CHUNK + i] / w[a - 7 * CHUNK + i])
    for i in range(CHUNK):
        hw, unit, ready = w[HW + i], w[UNIT + i], w[READY + i]
        cash = max(45 + .9 * max(w[CASHFLOW + i], 0.0) - 14 * cpi * ready - w[SPEND + i], 0.0)
        available = w[SHELL + i] + ready + w[RETIRED + i]
        chips = w[CHIPS + i]
        ground = min(min(available, chips), cash / hw)
        ground = ground if w[GO_G + i] > 0 else 0.0
        w[GROUND + i] = ground
        w[SHELL + i] = available - ground
        chips_left, cash_left = max(chips - ground, 0.0), max(cash - ground * hw, 0.0) / unit
        rockets, factory = w[LAUNCH_GW + i], w[FACTORY + i]
        room = min(min(rockets, factory), min(chips_left, cash_left))
        queue = 3.0 if room == chips_left else 4.0
        queue = 2.0 if room == factory else queue
        queue = 1.0 if room == rockets else queue
        pilot = 0.20 if w[AGE + i] <= 6 else 0.0
        pilot = pilot if w[AGE + i] > 0 else 0.0
        go = w[GO_O + i] > 0
        orbit = room if go else min(pilot, room)
        w[QUEUE + i] = queue if go else 0.0
        w[ORBIT + i] = orbit
        w[BUILT + i] += orbit
        w[SURVIVE + i] = (1 - w[ATTRITION + i]) * (1 - w[STORM + i] * w[SEVERITY + i])
    for i in range(CHUNK):
        w[g + i] = w[GROUND + i]
    for i in range(CHUNK):
        w[o + i] = w[ORBIT + i]
    for i in range(CHUNK):
        w[a + i] = w[a - CHUNK + i] * w[SURVIVE + i]
    for i in range(CHUNK):
        w[GONE + i] *= w[a + i]


@njit(**FAST)
def fleets_and_cash(w, t, core_shift):
    cpi, share, core_fade, ramp = CPI[t], .45 if t == 0 else .90, FADE6[t], MARGIN_RAMP[t]
    growth = 1.10 if t <= 8 else 1.03
    f = FLOWS + t * CHUNK
    for i in range(CHUNK):
        survive, gone, retired, last, kept = w[SURVIVE + i], w[GONE + i], w[RETIRED + i], w[LAST_LIFE + i], 1 - w[EROSION + i]
        orbit, ground = w[ORBIT + i], w[GROUND + i]
        fleet_o = max(w[FLEET_O + i] * survive + orbit - gone, 0.0)
        earn_o = max(w[EARN_O + i] * survive * kept + orbit - gone * last, 0.0)
        fleet_g = max(w[FLEET_G + i] + ground - retired, 0.0)
        earn_g = max(w[EARN_G + i] * kept + ground - retired * last, 0.0)
        w[FLEET_O + i], w[EARN_O + i], w[FLEET_G + i], w[EARN_G + i] = fleet_o, earn_o, fleet_g, earn_g
        wholesale = w[PRICE + i] * (share * (earn_g - ground * .5) + w[ORBIT_DISCOUNT + i] * (earn_o - orbit * .5))
        own_rev = w[OWN + i] * w[STACK + i] * wholesale
        compute = (1 - w[OWN + i]) * wholesale + own_rev
        if t > 0:
            w[RESEARCH + i] *= growth if w[WIN + i] > 0 else 1.03
        ebitda = .94 * compute - cpi * (2.2 * (fleet_g - ground * .5) + .8 * (fleet_o - orbit * .5)) - .30 * own_rev - w[RESEARCH + i]
        capex = 14 * cpi * w[READY + i] + w[SPEND + i] + w[HW + i] * ground + w[UNIT + i] * orbit
        earned = ebitda - capex
        tax = .23 * max(earned - w[LOSSES + i], 0.0)
        w[LOSSES + i] = max(w[LOSSES + i] - earned, 0.0)
        w[PROFIT + i] += 0.0 if t < 17 else ebitda - ((fleet_g * w[HW + i] + fleet_o * w[UNIT + i]) / w[LIFE + i] + fleet_g * .7 * cpi)
        core = w[CORE + i] * (1.035 + (w[CORE_GROWTH + i] - .035) * core_fade) * exp(w[CORE_NOISE + i] - core_shift)
        w[CORE + i] = core
        core_fcf = core * w[CORE_MARGIN + i] * ramp
        w[CORE_FCF + i] = core_fcf
        w[CASHFLOW + i] = ebitda + core_fcf
        fcf = core_fcf + earned - tax
        w[REVENUE + i], w[FCF + i] = core + compute, fcf
    for i in range(CHUNK):
        fcf, discount = w[FCF + i], w[DISCOUNT + i]
        w[VALUE + i] += fcf * discount
        w[CORE_VALUE + i] += w[CORE_FCF + i] * discount
        w[DISCOUNT + i] = discount * w[V + i]
        total = w[TOTAL + i] + fcf
        w[TOTAL + i] = total
        w[DEEPEST + i] = min(w[DEEPEST + i], total)
        first = 2026.0 + t if fcf > 0 else 2046.0
        w[FIRST + i] = min(w[FIRST + i], first)
        w[LAST + i] = 2026.0 + t if total < 0 else w[LAST + i]
    for i in range(CHUNK):
        w[f + i] = w[FCF + i]


@njit(**FAST)
def present_value(w):
    """Of the flows at the rates RATE, with its slope by v."""
    for i in range(CHUNK):
        w[VALUE_AT + i], w[SLOPE_AT + i] = 0.0, 0.0
    for i in range(CHUNK):
        v = 1 / (1 + w[RATE + i])
        total, slope = w[FLOWS + 19 * CHUNK + i], 0.0
        for t in (18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0):
            slope = slope * v + total
            total = total * v + w[FLOWS + t * CHUNK + i]
        root = math.sqrt(v)
        v4 = v * v * v * v
        v8 = v4 * v4
        last = w[FINAL + i] * v8 * v8 * v * v * v
        w[VALUE_AT + i] = -2000.0 + root * total + last * v
        w[SLOPE_AT + i] = .5 * total / root + root * slope + 20 * last


@njit(**FAST)
def rate_of_return(w):
    for end in (-.5, 1.0):
        for i in range(CHUNK):
            w[RATE + i] = end
        present_value(w)
        for i in range(CHUNK):
            outside = w[VALUE_AT + i] <= 0 if end < 0 else w[VALUE_AT + i] >= 0
            before = 0.0 if end < 0 else w[DONE + i]
            w[DONE + i] = 1.0 + (end > 0) if outside and before == 0.0 else before
    for i in range(CHUNK):
        w[RATE + i], w[LOW + i], w[HIGH + i] = .02, -.5, 1.0
    for _ in range(60):
        present_value(w)
        widest = 0.0
        for i in range(CHUNK):
            rate, value = w[RATE + i], w[VALUE_AT + i]
            low = rate if value > 0 else w[LOW + i]
            high = w[HIGH + i] if value > 0 else rate
            w[LOW + i], w[HIGH + i] = low, high
            new = rate + value * (1 + rate) * (1 + rate) / w[SLOPE_AT + i]
            middle = .5 * (low + high)
            new = new if new > low else middle
            new = new if new < high else middle
            new = rate if value == 0.0 else new
            w[RATE + i] = new
            w[GONE + i] = abs(new - rate) if w[DONE + i] == 0.0 else 0.0
        for i in range(CHUNK):
            widest = max(widest, w[GONE + i])
        if widest < 1e-12:
            break
    for i in range(CHUNK):
        rate = w[RATE + i]
        rate = -.5 if w[DONE + i] == 1.0 else rate
        w[RATE + i] = 1.0 if w[DONE + i] == 2.0 else rate


@njit(**FAST)
def values(w, col, at, lanes):
    for i in range(CHUNK):
        r, v = w[WACC + i], w[V + i]
        v4 = v * v * v * v
        v20 = v4 * v4 * v4 * v4 * v4
        tv_core = w[CORE_FCF + i] * 1.025 / (r - .025)
        final = max(1.025 * .77 / 3 * w[PROFIT + i], 0.0) / r + tv_core
        w[FINAL + i] = final
        w[VALUE + i] += final * v20
        w[CORE_VALUE + i] += tv_core * v20
    rate_of_return(w)
    for i in range(lanes):
        col[0, at + i] = w[VALUE + i]
        col[1, at + i] = w[CORE_VALUE + i]
        col[2, at + i] = w[VALUE + i] - w[CORE_VALUE + i]
        col[3, at + i] = w[RATE + i]
        col[4, at + i] = -w[DEEPEST + i]
        col[5, at + i] = w[FIRST + i]
        col[6, at + i] = 1 + w[LAST + i]


@njit(inline="always")
def copy_out(w, row, col, k, at, lanes):
    for i in range(lanes):
        col[k, at + i] = w[row + i]


@njit(**FAST)
def before_period(w, t):
    """What reaches back by a number of years that differs from draw to draw: gathers."""
    for i in range(CHUNK):
        k = t - int(w[PERMIT_DELAY + i]) + 1  # row of the history, which begins at t = -2
        now, before = max(k, 0), max(k - 1, 0)
        part = w[PART + i]
        w[READY + i] = (1 - part) * w[APPROVED + now * CHUNK + i] + part * w[APPROVED + before * CHUNK + i] + PIPELINE[t]


@njit(**FAST)
def after_period(w, t, col, at, lanes):
    copy_out(w, REVENUE, col, OUT_REVENUE + t, at, lanes)
    copy_out(w, FCF, col, OUT_FCF + t, at, lanes)
    copy_out(w, PRICE, col, OUT_PRICE + t, at, lanes)
    copy_out(w, FLIGHTS, col, OUT_FLIGHTS + t, at, lanes)
    copy_out(w, FLEET_G, col, OUT_GROUND + t, at, lanes)
    copy_out(w, FLEET_O, col, OUT_ORBIT + t, at, lanes)
    copy_out(w, QUEUE, col, OUT_QUEUE + t, at, lanes)


@njit(**FAST)
def approve(w, t):
    row = APPROVED + (t + 2) * CHUNK
    for i in range(CHUNK):
        w[row + i] = .5 * w[APPROVALS + i]
