/* bands.c - confines the normal scores of inputs to bands, and moves what is correlated with them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/bands.h"

#include <string.h>

#include "host/language/diagnostic.h"
#include "kernels/normal.h"

#define NO_ROOM 1e-10 /* of the variance that is left */

/* One correlated group, or one input without, while bands are laid over it. */
struct group {
    uint32_t *members;
    size_t count;
    double *covariance;     /* of the scores, given those that bands have fixed */
    apsis_node_id *score;   /* now */
    apsis_node_id *mean;    /* conditional, 0: none yet, which is 0 */
    unsigned char *banded, *moved;
};

static struct group *group_of(struct apsis_ir *ir, struct group **groups, uint32_t input)
{
    const struct apsis_input *in = &ir->inputs[input];
    const struct apsis_group *from = in->group < 0 ? NULL : &ir->groups[in->group];
    size_t at = from ? from->members[0] : input;
    if (groups[at]) return groups[at];
    struct group *g = groups[at] = APSIS_NEW(ir->arena, struct group);
    size_t n = g->count = from ? from->count : 1;
    g->members = from ? from->members : APSIS_NEW_ARRAY(ir->arena, uint32_t, 1);
    if (!from) g->members[0] = input;
    g->covariance = APSIS_NEW_ARRAY(ir->arena, double, n * n);
    g->score = APSIS_NEW_ARRAY(ir->arena, apsis_node_id, n);
    g->mean = APSIS_NEW_ARRAY(ir->arena, apsis_node_id, n);
    g->banded = APSIS_NEW_ARRAY(ir->arena, unsigned char, n);
    g->moved = APSIS_NEW_ARRAY(ir->arena, unsigned char, n);
    for (size_t i = 0; i < n; i++) {
        g->score[i] = apsis_ir_node(ir, (struct apsis_node){.kind = APSIS_NODE_SCORE, .index = g->members[i]});
        for (size_t j = 0; j < i; j++) {
            double sum = 0;
            for (size_t k = 0; k <= j; k++) sum += from->factor[i * n + k] * from->factor[j * n + k];
            g->covariance[i * n + j] = g->covariance[j * n + i] = sum;
        }
        g->covariance[i * n + i] = 1;
    }
    return g;
}

static apsis_node_id times(struct apsis_ir *ir, apsis_node_id a, double factor) { return apsis_ir_op(ir, AP_OP_MUL, a, apsis_ir_const(ir, factor), 0); }
static apsis_node_id less(struct apsis_ir *ir, apsis_node_id a, apsis_node_id b) { return b ? apsis_ir_op(ir, AP_OP_SUB, a, b, 0) : a; }

/* x in units of the conditional distribution of member k. */
static apsis_node_id standard(struct apsis_ir *ir, const struct group *g, size_t k, apsis_node_id x, double sd)
{
    x = less(ir, x, g->mean[k]);
    return sd == 1 ? x : apsis_ir_op(ir, AP_OP_DIV, x, apsis_ir_const(ir, sd), 0);
}

static int confine(struct apsis_ir *ir, struct group *g, size_t k, const struct apsis_band *band)
{
    size_t n = g->count;
    double variance = g->covariance[k * n + k];
    if (variance < NO_ROOM) return 0;
    double sd = variance == 1 ? 1 : ap_sqrt(variance);
    apsis_node_id low = apsis_ir_const(ir, ap_normal_quantile_tails(band->low, band->low_upper));
    apsis_node_id high = apsis_ir_const(ir, ap_normal_quantile_tails(band->high, band->high_upper));
    apsis_node_id own = g->score[k];
    apsis_node_id to = apsis_ir_op(ir, AP_OP_CONFINE, standard(ir, g, k, own, sd), standard(ir, g, k, low, sd), standard(ir, g, k, high, sd));
    if (sd != 1) to = times(ir, to, sd);
    if (g->mean[k]) to = apsis_ir_op(ir, AP_OP_CLAMP, apsis_ir_op(ir, AP_OP_ADD, to, g->mean[k], 0), low, high); /* not past an end by a rounding */
    g->score[k] = to;
    g->banded[k] = g->moved[k] = 1;
    if (band->alone) return 1;
    apsis_node_id moved = less(ir, to, own), surprise = less(ir, to, g->mean[k]);
    for (size_t i = 0; i < n; i++) {
        double weight = g->covariance[i * n + k] / variance;
        if (i == k || weight == 0) continue;
        /* an input that stands in a band alone keeps what it has: it is no part of this */
        if (!g->banded[i]) g->score[i] = apsis_ir_op(ir, AP_OP_ADD, g->score[i], times(ir, moved, weight), 0), g->moved[i] = 1;
        apsis_node_id shift = times(ir, surprise, weight);
        g->mean[i] = g->mean[i] ? apsis_ir_op(ir, AP_OP_ADD, g->mean[i], shift, 0) : shift;
    }
    double *row = APSIS_NEW_ARRAY(ir->arena, double, n);
    memcpy(row, g->covariance + k * n, n * sizeof *row);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) g->covariance[i * n + j] = i == k || j == k ? 0 : g->covariance[i * n + j] - row[i] * row[j] / variance;
    g->mean[k] = to;
    return 1;
}

/* ---------------------------------------------------------------- names */
static int names_it(const struct apsis_input *in, const char *name, size_t length)
{
    if (strlen(in->name) == length && !memcmp(in->name, name, length)) return 1;
    return in->member && strlen(in->base) == length && !memcmp(in->base, name, length);
}

/* Whether anything looks at the input's draws. */
static unsigned char *find_used(const struct apsis_ir *ir)
{
    unsigned char *used = APSIS_NEW_ARRAY(ir->arena, unsigned char, ir->node_count + 1);
    for (size_t i = 0; i < ir->node_count; i++)
        for (int k = 0; k < ir->nodes[i].arg_count; k++) used[ir->nodes[i].args[k]] = 1;
    for (size_t i = 0; i < ir->input_count; i++)
        for (size_t k = 0; k < ir->inputs[i].parameter_count && !ir->inputs[i].distribution; k++) used[ir->inputs[i].parameters[k]] = 1;
    for (size_t i = 0; i < ir->output_count; i++) used[ir->outputs[i].node] = used[ir->outputs[i].given] = 1;
    for (size_t i = 0; i < ir->series_count; i++) {
        const struct apsis_series *s = &ir->series[i];
        for (size_t k = 0; k < s->piece_count; k++) used[s->pieces[k].node] = 1;
        for (size_t k = 0; k < s->history_count; k++) used[s->history[k]] = 1;
        used[s->before] = 1;
    }
    return used;
}

static void fixed(const struct apsis_band *band, const char *name, struct apsis_diagnostics *list)
{
    apsis_hint(list, apsis_error(list, band->name_span, "%s is fixed here: its draws are not used", name), "leave out the band, or what fixes it");
}

static void unknown(const struct apsis_ir *ir, const struct apsis_ir *plain, const struct apsis_band *band, struct apsis_diagnostics *list)
{
    const char **names = APSIS_NEW_ARRAY(ir->arena, const char *, 2 * ir->input_count + 1);
    size_t count = 0, length = strlen(band->name);
    if (length > 3 && !strcmp(band->name + length - 3, "[t]")) length -= 3;
    for (size_t i = 0; plain && i < plain->input_count; i++)
        if (names_it(&plain->inputs[i], band->name, length)) {
            fixed(band, plain->inputs[i].name, list);
            return;
        }
    for (size_t i = 0; i < ir->input_count; i++) {
        names[count++] = ir->inputs[i].name;
        if (ir->inputs[i].member) names[count++] = ir->inputs[i].base;
    }
    struct apsis_diagnostic *d = apsis_error(list, band->name_span, "%s is no uncertain input", band->name);
    const char *near = apsis_nearest_name(band->name, names, count);
    if (near) apsis_hint(list, d, "did you mean %s?", near);
    else apsis_hint(list, d, "a band holds an input that is drawn, by ~; `apsis inputs` lists them");
}

static int one_band(struct apsis_ir *ir, const struct apsis_ir *plain, struct group **groups, const unsigned char *used, const struct apsis_band *band, struct apsis_diagnostics *list)
{
    size_t length = strlen(band->name), found = 0;
    if (length > 3 && !strcmp(band->name + length - 3, "[t]")) length -= 3;
    for (uint32_t i = 0; i < ir->input_count; i++) {
        const struct apsis_input *in = &ir->inputs[i];
        if (!names_it(in, band->name, length)) continue;
        found++;
        if (!used[in->node]) {
            if (in->is_scenario_override == 2) fixed(band, in->name, list);
            else apsis_hint(list, apsis_error(list, band->name_span, "nothing uses the draws of %s", in->name), "leave out the band");
            return 0;
        }
        if (band->low == 0 && band->high_upper == 0) continue;
        struct group *g = group_of(ir, groups, i);
        size_t k = 0;
        while (g->members[k] != i) k++;
        if (g->banded[k]) {
            apsis_hint(list, apsis_error(list, band->name_span, "%s has two bands", in->name), "give one, with the ends that hold in the end");
            return 0;
        }
        if (confine(ir, g, k, band)) continue;
        apsis_hint(list, apsis_error(list, band->name_span, "%s follows from the inputs that the bands before hold: it has no room for a band of its own", in->name),
                   "leave one of them out, or write alone behind it");
        return 0;
    }
    if (!found) unknown(ir, plain, band, list);
    return found != 0;
}

int apsis_bands_apply(struct apsis_ir *ir, const struct apsis_ir *plain, const struct apsis_band *bands, size_t count, struct apsis_diagnostics *diagnostics)
{
    int good = 1;
    struct group **groups = APSIS_NEW_ARRAY(ir->arena, struct group *, ir->input_count + 1);
    const unsigned char *used = find_used(ir);
    for (size_t i = 0; i < count; i++) good &= one_band(ir, plain, groups, used, &bands[i], diagnostics);
    apsis_node_id limit = apsis_ir_const(ir, AP_SCORE_LIMIT), negative = apsis_ir_const(ir, -AP_SCORE_LIMIT);
    for (size_t i = 0; i < ir->input_count && good; i++) {
        const struct group *g = groups[i];
        for (size_t k = 0; g && k < g->count; k++)
            if (g->moved[k]) ir->inputs[g->members[k]].score = apsis_ir_op(ir, AP_OP_CLAMP, g->score[k], negative, limit);
    }
    return good;
}
