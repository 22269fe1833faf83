/* Commands on the program itself and on finished runs: list walks the tables, check judges the kernels, plot redraws.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "harness/cpu.h"
#include "harness/host.h"
#include "kernels/cuda.h"
#include "kernels/trial.h"
#include "models/policy.h"
#include "quant/codebook.h"
#include "scenarios/command.h"
#include "scenarios/plots.h"
#include "scenarios/shapes.h"

static void list_formats(void) {
    printf("%-6s %4s %8s %8s  %s\n", "format", "bits", "exponent", "mantissa", "largest");
    for (int i = 0; i < FQ_FORMAT_COUNT; i++) {
        const fq_format *f = &fq_formats[i];
        printf("%-6s %4d %8d %8d  %.9g\n", f->name, f->bits, f->exponent_bits, f->mantissa_bits, f->max);
    }
}

static const char *range_name(fq_range r) {
    static const char *const names[] = {"symmetric", "signed", "zero-point", "two-level", "static"};
    return names[r];
}

static void list_recipes(void) {
    static const char *const rules[] = {"exact", "e4m3(q s)", "bf16(q s)"};
    printf("%-20s %-6s %-6s %-6s %-10s %-10s %s\n", "recipe", "code", "group", "scale", "operand", "range", "source");
    for (int i = 0; i < FQ_RECIPE_COUNT; i++) {
        const fq_recipe *r = &fq_recipes[i];
        const int scaled = r->group != FQ_NO_SCALE;
        char group[16];
        snprintf(group, sizeof group, "%d", r->group);
        printf("%-20s %-6s %-6s %-6s %-10s %-10s %s\n", r->name, fq_formats[r->code].name,
               r->group == FQ_NO_SCALE ? "-"
               : r->group == 0         ? "row"
                                       : group,
               scaled ? fq_formats[r->scale].name : "-", rules[r->value], scaled ? range_name(r->range) : "-",
               r->source);
    }
}

/* "tensor channel pre-rope", or "-". */
static void transforms_text(int transforms, char *out, size_t bytes) {
    out[0] = 0;
    for (int bit = 0; fq_transform_name(bit) != NULL; bit++) {
        const size_t used = strlen(out);
        if (transforms & 1 << bit)
            snprintf(out + used, bytes - used, "%s%s", used > 0 ? " " : "", fq_transform_name(bit));
    }
    if (out[0] == 0) snprintf(out, bytes, "-");
}

static void list_variants(void) {
    printf("%-16s %-20s %-15s %-12s %-18s %-8s %-18s %-48s %s\n", "variant", "weights", "activations", "queries",
           "KV cache", "p", "method", "transforms", "what it is");
    for (int i = 0; i < fq_variant_count; i++) {
        const fq_variant *v = &fq_variants[i];
        char transforms[256];
        transforms_text(v->transforms, transforms, sizeof transforms);
        printf("%-16s %-20s %-15s %-12s %-18s %-8s %-18s %-48s %s\n", v->name, v->w->name, v->a->name, v->q->name,
               v->kv->name, v->p->name, v->w->group == FQ_NO_SCALE ? "-" : v->method->name, transforms, v->about);
    }
}

static void list_methods(void) {
    static const char *const rounding[] = {"nearest", "gptq"}, *const scales[] = {"absmax", "mse", "output"};
    printf("%-18s %-8s %-7s %-9s %-12s %s\n", "method", "rounding", "scales", "moments", "codebooks", "source");
    for (int i = 0; i < FQ_METHOD_COUNT; i++) {
        const fq_method *m = &fq_methods[i];
        char books[128] = "";
        for (int b = 0; b < FQ_CODEBOOK_COUNT; b++) {
            const size_t used = strlen(books);
            if (m->books & 1u << b)
                snprintf(books + used, sizeof books - used, "%s%s", used > 0 ? " " : "", fq_codebooks[b].name);
        }
        printf("%-18s %-8s %-7s %-9s %-12s %s\n", m->name, rounding[m->rounding], scales[m->scales],
               fq_method_needs_moments(m) ? "needed" : "-", books[0] != 0 ? books : "int4", m->source);
    }
}

static void list_codebooks(void) {
    for (int i = 0; i < FQ_CODEBOOK_COUNT; i++) {
        const fq_codebook *b = &fq_codebooks[i];
        printf("%-8s", b->name);
        for (int q = 0; q < 16; q++)
            printf(" %g", (double)b->value[q]);
        printf("   %s\n", b->source);
    }
}

static void list_transforms(void) {
    static const char *const about[] = {
        "per-tensor power-of-two weight scale (FireQ)",
        "channel-wise scaling from the weights alone: gate+up, down, v/o (FireQ)",
        "normalizer of key pairs before RoPE, folded (FireQ)",
        "scaling of the top-k key channels after RoPE, online (FireQ)",
        "orthogonal rotation of the residual stream, folded (QuaRot, QServe)",
        "Hadamard rotation of each value head, undone in o",
        "SmoothQuant: inputs of qkv and gate+up, exponent smooth_alpha",
        "activation-aware channel scales searched for the least output error (AWQ)",
        "inputs of o and down scaled towards the weights (QServe)",
        "SmoothAttention: key pairs by absmax^0.5, folded into q and k (QServe)",
        "post-RoPE scales and clips of keys and values searched on calibration (fireq+)",
        "mean key after RoPE subtracted, which softmax does not see (fireq+)",
        "the widest input channels of each linear layer apart, in INT8 (Atom)",
        "logarithmic equalization of the inputs of qkv and gate+up (FPTQ)",
        "bias correction: what rounding the weights adds to the mean output of a layer is subtracted as a bias"};
    for (int bit = 0; fq_transform_name(bit) != NULL; bit++)
        printf("%-12s %s\n", fq_transform_name(bit), bit < (int)(sizeof about / sizeof about[0]) ? about[bit] : "");
}

static void list_policies(void) {
    for (int i = 0; i < FQ_POLICY_COUNT; i++)
        printf("%-12s %s\n", fq_policies[i].name, fq_policies[i].about);
}

static void list_kernels(void) {
    printf("%-26s %-7s %-9s %-9s %s\n", "kernel", "needs", "roundoff", "usable", "what it is");
    for (int i = 0; i < fq_kernel_count; i++) {
        const fq_kernel *k = &fq_kernels[i];
        const char *why = "", *usable = "no";
        if (fq_kernel_usable(k, &why)) usable = fq_kernel_select(k->op) == k ? "selected" : "yes";
        printf("%-26s %-7s %-9.3g %-9s %s%s%s%s\n", k->name, fq_isa_name(k->isa), k->roundoff, usable, k->about,
               usable[0] == 'n' ? " (" : "", usable[0] == 'n' ? why : "", usable[0] == 'n' ? ")" : "");
    }
}

static void list_models(void) {
    printf("%-14s %6s %6s %12s %5s %8s %8s %6s\n", "shape", "layers", "hidden", "intermediate", "heads", "kv_heads",
           "head_dim", "vocab");
    for (int i = 0; i < fq_shape_count; i++) {
        const fq_shape *s = &fq_shapes[i];
        printf("%-14s %6d %6d %12d %5d %8d %8d %6d\n", s->name, s->layers, s->hidden, s->intermediate, s->heads,
               s->kv_heads, s->head_dim, s->vocab);
    }
}

static void list_scenarios(void) {
    for (int k = 0; k < FQ_KIND_COUNT; k++)
        printf("%-12s %s\n", fq_kind_name((fq_kind)k), fq_kind_about((fq_kind)k));
}

static void list_ceilings_row(const char *where, const fq_ceilings *c) {
    printf("%-40s %10.2f %10.2f %10.2f %10.1f", where, c->f32_flops * 1e-12, c->bf16_flops * 1e-12,
           c->int8_flops * 1e-12, c->read_bps * 1e-9);
    if (c->copy_bps > 0) printf(" %10.1f", c->copy_bps * 1e-9);
    printf("\n");
}

/* Measured now, as at the start of every run: what no honest time can beat. */
static void list_ceilings(void) {
    fq_ceilings host;
    char where[96];
    const char *why = "";
    fq_threads_set(fq_cpu_cores());
    printf("%-40s %10s %10s %10s %10s %10s\n", "machine", "f32 TFLOPS", "bf16", "int8", "read GB/s", "copy GB/s");
    snprintf(where, sizeof where, "%.32s, %d threads", fq_cpu_model(), fq_cpu_cores());
    if (fq_host_ceilings(&host) == FQ_OK) list_ceilings_row(where, &host);
    if (fq_cuda_usable(&why))
        list_ceilings_row(fq_cuda_name(), fq_cuda_ceilings());
    else
        printf("%-40s (%s)\n", "no device", why);
}

fq_status fq_command_list(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*print)(void);
    } lists[] = {{"formats", list_formats},     {"recipes", list_recipes},     {"variants", list_variants},
                 {"methods", list_methods},     {"codebooks", list_codebooks}, {"transforms", list_transforms},
                 {"policies", list_policies},   {"kernels", list_kernels},     {"models", list_models},
                 {"scenarios", list_scenarios}, {"ceilings", list_ceilings}};
    fq_options o = {
        .usage =
            "list formats|recipes|codebooks|methods|transforms|policies|variants|kernels|models|scenarios|ceilings",
        .about = "Prints one of the program's tables. Where a variant is expected, a changed row will do too:\n"
                 "NAME:KEY=VALUE+KEY=VALUE, for example fireq:w=w.bf16 or fireq:no=pre-rope+a=a.bf16; keys:\n"
                 "w a q kv p (recipes), scores (f32, f16), method, no and with (transforms), policy (a rule or a map "
                 "FILE.yaml),\n"
                 "lorc (rank), lorc-w (recipe), amplifier. Recipes may be spelled out of formats: w.e3m2.g64.f16, "
                 "a.int6.token ...",
        .most = 1};
    FQ_TRY(fq_options_parse(&o, argc, argv));
    if (o.helped) return FQ_OK;
    for (size_t i = 0; o.n_positional > 0 && i < sizeof lists / sizeof lists[0]; i++) {
        if (strcmp(lists[i].name, o.positional[0]) != 0) continue;
        lists[i].print();
        if (fflush(stdout) != 0 || ferror(stdout))
            return fq_fail(FQ_ERR_OUTPUT, "standard output: %s", strerror(errno));
        return FQ_OK;
    }
    return fq_fail(
        FQ_ERR_USAGE,
        "list: %s%s%sexpected formats, recipes, codebooks, methods, transforms, policies, variants, kernels, models, "
        "scenarios or ceilings",
        o.n_positional > 0 ? "'" : "", o.n_positional > 0 ? o.positional[0] : "",
        o.n_positional > 0 ? "' is unknown; " : "");
}

static void say(void *context, const char *line) {
    (void)context;
    puts(line);
    fflush(stdout);
}

fq_status fq_command_check(int argc, char **argv) {
    const char *kernel = NULL;
    int threads = 0, checked = 0, failed = 0;
    const fq_option table[] = {
        {"kernel", 'k', FQ_OPTION_TEXT, &kernel, "NAME", "only this one [all usable ones]", 0},
        {"threads", 't', FQ_OPTION_INT, &threads, "N", "threads; 0: all processors [0]", 0},
    };
    fq_options o = {.usage = "check [--kernel NAME]",
                    .about = "Runs every usable kernel on odd sizes and compares it with its oracle.",
                    .option = table,
                    .n = 2};
    FQ_TRY(fq_options_parse(&o, argc, argv));
    if (o.helped) return FQ_OK;
    fq_threads_set(threads > 0 ? threads : fq_cpu_cores());
    FQ_TRY(fq_check_kernels(kernel, say, NULL, &checked, &failed));
    printf("%d checked, %d failed\n", checked, failed);
    if (failed > 0) return fq_fail(FQ_ERR_FAILED, "%d of %d trials failed", failed, checked);
    return FQ_OK;
}

static fq_status read_rows(const char *dir, const char *name, fq_table table, fq_arena *arena, const void **rows,
                           int *n) {
    char path[4096];
    void *read = NULL;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    *n = 0;
    if (access(path, F_OK) != 0) return FQ_OK;
    FQ_TRY(fq_record_read(path, table, arena, &read, n));
    *rows = read;
    return FQ_OK;
}

static fq_status plot(const char *dir, fq_arena *arena) {
    fq_rows r = {.n_results = 0};
    const void *results = NULL, *accuracy = NULL, *errors = NULL, *layers = NULL, *formats = NULL, *serve = NULL;
    int written;
    FQ_TRY(read_rows(dir, "results.csv", FQ_TABLE_RESULTS, arena, &results, &r.n_results));
    FQ_TRY(read_rows(dir, "accuracy.csv", FQ_TABLE_ACCURACY, arena, &accuracy, &r.n_accuracy));
    FQ_TRY(read_rows(dir, "errors.csv", FQ_TABLE_ERRORS, arena, &errors, &r.n_errors));
    FQ_TRY(read_rows(dir, "layers.csv", FQ_TABLE_LAYERS, arena, &layers, &r.n_layers));
    FQ_TRY(read_rows(dir, "formats.csv", FQ_TABLE_FORMATS, arena, &formats, &r.n_formats));
    FQ_TRY(read_rows(dir, "serve.csv", FQ_TABLE_SERVE, arena, &serve, &r.n_serve));
    r.results = results;
    r.accuracy = accuracy;
    r.errors = errors;
    r.layers = layers;
    r.formats = formats;
    r.serve = serve;
    if (r.n_results + r.n_accuracy + r.n_errors + r.n_layers + r.n_formats == 0)
        return fq_fail(FQ_ERR_INPUT,
                       "%s: no rows in results.csv, accuracy.csv, errors.csv, layers.csv or formats.csv there", dir);
    FQ_TRY(fq_plots_write(dir, &r, &written));
    printf("%d plots in %s/plots\n", written, dir);
    return FQ_OK;
}

fq_status fq_command_plot(int argc, char **argv) {
    fq_options o = {.usage = "plot DIR", .about = "Redraws DIR/plots from the CSV files in DIR.", .most = 1};
    fq_arena arena;
    FQ_TRY(fq_options_parse(&o, argc, argv));
    if (o.helped) return FQ_OK;
    if (o.n_positional == 0) return fq_fail(FQ_ERR_USAGE, "plot: which directory?");
    FQ_TRY(fq_arena_init(&arena, 0));
    fq_status s = plot(o.positional[0], &arena);
    fq_arena_free(&arena);
    return s;
}
