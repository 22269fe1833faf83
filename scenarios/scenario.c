/* The settings of a step: their table, their defaults, how a text becomes a value, and the checks that need more than
 * one of them. */
#include "scenarios/scenario.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/registry.h"
#include "models/corpus.h"
#include "models/variant.h"
#include "scenarios/shapes.h"

#define FQ_FOUR(type, key, value, lo, hi, names, used, about)                                                          \
    {FQ_TYPE_##type, #key, value, lo, hi, FQ_NAMES_##names, used, about, offsetof(fq_step, key)},
const fq_setting fq_settings[FQ_SETTING_COUNT] = {
#define FQ_SETTING(...) FQ_FOUR(__VA_ARGS__)
#include "scenarios/settings.def"
#undef FQ_SETTING
};

static const struct {
    const char *name, *about;
} kinds[FQ_KIND_COUNT] = {
#define FQ_SCENARIO(kind, about) {#kind, about},
#include "scenarios/scenarios.def"
#undef FQ_SCENARIO
};

const char *fq_kind_name(fq_kind k) {
    return kinds[k].name;
}

const char *fq_kind_about(fq_kind k) {
    return kinds[k].about;
}

int fq_kind_find(const char *name) {
    for (int k = 0; k < FQ_KIND_COUNT; k++)
        if (strcmp(kinds[k].name, name) == 0) return k;
    return -1;
}

int fq_setting_find(const char *name) {
    for (int i = 0; i < FQ_SETTING_COUNT; i++)
        if (strcmp(fq_settings[i].key, name) == 0) return i;
    return -1;
}

int fq_setting_used(fq_setting_id id, fq_kind kind) {
    const char *name = kinds[kind].name;
    size_t n = strlen(name);
    for (const char *p = fq_settings[id].used; (p = strstr(p, name)) != NULL; p += n)
        if ((p == fq_settings[id].used || p[-1] == ' ') && (p[n] == ' ' || p[n] == 0)) return 1;
    return 0;
}

static void *field(const fq_step *s, fq_setting_id id) {
    return (char *)(uintptr_t)s + fq_settings[id].offset;
}

/* ---- numbers and ranges ---- */

static fq_status parse_number(const char *text, int whole, double lo, double hi, double *out) {
    char *end;
    errno = 0;
    double x = strtod(text, &end);
    if (end == text || *end != 0 || !isfinite(x) || errno == ERANGE || (whole && x != floor(x)) ||
        strpbrk(text, "xXnN ") != NULL)
        return fq_fail(FQ_ERR_USAGE, "'%s' is no %s", text, whole ? "whole number" : "number");
    if (x < lo || x > hi) return fq_fail(FQ_ERR_USAGE, "%s is out of range, expected %.10g to %.10g", text, lo, hi);
    *out = x;
    return FQ_OK;
}

/* One piece of a list: "128", "1-8", "1-8+2" or "1-64*2". */
static fq_status expand_range(const char *piece, double lo, double hi, int *v, int most, int *n) {
    const char *dash = strchr(piece, '-');
    double first = 0, last = 0, step = 1;
    int multiply = 0;
    if (dash == NULL || dash == piece) {
        FQ_TRY(parse_number(piece, 1, lo, hi, &first));
        if (*n >= most) return fq_fail(FQ_ERR_USAGE, "more than %d values", most);
        v[(*n)++] = (int)first;
        return FQ_OK;
    }
    char a[64], b[64];
    if (strlen(piece) >= sizeof a) return fq_fail(FQ_ERR_USAGE, "'%s' is no range", piece);
    snprintf(a, sizeof a, "%.*s", (int)(dash - piece), piece);
    snprintf(b, sizeof b, "%s", dash + 1);
    char *mark = strpbrk(b, "+*");
    if (mark != NULL) {
        multiply = *mark == '*';
        *mark = 0;
        if (parse_number(mark + 1, 1, multiply ? 2 : 1, 1e9, &step) != FQ_OK)
            return fq_fail(FQ_ERR_USAGE, "range '%s': the step '%s' is no whole number of at least %d", piece, mark + 1,
                           multiply ? 2 : 1);
    }
    FQ_TRY(parse_number(a, 1, lo, hi, &first));
    FQ_TRY(parse_number(b, 1, lo, hi, &last));
    if (first > last) return fq_fail(FQ_ERR_USAGE, "range '%s' runs backwards", piece);
    if (multiply && first <= 0) return fq_fail(FQ_ERR_USAGE, "range '%s' multiplies from 0", piece);
    const long long by = (long long)step;
    for (long long x = (long long)first; x <= (long long)last; x = multiply ? x * by : x + by) {
        if (*n >= most) return fq_fail(FQ_ERR_USAGE, "range '%s' has more than %d values", piece, most);
        v[(*n)++] = (int)x;
    }
    return FQ_OK;
}

/* Next piece of a comma-separated list into buf; returns the rest or NULL at the end. */
static const char *next_piece(const char *text, char *buf, size_t bytes) {
    size_t n = strcspn(text, ",");
    snprintf(buf, bytes, "%.*s", (int)n, text);
    return text[n] == ',' ? text + n + 1 : NULL;
}

fq_status fq_ints_parse(const char *text, double lo, double hi, fq_arena *arena, fq_ints *out) {
    enum { MOST = 4096 };
    int v[MOST], n = 0;
    char piece[256];
    for (const char *p = text; p != NULL;) {
        p = next_piece(p, piece, sizeof piece);
        if (piece[0] == 0) return fq_fail(FQ_ERR_USAGE, "'%s' has an empty entry", text);
        FQ_TRY(expand_range(piece, lo, hi, v, MOST, &n));
    }
    out->v = FQ_NEW(arena, int, n);
    if (out->v == NULL) return FQ_ERR_MEMORY;
    memcpy(out->v, v, (size_t)n * sizeof v[0]);
    out->n = n;
    return FQ_OK;
}

int fq_ints_most(const fq_ints *v) {
    int most = 0;
    for (int i = 0; i < v->n; i++)
        most = v->v[i] > most ? v->v[i] : most;
    return most;
}

/* "1,8,32": each once. */
static fq_status parse_numbers(const char *text, double lo, double hi, fq_arena *arena, fq_nums *out) {
    int n = 1;
    for (const char *p = text; *p != 0; p++)
        n += *p == ',';
    out->v = FQ_NEW(arena, double, n);
    if (out->v == NULL) return FQ_ERR_MEMORY;
    out->n = 0;
    char piece[64];
    for (const char *p = text; p != NULL;) {
        double x = 0;
        p = next_piece(p, piece, sizeof piece);
        if (piece[0] == 0) return fq_fail(FQ_ERR_USAGE, "'%s' has an empty entry", text);
        FQ_TRY(parse_number(piece, 0, lo, hi, &x));
        for (int i = 0; i < out->n; i++)
            if (out->v[i] == x) return fq_fail(FQ_ERR_USAGE, "%s is there twice", piece);
        out->v[out->n++] = x;
    }
    return FQ_OK;
}

/* ---- names ---- */

static void add_name(char *out, size_t bytes, const char *name) {
    size_t used = strlen(out);
    snprintf(out + used, bytes - used, "%s%s", used > 0 ? ", " : "", name);
}

const char *const fq_data_names[FQ_DATA_COUNT] = {"gauss", "real", "zeros"};

/* "a,b": every part is one of the names. */
static int is_list_of(const char *text, const char *const *names, int n) {
    for (const char *p = text;; p++) {
        const size_t length = strcspn(p, ",");
        int at = 0;
        while (at < n && (strlen(names[at]) != length || strncmp(names[at], p, length) != 0))
            at++;
        if (at == n) return 0;
        p += length;
        if (*p == 0) return 1;
    }
}

static int makes_rows(fq_family f) {
    return f == FQ_FAMILY_row || f == FQ_FAMILY_rope;
}

static int known_name(fq_names names, const char *text, char *valid, size_t bytes) {
    switch (names) {
    case FQ_NAMES_ANY:
        return 1;
    case FQ_NAMES_VARIANT:
        for (int i = 0; i < fq_variant_count; i++)
            add_name(valid, bytes, fq_variants[i].name);
        return fq_variant_find(text) != NULL;
    case FQ_NAMES_KERNEL:
        for (int op = 0; op < FQ_OP_COUNT; op++)
            if (fq_op_family((fq_op)op) == FQ_FAMILY_gemm) add_name(valid, bytes, fq_op_name((fq_op)op));
        add_name(valid, bytes, "or a kernel of `fqbench list kernels` that starts with gemm_");
        if (fq_kernel_find(text) != NULL) return fq_kernel_find(text)->family == FQ_FAMILY_gemm;
        return fq_op_find(text) >= 0 && fq_op_family((fq_op)fq_op_find(text)) == FQ_FAMILY_gemm;
    case FQ_NAMES_USE_KERNEL:
        add_name(valid, bytes, "dispatch, or a kernel of `fqbench list kernels` that starts with gemm_");
        if (strcmp(text, "dispatch") == 0) return 1;
        return fq_kernel_find(text) != NULL && fq_kernel_find(text)->family == FQ_FAMILY_gemm;
    case FQ_NAMES_ROW_KERNEL:
        for (int op = 0; op < FQ_OP_COUNT; op++)
            if (makes_rows(fq_op_family((fq_op)op))) add_name(valid, bytes, fq_op_name((fq_op)op));
        add_name(valid, bytes, "or a kernel of these");
        if (fq_kernel_find(text) != NULL) return makes_rows(fq_kernel_find(text)->family);
        return fq_op_find(text) >= 0 && makes_rows(fq_op_family((fq_op)fq_op_find(text)));
    case FQ_NAMES_ACTIVATION:
        add_name(valid, bytes, "a recipe of `fqbench list recipes` that starts with a.");
        return strncmp(text, "a.", 2) == 0 && fq_recipe_find(text) != NULL;
    case FQ_NAMES_SHAPE:
        for (int i = 0; i < fq_shape_count; i++)
            add_name(valid, bytes, fq_shapes[i].name);
        add_name(valid, bytes, "or NxK (outputs x inputs)");
        return fq_shape_find(text) != NULL || fq_shape_parse(text, NULL, NULL);
    case FQ_NAMES_PROTOCOL:
        for (int i = 0; i < FQ_PROTOCOL_COUNT; i++)
            add_name(valid, bytes, fq_protocol_name((fq_protocol)i));
        return fq_protocol_find(text) >= 0;
    case FQ_NAMES_REFERENCE:
        add_name(valid, bytes, "f32, none");
        return strcmp(text, "f32") == 0 || strcmp(text, "none") == 0;
    case FQ_NAMES_BACKEND:
        add_name(valid, bytes, "cpu, cuda");
        return strcmp(text, "cpu") == 0 || strcmp(text, "cuda") == 0;
    case FQ_NAMES_CACHE:
        add_name(valid, bytes, "cold, hot, cold,hot");
        return strcmp(text, "cold") == 0 || strcmp(text, "hot") == 0 || strcmp(text, "cold,hot") == 0;
    case FQ_NAMES_OUTLIERS: {
        unsigned bits;
        add_name(valid, bytes, "norms, up, values, keys, separated by commas");
        return fq_outliers_kinds(text, &bits) == FQ_OK;
    }
    case FQ_NAMES_FORMAT:
        for (int i = 0; i < FQ_FORMAT_COUNT; i++)
            add_name(valid, bytes, fq_formats[i].name);
        return fq_format_find(text) >= 0;
    case FQ_NAMES_DATA:
        add_name(valid, bytes, "gauss, real, zeros, or several of them separated by commas");
        return is_list_of(text, fq_data_names, FQ_DATA_COUNT);
    case FQ_NAMES_ATTENTION:
        add_name(valid, bytes, "attention_prefill, attention_decode");
        add_name(valid, bytes, "or a kernel of `fqbench list kernels` that starts with one of them");
        if (fq_kernel_find(text) != NULL) return fq_kernel_find(text)->family == FQ_FAMILY_attention;
        return fq_op_find(text) >= 0 && fq_op_family((fq_op)fq_op_find(text)) == FQ_FAMILY_attention;
    }
    return 0;
}

static fq_status check_name(fq_names names, const char *text) {
    char valid[1024] = "";
    /* What is wrong with a changed row is in its changes more often than in its name. */
    if (names == FQ_NAMES_VARIANT && strchr(text, ':') != NULL)
        return fq_variant_find(text) != NULL ? FQ_OK : FQ_ERR_USAGE;
    if (known_name(names, text, valid, sizeof valid)) return FQ_OK;
    return fq_fail(FQ_ERR_USAGE, "'%s' is unknown; valid: %s", text, valid);
}

static fq_status parse_texts(fq_names names, const char *text, fq_arena *arena, fq_texts *out) {
    int n = 1;
    for (const char *p = text; *p != 0; p++)
        n += *p == ',';
    out->v = FQ_NEW(arena, const char *, n);
    if (out->v == NULL) return FQ_ERR_MEMORY;
    out->n = 0;
    char piece[1024];
    for (const char *p = text; p != NULL;) {
        p = next_piece(p, piece, sizeof piece);
        if (piece[0] == 0) return fq_fail(FQ_ERR_USAGE, "'%s' has an empty entry", text);
        FQ_TRY(check_name(names, piece));
        for (int i = 0; i < out->n; i++)
            if (strcmp(out->v[i], piece) == 0) return fq_fail(FQ_ERR_USAGE, "'%s' is there twice", piece);
        if ((out->v[out->n++] = fq_arena_printf(arena, "%s", piece)) == NULL) return FQ_ERR_MEMORY;
    }
    return FQ_OK;
}

static fq_status set_value(fq_step *s, fq_setting_id id, const char *text, fq_arena *arena) {
    const fq_setting *set = &fq_settings[id];
    double x = 0;
    switch (set->type) {
    case FQ_TYPE_TEXT:
        if (text[0] != 0) FQ_TRY(check_name(set->names, text));
        return (*(const char **)field(s, id) = fq_arena_printf(arena, "%s", text)) == NULL ? FQ_ERR_MEMORY : FQ_OK;
    case FQ_TYPE_TEXTS:
        return parse_texts(set->names, text, arena, field(s, id));
    case FQ_TYPE_INT:
        FQ_TRY(parse_number(text, 1, set->lo, set->hi, &x));
        *(int *)field(s, id) = (int)x;
        return FQ_OK;
    case FQ_TYPE_INTS:
        return fq_ints_parse(text, set->lo, set->hi, arena, field(s, id));
    case FQ_TYPE_NUM:
        return parse_number(text, 0, set->lo, set->hi, field(s, id));
    case FQ_TYPE_NUMS:
        return parse_numbers(text, set->lo, set->hi, arena, field(s, id));
    }
    return FQ_OK;
}

fq_status fq_step_set(fq_step *s, fq_setting_id id, const char *text, fq_arena *arena) {
    fq_status status = set_value(s, id, text, arena);
    if (status != FQ_OK) return fq_fail_prefix(status, "%s", fq_settings[id].key);
    s->given[id] = 1;
    return FQ_OK;
}

fq_status fq_step_init(fq_step *s, fq_kind kind, fq_arena *arena) {
    memset(s, 0, sizeof *s);
    s->kind = kind;
    for (int i = 0; i < FQ_SETTING_COUNT; i++)
        FQ_TRY(set_value(s, (fq_setting_id)i, fq_settings[i].value, arena));
    return FQ_OK;
}

/* ---- checks over several settings ---- */

static int has_text(const fq_texts *t, const char *text) {
    for (int i = 0; i < t->n; i++)
        if (strcmp(t->v[i], text) == 0) return 1;
    return 0;
}

fq_status fq_step_check(const fq_step *s) {
    for (int i = 0; i < FQ_SETTING_COUNT; i++)
        if (s->given[i] && !fq_setting_used((fq_setting_id)i, s->kind))
            return fq_fail(FQ_ERR_USAGE, "'%s' is no setting of %s (it belongs to: %s)", fq_settings[i].key,
                           kinds[s->kind].name, fq_settings[i].used);
    if (fq_setting_used(FQ_SET_model, s->kind) && s->model[0] == 0)
        return fq_fail(FQ_ERR_USAGE, "%s needs a model (-m DIR, in YAML model: DIR), for example models/tiny",
                       kinds[s->kind].name);
    if (s->baseline[0] != 0) {
        const int kernels = s->kind == FQ_KIND_gemm || s->kind == FQ_KIND_rows;
        const fq_texts *rows = s->kind == FQ_KIND_gemm   ? &s->kernels
                               : s->kind == FQ_KIND_rows ? &s->row_kernels
                                                         : &s->variants;
        if (!has_text(rows, s->baseline))
            return fq_fail(FQ_ERR_USAGE, "baseline '%s' is not one of the %s", s->baseline,
                           kernels ? "kernels" : "variants");
    }
    if (s->kind == FQ_KIND_ffn)
        for (int i = 0; i < s->shapes.n; i++)
            if (fq_shape_find(s->shapes.v[i]) == NULL)
                return fq_fail(FQ_ERR_USAGE, "shapes: ffn needs model shapes, '%s' is none", s->shapes.v[i]);
    if (s->kind == FQ_KIND_attention || s->kind == FQ_KIND_rows) {
        if (s->heads % s->kv_heads != 0)
            return fq_fail(FQ_ERR_USAGE, "kv_heads: %d does not divide heads: %d", s->kv_heads, s->heads);
        for (int i = 0; i < s->head_dim.n; i++)
            if (s->head_dim.v[i] % 2 != 0) return fq_fail(FQ_ERR_USAGE, "head_dim: %d is odd", s->head_dim.v[i]);
    }
    if (s->kind == FQ_KIND_prefill || s->kind == FQ_KIND_serve)
        for (int i = 0; i < s->prompt.n; i++)
            if (s->prompt.v[i] < 1)
                return fq_fail(FQ_ERR_USAGE, "prompt: %s needs at least one token", kinds[s->kind].name);
    if (s->given[FQ_SET_text] && s->given[FQ_SET_tokens])
        return fq_fail(FQ_ERR_USAGE, "text and tokens exclude each other");
    return FQ_OK;
}

/* ---- back to text ---- */

static void __attribute__((format(printf, 3, 4))) append(char *out, size_t bytes, const char *format, ...) {
    va_list arguments;
    size_t used = strlen(out);
    va_start(arguments, format);
    vsnprintf(out + used, bytes - used, format, arguments);
    va_end(arguments);
}

void fq_step_value(const fq_step *s, fq_setting_id id, char *out, size_t bytes) {
    const void *p = field(s, id);
    out[0] = 0;
    switch (fq_settings[id].type) {
    case FQ_TYPE_TEXT:
        snprintf(out, bytes, "%s", *(const char *const *)p);
        break;
    case FQ_TYPE_INT:
        snprintf(out, bytes, "%d", *(const int *)p);
        break;
    case FQ_TYPE_NUM:
        snprintf(out, bytes, "%.9g", *(const double *)p);
        break;
    case FQ_TYPE_TEXTS:
        for (int i = 0; i < ((const fq_texts *)p)->n; i++)
            append(out, bytes, "%s%s", i > 0 ? "," : "", ((const fq_texts *)p)->v[i]);
        break;
    case FQ_TYPE_INTS:
        for (int i = 0; i < ((const fq_ints *)p)->n; i++)
            append(out, bytes, "%s%d", i > 0 ? "," : "", ((const fq_ints *)p)->v[i]);
        break;
    case FQ_TYPE_NUMS:
        for (int i = 0; i < ((const fq_nums *)p)->n; i++)
            append(out, bytes, "%s%.9g", i > 0 ? "," : "", ((const fq_nums *)p)->v[i]);
        break;
    }
}

void fq_step_describe(const fq_step *s, int all, char *out, size_t bytes) {
    out[0] = 0;
    for (int i = 0; i < FQ_SETTING_COUNT; i++) {
        if (!fq_setting_used((fq_setting_id)i, s->kind) || (!all && !s->given[i])) continue;
        char value[4096];
        fq_step_value(s, (fq_setting_id)i, value, sizeof value);
        size_t used = strlen(out);
        snprintf(out + used, bytes - used, "%s%s=%s", used > 0 ? " " : "", fq_settings[i].key, value);
    }
}
