/* print.c - results and cases as texts: what a terminal, a program or a browser reads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "host/api/api.h"
#include "host/engine/blocks.h"
#include "host/engine/cuda.h"
#include "host/engine/nvrtc.h"
#include "host/engine/program_text.h"
#include "host/report/html.h"
#include "host/report/json.h"
#include "host/support/floating.h"

/* "apsis replay model.risk --seed 2 --scenario slow": the command that looks at a draw of this case, without --draw */
static const char *replay_words(struct apsis_arena *arena, const struct apsis_case *c)
{
    const struct apsis_settings *s = &c->settings;
    struct apsis_buffer text = {0};
    apsis_buffer_printf(&text, "apsis replay %s", apsis_text_shell_word(arena, apsis_model_name(c->model)));
    if (s->seed != 1) apsis_buffer_printf(&text, " --seed 0x%" PRIx64, s->seed);
    for (size_t i = 0; i < s->scenario_count; i++) apsis_buffer_printf(&text, " --scenario %s", apsis_text_shell_word(arena, s->scenarios[i]));
    for (size_t i = 0; i < s->set_count; i++) apsis_buffer_printf(&text, " --set %s", apsis_text_shell_word(arena, s->sets[i]));
    const char *copy = apsis_arena_copy(arena, text.text, text.length);
    apsis_buffer_free(&text);
    return copy;
}

void apsis_command_words(struct apsis_arena *arena, struct apsis_buffer *out, const char *option, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) apsis_buffer_printf(out, " --%s %s", option, apsis_text_shell_word(arena, texts[i]));
}

/* "apsis run model.risk --draws 1000000": what gives this result again */
static const char *run_words(struct apsis_arena *arena, const struct apsis_case *c)
{
    const struct apsis_settings *s = &c->settings;
    struct apsis_buffer out = {0};
    apsis_buffer_printf(&out, "apsis run %s --draws %" PRIu64, apsis_text_shell_word(arena, apsis_model_name(c->model)), s->draws);
    if (s->seed != 1) apsis_buffer_printf(&out, " --seed 0x%" PRIx64, s->seed);
    apsis_command_words(arena, &out, "scenario", s->scenarios, s->scenario_count);
    apsis_command_words(arena, &out, "set", s->sets, s->set_count);
    apsis_command_words(arena, &out, "target", s->targets, s->target_count);
    for (size_t i = 0; i < s->only_count; i++) apsis_buffer_printf(&out, "%s%s", i ? "," : " --only ", apsis_text_shell_word(arena, s->only[i]));
    if (s->percentiles) apsis_buffer_printf(&out, " --percentiles %s", apsis_text_shell_word(arena, s->percentiles));
    if (s->shortfalls) apsis_buffer_printf(&out, " --shortfall %s", apsis_text_shell_word(arena, s->shortfalls));
    const char *copy = apsis_arena_copy(arena, out.text, out.length);
    apsis_buffer_free(&out);
    return copy;
}

struct apsis_report apsis_report_of(struct apsis_arena *arena, const struct apsis_result *result, const struct apsis_print *print)
{
    const struct apsis_case *c = result->handle->c;
    return (struct apsis_report){.model_file = apsis_model_name(c->model), .model_sha256 = result->handle->info.model_sha256, .replay = replay_words(arena, c), .command = run_words(arena, c),
                                 .findings = c->findings,
                                 .all_periods = print->all_periods, .percentiles_given = c->settings.percentiles != NULL, .max_invalid = print->max_invalid};
}

/* What all of the printers are given, and what they make. */
struct printing {
    const struct apsis_result *result;
    struct apsis_case *c;
    struct apsis_print print;
    struct apsis_model *model;
    const char *what, *why;
    uint64_t draw;
    char *text;
    size_t length; /* of a text that is not one */
};

static enum apsis_status hand_out_json(struct printing *p, json_t *json)
{
    struct apsis_buffer out = {0};
    apsis_json_write(json, &out);
    return apsis_hand_out(&out, &p->text);
}

static enum apsis_status print_result(void *arguments)
{
    struct printing *p = arguments;
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_report report = apsis_report_of(arena, p->result, &p->print);
    struct apsis_buffer out = {0};
    enum apsis_status status;
    if (p->print.format == APSIS_FORMAT_JSON) {
        status = hand_out_json(p, apsis_report_run_json(p->result, &report));
    } else if (p->print.format == APSIS_FORMAT_HTML) {
        apsis_case_doubts(p->result->handle->c);
        report.findings = p->result->handle->c->findings;
        apsis_html_run(&out, p->result, &report);
        status = apsis_hand_out(&out, &p->text);
    } else if (p->print.format == APSIS_FORMAT_CSV) {
        apsis_report_run_csv(p->result, arena, &out);
        status = apsis_hand_out(&out, &p->text);
    } else {
        apsis_report_run_text(p->result, &report, &p->print.page, &out);
        status = apsis_hand_out(&out, &p->text);
    }
    apsis_arena_free(arena);
    return status;
}

static enum apsis_status print_inputs(void *arguments)
{
    struct printing *p = arguments;
    struct apsis_buffer out = {0};
    if (p->print.format == APSIS_FORMAT_JSON) {
        json_t *json = json_object();
        apsis_json_set(json, "schema_version", json_integer(1));
        apsis_json_set(json, "inputs", apsis_report_inputs_json(p->c->ir, 1));
        return hand_out_json(p, json);
    }
    struct apsis_arena *arena = apsis_arena_new();
    apsis_report_inputs_text(p->c->ir, arena, &p->print.page, &out);
    apsis_arena_free(arena);
    return apsis_hand_out(&out, &p->text);
}

static enum apsis_status print_replay(void *arguments)
{
    struct printing *p = arguments;
    struct apsis_case *c = p->c;
    size_t count;
    enum apsis_status status = apsis_case_columns(c, &count);
    if (status) return status;
    struct apsis_arena *arena = apsis_arena_new();
    double *values = APSIS_NEW_ARRAY(arena, double, count + 1);
    double **pointers = APSIS_NEW_ARRAY(arena, double *, count + 1);
    for (size_t i = 0; i < count; i++) pointers[i] = &values[i];
    status = apsis_case_draws(c, p->draw, 1, pointers);
    if (status == APSIS_OK) {
        struct apsis_replay replay = {.plan = c->draws.plan, .values = values, .seed = c->settings.seed, .draw = p->draw, .why = p->why};
        struct apsis_buffer out = {0};
        if (p->print.format == APSIS_FORMAT_JSON) {
            status = hand_out_json(p, apsis_report_replay_json(&replay));
        } else {
            apsis_report_replay_text(&replay, arena, &p->print.page, &out);
            status = apsis_hand_out(&out, &p->text);
        }
    }
    apsis_arena_free(arena);
    return status;
}

/* What a run would have compiled. */
static void put_program(struct apsis_arena *arena, const struct apsis_plan *plan, int cuda, struct apsis_buffer *out)
{
    struct apsis_text_options options = {.dialect = APSIS_TEXT_C, .lanes = apsis_compiled_lanes(plan, 0)};
    const char *why;
    if (cuda) apsis_cuda_text_options(NULL, apsis_toolkit_headers(arena, NULL, &why) != NULL, &options);
    const struct apsis_program_text *text = apsis_program_text(arena, plan, NULL, &options);
    apsis_buffer_add(out, text->text, text->length);
}

static enum apsis_status show(void *arguments)
{
    static const char *const names[] = {"ir", "plan", "c", "cuda"};
    struct printing *p = arguments;
    struct apsis_case *c = p->c;
    struct apsis_buffer out = {0};
    size_t what = 0;
    while (what < 4 && strcmp(names[what], p->what)) what++;
    if (what == 4) return apsis_fail(c->model, APSIS_USAGE, NULL, "show what? ir, plan, c or cuda, not %s", p->what);
    struct apsis_plan_options options = {.inputs = what > 1, .signs = what > 1};
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_plan *plan = what >= 1 ? apsis_plan_new(arena, c->ir, &options, &c->model->diagnostics) : NULL;
    enum apsis_status status = APSIS_OK;
    if (what >= 1 && (!plan || c->model->diagnostics.errors)) {
        status = apsis_fail_model(c->model, APSIS_MODEL_ERROR);
    } else {
        if (what == 0) apsis_ir_print(c->ir, &out);
        else if (what == 1) apsis_plan_print(plan, &out);
        else put_program(arena, plan, what == 3, &out);
        status = apsis_hand_out(&out, &p->text);
    }
    apsis_arena_free(arena);
    return status;
}

static enum apsis_status show_tree(void *arguments)
{
    struct printing *p = arguments;
    struct apsis_buffer out = {0};
    if (p->model->status || p->model->diagnostics.errors) return apsis_fail_model(p->model, p->model->status);
    apsis_ast_print(apsis_model_tree(p->model), &out);
    return apsis_hand_out(&out, &p->text);
}

static enum apsis_status run_printer(struct apsis_model *model, enum apsis_status (*printer)(void *), struct printing *p, const struct apsis_print *print, char **text)
{
    if (!text) return APSIS_USAGE;
    *text = NULL;
    apsis_print_copy(print, &p->print);
    enum apsis_status status = apsis_guard(model, printer, p);
    *text = p->text;
    return status;
}

enum apsis_status apsis_result_text(const struct apsis_result *result, const struct apsis_print *print, char **text)
{
    struct printing p = {.result = result};
    return result ? run_printer(NULL, print_result, &p, print, text) : APSIS_USAGE;
}

static enum apsis_status print_workbook(void *arguments)
{
    struct printing *p = arguments;
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_report report = apsis_report_of(arena, p->result, &p->print);
    struct apsis_buffer out = {0};
    p->why = NULL;
    enum apsis_status status = apsis_report_run_xlsx(p->result, &report, &out, &p->why);
    p->length = out.length;
    if (status == APSIS_OK) status = apsis_hand_out(&out, &p->text);
    else apsis_buffer_free(&out);
    apsis_arena_free(arena);
    return status;
}

enum apsis_status apsis_result_xlsx(const struct apsis_result *result, char **bytes, size_t *length, const char **why)
{
    struct printing p = {.result = result, .why = "out of memory"};
    if (why) *why = NULL;
    if (!result || !length) return APSIS_USAGE;
    enum apsis_status status = run_printer(NULL, print_workbook, &p, NULL, bytes);
    *length = p.length;
    if (why && status) *why = p.why ? p.why : "out of memory";
    return status;
}

enum apsis_status apsis_case_inputs_text(struct apsis_case *c, const struct apsis_print *print, char **text)
{
    struct printing p = {.c = c};
    return c ? run_printer(c->model, print_inputs, &p, print, text) : APSIS_USAGE;
}

enum apsis_status apsis_case_replay_text(struct apsis_case *c, uint64_t draw, const char *why, const struct apsis_print *print, char **text)
{
    struct printing p = {.c = c, .draw = draw, .why = why};
    return c ? run_printer(c->model, print_replay, &p, print, text) : APSIS_USAGE;
}

enum apsis_status apsis_case_show(struct apsis_case *c, const char *what, char **text)
{
    struct printing p = {.c = c, .what = what ? what : ""};
    return c ? run_printer(c->model, show, &p, NULL, text) : APSIS_USAGE;
}

enum apsis_status apsis_model_show(struct apsis_model *model, char **text)
{
    struct printing p = {.model = model};
    return model ? run_printer(model, show_tree, &p, NULL, text) : APSIS_FAILURE;
}
