/* Counting the cells of a scenario, for --dry-run. */
#include "scenarios/plan.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/cpu.h"
#include "harness/folder.h"
#include "harness/host.h"
#include "models/llama.h"
#include "scenarios/shapes.h"

static const double prepare_s = 0.5; /* weights, checks against the oracle, warm-up */

static int parts(const char *list) {
    int n = 1;
    for (; *list != '\0'; list++)
        n += *list == ',';
    return n;
}

static int gemm_points(const fq_step *s) {
    int n = 0;
    for (int i = 0; i < s->shapes.n; i++)
        n += fq_shape_find(s->shapes.v[i]) != NULL ? FQ_LINEARS : 1;
    return n;
}

int fq_plan_rope_kernels(const fq_step *s) {
    int n = 0;
    for (int i = 0; i < s->row_kernels.n; i++)
        n += strncmp(s->row_kernels.v[i], "rope_quant", strlen("rope_quant")) == 0;
    return n;
}

int fq_plan_rows(const fq_step *s) {
    int n = s->threads.n;
    switch (s->kind) {
    case FQ_KIND_gemm:
        return n * gemm_points(s) * s->m.n * s->kernels.n * parts(s->cache) * parts(s->data);
    case FQ_KIND_ffn:
        return n * s->shapes.n * s->batch.n * s->seq.n * s->variants.n * s->use_kernels.n * parts(s->cache) *
               parts(s->data);
    case FQ_KIND_rows:
        return n * s->m.n *
               (s->width.n * (s->row_kernels.n - fq_plan_rope_kernels(s)) + s->head_dim.n * fq_plan_rope_kernels(s));
    case FQ_KIND_attention:
        return n * s->head_dim.n * s->batch.n * s->seq.n * s->causal.n * s->variants.n * s->attention.n;
    case FQ_KIND_prefill:
    case FQ_KIND_ttft:
        return n * s->prompt.n * s->batch.n * s->variants.n;
    case FQ_KIND_decode:
        return n * s->prompt.n * s->gen.n * s->batch.n * s->variants.n;
    case FQ_KIND_serve: {
        const int loads = s->trace[0] != 0 && !s->given[FQ_SET_load] && !s->given[FQ_SET_rate] ? 1
                          : s->given[FQ_SET_rate] ? s->rate.n + (s->given[FQ_SET_load] ? s->load.n : 0)
                                                  : s->load.n;
        return n * s->batch.n * loads * s->variants.n;
    }
    default:
        return n * s->kappa.n * s->variants.n;
    }
}

static int is_timed(const fq_step *s) {
    return fq_setting_used(FQ_SET_budget_s, s->kind);
}

/* Seconds that one variant of a step took before; NAN if it has not run here. */
static double seconds_before(const fq_folder *f, const fq_step *s) {
    double seconds = 0;
    int n = 0;
    for (int i = 0; i < f->n_accuracy; i++) {
        const fq_accuracy_row *r = &f->accuracy[i];
        if (isnan(r->eval_s) || r->ctx != s->ctx || (s->windows > 0 && r->windows != s->windows)) continue;
        seconds +=
            r->eval_s + (isnan(r->quantize_s) ? 0 : r->quantize_s) + (isnan(r->calibrate_s) ? 0 : r->calibrate_s);
        n++;
    }
    return n > 0 ? seconds / n : NAN;
}

/* Before the first run: multiplications of all variants and the reference at the share of the float32 ceiling that they
 * usually reach; without quantization and calibration. NAN where the text's length is not known beforehand. */
static double seconds_guessed(const fq_step *s) {
    const double reached = 0.4;
    fq_ceilings c;
    fq_model m;
    if (s->windows == 0 || fq_host_ceilings(&c) != FQ_OK || fq_model_open(s->model, 0, &m) != FQ_OK) return NAN;
    const double flop = 2.0 * (double)m.checkpoint.parameters * s->windows * s->ctx;
    fq_model_close(&m);
    return s->kappa.n * s->threads.n * (s->variants.n + 1) * flop / (reached * c.f32_flops);
}

static double seconds_of(const fq_folder *before, const fq_step *s) {
    if (is_timed(s)) return fq_plan_rows(s) * ((s->samples > 0 ? 1 : s->budget_s) + s->energy_s + prepare_s);
    if (s->kind != FQ_KIND_perplexity) return NAN;
    const double before_s = fq_plan_rows(s) * seconds_before(before, s);
    return isnan(before_s) ? seconds_guessed(s) : before_s;
}

void fq_plan_print(const fq_scenario *s, const char *out) {
    fq_arena arena;
    fq_folder before = {.dir = out};
    double total = 0;
    int rows = 0, unknown = 0;
    fq_threads_set(fq_cpu_cores());
    const int open = fq_arena_init(&arena, 0) == FQ_OK;
    if (open && fq_folder_read(out, &arena, &before) != FQ_OK) before = (fq_folder){.dir = out};
    printf("%s: %s\nseed %llu, %d step%s, into %s\n", s->name, s->about, (unsigned long long)s->seed, s->n_steps,
           s->n_steps == 1 ? "" : "s", out);
    for (int i = 0; i < s->n_steps; i++) {
        char settings[8192], time[64] = "time unknown until it has run once";
        const double seconds = seconds_of(&before, &s->steps[i]);
        fq_step_describe(&s->steps[i], 1, settings, sizeof settings);
        if (!isnan(seconds)) snprintf(time, sizeof time, "about %.0f s", ceil(seconds));
        printf("%d. %s %s\n   %d row%s, %s\n", i + 1, fq_kind_name(s->steps[i].kind), settings,
               fq_plan_rows(&s->steps[i]), fq_plan_rows(&s->steps[i]) == 1 ? "" : "s", time);
        rows += fq_plan_rows(&s->steps[i]);
        if (isnan(seconds))
            unknown++;
        else
            total += seconds;
    }
    printf("%d rows, about %.0f s", rows, ceil(total));
    if (unknown > 0) printf(" and %d step%s of unknown length", unknown, unknown == 1 ? "" : "s");
    printf("\n");
    if (open) fq_arena_free(&arena);
}
