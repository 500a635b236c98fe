/* cmd_new.c - apsis new: a commented model to begin with. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "host/cli/cli.h"

static const char model_head[] = "model %s \"A data centre, on one page\"\n";
static const char model_text[] =
    "period year 2026 to 2035                     # the years that are modelled; t counts 0, 1, 2, ...\n"
    "currency \"$M\"\n"
    "\n"
    "# Uncertain inputs: name ~ distribution  \"label [unit]\"  from \"where the numbers come from\"\n"
    "build_cost ~ pert(8, 11, 16)                 \"building a megawatt [$M/MW]\"        from \"three contractors' offers\"\n"
    "price      ~ lognormal(p10: 1.4, p90: 3.2)   \"a megawatt earns [$M/MW/yr]\"        from \"leases signed this year\"\n"
    "delay_yrs  ~ pert(0.5, 1.5, 5)               \"wait for the grid [yr]\"             from \"the utility's queue\"\n"
    "noise[t]   ~ normal(0, 10%)                  \"the market's swing, each year anew\"\n"
    "wacc       ~ pert(7%, 9%, 13%)               \"cost of capital\"\n"
    "\n"
    "# Values and series: plain arithmetic; [t] is this year, [t-1] the last\n"
    "powered[t]    = clamp(t + 1 - delay_yrs, 0, 1)                     \"share of the year with power\"\n"
    "installed[t]  = installed[t-1] + (if t < 4 then 25 else 0)         \"megawatts built\"\n"
    "installed[2025] = 0\n"
    "revenue[t]    = installed[t] * powered[t] * price * 98% ^ t * exp(noise[t])\n"
    "cash[t]       = 65% * revenue[t] - build_cost * (installed[t] - installed[t-1])   \"cash flow [$M]\"\n"
    "\n"
    "# What comes out\n"
    "output value = npv(wacc, cash, mid, final: 6 * cash[2035])   \"enterprise value [$M]\"   targets 0, 500\n"
    "output revenue[t]                                            \"paid by tenants [$M]\"\n"
    "\n"
    "scenario slow_grid \"The grid takes twice as long\"\n"
    "  delay_yrs = 2 * delay_yrs\n";

/* "my venture.risk" -> my_venture */
static void model_name(const char *path, char name[64])
{
    const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    size_t length = strcspn(base, "."), at = 0;
    for (size_t i = 0; i < length && at < 60; i++) {
        char c = base[i];
        int letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'), digit = c >= '0' && c <= '9';
        if (at == 0 && !letter) name[at++] = 'm';
        if (at > 0 || letter) name[at++] = letter || digit ? c : '_';
    }
    name[at] = 0;
    static const char *const reserved[] = {"if", "then", "else", "and", "or", "not", "where", "output", "given", "targets", "from", "correlate",
                                           "scenario", "model", "period", "currency", "table", "member", "column", "to"};
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (!strcmp(name, reserved[i])) strcat(name, "_1");
    if (!at) strcpy(name, "venture");
}

enum apsis_status apsis_cmd_new(struct apsis_cli *cli)
{
    const char *path = cli->options.file;
    char name[64];
    model_name(path, name);
    struct apsis_buffer text = {0};
    apsis_buffer_printf(&text, model_head, name);
    apsis_buffer_text(&text, model_text);
    enum apsis_status status = APSIS_OK;
    if (!strcmp(path, "-")) {
        status = apsis_cli_write(cli, &text);
        apsis_buffer_free(&text);
        return status;
    }
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666); /* O_EXCL: what is there stays */
    if (descriptor < 0) {
        apsis_buffer_free(&text);
        if (errno == EEXIST) return apsis_cli_fail(cli, APSIS_FAILURE, "%s exists already, and stays as it is: choose another name", path);
        return apsis_cli_fail(cli, APSIS_FAILURE, "cannot write %s: %s", path, strerror(errno));
    }
    size_t written = 0;
    while (written < text.length) {
        ssize_t now = write(descriptor, text.text + written, text.length - written);
        if (now <= 0) break;
        written += (size_t)now;
    }
    int bad = written < text.length || fsync(descriptor) != 0;
    if (close(descriptor) != 0) bad = 1;
    if (bad) {
        status = apsis_cli_fail(cli, APSIS_FAILURE, "cannot write %s: %s", path, strerror(errno));
        unlink(path);
    } else if (cli->options.json) {
        status = apsis_cli_write_json(cli, json_pack("{s:s,s:s}", "file", path, "model", name));
    } else {
        fprintf(stderr, "%s is written; next: apsis run %s\n", path, path);
    }
    apsis_buffer_free(&text);
    return status;
}
