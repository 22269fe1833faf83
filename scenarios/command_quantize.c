/* `fqbench quantize`: a model to a variant once, into a directory that -m takes like any other model and that gives the
 * same bits as quantizing in memory. */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/cpu.h"
#include "models/save.h"
#include "scenarios/command.h"
#include "scenarios/nets.h"

static double bytes_in(const char *dir) {
    double sum = 0;
    struct stat st;
    DIR *d = opendir(dir);
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
        if (fstatat(dirfd(d), e->d_name, &st, 0) == 0 && S_ISREG(st.st_mode)) sum += (double)st.st_size;
    if (d != NULL) closedir(d);
    return sum;
}

static fq_status report(const fq_context *c, const fq_llama *net, const char *dir) {
    const fq_model *m = net->model;
    printf("source           %s%s%s\n", m->checkpoint.name, fq_model_lossy(m) != NULL ? ", stored as " : "",
           fq_model_lossy(m) != NULL ? fq_model_lossy(m) : "");
    printf("variant          %s\n", net->variant->name);
    if (m->outliers.kappa > 1) printf("outliers         kappa %g\n", (double)m->outliers.kappa);
    if (net->calibration != NULL) printf("calibration      %.2f s, %s\n", c->calibration->seconds, net->calibration);
    printf("quantization     %.2f s\n", net->build_s);
    printf("bits a weight    %.4f\n", net->bits_per_weight);
    printf("written          %.0f bytes in %s\n", bytes_in(dir), dir);
    if (fflush(stdout) != 0 || ferror(stdout)) return fq_fail(FQ_ERR_OUTPUT, "standard output: %s", strerror(errno));
    return FQ_OK;
}

static fq_status quantize(fq_context *c, const fq_step *s, const char *dir) {
    const fq_variant *v = fq_variant_find(s->variants.v[0]);
    const fq_model *m;
    fq_llama *net = NULL;
    FQ_TRY(fq_context_model(c, s->model, &m));
    if (!fq_model_has_weights(m))
        return fq_fail(FQ_ERR_USAGE, "%s is a shape with random weights: there is nothing to save", s->model);
    if (fq_model_saved_variant(m) != NULL)
        return fq_fail(FQ_ERR_USAGE, "%s is quantized already, as %s", s->model, fq_model_saved_variant(m)->name);
    FQ_TRY(fq_context_outliers(c, s->kappa.v[0], s->outlier_seed, s->outlier_kinds));
    fq_context_total(c, 1);
    fq_status status = fq_net_calibrate(c, s, &s->variants, 0);
    if (status == FQ_OK) status = fq_net_build(c, s, v, 0, &net);
    fq_context_advance(c, 1, "quantized");
    if (status == FQ_OK) status = fq_llama_save(net, dir);
    if (status == FQ_OK) status = report(c, net, dir);
    fq_llama_free(net);
    return status;
}

static fq_status run_quantize(int argc, char **argv, fq_context *c) {
    fq_step s;
    const char *variant = NULL, *dir = NULL;
    int quiet = 0, threads = 0, force = 0;
    FQ_TRY(fq_step_init(&s, FQ_KIND_perplexity, &c->arena));
    const fq_option table[] = {
        FQ_OPTION_SET("model", 'm', &s, model, "MODEL"),
        {"variant", 'v', FQ_OPTION_TEXT, &variant, "NAME", "variant to quantize to", 0},
        {"output", 'o', FQ_OPTION_TEXT, &dir, "DIR", "directory to write: new, empty, or with --force a saved model",
         0},
        {"force", 0, FQ_OPTION_FLAG, &force, NULL, "replace a model that was saved there before", 0},
        FQ_OPTION_SET("calibration", 0, &s, calibration, "FILE"),
        FQ_OPTIONS_OF_TRANSFORMS(&s),
        FQ_OPTION_SET("policy", 0, &s, policy, "FILE"),
        FQ_OPTION_SET("kappa", 0, &s, kappa, "X"),
        FQ_OPTION_SET("outlier-seed", 0, &s, outlier_seed, "N"),
        FQ_OPTION_SET("outlier-kinds", 0, &s, outlier_kinds, "LIST"),
        {"threads", 't', FQ_OPTION_INT, &threads, "N", "threads; 0: all processors [0]", 0},
        {"seed", 0, FQ_OPTION_SEED, &c->seed, "N", "of sampled calibration text [1234]", 0},
        {"quiet", 'q', FQ_OPTION_FLAG, &quiet, NULL, "no progress on standard error", 0},
    };
    fq_options o = {.usage = "quantize -m MODEL --variant NAME -o DIR [flags]",
                    .about = "Quantizes a model and writes it as a directory that every command takes as -m DIR.",
                    .option = table,
                    .n = (int)(sizeof table / sizeof table[0]),
                    .arena = &c->arena};
    FQ_TRY(fq_options_parse(&o, argc, argv));
    if (o.helped) return FQ_OK;
    if (variant == NULL) return fq_fail(FQ_ERR_USAGE, "quantize: --variant is missing");
    if (dir == NULL) return fq_fail(FQ_ERR_USAGE, "quantize: --output is missing");
    fq_status status = fq_step_set(&s, FQ_SET_variants, variant, &c->arena);
    if (status != FQ_OK) return fq_fail_prefix(status, "--variant");
    if (s.variants.n != 1) return fq_fail(FQ_ERR_USAGE, "--variant: one name, not a list");
    FQ_TRY(fq_context_policy(c, &s));
    if (s.kappa.n != 1) return fq_fail(FQ_ERR_USAGE, "--kappa: one number, not a list");
    if (s.model[0] == 0) return fq_fail(FQ_ERR_USAGE, "quantize: --model is missing");
    status = fq_save_check(dir, force);
    if (status != FQ_OK && !force && fq_save_check(dir, 1) == FQ_OK)
        return fq_fail(status, "%s: a saved model is there already (--force replaces it)", dir);
    if (status != FQ_OK) return status;
    fq_progress_quiet(quiet);
    fq_threads_set(threads > 0 ? threads : fq_cpu_cores());
    c->label = "quantize";
    return quantize(c, &s, dir);
}

fq_status fq_command_quantize(int argc, char **argv) {
    fq_context c;
    FQ_TRY(fq_context_init(&c, argv[0], 1234));
    fq_status s = run_quantize(argc, argv, &c);
    fq_context_free(&c);
    return s;
}
