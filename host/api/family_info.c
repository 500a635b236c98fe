/* family_info.c - the families that can be drawn, as data and as text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/api/api.h"
#include "host/report/json.h"

size_t apsis_family_count(void)
{
    size_t count;
    apsis_families(&count);
    return count;
}

int apsis_family_at(size_t number, struct apsis_family_info *info)
{
    size_t count;
    const struct apsis_family *const *families = apsis_families(&count);
    if (number >= count || !info) return 0;
    const struct apsis_family *f = families[number];
    struct apsis_family_info all = {
        .size = info->size, .name = f->name, .title = f->title, .reference = f->reference, .takes = f->takes, .example = f->example, .discrete = f->discrete,
        .any_expression = f->form == APSIS_FORM_CLOSED || f->form == APSIS_FORM_SCORE || f->form == APSIS_FORM_INVERSION,
        .parameter_names = f->parameter_names, .parameter_docs = f->parameter_docs,
    };
    while (all.parameter_count < APSIS_MAX_PARAMETERS && f->parameter_names[all.parameter_count]) all.parameter_count++;
    memcpy(info, &all, info->size < sizeof all ? info->size : sizeof all);
    return 1;
}

int apsis_distribution_is_whole(const struct apsis_distribution *d) { return d->whole; }

struct asking {
    const char *name;
    struct apsis_print print;
    char *text;
};

static enum apsis_status print_families(void *arguments)
{
    struct asking *asking = arguments;
    const struct apsis_family *family = asking->name ? apsis_family_find(asking->name) : NULL;
    struct apsis_arena *arena = apsis_arena_new();
    struct apsis_buffer out = {0};
    enum apsis_status status = APSIS_OK;
    if (asking->name && !family) status = APSIS_USAGE;
    else if (asking->print.format == APSIS_FORMAT_JSON) {
        json_t *json = family ? apsis_report_family_json(family, arena) : apsis_report_families_json(arena);
        apsis_json_write(json, &out);
    } else if (asking->print.format == APSIS_FORMAT_MARKDOWN) {
        apsis_report_families_markdown(&out);
    } else if (family) {
        apsis_report_family_text(family, arena, &asking->print.page, &out);
    } else {
        apsis_report_families_text(arena, &asking->print.page, &out);
    }
    apsis_arena_free(arena);
    return status ? status : apsis_hand_out(&out, &asking->text);
}

enum apsis_status apsis_families_text(const char *name, const struct apsis_print *print, char **text)
{
    struct asking asking = {.name = name};
    if (!text) return APSIS_USAGE;
    apsis_print_copy(print, &asking.print);
    enum apsis_status status = apsis_guard(NULL, print_families, &asking);
    *text = asking.text;
    return status;
}
