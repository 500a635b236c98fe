/* table_time.c - processor time to build the smooth table of each family, at the example of the registry and at random parameters. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/plan/table.h"
#include "host/support/arena.h"
#include "kernels/exponential.h"
#include "tests/support/distribution_text.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static double random_share(void) { return (rand() % 1000000 + 0.5) / 1e6; }

/* Milliseconds, the least of the rounds; below 0 where it cannot be built. */
static double time_of(const struct apsis_distribution *d, int rounds, size_t *rows)
{
    double least = 1e9;
    for (int r = 0; r < rounds; r++) {
        struct apsis_table_source source = {0};
        struct apsis_table_rows table;
        double start = now();
        if (d->family->table) d->family->table(d, &source);
        else apsis_table_plain(d, &source);
        if (source.scale == 0 || apsis_table_build(&source, &table)) return -1;
        double used = now() - start;
        if (used < least) least = used;
        *rows = table.row_count;
        apsis_table_free(&table);
    }
    return least;
}

/* table_time [parameters of each family] [rounds]: a line a family, its example and the slowest of the random parameters. */
int main(int argc, char **argv)
{
    int places = argc > 1 ? atoi(argv[1]) : 40, rounds = argc > 2 ? atoi(argv[2]) : 5;
    size_t count;
    const struct apsis_family *const *families = apsis_families(&count);
    double slowest = 0;
    const char *slowest_name = "";
    for (size_t i = 0; i < count; i++) {
        const struct apsis_family *family = families[i];
        if (family->form != APSIS_FORM_TABLE) continue;
        struct apsis_arena *arena = apsis_arena_new();
        const char *why;
        size_t rows = 0, worst_rows = 0, n = 0;
        const struct apsis_distribution *d = distribution_of(arena, family->example, &why);
        double example = d ? time_of(d, rounds, &rows) : -1, worst = 0, worst_at[APSIS_MAX_PARAMETERS] = {0};
        while (family->arguments == APSIS_ARGUMENTS_PLAIN && family->spelling_count && family->spellings[0].names[n]) n++;
        for (int k = 0; n && k < places; k++) {
            double a[APSIS_MAX_PARAMETERS] = {0}, percents[APSIS_MAX_PARAMETERS] = {0};
            for (size_t j = 0; j < n; j++) a[j] = ap_exp(-3 + 10 * random_share());
            for (size_t j = 1; j < n && k % 2; j++) /* rising: what has ends needs that */
                for (size_t m = j; m > 0 && a[m] < a[m - 1]; m--) {
                    double swap = a[m];
                    a[m] = a[m - 1], a[m - 1] = swap;
                }
            d = apsis_distribution_new(arena, family, 0, a, percents, n, &why);
            size_t here = 0;
            double used = d && d->family->form == APSIS_FORM_TABLE ? time_of(d, rounds, &here) : -1;
            if (used > worst) worst = used, worst_rows = here, memcpy(worst_at, a, sizeof a);
        }
        printf("%-18s %7.3f ms (%4zu rows)  %s", family->name, example, rows, family->example);
        if (n) printf("; at most %7.3f ms (%4zu rows) at", worst, worst_rows);
        for (size_t j = 0; j < n; j++) printf(" %.4g", worst_at[j]);
        printf("\n");
        if (example > worst) worst = example;
        if (worst > slowest) slowest = worst, slowest_name = family->name;
        apsis_arena_free(arena);
    }
    printf("slowest: %s, %.3f ms\n", slowest_name, slowest);
    return 0;
}
