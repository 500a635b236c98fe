/* cmd_show.c - apsis show: the types that cross the stages of the compiler, as they print themselves. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/cli.h"
#include "host/engine/blocks.h"
#include "host/engine/cuda.h"
#include "host/engine/nvrtc.h"
#include "host/engine/program_text.h"

/* What `apsis run` would have compiled. */
static void put_text(struct apsis_cli *cli, const struct apsis_plan *plan, int cuda, struct apsis_buffer *out)
{
    struct apsis_text_options options = {.dialect = APSIS_TEXT_C, .lanes = apsis_compiled_lanes(plan, 0)};
    const char *why;
    if (cuda) apsis_cuda_text_options(NULL, apsis_toolkit_headers(cli->arena, NULL, &why) != NULL, &options);
    const struct apsis_program_text *text = apsis_program_text(cli->arena, plan, NULL, &options);
    apsis_buffer_add(out, text->text, text->length);
}

enum apsis_status apsis_cmd_show(struct apsis_cli *cli)
{
    struct apsis_buffer out = {0};
    enum apsis_status status;
    int what = cli->options.show;
    if (!what) return apsis_cli_fail(cli, APSIS_USAGE, "show what? --ast, --ir, --plan, --c or --cuda");
    if (what == '1') {
        status = apsis_cli_read(cli);
        if (status || apsis_cli_errors(cli)) return apsis_cli_fail_model(cli, status);
        apsis_cli_warnings(cli);
        apsis_ast_print(cli->model->ast, &out);
    } else {
        struct apsis_plan *plan = NULL;
        struct apsis_plan_options options = {.inputs = what > '3', .signs = what > '3'};
        status = apsis_cli_load(cli, 0);
        if (status == APSIS_OK && what >= '3') status = apsis_cli_plan(cli, &options, &plan);
        if (status) return status;
        apsis_cli_warnings(cli);
        if (what == '2') apsis_ir_print(cli->ir, &out);
        else if (what == '3') apsis_plan_print(plan, &out);
        else put_text(cli, plan, what == '5', &out);
    }
    if (cli->options.json) {
        json_t *json = json_object();
        static const char *const names[] = {"ast", "ir", "plan", "c", "cuda"};
        apsis_json_set(json, names[what - '1'], apsis_json_text(out.text ? out.text : ""));
        status = apsis_cli_write_json(cli, json);
    } else {
        status = apsis_cli_write(cli, &out);
    }
    apsis_buffer_free(&out);
    return status;
}
