/* Markdown to HTML: every construct that reports use, text that tries to be markup, and pictures put in with names of
 * their own. Also the tables of texts that feed it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cells.h"
#include "harness/markdown.h"

static char dir[64];

/* Body of the page; the caller frees. */
static char *page(const char *markdown) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *f = open_memstream(&text, &bytes);
    assert_non_null(f);
    assert_int_equal(fq_markdown_page(f, "a <title> & more", markdown, dir), FQ_OK);
    fclose(f);
    assert_non_null(strstr(text, "<title>a &lt;title&gt; &amp; more</title>"));
    char *body = strstr(text, "<body>\n"), *copy = strdup(body + strlen("<body>\n"));
    *strstr(copy, "</body>") = '\0';
    free(text);
    return copy;
}

static void assert_page(const char *markdown, const char *want) {
    char *got = page(markdown);
    if (strcmp(got, want) != 0) fail_msg("%s\ngave\n%s\nexpected\n%s", markdown, got, want);
    free(got);
}

static void blocks(void **state) {
    assert_page("# One **two** `a<b`\n", "<h1>One <b>two</b> <code>a&lt;b</code></h1>\n");
    assert_page("a\nb\n\nc", "<p>a\nb</p>\n<p>c</p>\n");
    assert_page("- x\n- y & z\n", "<ul>\n<li>x</li>\n<li>y &amp; z</li>\n</ul>\n");
    assert_page("```\n# no <b>heading</b>\n\n| x |\n```\n",
                "<pre><code># no &lt;b&gt;heading&lt;/b&gt;\n\n| x |\n</code></pre>\n");
    assert_page("| a | n |\n| - | -: |\n| x\\|y | 1 |\n| PASS | 2 |\n",
                "<div class=\"scroll\"><table>\n<thead><tr><th>a</th><th class=\"n\">n</th></tr></thead>\n<tbody>\n"
                "<tr><td>x|y</td><td class=\"n\">1</td></tr>\n<tr><td class=\"good\">PASS</td><td class=\"n\">2</td>"
                "</tr>\n</tbody></table></div>\n");
    assert_page("[t<](u\"v)\n", "<p><a href=\"u&quot;v\">t&lt;</a></p>\n");
    assert_page("", "");
}

static void nothing_hostile_passes(void **state) {
    static const char *const texts[] = {"<script>x</script>",
                                        "| <script>x</script> | `<script>` |\n",
                                        "- <script>",
                                        "# <script>",
                                        "![<script>](nothere.svg)",
                                        "[x](javascript:alert(1))",
                                        "**<script>",
                                        "`<script>",
                                        "[<script>](\"><script>)",
                                        "![",
                                        "|",
                                        "| a\n| -",
                                        "\\"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char *got = page(texts[i]);
        assert_null(strstr(got, "<script"));
        assert_null(strstr(got, "href=\"javascript"));
        free(got);
    }
}

static void pictures_are_put_in(void **state) {
    char path[128];
    snprintf(path, sizeof path, "%s/p.svg", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("<?xml version=\"1.0\"?>\n<svg viewBox=\"0 0 1 1\"><g id=\"a\"/><use xlink:href='#a' id='b'/>"
          "<rect fill='url(#c)'/></svg>\n",
          f);
    fclose(f);
    char *got = page("![cap & tion](p.svg)\n\n![again](p.svg)\n\n![gone](q.svg)\n");
    assert_non_null(strstr(got, "<svg viewBox=\"0 0 1 1\"><g id=\"p1-a\"/><use xlink:href='#p1-a' id='p1-b'/>"
                                "<rect fill='url(#p1-c)'/></svg>"));
    assert_non_null(strstr(got, "id=\"p2-a\""));
    assert_null(strstr(got, "<?xml"));
    assert_non_null(strstr(got, "<figcaption>cap &amp; tion</figcaption>"));
    assert_non_null(strstr(got, "<figcaption>gone</figcaption>"));
    free(got);
}

static void cells_align_and_leave_out(void **state) {
    static const fq_cell_column columns[] = {{"name", 0}, {"n", 1}, {"never", 0}};
    fq_arena arena;
    char *text = NULL;
    size_t bytes = 0;
    assert_int_equal(fq_arena_init(&arena, 0), FQ_OK);
    fq_cells t = fq_cells_make(&arena, columns, 3);
    for (int i = 0; i < 40; i++) { /* more than the first room */
        fq_cells_row(&t);
        if (i < 37) fq_cells_set(&t, 0, "x");
        fq_cells_number(&t, 1, i == 0 ? 1234.5678 : i == 1 ? NAN : i == 2 ? 0.00001234 : 2.5);
    }
    fq_cells_set(&t, 0, "\xc3\xa4|b");
    FILE *f = open_memstream(&text, &bytes);
    assert_non_null(f);
    assert_int_equal(fq_cells_markdown(f, &t), FQ_OK);
    fclose(f);
    const char *head = "| name |        n |\n| ---- | -------: |\n| x    |     1235 |\n| x    |          |\n"
                       "| x    | 1.23e-05 |\n| x    |    2.500 |\n";
    assert_memory_equal(text, head, strlen(head));
    assert_non_null(strstr(text, "| \xc3\xa4\\|b |    2.500 |\n"));
    free(text);
    fq_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks),
        cmocka_unit_test(nothing_hostile_passes),
        cmocka_unit_test(pictures_are_put_in),
        cmocka_unit_test(cells_align_and_leave_out),
    };
    char command[96];
    snprintf(dir, sizeof dir, "/tmp/fqbench-markdown-XXXXXX");
    if (mkdtemp(dir) == NULL) return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return failed + (system(command) != 0);
}
