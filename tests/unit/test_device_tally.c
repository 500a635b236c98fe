/* test_device_tally.c - the GPU's tally, run on the host, gives what the CPU's gives: every count, every limb, every kept value. */
/* SPDX-License-Identifier: Apache-2.0 */
#define AP_WIDTH 1
#include <stdlib.h>

#include "host/engine/cuda_tally.h"
#include "host/result/measure.h"
#include "kernels/device_row.h"
#include "tests/unit/fake_engine.h"
#ifdef APSIS_HAVE_CUDA_TOOLKIT
#include <nvrtc.h>
#endif

/* tests/support/device_tally_kernel.c through device_on_host.h */
void tally_rows_on_host(const void *launch, unsigned grid, unsigned block);

enum { COLUMNS = 26, GAP = 3, MOST_TILES = 40, MOST_WINDOWS = 11, MOST_TARGETS = 9, MOST_EDGES = 101, TAILS = 4 };

static uint64_t state;
static uint64_t any(uint64_t below)
{
    return fake_hash(state++) % below;
}

/* The value and `given` of one draw: the fake engine's shapes, and some more. */
static double value_of(int shape, uint64_t seed, uint64_t draw, double *given)
{
    double u = fake_uniform(seed, 7, draw), w = fake_uniform(seed, 8, draw);
    if (shape < FAKE_SHAPES) return fake_value(shape, seed, draw, given);
    *given = 1;
    switch (shape - FAKE_SHAPES) {
    case 0: return ap_double_of(fake_hash(draw * 31 + seed)); /* any bits */
    case 1: return ap_double_of(fake_hash(draw + seed) >> 12 & (u < 0.5 ? ~0ull : 0xff)) * (w < 0.5 ? -1 : 1); /* subnormal, and 0 of both signs */
    case 2: *given = u < 0.5; return w < 0.3 ? NAN : w - 0.5;
    case 3: *given = 0; return u;
    case 4: return u < 0.001 ? 0x1p1000 * w : u < 0.5 ? 0x1p-900 * w : -w; /* squares that overflow */
    case 5: return u < 0.01 ? INFINITY : u < 0.02 ? -INFINITY : u < 0.3 ? 1 : u < 0.5 ? 2 : 3; /* atoms */
    case 6: return -(double)draw;
    case 7: return (w - 0.5) * 0x1p-995; /* normal, but too small for the grids of the tails */
    default: return (double)(draw / 700);
    }
}
enum { SHAPES = FAKE_SHAPES + 9 };

struct setup {
    struct apsis_reduced columns[COLUMNS];
    struct apsis_window windows[COLUMNS][MOST_WINDOWS];
    struct apsis_tail tails[COLUMNS][TAILS];
    double targets[COLUMNS][MOST_TARGETS], edges[COLUMNS][MOST_EDGES + 1];
    uint64_t target_counts[COLUMNS][MOST_TARGETS], category_counts[COLUMNS][MOST_TARGETS], bins[COLUMNS][MOST_EDGES + 1];
    uint64_t fingerprints[2 * MOST_TILES];
    struct apsis_tallies tallies;
};
static struct setup cpu, gpu;
static int shapes[COLUMNS];
static uint64_t seed;
static size_t count;

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Random things to look for, around values that occur. */
static void set_column(struct setup *setup, size_t c, unsigned wanted, double *sorted, size_t n)
{
    struct apsis_reduced *column = &setup->columns[c];
    memset(column, 0, sizeof *column);
    column->column = (uint32_t)(c * GAP + 1);
    column->wanted = wanted;
    column->key[0] = fake_hash(c), column->key[1] = fake_hash(c + 1000);
    column->centre = any(4) ? sorted[any(n)] : 0.3;
    if (any(4) == 0 || column->centre > 1e200 || column->centre < -1e200) column->centre = 0;
    column->inverse = ap_double_of((1023 + any(9) - 4) << 52);
    column->first_invalid = column->min_draw = column->max_draw = UINT64_MAX;
    column->min = INFINITY, column->max = -INFINITY;
    column->targets = setup->targets[c], column->target_counts = setup->target_counts[c], column->target_count = any(MOST_TARGETS + 1);
    column->category_counts = setup->category_counts[c], column->category_count = any(MOST_TARGETS + 1);
    for (size_t i = 0; i < MOST_TARGETS; i++) setup->targets[c][i] = any(3) ? sorted[any(n)] : (double)any(5);
    memset(setup->target_counts[c], 0, sizeof setup->target_counts[c]);
    memset(setup->category_counts[c], 0, sizeof setup->category_counts[c]);
    memset(setup->bins[c], 0, sizeof setup->bins[c]);
    /* equal bins, as the histogram has them */
    double low = sorted[n / 100], high = sorted[n - 1 - n / 100];
    if (!(high > low) || !(high - low < 1e300)) low = -1, high = 1;
    column->bin_count = any(3) ? 1 + any(64) : 65 + any(MOST_EDGES - 65);
    column->edges = setup->edges[c], column->bins = setup->bins[c];
    for (size_t i = 0; i <= column->bin_count; i++) column->edges[i] = low + (high - low) * ((double)i / (double)column->bin_count);
    column->bin_inverse = (double)column->bin_count / (high - low) * (any(4) ? 1 : any(2) ? 0.99 : 1.01); /* bins that are not even need not be guessed right */
    /* windows: pairs of rising edges */
    double edges[2 * MOST_WINDOWS];
    size_t windows = any(MOST_WINDOWS + 1);
    for (size_t i = 0; i < 2 * windows; i++) edges[i] = any(20) ? sorted[any(n)] : any(2) ? INFINITY : -INFINITY;
    qsort(edges, 2 * windows, sizeof(double), by_value);
    column->windows = setup->windows[c];
    for (size_t i = 0; i < windows; i++) {
        struct apsis_window *window = &setup->windows[c][column->window_count];
        *window = (struct apsis_window){.low = edges[2 * i], .high = edges[2 * i + 1], .first = UINT64_MAX, .counted = any(3) == 0};
        if (any(4) == 0 && window->low - window->low == 0) window->high = apsis_next_up(window->low), window->counted = any(4) != 0; /* one value */
        if (window->low < window->high && (i == 0 || column->window_count == 0 || window[-1].high <= window->low)) column->window_count++;
    }
    column->tails = setup->tails[c];
    column->tail_count = any(TAILS + 1);
    for (size_t t = 0; t < column->tail_count; t++) {
        int upper = (int)any(2);
        double edge = any(6) ? sorted[upper ? n - 1 - any(n / 8 + 1) : any(n / 8 + 1)] : sorted[any(n)];
        setup->tails[c][t] = (struct apsis_tail){.high = upper, .edge = any(6) ? edge : upper ? INFINITY : -INFINITY, .solved = any(8) == 0};
    }
}

static void make(size_t columns, uint64_t draws, unsigned always)
{
    count = columns;
    seed = any(1u << 30);
    for (size_t c = 0; c < count; c++) {
        shapes[c] = (int)((c + any(2) * any(SHAPES)) % SHAPES);
        double *sorted = malloc((draws < 3000 ? draws : 3000) * sizeof(double));
        size_t n = 0;
        for (uint64_t d = 0; d < draws && d < 3000; d++) {
            double given, x = value_of(shapes[c], seed + c, d, &given) + 0.0;
            if (isfinite(x)) sorted[n++] = x;
        }
        if (!n) sorted[n++] = 1;
        qsort(sorted, n, sizeof(double), by_value);
        unsigned wanted = always | (unsigned)any(128);
        if (any(8) == 0) wanted = any(2) ? AP_TALLY_WINDOWS : 0;
        uint64_t before = state;
        set_column(&cpu, c, wanted, sorted, n);
        state = before;
        set_column(&gpu, c, wanted, sorted, n);
        free(sorted);
    }
    for (int k = 0; k < 2; k++) {
        struct setup *setup = k ? &gpu : &cpu;
        apsis_tallies_init(&setup->tallies, setup->columns, count, count * GAP);
        setup->tallies.keep_limit = (size_t)1 << 30;
    }
}

static void run_cpu(uint64_t first, uint64_t tiles, uint64_t draws)
{
    apsis_tallies_wave(&cpu.tallies, first, cpu.fingerprints);
    struct ap_tally *worker = cpu.tallies.base.open(&cpu.tallies.base);
    double values[512], given[512];
    for (uint64_t tile = first; tile < first + tiles; tile++) {
        for (unsigned unit = 0; unit < AP_TILE_UNITS; unit += 32) {
            struct ap_block block = {.tile = tile, .draws = draws, .lanes = 512, .unit = unit, .first = tile * 1024 + unit / 32 * 512};
            for (size_t c = 0; c < count; c++) {
                int has_given = 0;
                for (unsigned i = 0; i < 512; i++) {
                    values[i] = value_of(shapes[c], seed + c, ap_block_draw(&block, i), &given[i]);
                    has_given |= given[i] != 1;
                }
                ap_tally_block(&worker->columns[c * GAP + 1], &block, values, has_given ? given : NULL);
            }
        }
        ap_tally_tile(worker, tile);
    }
    cpu.tallies.base.close(&cpu.tallies.base, worker);
    apsis_tallies_merge(&cpu.tallies);
}

/* One launch, as the engine does it; the "device" is this process, with addresses of its own buffers. Returns 1 if it was taken. */
static void launch(const struct apsis_cuda_tally *tally, struct ap_tally *worker, uint64_t first, uint32_t tiles, uint64_t draws, unsigned grid, unsigned block,
                   uint32_t room, int again)
{
    struct apsis_cuda_sizes sizes;
    uint32_t rows = apsis_cuda_tally_rows(tally);
    double *values = malloc(((size_t)rows * tiles + 1) * 1024 * sizeof(double));
    for (size_t c = 0; c < count; c++) {
        uint32_t r = apsis_cuda_tally_row_of(tally)[c * GAP + 1];
        if (r == AP_NO_ROW) continue;
        for (uint32_t i = 0; i < tiles * 1024; i++) {
            uint64_t draw = first * 1024 + i;
            double given, x = value_of(shapes[c], seed + c, draw, &given);
            values[(size_t)r * tiles * 1024 + i] = draw < draws ? ap_stored_value(x, given != 1, given) : ap_double_of(fake_hash(i));
        }
    }
    for (;;) {
        apsis_cuda_tally_sizes(tally, tiles, room, &sizes);
        void *image = malloc(sizes.image), *results = malloc(sizes.results);
        memset(image, 0xee, sizes.image);
        apsis_cuda_tally_image(tally, (uint64_t)(uintptr_t)image, (uint64_t)(uintptr_t)results, first, tiles, room, image);
        memset(results, 0xdd, sizes.results);
        memset(results, 0, sizes.zero);
        struct ap_launch launch = {.draws = draws, .first_tile = first, .tile_count = tiles, .row_count = rows, .values = values, .tally = image};
        tally_rows_on_host(&launch, grid, block);
        if (again && apsis_cuda_tally_kept(results) > room) {
            room = (uint32_t)apsis_cuda_tally_kept(results);
        } else {
            uint32_t middle = (uint32_t)any(tiles + 1);
            apsis_cuda_tally_take_rows(tally, worker, results, first, tiles, room);
            apsis_cuda_tally_take_tiles(tally, worker, results, first, tiles, 0, middle);
            apsis_cuda_tally_take_tiles(tally, worker, results, first, tiles, middle, tiles);
            again = -1;
        }
        free(image);
        free(results);
        if (again < 0) break;
    }
    free(values);
}

static void run_gpu(uint64_t first, uint64_t tiles, uint64_t draws, unsigned grid, unsigned block, uint32_t launches, uint32_t room, int again)
{
    apsis_tallies_wave(&gpu.tallies, first, gpu.fingerprints);
    struct ap_tally *worker = gpu.tallies.base.open(&gpu.tallies.base);
    struct apsis_cuda_tally *tally = apsis_cuda_tally_new(worker);
    for (uint64_t done = 0; done < tiles;) {
        uint64_t n = (tiles + launches - 1) / launches;
        if (n > tiles - done) n = tiles - done;
        launch(tally, worker, first + done, (uint32_t)n, draws, grid, block, room, again);
        done += n;
    }
    apsis_cuda_tally_free(tally);
    gpu.tallies.base.close(&gpu.tallies.base, worker);
    apsis_tallies_merge(&gpu.tallies);
}

/* the same number, whatever lies in which limb */
static void same_sum(const struct apsis_exact *a, const struct apsis_exact *b)
{
    struct apsis_exact difference = {0};
    assert_int_equal(a->not_finite, b->not_finite);
    if (a->not_finite) return;
    for (int i = 0; i < APSIS_EXACT_LIMBS; i++) difference.limb[i] = a->limb[i] - b->limb[i];
    assert_true(apsis_exact_round(&difference) == 0);
}

static uint64_t kept_in_all, lost_in_all, tails_in_all;
static void compare(uint64_t tiles, int may_lose)
{
    for (size_t c = 0; c < count; c++) {
        struct apsis_reduced *a = &cpu.columns[c], *b = &gpu.columns[c];
        assert_int_equal(a->given, b->given);
        assert_int_equal(a->valid, b->valid);
        assert_int_equal(a->pass_valid, b->pass_valid);
        assert_int_equal(a->first_invalid, b->first_invalid);
        assert_true(ap_word_of(a->min) == ap_word_of(b->min) && ap_word_of(a->max) == ap_word_of(b->max));
        assert_int_equal(a->min_draw, b->min_draw);
        assert_int_equal(a->max_draw, b->max_draw);
        for (int k = 0; k < 4; k++) same_sum(&a->power[k], &b->power[k]);
        assert_memory_equal(cpu.target_counts[c], gpu.target_counts[c], sizeof cpu.target_counts[c]);
        assert_memory_equal(cpu.category_counts[c], gpu.category_counts[c], sizeof cpu.category_counts[c]);
        assert_memory_equal(cpu.bins[c], gpu.bins[c], sizeof cpu.bins[c]);
        for (size_t w = 0; w < a->window_count; w++) {
            assert_int_equal(a->windows[w].below, b->windows[w].below);
            assert_int_equal(a->windows[w].below_high, b->windows[w].below_high);
            assert_int_equal(a->windows[w].first, b->windows[w].first);
        }
        for (size_t t = 0; t < a->tail_count; t++) {
            same_sum(&a->tails[t].sum, &b->tails[t].sum);
            same_sum(&a->tails[t].square, &b->tails[t].square);
            tails_in_all += apsis_exact_round(&a->tails[t].sum) != 0;
        }
        lost_in_all += (uint64_t)b->lost;
        if (may_lose && b->lost) continue;
        assert_int_equal(b->lost, 0);
        assert_int_equal(a->kept_count, b->kept_count);
        kept_in_all += a->kept_count;
        apsis_sort_kept(a->kept, 0, a->kept_count);
        apsis_sort_kept(b->kept, 0, b->kept_count);
        for (size_t i = 0; i < a->kept_count; i++)
            assert_true(ap_word_of(a->kept[i].value) == ap_word_of(b->kept[i].value) && a->kept[i].draw == b->kept[i].draw);
    }
    assert_memory_equal(cpu.fingerprints, gpu.fingerprints, tiles * 16);
}

static void done(void)
{
    for (size_t c = 0; c < count; c++) apsis_block_free(cpu.columns[c].kept), apsis_block_free(gpu.columns[c].kept);
    apsis_tallies_free(&cpu.tallies);
    apsis_tallies_free(&gpu.tallies);
}

/* Every grid, every block, one launch and several, the last tile cut anywhere. */
static void test_random(void **unused)
{
    (void)unused;
    static const unsigned blocks[] = {32, 64, 256, 96, 1024, 128, 512};
    static const uint64_t ends[] = {1024, 1, 1023, 513, 700, 31, 257};
    for (unsigned round = 0; round < 42; round++) {
        state = 1000000 * round;
        uint64_t first = round % 3 ? any(100000) : 0, tiles = 1 + any(round % 5 == 0 ? MOST_TILES : 6);
        uint64_t draws = (first + tiles - 1) * 1024 + ends[round % 7];
        make(round % 6 == 5 ? 1 : COLUMNS, draws, round % 2 ? 127 : AP_TALLY_WINDOWS);
        run_cpu(first, tiles, draws);
        run_gpu(first, tiles, draws, 1 + (unsigned)any(7), blocks[any(7)], 1 + (unsigned)any(4), round % 4 ? 1u << 20 : 100, 1);
        compare(tiles, 0);
        done();
    }
    assert_true(kept_in_all > 10000 && tails_in_all > 300);
}

/* Where the device has no room, or the host has none, counts stay right. */
static void test_lost(void **unused)
{
    (void)unused;
    for (unsigned round = 0; round < 12; round++) {
        state = 77000000 + 1000000 * round;
        make(COLUMNS, 6 * 1024 + 100, 127);
        if (round % 2) gpu.tallies.keep_limit = 20000;
        lost_in_all = 0;
        run_cpu(0, 7, 6 * 1024 + 100);
        uint64_t all = 0;
        for (size_t c = 0; c < count; c++) all += cpu.columns[c].kept_count;
        if (round % 2) run_gpu(0, 7, 6 * 1024 + 100, 3, 128, 2, 1u << 20, 0);
        else run_gpu(0, 7, 6 * 1024 + 100, 3, 128, round < 6 ? 1 : 2, (uint32_t)(round < 6 ? all - 1 - round : any(2000)), 0);
        compare(7, 1);
        assert_true(lost_in_all > 0);
        done();
    }
}

/* Draw numbers past 2^32, tiles past the end of the run, waves one after the other into the same columns. */
static void test_waves(void **unused)
{
    (void)unused;
    state = 5;
    uint64_t first = (uint64_t)1 << 40, draws = (first + 4) * 1024 + 10;
    make(12, draws, 127);
    for (unsigned wave = 0; wave < 3; wave++) {
        run_cpu(first + 2 * wave, 2, draws);
        run_gpu(first + 2 * wave, 2, draws, 2, 64, 1, 1u << 16, 1);
        compare(2, 0);
    }
    done();
}

/* An engine whose columns are the fake engine's and whose tally is the device's: jobs cut into launches of five tiles. */
static unsigned engine_launches, engine_again;
static enum apsis_status device_engine_run(void *data, const struct apsis_job *job)
{
    struct fake_run *run = data;
    if (!job->tally) return fake_engine_run(data, job);
    struct ap_tally *worker = job->tally->open(job->tally);
    struct apsis_cuda_tally *tally = apsis_cuda_tally_new(worker);
    struct apsis_cuda_sizes sizes;
    uint32_t rows = apsis_cuda_tally_rows(tally), room = 40;
    double *values = malloc(((size_t)rows + 1) * 5 * 1024 * sizeof(double));
    unsigned char *image = NULL, *results = NULL;
    for (uint64_t done = 0; done < job->tile_count;) {
        uint32_t tiles = job->tile_count - done < 5 ? (uint32_t)(job->tile_count - done) : 5;
        uint64_t first = job->first_tile + done;
        for (size_t c = 0; c < run->plan->column_count; c++) {
            uint32_t r = apsis_cuda_tally_row_of(tally)[c];
            if (r == AP_NO_ROW) continue;
            for (uint32_t i = 0; i < tiles * 1024; i++) {
                double given, x = fake_column(run, c, job->seed, first * 1024 + i, &given);
                values[(size_t)r * tiles * 1024 + i] = ap_stored_value(x, 1, given);
            }
        }
        for (;;) {
            apsis_cuda_tally_sizes(tally, tiles, room, &sizes);
            image = realloc(image, sizes.image);
            results = realloc(results, sizes.results);
            apsis_cuda_tally_image(tally, (uint64_t)(uintptr_t)image, (uint64_t)(uintptr_t)results, first, tiles, room, image);
            memset(results, 0, sizes.zero);
            struct ap_launch launch = {.draws = job->draws, .first_tile = first, .tile_count = tiles, .row_count = rows, .values = values, .tally = (void *)image};
            tally_rows_on_host(&launch, 2, 64);
            engine_launches++;
            if (apsis_cuda_tally_kept(results) <= room) break;
            room = 2 * (uint32_t)apsis_cuda_tally_kept(results);
            engine_again++;
        }
        apsis_cuda_tally_take_rows(tally, worker, results, first, tiles, room);
        apsis_cuda_tally_take_tiles(tally, worker, results, first, tiles, 0, tiles);
        done += tiles;
    }
    free(values);
    free(image);
    free(results);
    apsis_cuda_tally_free(tally);
    job->tally->close(job->tally, worker);
    return APSIS_OK;
}

/* A whole measurement, in waves and passes: the digest that every width of the CPU gives. */
static void test_golden(void **unused)
{
    (void)unused;
    static const struct apsis_engine engine = {.name = "device", .run = device_engine_run};
    fake_check_golden_of(&engine);
    assert_true(engine_launches > 20 && engine_again > 0);
}

#ifdef APSIS_HAVE_CUDA_TOOLKIT
/* The text compiles for a GPU, keeps everything in registers and fuses nothing. */
static void test_compiles(void **unused)
{
    (void)unused;
    static const char *const architectures[] = {"--gpu-architecture=sm_75", "--gpu-architecture=sm_90"};
    static const char source[] =
        "#define DEVICE_ON_HOST_KERNEL(kernel, type)\n"
        "#include \"tests/support/device_tally_kernel.c\"\n";
    for (int a = 0; a < 2; a++) {
        nvrtcProgram program;
        const char *options[] = {architectures[a], "--fmad=false", "-I" APSIS_SOURCE_DIR, "--ptxas-options=-v", "--ptxas-options=--warn-on-spills"};
        assert_int_equal(nvrtcCreateProgram(&program, source, "tally.cu", 0, NULL, NULL), NVRTC_SUCCESS);
        nvrtcResult result = nvrtcCompileProgram(program, 5, options);
        size_t size = 0;
        nvrtcGetProgramLogSize(program, &size);
        char *log = calloc(size + 1, 1);
        nvrtcGetProgramLog(program, log);
        if (result != NVRTC_SUCCESS || strstr(log, "warning") || strstr(log, "spilled")) fprintf(stderr, "%s\n", log);
        assert_int_equal(result, NVRTC_SUCCESS);
        assert_null(strstr(log, "warning"));
        const char *used = strstr(log, "Used ");
        if (used) printf("  %s: %.*s\n", architectures[a], (int)strcspn(used, "\n"), used);
        free(log);
        assert_int_equal(nvrtcGetPTXSize(program, &size), NVRTC_SUCCESS);
        char *ptx = malloc(size);
        assert_int_equal(nvrtcGetPTX(program, ptx), NVRTC_SUCCESS);
        assert_null(strstr(ptx, "fma.rn.f64"));
        free(ptx);
        nvrtcDestroyProgram(&program);
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_lost),
        cmocka_unit_test(test_waves),
        cmocka_unit_test(test_golden),
#ifdef APSIS_HAVE_CUDA_TOOLKIT
        cmocka_unit_test(test_compiles),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
