/* Policy maps: YAML in, YAML out. */
#include "models/policy.h"
#include "harness/record.h"
#include <cyaml/cyaml.h>
#include <errno.h>
#include <fnmatch.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct line {
    char *site, *set;
} line;

typedef struct raw_map {
    char *name, *about;
    line *policy;
    uint32_t policy_count;
} raw_map;

static const cyaml_schema_field_t line_fields[] = {
    CYAML_FIELD_STRING_PTR("site", CYAML_FLAG_POINTER, line, site, 1, CYAML_UNLIMITED),
    CYAML_FIELD_STRING_PTR("set", CYAML_FLAG_POINTER, line, set, 1, CYAML_UNLIMITED), CYAML_FIELD_END};
static const cyaml_schema_value_t line_schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, line, line_fields)};
static const cyaml_schema_field_t map_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, raw_map, name, 1, CYAML_UNLIMITED),
    CYAML_FIELD_STRING_PTR("about", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, raw_map, about, 0, CYAML_UNLIMITED),
    CYAML_FIELD_SEQUENCE("policy", CYAML_FLAG_POINTER, raw_map, policy, &line_schema, 1, CYAML_UNLIMITED),
    CYAML_FIELD_END};
static const cyaml_schema_value_t map_schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, raw_map, map_fields)};

struct fq_policy_map {
    raw_map *raw;
    struct fq_policy_map *next;
    char path[];
};

/* The last thing that libcyaml said. */
static void keep_log(cyaml_log_t level, void *ctx, const char *format, va_list args) {
    char *text = ctx;
    (void)level;
    if (text[0] != 0) return; /* the first message is the cause, the rest says where it was on its way */
    vsnprintf(text, 200, format, args);
    text[strcspn(text, "\n")] = 0;
}

static fq_status read_map(const char *path, raw_map **raw) {
    char said[200] = "";
    const cyaml_config_t config = {
        .log_fn = keep_log, .log_ctx = said, .mem_fn = cyaml_mem, .log_level = CYAML_LOG_WARNING};
    FILE *f = fopen(path, "rb");
    if (f == NULL) return fq_fail(FQ_ERR_INPUT, "policy %s: %s", path, strerror(errno));
    fclose(f);
    const cyaml_err_t error = cyaml_load_file(path, &config, &map_schema, (cyaml_data_t **)raw, NULL);
    if (error != CYAML_OK || *raw == NULL)
        return fq_fail(FQ_ERR_USAGE, "policy %s: %s (expected name and policy: a list of {site, set})", path,
                       said[0] != 0        ? said
                       : error != CYAML_OK ? cyaml_strerror(error)
                                           : "empty");
    return FQ_OK;
}

fq_status fq_policy_map_load(const char *path, const fq_policy_map **out) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static fq_policy_map *all;
    fq_status status = FQ_OK;
    pthread_mutex_lock(&lock);
    fq_policy_map *m = all;
    while (m != NULL && strcmp(m->path, path) != 0)
        m = m->next;
    if (m == NULL) {
        raw_map *raw = NULL;
        status = read_map(path, &raw);
        m = status == FQ_OK ? malloc(sizeof *m + strlen(path) + 1) : NULL;
        if (status == FQ_OK && m == NULL) status = fq_fail(FQ_ERR_MEMORY, "out of memory");
        if (m != NULL) {
            memcpy(m->path, path, strlen(path) + 1);
            m->raw = raw;
            m->next = all;
            all = m;
        }
    }
    pthread_mutex_unlock(&lock);
    *out = m;
    return status;
}

static int matches(const line *l, int layer, fq_site site) {
    char name[64];
    snprintf(name, sizeof name, "layers.%d.%s", layer, fq_site_name(site));
    return fnmatch(l->site, name, 0) == 0;
}

const char *fq_policy_map_path(const fq_policy_map *m) {
    return m->path;
}

fq_status fq_policy_map_check(const fq_policy_map *m, int layers) {
    for (uint32_t i = 0; i < m->raw->policy_count; i++) {
        int found = 0;
        for (int k = 0; k < layers * FQ_SITE_COUNT && !found; k++)
            found = matches(&m->raw->policy[i], k / FQ_SITE_COUNT, (fq_site)(k % FQ_SITE_COUNT));
        if (!found)
            return fq_fail(FQ_ERR_USAGE, "policy %s: entry %u, '%s' matches none of layers.0..%d.{qkv,o,gate_up,down}",
                           m->path, i + 1, m->raw->policy[i].site, layers - 1);
    }
    return FQ_OK;
}

fq_status fq_policy_map_changes(const fq_policy_map *m, int layer, fq_site site, char *text, size_t bytes) {
    size_t used = 0;
    text[0] = 0;
    for (uint32_t i = 0; i < m->raw->policy_count; i++) {
        if (!matches(&m->raw->policy[i], layer, site)) continue;
        const int n = snprintf(text + used, bytes - used, "%s%s", used > 0 ? "+" : "", m->raw->policy[i].set);
        if (n < 0 || (size_t)n >= bytes - used)
            return fq_fail(FQ_ERR_USAGE, "policy %s: more than %zu characters of changes for layers.%d.%s", m->path,
                           bytes - 1, layer, fq_site_name(site));
        used += (size_t)n;
    }
    return FQ_OK;
}

fq_status fq_policy_map_save(const char *path, const char *name, const char *about, int layers,
                             const char *const *set) {
    fq_file file;
    FQ_TRY(fq_file_create(&file, path));
    fprintf(file.f, "name: %s\nabout: \"%s\"\npolicy:\n", name, about);
    for (int k = 0; k < layers * FQ_SITE_COUNT; k++)
        if (set[k] != NULL && set[k][0] != 0)
            fprintf(file.f, "- {site: layers.%d.%s, set: \"%s\"}\n", k / FQ_SITE_COUNT,
                    fq_site_name((fq_site)(k % FQ_SITE_COUNT)), set[k]);
    return fq_file_commit(&file);
}
