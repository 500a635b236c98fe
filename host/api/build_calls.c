/* build_calls.c - the calls that build a model: each adds what one line of the language says, or a clause to such a line. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "host/api/build.h"
#include "host/support/number.h"

/* What a call was given. */
struct arguments {
    struct apsis_model *model;
    const char *function; /* "apsis_define" */
    const char *name, *text, *more;
    const char *const *list;
    size_t count;
    double number;
    const struct apsis_uncertain *distribution;
};

#define PLAIN (1u << APSIS_NAME_PLAIN)
#define PLACE (PLAIN | 1u << APSIS_NAME_INDEXED)
#define ANY (PLACE | 1u << APSIS_NAME_FUNCTION)

static enum apsis_status call(enum apsis_status (*work)(void *), struct arguments arguments)
{
    return arguments.model ? apsis_build_guard(arguments.model, work, &arguments) : APSIS_USAGE;
}

static struct apsis_part *part_new(struct apsis_model *model, enum apsis_part_kind kind, const char *name)
{
    struct apsis_part *part = APSIS_NEW(model->arena, struct apsis_part);
    part->kind = kind;
    part->name = name ? apsis_arena_copy(model->arena, name, strlen(name)) : NULL;
    return part;
}

/* What stands between arguments. */
static void fixed(struct apsis_part *part, const char *text) { part->segments[part->segment_count++] = (struct apsis_segment){.text = text}; }

/* What an argument says. */
static void said(struct apsis_model *model, struct apsis_part *part, const char *call, const char *text, int lexed)
{
    part->segments[part->segment_count++] = (struct apsis_segment){apsis_arena_copy(model->arena, text, strlen(text)), call, lexed};
}

static enum apsis_status null_text(const struct arguments *a, const char *what)
{
    return apsis_build_refuse(a->model, "%s%s%s: the %s is NULL", a->function, a->name ? ": " : "", a->name ? a->name : "", what);
}

/* ---------------------------------------------------------------- lines of the language */
/* apsis_add("risk ~ normal(0, 1)"): the first line that says something, up to 40 bytes of it */
static const char *call_of_lines(struct apsis_model *model, const char *lines)
{
    lines += strspn(lines, " \t\r\n");
    size_t length = strcspn(lines, "\r\n"), cut = length;
    if (length > 40)
        for (cut = 40; cut > 0 && ((unsigned char)lines[cut] & 0xc0) == 0x80;) cut--;
    return apsis_arena_printf(model->arena, "apsis_add(\"%.*s%s\")", (int)cut, lines, cut < length || lines[length] ? "..." : "");
}

static enum apsis_status add_lines(void *arguments)
{
    struct arguments *a = arguments;
    apsis_build_begin(a->model);
    if (!a->text) return null_text(a, "text");
    if (!a->text[strspn(a->text, " \t\r\n")]) return APSIS_OK;
    struct apsis_part *part = part_new(a->model, APSIS_PART_TEXT, NULL);
    part->text = part->original = apsis_sources_add(&a->model->sources, call_of_lines(a->model, a->text), a->text, strlen(a->text));
    return apsis_build_add(a->model, part, NULL);
}

enum apsis_status apsis_add(struct apsis_model *model, const char *lines)
{
    return call(add_lines, (struct arguments){.model = model, .function = "apsis_add", .text = lines});
}

static enum apsis_status add_period(void *arguments)
{
    struct arguments *a = arguments;
    apsis_build_begin(a->model);
    if (!a->text) return null_text(a, "period");
    struct apsis_part *part = part_new(a->model, APSIS_PART_LINE, NULL);
    fixed(part, "period ");
    said(a->model, part, "apsis_period", a->text, 1);
    return apsis_build_add(a->model, part, NULL);
}

enum apsis_status apsis_period(struct apsis_model *model, const char *period)
{
    return call(add_period, (struct arguments){.model = model, .function = "apsis_period", .text = period});
}

static enum apsis_status add_currency(void *arguments)
{
    struct arguments *a = arguments;
    apsis_build_begin(a->model);
    enum apsis_status status = apsis_build_quotable(a->model, a->function, "", "currency", a->text);
    if (status) return status;
    struct apsis_part *part = part_new(a->model, APSIS_PART_LINE, NULL);
    fixed(part, "currency \"");
    said(a->model, part, "apsis_currency", a->text, 0);
    fixed(part, "\"");
    return apsis_build_add(a->model, part, NULL);
}

enum apsis_status apsis_currency(struct apsis_model *model, const char *currency)
{
    return call(add_currency, (struct arguments){.model = model, .function = "apsis_currency", .text = currency});
}

static enum apsis_status add_section(void *arguments)
{
    struct arguments *a = arguments;
    apsis_build_begin(a->model);
    if (!a->text || !a->text[strspn(a->text, " \t")]) return apsis_build_refuse(a->model, "%s: the title is %s", a->function, a->text ? "empty" : "NULL");
    if (strpbrk(a->text, "\r\n")) return apsis_build_refuse(a->model, "%s: the title has a line break in it: it is one line", a->function);
    struct apsis_part *part = part_new(a->model, APSIS_PART_LINE, NULL);
    fixed(part, "## ");
    said(a->model, part, "apsis_section", a->text, 0);
    return apsis_build_add(a->model, part, NULL);
}

enum apsis_status apsis_section(struct apsis_model *model, const char *title)
{
    return call(add_section, (struct arguments){.model = model, .function = "apsis_section", .text = title});
}

static enum apsis_status add_members(void *arguments)
{
    struct arguments *a = arguments;
    apsis_build_begin(a->model);
    if (!apsis_build_name(a->model, a->function, a->name, PLAIN)) return APSIS_USAGE;
    if (!a->list || !a->count) return apsis_build_refuse(a->model, "%s: %s: there are no members", a->function, a->name);
    const char *point = apsis_arena_printf(a->model->arena, "%s: %s", a->function, a->name);
    size_t length = 0;
    for (size_t i = 0; i < a->count; i++) {
        if (!apsis_build_name(a->model, point, a->list[i], PLAIN)) return APSIS_USAGE;
        length += strlen(a->list[i]) + 2;
    }
    char *members = APSIS_NEW_ARRAY(a->model->arena, char, length + 1), *at = members;
    for (size_t i = 0; i < a->count; i++) {
        if (i) at = (char *)memcpy(at, ", ", 2) + 2;
        at = (char *)memcpy(at, a->list[i], strlen(a->list[i])) + strlen(a->list[i]);
    }
    const char *name = apsis_build_call(a->model, a->function, a->name);
    struct apsis_part *part = part_new(a->model, APSIS_PART_LINE, NULL);
    fixed(part, "member ");
    said(a->model, part, name, a->name, 0);
    fixed(part, ": ");
    said(a->model, part, name, members, 0);
    return apsis_build_add(a->model, part, NULL);
}

enum apsis_status apsis_members(struct apsis_model *model, const char *index, const char *const *members, size_t count)
{
    return call(add_members, (struct arguments){.model = model, .function = "apsis_members", .name = index, .list = members, .count = count});
}

/* ---------------------------------------------------------------- values */
static enum apsis_status add_value(struct arguments *a, struct apsis_part *part, const char *between, const char *text, struct apsis_part *scenario)
{
    const char *name = part->scenario ? apsis_arena_printf(a->model->arena, "%s(\"%s\", \"%s\")", a->function, part->scenario, a->name)
                                      : apsis_build_call(a->model, a->function, a->name);
    if (part->kind == APSIS_PART_OUTPUT) fixed(part, "output ");
    said(a->model, part, name, a->name, 0);
    if (text) {
        fixed(part, between);
        said(a->model, part, name, text, 1);
    }
    return apsis_build_add(a->model, part, scenario);
}

static enum apsis_status add_definition(void *arguments)
{
    struct arguments *a = arguments;
    apsis_build_begin(a->model);
    if (!apsis_build_name(a->model, a->function, a->name, ANY)) return APSIS_USAGE;
    if (!a->text) return null_text(a, "expression");
    return add_value(a, part_new(a->model, APSIS_PART_VALUE, a->name), " = ", a->text, NULL);
}

enum apsis_status apsis_define(struct apsis_model *model, const char *name, const char *expression)
{
    return call(add_definition, (struct arguments){.model = model, .function = "apsis_define", .name = name, .text = expression});
}

static enum apsis_status add_output(void *arguments)
{
    struct arguments *a = arguments;
    apsis_build_begin(a->model);
    if (!apsis_build_name(a->model, a->function, a->name, PLACE)) return APSIS_USAGE;
    return add_value(a, part_new(a->model, APSIS_PART_OUTPUT, a->name), " = ", a->text, NULL);
}

enum apsis_status apsis_output(struct apsis_model *model, const char *name, const char *expression)
{
    return call(add_output, (struct arguments){.model = model, .function = "apsis_output", .name = name, .text = expression});
}

static enum apsis_status add_input(void *arguments)
{
    struct arguments *a = arguments;
    apsis_build_begin(a->model);
    if (!apsis_build_name(a->model, a->function, a->name, PLACE)) return APSIS_USAGE;
    const char *text = apsis_uncertain_text(a->model, a->function, a->name, a->distribution);
    return text ? add_value(a, part_new(a->model, APSIS_PART_VALUE, a->name), " ~ ", text, NULL) : APSIS_USAGE;
}

enum apsis_status apsis_input(struct apsis_model *model, const char *name, struct apsis_uncertain distribution)
{
    return call(add_input, (struct arguments){.model = model, .function = "apsis_input", .name = name, .distribution = &distribution});
}

static enum apsis_status add_correlation(void *arguments)
{
    struct arguments *a = arguments;
    char number[APSIS_NUMBER_SIZE];
    apsis_build_begin(a->model);
    if (!apsis_build_name(a->model, a->function, a->name, PLACE) || !apsis_build_name(a->model, a->function, a->text, PLACE)) return APSIS_USAGE;
    if (!(a->number >= -1 && a->number <= 1))
        return apsis_build_refuse(a->model, "%s: %s, %s: a rank correlation lies between -1 and 1, this is %s", a->function, a->name, a->text, apsis_number_print(number, a->number));
    const char *name = apsis_arena_printf(a->model->arena, "%s(\"%s\", \"%s\")", a->function, a->name, a->text);
    struct apsis_part *part = part_new(a->model, APSIS_PART_LINE, NULL);
    *apsis_number_put(number, a->number) = 0;
    fixed(part, "correlate ");
    said(a->model, part, name, a->name, 0);
    fixed(part, ", ");
    said(a->model, part, name, a->text, 0);
    fixed(part, apsis_arena_printf(a->model->arena, " %s", number));
    return apsis_build_add(a->model, part, NULL);
}

enum apsis_status apsis_correlate(struct apsis_model *model, const char *a, const char *b, double rank_correlation)
{
    return call(add_correlation, (struct arguments){.model = model, .function = "apsis_correlate", .name = a, .text = b, .number = rank_correlation});
}

/* ---------------------------------------------------------------- clauses */
static enum apsis_status add_label(void *arguments)
{
    struct arguments *a = arguments;
    apsis_build_begin(a->model);
    if (!apsis_build_name(a->model, a->function, a->name, ANY)) return APSIS_USAGE;
    if (a->text && apsis_build_quotable(a->model, a->function, a->name, "label", a->text)) return APSIS_USAGE;
    if (a->more && apsis_build_quotable(a->model, a->function, a->name, "source", a->more)) return APSIS_USAGE;
    struct apsis_part *part = apsis_build_find(a->model, a->function, a->name, 0);
    if (!part) return APSIS_USAGE;
    const char *name = apsis_build_call(a->model, a->function, a->name);
    if (a->text) part->label = (struct apsis_segment){.text = apsis_arena_copy(a->model->arena, a->text, strlen(a->text)), .call = name};
    if (a->more) part->source = (struct apsis_segment){.text = apsis_arena_copy(a->model->arena, a->more, strlen(a->more)), .call = name};
    return apsis_build_clause(a->model, part);
}

enum apsis_status apsis_label(struct apsis_model *model, const char *name, const char *label, const char *source)
{
    return call(add_label, (struct arguments){.model = model, .function = "apsis_label", .name = name, .text = label, .more = source});
}

static enum apsis_status add_target(void *arguments)
{
    struct arguments *a = arguments;
    char number[APSIS_NUMBER_SIZE];
    apsis_build_begin(a->model);
    if (!apsis_build_name(a->model, a->function, a->name, PLACE)) return APSIS_USAGE;
    if (!isfinite(a->number)) return apsis_build_refuse(a->model, "%s: %s: the target is %s", a->function, a->name, isnan(a->number) ? "NaN" : "infinite");
    struct apsis_part *part = apsis_build_find(a->model, a->function, a->name, 1);
    if (!part) return APSIS_USAGE;
    *apsis_number_put(number, a->number) = 0;
    *APSIS_PUSH(a->model->arena, part->targets, part->target_count, part->target_capacity) =
        (struct apsis_segment){.text = apsis_arena_printf(a->model->arena, "%s", number), .call = apsis_build_call(a->model, a->function, a->name)};
    return apsis_build_clause(a->model, part);
}

enum apsis_status apsis_target(struct apsis_model *model, const char *output, double above)
{
    return call(add_target, (struct arguments){.model = model, .function = "apsis_target", .name = output, .number = above});
}

static enum apsis_status add_given(void *arguments)
{
    struct arguments *a = arguments;
    apsis_build_begin(a->model);
    if (!apsis_build_name(a->model, a->function, a->name, PLACE)) return APSIS_USAGE;
    if (!a->text) return null_text(a, "condition");
    struct apsis_part *part = apsis_build_find(a->model, a->function, a->name, 1);
    if (!part) return APSIS_USAGE;
    if (part->given.text || (part->definition && part->definition->clauses.given)) return apsis_build_refuse(a->model, "%s: %s: it has a condition already", a->function, a->name);
    struct apsis_segment given = {.text = a->text, .call = apsis_build_call(a->model, a->function, a->name), .lexed = 1};
    enum apsis_status status = apsis_build_expression(a->model, &given);
    if (status) return status;
    part->given = given;
    return apsis_build_clause(a->model, part);
}

enum apsis_status apsis_given(struct apsis_model *model, const char *output, const char *condition)
{
    return call(add_given, (struct arguments){.model = model, .function = "apsis_given", .name = output, .text = condition});
}

/* ---------------------------------------------------------------- scenarios */
static enum apsis_status add_scenario(void *arguments)
{
    struct arguments *a = arguments;
    apsis_build_begin(a->model);
    if (!apsis_build_name(a->model, a->function, a->name, PLAIN)) return APSIS_USAGE;
    if (a->text && apsis_build_quotable(a->model, a->function, a->name, "title", a->text)) return APSIS_USAGE;
    const char *name = apsis_build_call(a->model, a->function, a->name);
    struct apsis_part *part = part_new(a->model, APSIS_PART_SCENARIO, a->name);
    fixed(part, "scenario ");
    said(a->model, part, name, a->name, 0);
    if (a->text) {
        fixed(part, " \"");
        said(a->model, part, name, a->text, 0);
        fixed(part, "\"");
    }
    return apsis_build_add(a->model, part, NULL);
}

enum apsis_status apsis_scenario(struct apsis_model *model, const char *name, const char *title)
{
    return call(add_scenario, (struct arguments){.model = model, .function = "apsis_scenario", .name = name, .text = title});
}

static enum apsis_status add_override(void *arguments)
{
    struct arguments *a = arguments;
    const char *text = a->text;
    apsis_build_begin(a->model);
    if (!apsis_build_name(a->model, a->function, a->more, PLAIN) || !apsis_build_name(a->model, a->function, a->name, PLACE)) return APSIS_USAGE;
    if (a->distribution) text = apsis_uncertain_text(a->model, a->function, a->name, a->distribution);
    else if (!text) null_text(a, "expression");
    struct apsis_part *scenario = text ? apsis_build_scenario(a->model, a->function, a->more) : NULL;
    if (!scenario) return APSIS_USAGE;
    struct apsis_part *part = part_new(a->model, APSIS_PART_VALUE, a->name);
    part->scenario = apsis_arena_copy(a->model->arena, a->more, strlen(a->more));
    return add_value(a, part, a->distribution ? " ~ " : " = ", text, scenario);
}

enum apsis_status apsis_override(struct apsis_model *model, const char *scenario, const char *name, const char *expression)
{
    return call(add_override, (struct arguments){.model = model, .function = "apsis_override", .name = name, .text = expression, .more = scenario});
}

enum apsis_status apsis_override_input(struct apsis_model *model, const char *scenario, const char *name, struct apsis_uncertain distribution)
{
    return call(add_override, (struct arguments){.model = model, .function = "apsis_override_input", .name = name, .more = scenario, .distribution = &distribution});
}

/* ---------------------------------------------------------------- a new model */
struct beginning {
    const char *name, *title;
    struct apsis_model *model;
};

static enum apsis_status begin_model(void *arguments)
{
    struct beginning *b = arguments;
    struct apsis_model *model = b->model = apsis_model_blank();
    const char *name = b->name ? b->name : "unnamed";
    apsis_build_begin(model);
    apsis_sources_add(&model->sources, b->name && !strchr(b->name, '/') ? b->name : "the model", "", 0); /* what messages call it, and that it lies in no folder */
    if (!b->name && !b->title) return APSIS_OK;
    if (!apsis_build_name(model, "apsis_model_new", name, PLAIN)) return APSIS_USAGE;
    if (b->title && apsis_build_quotable(model, "apsis_model_new", name, "title", b->title)) return APSIS_USAGE;
    struct apsis_part *part = part_new(model, APSIS_PART_LINE, NULL);
    const char *call_name = apsis_build_call(model, "apsis_model_new", name);
    fixed(part, "model ");
    said(model, part, call_name, name, 0);
    if (b->title) {
        fixed(part, " \"");
        said(model, part, call_name, b->title, 0);
        fixed(part, "\"");
    }
    return apsis_build_add(model, part, NULL);
}

struct apsis_model *apsis_model_new(const char *name, const char *title)
{
    struct beginning beginning = {.name = name, .title = title};
    return apsis_guard(NULL, begin_model, &beginning) == APSIS_FAILURE ? NULL : beginning.model;
}
