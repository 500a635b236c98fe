/* cmd_verify.c - apsis verify: runs a record again, all of it or some parts, and compares the digests. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/report/json.h"

static json_t *json_of(struct apsis_cli *cli, const struct apsis_verdict *verdict)
{
    json_t *json = json_object(), *differ = json_array();
    for (size_t i = 0; i < verdict->differ_count; i++) apsis_json_append(differ, json_integer((json_int_t)verdict->differ[i]));
    apsis_json_set(json, "record", apsis_json_text(cli->options.file));
    apsis_json_set(json, "verified", json_boolean(verdict->same));
    apsis_json_set(json, "parts", apsis_json_u64(verdict->part_count));
    apsis_json_set(json, "parts_checked", apsis_json_u64(verdict->parts_checked));
    apsis_json_set(json, "parts_that_differ", differ);
    apsis_json_set(json, "digest_same", verdict->digest_same < 0 ? json_null() : json_boolean(verdict->digest_same));
    apsis_json_set(json, "version_recorded", apsis_json_text(verdict->version));
    apsis_json_set(json, "version_here", apsis_json_text(apsis_version()));
    apsis_json_set(json, "engine", apsis_json_text(verdict->engine));
    apsis_json_set(json, "note", apsis_json_text(verdict->note));
    return json;
}

static void put_text(struct apsis_cli *cli, const struct apsis_verdict *verdict, struct apsis_buffer *out)
{
    char count[APSIS_TEXT_SIZE], parts[APSIS_TEXT_SIZE];
    size_t differ = verdict->differ_count;
    if (strcmp(verdict->version, apsis_version()))
        apsis_buffer_printf(out, "note: recorded by apsis %s, run again by %s: versions may differ in results\n", verdict->version, apsis_version());
    apsis_buffer_printf(out, "%s: ", cli->options.file);
    if (verdict->same && verdict->digest_same > 0)
        apsis_buffer_printf(out, "the same to the last bit: %s draws, %s parts, digest %s\n", apsis_text_count(count, verdict->draws),
                            apsis_text_count(parts, verdict->part_count), verdict->digest);
    else if (verdict->same)
        apsis_buffer_printf(out, "the %s of %s parts that were run again are the same to the last bit\n", apsis_text_count(count, verdict->parts_checked),
                            apsis_text_count(parts, verdict->part_count));
    else if (differ == 0)
        apsis_buffer_printf(out, "DIFFERENT: every draw is the same, but the published statistics are not\n");
    else
        apsis_buffer_printf(out, "DIFFERENT: %zu of the %s parts that were run again\n", differ, apsis_text_count(parts, verdict->parts_checked));
    for (size_t i = 0; i < differ && i < 8; i++) {
        uint64_t part = verdict->differ[i], end = (part + 1) * verdict->part_draws;
        if (end > verdict->draws) end = verdict->draws;
        apsis_buffer_printf(out, "  part %" PRIu64 ": draws %" PRIu64 " to %" PRIu64 "\n", part, part * verdict->part_draws, end - 1);
    }
    if (differ > 8) apsis_buffer_printf(out, "  and %zu more\n", differ - 8);
}

static enum apsis_status tell(struct apsis_cli *cli, const struct apsis_verdict *verdict)
{
    enum apsis_status written;
    apsis_cli_note(cli, verdict->note);
    if (cli->options.json) {
        written = apsis_cli_write_json(cli, json_of(cli, verdict));
    } else {
        struct apsis_buffer out = {0};
        put_text(cli, verdict, &out);
        written = apsis_cli_write(cli, &out);
        apsis_buffer_free(&out);
    }
    return written ? written : verdict->same ? APSIS_OK : APSIS_FAILURE;
}

enum apsis_status apsis_cmd_verify(struct apsis_cli *cli)
{
    struct apsis_settings settings = apsis_cli_settings(cli);
    struct apsis_progress progress;
    struct apsis_verdict *verdict;
    size_t length;
    char *record = apsis_cli_read_whole(cli, cli->options.file, &length);
    if (!record) return APSIS_FAILURE;
    settings.progress = apsis_progress_show;
    settings.context = &progress;
    apsis_progress_start(&progress, cli, "verifying");
    enum apsis_status status = apsis_verify(record, length, cli->options.file, cli->options.tiles_given ? cli->options.tiles : 0, &settings, &verdict);
    apsis_progress_end(&progress);
    apsis_block_free(record);
    if (!verdict) return apsis_cli_fail(cli, status, "out of memory");
    if (status) {
        cli->model = (struct apsis_model *)verdict->model; /* its messages go along */
        apsis_cli_fail(cli, status, "%s", verdict->why ? verdict->why : apsis_status_text(status));
        cli->model = NULL;
    } else {
        status = tell(cli, verdict);
    }
    apsis_verdict_free(verdict);
    return status;
}
