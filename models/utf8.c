/* UTF-8 validation. The tokenizer promises PCRE2 valid text, so nothing may pass here that RFC 3629 forbids. */
#include "models/tokenizer_internal.h"

static int is_tail(unsigned char c) {
    return (c & 0xC0) == 0x80;
}

size_t fq_utf8_length(const char *s, size_t n) {
    const unsigned char *u = (const unsigned char *)s;
    if (u[0] < 0x80) return 1;
    if (u[0] < 0xC2 || u[0] > 0xF4) return 0; /* tail bytes, overlong C0 and C1, beyond U+10FFFF */
    if (n < 2 || !is_tail(u[1])) return 0;
    if (u[0] < 0xE0) return 2;
    if (n < 3 || !is_tail(u[2])) return 0;
    if (u[0] < 0xF0) {
        if (u[0] == 0xE0 && u[1] < 0xA0) return 0; /* overlong */
        if (u[0] == 0xED && u[1] > 0x9F) return 0; /* surrogates */
        return 3;
    }
    if (n < 4 || !is_tail(u[3])) return 0;
    if (u[0] == 0xF0 && u[1] < 0x90) return 0; /* overlong */
    if (u[0] == 0xF4 && u[1] > 0x8F) return 0; /* beyond U+10FFFF */
    return 4;
}

fq_status fq_utf8_check(const char *what, const char *s, size_t n) {
    for (size_t i = 0; i < n;) {
        size_t len = fq_utf8_length(s + i, n - i);
        if (len == 0) {
            return fq_fail(FQ_ERR_INPUT, "%s is not UTF-8: byte offset %zu (0x%02X)", what, i, (unsigned char)s[i]);
        }
        i += len;
    }
    return FQ_OK;
}
