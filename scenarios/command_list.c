/* Commands on the program itself and on finished runs: list walks the tables, check judges the kernels, plot redraws.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "harness/cpu.h"
#include "kernels/trial.h"
#include "models/variant.h"
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

static void list_recipes(void) {
    static const char *const rules[] = {"exact", "e4m3(q s)", "bf16(q s)"};
    printf("%-18s %-6s %-6s %-6s %-10s %s\n", "recipe", "code", "group", "scale", "operand", "source");
    for (int i = 0; i < FQ_RECIPE_COUNT; i++) {
        const fq_recipe *r = &fq_recipes[i];
        char group[16];
        snprintf(group, sizeof group, "%d", r->group);
        printf("%-18s %-6s %-6s %-6s %-10s %s\n", r->name, fq_formats[r->code].name,
               r->group == FQ_NO_SCALE ? "-"
               : r->group == 0         ? "row"
                                       : group,
               r->group == FQ_NO_SCALE ? "-" : fq_formats[r->scale].name, rules[r->value], r->source);
    }
}

static void list_variants(void) {
    printf("%-12s %-16s %-14s %-12s %-18s %-8s %s\n", "variant", "weights", "activations", "queries", "KV cache", "p",
           "what it is");
    for (int i = 0; i < fq_variant_count; i++) {
        const fq_variant *v = &fq_variants[i];
        printf("%-12s %-16s %-14s %-12s %-18s %-8s %s\n", v->name, v->w->name, v->a->name, v->q->name, v->kv->name,
               v->p->name, v->about);
    }
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

fq_status fq_command_list(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*print)(void);
    } lists[] = {{"formats", list_formats}, {"recipes", list_recipes}, {"variants", list_variants},
                 {"kernels", list_kernels}, {"models", list_models},   {"scenarios", list_scenarios}};
    fq_options o = {.usage = "list formats|recipes|variants|kernels|models|scenarios",
                    .about = "Prints one of the program's tables.",
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
    return fq_fail(FQ_ERR_USAGE, "list: %s%s%sexpected formats, recipes, variants, kernels, models or scenarios",
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

static fq_status read_rows(const char *dir, const char *name, fq_table table, fq_arena *arena, void **rows, int *n) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    *n = 0;
    return access(path, F_OK) == 0 ? fq_record_read(path, table, arena, rows, n) : FQ_OK;
}

static fq_status plot(const char *dir, fq_arena *arena) {
    void *results = NULL, *accuracy = NULL;
    int n_results, n_accuracy, written;
    FQ_TRY(read_rows(dir, "results.csv", FQ_TABLE_RESULTS, arena, &results, &n_results));
    FQ_TRY(read_rows(dir, "accuracy.csv", FQ_TABLE_ACCURACY, arena, &accuracy, &n_accuracy));
    if (n_results + n_accuracy == 0)
        return fq_fail(FQ_ERR_INPUT, "%s: no rows in results.csv or accuracy.csv there", dir);
    FQ_TRY(fq_plots_write(dir, results, n_results, accuracy, n_accuracy, &written));
    printf("%d plots in %s/plots\n", written, dir);
    return FQ_OK;
}

fq_status fq_command_plot(int argc, char **argv) {
    fq_options o = {
        .usage = "plot DIR", .about = "Redraws DIR/plots from DIR/results.csv and DIR/accuracy.csv.", .most = 1};
    fq_arena arena;
    FQ_TRY(fq_options_parse(&o, argc, argv));
    if (o.helped) return FQ_OK;
    if (o.n_positional == 0) return fq_fail(FQ_ERR_USAGE, "plot: which directory?");
    FQ_TRY(fq_arena_init(&arena, 0));
    fq_status s = plot(o.positional[0], &arena);
    fq_arena_free(&arena);
    return s;
}
