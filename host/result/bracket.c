/* bracket.c - windows around the order statistics that are looked for: from a pilot, narrower as the run goes on. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/result/tallies.h"

/*
 * After n draws of N, of which n_v are valid, the draw that will have share q of all valid draws below it lies at rank
 * q n_v +- width * sqrt(n_v q (1-q) (1 - n/N)) of those seen so far; the ends of its interval lie margin * sqrt(N_v q (1-q))
 * ranks of the whole run further out. A window is right when its edges are exactly counted; that it holds what is looked for
 * is only likely, and a miss costs a pass, never a digit.
 */

#define MOST_WINDOWS 96

/* ranks low .. high of what was seen; 0 and count + 1 mean beyond all that was seen */
struct need {
    uint64_t low, high;
};

static const double infinity = __builtin_inf();

static uint64_t key_of(double x)
{
    uint64_t bits = ap_word_of(x + 0.0);
    return bits ^ ((uint64_t)-(int64_t)(bits >> 63) | 1ull << 63);
}

static double of_key(uint64_t key)
{
    return ap_double_of(key & 1ull << 63 ? key ^ 1ull << 63 : ~key) + 0.0;
}

double apsis_next_up(double x)
{
    return of_key(key_of(x) + 1); /* the one below +0 is -0, which of_key makes +0 */
}

static struct need need_of(const struct apsis_reduced *column, const struct apsis_sought *sought, uint64_t seen, double share_done, double width)
{
    double n = (double)seen, q = sought->share, margin = sought->margin, slack = 3, left = 1 - share_done;
    if (sought->rank) {
        q = ((double)sought->rank - 0.5) / (double)column->valid;
        margin = 0;
        slack = 1;
    }
    if (left < 0) left = 0;
    if (width < 1) margin *= width; /* forced to be narrow */
    double variance = n * q * (1 - q);
    double half = width * ap_sqrt(variance * left) + margin * ap_sqrt(variance * share_done) + slack;
    double low = n * q - half, high = n * q + half + 1;
    struct need need = {0, seen + 1};
    if (low >= 1) need.low = (uint64_t)low;
    if (high <= n) need.high = (uint64_t)high;
    return need;
}

static int need_order(const void *a, const void *b)
{
    const struct need *x = a, *y = b;
    return x->low < y->low ? -1 : x->low > y->low;
}

/* All needs, rising, those that overlap joined. The caller frees. */
static struct need *needs_of(const struct apsis_reduced *column, uint64_t seen, double share_done, double width, size_t *count)
{
    struct need *needs = apsis_malloc((column->sought_count + 1) * sizeof *needs);
    size_t n = 0, out = 0;
    for (size_t i = 0; i < column->sought_count; i++)
        if (!column->sought[i].solved) needs[n++] = need_of(column, &column->sought[i], seen, share_done, width);
    qsort(needs, n, sizeof *needs, need_order);
    for (size_t i = 0; i < n; i++) {
        if (out && needs[i].low <= needs[out - 1].high + 1) {
            if (needs[i].high > needs[out - 1].high) needs[out - 1].high = needs[i].high;
        } else {
            needs[out++] = needs[i];
        }
    }
    *count = out;
    return needs;
}

struct window_list {
    struct apsis_window *items;
    size_t count, room;
};

static struct apsis_window *push(struct window_list *list, double low, double high, int counted)
{
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 16;
        list->items = apsis_realloc(list->items, list->room * sizeof *list->items);
    }
    struct apsis_window *window = &list->items[list->count++];
    *window = (struct apsis_window){.low = low, .high = high, .first = UINT64_MAX, .counted = counted};
    return window;
}

/* A value that holds a large part of a window. */
static int is_atom(size_t run, size_t inside)
{
    return run >= 24 && run * 12 >= inside;
}

void apsis_bracket_drop(struct apsis_reduced *column)
{
    apsis_block_free(column->windows);
    apsis_block_free(column->kept);
    column->windows = NULL;
    column->kept = NULL;
    column->window_count = column->kept_count = column->kept_room = column->kept_after = 0;
}

static void drop_windows(struct apsis_reduced *column)
{
    apsis_bracket_drop(column);
    column->lost = 0;
    column->pass_valid = 0;
    for (size_t t = 0; t < column->tail_count; t++) {
        struct apsis_tail *tail = &column->tails[t];
        if (tail->solved) continue;
        memset(&tail->sum, 0, sizeof tail->sum);
        memset(&tail->square, 0, sizeof tail->square);
        tail->edge = tail->high ? infinity : -infinity;
    }
}

static void start_windows(struct apsis_reduced *column, struct window_list *list)
{
    column->windows = list->items;
    column->window_count = list->count;
}

/* The outer edge of the tail that ends at `sought`, which lies in window `w`. */
static void set_tail(struct apsis_reduced *column, const struct apsis_sought *sought, const struct apsis_window *w)
{
    if (sought->tail < 0) return;
    struct apsis_tail *tail = &column->tails[sought->tail];
    tail->edge = tail->high ? w->high : w->low;
}

void apsis_bracket_pilot(struct apsis_reduced *column, const double *sorted, size_t count, uint64_t looked_at, uint64_t draws, double width)
{
    struct window_list whole = {0}, list = {0};
    double share_done = draws ? (double)looked_at / (double)draws : 1;
    size_t need_count;
    drop_windows(column);
    struct need *needs = needs_of(column, count, share_done, width, &need_count);
    for (size_t i = 0; i < need_count; i++) {
        double low = needs[i].low < 1 ? -infinity : sorted[needs[i].low - 1];
        double high = needs[i].high > count ? infinity : apsis_next_up(sorted[needs[i].high - 1]);
        if (whole.count && low < whole.items[whole.count - 1].high) {
            if (high > whole.items[whole.count - 1].high) whole.items[whole.count - 1].high = high;
        } else {
            push(&whole, low, high, 0);
        }
    }
    apsis_block_free(needs);
    for (size_t i = 0; i < column->sought_count; i++) {
        const struct apsis_sought *sought = &column->sought[i];
        if (sought->solved || sought->tail < 0) continue;
        struct need need = need_of(column, sought, count, share_done, width);
        double at = column->tails[sought->tail].high ? (need.high > count ? infinity : sorted[need.high - 1])
                                                     : (need.low < 1 ? -infinity : sorted[need.low - 1]);
        for (size_t w = 0; w < whole.count; w++)
            if (whole.items[w].low <= at && (at < whole.items[w].high || whole.items[w].high == infinity)) set_tail(column, sought, &whole.items[w]);
    }
    /* take the atoms out */
    size_t from = 0;
    for (size_t w = 0; w < whole.count; w++) {
        double low = whole.items[w].low, high = whole.items[w].high;
        while (from < count && sorted[from] < low) from++;
        size_t to = from;
        while (to < count && sorted[to] < high) to++;
        for (size_t i = from, end; i < to; i = end) {
            for (end = i; end < to && sorted[end] == sorted[i]; end++) {
            }
            if (!is_atom(end - i, to - from) || list.count > MOST_WINDOWS) continue;
            if (low < sorted[i]) push(&list, low, sorted[i], 0);
            low = apsis_next_up(sorted[i]);
            push(&list, sorted[i], low, 1);
        }
        if (low < high) push(&list, low, high, 0);
        from = to;
    }
    apsis_block_free(whole.items);
    start_windows(column, &list);
}

double apsis_bracket_share(const struct apsis_reduced *column, const double *sorted, size_t count)
{
    size_t inside = 0, i = 0;
    for (size_t w = 0; w < column->window_count; w++) {
        const struct apsis_window *window = &column->windows[w];
        if (window->counted) continue;
        while (i < count && sorted[i] < window->low) i++;
        for (; i < count && sorted[i] < window->high; i++) inside++;
    }
    return count ? (double)inside / (double)count : 0;
}

/* Windows between the counted edges of former passes. A column that learned nothing new gets its ranges split evenly in the
   order of all doubles, which ends after a few passes whatever the values are. */
void apsis_bracket_again(struct apsis_reduced *column)
{
    enum { PARTS = 8 };
    struct window_list list = {0};
    drop_windows(column);
    /* rising: the ranks are looked for edge by edge */
    for (size_t e = 0; e <= column->known_count; e++) {
        double low = e ? column->known[e - 1].edge : -infinity, high = e < column->known_count ? column->known[e].edge : infinity;
        uint64_t below = e ? column->known[e - 1].below : 0, below_high = e < column->known_count ? column->known[e].below : column->valid;
        int wanted = 0;
        for (size_t i = 0; i < column->sought_count; i++) {
            const struct apsis_sought *sought = &column->sought[i];
            wanted |= !sought->solved && sought->rank > below && sought->rank <= below_high;
        }
        if (!wanted) continue;
        size_t start = list.count;
        uint64_t from = key_of(low == -infinity ? -0x1.fffffffffffffp1023 : low), to = key_of(high == infinity ? 0x1.fffffffffffffp1023 : high);
        if (apsis_next_up(low) == high) {
            push(&list, low, high, 1);
        } else if (low > -infinity && high < infinity && to - from < 2 * PARTS) {
            for (double x = low; x < high; x = apsis_next_up(x)) push(&list, x, apsis_next_up(x), 1);
        } else if (!column->stuck) {
            push(&list, low, high, 0);
        } else {
            double last = low;
            for (int part = 1; part < PARTS; part++) {
                double edge = of_key(from + (to - from) / PARTS * (uint64_t)part);
                push(&list, last, edge, 1);
                last = edge;
            }
            push(&list, last, high, 1);
        }
        for (size_t i = 0; i < column->sought_count; i++) {
            const struct apsis_sought *sought = &column->sought[i];
            if (sought->solved || sought->tail < 0 || sought->rank <= below || sought->rank > below_high) continue;
            column->tails[sought->tail].edge = column->tails[sought->tail].high ? list.items[list.count - 1].high : list.items[start].low;
        }
    }
    start_windows(column, &list);
}

/* 1 where the windows hold every value of [from, to). */
static int covers(const struct apsis_reduced *column, double from, double to)
{
    for (size_t w = 0; w < column->window_count && from < to; w++) {
        const struct apsis_window *window = &column->windows[w];
        if (window->high <= from) continue;
        if (window->low > from || (window->counted && apsis_next_up(window->low) != window->high)) return 0;
        from = window->high;
    }
    return from >= to;
}

/* Moves all values of [from, to) from the windows into the sums of a tail. */
static void move_to_tail(struct apsis_reduced *column, struct apsis_tail *tail, double from, double to)
{
    for (size_t w = 0; w < column->window_count; w++) {
        const struct apsis_window *window = &column->windows[w];
        if (window->counted && window->low >= from && window->high <= to)
            apsis_tail_add(column, &tail->sum, &tail->square, window->low, window->below_high - window->below);
    }
    for (size_t i = 0; i < column->kept_count; i++)
        if (column->kept[i].value >= from && column->kept[i].value < to) apsis_tail_add(column, &tail->sum, &tail->square, column->kept[i].value, 1);
}

/* The windows as they would be with needs of this width; *retained counts what they would keep. kept is sorted. */
static struct window_list narrowed(const struct apsis_reduced *column, double share_done, double width, size_t *retained)
{
    struct window_list list = {0};
    size_t need_count, offset = 0;
    struct need *needs = needs_of(column, column->pass_valid, share_done, width, &need_count);
    *retained = 0;
    /* A need that no window meets is a miss: the windows next to it go on being counted, so that the next pass knows more. */
    unsigned char *beside = apsis_calloc(column->window_count + 1, 1);
    for (size_t i = 0; i < need_count; i++) {
        size_t w = 0;
        while (w < column->window_count && column->windows[w].below_high + 1 < needs[i].low) w++;
        if (w < column->window_count && column->windows[w].below <= needs[i].high) continue;
        if (w < column->window_count) beside[w] = 1;
        if (w > 0) beside[w - 1] = 1;
    }
    for (size_t w = 0; w < column->window_count; w++) {
        const struct apsis_window *old = &column->windows[w];
        uint64_t below = old->below, below_high = old->below_high;
        const struct apsis_kept *kept = column->kept + offset;
        size_t inside = (size_t)(below_high - below);
        if (!old->counted) offset += inside;
        size_t first = list.count;
        for (size_t i = 0; i < need_count; i++) {
            if (needs[i].low > below_high + 1 || needs[i].high < below) continue;
            if (old->counted) {
                *push(&list, old->low, old->high, 1) = *old;
                break;
            }
            double low = needs[i].low <= below + 1 ? old->low : needs[i].low - below > inside ? kept[inside - 1].value : kept[needs[i].low - below - 1].value;
            double high = needs[i].high >= below_high ? old->high : needs[i].high <= below ? apsis_next_up(kept[0].value) : apsis_next_up(kept[needs[i].high - below - 1].value);
            if (list.count > first && low < list.items[list.count - 1].high) {
                if (high > list.items[list.count - 1].high) list.items[list.count - 1].high = high;
            } else if (low < high) {
                push(&list, low, high, 0);
            }
        }
        if (list.count == first && beside[w]) {
            struct apsis_window *same = push(&list, old->low, old->high, 1);
            *same = *old;
            same->counted = 1;
            for (size_t i = 0; i < inside && !old->counted; i++)
                if (kept[i].draw < same->first) same->first = kept[i].draw;
            continue;
        }
        if (old->counted) continue;
        /* count them, and take the atoms out */
        struct window_list pieces = {0};
        size_t at = 0;
        for (size_t p = first; p < list.count; p++) {
            double low = list.items[p].low, high = list.items[p].high;
            while (at < inside && kept[at].value < low) at++;
            size_t from = at, to = at;
            while (to < inside && kept[to].value < high) to++;
            for (size_t i = at, end; i < to; i = end) {
                for (end = i; end < to && kept[end].value == kept[i].value; end++) {
                }
                if (!is_atom(end - i, to - at) || first + pieces.count > MOST_WINDOWS) continue;
                if (low < kept[i].value) {
                    struct apsis_window *piece = push(&pieces, low, kept[i].value, 0);
                    piece->below = below + from, piece->below_high = below + i;
                    *retained += i - from;
                }
                low = apsis_next_up(kept[i].value);
                struct apsis_window *piece = push(&pieces, kept[i].value, low, 1);
                piece->below = below + i, piece->below_high = below + end;
                piece->first = kept[i].draw;
                from = end;
            }
            if (low < high) {
                struct apsis_window *piece = push(&pieces, low, high, 0);
                piece->below = below + from, piece->below_high = below + to;
                *retained += to - from;
            }
            at = to;
        }
        list.count = first;
        for (size_t p = 0; p < pieces.count; p++) *push(&list, 0, 0, 0) = pieces.items[p];
        apsis_block_free(pieces.items);
    }
    apsis_block_free(needs);
    apsis_block_free(beside);
    return list;
}

void apsis_bracket_narrow(struct apsis_reduced *column, double share_done, double width, size_t room)
{
    if (column->lost || !column->window_count) return;
    apsis_sort_kept(column->kept, column->kept_after, column->kept_count);
    struct window_list list;
    size_t retained;
    for (int trial = 0;; trial++) {
        list = narrowed(column, share_done, width, &retained);
        if (retained <= room || trial == 24) break;
        apsis_block_free(list.items);
        width *= 0.6;
    }
    /* the tails move inwards where the windows that are given up hold all that lies between */
    for (size_t i = 0; i < column->sought_count; i++) {
        const struct apsis_sought *sought = &column->sought[i];
        if (sought->solved || sought->tail < 0) continue;
        struct apsis_tail *tail = &column->tails[sought->tail];
        struct need need = need_of(column, sought, column->pass_valid, share_done, width);
        if (tail->high) {
            double edge = -infinity;
            for (size_t w = 0; w < list.count; w++)
                if (list.items[w].below < need.high) edge = list.items[w].high;
            if (edge < tail->edge && edge > -infinity && covers(column, edge, tail->edge)) {
                move_to_tail(column, tail, edge, tail->edge);
                tail->edge = edge;
            }
        } else {
            double edge = infinity;
            for (size_t w = list.count; w-- > 0;)
                if (list.items[w].below_high >= need.low) edge = list.items[w].low;
            if (edge > tail->edge && edge < infinity && covers(column, tail->edge, edge)) {
                move_to_tail(column, tail, tail->edge, edge);
                tail->edge = edge;
            }
        }
    }
    size_t out = 0, w = 0;
    for (size_t i = 0; i < column->kept_count; i++) {
        double x = column->kept[i].value;
        while (w < list.count && list.items[w].high <= x) w++;
        if (w < list.count && list.items[w].low <= x && !list.items[w].counted) column->kept[out++] = column->kept[i];
    }
    column->kept_count = column->kept_after = out;
    if (column->kept_room > out + out / 2 + 1024) { /* hundreds of columns are wide in turn: give back what this one needs no more */
        column->kept_room = out + out / 4 + 64;
        column->kept = apsis_realloc(column->kept, column->kept_room * sizeof *column->kept);
    }
    apsis_block_free(column->windows);
    start_windows(column, &list);
}
