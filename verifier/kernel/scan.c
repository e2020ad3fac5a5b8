/* Readers of the one spelling that RFC 8785 leaves; whatever else a text may hold is left to the judge. */
#include "kernel.h"

#include <string.h>

enum { MOST_WHOLE = 18, MOST_DIGITS = 27 };

/* One more than the value of each hexadecimal digit in lower case; of every other sign 0. */
static const uint8_t DIGITS[256] = {['0'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ['a'] = 11, 12, 13, 14, 15, 16};

bool take_hex(Cursor *cursor, uint8_t *out, int bytes) {
    const unsigned char *at = cursor->at;
    int wrong = 0;
    if (cursor->end - at < 2 * bytes) return false;
    for (int i = 0; i < bytes; i++) {
        int byte = (DIGITS[at[2 * i]] - 1) * 16 | (DIGITS[at[2 * i + 1]] - 1);
        wrong |= byte;
        out[i] = (uint8_t)byte;
    }
    cursor->at += 2 * bytes;
    return wrong >= 0;
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
    for (; at < end && *at >= '0' && *at <= '9' && whole <= MOST_WHOLE; at++, whole++)
        mantissa = mantissa * 10 + (*at - '0');
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

bool multiply(u128 *value, u128 factor) {
    return !__builtin_mul_overflow(*value, factor, value);
}

bool scale_up(u128 *value, int decimals) {
    for (; decimals > 0; decimals--) {
        if (!multiply(value, 10)) return false;
    }
    return true;
}

/* ---- forms of text: what the judge's models refuse may not pass, for others rest on what was read ---------------- */

static bool is_digit(unsigned char sign) { return sign >= '0' && sign <= '9'; }

static bool is_upper(unsigned char sign) { return sign >= 'A' && sign <= 'Z'; }

int one_of(Slice text, const Slice *words) {
    for (int i = 0; words[i].data; i++) {
        if (same(text, words[i])) return i + 1;
    }
    return 0;
}

/* ledger.fields.Geography */
bool is_geography(Slice text) {
    size_t area = 0, part;
    while (area < text.length && is_upper(text.data[area])) area++;
    if (area < 2 || area > 5) return false;
    if (area == text.length) return true;
    part = text.length - area - 1;
    if (text.data[area] != '-' || part < 1 || part > 4) return false;
    for (size_t i = area + 1; i < text.length; i++) {
        if (!is_upper(text.data[i]) && !is_digit(text.data[i])) return false;
    }
    return true;
}

/* ledger.fields.DateText: a day of the years 1000 to 2999 that exists */
bool is_date(Slice text) {
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (text.length != 10 || (text.data[0] != '1' && text.data[0] != '2')) return false;
    for (int i = 0; i < 10; i++) {
        if (i == 4 || i == 7 ? text.data[i] != '-' : !is_digit(text.data[i])) return false;
    }
    const unsigned char *at = text.data;
    int year = (at[0] - '0') * 1000 + (at[1] - '0') * 100 + (at[2] - '0') * 10 + at[3] - '0';
    int month = (at[5] - '0') * 10 + at[6] - '0', day = (at[8] - '0') * 10 + at[9] - '0';
    bool leaps = month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month >= 1 && month <= 12 && day >= 1 && day <= DAYS[month - 1] + leaps;
}

/* The gas of ledger.footprint.lines.GasSource */
bool is_gas(Slice text) {
    if (text.length < 2 || text.length > 16) return false;
    for (size_t i = 0; i < text.length; i++) {
        if (!is_alphanumeric(text.data[i]) && text.data[i] != '_') return false;
    }
    return true;
}

/* GB 32100-2015: 18 of 31 signs, of which the last follows from the others by weights 3^i mod 31. */
static bool is_credit_code(Slice text) {
    static const char SIGNS[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    int sum = 0, weight = 1, last = 0;
    if (text.length != 18) return false;
    for (int i = 0; i < 18; i++) {
        const char *sign = memchr(SIGNS, text.data[i], sizeof SIGNS - 1);
        if (!sign) return false;
        last = (int)(sign - SIGNS);
        if (i < 17) sum += last * weight;
        weight = weight * 3 % 31;
    }
    return last == (31 - sum % 31) % 31;
}

/* urn:[a-z0-9][a-z0-9-]{1,30}[a-z0-9]:[A-Za-z0-9][A-Za-z0-9:._-]{0,119} */
static bool is_urn(Slice text) {
    const unsigned char *at = text.data + 4, *end = text.data + text.length, *colon;
    if (text.length < 4 || memcmp(text.data, "urn:", 4) || !(colon = memchr(at, ':', (size_t)(end - at)))) return false;
    if (colon - at < 3 || colon - at > 32 || *at == '-' || colon[-1] == '-') return false;
    for (; at < colon; at++) {
        if (!is_digit(*at) && *at != '-' && !(*at >= 'a' && *at <= 'z')) return false;
    }
    at = colon + 1;
    if (end - at < 1 || end - at > 120 || !is_alphanumeric(*at)) return false;
    for (; at < end; at++) {
        if (!is_alphanumeric(*at) && !memchr(":._-", *at, 4)) return false;
    }
    return true;
}

/* ledger.identifiers.parse_organisation */
bool is_organisation(Slice text) { return is_credit_code(text) || is_urn(text); }
