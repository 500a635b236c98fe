/* family.h - what a distribution family is: one file each beside this one, found by the build. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_DISTRIBUTIONS_FAMILY_H
#define APSIS_DISTRIBUTIONS_FAMILY_H
#include <stddef.h>
#include <stdint.h>

/* The most canonical parameters a closed or inverted family has (those with data carry it in a distribution). */
#define APSIS_MAX_PARAMETERS 6
#define APSIS_MAX_SPELLINGS 8

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

/* One way to give a family's parameters: pert(min, mode, max), lognormal(p10:, p90:), normal(mean:, sd:).
   `names` are in documented order; a name "p*" stands for any percentile (p10, p2.5): two of them, values in `percents`. */
struct apsis_spelling {
    const char *names[APSIS_MAX_PARAMETERS + 1]; /* NULL-terminated; "name?" is optional, its default in `defaults` */
    double defaults[APSIS_MAX_PARAMETERS];
    /* Canonical parameters from the arguments (constants). `percents` holds 0.10 and 0.90 for p10 and p90, else unused.
       Returns NULL, or what is wrong, with the feasible range ("the middle must lie between the ends"). NULL: as they are. */
    const char *(*solve)(const double *arguments, const double *percents, double *canonical);
    int dynamic; /* the kernel's ap_<family>_solve knows this spelling: arguments may be any expression */
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
           APSIS_ARGUMENTS_TRUNCATE, APSIS_ARGUMENTS_MIXTURE } arguments;
    /* NULL, or what is wrong with canonical parameters (or data), in words that name the parameter and the range. */
    const char *(*check)(const struct apsis_distribution *d);
    /* P(X <= x) and P(X > x), each accurate where small. */
    void (*tails)(const struct apsis_distribution *d, double x, double *lower, double *upper);
    /* The smallest x with P(X <= x) >= lower; lower + upper = 1, the smaller one is exact. */
    double (*quantile)(const struct apsis_distribution *d, double lower, double upper);
    double (*density)(const struct apsis_distribution *d, double x); /* mass for discrete families */
    double (*mean)(const struct apsis_distribution *d); /* NaN: does not exist */
    double (*sd)(const struct apsis_distribution *d);
    void (*support)(const struct apsis_distribution *d, double *low, double *high); /* -inf, +inf allowed */
    int whole;               /* takes whole numbers only, whatever the parameters (discrete: see the distribution) */
    const char *example;     /* "pert(20, 80, 300)": run by the tests, printed by `apsis families` */
};

/* A family with constant parameters: everything about it can be computed. */
struct apsis_distribution {
    const struct apsis_family *family;
    double p[APSIS_MAX_PARAMETERS]; /* canonical parameters */
    const double *x, *w;            /* data: points and cumulative probabilities, values and weights, sorted sample, bin edges and weights */
    size_t count;
    const struct apsis_distribution **parts; /* truncate: 1, mixture: count, weights in w */
    int whole;                      /* every value it can take is a whole number */
};

/* All families, by name order. */
const struct apsis_family *const *apsis_families(size_t *count);
const struct apsis_family *apsis_family_find(const char *name);
/* Its number in that list: what the kernels' family table is indexed by. */
size_t apsis_family_number(const struct apsis_family *family);

#endif
