/* Statements of kind `footprint` in their plainest form, as ledger/SPEC.md writes them: no optional field that the
   judge weighs, no negative number, no sign that JSON escapes. Any other text is left to the judge. */
#include "kernel.h"

#include <string.h>

static const unsigned char ZERO = 0;
static const char KIND[] = "footprint";

/* ---- the statement ------------------------------------------------------------------------------------------- */

static bool take_zero_digest(Cursor *cursor) {
    uint8_t digest[HASH];
    if (!take(cursor, "0x") || !take_hex(cursor, digest, HASH)) return false;
    for (int i = 0; i < HASH; i++) {
        if (digest[i]) return false;
    }
    return true;
}

static bool take_envelope(Cursor *cursor, Envelope *out, uint64_t *issued) {
    return take(cursor, "{\"content\":\"0x") && take_hex(cursor, out->content, HASH) &&
           take(cursor, "\",\"headline\":\"") && take_text(cursor, &out->headline, 300) &&
           take(cursor, ",\"issuedAt\":") && take_natural(cursor, issued) && take(cursor, ",\"kind\":\"footprint\"") &&
           take(cursor, ",\"organisation\":\"") && take_text(cursor, &out->organisation, 160) &&
           is_organisation(out->organisation) && take(cursor, ",\"previous\":\"") && take_zero_digest(cursor) && take(cursor, "\",\"subject\":\"") &&
           take_text(cursor, &out->subject, 200) && take(cursor, "}") && cursor->at == cursor->end;
}

/* Reads a first statement on its subject and makes its EIP-712 digest; a later one is left to the judge. */
bool read_envelope(const Primitives *use, const uint8_t separator[HASH], const uint8_t type_hash[HASH], Slice statement,
                   Envelope *out, uint8_t digest[HASH]) {
    Cursor cursor = {statement.data, statement.data + statement.length};
    uint64_t issued;
    uint8_t words[8][HASH] = {{0}}, signing[2 + 2 * HASH] = {0x19, 0x01};
    if (!take_envelope(&cursor, out, &issued)) return false;
    memcpy(words[0], type_hash, HASH);
    keccak256(use, words[1], KIND, sizeof KIND - 1);
    keccak256(use, words[2], out->organisation.data, out->organisation.length);
    keccak256(use, words[3], out->headline.data, out->headline.length);
    keccak256(use, words[4], out->subject.data, out->subject.length);
    memcpy(words[5], out->content, HASH);
    for (int i = 0; i < 8; i++) words[7][HASH - 1 - i] = (uint8_t)(issued >> 8 * i);
    memcpy(signing + 2, separator, HASH);
    keccak256(use, signing + 2 + HASH, words, sizeof words);
    keccak256(use, digest, signing, sizeof signing);
    return true;
}

/* ---- the content --------------------------------------------------------------------------------------------- */

/* The words of ledger.footprint that a plain declaration may have. One that is missing here is the judge's; one that
   the models refuse would pass unread, so test_screen.py holds the lists against them. */
static const char *const BOUNDARIES[] = {"cradle-to-gate", "cradle-to-grave", NULL};
static const char *const GWP_SETS[] = {"AR5", "AR6", NULL};
static const char *const STAGES[] = {"raw_material", "production", "distribution", "use", "end_of_life", NULL};
static const char *const LINE_KINDS[] = {"fuel", "process", "electricity", "green_electricity", "heat", "material",
                                         "material_default", "upstream", "transport", "packaging", "waste", "byproduct",
                                         NULL};

typedef struct {
    Slice amount, unit, start, end, product, product_id, site, boundary;
    Slice fields[2]; /* the header without product and site, as it is written */
} Header;

typedef struct {
    Slice head, tail; /* the line as it is written, without its numbers and its name */
    Slice unit, per, type, kind, stage;
    Decimal amount, value, emission;
    uint8_t digest[HASH];
    bool is_upstream;
} Line;

static bool take_slice(Cursor *cursor, const char *before, Slice *out) {
    return take(cursor, before) && take_text(cursor, out, 80);
}

/* Skips the part's salt, and takes its path. */
static bool take_path(Cursor *cursor, const char *path) {
    uint8_t salt[SALT_HEX / 2];
    return take(cursor, "[\"") && take_hex(cursor, salt, SALT_HEX / 2) && take(cursor, "\",\"") && take(cursor, path) &&
           take(cursor, "\",");
}

static bool read_header(Slice part, Header *out) {
    Cursor cursor = {part.data, part.data + part.length};
    Decimal amount;
    if (!take_path(&cursor, "header")) return false;
    out->fields[0].data = cursor.at;
    if (!take(&cursor, "{\"amount\":\"")) return false;
    out->amount.data = cursor.at;
    if (!take_decimal(&cursor, &amount, 30) || !amount.mantissa) return false;
    out->amount.length = (size_t)(cursor.at - 1 - out->amount.data);
    Slice geography, gwp;
    if (!take_slice(&cursor, ",\"boundary\":\"", &out->boundary) ||
        !take_slice(&cursor, ",\"geography\":\"", &geography) || !take_slice(&cursor, ",\"gwp\":\"", &gwp) ||
        !take_slice(&cursor, ",\"period_end\":\"", &out->end) || !take_slice(&cursor, ",\"period_start\":\"", &out->start))
        return false;
    if (!one_of(out->boundary, BOUNDARIES) || !is_geography(geography) || !one_of(gwp, GWP_SETS) ||
        !is_date(out->end) || !is_date(out->start) || memcmp(out->end.data, out->start.data, out->end.length) < 0)
        return false;
    out->fields[0].length = (size_t)(cursor.at - out->fields[0].data);
    if (!take_slice(&cursor, ",\"product\":\"", &out->product) || !take(&cursor, ",\"product_id\":\"") ||
        !take_identifier(&cursor, &out->product_id))
        return false;
    out->site = (Slice){(const unsigned char *)"-", 1};
    if (take(&cursor, ",\"site\":\"") && !take_identifier(&cursor, &out->site)) return false;
    out->fields[1].data = cursor.at;
    if (!take_slice(&cursor, ",\"unit\":\"", &out->unit) || !take(&cursor, ",\"version\":1}]")) return false;
    out->fields[1].length = (size_t)(cursor.at - out->fields[1].data);
    return cursor.at == cursor.end;
}

/* Each type of source with the fields that it has: a digest, or a gas in kilograms. */
static bool read_source(Cursor *cursor, Line *out) {
    static const char *const PINNED[] = {"factor", "upstream", NULL}, *const GAS[] = {"gas", NULL}, *const KG[] = {"kg", NULL};
    Slice gas;
    bool is_pinned = take(cursor, "\"source\":{\"digest\":\"0x");
    if (is_pinned ? !take_hex(cursor, out->digest, HASH) || !take(cursor, "\"")
                  : !take(cursor, "\"source\":{\"gas\":\"") || !take_text(cursor, &gas, 16) || !is_gas(gas))
        return false;
    return take_slice(cursor, ",\"per\":\"", &out->per) && (is_pinned || one_of(out->per, KG)) &&
           take_slice(cursor, ",\"type\":\"", &out->type) && one_of(out->type, is_pinned ? PINNED : GAS) &&
           take(cursor, ",\"value\":\"") && take_decimal(cursor, &out->value, 30) && take(cursor, "}");
}

static bool read_line(Slice part, const char *path, Line *out) {
    static const Slice UPSTREAM = {(const unsigned char *)"upstream", 8};
    Cursor cursor = {part.data, part.data + part.length};
    Slice geography, name;
    if (!take_path(&cursor, path) || !take(&cursor, "{\"amount\":\"") || !take_decimal(&cursor, &out->amount, 30) ||
        !take(&cursor, ",\"emission\":\"") || !take_decimal(&cursor, &out->emission, 9))
        return false;
    out->head.data = cursor.at;
    if (take(&cursor, ",\"geography\":\"") && (!take_text(&cursor, &geography, 10) || !is_geography(geography)))
        return false;
    if (!take_slice(&cursor, ",\"kind\":\"", &out->kind) || !one_of(out->kind, LINE_KINDS)) return false;
    out->head.length = (size_t)(cursor.at - out->head.data);
    if (!take_slice(&cursor, ",\"name\":\"", &name) || !take(&cursor, ",")) return false;
    out->tail.data = cursor.at;
    if (!read_source(&cursor, out)) return false;
    out->is_upstream = same(out->type, UPSTREAM);
    if (out->is_upstream) out->tail.data = cursor.at; /* digest and value are compared, so they are not in the key */
    if (!take_slice(&cursor, ",\"stage\":\"", &out->stage) || !one_of(out->stage, STAGES) ||
        !take_slice(&cursor, ",\"unit\":\"", &out->unit))
        return false;
    out->tail.length = (size_t)(cursor.at - out->tail.data);
    return take(&cursor, "}]") && cursor.at == cursor.end;
}

static bool read_number(Slice part, const char *path, const char *field, int most_decimals, Slice *text, Decimal *out) {
    Cursor cursor = {part.data, part.data + part.length};
    if (!take_path(&cursor, path) || !take(&cursor, field)) return false;
    text->data = cursor.at;
    if (!take_decimal(&cursor, out, most_decimals)) return false;
    text->length = (size_t)(cursor.at - 1 - text->data);
    return take(&cursor, "}]") && cursor.at == cursor.end;
}

/* ---- what a person read before signing ----------------------------------------------------------------------- */

static bool follows(Slice *rest, const void *data, size_t length) {
    if (rest->length < length || memcmp(rest->data, data, length)) return false;
    rest->data += length;
    rest->length -= length;
    return true;
}

static bool made_of(Slice whole, const Slice *parts, int count) {
    for (int i = 0; i < count; i++) {
        if (!follows(&whole, parts[i].data, parts[i].length)) return false;
    }
    return whole.length == 0;
}

#define TEXT(literal) {(const unsigned char *)(literal), sizeof(literal) - 1}

static bool is_remade(const Envelope *envelope, const Header *header, Slice footprint) {
    const Slice headline[] = {TEXT("产品碳足迹 "), header->product, TEXT("："), footprint, TEXT(" kgCO2e / "),
                              header->amount, TEXT(" "), header->unit, TEXT("；"), header->start, TEXT(" 至 "), header->end};
    const Slice subject[] = {header->product_id, TEXT("|"), header->site, TEXT("|"), header->start, TEXT(".."),
                             header->end, TEXT("|"), header->boundary};
    return made_of(envelope->headline, headline, (int)(sizeof headline / sizeof *headline)) &&
           made_of(envelope->subject, subject, (int)(sizeof subject / sizeof *subject));
}

/* ---- all of it ----------------------------------------------------------------------------------------------- */

static int unit_of(const Units *units, Slice code) {
    for (int i = 0; i < units->count; i++) {
        if (same(units->codes[i], code)) return i;
    }
    return -1;
}

static bool emission_of(const Units *units, const Line *line, Emission *out) {
    int unit = unit_of(units, line->unit), per = unit_of(units, line->per);
    if (unit < 0 || per < 0) return false;
    Ratio ratio = units->ratios[unit * units->count + per];
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
    for (int i = 0; i < count; i++) {
        Slice leaf[2] = {{&ZERO, 1}, parts[i]};
        sha256(use, hashes[i], leaf, 2);
    }
    merkle_root(use, hashes, count);
    return !memcmp(hashes[0], root, HASH);
}

static void hold_line(const Primitives *use, const Units *units, const uint8_t context[HASH], const Line *line,
                      HeldLine *out) {
    const Slice key[] = {{context, HASH}, line->head, {&ZERO, 1}, line->tail, {&ZERO, 1}, line->per};
    sha256(use, out->key, key, 6);
    memset(out->digest, 0, HASH);
    if (line->is_upstream) memcpy(out->digest, line->digest, HASH);
    out->value = (uint64_t)line->value.mantissa;
    out->decimals = (uint8_t)line->value.decimals;
    out->unit = (uint8_t)unit_of(units, line->per);
    out->is_upstream = line->is_upstream;
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
    Slice parts[1 + 6 * MAX_LINES];
    int used = 0;
    parts[used++] = (Slice){context, HASH};
    for (int i = 0; i < count; i++) {
        const Slice fields[] = {lines[i].kind, {&ZERO, 1}, lines[i].stage, {&ZERO, 1}, lines[i].type, {&ZERO, 1}};
        memcpy(parts + used, fields, sizeof fields);
        used += 6;
    }
    sha256(use, out, parts, used);
}

/* Fills what is held of a declaration whose text adds up and is what the envelope says; its digest, signer and
   subject are the caller's. `lines` has room for MAX_LINES. */
bool read_declaration(const Primitives *use, const Units *units, Slice text, const Envelope *envelope, Held *out,
                      HeldLine *held) {
    static const Slice ONE = {(const unsigned char *)"1", 1};
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
        if (!read_line(parts[i + 1], path, &lines[i]) || !fits(lines[i].value)) return false;
    }
    if (!read_number(parts[all - 2], "production", "{\"output\":\"", 30, &output_text, &output) || !output.mantissa ||
        !read_number(parts[all - 1], "result", "{\"footprint\":\"", 9, &footprint_text, &footprint) || !fits(footprint) ||
        (unit = unit_of(units, header.unit)) < 0 || !adds_up(units, lines, count, output, footprint) ||
        !is_remade(envelope, &header, footprint_text) || !has_root(use, parts, all, envelope->content))
        return false;
    const Slice fields[] = {header.fields[0], header.fields[1]};
    sha256(use, out->context, fields, 2);
    make_shape(use, out->context, lines, count, out->shape);
    for (int i = 0; i < count; i++) hold_line(use, units, out->context, &lines[i], &held[i]);
    out->value = (uint64_t)footprint.mantissa;
    out->decimals = (uint8_t)footprint.decimals;
    out->unit = (uint8_t)unit;
    out->per_one = same(header.amount, ONE);
    out->lines = (uint16_t)count;
    return true;
}
