/* Tests of the plots: the four files of each kind, the text in them, odd data, and the places of crowded labels.
 * Pictures are drawn by gnuplot into a fresh directory under TMPDIR; without gnuplot those tests are skipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "harness/plot.h"
#include "harness/plot_picture.h"

enum { BYTES = 1 << 20 };
static const char *const variants[14] = {
    "f32",      "bf16",        "w8a8",   "w4a16-g128",     "w4a16-g32", "w4a8-g128", "gptq-g128",
    "awq-g128", "smoothquant", "quarot", "qserve-w4a8kv4", "fireq-wtc", "fireq-cts", "fireq"};

typedef struct place {
    char dir[200], path[300];
    unsigned char bytes[BYTES + 1];
    size_t n;
} place;

static int setup(void **state) {
    place *p = calloc(1, sizeof *p);
    const char *tmp = getenv("TMPDIR");
    snprintf(p->dir, sizeof p->dir, "%s/fq_plot_XXXXXX", tmp && *tmp ? tmp : "/tmp");
    *state = p;
    return mkdtemp(p->dir) ? 0 : -1;
}

static int teardown(void **state) {
    char command[260];
    place *p = *state;
    snprintf(command, sizeof command, "rm -rf '%s'", p->dir);
    free(p);
    return system(command);
}

static void need_gnuplot(void) {
    if (system("gnuplot --version >/dev/null 2>&1") == 0) return;
    print_message("skipped: no gnuplot here\n");
    skip();
}

/* The file as text; NULL if there is none. */
static const char *load(place *p, const char *name) {
    char path[300];
    snprintf(path, sizeof path, "%s/%s", p->dir, name);
    FILE *f = fopen(path, "rb");
    if (!f) return NULL;
    p->n = fread(p->bytes, 1, BYTES, f);
    p->bytes[p->n] = '\0';
    fclose(f);
    return (const char *)p->bytes;
}

static void store(place *p, const char *name, const char *text) {
    snprintf(p->path, sizeof p->path, "%s/%s", p->dir, name);
    FILE *f = fopen(p->path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static unsigned big_endian(const unsigned char *b) {
    return (unsigned)b[0] << 24 | (unsigned)b[1] << 16 | (unsigned)b[2] << 8 | b[3];
}

/* All four files, a whole PNG of that size (height 0: any), an SVG; no temporary file is left. */
static void check_files(place *p, const char *name, unsigned height) {
    char file[100];
    snprintf(file, sizeof file, "%s.png", name);
    assert_non_null(load(p, file));
    assert_memory_equal(p->bytes, "\x89PNG\r\n\x1a\n", 8);
    assert_memory_equal(p->bytes + 12, "IHDR", 4);
    assert_int_equal(big_endian(p->bytes + 16), 1200);
    if (height) assert_int_equal(big_endian(p->bytes + 20), height);
    assert_memory_equal(p->bytes + p->n - 8, "IEND", 4);
    snprintf(file, sizeof file, "%s.svg", name);
    const char *svg = load(p, file);
    assert_non_null(svg);
    assert_non_null(strstr(svg, "<svg"));
    assert_non_null(strstr(svg, "</svg>"));
    snprintf(file, sizeof file, "%s.tsv", name);
    assert_non_null(load(p, file));
    snprintf(file, sizeof file, "%s.gp", name);
    const char *gp = load(p, file);
    assert_non_null(gp);
    assert_null(strstr(gp, p->dir)); /* relative names only */
    snprintf(file, sizeof file, "%s.png.tmp~", name);
    assert_null(load(p, file));
    snprintf(file, sizeof file, "%s.gp.tmp~", name);
    assert_null(load(p, file));
}

static void write_plot(place *p, const fq_plot *plot, const char *name, unsigned height) {
    if (fq_plot_write(plot, p->dir, name) != FQ_OK) fail_msg("%s: %s", name, fq_message());
    check_files(p, name, height);
    /* Redrawn by hand, from its directory, in a UTF-8 locale and without a word. */
    char command[640];
    snprintf(command, sizeof command,
             "cd '%s' && rm %s.png %s.svg && LC_ALL=C.UTF-8 gnuplot -d %s.gp > log 2>&1 && test ! -s log", p->dir, name,
             name, name);
    if (system(command) != 0) fail_msg("%s.gp: %s", name, load(p, "log"));
    check_files(p, name, height);
}

static void svg_has(place *p, const char *name, const char *text) {
    char file[100], element[200];
    snprintf(file, sizeof file, "%s.svg", name);
    snprintf(element, sizeof element, ">%s<", text);
    if (!strstr(load(p, file), element)) fail_msg("%s lacks the text %s", file, element);
}

static void bars(void **state) {
    place *p = *state;
    need_gnuplot();
    fq_plot_point q[28];
    for (int i = 0; i < 28; i++) {
        const double y = 0.7 + 0.1 * (i % 14);
        q[i] = (fq_plot_point){i < 14 ? "prefill" : "decode", variants[i % 14], i, y, y * 0.97, y * 1.04};
    }
    fq_plot plot = {FQ_PLOT_BARS, "Speed-up", "2 threads", "variant", "speed-up", 0, 0, 1.0, "f32 = 1", NULL, q, 14};
    write_plot(p, &plot, "bars", 750);
    for (int i = 0; i < 14; i++)
        svg_has(p, "bars", variants[i]);
    static const char *const texts[] = {"Speed-up", "2 threads", "variant", "speed-up", "f32 = 1", "0.70", "2.00"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        svg_has(p, "bars", texts[i]);
    assert_null(strstr(load(p, "bars.svg"), ">prefill<")); /* one series needs no legend */
    plot.n = 28;
    write_plot(p, &plot, "grouped", 0); /* taller, so that 28 bars keep their values readable */
    svg_has(p, "grouped", "prefill");
    svg_has(p, "grouped", "decode");
}

/* Pieces stand on one another in the order of the series; a label without a piece has the others. */
static void stacked(void **state) {
    static const fq_plot_point points[] = {{"norm", "a 1", 0, 1.5, NAN, NAN},
                                           {"norm", "b", 0, 2, NAN, NAN},
                                           {"product", "a 1", 0, 10, NAN, NAN},
                                           {"head", "a 1", 0, 0.25, NAN, NAN},
                                           {"head", "b", 0, 3, NAN, NAN}};
    const fq_plot plot = {.kind = FQ_PLOT_STACK,
                          .title = "parts",
                          .x_label = "",
                          .y_label = "ms",
                          .reference_y = NAN,
                          .points = points,
                          .n = 5};
    place *p = *state;
    need_gnuplot();
    assert_int_equal(fq_plot_write(&plot, p->dir, "stacked"), FQ_OK);
    const char *tsv = load(p, "stacked.tsv");
    assert_non_null(tsv);
    assert_non_null(strstr(tsv, "0\t1.5\t0\t1.5\t0\tnorm\ta 1\n"));
    assert_non_null(strstr(tsv, "0\t10\t1.5\t11.5\t0\tproduct\ta 1\n"));
    assert_non_null(strstr(tsv, "0\t0.25\t11.5\t11.75\t0\thead\ta 1\n"));
    assert_non_null(strstr(tsv, "0\t3\t2\t5\t1\thead\tb\n"));
    assert_non_null(load(p, "stacked.png"));
}

static void lines(void **state) {
    place *p = *state;
    need_gnuplot();
    static const char *const names[] = {"f32", "w4a16-g128", "floor f32"};
    fq_plot_point q[33];
    int n = 0;
    for (int s = 0; s < 3; s++)
        for (int m = 1; m <= 1024; m *= 2, n++)
            q[n] = (fq_plot_point){names[s], NULL, m, fmax(100 * (s + 1), 3.0 * m), NAN, NAN};
    fq_plot plot = {FQ_PLOT_LINES, "GEMM", NULL, "M (tokens)", "time (us)", 1, 1, NAN, NULL, "floor", q, n};
    write_plot(p, &plot, "lines", 750);
    static const char *const texts[] = {"f32", "w4a16-g128", "floor f32", "1", "64", "1024", "M (tokens)", "time (us)"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        svg_has(p, "lines", texts[i]);
    const char *gp = load(p, "lines.gp");
    assert_non_null(strstr(gp, "every ::22::32 using 1:($2) with lines lw 2 dt ("));
    assert_non_null(strstr(gp, "every ::0::10 using 1:($2) with linespoints"));
}

static void scatter(void **state) {
    place *p = *state;
    need_gnuplot();
    fq_plot_point q[14];
    for (int i = 0; i < 14; i++)
        q[i] = (fq_plot_point){i < 3 ? "float" : "int4", variants[i], i < 3 ? 32 >> i : 4.13, 28.5 + 0.2 * i, NAN, NAN};
    fq_plot plot = {FQ_PLOT_SCATTER, "Perplexity", NULL, "bits per weight", "perplexity", 1, 0, NAN, NULL, NULL, q, 14};
    write_plot(p, &plot, "scatter", 750);
    for (int i = 0; i < 14; i++)
        svg_has(p, "scatter", variants[i]);
}

/* Cells of a grid with a hole; more layers make a taller picture, and the first one is on top. */
static void heat(void **state) {
    place *p = *state;
    need_gnuplot();
    static const char *const columns[] = {"q", "k", "v", "o", "gate", "up", "down"};
    static char rows[32][16];
    fq_plot_point q[7 * 32];
    unsigned height[2];
    fq_plot plot = {FQ_PLOT_HEAT, "SQNR of weights", "fireq", "projection", "layer", 0, 0, NAN, NULL, NULL, q, 0};
    for (int tall = 0; tall < 2; tall++) {
        const int n = tall ? 32 : 6;
        for (int l = 0; l < n; l++) {
            snprintf(rows[l], sizeof rows[l], "layer %d", l);
            for (int c = 0; c < 7; c++) {
                const double y = l == 1 && c == 2 ? NAN : 14 + 0.25 * l + c;
                q[l * 7 + c] = (fq_plot_point){columns[c], rows[l], 0, y, NAN, NAN};
            }
        }
        plot.n = 7 * n;
        plot.log_y = tall;
        write_plot(p, &plot, "heat", 0);
        height[tall] = big_endian((load(p, "heat.png"), p->bytes + 20));
        static const char *const texts[] = {"SQNR of weights", "fireq", "projection", "layer", "layer 0", "q", "down"};
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
            svg_has(p, "heat", texts[i]);
        svg_has(p, "heat", "14.0");
        svg_has(p, "heat", rows[n - 1]);
        assert_non_null(strstr(load(p, "heat.gp"), tall ? "set yrange [31.5:-0.5]" : "set yrange [5.5:-0.5]"));
        assert_non_null(strstr(load(p, "heat.gp"), tall ? "\nset logscale cb" : "unset logscale cb"));
        assert_null(strstr(load(p, "heat.gp"), "nan"));
    }
    assert_true(height[1] > height[0] + 200);
}

/* Quotes, gnuplot's escapes and substitutions, XML's special characters and UTF-8 are text like any other. */
static void text_is_text(void **state) {
    place *p = *state;
    need_gnuplot();
    const fq_plot_point q[] = {{"it's", "a_b^c{d}", 1, 1, NAN, NAN},
                               {"it's", "say \"x\"\tand\n`touch pwned` @m %d \\n", 2, 2, NAN, NAN},
                               {"# no", "\xc3\xa9 & <tag>", 3, 3, NAN, NAN}};
    fq_plot plot = {FQ_PLOT_SCATTER, "'; system('touch pwned'); '", NULL, "x_1", "y", 0, 0, NAN, NULL, NULL, q, 3};
    for (int kind = 0; kind <= FQ_PLOT_HEAT; kind++) {
        plot.kind = (fq_plot_kind)kind;
        if (fq_plot_write(&plot, p->dir, "it's 1") != FQ_OK) fail_msg("%s", fq_message());
        check_files(p, "it's 1", 0);
    }
    plot.kind = FQ_PLOT_SCATTER;
    assert_int_equal(fq_plot_write(&plot, p->dir, "odd"), FQ_OK);
    svg_has(p, "odd", "a_b^c{d}");
    svg_has(p, "odd", "\xc3\xa9 &amp; &lt;tag>");
    svg_has(p, "odd", "it's");
    assert_null(load(p, "pwned"));
    const char *tsv = load(p, "odd.tsv");
    int newlines = 0;
    for (const char *c = tsv; *c; c++)
        newlines += *c == '\n';
    assert_int_equal(newlines, 4);
}

static void odd_data(void **state) {
    place *p = *state;
    need_gnuplot();
    for (int kind = 0; kind <= FQ_PLOT_HEAT; kind++)
        for (int log = 0; log < 2; log++) {
            const fq_plot_point one[] = {{"s", "a", 3, 5, NAN, NAN}};
            const fq_plot_point equal[] = {{"s", "a", 1, 5, 5, 5}, {"s", "b", 2, 5, 5, 5}, {"t", "a", 1, 5, 4, 6}};
            const fq_plot_point holes[] = {{"s", "a", 1, 3, 0, 4},     {"s", "b", 2, NAN, NAN, NAN},
                                           {"s", "c", 3, -2, -3, -1},  {"s", "d", 4, INFINITY, 1, 2},
                                           {"s", "e", 5, 7, 6, 1e9},   {"empty", "a", 1, NAN, NAN, NAN},
                                           {"zero", NULL, 0, 0, 0, 0}, {"s", "late", 6, 1e-9, NAN, NAN}};
            const unsigned height = kind == FQ_PLOT_HEAT ? 0 : 750;
            fq_plot plot = {(fq_plot_kind)kind, "t", NULL, NULL, NULL, log, log, NAN, NULL, "z", one, 1};
            assert_int_equal(fq_plot_write(&plot, p->dir, "one"), FQ_OK);
            check_files(p, "one", height);
            plot.points = equal;
            plot.n = 3;
            assert_int_equal(fq_plot_write(&plot, p->dir, "equal"), FQ_OK);
            check_files(p, "equal", height);
            plot.points = holes;
            plot.n = 8;
            write_plot(p, &plot, "holes", 0);
            assert_null(strstr(load(p, "holes.tsv"), "nan"));
            assert_null(strstr(load(p, "holes.tsv"), "inf"));
            assert_null(strstr(load(p, "holes.gp"), "nan"));
            plot.reference_y = -1; /* cannot be on a log axis */
            plot.reference = "below";
            assert_int_equal(fq_plot_write(&plot, p->dir, "holes"), FQ_OK);
            check_files(p, "holes", 0);
            assert_null(strstr(load(p, "holes.gp"), "nan"));
        }
}

static void refused(void **state) {
    place *p = *state;
    const fq_plot_point q[] = {{"s", "a", -1, NAN, NAN, NAN}, {"s", "a", -1, 1, NAN, NAN}};
    fq_plot plot = {FQ_PLOT_LINES, "t", NULL, "x", "y", 1, 0, NAN, NULL, NULL, q, 2};
    assert_int_equal(fq_plot_write(&plot, p->dir, "none"), FQ_ERR_USAGE); /* x < 0 on a log axis */
    plot.n = 0;
    assert_int_equal(fq_plot_write(&plot, p->dir, "none"), FQ_ERR_USAGE);
    assert_null(load(p, "none.gp"));
    plot.n = 2;
    plot.log_x = 0;
    assert_int_equal(fq_plot_write(&plot, p->dir, "../x"), FQ_ERR_USAGE);
    assert_int_equal(fq_plot_write(&plot, p->dir, "-e"), FQ_ERR_USAGE);
    store(p, "file", "keep");
    snprintf(p->path, sizeof p->path, "%s/file/dir", p->dir);
    assert_int_equal(fq_plot_write(&plot, p->path, "x"), FQ_ERR_OUTPUT);
    assert_non_null(strstr(fq_message(), "file/dir"));
}

/* PATH leads to no gnuplot, then to one that fails: the picture that was there stays. */
static void gnuplot_missing_or_failing(void **state) {
    place *p = *state;
    const fq_plot_point q[] = {{"s", "a", 1, 1, NAN, NAN}};
    const fq_plot plot = {FQ_PLOT_BARS, "t", NULL, "x", "y", 0, 0, NAN, NULL, NULL, q, 1};
    const char *was = getenv("PATH");
    char *path = strdup(was ? was : "");
    store(p, "x.png", "old");
    setenv("PATH", p->dir, 1);
    const fq_status missing = fq_plot_write(&plot, p->dir, "x");
    const int says_missing = strstr(fq_message(), "gnuplot not found") != NULL;
    store(p, "gnuplot",
          "#!/bin/sh\necho half > x.png.tmp~\necho 'line 1' >&2\necho '\"x.gp\" line 3: no such thing' >&2\nexit 1\n");
    chmod(p->path, 0755);
    const fq_status failing = fq_plot_write(&plot, p->dir, "x");
    setenv("PATH", path, 1);
    free(path);
    assert_int_equal(missing, FQ_ERR_FAILED);
    assert_true(says_missing);
    assert_int_equal(failing, FQ_ERR_FAILED);
    assert_non_null(strstr(fq_message(), "line 3: no such thing"));
    assert_string_equal(load(p, "x.png"), "old");
    assert_null(load(p, "x.png.tmp~"));
}

/* Labels of points crowded on one vertical line: inside, apart from each other and from the points. */
static void crowded_labels(void **state) {
    (void)state;
    enum { N = 14 };
    fq_label_box b[N];
    for (int spread = 0; spread < 4; spread++) {
        for (int i = 0; i < N; i++) {
            const double x = 100 + 3 * (i % 3), y = 60 + (i * (spread + 3) % N) * (10.0 + 10 * spread);
            b[i] = (fq_label_box){x, y, y, y, fq_text_width(variants[i], 15), 17, 0, 0, 0};
        }
        fq_labels_place(b, N, 1000, 560, NAN);
        for (int i = 0; i < N; i++) {
            assert_true(b[i].left >= 0 && b[i].left + b[i].w <= 1000 && b[i].bottom >= 0 &&
                        b[i].bottom + b[i].h <= 560);
            for (int j = 0; j < N; j++) {
                const int apart = b[i].left + b[i].w <= b[j].left || b[j].left + b[j].w <= b[i].left ||
                                  b[i].bottom + b[i].h <= b[j].bottom || b[j].bottom + b[j].h <= b[i].bottom;
                assert_true(i == j || apart);
                assert_false(b[j].x > b[i].left && b[j].x < b[i].left + b[i].w && b[j].y > b[i].bottom &&
                             b[j].y < b[i].bottom + b[i].h);
            }
        }
    }
    fq_label_box wide = {50, 50, 50, 50, 5000, 17, 0, 0, 0}; /* no place at all: still at the left edge */
    fq_labels_place(&wide, 1, 1000, 560, NAN);
    assert_true(wide.left == 0);
}

static void axes(void **state) {
    (void)state;
    fq_axis a = {5, 5, 0};
    fq_axis_pad(&a, 0, 0);
    assert_true(a.lo < 5 && a.hi > 5);
    a = (fq_axis){0, 0, 0};
    fq_axis_pad(&a, 0, 0);
    assert_true(a.lo < 0 && a.hi > 0);
    a = (fq_axis){10, 1000, 1};
    assert_true(fabs(fq_axis_fraction(&a, 100) - 0.5) < 1e-12);
    fq_axis_pad(&a, 0.5, 0.5);
    assert_true(fabs(a.lo - 1) < 1e-9 && fabs(a.hi - 10000) < 1e-6);
    static const fq_axis all[] = {{28, 31, 0}, {28, 31, 1},    {1, 1024, 1}, {1e-9, 1e9, 1},
                                  {0, 2.3, 0}, {-5e7, 5e7, 0}, {4.9, 5.1, 1}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        char *text;
        size_t n;
        FILE *f = open_memstream(&text, &n);
        assert_true(fq_axis_tics(f, &all[i], NULL, 0, 560, 0, 16) > 0);
        fclose(f);
        int labelled = 0;
        for (const char *c = text; (c = strchr(c, '\'')); c += 2) {
            labelled += c[1] != '\'';
            if (c[1] != '\'') c = strchr(c + 1, '\'');
        }
        if (labelled < 3 || labelled > 16) fail_msg("axis %zu: %s", i, text);
        free(text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(bars, setup, teardown),
        cmocka_unit_test_setup_teardown(stacked, setup, teardown),
        cmocka_unit_test_setup_teardown(lines, setup, teardown),
        cmocka_unit_test_setup_teardown(scatter, setup, teardown),
        cmocka_unit_test_setup_teardown(heat, setup, teardown),
        cmocka_unit_test_setup_teardown(text_is_text, setup, teardown),
        cmocka_unit_test_setup_teardown(odd_data, setup, teardown),
        cmocka_unit_test_setup_teardown(refused, setup, teardown),
        cmocka_unit_test_setup_teardown(gnuplot_missing_or_failing, setup, teardown),
        cmocka_unit_test(crowded_labels),
        cmocka_unit_test(axes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
