/* percentile.c - order statistics and the sums beyond them, from the windows of a finished pass. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/result/tallies.h"

/* Remembers that exactly `below` valid draws lie below `edge`. */
static void learn(struct apsis_reduced *column, double edge, uint64_t below)
{
    if (edge - edge != 0) return;
    size_t at = 0;
    while (at < column->known_count && column->known[at].edge < edge) at++;
    if (at < column->known_count && column->known[at].edge == edge) return;
    if (column->known_count == column->known_room) {
        column->known_room = 2 * column->known_room + 16;
        column->known = apsis_realloc(column->known, column->known_room * sizeof *column->known);
    }
    memmove(column->known + at + 1, column->known + at, (column->known_count - at) * sizeof *column->known);
    column->known[at] = (struct apsis_edge){edge, below};
    column->known_count++;
}

/* Adds what the windows hold strictly beyond v to the tail; 0 where a gap lies between. */
static int finish_tail(struct apsis_reduced *column, struct apsis_tail *tail, double v, uint64_t beyond)
{
    double edge = tail->edge;
    struct apsis_exact sum = tail->sum, square = tail->square;
    size_t kept = 0;
    if (tail->high ? edge <= v : edge > v) return 0;
    /* from the low end up, or from v up to the high edge */
    double from = tail->high ? v : edge, to = tail->high ? edge : v;
    double reached = from;
    for (size_t w = 0; w < column->window_count; w++) {
        const struct apsis_window *window = &column->windows[w];
        size_t inside = window->counted ? 0 : (size_t)(window->below_high - window->below);
        size_t start = kept;
        kept += inside;
        if (window->high <= reached || reached >= to) continue;
        if (window->low > reached) return 0;
        if (window->counted) {
            if (apsis_next_up(window->low) != window->high) return 0;
            if (window->low >= to) break;
            if (tail->high ? window->low > v : window->low < v)
                apsis_tail_add(column, &sum, &square, window->low, window->below_high - window->below);
        } else {
            for (size_t i = start; i < kept; i++) {
                double x = column->kept[i].value;
                if (tail->high ? x > v && x < edge : x < v && x >= edge) apsis_tail_add(column, &sum, &square, x, 1);
            }
        }
        reached = window->high;
    }
    if (reached < to) return 0;
    apsis_exact_subtract_times(&sum, v, beyond);
    tail->excess = apsis_exact_round(&sum);
    tail->squares = apsis_exact_round(&square);
    tail->beyond = beyond;
    tail->solved = 1;
    return 1;
}

static int solve_one(struct apsis_reduced *column, struct apsis_sought *sought)
{
    size_t offset = 0;
    for (size_t w = 0; w < column->window_count; w++) {
        const struct apsis_window *window = &column->windows[w];
        size_t inside = window->counted ? 0 : (size_t)(window->below_high - window->below);
        if (sought->rank <= window->below || sought->rank > window->below_high) {
            offset += inside;
            continue;
        }
        uint64_t below, same;
        if (window->counted) {
            if (apsis_next_up(window->low) != window->high) return 0;
            sought->value = window->low;
            sought->draw = window->first;
            below = window->below;
            same = window->below_high - window->below;
        } else {
            if (column->lost) return 0;
            size_t at = offset + (size_t)(sought->rank - window->below) - 1, first = at, last = at;
            while (first > offset && column->kept[first - 1].value == column->kept[at].value) first--;
            while (last + 1 < offset + inside && column->kept[last + 1].value == column->kept[at].value) last++;
            sought->value = column->kept[at].value;
            sought->draw = column->kept[first].draw;
            below = window->below + (first - offset);
            same = last - first + 1;
        }
        learn(column, sought->value, below);
        learn(column, apsis_next_up(sought->value), below + same);
        if (sought->tail >= 0) {
            struct apsis_tail *tail = &column->tails[sought->tail];
            if (column->lost || !finish_tail(column, tail, sought->value, tail->high ? column->valid - below - same : below)) return 0;
        }
        return 1;
    }
    return 0;
}

int apsis_percentile_solve(struct apsis_reduced *column)
{
    size_t known = column->known_count, solved = 0;
    int all = 1;
    if (!column->lost) {
        apsis_sort_kept(column->kept, column->kept_after, column->kept_count);
        column->kept_after = column->kept_count;
    }
    for (size_t w = 0; w < column->window_count; w++) {
        learn(column, column->windows[w].low, column->windows[w].below);
        learn(column, column->windows[w].high, column->windows[w].below_high);
    }
    for (size_t i = 0; i < column->sought_count; i++) {
        struct apsis_sought *sought = &column->sought[i];
        if (sought->solved) continue;
        sought->solved = solve_one(column, sought);
        solved += (size_t)sought->solved;
        all &= sought->solved;
    }
    column->stuck = solved || column->known_count > known ? 0 : column->stuck + 1;
    return all;
}
