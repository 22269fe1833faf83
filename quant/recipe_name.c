/* Recipes by name: the rows of recipes.def, and those that a name spells out of the table of formats, so that a sweep
 * over formats, groups and scales needs no row for each point. */
#include "quant/recipe.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Parts of "w.int4.g128.f16": views into the name. */
enum { PARTS = 5, LONGEST = 16 };
typedef struct parts {
    char text[PARTS][LONGEST];
    int count;
} parts;

static int split(const char *name, parts *p) {
    for (p->count = 0;; p->count++) {
        const size_t n = strcspn(name, ".");
        if (p->count == PARTS || n == 0 || n >= LONGEST) return 0;
        memcpy(p->text[p->count], name, n);
        p->text[p->count][n] = 0;
        if (name[n] == 0) return ++p->count;
        name += n + 1;
    }
}

/* Group and range of a third part. */
static int read_group(const char *text, int weights, fq_recipe *r) {
    char *end;
    if (strcmp(text, weights ? "channel" : "token") == 0) return 1;
    if (!weights && strcmp(text, "tensor") == 0) {
        r->range = FQ_RANGE_STATIC;
        return 1;
    }
    if (text[0] != 'g') return 0;
    const long n = strtol(text + 1, &end, 10);
    if (text[1] < '1' || text[1] > '9' || *end || n % 32 != 0 || n > 1 << 20) return 0;
    r->group = (int)n;
    r->scale = FQ_F16;
    return 1;
}

static int read_scale(const char *text, fq_recipe *r) {
    static const fq_format_id formats[] = {FQ_F32, FQ_F16, FQ_BF16, FQ_E4M3, FQ_E8M0, FQ_UINT16};
    if (strcmp(text, "ratio") == 0) {
        r->scale = FQ_E8M0;
        r->range = FQ_RANGE_RATIO;
        return r->group > 0;
    }
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (strcmp(text, fq_formats[formats[i]].name) != 0) continue;
        r->scale = formats[i];
        return r->group > 0;
    }
    return 0;
}

static int read_value(const char *text, fq_recipe *r) {
    r->value = strcmp(text, "e4m3") == 0 ? FQ_VALUE_E4M3 : strcmp(text, "bf16") == 0 ? FQ_VALUE_BF16 : FQ_VALUE_EXACT;
    return r->value != FQ_VALUE_EXACT || strcmp(text, "exact") == 0;
}

static int compose(const char *name, fq_recipe *r) {
    parts p;
    if (!split(name, &p) || p.count < 3) return 0;
    const int weights = strcmp(p.text[0], "w") == 0, code = fq_format_find(p.text[1]);
    if ((!weights && strcmp(p.text[0], "a") != 0) || p.count > (weights ? 5 : 4)) return 0;
    if (code < 0 || fq_formats[code].bits > 8 || code == FQ_E8M0) return 0;
    *r = (fq_recipe){.code = (fq_format_id)code, .scale = FQ_F32, .source = "spelled out"};
    if (!read_group(p.text[2], weights, r)) return 0;
    if (p.count > 3 && !read_scale(p.text[3], r)) return 0;
    r->value = !weights || r->group <= 0 || r->scale == FQ_UINT16 ? FQ_VALUE_EXACT
               : r->scale == FQ_E4M3 || r->scale == FQ_E8M0       ? FQ_VALUE_E4M3
                                                                  : FQ_VALUE_BF16;
    if (p.count > 4 && !read_value(p.text[4], r)) return 0;
    if (fq_format_is_signed(r->code)) return 1;
    /* zero points: weights only, and scales that ratios are not taken of */
    if (!weights || r->range != FQ_RANGE_SYMMETRIC) return 0;
    r->range = FQ_RANGE_ASYMMETRIC;
    return 1;
}

/* Made once each and kept: callers compare recipes by pointer. */
typedef struct composed {
    fq_recipe recipe;
    struct composed *next;
    char name[];
} composed;

static const fq_recipe *find_composed(const char *name) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static composed *all;
    fq_recipe recipe;
    if (!compose(name, &recipe)) return NULL;
    pthread_mutex_lock(&lock);
    composed *c = all;
    while (c && strcmp(c->name, name) != 0)
        c = c->next;
    if (!c && (c = malloc(sizeof *c + strlen(name) + 1)) != NULL) {
        memcpy(c->name, name, strlen(name) + 1);
        c->recipe = recipe;
        c->recipe.name = c->name;
        c->next = all;
        all = c;
    }
    pthread_mutex_unlock(&lock);
    return c ? &c->recipe : NULL;
}

const fq_recipe *fq_recipe_find(const char *name) {
    for (int i = 0; i < FQ_RECIPE_COUNT; i++)
        if (strcmp(fq_recipes[i].name, name) == 0) return &fq_recipes[i];
    return find_composed(name);
}
