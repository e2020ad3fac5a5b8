/* Readers of the one spelling that RFC 8785 leaves; whatever else a text may hold is left to the judge. */
#include "kernel.h"

#include <string.h>

enum { MOST_WHOLE = 18, MOST_DIGITS = 27 };

bool take(Cursor *cursor, const char *literal) {
    size_t length = strlen(literal);
    if ((size_t)(cursor->end - cursor->at) < length || memcmp(cursor->at, literal, length)) return false;
    cursor->at += length;
    return true;
}

static int digit_of(unsigned char sign) {
    if (sign >= '0' && sign <= '9') return sign - '0';
    if (sign >= 'a' && sign <= 'f') return sign - 'a' + 10;
    return -1;
}

bool take_hex(Cursor *cursor, uint8_t *out, int bytes) {
    if (cursor->end - cursor->at < 2 * bytes) return false;
    for (int i = 0; i < bytes; i++) {
        int high = digit_of(cursor->at[2 * i]), low = digit_of(cursor->at[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    cursor->at += 2 * bytes;
    return true;
}

/* Length of a sign that is printable, stays as it is under NFC, and needs no escape; 0 for every other.
   ASCII, the ideographs U+4E00 to U+9FA5, the marks U+3001 and U+3002, and the full-width forms U+FF01 to U+FF5E. */
static int plain_sign(const unsigned char *at, const unsigned char *end) {
    if (*at < 0x80) return *at >= 0x20 && *at < 0x7f && *at != '"' && *at != '\\';
    if (end - at < 3 || (at[0] & 0xf0) != 0xe0 || (at[1] & 0xc0) != 0x80 || (at[2] & 0xc0) != 0x80) return 0;
    int code = (at[0] & 0x0f) << 12 | (at[1] & 0x3f) << 6 | (at[2] & 0x3f);
    bool plain = (code >= 0x4e00 && code <= 0x9fa5) || code == 0x3001 || code == 0x3002 || (code >= 0xff01 && code <= 0xff5e);
    return plain ? 3 : 0;
}

/* One to `most` signs up to the closing quote, which is taken too. */
bool take_text(Cursor *cursor, Slice *out, int most) {
    int signs = 0;
    out->data = cursor->at;
    while (cursor->at < cursor->end && *cursor->at != '"') {
        int length = plain_sign(cursor->at, cursor->end);
        if (!length || ++signs > most) return false;
        cursor->at += length;
    }
    out->length = (size_t)(cursor->at - out->data);
    return signs > 0 && take(cursor, "\"");
}

static bool is_alphanumeric(unsigned char sign) {
    return (sign >= '0' && sign <= '9') || (sign >= 'A' && sign <= 'Z') || (sign >= 'a' && sign <= 'z');
}

/* ledger.fields.IdText, and the closing quote. */
bool take_identifier(Cursor *cursor, Slice *out) {
    if (!take_text(cursor, out, 80) || !is_alphanumeric(out->data[0])) return false;
    for (size_t i = 1; i < out->length; i++) {
        if (!is_alphanumeric(out->data[i]) && !memchr(":._/-", out->data[i], 5)) return false;
    }
    return true;
}

/* ledger.numbers.UnsignedText of at most 27 digits, and the closing quote. */
bool take_decimal(Cursor *cursor, Decimal *out, int most_decimals) {
    const unsigned char *at = cursor->at, *end = cursor->end, *start = at;
    u128 mantissa = 0;
    int whole = 0, decimals = 0;
    for (; at < end && *at >= '0' && *at <= '9'; at++, whole++) mantissa = mantissa * 10 + (*at - '0');
    if (whole < 1 || whole > MOST_WHOLE || (whole > 1 && *start == '0')) return false;
    if (at < end && *at == '.') {
        for (at++; at < end && *at >= '0' && *at <= '9' && whole + decimals <= MOST_DIGITS; at++, decimals++)
            mantissa = mantissa * 10 + (*at - '0');
        if (decimals < 1) return false;
    }
    if (decimals > most_decimals || whole + decimals > MOST_DIGITS) return false;
    *out = (Decimal){mantissa, decimals};
    cursor->at = at;
    return take(cursor, "\"");
}

/* A non-negative integer below 2^53 as JSON writes it. */
bool take_natural(Cursor *cursor, uint64_t *out) {
    const unsigned char *start = cursor->at;
    uint64_t value = 0;
    while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9' && cursor->at - start < 16)
        value = value * 10 + (*cursor->at++ - '0');
    *out = value;
    return cursor->at > start && (*start != '0' || cursor->at - start == 1) && value < (1ULL << 53);
}

bool same(Slice one, Slice other) {
    return one.length == other.length && !memcmp(one.data, other.data, one.length);
}

bool multiply(u128 *value, u128 factor) {
    return !__builtin_mul_overflow(*value, factor, value);
}

bool scale_up(u128 *value, int decimals) {
    for (; decimals > 0; decimals--) {
        if (!multiply(value, 10)) return false;
    }
    return true;
}
