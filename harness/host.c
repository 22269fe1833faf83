/* environment.json: everything about this machine and build that could explain a number, and nothing that names whose
 * machine it is. Facts come from /proc and /sys; one that cannot be read is null. */
#include "harness/host.h"

#include <csv.h>
#include <cyaml/cyaml.h>
#include <gnu/libc-version.h>
#include <gsl/gsl_version.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "harness/clock.h"
#include "harness/cpu.h"
#include "harness/record.h"

#ifndef FQ_COMMIT
#define FQ_COMMIT "unknown"
#endif
#ifndef FQ_CFLAGS
#define FQ_CFLAGS "unknown"
#endif
#ifndef FQ_CC
#define FQ_CC "unknown"
#endif
#if defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = 1 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif
#else
enum { SANITIZED = 0 };
#endif
#ifdef __OPTIMIZE__
enum { OPTIMIZED = 1 };
#else
enum { OPTIMIZED = 0 };
#endif

const char *fq_build_commit(void) {
    return FQ_COMMIT;
}

/* ---- facts from the system ---- */

static int first_line(const char *path, char *line, int size) {
    FILE *f = fopen(path, "re");
    if (f == NULL) return 0;
    int ok = fgets(line, size, f) != NULL;
    fclose(f);
    if (ok) line[strcspn(line, "\n")] = '\0';
    return ok;
}

/* The value after "key:" in a file like /proc/self/status; blanks around it removed. */
static int keyed_line(const char *path, const char *key, char *value, size_t size) {
    char line[4096];
    FILE *f = fopen(path, "re");
    if (f == NULL) return 0;
    int found = 0;
    size_t length = strlen(key);
    while (!found && fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, key, length) != 0) continue;
        const char *p = line + length + strspn(line + length, " \t");
        if (*p++ != ':') continue;
        p += strspn(p, " \t");
        snprintf(value, size, "%.*s", (int)strcspn(p, "\n"), p);
        found = 1;
    }
    fclose(f);
    return found;
}

static size_t status_kib(const char *key) {
    char value[64];
    if (!keyed_line("/proc/self/status", key, value, sizeof value)) return 0;
    return (size_t)strtoull(value, NULL, 10) << 10;
}

size_t fq_host_rss_peak_bytes(void) {
    return status_kib("VmHWM");
}
size_t fq_host_rss_bytes(void) {
    return status_kib("VmRSS");
}

/* ---- JSON values ---- */

static json_t *text_of(const char *text) {
    json_t *v = json_string(text);
    return v != NULL ? v : json_null(); /* not UTF-8 */
}

static json_t *number_of(double x) {
    return isfinite(x) ? json_real(x) : json_null();
}

static json_t *line_of(const char *path) {
    char line[512];
    return first_line(path, line, sizeof line) ? text_of(line) : json_null();
}

static json_t *keyed_of(const char *path, const char *key) {
    char value[512];
    return keyed_line(path, key, value, sizeof value) ? text_of(value) : json_null();
}

static json_t *caches(void) {
    json_t *list = json_array();
    for (int i = 0; i < 10; i++) {
        char path[96];
        char level[16];
        char type[32];
        char size[32];
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/level", i);
        if (!first_line(path, level, sizeof level)) break;
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/type", i);
        if (!first_line(path, type, sizeof type)) break;
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/size", i);
        if (!first_line(path, size, sizeof size)) break;
        json_array_append_new(list, json_pack("{s:i, s:s, s:s}", "level", atoi(level), "type", type, "size", size));
    }
    return list;
}

static json_t *load_averages(void) {
    double load[3];
    int n = getloadavg(load, 3);
    json_t *list = json_array();
    for (int i = 0; i < n; i++) {
        json_array_append_new(list, number_of(load[i]));
    }
    return list;
}

/* Settings that change how parallel regions and this program run. */
static json_t *settings(void) {
    static const char *const prefixes[] = {"OMP_", "GOMP_", "KMP_", "OPENBLAS_", "FQ_"};
    json_t *object = json_object();
    for (char **e = environ; *e != NULL; e++) {
        const char *equals = strchr(*e, '=');
        for (size_t i = 0; equals != NULL && i < sizeof prefixes / sizeof prefixes[0]; i++) {
            if (strncmp(*e, prefixes[i], strlen(prefixes[i])) != 0) continue;
            char name[128];
            snprintf(name, sizeof name, "%.*s", (int)(equals - *e), *e);
            json_object_set_new(object, name, text_of(equals + 1));
        }
    }
    return object;
}

static json_t *arguments(int argc, char **argv) {
    json_t *list = json_array();
    for (int i = 0; i < argc; i++) {
        json_array_append_new(list, text_of(argv[i]));
    }
    return list;
}

static json_t *libraries(void) {
    json_t *object = json_object();
    char version[64];
    json_object_set_new(object, "gsl", text_of(gsl_version));
    json_object_set_new(object, "jansson", text_of(jansson_version_str()));
    json_object_set_new(object, "libcyaml", text_of(cyaml_version_str));
    snprintf(version, sizeof version, "%d.%d", CSV_MAJOR, CSV_MINOR);
    json_object_set_new(object, "libcsv", text_of(version));
    if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) < (int)sizeof version) {
        pcre2_config(PCRE2_CONFIG_VERSION, version);
        json_object_set_new(object, "pcre2", text_of(version));
    }
    json_object_set_new(object, "glibc", text_of(gnu_get_libc_version()));
    json_object_set_new(object, "openmp", json_integer(_OPENMP));
    return object;
}

static json_t *ceilings(void) {
    fq_ceilings c;
    if (fq_host_ceilings(&c) != FQ_OK) return json_null();
    json_t *object = json_object();
    json_object_set_new(object, "f32_tflops", number_of(c.f32_flops * 1e-12));
    json_object_set_new(object, "bf16_tflops", number_of(c.bf16_flops * 1e-12));
    json_object_set_new(object, "int8_tflops", number_of(c.int8_flops * 1e-12));
    json_object_set_new(object, "read_gbps", number_of(c.read_bps * 1e-9));
    return object;
}

/* ---- no absolute paths ---- */

static int path_starts(const char *text, size_t i) {
    if (text[i] != '/') return 0;
    if (i == 0 || strchr("=, ;\"'", text[i - 1]) != NULL) return 1;
    if (text[i - 1] == ':') return text[i + 1] != '/'; /* not the start of a URL's host */
    return i == 2 && text[0] == '-';                   /* -I/usr/include */
}

/* Each absolute path in `text` becomes its last component ("/a/b/" becomes "b"), in place. */
static void cut_paths(char *text) {
    size_t to = 0;
    size_t from = 0;
    while (text[from] != '\0') {
        if (!path_starts(text, from)) {
            text[to++] = text[from++];
            continue;
        }
        size_t end = from + strcspn(text + from, ", ;:\"'");
        size_t name_end = end;
        while (name_end > from && text[name_end - 1] == '/') {
            name_end--;
        }
        size_t name = name_end;
        while (name > from && text[name - 1] != '/') {
            name--;
        }
        memmove(text + to, text + name, name_end - name);
        to += name_end - name;
        from = end;
    }
    text[to] = '\0';
}

static void anonymize_text(json_t *value) {
    char *text = strdup(json_string_value(value));
    FQ_ASSERT(text != NULL);
    cut_paths(text);
    json_string_set(value, text);
    free(text);
}

static void anonymize(json_t *value) {
    if (json_is_string(value)) {
        anonymize_text(value);
    } else if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++) {
            anonymize(json_array_get(value, i));
        }
    } else if (json_is_object(value)) {
        const char *key;
        json_t *item;
        json_object_foreach(value, key, item) {
            anonymize(item);
        }
    }
}

/* ---- the file ---- */

static void describe_build(json_t *o) {
    json_object_set_new(o, "commit", text_of(fq_build_commit()));
    json_object_set_new(o, "compiler", text_of(FQ_CC));
    json_object_set_new(o, "compiler_version", text_of(__VERSION__));
    json_object_set_new(o, "cflags", text_of(FQ_CFLAGS));
    json_object_set_new(o, "optimized", json_boolean(OPTIMIZED));
    json_object_set_new(o, "sanitized", json_boolean(SANITIZED));
    json_object_set_new(o, "libraries", libraries());
}

static void describe_machine(json_t *o) {
    struct utsname u;
    json_object_set_new(o, "cpu", text_of(fq_cpu_model()));
    json_object_set_new(o, "isa_found", text_of(fq_isa_name(fq_cpu_isa_hardware())));
    json_object_set_new(o, "isa_used", text_of(fq_isa_name(fq_cpu_isa())));
    json_object_set_new(o, "microcode", keyed_of("/proc/cpuinfo", "microcode"));
    json_object_set_new(o, "n_cores", json_integer(fq_cpu_cores()));
    json_object_set_new(o, "caches", caches());
    double memory = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    json_object_set_new(o, "memory_bytes", json_integer((json_int_t)memory));
    json_object_set_new(o, "kernel", uname(&u) == 0 ? json_sprintf("%s %s", u.sysname, u.release) : json_null());
    json_object_set_new(o, "governor", line_of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"));
    json_object_set_new(o, "huge_pages", line_of("/sys/kernel/mm/transparent_hugepage/enabled"));
    json_object_set_new(o, "numa_balancing", line_of("/proc/sys/kernel/numa_balancing"));
}

static void describe_run(json_t *o, int argc, char **argv) {
    char utc[32];
    json_object_set_new(o, "utc", text_of(fq_clock_utc(utc)));
    json_object_set_new(o, "argv", arguments(argc, argv));
    json_object_set_new(o, "n_threads", json_integer(fq_threads()));
    json_object_set_new(o, "affinity", keyed_of("/proc/self/status", "Cpus_allowed_list"));
    json_object_set_new(o, "settings", settings());
    json_object_set_new(o, "load", load_averages());
    json_object_set_new(o, "timer", text_of("CLOCK_MONOTONIC_RAW"));
    json_object_set_new(o, "timer_resolution_ns", number_of(fq_clock_resolution_ns()));
    json_object_set_new(o, "ceilings", ceilings());
}

static fq_status add_extra(json_t *o, const char *extra_json) {
    if (extra_json == NULL) return FQ_OK;
    json_error_t error;
    json_t *extra = json_loads(extra_json, JSON_REJECT_DUPLICATES, &error);
    if (extra == NULL) {
        return fq_fail(FQ_ERR_USAGE, "extra environment, line %d column %d: %s", error.line, error.column, error.text);
    }
    fq_status s = FQ_OK;
    if (!json_is_object(extra)) s = fq_fail(FQ_ERR_USAGE, "extra environment: a JSON object is expected");
    if (s == FQ_OK && json_object_update(o, extra) != 0) s = fq_fail(FQ_ERR_MEMORY, "no memory for the environment");
    json_decref(extra);
    return s;
}

static fq_status write_json(const char *path, const json_t *o) {
    fq_file file;
    FQ_TRY(fq_file_create(&file, path));
    int failed = json_dumpf(o, file.f, JSON_INDENT(2)) != 0 || fputc('\n', file.f) == EOF;
    if (failed) {
        fq_file_discard(&file);
        return fq_fail(FQ_ERR_OUTPUT, "cannot write %s", path);
    }
    return fq_file_commit(&file);
}

fq_status fq_host_write_environment(const char *path, int argc, char **argv, const char *extra_json) {
    json_t *o = json_object();
    if (o == NULL) return fq_fail(FQ_ERR_MEMORY, "no memory for the environment");
    describe_build(o);
    describe_machine(o);
    describe_run(o, argc, argv);
    fq_status s = add_extra(o, extra_json);
    if (s == FQ_OK) {
        anonymize(o);
        s = write_json(path, o);
    }
    json_decref(o);
    return s;
}
