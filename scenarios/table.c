/* Markdown tables of rows. A column is there if any of the table's rows has a value for it. */
#include "scenarios/table.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

enum { CELL = 128 };
typedef void cell(const void *row, char out[CELL]);

/* Three or four significant digits without an exponent, empty when missing. */
static void number(char out[CELL], double x) {
    out[0] = 0;
    if (isnan(x)) return;
    double a = fabs(x);
    int digits = a >= 1000 ? 0 : a >= 100 ? 1 : a >= 10 ? 2 : a >= 1 ? 3 : 4;
    if (a > 0 && a < 1e-3)
        snprintf(out, CELL, "%.2e", x);
    else
        snprintf(out, CELL, "%.*f", digits, x);
}

static void whole(char out[CELL], double x) {
    out[0] = 0;
    if (!isnan(x)) snprintf(out, CELL, "%.0f", x);
}

static void text(char out[CELL], const char *s) {
    snprintf(out, CELL, "%s", fq_or_empty(s));
}

static void interval(char out[CELL], double x, double lo, double hi) {
    out[0] = 0;
    if (isnan(x)) return;
    if (isnan(lo))
        snprintf(out, CELL, "%.3f", x);
    else
        snprintf(out, CELL, "%.3f [%.3f, %.3f]", x, lo, hi);
}

#define ROW ((const fq_result *)row)
#define CELL_FUNCTION(name, code)                                                                                      \
    static void name(const void *row, char out[CELL]) {                                                                \
        code;                                                                                                          \
    }
CELL_FUNCTION(c_model, text(out, ROW->model))
CELL_FUNCTION(c_variant, text(out, ROW->variant))
CELL_FUNCTION(c_prompt, whole(out, ROW->n_prompt))
CELL_FUNCTION(c_gen, whole(out, ROW->n_gen > 0 ? ROW->n_gen : NAN))
CELL_FUNCTION(c_batch, whole(out, ROW->batch))
CELL_FUNCTION(c_seq, whole(out, ROW->seq))
CELL_FUNCTION(c_m, whole(out, ROW->m))
CELL_FUNCTION(c_n, whole(out, ROW->n))
CELL_FUNCTION(c_k, whole(out, ROW->k))
CELL_FUNCTION(c_threads, whole(out, ROW->n_threads))
CELL_FUNCTION(c_median, number(out, ROW->median_ns * 1e-6))
CELL_FUNCTION(c_half, number(out, (ROW->median_hi_ns - ROW->median_lo_ns) / 2e6))
CELL_FUNCTION(c_floor, number(out, ROW->floor_ns * 1e-6))
CELL_FUNCTION(c_peak, number(out, ROW->peak_pct))
/* Of a single operation they would say nothing. */
CELL_FUNCTION(c_ts, number(out, isnan(ROW->batch) || strncmp(ROW->op, "attention", 9) == 0 ? NAN : ROW->avg_ts))
CELL_FUNCTION(c_gflops, number(out, ROW->tflops * 1e3))
CELL_FUNCTION(c_bits, number(out, ROW->bits_per_weight))
CELL_FUNCTION(c_verdict, text(out, ROW->verdict))
CELL_FUNCTION(c_reason, text(out, ROW->reason))
CELL_FUNCTION(c_note, text(out, ROW->note))
CELL_FUNCTION(c_cache, text(out, ROW->cache))
CELL_FUNCTION(c_data, text(out, ROW->data != NULL && strcmp(ROW->data, "gauss") == 0 ? "" : ROW->data))
#undef ROW

static void c_speedup(const void *row, char out[CELL]) {
    const fq_result *r = row;
    const char *self = r->variant != NULL ? r->variant : r->kernel;
    if (!isnan(r->speedup) && r->baseline != NULL && self != NULL && strcmp(self, r->baseline) == 0)
        text(out, "1 (baseline)");
    else
        interval(out, r->speedup, r->speedup_lo, r->speedup_hi);
}

/* Whole models name a dozen kernels: those are for the CSV. */
static void c_kernel(const void *row, char out[CELL]) {
    const char *name = ((const fq_result *)row)->kernel;
    text(out, name != NULL && strchr(name, ' ') == NULL ? name : "");
}

#define ROW ((const fq_accuracy_row *)row)
CELL_FUNCTION(a_model, text(out, ROW->model))
CELL_FUNCTION(a_variant, text(out, ROW->variant))
CELL_FUNCTION(a_text, text(out, ROW->text))
CELL_FUNCTION(a_ctx, whole(out, ROW->ctx))
CELL_FUNCTION(a_windows, whole(out, ROW->windows))
CELL_FUNCTION(a_bits, number(out, ROW->bits_per_weight))
CELL_FUNCTION(a_ppl, interval(out, ROW->ppl, ROW->ppl_lo, ROW->ppl_hi))
CELL_FUNCTION(a_dppl, interval(out, ROW->dppl, ROW->dppl_lo, ROW->dppl_hi))
CELL_FUNCTION(a_kld, number(out, ROW->kld_mean))
CELL_FUNCTION(a_kld99, number(out, ROW->kld_p99))
CELL_FUNCTION(a_top1, number(out, ROW->top1_pct))
CELL_FUNCTION(a_seconds, number(out, ROW->eval_s))
CELL_FUNCTION(a_kappa, whole(out, ROW->kappa > 1 ? ROW->kappa : NAN))
CELL_FUNCTION(a_kv, number(out, ROW->kv_bits))
CELL_FUNCTION(a_quantize, number(out, ROW->quantize_s))
#undef ROW

#define ROW ((const fq_error_row *)row)
CELL_FUNCTION(e_model, text(out, ROW->model))
CELL_FUNCTION(e_variant, text(out, ROW->variant))
CELL_FUNCTION(e_text, text(out, ROW->text))
CELL_FUNCTION(e_ctx, whole(out, ROW->ctx))
CELL_FUNCTION(e_windows, whole(out, ROW->windows))
CELL_FUNCTION(e_kappa, whole(out, ROW->kappa > 1 ? ROW->kappa : NAN))
CELL_FUNCTION(e_kind, text(out, ROW->kind))
CELL_FUNCTION(e_step, text(out, ROW->step))
CELL_FUNCTION(e_ppl, number(out, ROW->ppl))
CELL_FUNCTION(e_dppl, interval(out, ROW->dppl, ROW->dppl_lo, ROW->dppl_hi))
CELL_FUNCTION(e_full, interval(out, ROW->dppl_vs_full, ROW->dppl_vs_full_lo, ROW->dppl_vs_full_hi))
CELL_FUNCTION(e_kld, number(out, ROW->kld_mean))
CELL_FUNCTION(e_kld_full, number(out, ROW->kld_vs_full))
#undef ROW

#define ROW ((const fq_layer_row *)row)
CELL_FUNCTION(l_model, text(out, ROW->model))
CELL_FUNCTION(l_variant, text(out, ROW->variant))
CELL_FUNCTION(l_kappa, whole(out, ROW->kappa > 1 ? ROW->kappa : NAN))
CELL_FUNCTION(l_projection, text(out, ROW->projection))
CELL_FUNCTION(l_weights, number(out, ROW->weight_sqnr_db))
CELL_FUNCTION(l_output, number(out, ROW->output_error))
CELL_FUNCTION(l_input, number(out, ROW->input_sqnr_db))
CELL_FUNCTION(l_subnormal, number(out, ROW->scales_subnormal_pct))
CELL_FUNCTION(l_smallest, number(out, ROW->scales_smallest_pct))
CELL_FUNCTION(l_operands, number(out, ROW->operands_saturated_pct))
CELL_FUNCTION(l_saturated, number(out, ROW->inputs_saturated_pct))
CELL_FUNCTION(l_underflow, number(out, ROW->inputs_underflow_pct))
#undef ROW

#define ROW ((const fq_format_row *)row)
CELL_FUNCTION(f_model, text(out, ROW->model))
CELL_FUNCTION(f_kappa, whole(out, ROW->kappa > 1 ? ROW->kappa : NAN))
CELL_FUNCTION(f_numbers, text(out, ROW->numbers))
CELL_FUNCTION(f_scale, text(out, ROW->scale))
CELL_FUNCTION(f_format, text(out, ROW->format))
CELL_FUNCTION(f_kurtosis, number(out, ROW->kurtosis))
CELL_FUNCTION(f_crest, number(out, ROW->crest))
CELL_FUNCTION(f_sqnr, number(out, ROW->sqnr_db))
CELL_FUNCTION(f_theory, number(out, ROW->theory_db))
#undef ROW

#define ROW ((const fq_serve_row *)row)
CELL_FUNCTION(s_model, text(out, ROW->model))
CELL_FUNCTION(s_trace, text(out, ROW->trace))
CELL_FUNCTION(s_threads, whole(out, ROW->n_threads))
CELL_FUNCTION(s_requests, whole(out, ROW->requests * ROW->rounds))
CELL_FUNCTION(s_variant, text(out, ROW->variant))
CELL_FUNCTION(s_slots, whole(out, ROW->slots))
CELL_FUNCTION(s_offered, number(out, ROW->rate_rps))
CELL_FUNCTION(s_served, number(out, ROW->served_rps))
CELL_FUNCTION(s_output, number(out, ROW->output_ts))
CELL_FUNCTION(s_ttft50, number(out, ROW->ttft_p50_ms))
CELL_FUNCTION(s_ttft90, number(out, ROW->ttft_p90_ms))
CELL_FUNCTION(s_ttft99, number(out, ROW->ttft_p99_ms))
CELL_FUNCTION(s_tpot50, number(out, ROW->tpot_p50_ms))
CELL_FUNCTION(s_tpot90, number(out, ROW->tpot_p90_ms))
CELL_FUNCTION(s_tpot99, number(out, ROW->tpot_p99_ms))
CELL_FUNCTION(s_e2e50, number(out, ROW->e2e_p50_ms))
CELL_FUNCTION(s_e2e90, number(out, ROW->e2e_p90_ms))
CELL_FUNCTION(s_e2e99, number(out, ROW->e2e_p99_ms))
CELL_FUNCTION(s_goodput, number(out, ROW->goodput_rps))
CELL_FUNCTION(s_same, number(out, ROW->same_pct))
CELL_FUNCTION(s_verdict, text(out, ROW->verdict))

static void s_load(const void *row, char out[CELL]) {
    if (isnan(ROW->load))
        text(out, isnan(ROW->rate_rps) ? "" : "as asked");
    else if (ROW->load > 0)
        number(out, ROW->load);
    else
        text(out, "all at once");
}
#undef ROW
#undef CELL_FUNCTION

typedef struct column {
    const char *head;
    cell *cell;
    int right;  /* numbers are set flush right */
    int shared; /* 1: where all rows agree it goes into the line above the table */
} column;

static const column result_columns[] = {
    {"model", c_model, 0, 1},
    {"variant", c_variant, 0, 0},
    {"kernel", c_kernel, 0, 0},
    {"note", c_note, 0, 1},
    {"cache", c_cache, 0, 1},
    {"data", c_data, 0, 1},
    {"threads", c_threads, 1, 1},
    {"prompt", c_prompt, 1, 0},
    {"gen", c_gen, 1, 0},
    {"batch", c_batch, 1, 0},
    {"T", c_seq, 1, 0},
    {"M", c_m, 1, 0},
    {"N", c_n, 1, 0},
    {"K", c_k, 1, 0},
    {"median ms", c_median, 1, 0},
    {"+- ms", c_half, 1, 0},
    {"floor ms", c_floor, 1, 0},
    {"of floor %", c_peak, 1, 0},
    {"tokens/s", c_ts, 1, 0},
    {"GFLOP/s", c_gflops, 1, 0},
    {"bits/weight", c_bits, 1, 0},
    {"speed-up", c_speedup, 1, 0},
    {"verdict", c_verdict, 0, 0},
    {"reason", c_reason, 0, 0},
};

static const column accuracy_columns[] = {
    {"model", a_model, 0, 1},       {"text", a_text, 0, 1},
    {"ctx", a_ctx, 1, 1},           {"windows", a_windows, 1, 1},
    {"kappa", a_kappa, 1, 1},       {"variant", a_variant, 0, 0},
    {"bits/weight", a_bits, 1, 0},  {"bits/KV", a_kv, 1, 0},
    {"perplexity", a_ppl, 1, 0},    {"minus reference", a_dppl, 1, 0},
    {"mean KL", a_kld, 1, 0},       {"99 % KL", a_kld99, 1, 0},
    {"same top-1 %", a_top1, 1, 0}, {"quantizing s", a_quantize, 1, 0},
    {"seconds", a_seconds, 1, 0},
};

static const column error_columns[] = {
    {"model", e_model, 0, 1},
    {"variant", e_variant, 0, 1},
    {"text", e_text, 0, 1},
    {"ctx", e_ctx, 1, 1},
    {"windows", e_windows, 1, 1},
    {"kappa", e_kappa, 1, 1},
    {"what", e_kind, 0, 0},
    {"step", e_step, 0, 0},
    {"perplexity", e_ppl, 1, 0},
    {"minus reference", e_dppl, 1, 0},
    {"minus full", e_full, 1, 0},
    {"mean KL", e_kld, 1, 0},
    {"mean KL minus full", e_kld_full, 1, 0},
};

static const column layer_columns[] = {
    {"model", l_model, 0, 1},
    {"variant", l_variant, 0, 1},
    {"kappa", l_kappa, 1, 1},
    {"projection", l_projection, 0, 0},
    {"weight SQNR dB", l_weights, 1, 0},
    {"output error", l_output, 1, 0},
    {"input SQNR dB", l_input, 1, 0},
    {"subnormal scales %", l_subnormal, 1, 0},
    {"smallest scales %", l_smallest, 1, 0},
    {"saturated operands %", l_operands, 1, 0},
    {"saturated inputs %", l_saturated, 1, 0},
    {"inputs to 0 %", l_underflow, 1, 0},
};

static const column format_columns[] = {
    {"model", f_model, 0, 1},   {"kappa", f_kappa, 1, 1},   {"numbers", f_numbers, 0, 0},
    {"a scale", f_scale, 0, 0}, {"format", f_format, 0, 0}, {"kurtosis", f_kurtosis, 1, 0},
    {"max/rms", f_crest, 1, 0}, {"SQNR dB", f_sqnr, 1, 0},  {"theory dB", f_theory, 1, 0},
};

static const column serve_columns[] = {
    {"model", s_model, 0, 1},       {"requests from", s_trace, 0, 1}, {"threads", s_threads, 1, 1},
    {"requests", s_requests, 1, 1}, {"slots", s_slots, 1, 0},         {"load", s_load, 1, 0},
    {"offered/s", s_offered, 1, 0}, {"variant", s_variant, 0, 0},     {"served/s", s_served, 1, 0},
    {"tokens/s", s_output, 1, 0},   {"TTFT p50 ms", s_ttft50, 1, 0},  {"p90", s_ttft90, 1, 0},
    {"p99", s_ttft99, 1, 0},        {"TPOT p50 ms", s_tpot50, 1, 0},  {"p90", s_tpot90, 1, 0},
    {"p99", s_tpot99, 1, 0},        {"all p50 ms", s_e2e50, 1, 0},    {"p90", s_e2e90, 1, 0},
    {"p99", s_e2e99, 1, 0},         {"goodput/s", s_goodput, 1, 0},   {"as alone %", s_same, 1, 0},
    {"verdict", s_verdict, 0, 0},
};

enum { COLUMNS_MOST = 32 };

static void rule(FILE *f, int right, int width) {
    fputs("| ", f);
    for (int i = 0; i < width - right; i++)
        fputc('-', f);
    fputs(right ? ": " : " ", f);
}

static void print_rows(FILE *f, const char *title, const column *columns, int n_columns, const char *rows, int n,
                       size_t size) {
    int width[COLUMNS_MOST] = {0};
    char out[CELL], first[CELL];
    fprintf(f, "**%s**", title);
    for (int c = 0; c < n_columns; c++) {
        int same = columns[c].shared;
        columns[c].cell(rows, first);
        for (int i = 0; i < n; i++) {
            columns[c].cell(rows + (size_t)i * size, out);
            same &= strcmp(out, first) == 0;
            if (out[0] != 0 && (int)strlen(out) > width[c]) width[c] = (int)strlen(out);
        }
        const char *head = columns[c].head;
        if (same && first[0] != 0)
            fprintf(f, ", %s%s%s", strcmp(head, "note") == 0 ? "" : head, strcmp(head, "note") == 0 ? "" : " ", first);
        if (same) width[c] = 0;
        if (width[c] == 1) width[c] = 2; /* a rule needs a dash and a colon */
        if (width[c] > 0 && width[c] < (int)strlen(columns[c].head)) width[c] = (int)strlen(columns[c].head);
    }
    fputs("\n\n", f);
    for (int c = 0; c < n_columns; c++)
        if (width[c] > 0) fprintf(f, columns[c].right ? "| %*s " : "| %-*s ", width[c], columns[c].head);
    fputs("|\n", f);
    for (int c = 0; c < n_columns; c++)
        if (width[c] > 0) rule(f, columns[c].right, width[c]);
    fputs("|\n", f);
    for (int i = 0; i < n; i++) {
        for (int c = 0; c < n_columns; c++) {
            if (width[c] == 0) continue;
            columns[c].cell(rows + (size_t)i * size, out);
            fprintf(f, columns[c].right ? "| %*s " : "| %-*s ", width[c], out);
        }
        fputs("|\n", f);
    }
    fputc('\n', f);
}

const char *fq_table_family(const fq_result *r) {
    if (r->op == NULL) return "";
    return strncmp(r->op, "gemm", 4) == 0 ? "gemm" : r->op;
}

#define COUNT(a) (int)(sizeof(a) / sizeof(a)[0])

/* Missing (of files from before the column) counts as 1. */
static int same_kappa(double a, double b) {
    return (a > 1 ? a : 1) == (b > 1 ? b : 1);
}

static int same_accuracy(const fq_accuracy_row *a, const fq_accuracy_row *b) {
    return fq_same_text(a->model, b->model) && fq_same_text(a->text, b->text) && a->ctx == b->ctx &&
           a->windows == b->windows && same_kappa(a->kappa, b->kappa);
}

static int same_errors(const fq_error_row *a, const fq_error_row *b) {
    return fq_same_text(a->model, b->model) && fq_same_text(a->variant, b->variant) && fq_same_text(a->text, b->text) &&
           a->ctx == b->ctx && same_kappa(a->kappa, b->kappa);
}

static int same_layers(const fq_layer_row *a, const fq_layer_row *b) {
    return fq_same_text(a->model, b->model) && fq_same_text(a->variant, b->variant) && same_kappa(a->kappa, b->kappa);
}

enum { PROJECTIONS_MOST = 16 };

/* Rows of one net, averaged over its layers: a row a projection. */
static int average_layers(const fq_layer_row *r, int n, fq_layer_row out[PROJECTIONS_MOST]) {
    int count = 0, terms[PROJECTIONS_MOST];
    static const size_t means[] = {
        offsetof(fq_layer_row, weight_sqnr_db),       offsetof(fq_layer_row, output_error),
        offsetof(fq_layer_row, input_sqnr_db),        offsetof(fq_layer_row, scales_subnormal_pct),
        offsetof(fq_layer_row, scales_smallest_pct),  offsetof(fq_layer_row, operands_saturated_pct),
        offsetof(fq_layer_row, inputs_saturated_pct), offsetof(fq_layer_row, inputs_underflow_pct)};
    for (int i = 0; i < n; i++) {
        int p = 0;
        while (p < count && !fq_same_text(out[p].projection, r[i].projection))
            p++;
        if (p == PROJECTIONS_MOST) continue;
        if (p == count) {
            out[count++] = r[i];
            terms[p] = 1;
            continue;
        }
        terms[p]++;
        for (size_t k = 0; k < sizeof means / sizeof means[0]; k++) {
            double sum, term;
            memcpy(&sum, (const char *)&out[p] + means[k], sizeof sum);
            memcpy(&term, (const char *)&r[i] + means[k], sizeof term);
            sum += (term - sum) / terms[p];
            memcpy((char *)&out[p] + means[k], &sum, sizeof sum);
        }
    }
    return count;
}

/* Tensors of a model fill pages: the picture has them, the table the distributions. */
static void print_formats(FILE *f, const fq_format_row *r, int n) {
    for (int first = 0, next; first < n; first = next) {
        const int synthetic = r[first].model == NULL || r[first].model[0] == 0;
        for (next = first + 1; next < n && (r[next].model == NULL || r[next].model[0] == 0) == synthetic;)
            next++;
        if (synthetic)
            print_rows(f, "signal to quantization noise", format_columns, COUNT(format_columns),
                       (const char *)&r[first], next - first, sizeof r[0]);
    }
}

static void print_layers(FILE *f, const fq_layer_row *r, int n) {
    fq_layer_row mean[PROJECTIONS_MOST];
    for (int first = 0, next; first < n; first = next) {
        for (next = first + 1; next < n && same_layers(&r[first], &r[next]);)
            next++;
        const int rows = average_layers(&r[first], next - first, mean);
        print_rows(f, "quantization noise, mean over layers", layer_columns, COUNT(layer_columns), (const char *)mean,
                   rows, sizeof mean[0]);
    }
}

static int same_service(const fq_serve_row *a, const fq_serve_row *b) {
    return fq_same_text(a->model, b->model) && fq_same_text(a->trace, b->trace) && a->n_threads == b->n_threads;
}

static void print_serve(FILE *f, const fq_serve_row *r, int n) {
    for (int first = 0, next; first < n; first = next) {
        char title[192];
        for (next = first + 1; next < n && same_service(&r[first], &r[next]);)
            next++;
        snprintf(title, sizeof title, "served with continuous batching, goodput within TTFT %.4g ms and TPOT %.4g ms",
                 r[first].slo_ttft_ms, r[first].slo_tpot_ms);
        print_rows(f, title, serve_columns, COUNT(serve_columns), (const char *)&r[first], next - first, sizeof r[0]);
    }
}

fq_status fq_table_print(FILE *f, const fq_rows *rows) {
    const fq_accuracy_row *accuracy = rows->accuracy;
    const fq_result *results = rows->results;
    const fq_error_row *errors = rows->errors;
    for (int first = 0, next; first < rows->n_accuracy; first = next) {
        for (next = first + 1; next < rows->n_accuracy && same_accuracy(&accuracy[first], &accuracy[next]);)
            next++;
        print_rows(f, "perplexity", accuracy_columns, COUNT(accuracy_columns), (const char *)&accuracy[first],
                   next - first, sizeof accuracy[0]);
    }
    for (int first = 0, next; first < rows->n_errors; first = next) {
        for (next = first + 1; next < rows->n_errors && same_errors(&errors[first], &errors[next]);)
            next++;
        print_rows(f, "where the error comes from", error_columns, COUNT(error_columns), (const char *)&errors[first],
                   next - first, sizeof errors[0]);
    }
    print_layers(f, rows->layers, rows->n_layers);
    print_formats(f, rows->formats, rows->n_formats);
    print_serve(f, rows->serve, rows->n_serve);
    for (int first = 0, next; first < rows->n_results; first = next) {
        const char *family = fq_table_family(&results[first]);
        for (next = first + 1; next < rows->n_results && strcmp(family, fq_table_family(&results[next])) == 0;)
            next++;
        if (strcmp(family, "serve") == 0 && rows->n_serve > 0) continue; /* has a table of its own */
        char title[256];
        snprintf(title, sizeof title, "%s%s%s", family, results[first].baseline ? ", speed-up over " : "",
                 results[first].baseline ? results[first].baseline : "");
        print_rows(f, title, result_columns, COUNT(result_columns), (const char *)&results[first], next - first,
                   sizeof results[0]);
    }
    if (fflush(f) != 0 || ferror(f)) return fq_fail(FQ_ERR_OUTPUT, "standard output: %s", strerror(errno));
    return FQ_OK;
}
