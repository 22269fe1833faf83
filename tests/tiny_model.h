/* The shipped model and its text, open for all tests of a program. */
#ifndef FQ_TESTS_TINY_MODEL_H
#define FQ_TESTS_TINY_MODEL_H

#include "harness/status.h"
#include "models/corpus.h"
#include "models/llama.h"

static fq_model tiny;
static fq_corpus text;

static int open_tiny(void **state) {
    (void)state;
    if (fq_model_open("models/tiny", 1, &tiny) != FQ_OK) return 1;
    return fq_corpus_named(&tiny, "self-sampled", 0, &text) != FQ_OK;
}

static int close_tiny(void **state) {
    (void)state;
    fq_corpus_free(&text);
    fq_model_close(&tiny);
    return 0;
}

#endif
