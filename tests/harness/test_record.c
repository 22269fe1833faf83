/* Tests of the CSV, JSON and Markdown writers, the reader and the output directory of a run. Each works in a fresh
 * directory under TMPDIR and removes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "harness/record.h"

typedef struct place {
    char dir[200];
    fq_arena arena;
} place;

static int setup(void **state) {
    place *p = calloc(1, sizeof *p);
    const char *tmp = getenv("TMPDIR");
    snprintf(p->dir, sizeof p->dir, "%s/fq_record_XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(p->dir) || fq_arena_init(&p->arena, (size_t)1 << 28) != FQ_OK) return -1;
    *state = p;
    return 0;
}

static int teardown(void **state) {
    place *p = *state;
    char command[260];
    snprintf(command, sizeof command, "rm -rf '%s'", p->dir);
    fq_arena_free(&p->arena);
    free(p);
    return system(command);
}

static const char *at(place *p, const char *name) {
    return fq_arena_printf(&p->arena, "%s/%s", p->dir, name);
}

static char *slurp(place *p, const char *path) {
    FILE *f = fopen(path, "r");
    if (!f) return NULL;
    char *text = fq_arena_calloc(&p->arena, 1, 1 << 20);
    const size_t n = fread(text, 1, (1 << 20) - 1, f);
    text[n] = '\0';
    fclose(f);
    return text;
}

static const char *spill(place *p, const char *text) {
    const char *path = at(p, "in.csv");
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    return path;
}

static char *printed(place *p, fq_output how, fq_table table, const void *rows, int n) {
    const char *path = at(p, "printed");
    FILE *f = fopen(path, "w");
    assert_int_equal(fq_record_print(f, how, table, rows, n), FQ_OK);
    fclose(f);
    return slurp(p, path);
}

#define FQ_COL_TEXT(name) #name ","
#define FQ_COL_NUM(name) #name ","
static const char samples_header[] =
#include "harness/samples.def"
    ;
static const char results_header[] =
#include "harness/results.def"
    ;
#undef FQ_COL_TEXT
#undef FQ_COL_NUM

static void header_is_the_def_file(void **state) {
    place *p = *state;
    fq_result r;
    fq_result_init(&r);
    const char *text = printed(p, FQ_OUTPUT_CSV, FQ_TABLE_RESULTS, &r, 1);
    const size_t n = strlen(results_header) - 1; /* without the last comma */
    assert_memory_equal(text, results_header, n);
    assert_int_equal(text[n], '\n');
    size_t commas = 0;
    for (const char *c = results_header; *c; c++)
        commas += *c == ',';
    assert_int_equal(strspn(text + n + 1, ","), commas - 1); /* every field missing */
    assert_string_equal(text + n + 1 + commas - 1, "\n");
    assert_memory_equal(text, "build_commit,cpu_info,gpu_info,backend,model_filename,model_size,", 65);
    assert_int_equal(strncmp(samples_header, "scenario,test_id,rep,round,t_ns,", 32), 0);
}

#define NO_READINGS NAN, NAN, NAN, NAN, NAN, NAN
#define SAMPLES_HEADER "scenario,test_id,rep,round,t_ns,cpu_mhz,energy_j,temp_c,gpu_mhz,gpu_temp_c,gpu_w\n"

static void csv_bytes(void **state) {
    place *p = *state;
    fq_sample s[3];
    for (int i = 0; i < 3; i++)
        fq_sample_init(&s[i]);
    s[0] = (fq_sample){"gemm", "a,b", 1, 0, 1.0 / 3, NO_READINGS};
    s[1].scenario = "say \"x\"";
    s[1].test_id = "two\nlines";
    s[1].rep = 12345678901.0;
    s[1].t_ns = 1.5e-300;
    s[2].scenario = "";
    s[2].test_id = " blank ";
    s[2].rep = -0.0;
    s[2].round = INFINITY;
    assert_string_equal(printed(p, FQ_OUTPUT_CSV, FQ_TABLE_SAMPLES, s, 3),
                        SAMPLES_HEADER "gemm,\"a,b\",1,0,0.333333333,,,,,,\n"
                                       "\"say \"\"x\"\"\",\"two\nlines\",12345678901,,1.5e-300,,,,,,\n"
                                       ",\" blank \",0,inf,,,,,,,\n");
}

/* Every field of every table survives writing and reading. */
static void round_trip(void **state) {
    place *p = *state;
    static const char *const texts[] = {"plain", "a,b",     "\"q\"", "cr\rcr", "\xc3\xa9\xe2\x82\xac",
                                        " lead", "trail\t", "|"};
    fq_result r[8];
    fq_accuracy_row a[8];
    for (int i = 0; i < 8; i++) {
        int k = i;
#define FQ_COL_TEXT(name) r[i].name = k++ % 9 == 8 ? NULL : texts[k % 8];
#define FQ_COL_NUM(name) r[i].name = k++ % 7 == 6 ? NAN : (k * 1.25e3 - 4e3) * pow(10, k % 20 - 10);
#include "harness/results.def"
#undef FQ_COL_TEXT
#undef FQ_COL_NUM
#define FQ_COL_TEXT(name) a[i].name = texts[k++ % 8];
#define FQ_COL_NUM(name) a[i].name = k++;
#include "harness/accuracy.def"
#undef FQ_COL_TEXT
#undef FQ_COL_NUM
    }
    void *rows;
    int n;
    const char *path = spill(p, printed(p, FQ_OUTPUT_CSV, FQ_TABLE_RESULTS, r, 8));
    assert_int_equal(fq_record_read(path, FQ_TABLE_RESULTS, &p->arena, &rows, &n), FQ_OK);
    assert_int_equal(n, 8);
    const fq_result *rr = rows;
    path = spill(p, printed(p, FQ_OUTPUT_CSV, FQ_TABLE_ACCURACY, a, 8));
    assert_int_equal(fq_record_read(path, FQ_TABLE_ACCURACY, &p->arena, &rows, &n), FQ_OK);
    assert_int_equal(n, 8);
    const fq_accuracy_row *ra = rows;
    for (int i = 0; i < 8; i++) {
#define FQ_COL_TEXT(name)                                                                                              \
    if (r[i].name)                                                                                                     \
        assert_string_equal(rr[i].name, r[i].name);                                                                    \
    else                                                                                                               \
        assert_null(rr[i].name);
#define FQ_COL_NUM(name)                                                                                               \
    if (isnan(r[i].name))                                                                                              \
        assert_true(isnan(rr[i].name));                                                                                \
    else                                                                                                               \
        assert_true(fabs(rr[i].name - r[i].name) <= 5e-9 * fabs(r[i].name));
#include "harness/results.def"
#undef FQ_COL_TEXT
#undef FQ_COL_NUM
#define FQ_COL_TEXT(name) assert_string_equal(ra[i].name, a[i].name);
#define FQ_COL_NUM(name) assert_true(ra[i].name == a[i].name);
#include "harness/accuracy.def"
#undef FQ_COL_TEXT
#undef FQ_COL_NUM
    }
}

static void reordered_fewer_more(void **state) {
    place *p = *state;
    const char *path = spill(p, "\xef\xbb\xbft_ns,colour,test_id\r\n5e1,red,x\r\n,blue,\"y\"\r\n\r\n7,\"\",z");
    void *rows;
    int n;
    assert_int_equal(fq_record_read(path, FQ_TABLE_SAMPLES, &p->arena, &rows, &n), FQ_OK);
    assert_non_null(strstr(fq_message(), "colour"));
    assert_int_equal(n, 3);
    const fq_sample *s = rows;
    assert_true(s[0].t_ns == 50 && isnan(s[1].t_ns) && s[2].t_ns == 7);
    assert_string_equal(s[0].test_id, "x");
    assert_string_equal(s[1].test_id, "y");
    assert_string_equal(s[2].test_id, "z");
    assert_null(s[0].scenario);
    assert_true(isnan(s[0].rep));
}

static void header_only(void **state) {
    place *p = *state;
    void *rows;
    int n = -1;
    const char *path = spill(p, printed(p, FQ_OUTPUT_CSV, FQ_TABLE_RESULTS, NULL, 0));
    assert_int_equal(fq_record_read(path, FQ_TABLE_RESULTS, &p->arena, &rows, &n), FQ_OK);
    assert_int_equal(n, 0);
    assert_non_null(rows);
}

static void bad_input_names_file_and_line(void **state) {
    place *p = *state;
    static const struct {
        const char *text, *expect;
    } bad[] = {
        {"", "in.csv:1: no header"},
        {"\n\n", "no header"},
        {"1,2,3\n", "in.csv:1: no header"},
        {"test_id,t_ns\nx,5\ny,fast\n", "in.csv:3: t_ns: expected a number, found 'fast'"},
        {"test_id,t_ns\nx,5 6\n", "in.csv:2: t_ns"},
        {"test_id,t_ns\nx,1-2\n", "in.csv:2: t_ns"},
        {"test_id,t_ns\nx,-\n", "in.csv:2: t_ns"},
        {"test_id,t_ns\nx,0x10\n", "in.csv:2: t_ns"},
        {"test_id,t_ns\nx,nan\n", "in.csv:2: t_ns"},
        {"test_id,t_ns\nx,\"1,5\"\n", "in.csv:2: t_ns"},
        {"test_id,t_ns\nx,1\ny\n", "in.csv:3: 1 fields, expected 2"},
        {"test_id,t_ns\nx,1,2\n", "in.csv:2: 3 fields, expected 2"},
        {"test_id,t_ns\n\"a\nb\",1\ny\n", "in.csv:4: 1 fields"},
        {"test_id,t_ns\nx,1\ny,\"2", "in.csv:3: the file ends inside a quoted field"},
        {"test_id,t_ns\n\"x", "ends inside a quoted field"},
        {"test_id,t_ns\nx\"y,1\n", "in.csv:2: a stray quote"},
        {"test_id,t_ns\n\"x\"y,1\n", "in.csv:2: a stray quote"},
        {"test_id,t_ns,test_id\nx,1,y\n", "in.csv:1: column test_id appears twice"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        void *rows;
        int n;
        const char *path = spill(p, bad[i].text);
        assert_int_equal(fq_record_read(path, FQ_TABLE_SAMPLES, &p->arena, &rows, &n), FQ_ERR_INPUT);
        if (!strstr(fq_message(), bad[i].expect)) fail_msg("'%s' lacks '%s'", fq_message(), bad[i].expect);
        assert_null(rows);
        assert_int_equal(n, 0);
    }
    void *rows;
    int n;
    assert_int_equal(fq_record_read(at(p, "none.csv"), FQ_TABLE_SAMPLES, &p->arena, &rows, &n), FQ_ERR_INPUT);
    assert_non_null(strstr(fq_message(), "none.csv"));
    assert_int_equal(fq_record_read(p->dir, FQ_TABLE_SAMPLES, &p->arena, &rows, &n), FQ_ERR_INPUT);
    FILE *f = fopen(at(p, "in.csv"), "w");
    fwrite("test_id,t_ns\nx\0y,1\n", 1, 19, f);
    fclose(f);
    assert_int_equal(fq_record_read(at(p, "in.csv"), FQ_TABLE_SAMPLES, &p->arena, &rows, &n), FQ_ERR_INPUT);
    assert_non_null(strstr(fq_message(), "NUL"));
}

/* Cutting a file anywhere gives an error or whole rows of the original, never other text. */
static void truncation(void **state) {
    place *p = *state;
    fq_sample s[2] = {{"gemm", "a,\"b\"\n", 1, 2, 3, NO_READINGS}, {"q\"", "c", 4, 5, 6, NO_READINGS}};
    char *text = printed(p, FQ_OUTPUT_CSV, FQ_TABLE_SAMPLES, s, 2);
    const size_t first = strlen(SAMPLES_HEADER), all = strlen(text);
    for (size_t cut = first; cut <= all; cut++) {
        char part[200];
        memcpy(part, text, cut);
        part[cut] = '\0';
        void *rows;
        int n;
        const fq_status status = fq_record_read(spill(p, part), FQ_TABLE_SAMPLES, &p->arena, &rows, &n);
        const fq_sample *got = rows;
        if (status != FQ_OK) {
            assert_int_equal(status, FQ_ERR_INPUT);
            continue;
        }
        if (n > 0) assert_string_equal(got[0].test_id, s[0].test_id);
        if (n > 1) assert_string_equal(got[1].scenario, s[1].scenario);
        assert_true(cut == first || n > 0);
    }
}

static void many_rows(void **state) {
    place *p = *state;
    const int count = 5000;
    fq_sample *s = FQ_NEW(&p->arena, fq_sample, count);
    for (int i = 0; i < count; i++) {
        fq_sample_init(&s[i]);
        s[i].test_id = fq_arena_printf(&p->arena, "test %d", i);
        s[i].rep = i;
    }
    void *rows;
    int n;
    const char *path = spill(p, printed(p, FQ_OUTPUT_CSV, FQ_TABLE_SAMPLES, s, count));
    assert_int_equal(fq_record_read(path, FQ_TABLE_SAMPLES, &p->arena, &rows, &n), FQ_OK);
    assert_int_equal(n, count);
    const fq_sample *got = rows;
    for (int i = 0; i < count; i++) {
        assert_string_equal(got[i].test_id, s[i].test_id);
        assert_true(got[i].rep == i);
    }
}

static void json(void **state) {
    place *p = *state;
    fq_sample s[2];
    fq_sample_init(&s[0]);
    fq_sample_init(&s[1]);
    s[0].scenario = "a \"b\"\n\xc3\xa9";
    s[0].rep = 12345678901.0;
    s[0].t_ns = 0.125;
    s[1].test_id = "bad \xff byte";
    s[1].t_ns = INFINITY;
    json_error_t error;
    json_t *all = json_loads(printed(p, FQ_OUTPUT_JSON, FQ_TABLE_SAMPLES, s, 2), 0, &error);
    assert_non_null(all);
    assert_int_equal(json_array_size(all), 2);
    const json_t *o = json_array_get(all, 0);
    assert_int_equal(json_object_size(o), 3);
    assert_string_equal(json_string_value(json_object_get(o, "scenario")), s[0].scenario);
    assert_int_equal(json_integer_value(json_object_get(o, "rep")), 12345678901);
    assert_true(json_real_value(json_object_get(o, "t_ns")) == 0.125);
    o = json_array_get(all, 1);
    assert_string_equal(json_string_value(json_object_get(o, "test_id")), "bad ? byte");
    assert_true(json_is_null(json_object_get(o, "t_ns")));
    json_decref(all);
    assert_string_equal(printed(p, FQ_OUTPUT_JSON, FQ_TABLE_SAMPLES, NULL, 0), "[]\n");
}

static void markdown(void **state) {
    place *p = *state;
    fq_sample s[2];
    fq_sample_init(&s[0]);
    fq_sample_init(&s[1]);
    s[0].test_id = "a|b";
    s[1].test_id = "longer \xc3\xa9";
    s[0].rep = 1024;
    s[0].t_ns = 0.123456;
    s[1].t_ns = 123456.7;
    assert_string_equal(printed(p, FQ_OUTPUT_MD, FQ_TABLE_SAMPLES, s, 2), "| test_id  |  rep |   t_ns |\n"
                                                                          "| -------- | ---: | -----: |\n"
                                                                          "| a\\|b     | 1024 | 0.1235 |\n"
                                                                          "| longer \xc3\xa9 |      | 123457 |\n");
}

/* A locale with a decimal comma, compiled on the spot, must not reach the files. */
static void foreign_locale(void **state) {
    place *p = *state;
    char command[512];
    snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 '%s/de_DE.UTF-8' >'%s/log' 2>&1", p->dir, p->dir);
    if (system(command) == -1 || access(at(p, "de_DE.UTF-8/LC_NUMERIC"), F_OK) != 0) {
        print_message("skipped: localedef cannot make de_DE here\n");
        skip();
    }
    setenv("LOCPATH", p->dir, 1);
    const int changed = setlocale(LC_ALL, "de_DE.UTF-8") != NULL;
    char probe[16];
    snprintf(probe, sizeof probe, "%.1f", 1.5);
    fq_sample s = {"x", "y", 1, 2, 2.5, NO_READINGS};
    char *csv = printed(p, FQ_OUTPUT_CSV, FQ_TABLE_SAMPLES, &s, 1);
    char *text = printed(p, FQ_OUTPUT_JSON, FQ_TABLE_SAMPLES, &s, 1);
    char *md = printed(p, FQ_OUTPUT_MD, FQ_TABLE_SAMPLES, &s, 1);
    void *rows;
    int n;
    const fq_status status = fq_record_read(spill(p, csv), FQ_TABLE_SAMPLES, &p->arena, &rows, &n);
    char after[16];
    snprintf(after, sizeof after, "%.1f", 1.5);
    setlocale(LC_ALL, "C");
    unsetenv("LOCPATH");
    assert_true(changed);
    assert_string_equal(probe, "1,5");
    assert_string_equal(after, "1,5"); /* the caller's locale is left as it was */
    assert_non_null(strstr(csv, "x,y,1,2,2.5,,,,,,\n"));
    assert_non_null(strstr(text, "2.5"));
    assert_non_null(strstr(md, "2.5"));
    assert_int_equal(status, FQ_OK);
    assert_true(((fq_sample *)rows)->t_ns == 2.5);
}

static void run_is_renamed_at_the_end(void **state) {
    place *p = *state;
    fq_run *r;
    const fq_sample s = {"x", "y", 1, 2, 3, NO_READINGS};
    assert_int_equal(fq_run_open(&r, at(p, "a/b/c/")), FQ_OK);
    assert_string_equal(fq_run_dir(r), at(p, "a/b/c/"));
    assert_int_equal(fq_run_row(r, FQ_TABLE_SAMPLES, &s), FQ_OK);
    assert_null(slurp(p, at(p, "a/b/c/samples.csv")));
    /* What an interrupt would leave: flushed, whole rows. */
    assert_string_equal(slurp(p, at(p, "a/b/c/samples.csv.tmp~")), SAMPLES_HEADER "x,y,1,2,3,,,,,,\n");
    fq_run *second;
    assert_int_equal(fq_run_open(&second, at(p, "a/b/c")), FQ_ERR_OUTPUT);
    assert_non_null(strstr(fq_message(), "another run"));
    assert_int_equal(fq_run_close(r), FQ_OK);
    assert_string_equal(slurp(p, at(p, "a/b/c/samples.csv")), SAMPLES_HEADER "x,y,1,2,3,,,,,,\n");
    const char *results = slurp(p, at(p, "a/b/c/results.csv")), *accuracy = slurp(p, at(p, "a/b/c/accuracy.csv"));
    assert_non_null(results);
    assert_non_null(accuracy);
    assert_int_equal(strlen(results), strlen(results_header)); /* header only: its last comma is the newline */
    assert_null(slurp(p, at(p, "a/b/c/samples.csv.tmp~")));
}

/* errors.csv and layers.csv are there only with rows, and those of an earlier run do not stay. */
static void optional_tables(void **state) {
    place *p = *state;
    fq_run *r;
    fq_error_row e;
    void *rows;
    int n;
    fq_error_row_init(&e);
    e.variant = "fireq";
    e.step = "W4";
    e.dppl_vs_full = -1.25;
    assert_int_equal(fq_run_open(&r, p->dir), FQ_OK);
    assert_int_equal(fq_run_row(r, FQ_TABLE_ERRORS, &e), FQ_OK);
    assert_int_equal(fq_run_close(r), FQ_OK);
    assert_int_equal(fq_record_read(at(p, "errors.csv"), FQ_TABLE_ERRORS, &p->arena, &rows, &n), FQ_OK);
    assert_int_equal(n, 1);
    const fq_error_row *back = rows;
    assert_string_equal(back->step, "W4");
    assert_true(back->dppl_vs_full == -1.25 && back->ppl != back->ppl);
    assert_null(slurp(p, at(p, "layers.csv")));
    assert_null(slurp(p, at(p, "layers.csv.tmp~")));
    assert_non_null(slurp(p, at(p, "accuracy.csv")));
    assert_int_equal(fq_run_open(&r, p->dir), FQ_OK);
    assert_int_equal(fq_run_close(r), FQ_OK);
    assert_null(slurp(p, at(p, "errors.csv")));
    /* an interrupted run keeps no empty one either */
    const fq_sample s = {"x", "y", 1, 2, 3, NO_READINGS};
    assert_int_equal(fq_run_open(&r, p->dir), FQ_OK);
    assert_int_equal(fq_run_row(r, FQ_TABLE_SAMPLES, &s), FQ_OK);
    fq_run_abandon(r);
    assert_non_null(slurp(p, at(p, "samples.partial.csv")));
    assert_null(slurp(p, at(p, "errors.partial.csv")));
    assert_null(slurp(p, at(p, "errors.csv.tmp~")));
}

static void run_abandoned(void **state) {
    place *p = *state;
    fq_run *r;
    const fq_sample s = {"x", "y", 1, 2, 3, NO_READINGS};
    FILE *f = fopen(at(p, "samples.csv"), "w");
    fputs("old", f);
    fclose(f);
    assert_int_equal(fq_run_open(&r, p->dir), FQ_OK);
    assert_int_equal(fq_run_row(r, FQ_TABLE_SAMPLES, &s), FQ_OK);
    fq_run_abandon(r);
    assert_string_equal(slurp(p, at(p, "samples.csv")), "old");
    assert_string_equal(slurp(p, at(p, "samples.partial.csv")), SAMPLES_HEADER "x,y,1,2,3,,,,,,\n");
    assert_non_null(slurp(p, at(p, "results.partial.csv")));
    assert_null(slurp(p, at(p, "samples.csv.tmp~")));
    /* A run that wrote nothing does not replace partial results. */
    assert_int_equal(fq_run_open(&r, p->dir), FQ_OK);
    fq_run_abandon(r);
    assert_string_equal(slurp(p, at(p, "samples.partial.csv")), SAMPLES_HEADER "x,y,1,2,3,,,,,,\n");
    assert_null(slurp(p, at(p, "samples.csv.tmp~")));
    fq_run_abandon(NULL);
}

/* A killed run's rows are found again as partial results by the next run. */
static void run_killed(void **state) {
    place *p = *state;
    fq_run *r;
    const pid_t child = fork();
    if (child == 0) {
        const fq_sample s = {"x", "killed", 1, 2, 3, NO_READINGS};
        if (fq_run_open(&r, p->dir) != FQ_OK || fq_run_row(r, FQ_TABLE_SAMPLES, &s) != FQ_OK) _exit(1);
        kill(getpid(), SIGKILL);
        _exit(1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(fq_run_open(&r, p->dir), FQ_OK);
    assert_non_null(strstr(slurp(p, at(p, "samples.partial.csv")), "x,killed,1,2,3,,,,,,\n"));
    assert_null(slurp(p, at(p, "results.partial.csv")));
    assert_int_equal(fq_run_close(r), FQ_OK);
}

static void unwritable_directory(void **state) {
    place *p = *state;
    fq_run *r = NULL;
    FILE *f = fopen(at(p, "somefile"), "w");
    fputs("keep", f);
    fclose(f);
    assert_int_equal(fq_run_open(&r, at(p, "somefile/dir")), FQ_ERR_OUTPUT);
    assert_non_null(strstr(fq_message(), "somefile/dir"));
    assert_null(r);
    assert_int_equal(fq_run_open(&r, at(p, "somefile")), FQ_ERR_OUTPUT);
    assert_string_equal(slurp(p, at(p, "somefile")), "keep");
    mkdir(at(p, "accuracy.csv"), 0777); /* the final name is taken by a directory: found at open, not after the run */
    assert_int_equal(fq_run_open(&r, p->dir), FQ_ERR_OUTPUT);
    assert_non_null(strstr(fq_message(), "accuracy.csv"));
    assert_null(slurp(p, at(p, "results.csv.tmp~")));
    fq_file file;
    assert_int_equal(fq_file_create(&file, at(p, "somefile/x")), FQ_ERR_OUTPUT);
    assert_int_equal(fq_file_create(&file, p->dir), FQ_ERR_OUTPUT);
}

static void disk_full(void **state) {
    place *p = *state;
    if (access("/dev/full", W_OK) != 0) {
        print_message("skipped: no /dev/full here\n");
        skip();
    }
    fq_run *r = NULL;
    const fq_sample s = {"x", "y", 1, 2, 3, NO_READINGS};
    assert_int_equal(symlink("/dev/full", at(p, "samples.csv.tmp~")), 0);
    assert_int_equal(fq_run_open(&r, p->dir), FQ_ERR_OUTPUT);
    assert_non_null(strstr(fq_message(), "samples.csv"));
    assert_non_null(strstr(fq_message(), "No space left"));
    assert_null(slurp(p, at(p, "results.csv.tmp~")));

    fq_file file;
    FILE *f = fopen(at(p, "report.md"), "w");
    fputs("old", f);
    fclose(f);
    assert_int_equal(symlink("/dev/full", at(p, "report.md.tmp~")), 0);
    assert_int_equal(fq_file_create(&file, at(p, "report.md")), FQ_OK);
    fputs("new", file.f);
    assert_int_equal(fq_file_commit(&file), FQ_ERR_OUTPUT);
    assert_non_null(strstr(fq_message(), "report.md: No space left"));
    assert_string_equal(slurp(p, at(p, "report.md")), "old");

    f = fopen("/dev/full", "w");
    assert_int_equal(fq_record_row(f, FQ_TABLE_SAMPLES, &s), FQ_ERR_OUTPUT);
    clearerr(f);
    assert_int_equal(fq_record_print(f, FQ_OUTPUT_JSON, FQ_TABLE_SAMPLES, &s, 1), FQ_ERR_OUTPUT);
    fclose(f);
}

/* The disk fills up in the middle of a row: the error names the file, and only whole rows are kept. */
static void disk_full_within_a_row(void **state) {
    place *p = *state;
    fq_run *r;
    const fq_sample s = {"x", "y", 1, 2, 3, NO_READINGS}, t = {"xxxxxxxxxxxxxxxxxxxxxxxxx", "y", 1, 2, 3, NO_READINGS};
    struct rlimit was, limit;
    assert_int_equal(fq_run_open(&r, p->dir), FQ_OK);
    assert_int_equal(fq_run_row(r, FQ_TABLE_SAMPLES, &s), FQ_OK);
    getrlimit(RLIMIT_FSIZE, &was);
    limit = was;
    limit.rlim_cur = strlen(SAMPLES_HEADER "x,y,1,2,3,,,,,,\n") + 10;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    const fq_status status = fq_run_row(r, FQ_TABLE_SAMPLES, &t);
    setrlimit(RLIMIT_FSIZE, &was);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(status, FQ_ERR_OUTPUT);
    assert_non_null(strstr(fq_message(), "samples.csv.tmp~"));
    assert_int_equal(fq_run_row(r, FQ_TABLE_SAMPLES, &s), FQ_ERR_OUTPUT);
    assert_int_equal(fq_run_close(r), FQ_ERR_OUTPUT);
    assert_null(slurp(p, at(p, "samples.csv")));
    assert_string_equal(slurp(p, at(p, "samples.partial.csv")), SAMPLES_HEADER "x,y,1,2,3,,,,,,\n");
}

static void atomic_file(void **state) {
    place *p = *state;
    fq_file file;
    assert_int_equal(fq_file_create(&file, at(p, "a.txt")), FQ_OK);
    fputs("one", file.f);
    assert_null(slurp(p, at(p, "a.txt")));
    assert_int_equal(fq_file_commit(&file), FQ_OK);
    assert_string_equal(slurp(p, at(p, "a.txt")), "one");
    assert_int_equal(fq_file_create(&file, at(p, "a.txt")), FQ_OK);
    fputs("two", file.f);
    fq_file_discard(&file);
    fq_file_discard(&file); /* twice is harmless */
    assert_string_equal(slurp(p, at(p, "a.txt")), "one");
    assert_null(slurp(p, at(p, "a.txt.tmp~")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(header_is_the_def_file, setup, teardown),
        cmocka_unit_test_setup_teardown(csv_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(round_trip, setup, teardown),
        cmocka_unit_test_setup_teardown(reordered_fewer_more, setup, teardown),
        cmocka_unit_test_setup_teardown(header_only, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_input_names_file_and_line, setup, teardown),
        cmocka_unit_test_setup_teardown(truncation, setup, teardown),
        cmocka_unit_test_setup_teardown(many_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(json, setup, teardown),
        cmocka_unit_test_setup_teardown(markdown, setup, teardown),
        cmocka_unit_test_setup_teardown(foreign_locale, setup, teardown),
        cmocka_unit_test_setup_teardown(run_is_renamed_at_the_end, setup, teardown),
        cmocka_unit_test_setup_teardown(optional_tables, setup, teardown),
        cmocka_unit_test_setup_teardown(run_abandoned, setup, teardown),
        cmocka_unit_test_setup_teardown(run_killed, setup, teardown),
        cmocka_unit_test_setup_teardown(unwritable_directory, setup, teardown),
        cmocka_unit_test_setup_teardown(disk_full, setup, teardown),
        cmocka_unit_test_setup_teardown(disk_full_within_a_row, setup, teardown),
        cmocka_unit_test_setup_teardown(atomic_file, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
