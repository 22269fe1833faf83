/* The safetensors container: a length, a JSON header that names the tensors, then their bytes without gaps. A hostile
 * header must not lead outside the file, so every number in it is checked before it is used.
 *
 *   byte 0     8        8 + n                               end of file
 *        | n u64 | JSON header | tensor bytes ...                |
 *   header: {"name": {"dtype": "BF16", "shape": [rows, cols], "data_offsets": [begin, end]}, "__metadata__": {...}}
 *   offsets count from 8 + n; the tensors cover the bytes up to the end of the file without overlap or hole
 *
 * Source: https://github.com/huggingface/safetensors (format section of the README). */
#include "models/safetensors.h"

#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_LIMIT = 100000000 }; /* of the reference reader */

/* The first three are weights that the forward pass reads, the others only saved models hold. */
static const fq_dtype supported[] = {FQ_DTYPE_F32, FQ_DTYPE_F16, FQ_DTYPE_BF16, FQ_DTYPE_U8, FQ_DTYPE_I32};
enum { OF_CHECKPOINTS = 3, OF_SAVED = 5 };

static fq_status parse_dtype(const json_t *entry, const char *name, int dtypes, const char *label, fq_dtype *out) {
    const json_t *v = json_object_get(entry, "dtype");
    if (!json_is_string(v)) return fq_fail(FQ_ERR_INPUT, "%s: tensor '%.200s' has no dtype string", label, name);
    for (int i = 0; i < dtypes; i++) {
        if (strcmp(json_string_value(v), fq_dtypes[supported[i]].name) == 0) {
            *out = supported[i];
            return FQ_OK;
        }
    }
    return fq_fail(FQ_ERR_UNSUPPORTED, "%s: tensor '%.200s' has dtype '%.50s': only F32, F16 and BF16 are supported",
                   label, name, json_string_value(v));
}

/* The shape, and the bytes it asks for. */
static fq_status parse_shape(const json_t *entry, const char *name, const char *label, fq_tensor *t) {
    const json_t *v = json_object_get(entry, "shape");
    if (!json_is_array(v)) return fq_fail(FQ_ERR_INPUT, "%s: tensor '%.200s' has no shape list", label, name);
    size_t rank = json_array_size(v);
    if (rank < 1 || rank > 4) {
        return fq_fail(FQ_ERR_UNSUPPORTED, "%s: tensor '%.200s' has rank %zu, expected 1 to 4", label, name, rank);
    }
    t->rank = (int)rank;
    int64_t bytes = fq_dtypes[t->dtype].block_bytes;
    for (size_t i = 0; i < rank; i++) {
        const json_t *d = json_array_get(v, i);
        if (!json_is_integer(d) || json_integer_value(d) < 1) {
            return fq_fail(FQ_ERR_INPUT, "%s: tensor '%.200s' has a dimension that is not a positive integer", label,
                           name);
        }
        t->shape[i] = json_integer_value(d);
        if (__builtin_mul_overflow(bytes, t->shape[i], &bytes)) {
            return fq_fail(FQ_ERR_INPUT, "%s: tensor '%.200s' has a shape that overflows", label, name);
        }
    }
    t->bytes = (size_t)bytes;
    return FQ_OK;
}

static fq_status parse_tensor(const char *name, const json_t *entry, int dtypes, const unsigned char *data,
                              size_t data_bytes, const char *label, fq_tensor *t) {
    if (!json_is_object(entry)) return fq_fail(FQ_ERR_INPUT, "%s: tensor '%.200s' is not an object", label, name);
    FQ_TRY(parse_dtype(entry, name, dtypes, label, &t->dtype));
    FQ_TRY(parse_shape(entry, name, label, t));
    const json_t *offsets = json_object_get(entry, "data_offsets");
    const json_t *first = json_array_get(offsets, 0), *last = json_array_get(offsets, 1);
    if (json_array_size(offsets) != 2 || !json_is_integer(first) || !json_is_integer(last)) {
        return fq_fail(FQ_ERR_INPUT, "%s: tensor '%.200s' has no data_offsets [begin, end]", label, name);
    }
    json_int_t begin = json_integer_value(first), end = json_integer_value(last);
    if (begin < 0 || end < begin || (uint64_t)end > data_bytes) {
        return fq_fail(FQ_ERR_INPUT, "%s: tensor '%.200s' has data_offsets [%lld, %lld] outside the %zu data bytes",
                       label, name, (long long)begin, (long long)end, data_bytes);
    }
    if ((uint64_t)(end - begin) != t->bytes) {
        return fq_fail(FQ_ERR_INPUT, "%s: tensor '%.200s' has %lld data bytes, expected %zu for its dtype and shape",
                       label, name, (long long)(end - begin), t->bytes);
    }
    t->data = data + begin;
    return FQ_OK;
}

static int by_data(const void *a, const void *b) {
    const fq_tensor *x = a, *y = b;
    uintptr_t p = (uintptr_t)x->data, q = (uintptr_t)y->data;
    return p != q ? (p > q) - (p < q) : strcmp(x->name, y->name);
}

static fq_status check_cover(const fq_tensor *t, int n, const unsigned char *data, size_t data_bytes,
                             const char *label) {
    size_t at = 0;
    for (int i = 0; i < n; i++) {
        size_t begin = (size_t)((const unsigned char *)t[i].data - data);
        if (begin < at) {
            return fq_fail(FQ_ERR_INPUT, "%s: the data of tensors '%.200s' and '%.200s' overlap", label, t[i - 1].name,
                           t[i].name);
        }
        if (begin > at) {
            return fq_fail(FQ_ERR_INPUT, "%s: %zu unused data bytes before tensor '%.200s'", label, begin - at,
                           t[i].name);
        }
        at = begin + t[i].bytes;
    }
    if (at != data_bytes) {
        return fq_fail(FQ_ERR_INPUT, "%s: %zu unused data bytes at the end of the file", label, data_bytes - at);
    }
    return FQ_OK;
}

static fq_status parse_header(const json_t *root, int dtypes, const unsigned char *data, size_t data_bytes,
                              const char *label, fq_arena *arena, fq_tensor **tensors, int *n) {
    if (!json_is_object(root)) return fq_fail(FQ_ERR_INPUT, "%s: the header is not a JSON object", label);
    fq_tensor *list = FQ_NEW(arena, fq_tensor, json_object_size(root));
    if (list == NULL) return FQ_ERR_MEMORY;
    int count = 0;
    const char *name;
    json_t *entry;
    json_object_foreach((json_t *)root, name, entry) {
        if (strcmp(name, "__metadata__") == 0) continue;
        fq_tensor *t = &list[count++];
        FQ_TRY(parse_tensor(name, entry, dtypes, data, data_bytes, label, t));
        t->name = fq_arena_printf(arena, "%s", name);
        if (t->name == NULL) return FQ_ERR_MEMORY;
    }
    if (count == 0) return fq_fail(FQ_ERR_INPUT, "%s: the header names no tensors", label);
    qsort(list, (size_t)count, sizeof *list, by_data);
    FQ_TRY(check_cover(list, count, data, data_bytes, label));
    *tensors = list;
    *n = count;
    return FQ_OK;
}

static fq_status parse(const unsigned char *data, size_t bytes, int dtypes, const char *label, fq_arena *arena,
                       fq_tensor **tensors, int *n) {
    if (bytes < 8) return fq_fail(FQ_ERR_INPUT, "%s: %zu bytes, too short for a safetensors header", label, bytes);
    uint64_t length = 0;
    for (int i = 0; i < 8; i++)
        length |= (uint64_t)data[i] << 8 * i;
    if (length > HEADER_LIMIT || length > bytes - 8) {
        return fq_fail(FQ_ERR_INPUT, "%s: header length %llu, expected at most %zu (the file) and %d (the format)",
                       label, (unsigned long long)length, bytes - 8, HEADER_LIMIT);
    }
    json_error_t error;
    json_t *root = json_loadb((const char *)data + 8, (size_t)length, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        return fq_fail(FQ_ERR_INPUT, "%s: invalid JSON in the header at byte %d: %s", label, error.position,
                       error.text);
    }
    fq_status s = parse_header(root, dtypes, data + 8 + length, bytes - 8 - (size_t)length, label, arena, tensors, n);
    json_decref(root);
    return s;
}

fq_status fq_safetensors_parse(const unsigned char *data, size_t bytes, const char *label, fq_arena *arena,
                               fq_tensor **tensors, int *n) {
    return parse(data, bytes, OF_CHECKPOINTS, label, arena, tensors, n);
}

fq_status fq_safetensors_parse_saved(const unsigned char *data, size_t bytes, const char *label, fq_arena *arena,
                                     fq_tensor **tensors, int *n) {
    return parse(data, bytes, OF_SAVED, label, arena, tensors, n);
}

static int by_file(const void *a, const void *b) {
    const fq_shard_entry *x = a, *y = b;
    int c = strcmp(x->file, y->file);
    return c != 0 ? c : strcmp(x->tensor, y->tensor);
}

static fq_status parse_weight_map(const json_t *map, const char *label, fq_arena *arena, fq_shard_entry **entries,
                                  int *n) {
    if (!json_is_object(map) || json_object_size(map) == 0) {
        return fq_fail(FQ_ERR_INPUT, "%s: key 'weight_map' is missing or empty, expected tensor names and files",
                       label);
    }
    fq_shard_entry *list = FQ_NEW(arena, fq_shard_entry, json_object_size(map));
    if (list == NULL) return FQ_ERR_MEMORY;
    int count = 0;
    const char *name;
    json_t *file;
    json_object_foreach((json_t *)map, name, file) {
        const char *text = json_string_value(file);
        if (text == NULL) return fq_fail(FQ_ERR_INPUT, "%s: weight_map '%.200s' is not a string", label, name);
        /* A name that leaves the directory could make any file of the user part of the model. */
        if (text[0] == '\0' || strchr(text, '/') != NULL || strcmp(text, ".") == 0 || strcmp(text, "..") == 0) {
            return fq_fail(FQ_ERR_INPUT, "%s: weight_map '%.200s' is '%.200s', expected a plain file name", label, name,
                           text);
        }
        list[count].tensor = fq_arena_printf(arena, "%s", name);
        list[count].file = fq_arena_printf(arena, "%s", text);
        if (list[count].tensor == NULL || list[count].file == NULL) return FQ_ERR_MEMORY;
        count++;
    }
    qsort(list, (size_t)count, sizeof *list, by_file);
    *entries = list;
    *n = count;
    return FQ_OK;
}

fq_status fq_safetensors_index(const char *text, size_t bytes, const char *label, fq_arena *arena,
                               fq_shard_entry **entries, int *n) {
    json_error_t error;
    json_t *root = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        return fq_fail(FQ_ERR_INPUT, "%s:%d:%d: invalid JSON: %s", label, error.line, error.column, error.text);
    }
    fq_status s = parse_weight_map(json_object_get(root, "weight_map"), label, arena, entries, n);
    json_decref(root);
    return s;
}
