/* digest.c - one SHA-256 over everything a run computed and published. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/result/digest.h"

#include <string.h>

#include "host/result/tallies.h"

enum { MOST_PARTS = 1024 };

static void put_word(struct apsis_sha256 *hash, uint64_t word)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++) bytes[i] = (uint8_t)(word >> 8 * i);
    apsis_sha256_update(hash, bytes, 8);
}

static void put_double(struct apsis_sha256 *hash, double x)
{
    put_word(hash, x == x ? ap_word_of(x) : AP_NAN_BITS);
}

static void put_text(struct apsis_sha256 *hash, const char *text)
{
    put_word(hash, text ? strlen(text) : UINT64_MAX);
    if (text) apsis_sha256_update(hash, text, strlen(text));
}

static void put_byte(struct apsis_sha256 *hash, uint8_t byte)
{
    apsis_sha256_update(hash, &byte, 1);
}

static uint64_t word_of(const uint8_t *bytes)
{
    uint64_t word = 0;
    for (int i = 7; i >= 0; i--) word = word << 8 | bytes[i];
    return word;
}

void apsis_digest_key(const char *name, int32_t period, uint64_t key[2])
{
    struct apsis_sha256 hash;
    uint8_t out[32];
    apsis_sha256_init(&hash);
    put_text(&hash, "apsis column");
    put_text(&hash, name);
    put_word(&hash, (uint64_t)((int64_t)period + 1));
    apsis_sha256_final(&hash, out);
    key[0] = word_of(out);
    key[1] = word_of(out + 8);
}

static void node(const uint8_t left[32], const uint8_t right[32], uint8_t out[32])
{
    struct apsis_sha256 hash;
    apsis_sha256_init(&hash);
    put_byte(&hash, 1);
    apsis_sha256_update(&hash, left, 32);
    apsis_sha256_update(&hash, right, 32);
    apsis_sha256_final(&hash, out);
}

/* Puts the tree number `number` (from 0) of its level on the stack and joins those of equal size. */
static void push(uint8_t stack[][32], unsigned *height, const uint8_t tree[32], uint64_t number)
{
    memcpy(stack[(*height)++], tree, 32);
    for (; number & 1; number >>= 1, (*height)--) node(stack[*height - 2], stack[*height - 1], stack[*height - 2]);
}

static void fold(uint8_t stack[][32], unsigned height, uint8_t out[32])
{
    memcpy(out, stack[height - 1], 32);
    for (unsigned i = height - 1; i-- > 0;) node(stack[i], out, out);
}

uint64_t apsis_digest_part_tiles(uint64_t tiles)
{
    uint64_t part = 1;
    while ((tiles + part - 1) / part > MOST_PARTS) part *= 2;
    return part;
}

void apsis_digest_init(struct apsis_digest *digest, uint64_t tiles, struct apsis_result *result)
{
    memset(digest, 0, sizeof *digest);
    digest->part_tiles = apsis_digest_part_tiles(tiles);
    digest->result = result;
}

static void finish_part(struct apsis_digest *digest)
{
    uint8_t part[32];
    if (!digest->leaves) return;
    fold(digest->stack, digest->height, part);
    if (digest->result) {
        apsis_sha256_hex(part, digest->result->subtrees[digest->part_count]);
        digest->result->subtree_count = digest->part_count + 1;
    }
    push(digest->parts, &digest->parts_height, part, digest->part_count++);
    digest->height = 0;
    digest->leaves = 0;
}

void apsis_digest_tile(struct apsis_digest *digest, uint64_t tile, uint64_t a, uint64_t b)
{
    struct apsis_sha256 hash;
    uint8_t leaf[32];
    apsis_sha256_init(&hash);
    put_byte(&hash, 0);
    put_word(&hash, tile);
    put_word(&hash, a);
    put_word(&hash, b);
    apsis_sha256_final(&hash, leaf);
    push(digest->stack, &digest->height, leaf, digest->leaves++);
    if (digest->leaves == digest->part_tiles) finish_part(digest);
}

void apsis_digest_root(struct apsis_digest *digest, uint8_t root[32])
{
    finish_part(digest);
    if (digest->parts_height) fold(digest->parts, digest->parts_height, root);
    else memset(root, 0, 32);
}

static void put_measure(struct apsis_sha256 *hash, const struct apsis_ir *ir, const struct apsis_measure *m)
{
    const struct apsis_output *output = &ir->outputs[m->output];
    put_text(hash, output->name);
    put_word(hash, (uint64_t)((int64_t)m->period + 1));
    put_text(hash, output->member);
    const uint64_t counts[] = {m->draws, m->given, m->valid, m->invalid, m->first_invalid};
    for (size_t i = 0; i < 5; i++) put_word(hash, counts[i]);
    const double moments[] = {m->mean, m->mean_se, m->sd, m->sd_se, m->skewness, m->skewness_se, m->kurtosis, m->kurtosis_se, m->min, m->max};
    for (size_t i = 0; i < 10; i++) put_double(hash, moments[i]);
    put_word(hash, m->min_draw);
    put_word(hash, m->max_draw);
    put_word(hash, m->percentile_count);
    for (size_t i = 0; i < m->percentile_count; i++) {
        const struct apsis_measured_percentile *p = &m->percentiles[i];
        put_word(hash, p->percent.numerator);
        put_word(hash, p->percent.scale);
        put_double(hash, p->value);
        put_double(hash, p->low);
        put_double(hash, p->high);
        put_word(hash, p->draw);
    }
    put_word(hash, m->shortfall_count);
    for (size_t i = 0; i < m->shortfall_count; i++) {
        const struct apsis_measured_shortfall *s = &m->shortfalls[i];
        put_word(hash, s->percent.numerator);
        put_word(hash, s->percent.scale);
        put_word(hash, (uint64_t)s->high_side);
        put_double(hash, s->value);
        put_double(hash, s->se);
    }
    put_word(hash, m->target_count);
    for (size_t i = 0; i < m->target_count; i++) {
        const struct apsis_measured_target *t = &m->targets[i];
        put_double(hash, t->above);
        put_double(hash, t->probability);
        put_double(hash, t->low);
        put_double(hash, t->high);
        put_word(hash, t->count);
    }
    size_t edges = m->histogram_count ? m->histogram_count + 1 : 0, correlations = 0;
    put_word(hash, edges);
    for (size_t i = 0; i < edges; i++) put_double(hash, m->histogram_edges[i]);
    put_word(hash, m->histogram_count);
    for (size_t i = 0; i < m->histogram_count; i++) put_word(hash, m->histogram_counts[i]);
    put_word(hash, m->category_count);
    for (size_t i = 0; i < m->category_count; i++) put_word(hash, m->category_counts[i]);
    if (m->rank_correlation)
        for (size_t i = 0; i < ir->input_count; i++) correlations += !ir->inputs[i].is_series;
    put_word(hash, correlations);
    for (size_t i = 0; i < correlations; i++) put_double(hash, m->rank_correlation[i]);
    if (m->is_irr) put_word(hash, m->several_signs);
}

void apsis_digest_result(const struct apsis_result *result, const uint8_t root[32], char text[65])
{
    struct apsis_sha256 hash;
    uint8_t out[32];
    apsis_sha256_init(&hash);
    put_byte(&hash, 2);
    apsis_sha256_update(&hash, root, 32);
    put_word(&hash, result->draws);
    put_word(&hash, result->measure_count);
    for (size_t i = 0; i < result->measure_count; i++) put_measure(&hash, result->ir, &result->measures[i]);
    apsis_sha256_final(&hash, out);
    apsis_sha256_hex(out, text);
}

enum apsis_status apsis_digest_part(const struct apsis_engine *engine, void *run, const struct apsis_plan *plan,
                                    const struct apsis_measure_settings *settings, uint64_t part, char text[65])
{
    enum { TILES_AT_ONCE = 4096 };
    uint64_t tiles = settings->draws / AP_TILE_DRAWS + (settings->draws % AP_TILE_DRAWS != 0), size = apsis_digest_part_tiles(tiles);
    if (part >= (tiles + size - 1) / size) return APSIS_USAGE;
    uint64_t first = part * size, end = tiles - first < size ? tiles : first + size;
    struct apsis_digest digest;
    struct apsis_tallies all;
    struct apsis_reduced *columns = apsis_calloc(plan->column_count + 1, sizeof *columns);
    uint64_t *fingerprints = apsis_malloc(2 * TILES_AT_ONCE * sizeof *fingerprints);
    size_t count = 0;
    for (size_t c = 0; c < plan->column_count; c++) {
        if (plan->columns[c].kind != APSIS_PLAN_OUTPUT) continue;
        columns[count].column = (uint32_t)c;
        columns[count].wanted = AP_TALLY_FINGERPRINT;
        apsis_digest_key(plan->ir->outputs[plan->columns[c].index].name, plan->columns[c].period, columns[count].key);
        count++;
    }
    apsis_digest_init(&digest, tiles, NULL);
    apsis_tallies_init(&all, columns, count, plan->column_count);
    enum apsis_status status = APSIS_OK;
    for (uint64_t tile = first; tile < end && status == APSIS_OK; tile += TILES_AT_ONCE) {
        uint64_t n = end - tile < TILES_AT_ONCE ? end - tile : TILES_AT_ONCE;
        apsis_tallies_wave(&all, tile, fingerprints);
        struct apsis_job job = {
            .seed = settings->seed, .draws = settings->draws, .first_tile = tile, .tile_count = n, .tally = &all.base, .cancel = settings->cancel};
        status = engine->run(run, &job);
        for (uint64_t i = 0; i < n && status == APSIS_OK; i++) apsis_digest_tile(&digest, tile + i, fingerprints[2 * i], fingerprints[2 * i + 1]);
    }
    if (status == APSIS_OK) {
        uint8_t root[32];
        apsis_digest_root(&digest, root);
        apsis_sha256_hex(root, text);
    }
    apsis_tallies_free(&all);
    apsis_block_free(columns);
    apsis_block_free(fingerprints);
    return status;
}
