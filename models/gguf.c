/* The GGUF container: metadata key-values and a tensor directory in front of the tensor bytes. Every length, count and
 * offset comes from the file and is checked against what is left of the file before it is used.
 *
 *   "GGUF" | version u32 | tensors u64 | key-values u64 | key-value ... | tensor info ... | padding | tensor bytes
 *   string      n u64 | n bytes, not NUL-terminated
 *   key-value   key string | type u32 | value; an array is: item type u32 | count u64 | items
 *   tensor info name string | rank u32 | rank x dimension u64 (fastest first) | type u32 | offset u64
 *   offset counts from the first multiple of the alignment behind the infos and is a multiple of it itself;
 *   alignment is key general.alignment (u32), 32 when absent
 *
 * Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md */
#include "models/gguf.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEFAULT_ALIGNMENT = 32,
    MAX_ALIGNMENT = 65536,
    MAX_RANK = 4,
    MAX_NAME = 255,
    LEAST_VALUE_BYTES = 8 + 4 + 1, /* empty key, type, one byte: bounds counts by the file before memory is taken */
    LEAST_TENSOR_BYTES = 8 + 4 + 8 + 4 + 8
};

typedef struct cursor {
    const unsigned char *data;
    size_t bytes, at;
    const char *label;
} cursor;

static fq_status take(cursor *c, size_t n, const char *what, const unsigned char **p) {
    *p = c->data + c->at;
    if (n > c->bytes - c->at) {
        return fq_fail(FQ_ERR_INPUT, "%s: the file ends inside %s (byte %zu)", c->label, what, c->at);
    }
    c->at += n;
    return FQ_OK;
}

static uint64_t little_endian(const unsigned char *p, size_t n) {
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v |= (uint64_t)p[i] << 8 * i;
    return v;
}

static fq_status take_uint(cursor *c, size_t n, const char *what, uint64_t *v) {
    const unsigned char *p;
    FQ_TRY(take(c, n, what, &p));
    *v = little_endian(p, n);
    return FQ_OK;
}

static fq_status take_text(cursor *c, const char *what, fq_gguf_text *out) {
    uint64_t n = 0;
    const unsigned char *p;
    FQ_TRY(take_uint(c, 8, what, &n));
    if (n > c->bytes - c->at) {
        return fq_fail(FQ_ERR_INPUT, "%s: %s has length %llu, but %zu bytes are left in the file (byte %zu)", c->label,
                       what, (unsigned long long)n, c->bytes - c->at, c->at);
    }
    FQ_TRY(take(c, (size_t)n, what, &p));
    *out = (fq_gguf_text){(const char *)p, (size_t)n};
    return FQ_OK;
}

/* Bytes of a value of fixed size; 0 for strings, arrays and unknown types. */
static size_t type_bytes(uint64_t type) {
    switch (type) {
    case FQ_GGUF_U8:
    case FQ_GGUF_I8:
    case FQ_GGUF_BOOL:
        return 1;
    case FQ_GGUF_U16:
    case FQ_GGUF_I16:
        return 2;
    case FQ_GGUF_U32:
    case FQ_GGUF_I32:
    case FQ_GGUF_F32:
        return 4;
    case FQ_GGUF_U64:
    case FQ_GGUF_I64:
    case FQ_GGUF_F64:
        return 8;
    default:
        return 0;
    }
}

/* For "%.*s": keys come from the file and may be long. */
static int shown(fq_gguf_text t) {
    return t.n < 100 ? (int)t.n : 100;
}

static fq_status parse_array(cursor *c, fq_gguf_value *v) {
    uint64_t item_type;
    FQ_TRY(take_uint(c, 4, "an array", &item_type));
    FQ_TRY(take_uint(c, 8, "an array", &v->count));
    size_t size = type_bytes(item_type);
    if (size == 0 && item_type != FQ_GGUF_STRING) {
        return fq_fail(
            item_type == FQ_GGUF_ARRAY ? FQ_ERR_UNSUPPORTED : FQ_ERR_INPUT, "%s: key '%.*s' is an array of type %llu%s",
            c->label, shown(v->key), v->key.s, (unsigned long long)item_type,
            item_type == FQ_GGUF_ARRAY ? " (arrays): nested arrays are not supported" : ", which is unknown");
    }
    size_t least = size != 0 ? size : 8;
    if (v->count > (c->bytes - c->at) / least) {
        return fq_fail(FQ_ERR_INPUT, "%s: key '%.*s' has %llu array items, more than the file holds", c->label,
                       shown(v->key), v->key.s, (unsigned long long)v->count);
    }
    v->item_type = (fq_gguf_type)item_type;
    v->items = c->data + c->at;
    if (size != 0) {
        c->at += (size_t)v->count * size;
    } else {
        fq_gguf_text item;
        for (uint64_t i = 0; i < v->count; i++)
            FQ_TRY(take_text(c, "an array string", &item));
    }
    v->items_bytes = (size_t)(c->data + c->at - v->items);
    return FQ_OK;
}

static fq_status parse_value(cursor *c, fq_gguf_value *v) {
    uint64_t type, bits;
    FQ_TRY(take_text(c, "a metadata key", &v->key));
    FQ_TRY(take_uint(c, 4, "a metadata value", &type));
    if (type == FQ_GGUF_STRING) {
        v->type = FQ_GGUF_STRING;
        return take_text(c, "a metadata string", &v->v.text);
    }
    if (type == FQ_GGUF_ARRAY) {
        v->type = FQ_GGUF_ARRAY;
        return parse_array(c, v);
    }
    size_t size = type_bytes(type);
    if (size == 0) {
        return fq_fail(FQ_ERR_INPUT, "%s: key '%.*s' has the unknown type %llu", c->label, shown(v->key), v->key.s,
                       (unsigned long long)type);
    }
    v->type = (fq_gguf_type)type;
    FQ_TRY(take_uint(c, size, "a metadata value", &bits));
    switch (v->type) {
    case FQ_GGUF_I8:
        v->v.i = (int8_t)bits;
        break;
    case FQ_GGUF_I16:
        v->v.i = (int16_t)bits;
        break;
    case FQ_GGUF_I32:
        v->v.i = (int32_t)bits;
        break;
    case FQ_GGUF_I64:
        v->v.i = (int64_t)bits;
        break;
    case FQ_GGUF_F32: {
        uint32_t word = (uint32_t)bits;
        float f;
        memcpy(&f, &word, sizeof f);
        v->v.f = (double)f;
        break;
    }
    case FQ_GGUF_F64:
        memcpy(&v->v.f, &bits, sizeof bits);
        break;
    default:
        v->v.u = bits;
    }
    return FQ_OK;
}

static fq_status find_dtype(uint64_t type, const char *name, const char *label, fq_dtype *out) {
    /* Names for the error only: types that exist in the wild and that this program does not decode. */
    static const struct {
        unsigned type;
        const char *name;
    } known[] = {{9, "Q8_1"},    {10, "Q2_K"},    {11, "Q3_K"},  {13, "Q5_K"},   {15, "Q8_K"},  {16, "IQ2_XXS"},
                 {17, "IQ2_XS"}, {18, "IQ3_XXS"}, {19, "IQ1_S"}, {20, "IQ4_NL"}, {21, "IQ3_S"}, {22, "IQ2_S"},
                 {23, "IQ4_XS"}, {24, "I8"},      {25, "I16"},   {26, "I32"},    {27, "I64"},   {28, "F64"},
                 {29, "IQ1_M"},  {34, "TQ1_0"},   {35, "TQ2_0"}, {39, "MXFP4"}};
    for (int i = 0; i < FQ_DTYPE_COUNT; i++) {
        if (fq_dtypes[i].gguf >= 0 && (uint64_t)fq_dtypes[i].gguf == type) {
            *out = (fq_dtype)i;
            return FQ_OK;
        }
    }
    const char *text = "unknown";
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].type == type) text = known[i].name;
    }
    return fq_fail(FQ_ERR_UNSUPPORTED, "%s: tensor '%s' has the unsupported type %s (%llu)", label, name, text,
                   (unsigned long long)type);
}

/* Reads the directory entry; data is NULL until the place of the tensor bytes is known, the offset goes to *offset. */
static fq_status parse_tensor(cursor *c, fq_arena *arena, fq_tensor *t, uint64_t *offset) {
    fq_gguf_text name;
    uint64_t rank, type, dims[MAX_RANK];
    FQ_TRY(take_text(c, "a tensor name", &name));
    if (name.n == 0 || name.n > MAX_NAME || memchr(name.s, '\0', name.n) != NULL) {
        return fq_fail(FQ_ERR_INPUT, "%s: a tensor name has %zu bytes or a NUL, expected 1 to %d bytes of text",
                       c->label, name.n, MAX_NAME);
    }
    t->name = fq_arena_printf(arena, "%.*s", (int)name.n, name.s);
    if (t->name == NULL) return FQ_ERR_MEMORY;
    FQ_TRY(take_uint(c, 4, "a tensor entry", &rank));
    if (rank < 1 || rank > MAX_RANK) {
        return fq_fail(FQ_ERR_INPUT, "%s: tensor '%s' has rank %llu, expected 1 to %d", c->label, t->name,
                       (unsigned long long)rank, MAX_RANK);
    }
    t->rank = (int)rank;
    int64_t elements = 1;
    for (int i = 0; i < t->rank; i++) {
        FQ_TRY(take_uint(c, 8, "a tensor entry", &dims[i]));
        if (dims[i] < 1 || dims[i] > INT64_MAX || __builtin_mul_overflow(elements, (int64_t)dims[i], &elements)) {
            return fq_fail(FQ_ERR_INPUT, "%s: tensor '%s' has dimension %llu, expected a positive size that fits",
                           c->label, t->name, (unsigned long long)dims[i]);
        }
        t->shape[t->rank - 1 - i] = (int64_t)dims[i];
    }
    FQ_TRY(take_uint(c, 4, "a tensor entry", &type));
    FQ_TRY(find_dtype(type, t->name, c->label, &t->dtype));
    const fq_dtype_info *d = &fq_dtypes[t->dtype];
    if (t->shape[t->rank - 1] % d->block != 0) {
        return fq_fail(FQ_ERR_INPUT, "%s: tensor '%s' has rows of %lld elements, not a multiple of the %d of %s",
                       c->label, t->name, (long long)t->shape[t->rank - 1], d->block, d->name);
    }
    if (__builtin_mul_overflow((size_t)(elements / d->block), (size_t)d->block_bytes, &t->bytes)) {
        return fq_fail(FQ_ERR_INPUT, "%s: tensor '%s' has a shape that overflows", c->label, t->name);
    }
    return take_uint(c, 8, "a tensor entry", offset);
}

/* Index arrays are sorted so that hostile files with many entries stay n log n. */
static int by_key(const void *a, const void *b) {
    const fq_gguf_text *x = a, *y = b;
    int c = memcmp(x->s, y->s, x->n < y->n ? x->n : y->n);
    return c != 0 ? c : (x->n > y->n) - (x->n < y->n);
}

static fq_status refuse_duplicates(fq_gguf_text *names, size_t n, const char *what, const char *label) {
    qsort(names, n, sizeof *names, by_key);
    for (size_t i = 1; i < n; i++) {
        if (by_key(&names[i - 1], &names[i]) == 0) {
            return fq_fail(FQ_ERR_INPUT, "%s: %s '%.*s' occurs twice", label, what, shown(names[i]), names[i].s);
        }
    }
    return FQ_OK;
}

static int by_data(const void *a, const void *b) {
    const fq_tensor *const *x = a, *const *y = b;
    uintptr_t p = (uintptr_t)(*x)->data, q = (uintptr_t)(*y)->data;
    return (p > q) - (p < q);
}

static fq_status refuse_overlap(const fq_gguf *g, const char *label, const fq_tensor **order) {
    for (uint64_t i = 0; i < g->n_tensors; i++)
        order[i] = &g->tensors[i];
    qsort(order, (size_t)g->n_tensors, sizeof *order, by_data);
    for (uint64_t i = 1; i < g->n_tensors; i++) {
        const fq_tensor *a = order[i - 1], *b = order[i];
        if ((const unsigned char *)a->data + a->bytes > (const unsigned char *)b->data) {
            return fq_fail(FQ_ERR_INPUT, "%s: the data of tensors '%s' and '%s' overlap", label, a->name, b->name);
        }
    }
    return FQ_OK;
}

static fq_status parse_alignment(const fq_gguf *g, const char *label, uint64_t *out) {
    const fq_gguf_value *v = fq_gguf_find(g, "general.alignment");
    *out = DEFAULT_ALIGNMENT;
    if (v == NULL) return FQ_OK;
    uint64_t a = v->type == FQ_GGUF_U32 ? v->v.u : 0;
    if (a < 8 || a > MAX_ALIGNMENT || (a & (a - 1)) != 0) {
        return fq_fail(FQ_ERR_INPUT, "%s: general.alignment is not a 32-bit power of two from 8 to %d", label,
                       MAX_ALIGNMENT);
    }
    *out = a;
    return FQ_OK;
}

static fq_status parse_values(cursor *c, fq_arena *arena, fq_gguf *g) {
    g->values = FQ_NEW(arena, fq_gguf_value, g->n_values);
    if (g->values == NULL) return FQ_ERR_MEMORY;
    g->metadata = c->data + c->at;
    for (uint64_t i = 0; i < g->n_values; i++)
        FQ_TRY(parse_value(c, &g->values[i]));
    g->metadata_bytes = (size_t)(c->data + c->at - g->metadata);
    size_t mark = arena->used;
    fq_gguf_text *keys = FQ_NEW(arena, fq_gguf_text, g->n_values);
    if (keys == NULL) return FQ_ERR_MEMORY;
    for (uint64_t i = 0; i < g->n_values; i++)
        keys[i] = g->values[i].key;
    FQ_TRY(refuse_duplicates(keys, (size_t)g->n_values, "key", c->label));
    fq_arena_reset(arena, mark);
    return parse_alignment(g, c->label, &g->alignment);
}

static fq_status place_tensor(fq_tensor *t, uint64_t offset, uint64_t alignment, const unsigned char *data,
                              size_t bytes, const char *label) {
    if (offset % alignment != 0) {
        return fq_fail(FQ_ERR_INPUT, "%s: tensor '%s' has offset %llu, not a multiple of the alignment %llu", label,
                       t->name, (unsigned long long)offset, (unsigned long long)alignment);
    }
    if (offset > bytes || t->bytes > bytes - (size_t)offset) {
        return fq_fail(FQ_ERR_INPUT, "%s: tensor '%s' (%zu bytes at offset %llu) is outside the %zu data bytes", label,
                       t->name, t->bytes, (unsigned long long)offset, bytes);
    }
    t->data = data + offset;
    return FQ_OK;
}

static fq_status parse_tensors(cursor *c, fq_arena *arena, fq_gguf *g) {
    size_t n = (size_t)g->n_tensors;
    g->tensors = FQ_NEW(arena, fq_tensor, n);
    if (g->tensors == NULL) return FQ_ERR_MEMORY;
    uint64_t *offsets = FQ_NEW(arena, uint64_t, n);
    fq_gguf_text *names = FQ_NEW(arena, fq_gguf_text, n);
    const fq_tensor **order = FQ_NEW(arena, const fq_tensor *, n);
    if (offsets == NULL || names == NULL || order == NULL) return FQ_ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        FQ_TRY(parse_tensor(c, arena, &g->tensors[i], &offsets[i]));
        names[i] = (fq_gguf_text){g->tensors[i].name, strlen(g->tensors[i].name)};
    }
    FQ_TRY(refuse_duplicates(names, n, "tensor", c->label));
    size_t padding = (size_t)(-c->at & (g->alignment - 1));
    const unsigned char *start;
    FQ_TRY(take(c, padding, "the padding before the tensor data", &start));
    for (size_t i = 0; i < n; i++)
        FQ_TRY(place_tensor(&g->tensors[i], offsets[i], g->alignment, c->data + c->at, c->bytes - c->at, c->label));
    return refuse_overlap(g, c->label, order);
}

fq_status fq_gguf_parse(const unsigned char *data, size_t bytes, const char *label, fq_arena *arena, fq_gguf *out) {
    memset(out, 0, sizeof *out);
    cursor c = {data, bytes, 0, label};
    const unsigned char *magic;
    uint64_t version;
    FQ_TRY(take(&c, 4, "the header", &magic));
    if (memcmp(magic, "GGUF", 4) != 0)
        return fq_fail(FQ_ERR_INPUT, "%s: not a GGUF file (wrong first four bytes)", label);
    FQ_TRY(take_uint(&c, 4, "the header", &version));
    if (version == 2u << 24 || version == 3u << 24) {
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s: big-endian GGUF is not supported", label);
    }
    if (version != 2 && version != 3) {
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s: GGUF version %llu: only 2 and 3 are supported", label,
                       (unsigned long long)version);
    }
    out->version = (uint32_t)version;
    FQ_TRY(take_uint(&c, 8, "the header", &out->n_tensors));
    FQ_TRY(take_uint(&c, 8, "the header", &out->n_values));
    if (out->n_values > (bytes - c.at) / LEAST_VALUE_BYTES || out->n_tensors > (bytes - c.at) / LEAST_TENSOR_BYTES ||
        out->n_tensors > INT_MAX) {
        return fq_fail(FQ_ERR_INPUT, "%s: %llu keys and %llu tensors announced, more than the file holds", label,
                       (unsigned long long)out->n_values, (unsigned long long)out->n_tensors);
    }
    FQ_TRY(parse_values(&c, arena, out));
    return parse_tensors(&c, arena, out);
}

const fq_gguf_value *fq_gguf_find(const fq_gguf *g, const char *key) {
    size_t n = strlen(key);
    for (uint64_t i = 0; i < g->n_values; i++) {
        if (g->values[i].key.n == n && memcmp(g->values[i].key.s, key, n) == 0) return &g->values[i];
    }
    return NULL;
}

fq_status fq_gguf_strings(const fq_gguf_value *v, const char *label, fq_arena *arena, fq_gguf_text **text) {
    if (v->type != FQ_GGUF_ARRAY || v->item_type != FQ_GGUF_STRING) {
        return fq_fail(FQ_ERR_INPUT, "%s: key '%.*s' is not an array of strings", label, shown(v->key), v->key.s);
    }
    fq_gguf_text *list = FQ_NEW(arena, fq_gguf_text, v->count);
    if (list == NULL) return FQ_ERR_MEMORY;
    cursor c = {v->items, v->items_bytes, 0, label};
    for (uint64_t i = 0; i < v->count; i++)
        FQ_TRY(take_text(&c, "an array string", &list[i]));
    *text = list;
    return FQ_OK;
}
