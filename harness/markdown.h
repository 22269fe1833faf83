/* Our own Markdown as one HTML file that needs nothing else: pictures are put in as SVG, the style is in its head.
 * Knows what reports use: headings, paragraphs, lists, tables, code, pictures, bold, code words and links. */
#ifndef FQ_HARNESS_MARKDOWN_H
#define FQ_HARNESS_MARKDOWN_H
#include <stdio.h>
#include "harness/status.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Write `markdown` as HTML page named `title`; pictures "![alt](file.svg)" on a line of their own are read from `dir`
 * (one that cannot be read is left out, its alt text stays). Errors: FQ_ERR_MEMORY. The caller checks f. */
fq_status fq_markdown_page(FILE *f, const char *title, const char *markdown, const char *dir) FQ_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
