/* table.c - builds the polynomials of a smooth table and proves each of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/table.h"

#include <stdlib.h>
#include <string.h>

#include "host/plan/table_nodes.h"
#include "host/support/arena.h"
#include "kernels/normal.h"

#define NODES 8
#define DENSITY_NODES 10
#define MAX_DEPTH 24
/* what is asked of a row where it is measured, five times tighter than what is promised */
#define BODY 2e-13
#define TAIL 2e-11
/* where the density's polynomial has converged: its last coefficients, relative to the density */
#define CONVERGED 2e-12

struct builder {
    const struct apsis_table_source *source;
    const struct ap_table *by_u; /* by score: where the values come from; else NULL */
    int upper, transform;
    double *rows;
    ap_word *index;
    size_t row_count, row_room, index_count, index_room;
    double error;
    int split, failed;
};

static double within(double v)
{
    double relative = TAIL * v;
    return relative < BODY ? relative : BODY;
}

/* T(y): what the base and scale are applied to */
static double transformed(const struct builder *b, double y)
{
    if (b->transform == APSIS_TRANSFORM_EXP) return ap_exp(y);
    double e = b->transform == APSIS_TRANSFORM_LOGISTIC ? ap_exp(-ap_abs(y)) : 0;
    if (b->transform == APSIS_TRANSFORM_LOGISTIC) return (y < 0 ? e : 1) / (1 + e);
    return y;
}
/* the two give the same double, or neighbours */
static int next_to(const struct builder *b, double y, double exact)
{
    double x = transformed(b, exact), coarse = b->source->coarse[b->upper];
    return ap_abs(transformed(b, y) - x) <= 0x1p-52 * (ap_abs(x) + coarse);
}

static double polynomial(const double *c, double t)
{
    double y = c[NODES - 1];
    for (int k = NODES - 2; k >= 0; k--) y = ap_fma(y, t, c[k]);
    return y;
}
static double slope(const double *c, double t)
{
    double y = (NODES - 1) * c[NODES - 1];
    for (int k = NODES - 2; k >= 1; k--) y = ap_fma(y, t, k * c[k]);
    return y;
}
/* Coefficients through the nodes' values; differences from one of them, so that a small variation keeps its digits. */
static void fit(const double *y, double *c)
{
    double d[NODES];
    for (int k = 0; k < NODES; k++) d[k] = y[k] - y[3];
    for (int i = 0; i < NODES; i++) {
        double sum = 0;
        for (int k = 0; k < NODES; k++) sum = ap_fma(apsis_row_matrix[i][k], d[k], sum);
        c[i] = sum;
    }
    c[0] += y[3];
}

static void add_row(struct builder *b, size_t slot, const double *c, double error)
{
    if (b->row_count == b->row_room) {
        b->row_room = b->row_room ? 2 * b->row_room : 1024;
        double *wider = apsis_malloc_aligned(b->row_room * NODES * sizeof(double)); /* they become the table's own */
        if (b->rows) memcpy(wider, b->rows, b->row_count * NODES * sizeof(double));
        apsis_block_free(b->rows);
        b->rows = wider;
    }
    memcpy(b->rows + NODES * b->row_count, c, NODES * sizeof(double));
    b->index[slot] = b->row_count++;
    if (error > b->error) b->error = error;
    if (b->row_count > APSIS_TABLE_MAX_ROWS) b->failed = 1;
}

/* Four children of a slot; returns the place of the first. */
static size_t branch(struct builder *b, size_t slot)
{
    if (b->index_count + 4 > b->index_room) {
        b->index_room = 2 * b->index_room + 4;
        b->index = apsis_realloc(b->index, b->index_room * sizeof *b->index);
    }
    size_t first = b->index_count;
    b->index_count += 4;
    b->index[slot] = AP_TABLE_BRANCH | first;
    b->split = 1;
    if (b->index_count > 4 * APSIS_TABLE_MAX_ROWS) b->failed = 1;
    return first;
}

/* A straight row between two end values: for places too narrow to matter. */
static void add_straight(struct builder *b, size_t slot, double first, double last)
{
    double c[NODES] = {0.5 * first + 0.5 * last, 0.5 * last - 0.5 * first};
    add_row(b, slot, c, 0);
}

/* ------------------------------------------------------------------ any quantile function: call it at every node */

/* Value at the coordinate c: the tail probability, or the score. */
static double value_at(const struct builder *b, double c)
{
    if (!b->by_u) return b->source->value(b->source, b->upper, c);
    double v = ap_normal_cdf(-ap_abs(c));
    ap_u64 place;
    ap_i64 segment = ap_table_place(v > 0.5 - 0x1p-54 ? 0.5 - 0x1p-54 : v, b->upper, &place);
    return ap_table_local(b->by_u->rows, b->by_u->index, segment, place);
}

static void direct(struct builder *b, size_t slot, double low, double high, double y_low, double y_high, int depth)
{
    static const double tests[] = {-0.96, -0.62, 0, 0.62, 0.96};
    if (b->failed) return;
    double middle = 0.5 * low + 0.5 * high, half = 0.5 * (high - low), worst = 0;
    double v_low = low, width = high - low;
    if (b->by_u) { /* chance of the row */
        double size = b->upper ? high : -low;
        v_low = ap_normal_cdf(-size);
        width *= 0x1.9884533d43651p-2 * ap_exp(-0.5 * (b->upper ? low * low : high * high));
    }
    if (width <= within(v_low) || depth == MAX_DEPTH) {
        add_straight(b, slot, y_low, y_high);
        return;
    }
    double y[NODES], c[NODES];
    y[0] = y_low, y[NODES - 1] = y_high;
    for (int k = 1; k < NODES - 1; k++) y[k] = value_at(b, ap_fma(apsis_row_node[k], half, middle));
    fit(y, c);
    for (size_t k = 0; k < sizeof tests / sizeof tests[0] && worst <= 1; k++) {
        double at = ap_fma(tests[k], half, middle), exact = value_at(b, at), got = polynomial(c, tests[k]);
        if (next_to(b, got, exact)) continue;
        double per = ap_abs(slope(c, tests[k])) / half, v = at; /* value by chance */
        if (b->by_u) {
            v = ap_normal_cdf(-ap_abs(at));
            per /= 0x1.9884533d43651p-2 * ap_exp(-0.5 * at * at);
        }
        double error = ap_abs(got - exact) / per / within(v);
        if (!(error <= worst)) worst = error == error ? error : 2;
    }
    if (worst <= 1) {
        add_row(b, slot, c, worst * (BODY / 1e-12));
        return;
    }
    size_t child = branch(b, slot);
    double from = low, y_from = y_low;
    for (int k = 0; k < 4; k++) {
        double to = k == 3 ? high : ap_fma(0.5 * (k + 1), half, low), y_to = k == 3 ? y_high : value_at(b, to);
        direct(b, child + (size_t)k, from, to, y_from, y_to, depth + 1);
        from = to, y_from = y_to;
    }
}

/* ------------------------------------------------------------------ a smooth density: integrate it, from the far end inwards */

/*
 * The chance grows from 2^-53 towards 1/2 by adding integrals of the density, all positive, so its relative error stays that of the
 * sums: no incomplete beta or gamma function is called but at the two ends. Within a segment the density is a polynomial in the
 * value, the chance its integral, and the nodes come from that by Newton's method.
 */
struct piece {
    double middle, half;                 /* value = middle + half * s, s = -1 at the far end; half < 0 in the upper tail */
    double density[DENSITY_NODES];       /* coefficients in s */
    double chance[DENSITY_NODES + 1];
};

static double horner(const double *c, int degree, double t)
{
    double y = c[degree];
    for (int k = degree - 1; k >= 0; k--) y = ap_fma(y, t, c[k]);
    return y;
}

/* 0 when ten points do not describe the density there */
static int describe(const struct builder *b, double v, double from, double length, struct piece *p)
{
    double f[DENSITY_NODES], last8 = 0, last9 = 0;
    p->half = 0.5 * length;
    p->middle = from + p->half;
    for (int k = 0; k < DENSITY_NODES; k++) {
        f[k] = b->source->density(b->source, b->upper, ap_fma(apsis_density_node[k], p->half, p->middle));
        last8 = ap_fma(apsis_density_last[0][k], f[k], last8);
        last9 = ap_fma(apsis_density_last[1][k], f[k], last9);
    }
    if (!(f[0] > 0 && f[0] < ap_infinity() && ap_abs(last8) <= 10 * CONVERGED * f[0] && ap_abs(last9) <= CONVERGED * f[0])) return 0;
    double size = ap_abs(p->half), sum = v, reference = f[4];
    for (int k = 0; k < DENSITY_NODES; k++) f[k] -= reference;
    for (int i = 0; i < DENSITY_NODES; i++) {
        double c = i ? 0 : reference;
        for (int k = 0; k < DENSITY_NODES; k++) c = ap_fma(apsis_density_matrix[i][k], f[k], c);
        p->density[i] = c;
        p->chance[i + 1] = size * c / (i + 1);
        sum += i & 1 ? -p->chance[i + 1] : p->chance[i + 1]; /* chance(-1) = v */
    }
    p->chance[0] = sum;
    return 1;
}

/* s where the chance is v */
static double solve(const struct piece *p, double v, double s)
{
    double size = ap_abs(p->half);
    for (int i = 0; i < 4; i++) {
        double step = (v - horner(p->chance, DENSITY_NODES, s)) / (size * horner(p->density, DENSITY_NODES - 1, s));
        s += step;
        if (!(ap_abs(step) > 1e-9)) break; /* the next one would be below 1e-17 */
    }
    return s;
}

/* Returns the value at the end of the row. */
static double march(struct builder *b, size_t slot, double low, double high, double y_low, int depth)
{
    static const double tests[] = {-0.78, 0, 0.78};
    if (b->failed) return y_low;
    double sign = b->upper ? -1 : 1, f = b->source->density(b->source, b->upper, y_low);
    struct piece p;
    if (high - low <= within(low) || depth == MAX_DEPTH) {
        double y_high = b->source->value(b->source, b->upper, high);
        add_straight(b, slot, y_low, y_high);
        return y_high;
    }
    double length = sign * (high - low) / f;
    f = b->source->density(b->source, b->upper, y_low + 0.5 * length);
    length = sign * (high - low) / f;
    int good = ap_abs(length) < ap_infinity() && describe(b, low, y_low, length, &p);
    if (good) {
        double end = solve(&p, high, 1);
        if (!(end > 0.9 && end < 1.02)) { /* the guess of the length was poor: once more with the better one */
            good = end > 0 && end < 4 && describe(b, low, y_low, 0.5 * (1 + end) * length, &p);
            if (good) end = solve(&p, high, 1);
            good = good && end > 0.8 && end < 1.05;
        }
    }
    if (good) {
        double y[NODES], c[NODES], middle = 0.5 * low + 0.5 * high, half = 0.5 * (high - low), s = -1, worst = 0;
        y[0] = y_low;
        for (int k = 1; k < NODES; k++) {
            double v = k == NODES - 1 ? high : ap_fma(apsis_row_node[k], half, middle);
            s = solve(&p, v, s + (apsis_row_node[k] - apsis_row_node[k - 1]));
            y[k] = ap_fma(s, p.half, p.middle);
        }
        fit(y, c);
        for (size_t k = 0; k < sizeof tests / sizeof tests[0]; k++) {
            double v = ap_fma(tests[k], half, middle), got = polynomial(c, tests[k]), place = (got - p.middle) / p.half;
            double error = ap_abs(horner(p.chance, DENSITY_NODES, place) - v) / within(v);
            if (error > 1 && next_to(b, got, ap_fma(solve(&p, v, place), p.half, p.middle))) error = 1;
            if (!(error <= worst)) worst = error == error ? error : 2;
        }
        if (worst <= 1) {
            add_row(b, slot, c, worst * (BODY / 1e-12));
            return y[NODES - 1];
        }
    }
    size_t child = branch(b, slot);
    double from = low, y_low_child = y_low;
    for (int k = 0; k < 4; k++) {
        double to = k == 3 ? high : ap_fma(0.25 * (k + 1), high - low, low);
        y_low_child = march(b, child + (size_t)k, from, to, y_low_child, depth + 1);
        from = to;
    }
    return y_low_child;
}

/* ------------------------------------------------------------------ whole tables */

static void start(struct builder *b, size_t segments)
{
    apsis_block_free(b->rows);
    apsis_block_free(b->index);
    b->rows = NULL;
    b->row_count = b->row_room = 0;
    b->index_count = segments;
    b->index_room = segments + 64;
    b->index = apsis_malloc(b->index_room * sizeof *b->index);
    b->error = 0;
    b->split = b->failed = 0;
}
static void finish(struct builder *b, struct apsis_table_rows *out)
{
    out->rows = b->rows;
    out->index = b->index;
    out->row_count = b->row_count;
    out->index_count = b->split ? b->index_count : 0;
    out->error = b->error;
}
static double edge(size_t segment) /* the lower end of a segment, as a tail probability */
{
    return ap_double_of((ap_word)((1023 - 53) * 8 + segment) << AP_TABLE_LOCAL_BITS);
}

static int march_all(struct builder *b)
{
    const struct apsis_table_source *source = b->source;
    start(b, AP_TABLE_SEGMENTS);
    for (b->upper = 0; b->upper < 2 && !b->failed; b->upper++) {
        double y = source->value(source, b->upper, edge(0));
        for (size_t k = 0; k < AP_TABLE_TAIL_SEGMENTS && !b->failed; k++)
            y = march(b, (size_t)b->upper * AP_TABLE_TAIL_SEGMENTS + k, edge(k), edge(k + 1), y, 0);
        if (b->failed) break;
        /* the sums must meet the quantile function in the middle */
        double exact = source->value(source, b->upper, 0.5), f = source->density(source, b->upper, exact);
        if (!next_to(b, y, exact) && !(ap_abs(y - exact) * f <= BODY)) b->failed = 1;
        /* and the tails each other: what is missing goes into the last row, all of it at its end */
        double *last = b->rows + NODES * (b->row_count - 1), missing = 0.5 * (exact - y);
        last[0] += missing, last[1] += missing;
    }
    return !b->failed;
}
static int direct_all(struct builder *b)
{
    start(b, AP_TABLE_SEGMENTS);
    for (b->upper = 0; b->upper < 2; b->upper++) {
        double y = value_at(b, edge(0));
        for (size_t k = 0; k < AP_TABLE_TAIL_SEGMENTS && !b->failed; k++) {
            double next = value_at(b, edge(k + 1));
            direct(b, (size_t)b->upper * AP_TABLE_TAIL_SEGMENTS + k, edge(k), edge(k + 1), y, next, 0);
            y = next;
        }
    }
    return !b->failed;
}

const char *apsis_table_build(const struct apsis_table_source *source, struct apsis_table_rows *out)
{
    struct builder b = {.source = source, .transform = (int)source->transform};
    memset(out, 0, sizeof *out);
    if ((source->density && march_all(&b)) || direct_all(&b)) {
        finish(&b, out);
        return NULL;
    }
    apsis_block_free(b.rows);
    apsis_block_free(b.index);
    return "its quantile function bends too sharply for a table of 4,096 rows";
}

const char *apsis_table_build_score(const struct apsis_table_source *source, const struct ap_table *by_u, struct apsis_table_rows *out)
{
    struct builder b = {.source = source, .by_u = by_u, .transform = (int)source->transform};
    memset(out, 0, sizeof *out);
    start(&b, AP_TABLE_SCORE_SEGMENTS);
    for (size_t k = 0; k < AP_TABLE_SCORE_SEGMENTS && !b.failed; k++) {
        double low = ((double)k - AP_TABLE_SCORE_REACH) / 16, high = low + 1.0 / 16;
        b.upper = k >= AP_TABLE_SCORE_REACH;
        direct(&b, k, low, high, value_at(&b, low), value_at(&b, high), 0);
    }
    if (!b.failed) {
        finish(&b, out);
        return NULL;
    }
    apsis_block_free(b.rows);
    apsis_block_free(b.index);
    return "its quantile function bends too sharply for a table of 4,096 rows";
}

void apsis_table_free(struct apsis_table_rows *rows)
{
    apsis_block_free(rows->rows);
    apsis_block_free(rows->index);
    memset(rows, 0, sizeof *rows);
}
