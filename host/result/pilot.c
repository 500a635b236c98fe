/* pilot.c - the first tiles, drawn ahead: where columns are centred, where their histograms and windows lie. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/result/measure.h"
#include "host/support/escape.h"

enum { PILOT_TILES = 16, MOST_BYTES = 64 << 20 };

/* Values of some columns, one after another, `room` of them each. */
struct looked {
    struct apsis_measurement *m;
    const size_t *chosen;
    const double *values;
    size_t room, draws;
    int first;
};

struct edges {
    struct apsis_arena *arena;
    struct apsis_reduced *column;
    const double *sorted;
};

static void make_edges(void *context, size_t count)
{
    const struct edges *edges = context;
    apsis_histogram_edges(edges->arena, edges->column, edges->sorted, count);
}

static void look_at(void *context, size_t number)
{
    const struct looked *looked = context;
    struct apsis_measurement *m = looked->m;
    size_t i = looked->chosen[number], draws = looked->draws;
    const double *values = looked->values + number * looked->room;
    int first = looked->first;
    struct apsis_reduced *column = &m->columns[i];
    double *sorted = apsis_malloc((draws + 1) * sizeof *sorted);
    size_t count;
    if (first) {
        /* all of the pilot, whatever the settings: published numbers depend on this */
        for (size_t tile = 0; tile < draws; tile += AP_TILE_DRAWS) {
            count = 0;
            for (size_t d = tile; d < draws && d < tile + AP_TILE_DRAWS; d++)
                if (values[d] - values[d] == 0) sorted[count++] = values[d];
            apsis_sort_doubles(sorted, count);
            apsis_interval_centre(column, sorted, count);
            if (count) break;
        }
        if (column->wanted & AP_TALLY_HISTOGRAM) {
            count = 0;
            for (size_t d = 0; d < draws; d++)
                if (values[d] - values[d] == 0) sorted[count++] = values[d];
            apsis_sort_doubles(sorted, count);
            struct edges edges = {m->arena, column, sorted};
            struct apsis_parts parts = apsis_parts();
#pragma omp critical(apsis_pilot)
            apsis_escape_part(&parts, make_edges, &edges, count); /* the arena is one */
            apsis_parts_end(&parts);
        }
    }
    if (column->sought_count) {
        uint64_t looked_at = draws < m->pilot_draws ? draws : m->pilot_draws;
        count = 0;
        for (size_t d = 0; d < looked_at; d++)
            if (values[d] - values[d] == 0) sorted[count++] = values[d];
        apsis_sort_doubles(sorted, count);
        apsis_bracket_pilot(column, sorted, count, looked_at, m->settings->draws, m->width);
        double share = apsis_bracket_share(column, sorted, count), all = (double)m->settings->draws, valid = (double)(count + 1) / (double)looked_at;
        /* a window shrinks as the square root of the draws seen: it is fullest in the middle of the run */
        m->expected[i] = share * (valid < 1 ? valid : 1);
        if (!count) m->expected[i] = 1;
        double growth = all > (double)looked_at ? 0.9 * ap_sqrt(all / (double)looked_at) : 1;
        m->need[i] = 64 + share * (double)count * (growth < 1 ? 1 : growth);
    }
    apsis_block_free(sorted);
}

enum apsis_status apsis_pilot(struct apsis_measurement *m, const unsigned char *which, int first)
{
    size_t tiles = m->tiles < PILOT_TILES ? (size_t)m->tiles : PILOT_TILES, room = tiles * AP_TILE_DRAWS;
    size_t draws = m->settings->draws < room ? (size_t)m->settings->draws : room, most = MOST_BYTES / (room * sizeof(double) + 1);
    double **stored = apsis_calloc(m->plan->column_count + 1, sizeof *stored);
    double *memory = NULL;
    enum apsis_status status = APSIS_OK;
    size_t *chosen = apsis_malloc((m->count + 1) * sizeof *chosen), chosen_count = 0;
    for (size_t i = 0; i < m->count; i++)
        if (which[i]) chosen[chosen_count++] = i;
    for (size_t from = 0; from < chosen_count && status == APSIS_OK; from += most) {
        size_t n = chosen_count - from < most ? chosen_count - from : most;
        if (!memory) memory = apsis_malloc(n * room * sizeof *memory);
        memset(stored, 0, m->plan->column_count * sizeof *stored);
        for (size_t k = 0; k < n; k++) stored[m->columns[chosen[from + k]].column] = memory + k * room;
        struct apsis_job job = {.seed = m->settings->seed, .draws = m->settings->draws, .tile_count = tiles, .stored = stored, .cancel = m->settings->cancel};
        status = m->engine->run(m->run, &job);
        if (status != APSIS_OK) break;
        struct looked look = {m, chosen + from, memory, room, draws, first};
        struct apsis_parts parts = apsis_parts();
#pragma omp parallel for schedule(dynamic, 1)
        for (size_t k = 0; k < n; k++) apsis_escape_part(&parts, look_at, &look, k);
        apsis_parts_end(&parts);
    }
    apsis_block_free(chosen);
    apsis_block_free(memory);
    apsis_block_free(stored);
    return status;
}
