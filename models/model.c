/* Opening a model by path or by shape name, and its weights as float32 rows whatever they are stored as. */
#include "models/saved.h"
#include "models/weights.h"
#include "harness/hash.h"
#include "harness/rng.h"
#include <string.h>
#include <sys/stat.h>

typedef struct shape_row {
    const char *name;
    fq_llama_config config;
} shape_row;

static const shape_row shapes[] = {
#define FQ_MODEL(name_, layers_, hidden_, inter_, heads_, kv_, d_, vocab_, pos_, theta_, eps_, tied_)                  \
    {name_,                                                                                                            \
     {.layers = layers_,                                                                                               \
      .hidden = hidden_,                                                                                               \
      .intermediate = inter_,                                                                                          \
      .heads = heads_,                                                                                                 \
      .kv_heads = kv_,                                                                                                 \
      .head_dim = d_,                                                                                                  \
      .vocab = vocab_,                                                                                                 \
      .max_positions = pos_,                                                                                           \
      .rms_eps = (float)eps_,                                                                                          \
      .rope_theta = theta_,                                                                                            \
      .rope_kind = FQ_ROPE_DEFAULT,                                                                                    \
      .rope_factor = 1,                                                                                                \
      .tied_embeddings = tied_,                                                                                        \
      .bos = -1,                                                                                                       \
      .eos = -1}},
#include "models/models.def"
#undef FQ_MODEL
};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

const fq_llama_config *fq_model_shape(const char *name) {
    for (int i = 0; i < SHAPES; i++) {
        if (strcmp(shapes[i].name, name) == 0) return &shapes[i].config;
    }
    return NULL;
}

int fq_model_shape_count(void) {
    return SHAPES;
}
const char *fq_model_shape_name(int i) {
    return shapes[i].name;
}

static int64_t parameter_count(const fq_llama_config *c) {
    int64_t h = c->hidden, qkv = (int64_t)(c->heads + 2 * c->kv_heads) * c->head_dim;
    int64_t layer = h * qkv + (int64_t)c->heads * c->head_dim * h + 3 * h * c->intermediate + 2 * h;
    return layer * c->layers + h * c->vocab * (c->tied_embeddings ? 1 : 2) + h;
}

fq_status fq_model_open(const char *path, uint64_t seed, fq_model *out) {
    memset(out, 0, sizeof *out);
    FQ_TRY(fq_arena_init(&out->arena, 0));
    struct stat st;
    fq_status s = FQ_OK;
    if (stat(path, &st) == 0) {
        fq_saved *saved = NULL;
        s = fq_saved_is(path) ? fq_saved_open(path, &out->arena, &out->checkpoint, &saved)
                              : fq_checkpoint_open(path, &out->arena, &out->checkpoint);
        if (saved) out->outliers = saved->outliers;
        out->saved = saved;
        if (s == FQ_OK) s = fq_tokenizer_open(&out->checkpoint, &out->tokenizer);
    } else if (fq_model_shape(path)) {
        out->checkpoint.kind = FQ_CHECKPOINT_SHAPE;
        out->checkpoint.name = fq_arena_printf(&out->arena, "%s", path);
        out->checkpoint.path = out->checkpoint.name;
        out->checkpoint.config = *fq_model_shape(path);
        out->checkpoint.parameters = parameter_count(&out->checkpoint.config);
        out->checkpoint.seed = seed;
        if (!out->checkpoint.name) s = FQ_ERR_MEMORY;
    } else {
        char known[256] = "";
        for (int i = 0; i < SHAPES; i++) {
            strncat(known, i ? ", " : "", sizeof known - strlen(known) - 1);
            strncat(known, shapes[i].name, sizeof known - strlen(known) - 1);
        }
        s = fq_fail(FQ_ERR_INPUT, "%s: no such file or directory, and no shape name (%s)", path, known);
    }
    if (s != FQ_OK) fq_model_close(out);
    return s;
}

void fq_model_close(fq_model *m) {
    fq_tokenizer_free(m->tokenizer);
    if (m->checkpoint.kind != FQ_CHECKPOINT_SHAPE) fq_checkpoint_close(&m->checkpoint);
    fq_arena_free(&m->arena);
    memset(m, 0, sizeof *m);
}

int fq_model_has_weights(const fq_model *m) {
    return m->checkpoint.kind != FQ_CHECKPOINT_SHAPE;
}
const char *fq_model_lossy(const fq_model *m) {
    return m->checkpoint.quantized;
}

/* The stream number of a tensor's random rows. */
static uint64_t name_hash(const char *s) {
    return fq_hash64(s, strlen(s));
}

static int ends_with(const char *s, const char *tail) {
    size_t n = strlen(s), t = strlen(tail);
    return n >= t && strcmp(s + n - t, tail) == 0;
}

static void random_row(const fq_model *m, uint64_t stream, int row, int cols, float *out) {
    fq_rng rng = fq_rng_seed(m->checkpoint.seed, stream + (uint64_t)row);
    fq_rng_fill_gauss(&rng, out, (size_t)cols, 0.02f);
}

int fq_weights_present(const fq_model *m, const char *name) {
    return m->checkpoint.kind != FQ_CHECKPOINT_SHAPE && fq_checkpoint_find(&m->checkpoint, name) != NULL;
}

static fq_status read_matrix(const fq_model *m, const char *name, int rows, int cols, float *out) {
    if (m->checkpoint.kind == FQ_CHECKPOINT_SHAPE) {
        uint64_t stream = name_hash(name);
        int ones = ends_with(name, "norm.weight");
#pragma omp parallel for schedule(static)
        for (int r = 0; r < rows; r++) {
            float *row = out + (size_t)r * (size_t)cols;
            if (ones) {
                for (int c = 0; c < cols; c++)
                    row[c] = 1;
            } else {
                random_row(m, stream, r, cols, row);
            }
        }
        return FQ_OK;
    }
    const fq_tensor *t = fq_checkpoint_find(&m->checkpoint, name);
    if (!t) return fq_fail(FQ_ERR_INPUT, "%s: no tensor %s", m->checkpoint.path, name);
    int64_t r0 = t->rank == 1 ? 1 : t->shape[0];
    if (r0 != rows || t->shape[t->rank - 1] != cols) {
        return fq_fail(FQ_ERR_INPUT, "%s: tensor %s is not %d x %d", m->checkpoint.path, name, rows, cols);
    }
#pragma omp parallel for schedule(static)
    for (int r = 0; r < rows; r++)
        fq_tensor_row(t, r, out + (size_t)r * (size_t)cols);
    return FQ_OK;
}

fq_status fq_weights_load(const fq_model *m, const char *name, int rows, int cols, float *out) {
    FQ_TRY(read_matrix(m, name, rows, cols, out));
    fq_outliers_apply(&m->outliers, &m->checkpoint.config, name, rows, cols, out);
    return FQ_OK;
}

void fq_weights_embedding(const fq_model *m, const fq_tensor *embedding, int row, float *out) {
    if (embedding) {
        fq_tensor_row(embedding, row, out);
    } else {
        random_row(m, name_hash("model.embed_tokens.weight"), row, m->checkpoint.config.hidden, out);
    }
}
