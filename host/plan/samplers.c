/* samplers.c - what the draw loop needs of each distribution: its form, its numbers, its table. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/samplers.h"

#include <string.h>

#include "distributions/steps.h"
#include "host/plan/table.h"
#include "host/support/escape.h"
#include "kernels/sampler.h"

/* A standard deviation up to which a searched family is drawn by steps: sixteen of them are at most 4,096 values. */
#define FEW_VALUES 256

/* A table that some requests share. */
struct job {
    struct apsis_table_source source;
    int by_score;               /* some request wants it by score */
    struct apsis_table_rows u, score;
    struct ap_table kept[2];    /* rows and index, in the arena: by u, by score */
    const char *why;
};

static void describe(const struct apsis_distribution *d, struct apsis_table_source *source)
{
    memset(source, 0, sizeof *source);
    if (d->family->table) d->family->table(d, source);
    else apsis_table_plain(d, source);
}

static int same(const struct apsis_table_source *a, const struct apsis_table_source *b)
{
    return a->family == b->family && a->distribution == b->distribution && a->transform == b->transform && a->value == b->value &&
           !memcmp(a->p, b->p, sizeof a->p);
}

static void fill_family(const struct apsis_family *family, const double *p, struct ap_sampler *out)
{
    out->form = AP_SAMPLER_FAMILY;
    out->family = (ap_u32)apsis_family_number(family);
    while (out->parameter_count < APSIS_MAX_PARAMETERS && family->parameter_names[out->parameter_count]) out->parameter_count++;
    if (p) memcpy(out->constant, p, sizeof out->constant);
}

static void keep(struct apsis_arena *arena, struct apsis_table_rows *built, struct ap_table *to)
{
    double *r = APSIS_NEW_ARRAY(arena, double, built->row_count * 8);
    memcpy(r, built->rows, built->row_count * 8 * sizeof *r);
    to->rows = r;
    to->row_count = (ap_u32)built->row_count;
    if (built->index_count) {
        ap_word *i = APSIS_NEW_ARRAY(arena, ap_word, built->index_count);
        memcpy(i, built->index, built->index_count * sizeof *i);
        to->index = i;
        to->index_count = (ap_u32)built->index_count;
    }
    apsis_table_free(built);
}

static int drawn_by_steps(const struct apsis_distribution *d)
{
    enum apsis_form form = d->family->form;
    return d->steps || form == APSIS_FORM_STEP || form == APSIS_FORM_KNOTTED || (d->family->searched && d->family->sd(d) < FEW_VALUES);
}

static void build(void *jobs, size_t number)
{
    struct job *job = (struct job *)jobs + number;
    job->why = apsis_table_build(&job->source, &job->u);
    if (job->why || !job->by_score) return;
    struct ap_table t = {.rows = job->u.rows, .index = job->u.index_count ? job->u.index : NULL, .base = {0, 0}, .scale = 1,
                         .transform = (ap_u32)job->source.transform};
    job->why = apsis_table_build_score(&job->source, &t, &job->score);
}

enum apsis_status apsis_samplers_build(struct apsis_arena *arena, struct apsis_sampler_request *requests, size_t count)
{
    struct job *jobs = apsis_calloc(count + 1, sizeof *jobs);
    size_t *job_of = apsis_calloc(count + 1, sizeof *job_of), job_count = 0;
    enum apsis_status status = APSIS_OK;

    for (size_t i = 0; i < count; i++) {
        struct apsis_sampler_request *r = &requests[i];
        const struct apsis_distribution *d = r->distribution;
        memset(r->out, 0, sizeof *r->out);
        r->why = NULL;
        job_of[i] = SIZE_MAX;
        if (!d) {
            fill_family(r->family, NULL, r->out);
        } else if (drawn_by_steps(d)) {
            r->out->form = AP_SAMPLER_STEPS;
            if (d->family->discrete) d = apsis_steps_of(arena, d, &r->why);
            if (d) r->why = apsis_steps_build(arena, d, &r->out->steps);
        } else if (d->family->form == APSIS_FORM_TABLE) {
            struct apsis_table_source source;
            describe(d, &source);
            r->out->form = AP_SAMPLER_TABLE;
            r->out->table.base[0] = source.base[0], r->out->table.base[1] = source.base[1];
            r->out->table.scale = source.scale;
            r->out->table.transform = (ap_u32)source.transform;
            if (source.scale == 0) { /* a point: any row will do */
                r->out->form = AP_SAMPLER_STEPS;
                r->why = apsis_steps_build_constant(arena, source.base[0], &r->out->steps);
                continue;
            }
            size_t j = 0;
            while (j < job_count && !same(&jobs[j].source, &source)) j++;
            if (j == job_count) jobs[job_count++].source = source;
            jobs[j].by_score |= r->from_score;
            job_of[i] = j;
        } else {
            fill_family(d->family, d->p, r->out);
        }
    }
    struct apsis_parts parts = apsis_parts();
#pragma omp parallel for schedule(dynamic, 1) if (job_count > 1)
    for (size_t j = 0; j < job_count; j++) apsis_escape_part(&parts, build, jobs, j);
    apsis_parts_end(&parts);
    for (size_t j = 0; j < job_count; j++) {
        struct job *job = &jobs[j];
        if (job->u.rows) keep(arena, &job->u, &job->kept[0]);
        if (job->score.rows) keep(arena, &job->score, &job->kept[1]);
    }
    for (size_t i = 0; i < count; i++) {
        struct apsis_sampler_request *r = &requests[i];
        if (job_of[i] != SIZE_MAX) {
            const struct job *job = &jobs[job_of[i]];
            r->why = job->why;
            const struct ap_table *table = &job->kept[r->from_score != 0];
            r->out->table.rows = table->rows, r->out->table.row_count = table->row_count;
            r->out->table.index = table->index, r->out->table.index_count = table->index_count;
        }
        if (r->why) status = APSIS_MODEL_ERROR;
    }
    apsis_block_free(jobs);
    apsis_block_free(job_of);
    return status;
}

enum apsis_status apsis_sampler_build(struct apsis_arena *arena, const struct apsis_distribution *d, int from_score,
                                      struct ap_sampler *out, const char **why)
{
    struct apsis_sampler_request r = {.distribution = d, .from_score = from_score, .out = out};
    enum apsis_status status = apsis_samplers_build(arena, &r, 1);
    *why = r.why;
    return status;
}
