/* family.h - what a distribution family is: one file each beside this one, found by the build. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_DISTRIBUTIONS_FAMILY_H
#define APSIS_DISTRIBUTIONS_FAMILY_H
#include <stddef.h>
#include <stdint.h>

#include "include/apsis.h"
#include "kernels/dialect.h"

/* The most canonical parameters a closed or inverted family has (those with data carry it in a distribution). */
#define APSIS_MAX_PARAMETERS 6
#define APSIS_MAX_SPELLINGS 8
/* The most arguments apsis_family_match can place (a metalog takes many percentiles): the room `percents` and `order` need. */
#define APSIS_MAX_ARGUMENTS 40
/* In `order`: this argument was not given, the spelling's default holds. */
#define APSIS_ARGUMENT_DEFAULT SIZE_MAX

/* How a draw is made from u in (0, 1), its complement, or its normal score z (DESIGN section 4). */
enum apsis_form {
    APSIS_FORM_CLOSED,    /* a formula in u and 1 - u: parameters may be any expression */
    APSIS_FORM_SCORE,     /* a formula in the normal score z (normal, lognormal): parameters may be any expression */
    APSIS_FORM_TABLE,     /* smooth table of the quantile function; constant parameters */
    APSIS_FORM_KNOTTED,   /* pieces between knots; constant parameters */
    APSIS_FORM_STEP,      /* steps at constant probabilities; constant parameters */
    APSIS_FORM_INVERSION  /* discrete, searched in the draw: bernoulli, binomial, poisson; any expression */
};

struct apsis_distribution;
struct apsis_arena;

/* How a smooth table is made (host/plan/table.c). The quantile is tabulated tail by tail as the signed distance from an anchor,
   the tail's end where it has one, so that nothing is lost next to an end; x = base[tail] + scale * T(value). */
enum apsis_transform {
    APSIS_TRANSFORM_NONE,
    APSIS_TRANSFORM_EXP,     /* T = exp */
    APSIS_TRANSFORM_LOGISTIC /* T(y) = 1 / (1 + exp(-y)) */
};
struct apsis_table_source {
    const struct apsis_family *family; /* with p, what makes two tables the same */
    double p[APSIS_MAX_PARAMETERS];    /* standardised parameters */
    const struct apsis_distribution *distribution; /* where p does not say everything; such tables are not shared */
    double base[2], scale;
    double coarse[2];                  /* size of the number that `value` was subtracted from; 0 where it has its own digits */
    enum apsis_transform transform;
    /* Value to tabulate at tail probability v <= 1/2 (from below where upper is 0, else from above). Exact in that tail. */
    double (*value)(const struct apsis_table_source *source, int upper, double v);
    /* dv / d value there: the density of what is tabulated, accurate in that tail. It may be 0, and may jump. NULL: `value` is called
       for every node instead. */
    double (*density)(const struct apsis_table_source *source, int upper, double value);
};

/* One way to give a family's parameters: pert(min, mode, max), lognormal(p10:, p90:), normal(mean:, sd:).
   `names` are in documented order; a name "p*" stands for any percentile (p10, p2.5): two of them, values in `percents`. */
struct apsis_spelling {
    const char *names[APSIS_MAX_PARAMETERS + 1]; /* NULL-terminated; "name?" is optional, its default in `defaults` */
    double defaults[APSIS_MAX_PARAMETERS];
    /* Canonical parameters from the arguments (constants). `percents` holds 0.10 and 0.90 for p10 and p90, else unused.
       Returns NULL, or what is wrong, with the feasible range ("the middle must lie between the ends"). NULL: as they are. */
    const char *(*solve)(const double *arguments, const double *percents, double *canonical);
    int named_only; /* positional arguments do not fit this spelling */
    /* Arguments may be any expression: where solve is NULL they are the canonical parameters themselves, else the kernel's
       ap_<family>_solve computes these, with the same bits as solve. 0: constants only. */
    int dynamic;
};

struct apsis_family {
    const char *name, *title, *reference; /* reference: where its formulas are from */
    enum apsis_form form;
    int discrete;
    const char *parameter_names[APSIS_MAX_PARAMETERS + 1]; /* canonical, NULL-terminated */
    const char *parameter_docs[APSIS_MAX_PARAMETERS + 1];
    struct apsis_spelling spellings[APSIS_MAX_SPELLINGS];
    size_t spelling_count;
    enum { APSIS_ARGUMENTS_PLAIN, APSIS_ARGUMENTS_POINTS, APSIS_ARGUMENTS_WEIGHTS, APSIS_ARGUMENTS_BINS, APSIS_ARGUMENTS_FILE,
           APSIS_ARGUMENTS_TRUNCATE, APSIS_ARGUMENTS_MIXTURE,
           APSIS_ARGUMENTS_PERCENTILES /* p5:, p50:, ..., three or more, and min:, max: */ } arguments;
    const char *takes;       /* "(mu, sigma), (mean:, sd:) or two percentiles such as (p10:, p90:)": completes "normal takes ..." */
    /* NULL, or what is wrong with canonical parameters (or data), in words that name the parameter and the range. */
    const char *(*check)(const struct apsis_distribution *d);
    /* Works out what the rest needs, or says why not: PLAIN, from d->p once checked; PERCENTILES, from d->x (values) and d->w
       (probabilities in rising order; 0 and 1 for min and max). */
    const char *(*prepare)(struct apsis_arena *arena, struct apsis_distribution *d);
    /* P(X <= x) and P(X > x), each accurate where small. */
    void (*tails)(const struct apsis_distribution *d, double x, double *lower, double *upper);
    /* The smallest x with P(X <= x) >= lower; lower + upper = 1, the smaller one is exact. */
    double (*quantile)(const struct apsis_distribution *d, double lower, double upper);
    double (*density)(const struct apsis_distribution *d, double x); /* mass for discrete families; not called where the spread is 0 */
    /* NaN: does not exist; infinity: infinite. A NULL here is worked out from the quantile by apsis_distribution_mean and _sd. */
    double (*mean)(const struct apsis_distribution *d);
    double (*sd)(const struct apsis_distribution *d);
    /* TABLE families: how to tabulate. NULL: `quantile` as it stands. */
    void (*table)(const struct apsis_distribution *d, struct apsis_table_source *source);
    void (*support)(const struct apsis_distribution *d, double *low, double *high); /* -inf, +inf allowed */
    int searched;            /* INVERSION by a search: with constant parameters and few values, steps are quicker and give the same draws */
    int whole;               /* takes whole numbers only, whatever the parameters (discrete: see the distribution) */
    const char *example;     /* "pert(20, 80, 300)": run by the tests, printed by `apsis families` */
};

/* A family with constant parameters: everything about it can be computed. */
struct apsis_distribution {
    const struct apsis_family *family;
    double p[APSIS_MAX_PARAMETERS]; /* canonical parameters */
    const double *x, *w;            /* data: points and cumulative probabilities, values and weights, sorted sample, bin edges and weights */
    size_t count;
    double *tail;                   /* data: chance above x[i], summed from above, so that it is accurate where small */
    const struct apsis_distribution **parts; /* truncate: 1, mixture: count, weights in w */
    int steps;                      /* x, w and tail are all there is to it (a truncated or mixed discrete distribution, ...) */
    int whole;                      /* every value it can take is a whole number */
};

/* All families, by name order. */
const struct apsis_family *const *apsis_families(size_t *count);
const struct apsis_family *apsis_family_find(const char *name);
/* Its number in that list: what the kernels' family table is indexed by. */
size_t apsis_family_number(const struct apsis_family *family);

/* Which spelling the arguments fit. names[i] is the i-th argument's name, or NULL where it was given by position (names NULL:
   all by position). On success *spelling, and for each argument of the spelling, in its order, order[i] = number of the given argument or
   APSIS_ARGUMENT_DEFAULT, percents[i] = 0.1 for p10. *slots says how many arguments the spelling has. Two percentiles come out in
   rising order. On failure *why completes "lognormal takes ..."; it is the family's own text and lives for ever.
   `percents` and `order` have room for APSIS_MAX_ARGUMENTS. PLAIN and PERCENTILES families only. */
enum apsis_status apsis_family_match(const struct apsis_family *family, const char *const *names, size_t count, int *spelling,
                                     double *percents, size_t *order, size_t *slots, const char **why);

/* Distributions with constant parameters; NULL and *why ("the middle must lie between the ends") where they are not possible.
   `arguments` are in the spelling's order, defaults filled in (apsis_family_match's order applied), `count` = slots. */
const struct apsis_distribution *apsis_distribution_new(struct apsis_arena *arena, const struct apsis_family *family, int spelling,
                                                        const double *arguments, const double *percents, size_t count,
                                                        const char **why);
/* POINTS: x and cumulative probabilities w. WEIGHTS: values and weights. BINS: edges, w[i] the weight of the bin that ends at x[i],
   w[0] not looked at. FILE: the sample, w NULL. Data are copied and sorted where order means nothing. */
const struct apsis_distribution *apsis_distribution_data(struct apsis_arena *arena, const struct apsis_family *family,
                                                         const double *x, const double *w, size_t count, const char **why);
/* Either end may be infinite. */
const struct apsis_distribution *apsis_distribution_truncate(struct apsis_arena *arena, const struct apsis_distribution *d, double low,
                                                             double high, const char **why);
const struct apsis_distribution *apsis_distribution_mixture(struct apsis_arena *arena, const struct apsis_distribution *const *parts,
                                                            const double *weights, size_t count, const char **why);

/* Density, or mass of a discrete one; infinite at the only value of a distribution without spread. */
double apsis_distribution_density(const struct apsis_distribution *d, double x);
/* It has one value only: a spread of 0. */
int apsis_distribution_is_constant(const struct apsis_distribution *d);

/* A table source straight from the family's quantile. */
void apsis_table_plain(const struct apsis_distribution *d, struct apsis_table_source *source);

/* What a family's file announces itself with; the build looks for a line that starts with it. */
#define APSIS_FAMILY(name) const struct apsis_family apsis_family_##name

#endif
