/* pass.c - one pass over all draws, in waves: between waves tallies are merged and windows made narrower. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include <string.h>
#include <time.h>

#include "host/result/measure.h"
#include "host/support/escape.h"

enum { FIRST_WAVE = 64, MOST_TILES = 1 << 16 };
#define LEAST_MEMORY (256u << 10)
#define WAVE_SECONDS 0.5

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

int apsis_looks_for_something(const struct apsis_reduced *column)
{
    for (size_t i = 0; i < column->sought_count; i++)
        if (!column->sought[i].solved) return 1;
    return 0;
}

/* Entries that all columns together may keep between waves, and that workers may keep in a wave. */
static double entries(const struct apsis_measurement *m, double part)
{
    size_t memory = m->settings->memory < LEAST_MEMORY ? LEAST_MEMORY : m->settings->memory;
    return part * (double)memory / (double)sizeof(struct apsis_kept);
}
#define BETWEEN 0.75
#define WITHIN 0.25

/* Makes windows for the columns that look for something, and says which of them this pass serves. */
static enum apsis_status choose(struct apsis_measurement *m)
{
    unsigned char *fresh = apsis_calloc(m->count + 1, 1);
    int any = m->pass == 1;
    for (size_t i = 0; i < m->count; i++) {
        struct apsis_reduced *column = &m->columns[i];
        column->active = 0;
        fresh[i] = m->pass == 1 || (apsis_looks_for_something(column) && !column->known_count && !column->stuck);
        any |= fresh[i];
    }
    enum apsis_status status = any ? apsis_pilot(m, fresh, m->pass == 1) : APSIS_OK;
    double total = 0, wave = 0;
    size_t open = 1;
    for (size_t i = 0; i < m->count; i++) open += (size_t)apsis_looks_for_something(&m->columns[i]);
    for (size_t i = 0; i < m->count && status == APSIS_OK; i++) {
        struct apsis_reduced *column = &m->columns[i];
        if (!apsis_looks_for_something(column)) continue;
        if (!fresh[i]) {
            apsis_bracket_again(column);
            double inside = 0;
            for (size_t w = 0; w < column->window_count; w++) {
                const struct apsis_window *window = &column->windows[w];
                if (window->counted) continue;
                uint64_t below = 0, below_high = column->valid;
                for (size_t e = 0; e < column->known_count; e++) {
                    if (column->known[e].edge <= window->low) below = column->known[e].below;
                    if (column->known[e].edge >= window->high) {
                        below_high = column->known[e].below;
                        break;
                    }
                }
                inside += (double)(below_high - below);
            }
            m->expected[i] = inside / (double)m->settings->draws;
            /* what does not fit is narrowed on the way */
            double fits = 64 + 16 * ap_sqrt(inside) * (double)(column->window_count + 1), fair = entries(m, BETWEEN) / (double)open;
            if (fits < fair) fits = fair;
            m->need[i] = 64 + (inside < fits ? inside : fits);
        }
        double more = 64 + m->expected[i] * AP_TILE_DRAWS * 2;
        if (total > 0 && (total + m->need[i] > entries(m, BETWEEN) || wave + more > entries(m, WITHIN))) continue;
        total += m->need[i];
        wave += more;
        column->active = 1;
    }
    for (size_t i = 0; i < m->count; i++) {
        struct apsis_reduced *column = &m->columns[i];
        column->wanted = (m->pass == 1 ? column->wanted & ~(uint32_t)AP_TALLY_WINDOWS : 0) | (column->active ? AP_TALLY_WINDOWS : 0);
        column->kept_after = 0;
    }
    for (size_t i = 0; i < m->sign_count && m->pass > 1; i++) m->columns[m->count + i].wanted = 0;
    apsis_block_free(fresh);
    return status;
}

/* The share of draws that goes into the windows of all columns together. */
static double kept_share(const struct apsis_measurement *m, uint64_t draws)
{
    double share = 0;
    for (size_t i = 0; i < m->count; i++) {
        const struct apsis_reduced *column = &m->columns[i];
        if (!column->active || column->lost) continue;
        if (!draws) share += m->expected[i];
        else share += (double)(column->kept_count + 4) / (double)draws;
    }
    return share;
}

static int newly_lost(const struct apsis_measurement *m)
{
    for (const struct apsis_worker *worker = m->tallies.workers; worker; worker = worker->next)
        for (size_t i = 0; i < m->count; i++) {
            const struct apsis_reduced *column = &m->columns[i];
            if (column->active && !column->lost && worker->base.columns[column->column].lost) return 1;
        }
    return 0;
}

/* Narrower windows for the columns that keep many values, in the share of the room that is theirs. */
struct narrowing {
    struct apsis_measurement *m;
    double share_done, room, total, growth;
};

static void narrow(void *context, size_t i)
{
    const struct narrowing *n = context;
    struct apsis_reduced *column = &n->m->columns[i];
    double mine = n->room * n->m->need[i] / (n->total > 0 ? n->total : 1);
    if (!column->active || column->lost) return;
    int full = (double)column->kept_count > mine;
    /* between counted edges nothing is guessed as long as there is room */
    if (!full && (column->known_count || (double)column->kept_count < n->growth * (double)column->kept_after || column->kept_count < 256)) return;
    apsis_bracket_narrow(column, n->share_done, n->m->width, full ? (size_t)(0.7 * mine) + 16 : (size_t)mine + 16);
}

static void narrow_all(struct narrowing *narrowing)
{
    struct apsis_measurement *m = narrowing->m;
    struct apsis_parts parts = apsis_parts();
#pragma omp parallel for schedule(dynamic, 1) num_threads(m->tallies.threads > 0 ? m->tallies.threads : 1)
    for (size_t i = 0; i < m->count; i++) apsis_escape_part(&parts, narrow, narrowing, i);
    apsis_parts_end(&parts);
}

enum apsis_status apsis_pass(struct apsis_measurement *m)
{
    const struct apsis_measure_settings *settings = m->settings;
    enum apsis_status status = choose(m);
    if (status != APSIS_OK) return status;
    apsis_tallies_forget(&m->tallies);
    double total = 0;
    for (size_t i = 0; i < m->count; i++)
        if (m->columns[i].active) total += m->need[i];
    double room = entries(m, BETWEEN), growth = total > room / 3 ? 1.3 : 2;
    m->tallies.keep_limit = (size_t)(entries(m, WITHIN) * sizeof(struct apsis_kept));
    uint64_t *fingerprints = m->pass == 1 ? apsis_malloc(2 * MOST_TILES * sizeof *fingerprints) : NULL;
    uint64_t tile = 0, wave = FIRST_WAVE;
    while (tile < m->tiles) {
        uint64_t seen = tile * AP_TILE_DRAWS;
        if (settings->cancel && *settings->cancel) {
            status = APSIS_INTERRUPTED;
            break;
        }
        double most = 0.5 * entries(m, WITHIN) / (kept_share(m, seen) * AP_TILE_DRAWS + 1e-9);
        uint64_t n = most < (double)wave ? (uint64_t)most : wave;
        if (n < 1) n = 1;
        if (n > m->tiles - tile) n = m->tiles - tile;
        double start = now();
        for (;;) {
            apsis_tallies_wave(&m->tallies, tile, fingerprints);
            struct apsis_job job = {.seed = settings->seed, .draws = settings->draws, .first_tile = tile, .tile_count = n, .tally = &m->tallies.base,
                                    .cancel = settings->cancel};
            status = m->engine->run(m->run, &job);
            if (status != APSIS_OK || n == 1 || !newly_lost(m)) break;
            n /= 2; /* it kept more than there is room for: what it found is thrown away */
        }
        if (status != APSIS_OK) break;
        apsis_tallies_merge(&m->tallies);
        if (m->pass == 1)
            for (uint64_t i = 0; i < n; i++) apsis_digest_tile(&m->digest, tile + i, fingerprints[2 * i], fingerprints[2 * i + 1]);
        tile += n;
        seen = tile * AP_TILE_DRAWS;
        if (seen > settings->draws) seen = settings->draws;
        if (m->pass == 1) m->done = seen;
        if (tile < m->tiles) {
            narrow_all(&(struct narrowing){m, (double)seen / (double)settings->draws, room, total, growth});
        }
        double seconds = now() - start;
        double next = seconds > 0 ? (double)n * WAVE_SECONDS / seconds : 4.0 * (double)n;
        if (next > 4.0 * (double)n) next = 4.0 * (double)n;
        wave = next < 1 ? 1 : (uint64_t)next;
        if (wave > tile && wave > FIRST_WAVE) wave = tile > FIRST_WAVE ? tile : FIRST_WAVE;
        if (wave > MOST_TILES) wave = MOST_TILES;
        if (settings->progress && settings->progress(settings->context, seen, settings->draws, m->pass)) {
            status = APSIS_INTERRUPTED;
            break;
        }
    }
    apsis_block_free(fingerprints);
    return status;
}
