/* The compiled screen of a replay: see screen.py, which says what it may pass and what it must leave to the judge. */
#ifndef TANJI_KERNEL_H
#define TANJI_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef unsigned __int128 u128;

enum { HASH = 32, SALT_HEX = 32, MAX_LINES = 64, ENTRY = 105, KEY = 64, ADDRESS = 20 };

/* Other people's cryptography, by the addresses of their functions: OpenSSL, pycryptodome, libsecp256k1. */
typedef struct {
    int (*sha_init)(void *);
    int (*sha_update)(void *, const void *, size_t);
    int (*sha_final)(unsigned char *, void *);
    int (*keccak_reset)(void *);
    int (*keccak_absorb)(void *, const uint8_t *, size_t);
    int (*keccak_digest)(const void *, uint8_t *, size_t, uint8_t);
    void *keccak_state;
    const void *secp;
    int (*parse_compact)(const void *, void *, const unsigned char *, int);
    int (*recover)(const void *, void *, const void *, const unsigned char *);
    int (*serialize)(const void *, unsigned char *, size_t *, const void *, unsigned int);
} Primitives;

typedef struct {
    const unsigned char *data;
    size_t length;
} Slice;

#define TEXT(literal) {(const unsigned char *)("" literal), sizeof(literal) - 1}

/* An unsigned decimal: mantissa * 10^-decimals. */
typedef struct {
    u128 mantissa;
    int decimals;
} Decimal;

/* How many `into` one unit is: numerator / denominator; a numerator of 0 where the dimensions differ. */
typedef struct {
    uint64_t numerator, denominator;
} Ratio;

typedef struct {
    int count;
    const Slice *codes;
    const Ratio *ratios; /* count * count */
} Units;

/* What a line leaves for the comparison with the log's earlier statements. */
typedef struct {
    uint8_t key[HASH];    /* everything the judge looks at in this line but its amounts */
    uint8_t digest[HASH]; /* of the upstream declaration */
    uint64_t value;
    uint8_t decimals, unit, is_upstream;
} HeldLine;

/* A declaration that passed alone. Of the header and the lines' order only a key is kept. */
typedef struct {
    uint8_t digest[HASH], subject[HASH], context[HASH], shape[HASH];
    uint64_t value;
    uint32_t position; /* in the bundle */
    uint32_t issuer;   /* a number for who signed for whom */
    uint16_t lines;
    uint8_t decimals, unit, per_one;
} Held;

/* What other statements may ask of a declaration. */
typedef struct {
    uint64_t value;
    uint32_t index, context;
    uint8_t decimals, unit, per_one, is_open; /* is_open: passed alone, and neither replaced nor withdrawn */
} Fact;

/* The same as it is told to all who judge later statements. */
typedef struct {
    uint8_t digest[HASH], subject[HASH], context[HASH];
    Fact fact;
} Told;

/* What an EIP-712 digest of a footprint has of the log and the kind. */
typedef struct {
    uint8_t separator[HASH], type_hash[HASH], kind_hash[HASH];
} Signing;

/* primitives.c */
void sha256(const Primitives *, uint8_t out[HASH], const Slice *parts, int count);
void keccak256(const Primitives *, uint8_t out[HASH], const void *data, size_t length);
void merkle_root(const Primitives *, uint8_t (*hashes)[HASH], int count);
void leaf_hash(const Primitives *, uint8_t out[HASH], Slice leaf);
int append_leaf(const Primitives *, uint8_t (*frontier)[HASH], int count, uint64_t size, Slice leaf);
bool signer_of(const Primitives *, const unsigned char *entry, uint8_t key[KEY]);
void address_of(const Primitives *, const uint8_t key[KEY], uint8_t address[ADDRESS]);

/* scan.c: each reads at *at and moves it on, or returns false */
typedef struct {
    const unsigned char *at, *end;
} Cursor;

static inline bool take_slice(Cursor *cursor, Slice wanted) {
    if ((size_t)(cursor->end - cursor->at) < wanted.length || memcmp(cursor->at, wanted.data, wanted.length)) return false;
    cursor->at += wanted.length;
    return true;
}

static inline bool same(Slice one, Slice other) {
    return one.length == other.length && !memcmp(one.data, other.data, one.length);
}

#define take(cursor, literal) take_slice(cursor, (Slice)TEXT(literal))
#define take_field(cursor, before, out) (take(cursor, before) && take_text(cursor, out, 80))

bool take_hex(Cursor *, uint8_t *out, int bytes);
bool take_text(Cursor *, Slice *, int most);
bool take_identifier(Cursor *, Slice *);
bool take_decimal(Cursor *, Decimal *, int most_decimals);
bool take_natural(Cursor *, uint64_t *);
int one_of(Slice, const Slice *words); /* a list that ends with no data; the place in it from 1 on, 0 for another */
bool is_geography(Slice);
bool is_date(Slice);
bool is_gas(Slice);
bool is_organisation(Slice);
bool multiply(u128 *, u128);
bool scale_up(u128 *, int decimals);

/* arithmetic.c */
typedef struct {
    u128 product; /* amount * value * ratio numerator */
    uint64_t denominator;
    int decimals;
} Emission;
bool is_rounded(const Emission *, Decimal output, u128 written, int decimals, bool *coarse);
bool sum_of(const Emission *, int count, Emission *total);

/* declaration.c */
typedef struct {
    Slice headline, organisation, subject;
    uint8_t content[HASH];
    uint64_t issued; /* Unix seconds */
} Envelope;
bool read_envelope(const Primitives *, const Signing *, Slice statement, Envelope *, uint8_t digest[HASH]);
bool read_declaration(const Primitives *, const Units *, Slice text, const Envelope *, Held *, HeldLine *lines);

/* table.c: 32-byte keys to numbers; open addressing, never shrinks */
typedef struct {
    uint8_t key[HASH];
    uint32_t value;
} Slot;
typedef struct {
    Slot *slots;
    uint64_t seed;
    size_t used, room;
} Table;
bool table_init(Table *, uint64_t seed);
void table_free(Table *);
void table_clear(Table *);
void table_fetch(const Table *, const uint8_t key[HASH]); /* into the cache, for a find that is to come */
uint32_t *table_find(const Table *, const uint8_t key[HASH]);
uint32_t *table_add(Table *, const uint8_t key[HASH], uint32_t value, bool *was_there);

#endif
