/* A line at a time: the kind of a line opens and closes blocks. All text is escaped; nothing in it is passed through.
 */
#include "harness/markdown.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cells.h"

enum { COLUMNS_MOST = 64, PATH_BYTES = 4500 };

typedef enum block { NONE, PARAGRAPH, LIST, TABLE, CODE } block;

typedef struct page {
    FILE *f;
    const char *dir;
    block open;
    int right[COLUMNS_MOST]; /* of the open table */
    int table_row;
    int pictures, sections;
} page;

static const char style[] =
    "body{font:16px/1.5 system-ui,sans-serif;color:#222;background:#fff;max-width:76rem;margin:0 auto;padding:1rem}\n"
    "h1{font-size:1.6rem;line-height:1.2}h2{font-size:1.25rem;margin-top:2.2rem;border-bottom:1px solid #ddd}\n"
    ".scroll{overflow-x:auto;margin:.8rem 0}\n"
    "table{border-collapse:collapse;font-size:.86rem;font-variant-numeric:tabular-nums}\n"
    "th,td{padding:.25rem .6rem;border-bottom:1px solid #e4e4e4;text-align:left;vertical-align:top}\n"
    "th,td:first-child{white-space:nowrap}th{border-bottom:2px solid "
    "#999}td.n,th.n{text-align:right;white-space:nowrap}\n"
    "td:first-child,th:first-child{position:sticky;left:0;background:#fff}\n"
    ".scroll{background:linear-gradient(90deg,#fff 30%,#fff0),linear-gradient(270deg,#fff 30%,#fff0) 100% 0,"
    "linear-gradient(90deg,#0003,#0000),linear-gradient(270deg,#0003,#0000) 100% 0;background-repeat:no-repeat;"
    "background-size:2.5rem 100%,2.5rem 100%,.8rem 100%,.8rem 100%;background-attachment:local,local,scroll,scroll}\n"
    "nav{font-size:.9rem}nav a{margin-right:1rem}\n"
    "tr:hover td{background:#f6f6f2}code,pre{font:.86rem/1.45 ui-monospace,monospace;background:#f4f4f2}\n"
    "pre{padding:.6rem .8rem;overflow-x:auto}figure{margin:1.4rem 0}figcaption{font-size:.86rem;color:#555}\n"
    "figure svg{width:100%;min-width:40rem;max-width:60rem;height:auto;display:block}\n"
    ".good{color:#1a6b2f;font-weight:600}.bad{color:#a61b1b;font-weight:600}.open{color:#7a5a00;font-weight:600}\n"
    "@media "
    "print{nav{display:none}body{max-width:none;padding:0;font-size:10pt}.scroll{overflow:visible;background:none}h2{"
    "break-after:avoid}\n"
    "figure,tr{break-inside:avoid}figure svg{min-width:0;max-width:80%}table{font-size:7pt}th,td{padding:.1rem "
    ".3rem}\n"
    "td.n,th.n,th{white-space:normal}pre{white-space:pre-wrap}}\n";

/* ---- text within a line ---- */

static void put(FILE *f, const char *text, size_t n) {
    char *part = strndup(text, n);
    if (part == NULL) return;
    fq_html_text(f, part);
    free(part);
}

static const char *closing(const char *from, const char *end, const char *mark) {
    const char *found = from < end ? memmem(from, (size_t)(end - from), mark, strlen(mark)) : NULL;
    return found;
}

/* [text](target) at p: where it ends, NULL if it is none. Only links that cannot run anything. */
static const char *link_at(FILE *f, const char *p, const char *end) {
    const char *middle = closing(p, end, "]("), *close = middle != NULL ? closing(middle, end, ")") : NULL;
    if (close == NULL || strncmp(middle + 2, "javascript", 10) == 0) return NULL;
    fputs("<a href=\"", f);
    put(f, middle + 2, (size_t)(close - middle - 2));
    fputs("\">", f);
    put(f, p + 1, (size_t)(middle - p - 1));
    fputs("</a>", f);
    return close + 1;
}

static void put_inline(FILE *f, const char *p, const char *end) {
    while (p < end) {
        const char *stop;
        if (p[0] == '\\' && p + 1 < end && ispunct((unsigned char)p[1])) {
            put(f, p + 1, 1);
            p += 2;
        } else if (p[0] == '`' && (stop = closing(p + 1, end, "`")) != NULL) {
            fputs("<code>", f);
            put(f, p + 1, (size_t)(stop - p - 1));
            fputs("</code>", f);
            p = stop + 1;
        } else if (p + 1 < end && p[0] == '*' && p[1] == '*' && (stop = closing(p + 2, end, "**")) != NULL) {
            fputs("<b>", f);
            put(f, p + 2, (size_t)(stop - p - 2));
            fputs("</b>", f);
            p = stop + 2;
        } else if (p[0] == '[' && (stop = link_at(f, p, end)) != NULL) {
            p = stop;
        } else {
            put(f, p, 1);
            p++;
        }
    }
}

/* ---- pictures ---- */

static char *read_file(const char *path) {
    FILE *f = fopen(path, "re");
    char *text = NULL;
    size_t bytes = 0;
    if (f == NULL) return NULL;
    if (getdelim(&text, &bytes, '\0', f) < 0) {
        free(text);
        text = NULL;
    }
    fclose(f);
    return text;
}

/* Names within a picture get its number in front: several pictures of one page use the same ones. */
static void put_svg(FILE *f, const char *svg, int number) {
    static const char *const marks[] = {" id=\"", " id='", "href='#", "href=\"#", "url(#"};
    while (*svg != '\0') {
        size_t n = 0;
        for (size_t i = 0; i < sizeof marks / sizeof marks[0] && n == 0; i++)
            if (strncmp(svg, marks[i], strlen(marks[i])) == 0) n = strlen(marks[i]);
        if (n == 0) {
            fputc(*svg++, f);
            continue;
        }
        fprintf(f, "%.*sp%d-", (int)n, svg, number);
        svg += n;
    }
}

/* ![alt](file): 1 if the line is one. */
static int picture(page *g, const char *line, const char *end) {
    char path[PATH_BYTES];
    const char *middle = closing(line, end, "]("), *close = middle != NULL ? closing(middle, end, ")") : NULL;
    if (line[0] != '!' || line[1] != '[' || close == NULL) return 0;
    snprintf(path, sizeof path, "%s/%.*s", g->dir, (int)(close - middle - 2), middle + 2);
    char *text = read_file(path);
    const char *svg = text != NULL ? strstr(text, "<svg") : NULL;
    fputs("<figure>", g->f);
    if (svg != NULL) {
        fputs("<div class=\"scroll\">", g->f);
        put_svg(g->f, svg, ++g->pictures);
        fputs("</div>", g->f);
    }
    fputs("<figcaption>", g->f);
    put(g->f, line + 2, (size_t)(middle - line - 2));
    fputs("</figcaption></figure>\n", g->f);
    free(text);
    return 1;
}

/* ---- tables ---- */

/* Cells between unescaped bars; returns how many. */
static int split(const char *line, const char *end, const char *from[COLUMNS_MOST], const char *to[COLUMNS_MOST]) {
    int n = 0;
    const char *p = line + 1;
    while (p < end && n < COLUMNS_MOST) {
        const char *q = p;
        while (q < end && !(*q == '|' && q[-1] != '\\'))
            q++;
        if (q == end && p != line + 1) break;
        from[n] = p;
        to[n] = q;
        while (from[n] < to[n] && *from[n] == ' ')
            from[n]++;
        while (to[n] > from[n] && *(to[n] - 1) == ' ')
            to[n]--;
        n++;
        p = q + 1;
    }
    return n;
}

static int is_rule(const char *line, const char *end) {
    for (const char *p = line; p < end; p++)
        if (strchr("|-: ", *p) == NULL) return 0;
    return closing(line, end, "-") != NULL;
}

/* An interval in brackets is one word: a narrow column breaks the line before it. */
static void put_cell(FILE *f, const char *from, const char *to) {
    const char *space;
    const char *open = memchr(from, '[', (size_t)(to - from));
    const char *close = open != NULL ? memchr(open, ']', (size_t)(to - open)) : NULL;
    if (close == NULL || memmem(open, (size_t)(to - open), "](", 2) != NULL) {
        put_inline(f, from, to);
        return;
    }
    put_inline(f, from, open);
    for (; (space = memchr(open, ' ', (size_t)(close - open))) != NULL; open = space + 1) {
        put(f, open, (size_t)(space - open));
        fputs("&nbsp;", f);
    }
    put_inline(f, open, to);
}

/* Verdicts are what the eye looks for. */
static const char *class_of(const char *from, const char *to) {
    static const struct {
        const char *word, *class_name;
    } words[] = {{"REPRODUCED", "good"}, {"NOT REPRODUCED", "bad"}, {"NOT COMPARABLE", "open"}, {"PASS", "good"},
                 {"FAIL", "bad"},        {"INVALID", "bad"},        {"SKIP", "open"},           {"SLOWER", "bad"},
                 {"FASTER", "good"},     {"AMBIGUOUS", "open"},     {"WORSE", "bad"},           {"BETTER", "good"},
                 {"BROKEN", "bad"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i].word) == (size_t)(to - from) && memcmp(words[i].word, from, (size_t)(to - from)) == 0)
            return words[i].class_name;
    return NULL;
}

static void table_line(page *g, const char *line, const char *end, const char *next, const char *next_end) {
    const char *from[COLUMNS_MOST], *to[COLUMNS_MOST];
    if (g->table_row == 0) {
        memset(g->right, 0, sizeof g->right);
        if (is_rule(next, next_end)) {
            const int n = split(next, next_end, from, to);
            for (int i = 0; i < n; i++)
                g->right[i] = to[i] > from[i] && *(to[i] - 1) == ':';
        }
    } else if (g->table_row == 1 && is_rule(line, end)) {
        g->table_row++;
        return;
    }
    const char *tag = g->table_row == 0 ? "th" : "td";
    const int n = split(line, end, from, to);
    fputs(g->table_row == 0 ? "<thead><tr>" : g->table_row == 2 ? "<tbody>\n<tr>" : "<tr>", g->f);
    for (int i = 0; i < n; i++) {
        const char *class_name = class_of(from[i], to[i]);
        fprintf(g->f, "<%s%s%s%s>", tag, g->right[i] || class_name ? " class=\"" : "",
                g->right[i]  ? "n"
                : class_name ? class_name
                             : "",
                g->right[i] || class_name ? "\"" : "");
        put_cell(g->f, from[i], to[i]);
        fprintf(g->f, "</%s>", tag);
    }
    fputs(g->table_row == 0 ? "</tr></thead>\n" : "</tr>\n", g->f);
    g->table_row++;
}

/* ---- blocks ---- */

static void close_block(page *g) {
    static const char *const ends[] = {"", "</p>\n", "</ul>\n", "</tbody></table></div>\n", "</code></pre>\n"};
    fputs(ends[g->open], g->f);
    g->open = NONE;
}

static void open_block(page *g, block b) {
    static const char *const starts[] = {"", "<p>", "<ul>\n", "<div class=\"scroll\"><table>\n", "<pre><code>"};
    if (g->open == b && b != CODE) {
        if (b == PARAGRAPH) fputc('\n', g->f);
        return;
    }
    close_block(g);
    fputs(starts[b], g->f);
    g->open = b;
    g->table_row = 0;
}

static void put_line(page *g, const char *line, const char *end, const char *next, const char *next_end) {
    const size_t n = (size_t)(end - line);
    size_t level = 0;
    if (n >= 3 && strncmp(line, "```", 3) == 0) {
        if (g->open == CODE)
            close_block(g);
        else
            open_block(g, CODE);
        return;
    }
    if (g->open == CODE) {
        put(g->f, line, n);
        fputc('\n', g->f);
        return;
    }
    while (level < n && level < 4 && line[level] == '#')
        level++;
    if (n == 0) {
        close_block(g);
    } else if (level > 0 && line[level] == ' ') {
        close_block(g);
        if (level == 2)
            fprintf(g->f, "<h2 id=\"s%d\">", ++g->sections);
        else
            fprintf(g->f, "<h%zu>", level);
        put_inline(g->f, line + level + 1, end);
        fprintf(g->f, "</h%zu>\n", level);
    } else if (line[0] == '!' && n > 1 && line[1] == '[') {
        close_block(g);
        if (!picture(g, line, end)) put_inline(g->f, line, end);
    } else if (line[0] == '|') {
        open_block(g, TABLE);
        table_line(g, line, end, next, next_end);
    } else if (n > 2 && strncmp(line, "- ", 2) == 0) {
        open_block(g, LIST);
        fputs("<li>", g->f);
        put_inline(g->f, line + 2, end);
        fputs("</li>\n", g->f);
    } else {
        open_block(g, PARAGRAPH);
        put_inline(g->f, line, end);
    }
}

/* Links to the sections, where there are several. */
static void put_contents(FILE *f, const char *markdown) {
    int n = 0;
    for (const char *p = markdown; (p = strstr(p, "\n## ")) != NULL; p++) {
        fputs(n++ == 0 ? "<nav>" : "", f);
        fprintf(f, "<a href=\"#s%d\">", n);
        put_inline(f, p + 4, p + 4 + strcspn(p + 4, "\n"));
        fputs("</a> ", f);
    }
    if (n > 0) fputs("</nav>\n", f);
}

fq_status fq_markdown_page(FILE *f, const char *title, const char *markdown, const char *dir) {
    page g = {.f = f, .dir = dir};
    fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
          f);
    fq_html_text(f, title);
    fprintf(f, "</title>\n<style>\n%s</style>\n</head>\n<body>\n", style);
    put_contents(f, markdown);
    for (const char *line = markdown; *line != '\0';) {
        const char *end = line + strcspn(line, "\n"), *next = *end == '\n' ? end + 1 : end;
        put_line(&g, line, end, next, next + strcspn(next, "\n"));
        line = next;
    }
    close_block(&g);
    fputs("</body>\n</html>\n", f);
    return FQ_OK;
}
