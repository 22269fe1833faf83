/* Flags of the sub-commands, walked over their table. */
#include "scenarios/options.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_help(const fq_options *o) {
    printf("usage: fqbench %s\n%s\n\n", o->usage, o->about);
    for (int i = 0; i < o->n; i++) {
        const fq_option *p = &o->option[i];
        char left[96];
        if (p->help == NULL) continue;
        snprintf(left, sizeof left, "%c%c%s --%s%s%s", p->letter ? '-' : ' ', p->letter ? p->letter : ' ',
                 p->letter ? "," : " ", p->name, p->value != NULL ? " " : "", p->value != NULL ? p->value : "");
        printf("  %-30s %s", left, p->help);
        if (p->kind == FQ_OPTION_SETTING) {
            char value[512];
            fq_step_value(p->target, p->id, value, sizeof value);
            if (value[0] != 0) printf(" [%s]", value);
        }
        putchar('\n');
    }
    printf("  %-30s %s\n", "-h, --help", "this text");
}

/* The message starts with the key of the setting; the user typed the flag. */
static fq_status name_flag(fq_status s, const fq_option *p) {
    char text[1024];
    const char *key = fq_settings[p->id].key;
    const size_t n = strlen(key);
    snprintf(text, sizeof text, "%s", fq_message());
    const int named = strncmp(text, key, n) == 0 && text[n] == ':';
    return fq_fail(s, "--%s: %s", p->name, named ? text + n + 1 + (text[n + 1] == ' ') : text);
}

static fq_status take(const fq_options *o, const fq_option *p, const char *value) {
    char *end;
    errno = 0;
    FQ_ASSERT(value != NULL || p->kind == FQ_OPTION_FLAG);
    switch (p->kind) {
    case FQ_OPTION_FLAG:
        *(int *)p->target = 1;
        return FQ_OK;
    case FQ_OPTION_TEXT:
        *(const char **)p->target = value;
        return FQ_OK;
    case FQ_OPTION_INT: {
        long n = strtol(value, &end, 10);
        if (!isdigit((unsigned char)value[0]) || *end != 0 || errno != 0 || n > 1000000000)
            return fq_fail(FQ_ERR_USAGE, "--%s: '%s' is no whole number", p->name, value);
        *(int *)p->target = (int)n;
        return FQ_OK;
    }
    case FQ_OPTION_SEED: {
        unsigned long long n = strtoull(value, &end, 10);
        if (!isdigit((unsigned char)value[0]) || *end != 0 || errno != 0)
            return fq_fail(FQ_ERR_USAGE, "--%s: '%s' is no whole number", p->name, value);
        *(uint64_t *)p->target = n;
        return FQ_OK;
    }
    case FQ_OPTION_NUM: {
        double x = strtod(value, &end);
        if (end == value || *end != 0 || !isfinite(x))
            return fq_fail(FQ_ERR_USAGE, "--%s: '%s' is no number", p->name, value);
        *(double *)p->target = x;
        return FQ_OK;
    }
    case FQ_OPTION_MANY: {
        fq_texts *t = p->target;
        if (t->n >= FQ_OPTION_MANY_MOST) return fq_fail(FQ_ERR_USAGE, "--%s: more than %d", p->name, t->n);
        t->v[t->n++] = value;
        return FQ_OK;
    }
    case FQ_OPTION_SETTING: {
        fq_status s = fq_step_set(p->target, p->id, value, o->arena);
        return s == FQ_OK ? FQ_OK : name_flag(s, p);
    }
    }
    return FQ_OK;
}

/* Row of a flag as typed ("--name", "--name=value", "-x"), or -1; *value: what stands after '='. */
static int find(const fq_options *o, const char *text, const char **value) {
    *value = NULL;
    for (int i = 0; i < o->n; i++) {
        const fq_option *p = &o->option[i];
        if (text[1] != '-') {
            if (p->letter != 0 && text[1] == p->letter && text[2] == 0) return i;
            continue;
        }
        size_t n = strlen(p->name);
        if (strncmp(text + 2, p->name, n) != 0 || (text[2 + n] != 0 && text[2 + n] != '=')) continue;
        if (text[2 + n] == '=') *value = text + 3 + n;
        return i;
    }
    return -1;
}

fq_status fq_options_parse(fq_options *o, int argc, char **argv) {
    int only_positional = 0;
    for (int i = 1; i < argc; i++) {
        const char *text = argv[i], *value;
        if (only_positional || text[0] != '-' || text[1] == 0) {
            if (o->n_positional >= o->most) return fq_fail(FQ_ERR_USAGE, "%s: unexpected argument '%s'", argv[0], text);
            o->positional[o->n_positional++] = text;
            continue;
        }
        if (strcmp(text, "--") == 0) {
            only_positional = 1;
            continue;
        }
        if (strcmp(text, "--help") == 0 || strcmp(text, "-h") == 0) {
            print_help(o);
            o->helped = 1;
            return FQ_OK;
        }
        int at = find(o, text, &value);
        if (at < 0)
            return fq_fail(FQ_ERR_USAGE, "%s: unknown flag '%s' (see `fqbench help %s`)", argv[0], text, argv[0]);
        const fq_option *p = &o->option[at];
        if (p->kind == FQ_OPTION_FLAG && value != NULL) return fq_fail(FQ_ERR_USAGE, "--%s takes no value", p->name);
        if (p->kind != FQ_OPTION_FLAG && value == NULL) {
            if (i + 1 >= argc) return fq_fail(FQ_ERR_USAGE, "%s: --%s needs a value", argv[0], p->name);
            value = argv[++i];
        }
        for (int j = 0; j < o->n; j++)
            if (strcmp(o->option[j].name, p->name) == 0) FQ_TRY(take(o, &o->option[j], value));
    }
    return FQ_OK;
}
