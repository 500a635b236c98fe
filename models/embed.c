/* embed.c - the model of first.risk, built and run by a C program. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <apsis.h>
#include <stdio.h>
#include <stdlib.h>

static struct apsis_model *rocket_company(void)
{
    struct apsis_model *m = apsis_model_new("first", "A rocket company's compute business, on one page");
    apsis_period(m, "year 2026 to 2035");
    apsis_currency(m, "$B");
    apsis_input(m, "launch_cadence", apsis_pert(20, 150, 900));
    apsis_label(m, "launch_cadence", "launches a year when mature [1/yr]", "FAA allows 145 today; plans run to thousands");
    apsis_input(m, "chip_supply", apsis_percentiles("lognormal", 10, 0.7, 90, 6));
    apsis_input(m, "rack_revenue", apsis_pert(0.9, 1.65, 2.8));
    apsis_input(m, "permit_delay", apsis_percentiles("lognormal", 10, 1.2, 90, 4.8));
    apsis_input(m, "wacc", apsis_pert(0.075, 0.095, 0.13));
    apsis_define(m, "in_orbit[t]", "launch_cadence * min(1, (t + 1) / 5) * 50 / 10_000");
    apsis_define(m, "on_ground[t]", "if t + 1 > permit_delay then 1 else 0");
    apsis_define(m, "built[t]", "min(chip_supply, in_orbit[t] + on_ground[t])");
    apsis_add(m, "fleet[t] = fleet[t-1] * 85% + built[t]\nfleet[2025] = 1"); /* lines as in a .risk file */
    apsis_define(m, "cash[t]", "fleet[t] * rack_revenue * 10 * 60% - built[t] * 30");
    apsis_output(m, "value", "npv(wacc, cash, mid, final: 8 * cash[2035])");
    apsis_label(m, "value", "enterprise value [$B]", NULL);
    apsis_target(m, "value", 0);
    apsis_target(m, "value", 100);
    apsis_target(m, "value", 500);
    apsis_output(m, "fleet[t]", NULL); /* every year of it */
    apsis_scenario(m, "slow_permits", "Permits take twice as long");
    apsis_override(m, "slow_permits", "permit_delay", "2 * permit_delay");
    apsis_scenario(m, "cheap_compute", "A rack earns a third less");
    apsis_override(m, "cheap_compute", "rack_revenue", "67% * rack_revenue");
    return m; /* a call that failed is remembered: apsis_run says which */
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"as written", "slow_permits", "cheap_compute"};
    struct apsis_model *model = rocket_company();
    struct apsis_result *result;
    struct apsis_settings settings;
    apsis_settings_default(&settings);
    if (argc > 1) settings.draws = strtoull(argv[1], NULL, 10);
    for (int i = 0; i < 3; i++) {
        settings.scenarios = &names[i];
        settings.scenario_count = i > 0;
        if (apsis_run(model, &settings, &result) != APSIS_OK) {
            char *messages = apsis_messages_text(model, "text"); /* what is wrong where, with the line and carets */
            fprintf(stderr, "%s%s\n", messages ? messages : "", apsis_why(model));
            return 1;
        }
        const struct apsis_measure *value = apsis_result_find(result, "value");
        printf("%s: mean %.4g, standard error %.2g, digest %s\n", names[i], value->mean, value->mean_se, apsis_result_info(result)->digest);
        for (const struct apsis_measured_percentile *p = value->percentiles; p < value->percentiles + value->percentile_count; p++)
            printf("  P%-3g %8.4g  [%.4g, %.4g]\n", apsis_percent_value(p->percent), p->value, p->low, p->high);
        apsis_result_free(result);
    }
    apsis_model_free(model);
    return 0;
}
