/* Statements of kind `footprint` in their plainest form, as ledger/SPEC.md writes them: no optional field that the
   judge weighs, no negative number, no sign that JSON escapes. Any other text is left to the judge. */
#include "kernel.h"

#include <string.h>


/* ---- the statement ------------------------------------------------------------------------------------------- */

static bool take_zero_digest(Cursor *cursor) {
    uint8_t digest[HASH];
    if (!take(cursor, "0x") || !take_hex(cursor, digest, HASH)) return false;
    for (int i = 0; i < HASH; i++) {
        if (digest[i]) return false;
    }
    return true;
}

static bool take_envelope(Cursor *cursor, Envelope *out) {
    return take(cursor, "{\"content\":\"0x") && take_hex(cursor, out->content, HASH) &&
           take(cursor, "\",\"headline\":\"") && take_text(cursor, &out->headline, 300) &&
           take(cursor, ",\"issuedAt\":") && take_natural(cursor, &out->issued) && take(cursor, ",\"kind\":\"footprint\"") &&
           take(cursor, ",\"organisation\":\"") && take_text(cursor, &out->organisation, 160) &&
           is_organisation(out->organisation) && take(cursor, ",\"previous\":\"") && take_zero_digest(cursor) &&
           take(cursor, "\",\"subject\":\"") && take_text(cursor, &out->subject, 200) && take(cursor, "}") && cursor->at == cursor->end;
}

/* Reads a first statement on its subject and makes its EIP-712 digest; a later one is left to the judge. */
bool read_envelope(const Primitives *use, const Signing *signing, Slice statement, Envelope *out, uint8_t digest[HASH]) {
    Cursor cursor = {statement.data, statement.data + statement.length};
    uint8_t words[8][HASH] = {{0}}, whole[2 + 2 * HASH] = {0x19, 0x01};
    if (!take_envelope(&cursor, out)) return false;
    memcpy(words[0], signing->type_hash, HASH);
    memcpy(words[1], signing->kind_hash, HASH);
    keccak256(use, words[2], out->organisation.data, out->organisation.length);
    keccak256(use, words[3], out->headline.data, out->headline.length);
    keccak256(use, words[4], out->subject.data, out->subject.length);
    memcpy(words[5], out->content, HASH);
    for (int i = 0; i < 8; i++) words[7][HASH - 1 - i] = (uint8_t)(out->issued >> 8 * i);
    memcpy(whole + 2, signing->separator, HASH);
    keccak256(use, whole + 2 + HASH, words, sizeof words);
    keccak256(use, digest, whole, sizeof whole);
    return true;
}

/* ---- the content --------------------------------------------------------------------------------------------- */

/* The words of ledger.footprint that a plain declaration may have. One that is missing here is the judge's; one that
   the models refuse would pass unread, so test_screen.py holds the lists against them. */
static const Slice BOUNDARIES[] = {TEXT("cradle-to-gate"), TEXT("cradle-to-grave"), {NULL, 0}};
static const Slice GWP_SETS[] = {TEXT("AR5"), TEXT("AR6"), {NULL, 0}};
static const Slice STAGES[] = {TEXT("raw_material"), TEXT("production"), TEXT("distribution"), TEXT("use"),
                               TEXT("end_of_life"), {NULL, 0}};
static const Slice LINE_KINDS[] = {
    TEXT("fuel"),      TEXT("process"),   TEXT("electricity"), TEXT("green_electricity"), TEXT("heat"),
    TEXT("material"),  TEXT("material_default"), TEXT("upstream"), TEXT("transport"),     TEXT("packaging"),
    TEXT("waste"),     TEXT("byproduct"), {NULL, 0}};
enum { GAS = 1, FACTOR, UPSTREAM };
static const Slice TYPES[] = {TEXT("gas"), TEXT("factor"), TEXT("upstream"), {NULL, 0}};
enum { GEOGRAPHY = 10, GAS_NAME = 16 };

typedef struct {
    Slice amount, unit, start, end, product, product_id, site, boundary;
    Slice fields[2]; /* the header without product and site, as it is written */
} Header;

typedef struct {
    Slice geography, gas; /* empty where there is none */
    Decimal amount, value, emission;
    int kind, stage, type, unit, per;
    uint8_t digest[HASH];
} Line;

static int unit_of(const Units *units, Slice code) {
    for (int i = 0; i < units->count; i++) {
        if (same(units->codes[i], code)) return i;
    }
    return -1;
}

/* Skips the part's salt, and takes its path. */
static bool take_path(Cursor *cursor, Slice path) {
    uint8_t salt[SALT_HEX / 2];
    return take(cursor, "[\"") && take_hex(cursor, salt, SALT_HEX / 2) && take(cursor, "\",\"") &&
           take_slice(cursor, path) && take(cursor, "\",");
}

static bool take_unit(Cursor *cursor, const Units *units, int *out) {
    Slice code;
    return take_text(cursor, &code, 80) && (*out = unit_of(units, code)) >= 0;
}

static bool read_header(Slice part, Header *out) {
    Cursor cursor = {part.data, part.data + part.length};
    Decimal amount;
    if (!take_path(&cursor, (Slice)TEXT("header"))) return false;
    out->fields[0].data = cursor.at;
    if (!take(&cursor, "{\"amount\":\"")) return false;
    out->amount.data = cursor.at;
    if (!take_decimal(&cursor, &amount, 30) || !amount.mantissa) return false;
    out->amount.length = (size_t)(cursor.at - 1 - out->amount.data);
    Slice geography, gwp;
    if (!take_field(&cursor, ",\"boundary\":\"", &out->boundary) ||
        !take_field(&cursor, ",\"geography\":\"", &geography) || !take_field(&cursor, ",\"gwp\":\"", &gwp) ||
        !take_field(&cursor, ",\"period_end\":\"", &out->end) ||
        !take_field(&cursor, ",\"period_start\":\"", &out->start))
        return false;
    if (!one_of(out->boundary, BOUNDARIES) || !is_geography(geography) || !one_of(gwp, GWP_SETS) ||
        !is_date(out->end) || !is_date(out->start) || memcmp(out->end.data, out->start.data, out->end.length) < 0)
        return false;
    out->fields[0].length = (size_t)(cursor.at - out->fields[0].data);
    if (!take_field(&cursor, ",\"product\":\"", &out->product) || !take(&cursor, ",\"product_id\":\"") ||
        !take_identifier(&cursor, &out->product_id))
        return false;
    out->site = (Slice)TEXT("-");
    if (take(&cursor, ",\"site\":\"") && !take_identifier(&cursor, &out->site)) return false;
    out->fields[1].data = cursor.at;
    if (!take_field(&cursor, ",\"unit\":\"", &out->unit) || !take(&cursor, ",\"version\":1}]")) return false;
    out->fields[1].length = (size_t)(cursor.at - out->fields[1].data);
    return cursor.at == cursor.end;
}

/* Each type of source with the fields that it has: a digest, or a gas in kilograms. */
static bool read_source(Cursor *cursor, const Units *units, Line *out) {
    Slice per, type;
    bool is_pinned = take(cursor, "\"source\":{\"digest\":\"0x");
    out->gas = (Slice)TEXT("");
    memset(out->digest, 0, HASH);
    if (is_pinned ? !take_hex(cursor, out->digest, HASH) || !take(cursor, "\"")
                  : !take(cursor, "\"source\":{\"gas\":\"") || !take_text(cursor, &out->gas, GAS_NAME) || !is_gas(out->gas))
        return false;
    if (!take_field(cursor, ",\"per\":\"", &per) || !(is_pinned || same(per, (Slice)TEXT("kg"))) ||
        !take_field(cursor, ",\"type\":\"", &type))
        return false;
    out->per = unit_of(units, per);
    out->type = one_of(type, TYPES);
    return out->per >= 0 && out->type && is_pinned == (out->type != GAS) && take(cursor, ",\"value\":\"") &&
           take_decimal(cursor, &out->value, 30) && take(cursor, "}");
}

static bool read_line(Slice part, const Units *units, Slice path, Line *out) {
    Cursor cursor = {part.data, part.data + part.length};
    Slice name, kind, stage;
    out->geography = (Slice)TEXT("");
    if (!take_path(&cursor, path) || !take(&cursor, "{\"amount\":\"") || !take_decimal(&cursor, &out->amount, 30) ||
        !take(&cursor, ",\"emission\":\"") || !take_decimal(&cursor, &out->emission, 9))
        return false;
    if (take(&cursor, ",\"geography\":\"") &&
        (!take_text(&cursor, &out->geography, GEOGRAPHY) || !is_geography(out->geography)))
        return false;
    if (!take_field(&cursor, ",\"kind\":\"", &kind) || !take_field(&cursor, ",\"name\":\"", &name) ||
        !take(&cursor, ",") || !read_source(&cursor, units, out) || !take_field(&cursor, ",\"stage\":\"", &stage) ||
        !take(&cursor, ",\"unit\":\"") || !take_unit(&cursor, units, &out->unit))
        return false;
    out->kind = one_of(kind, LINE_KINDS);
    out->stage = one_of(stage, STAGES);
    return out->kind && out->stage && take(&cursor, "}]") && cursor.at == cursor.end;
}

static bool read_number(Slice part, Slice path, Slice field, int most_decimals, Slice *text, Decimal *out) {
    Cursor cursor = {part.data, part.data + part.length};
    if (!take_path(&cursor, path) || !take_slice(&cursor, field)) return false;
    text->data = cursor.at;
    if (!take_decimal(&cursor, out, most_decimals)) return false;
    text->length = (size_t)(cursor.at - 1 - text->data);
    return take(&cursor, "}]") && cursor.at == cursor.end;
}

/* ---- what a person read before signing ----------------------------------------------------------------------- */

static bool made_of(Slice whole, const Slice *parts, int count) {
    Cursor cursor = {whole.data, whole.data + whole.length};
    for (int i = 0; i < count; i++) {
        if (!take_slice(&cursor, parts[i])) return false;
    }
    return cursor.at == cursor.end;
}

static bool is_remade(const Envelope *envelope, const Header *header, Slice footprint) {
    const Slice headline[] = {TEXT("产品碳足迹 "), header->product, TEXT("："), footprint, TEXT(" kgCO2e / "),
                              header->amount, TEXT(" "), header->unit, TEXT("；"), header->start, TEXT(" 至 "),
                              header->end};
    const Slice subject[] = {header->product_id, TEXT("|"), header->site, TEXT("|"), header->start, TEXT(".."),
                             header->end, TEXT("|"), header->boundary};
    return made_of(envelope->headline, headline, (int)(sizeof headline / sizeof *headline)) &&
           made_of(envelope->subject, subject, (int)(sizeof subject / sizeof *subject));
}

/* ---- all of it ----------------------------------------------------------------------------------------------- */

static bool emission_of(const Units *units, const Line *line, Emission *out) {
    Ratio ratio = units->ratios[line->unit * units->count + line->per];
    out->product = line->amount.mantissa;
    out->denominator = ratio.denominator;
    out->decimals = line->amount.decimals + line->value.decimals;
    return ratio.numerator && multiply(&out->product, line->value.mantissa) && multiply(&out->product, ratio.numerator);
}

static int split(Slice text, Slice *parts) {
    const unsigned char *at = text.data, *end = text.data + text.length, *next;
    int count = 0;
    while ((next = memchr(at, '\n', (size_t)(end - at)))) {
        if (count == MAX_LINES - 1) return -1;
        parts[count++] = (Slice){at, (size_t)(next - at)};
        at = next + 1;
    }
    parts[count++] = (Slice){at, (size_t)(end - at)};
    return count;
}

static bool has_root(const Primitives *use, const Slice *parts, int count, const uint8_t root[HASH]) {
    uint8_t hashes[MAX_LINES][HASH];
    for (int i = 0; i < count; i++) leaf_hash(use, hashes[i], parts[i]);
    merkle_root(use, hashes, count);
    return !memcmp(hashes[0], root, HASH);
}

/* All that the judge looks at in a line besides its amounts and what is compared with an upstream declaration. */
typedef struct {
    uint8_t context[HASH], digest[HASH], geography[GEOGRAPHY], gas[GAS_NAME];
    uint8_t kind, stage, type, unit, per, decimals, value[8];
} LineKey;

static void hold_line(const Primitives *use, const uint8_t context[HASH], const Line *line, HeldLine *out) {
    LineKey key = {.kind = (uint8_t)line->kind, .stage = (uint8_t)line->stage, .type = (uint8_t)line->type,
                   .unit = (uint8_t)line->unit, .per = (uint8_t)line->per};
    const Slice whole = {(const unsigned char *)&key, sizeof key};
    out->value = (uint64_t)line->value.mantissa;
    out->decimals = (uint8_t)line->value.decimals;
    out->unit = (uint8_t)line->per;
    out->is_upstream = line->type == UPSTREAM;
    memcpy(out->digest, line->digest, HASH);
    memcpy(key.context, context, HASH);
    memcpy(key.geography, line->geography.data, line->geography.length);
    memcpy(key.gas, line->gas.data, line->gas.length);
    if (!out->is_upstream) {
        memcpy(key.digest, line->digest, HASH);
        memcpy(key.value, &out->value, sizeof key.value);
        key.decimals = out->decimals;
    }
    sha256(use, out->key, &whole, 1);
}

/* Every line's arithmetic and the sum's; a sum that the rounding changed by more than a hundredth is the judge's. */
static bool adds_up(const Units *units, const Line *lines, int count, Decimal output, Decimal footprint) {
    Emission emissions[MAX_LINES], total;
    bool coarse;
    for (int i = 0; i < count; i++) {
        if (lines[i].emission.decimals != footprint.decimals || !emission_of(units, &lines[i], &emissions[i]) ||
            !is_rounded(&emissions[i], output, lines[i].emission.mantissa, footprint.decimals, &coarse))
            return false;
    }
    return sum_of(emissions, count, &total) &&
           is_rounded(&total, output, footprint.mantissa, footprint.decimals, &coarse) && !coarse;
}

static bool fits(Decimal number) { return number.mantissa >> 63 == 0; }

static void make_shape(const Primitives *use, const uint8_t context[HASH], const Line *lines, int count, uint8_t out[HASH]) {
    uint8_t text[HASH + 3 * MAX_LINES], *at = text + HASH;
    memcpy(text, context, HASH);
    for (int i = 0; i < count; i++) {
        *at++ = (uint8_t)lines[i].kind;
        *at++ = (uint8_t)lines[i].stage;
        *at++ = (uint8_t)lines[i].type;
    }
    const Slice whole = {text, (size_t)(at - text)};
    sha256(use, out, &whole, 1);
}

/* Fills what is held of a declaration whose text adds up and is what the envelope says; its digest, signer and
   subject are the caller's. `lines` has room for MAX_LINES. */
bool read_declaration(const Primitives *use, const Units *units, Slice text, const Envelope *envelope, Held *out,
                      HeldLine *held) {
    Slice parts[MAX_LINES], output_text, footprint_text;
    Header header;
    Line lines[MAX_LINES];
    Decimal output, footprint;
    int all = split(text, parts), count = all - 3, unit;
    if (count < 1 || !read_header(parts[0], &header)) return false;
    for (int i = 0; i < count; i++) {
        char path[] = "lines/0000";
        path[8] = (char)('0' + i / 10);
        path[9] = (char)('0' + i % 10);
        const Slice wanted = {(const unsigned char *)path, sizeof path - 1};
        if (!read_line(parts[i + 1], units, wanted, &lines[i]) || !fits(lines[i].value)) return false;
    }
    if (!read_number(parts[all - 2], (Slice)TEXT("production"), (Slice)TEXT("{\"output\":\""), 30, &output_text, &output) || !output.mantissa ||
        !read_number(parts[all - 1], (Slice)TEXT("result"), (Slice)TEXT("{\"footprint\":\""), 9, &footprint_text, &footprint) ||
        !fits(footprint) ||
        (unit = unit_of(units, header.unit)) < 0 || !adds_up(units, lines, count, output, footprint) ||
        !is_remade(envelope, &header, footprint_text) || !has_root(use, parts, all, envelope->content))
        return false;
    const Slice fields[] = {header.fields[0], header.fields[1]};
    sha256(use, out->context, fields, 2);
    make_shape(use, out->context, lines, count, out->shape);
    for (int i = 0; i < count; i++) hold_line(use, out->context, &lines[i], &held[i]);
    out->value = (uint64_t)footprint.mantissa;
    out->decimals = (uint8_t)footprint.decimals;
    out->unit = (uint8_t)unit;
    out->per_one = same(header.amount, (Slice)TEXT("1"));
    out->lines = (uint16_t)count;
    return true;
}
