/* Filters, expressions and verdicts of claims. Filters see the columns of the CSV files by name, so a claim can ask for
 * whatever a run records. */
#include "harness/claims.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/contrast.h"
#include "harness/windows.h"

enum { TERMS_MOST = 24, WORD_BYTES = 128, PAIRS_MOST = 4096, TEXT_BYTES = 512 };
static const double level = 0.95;

#define FQ_COL_TEXT(name) {#name, 1, offsetof(FQ_ROW, name)},
#define FQ_COL_NUM(name) {#name, 0, offsetof(FQ_ROW, name)},
#define FQ_ROW fq_claim
static const fq_column claim_column[] = {
#include "harness/claims.def"
};
#undef FQ_ROW
#define FQ_ROW fq_outcome
static const fq_column outcome_column[] = {
#include "harness/outcomes.def"
};
#undef FQ_ROW
#undef FQ_COL_TEXT
#undef FQ_COL_NUM
static const fq_columns claim_table = {"claims", claim_column, (int)(sizeof claim_column / sizeof claim_column[0]),
                                       sizeof(fq_claim), 0};
static const fq_columns outcome_table = {
    "outcomes", outcome_column, (int)(sizeof outcome_column / sizeof outcome_column[0]), sizeof(fq_outcome), 0};

const fq_columns *fq_outcome_columns(void) {
    return &outcome_table;
}

/* ---- rows and their columns ---- */

static const fq_column *find_column(const fq_columns *c, const char *name) {
    for (int i = 0; i < c->n; i++)
        if (strcmp(c->column[i].name, name) == 0) return &c->column[i];
    return NULL;
}

static const char *text_at(const fq_column *c, const void *row) {
    const char *text;
    memcpy(&text, (const char *)row + c->offset, sizeof text);
    return fq_or_empty(text);
}

static double number_at(const fq_column *c, const void *row) {
    double x;
    FQ_ASSERT(row != NULL);
    memcpy(&x, (const char *)row + c->offset, sizeof x);
    return x;
}

/* NAN where there is no such column. */
static double number_of(const fq_columns *c, const char *name, const void *row) {
    const fq_column *column = find_column(c, name);
    return column != NULL && !column->is_text ? number_at(column, row) : NAN;
}

static const fq_columns *columns_of(const fq_claim *claim) {
    return fq_record_columns(strcmp(claim->csv, "accuracy") == 0 ? FQ_TABLE_ACCURACY : FQ_TABLE_RESULTS);
}

/* ---- filters ---- */

typedef struct term {
    char key[WORD_BYTES], value[WORD_BYTES];
    char how; /* '=' equal, '!' not equal, '~' one of the parts occurs (number: equals; none: missing) */
} term;

typedef struct filter {
    term term[TERMS_MOST];
    int n;
} filter;

static void trimmed(char *out, const char *from, const char *to) {
    while (from < to && *from == ' ')
        from++;
    while (to > from && to[-1] == ' ')
        to--;
    snprintf(out, WORD_BYTES, "%.*s", (int)(to - from), from);
}

/* Terms of `text` are added; one with a key that is there already replaces it. */
static fq_status add_terms(filter *f, const char *text, const fq_columns *columns) {
    for (const char *p = fq_or_empty(text); *p != '\0';) {
        const char *end = p + strcspn(p, ";"), *op = p + strcspn(p, "=~!;");
        term t = {.how = *op};
        if (op == end || (*op == '!' && op[1] != '='))
            return fq_fail(FQ_ERR_INPUT, "'%.*s': key=value, key!=value or key~part|part expected", (int)(end - p), p);
        trimmed(t.key, p, op);
        trimmed(t.value, op + (*op == '!' ? 2 : 1), end);
        if (find_column(columns, t.key) == NULL)
            return fq_fail(FQ_ERR_INPUT, "'%s': no such column in %s.csv", t.key, columns->name);
        int at = 0;
        while (at < f->n && strcmp(f->term[at].key, t.key) != 0)
            at++;
        if (at == TERMS_MOST) return fq_fail(FQ_ERR_INPUT, "more than %d terms", TERMS_MOST);
        f->term[at] = t;
        if (at == f->n) f->n++;
        p = *end == ';' ? end + 1 : end;
    }
    return FQ_OK;
}

static int has_part(const char *text, const char *parts) {
    while (*parts != '\0') {
        char part[WORD_BYTES];
        const size_t n = strcspn(parts, "|");
        snprintf(part, sizeof part, "%.*s", (int)n, parts);
        if (part[0] != '\0' && strstr(text, part) != NULL) return 1;
        parts += n + (parts[n] == '|');
    }
    return 0;
}

/* x is one of "1|2|none"; none: missing. */
static int is_one_of(double x, const char *parts) {
    while (*parts != '\0') {
        const size_t n = strcspn(parts, "|");
        if (strncmp(parts, "none", 4) == 0 ? isnan(x) : x == strtod(parts, NULL)) return 1;
        parts += n + (parts[n] == '|');
    }
    return 0;
}

static int meets(const term *t, const fq_columns *columns, const void *row) {
    const fq_column *c = find_column(columns, t->key);
    int equal;
    if (c->is_text) {
        if (t->how == '~') return has_part(text_at(c, row), t->value);
        equal = strcmp(text_at(c, row), t->value) == 0;
    } else if (t->how == '~') {
        return is_one_of(number_at(c, row), t->value);
    } else if (t->value[0] == '\0') {
        equal = isnan(number_at(c, row));
    } else {
        equal = number_at(c, row) == strtod(t->value, NULL);
    }
    return t->how == '!' ? !equal : equal;
}

/* First term that the row does not meet, NULL if it meets all. */
static const term *unmet(const filter *f, const fq_columns *columns, const void *row) {
    for (int i = 0; i < f->n; i++)
        if (!meets(&f->term[i], columns, row)) return &f->term[i];
    return NULL;
}

/* ---- expressions ---- */

typedef struct expression {
    char left[WORD_BYTES], right[WORD_BYTES]; /* right: "" for a column alone */
    char op;                                  /* '/', '-' or 0 */
} expression;

static fq_status parse_expression(const char *text, const fq_columns *columns, expression *e) {
    const char *op = text + strcspn(text, "/-");
    e->op = *op;
    trimmed(e->left, text, op);
    trimmed(e->right, *op ? op + 1 : op, text + strlen(text));
    const fq_column *l = find_column(columns, e->left), *r = find_column(columns, e->right);
    if (l == NULL || l->is_text)
        return fq_fail(FQ_ERR_INPUT, "'%s': no number column of %s.csv", e->left, columns->name);
    if (e->op != 0 && (r == NULL || r->is_text))
        return fq_fail(FQ_ERR_INPUT, "'%s': no number column of %s.csv", e->right, columns->name);
    return FQ_OK;
}

/* ---- reading ---- */

static int is_unmeasured(const fq_claim *c) {
    return strcmp(fq_or_empty(c->csv), "none") == 0;
}

static fq_status check_claim(const fq_claim *c) {
    filter f = {.n = 0};
    expression e;
    if (fq_or_empty(c->id)[0] == '\0') return fq_fail(FQ_ERR_INPUT, "no id");
    if (isnan(c->value)) return fq_fail(FQ_ERR_INPUT, "no value");
    const char *relation = fq_or_empty(c->relation);
    if (strlen(relation) != 1 || strchr("=<>", relation[0]) == NULL)
        return fq_fail(FQ_ERR_INPUT, "relation '%s': =, < or > expected", relation);
    if (is_unmeasured(c)) return FQ_OK;
    if (strcmp(fq_or_empty(c->csv), "results") != 0 && strcmp(fq_or_empty(c->csv), "accuracy") != 0)
        return fq_fail(FQ_ERR_INPUT, "csv '%s': results, accuracy or none expected", fq_or_empty(c->csv));
    const fq_columns *columns = columns_of(c);
    FQ_TRY(add_terms(&f, c->rows, columns));
    if (f.n == 0) return fq_fail(FQ_ERR_INPUT, "rows: a filter is expected");
    FQ_TRY(add_terms(&f, c->against, columns));
    FQ_TRY(add_terms(&f, c->needs, columns));
    FQ_TRY(parse_expression(fq_or_empty(c->expression), columns, &e));
    if ((e.op != 0) != (fq_or_empty(c->against)[0] != '\0'))
        return fq_fail(FQ_ERR_INPUT, "expression '%s': two columns go with `against`, one goes without", c->expression);
    return FQ_OK;
}

fq_status fq_claims_read(const char *path, fq_arena *arena, fq_claim **claims, int *n) {
    void *rows;
    FQ_TRY(fq_record_read_columns(path, &claim_table, arena, &rows, n));
    *claims = rows;
    for (int i = 0; i < *n; i++) {
        const fq_claim *c = &(*claims)[i];
        fq_status s = check_claim(c);
        for (int k = 0; k < i && s == FQ_OK; k++)
            if (strcmp(fq_or_empty((*claims)[k].id), c->id) == 0) s = fq_fail(FQ_ERR_INPUT, "the id comes twice");
        if (s != FQ_OK) return fq_fail_prefix(s, "%s: claim %d (%s)", path, i + 1, fq_or_empty(c->id));
    }
    return FQ_OK;
}

/* ---- our value ---- */

typedef struct answer {
    const fq_folder *run;
    const void *row;
    int found; /* rows that meet the filter */
} answer;

static int is_usable(int accuracy, const void *row) {
    return accuracy || strcmp(fq_or_empty(((const fq_result *)row)->verdict), "PASS") == 0;
}

/* Of the rows that can be used, the last; only if there is none, one that cannot. Rows from `before` on (NULL: none) do
 * not count. */
static answer find_rows(const filter *f, const fq_columns *columns, int accuracy, const fq_folder *runs, int n_runs,
                        const void *before) {
    answer a = {NULL, NULL, 0};
    int usable = 0;
    for (int r = 0; r < n_runs; r++) {
        const char *rows = accuracy ? (const char *)runs[r].accuracy : (const char *)runs[r].results;
        const int n = accuracy ? runs[r].n_accuracy : runs[r].n_results;
        for (int i = 0; i < n; i++) {
            const void *row = rows + (size_t)i * columns->row_bytes;
            if (row == before) return a;
            if (unmet(f, columns, row) != NULL) continue;
            const int pass = is_usable(accuracy, row);
            if (usable && !pass) continue;
            a.found = pass && usable ? a.found + 1 : 1;
            usable |= pass;
            a.run = &runs[r];
            a.row = row;
        }
    }
    return a;
}

static int ends(const char *text, const char *suffix) {
    const size_t n = strlen(text), m = strlen(suffix);
    return n >= m && strcmp(text + n - m, suffix) == 0;
}

/* A column with its interval: NAME_lo and NAME_hi (before the unit), or, for rates and times, that of the median. */
static fq_ratio value_of(const fq_columns *columns, const char *name, const void *row) {
    char lo[WORD_BYTES + 8], hi[WORD_BYTES + 8];
    fq_ratio v = {number_of(columns, name, row), NAN, NAN, 0};
    snprintf(lo, sizeof lo, "%s_lo", name);
    snprintf(hi, sizeof hi, "%s_hi", name);
    v.lo = number_of(columns, lo, row);
    v.hi = number_of(columns, hi, row);
    const double t = number_of(columns, "median_ns", row), least = number_of(columns, "median_lo_ns", row),
                 most = number_of(columns, "median_hi_ns", row);
    if (!isnan(v.lo) || !(t > 0)) return v;
    const int rate = ends(name, "_ts") || strcmp(name, "tflops") == 0 || strcmp(name, "gbps") == 0;
    if (rate) {
        v.lo = v.ratio * t / most;
        v.hi = v.ratio * t / least;
    } else if (ends(name, "_ns") || ends(name, "_ms")) {
        v.lo = v.ratio * least / t;
        v.hi = v.ratio * most / t;
    }
    return v;
}

/* Times of both rows in the rounds that both took part in. */
static int paired_times(const fq_folder *f, const fq_result *a, const fq_result *b, double *x, double *y) {
    int n = 0;
    for (int i = 0; i < f->n_samples && n < PAIRS_MOST; i++) {
        const fq_sample *s = &f->samples[i];
        if (strcmp(fq_or_empty(s->test_id), fq_or_empty(a->test_id)) != 0) continue;
        for (int k = 0; k < f->n_samples; k++) {
            const fq_sample *t = &f->samples[k];
            if (t->round != s->round || strcmp(fq_or_empty(t->test_id), fq_or_empty(b->test_id)) != 0) continue;
            x[n] = s->t_ns;
            y[n++] = t->t_ns;
            break;
        }
    }
    return n;
}

static fq_status ratio_of_times(const answer *a, const answer *b, int rate, fq_arena *arena, fq_ratio *out) {
    double *x = FQ_NEW(arena, double, PAIRS_MOST), *y = FQ_NEW(arena, double, PAIRS_MOST);
    out->n = 0;
    if (x == NULL || y == NULL) return FQ_ERR_MEMORY;
    if (a->run != b->run) return FQ_OK;
    const int n = paired_times(a->run, a->row, b->row, x, y);
    if (n < 6) return FQ_OK;
    *out = rate ? fq_contrast_paired(x, y, n, level, 1) : fq_contrast_paired(y, x, n, level, 1);
    return FQ_OK;
}

/* Errors of both sides, taken as independent. */
static fq_ratio combine(const fq_ratio *a, const fq_ratio *b, char op) {
    fq_ratio r = {NAN, NAN, NAN, 0};
    if (op == '-') {
        r.ratio = a->ratio - b->ratio;
        r.lo = r.ratio - hypot(a->ratio - a->lo, b->hi - b->ratio);
        r.hi = r.ratio + hypot(a->hi - a->ratio, b->ratio - b->lo);
    } else {
        r.ratio = a->ratio / b->ratio;
        r.lo = r.ratio * exp(-hypot(log(a->ratio / a->lo), log(b->hi / b->ratio)));
        r.hi = r.ratio * exp(hypot(log(a->hi / a->ratio), log(b->ratio / b->lo)));
    }
    return r;
}

static fq_status evaluate(const expression *e, const fq_columns *columns, const answer *a, const answer *b,
                          fq_arena *arena, fq_ratio *out) {
    *out = value_of(columns, e->left, a->row);
    if (e->op == 0) return FQ_OK;
    const fq_ratio right = value_of(columns, e->right, b->row), left = *out;
    *out = combine(&left, &right, e->op);
    fq_ratio paired;
    if (columns == fq_record_columns(FQ_TABLE_ACCURACY)) {
        if (a->run != b->run || strcmp(e->left, e->right) != 0) return FQ_OK;
        FQ_TRY(fq_windows_contrast(a->run, a->row, b->row, e->left, e->op, arena, &paired));
        if (paired.n > 0) *out = paired;
        return FQ_OK;
    }
    const int rate = ends(e->left, "_ts"), time = ends(e->left, "_ns") || ends(e->left, "_ms");
    if (e->op != '/' || strcmp(e->left, e->right) != 0 || !(rate || time)) return FQ_OK;
    FQ_TRY(ratio_of_times(a, b, rate, arena, &paired));
    if (paired.n > 0) *out = paired;
    return FQ_OK;
}

/* ---- verdict ---- */

static void describe(const filter *f, char *out, size_t bytes) {
    size_t n = 0;
    out[0] = '\0';
    for (int i = 0; i < f->n && n < bytes; i++) {
        const term *t = &f->term[i];
        n += (size_t)snprintf(out + n, bytes - n, "%s%s%s%s", i > 0 ? "; " : "", t->key,
                              t->how == '!'   ? "!="
                              : t->how == '~' ? "~"
                                              : "=",
                              t->value);
    }
}

static fq_status not_comparable(fq_outcome *o, fq_arena *arena, const char *why, const char *detail) {
    o->verdict = "NOT COMPARABLE";
    o->why = fq_arena_printf(arena, "%s%s", why, detail);
    return o->why != NULL ? FQ_OK : FQ_ERR_MEMORY;
}

static fq_status decide(const fq_claim *c, const fq_ratio *ours, int found, fq_arena *arena, fq_outcome *o) {
    const double lo = isnan(ours->lo) ? ours->ratio : ours->lo, hi = isnan(ours->hi) ? ours->ratio : ours->hi;
    const double slack = isnan(c->tolerance_pct) ? 0 : fabs(c->value) * c->tolerance_pct / 100;
    const char relation = c->relation[0];
    char many[64] = "", reason[TEXT_BYTES] = "";
    int holds;
    if (relation == '=') {
        holds = lo <= c->value + slack && hi >= c->value - slack;
        if (!holds)
            snprintf(reason, sizeof reason, "%+.1f %% from the paper's",
                     100 * (ours->ratio - c->value) / fabs(c->value));
    } else {
        const int up = relation == '>';
        holds = up ? lo > c->value : hi < c->value;
        if (!holds && (up ? hi > c->value : lo < c->value))
            snprintf(reason, sizeof reason, "the interval reaches over %.4g", c->value);
        else if (!holds)
            snprintf(reason, sizeof reason, "the other way round");
    }
    if (isnan(ours->lo))
        snprintf(reason + strlen(reason), sizeof reason - strlen(reason), "%sno interval", reason[0] ? ", " : "");
    if (found > 1) snprintf(many, sizeof many, "%slast of %d rows", reason[0] ? ", " : "", found);
    o->verdict = holds ? "REPRODUCED" : "NOT REPRODUCED";
    o->why = fq_arena_printf(arena, "%s%s", reason, many);
    return o->why != NULL ? FQ_OK : FQ_ERR_MEMORY;
}

static const char *row_name(const fq_claim *c, const void *row, fq_arena *arena) {
    if (strcmp(c->csv, "results") == 0) return ((const fq_result *)row)->test_id;
    const fq_accuracy_row *a = row;
    return fq_arena_printf(arena, "%s %s %s ctx%.0f", fq_or_empty(a->variant), fq_or_empty(a->model),
                           fq_or_empty(a->text), a->ctx);
}

/* The row that is held against must share what a claim does not name: threads, machine, cache. */
static fq_status share_conditions(filter *f, const char *named, const fq_columns *columns, const void *row) {
    static const char *const shared[] = {"n_threads", "gpu_info", "cpu_info", "cache",    "data",  "m",    "n",
                                         "k",         "batch",    "seq",      "n_prompt", "n_gen", "model"};
    static const char *const asked[] = {"model", "text", "protocol", "ctx", "windows", "kappa", "tokens_sha256"};
    const int accuracy = columns == fq_record_columns(FQ_TABLE_ACCURACY);
    const char *const *keys = accuracy ? asked : shared;
    const size_t n = accuracy ? sizeof asked / sizeof asked[0] : sizeof shared / sizeof shared[0];
    filter own = {.n = 0};
    FQ_TRY(add_terms(&own, named, columns));
    for (size_t i = 0; i < n; i++) {
        const fq_column *column = find_column(columns, keys[i]);
        int is_named = column == NULL || f->n == TERMS_MOST;
        for (int k = 0; k < own.n; k++)
            is_named |= strcmp(own.term[k].key, keys[i]) == 0;
        if (is_named) continue;
        term *t = &f->term[f->n++];
        snprintf(t->key, sizeof t->key, "%s", keys[i]);
        t->how = '=';
        t->value[0] = '\0';
        if (column->is_text)
            snprintf(t->value, sizeof t->value, "%s", text_at(column, row));
        else if (!isnan(number_at(column, row)))
            snprintf(t->value, sizeof t->value, "%.17g", number_at(column, row));
    }
    return FQ_OK;
}

/* The row that a is held against: in the same run, else in any. row NULL: none that can be used. */
static fq_status find_partner(const fq_claim *c, const filter *rows, const fq_columns *columns, const answer *a,
                              const fq_folder *runs, int n_runs, answer *b) {
    const int accuracy = columns == fq_record_columns(FQ_TABLE_ACCURACY);
    filter against = *rows;
    FQ_TRY(add_terms(&against, c->against, columns));
    FQ_TRY(share_conditions(&against, c->against, columns, a->row));
    *b = find_rows(&against, columns, accuracy, a->run, 1, NULL);
    if (b->row == NULL || !is_usable(accuracy, b->row)) *b = find_rows(&against, columns, accuracy, runs, n_runs, NULL);
    if (b->row != NULL && !is_usable(accuracy, b->row)) b->row = NULL;
    return FQ_OK;
}

static fq_status judge(const fq_claim *c, const fq_folder *runs, int n_runs, fq_arena *arena, fq_outcome *o) {
    if (is_unmeasured(c)) return not_comparable(o, arena, "", fq_or_empty(c->needs));
    const fq_columns *columns = columns_of(c);
    const int accuracy = strcmp(c->csv, "accuracy") == 0;
    filter rows = {.n = 0}, needs = {.n = 0};
    expression e;
    char text[TEXT_BYTES];
    FQ_TRY(add_terms(&rows, c->rows, columns));
    FQ_TRY(add_terms(&needs, c->needs, columns));
    FQ_TRY(parse_expression(c->expression, columns, &e));
    answer a = find_rows(&rows, columns, accuracy, runs, n_runs, NULL), b = {NULL, NULL, 0};
    if (a.row == NULL) {
        describe(&rows, text, sizeof text);
        return not_comparable(o, arena, "not measured: no row with ", text);
    }
    /* The last row that has a partner. */
    if (e.op != 0) FQ_TRY(find_partner(c, &rows, columns, &a, runs, n_runs, &b));
    for (answer older = a; e.op != 0 && b.row == NULL;) {
        older = find_rows(&rows, columns, accuracy, runs, n_runs, older.row);
        if (older.row == NULL || !is_usable(accuracy, older.row)) break;
        FQ_TRY(find_partner(c, &rows, columns, &older, runs, n_runs, &b));
        if (b.row != NULL) a = older;
    }
    o->our_rows = row_name(c, a.row, arena);
    if (!accuracy && strcmp(fq_or_empty(((const fq_result *)a.row)->data), "zeros") == 0)
        return not_comparable(o, arena, "measured on zeros: ", "no claim can rest on that");
    if (!is_usable(accuracy, a.row))
        return not_comparable(o, arena, "the row is ", fq_or_empty(((const fq_result *)a.row)->verdict));
    if (e.op != 0) {
        if (b.row == NULL)
            return not_comparable(o, arena, "nothing to hold it against: no PASS row that differs only in ",
                                  c->against);
        o->our_rows =
            fq_arena_printf(arena, "%s / %s", fq_or_empty(o->our_rows), fq_or_empty(row_name(c, b.row, arena)));
    }
    fq_ratio ours;
    FQ_TRY(evaluate(&e, columns, &a, &b, arena, &ours));
    if (!isfinite(ours.ratio)) return not_comparable(o, arena, "no value in column ", e.left);
    o->ours = ours.ratio;
    o->ours_lo = ours.lo;
    o->ours_hi = ours.hi;
    const term *missing = unmet(&needs, columns, a.row);
    if (missing != NULL) {
        const fq_column *column = find_column(columns, missing->key);
        char value[WORD_BYTES] = "";
        if (column->is_text)
            snprintf(value, sizeof value, "'%s'", text_at(column, a.row));
        else
            snprintf(value, sizeof value, "%g", number_at(column, a.row));
        snprintf(text, sizeof text, "%s %s %s; ours: %s", missing->key,
                 missing->how == '~'   ? "with"
                 : missing->how == '!' ? "other than"
                                       : "=",
                 missing->value, value);
        return not_comparable(o, arena, "needs ", text);
    }
    return decide(c, &ours, a.found, arena, o);
}

fq_status fq_claims_judge(const fq_claim *claims, int n, const fq_folder *runs, int n_runs, fq_arena *arena,
                          fq_outcome **outcomes) {
    *outcomes = FQ_NEW(arena, fq_outcome, n > 0 ? n : 1);
    if (*outcomes == NULL) return FQ_ERR_MEMORY;
    for (int i = 0; i < n; i++) {
        const fq_claim *c = &claims[i];
        fq_outcome *o = &(*outcomes)[i];
        fq_record_clear(&outcome_table, o);
        o->id = c->id;
        o->paper = c->paper;
        o->table = c->table;
        o->quantity = c->quantity;
        o->conditions = c->conditions;
        o->relation = c->relation;
        o->value = c->value;
        o->unit = c->unit;
        FQ_TRY(judge(c, runs, n_runs, arena, o));
    }
    return FQ_OK;
}
