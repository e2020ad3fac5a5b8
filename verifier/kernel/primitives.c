#include "kernel.h"

#include <string.h>

enum { SHA_STATE = 256, SIGNATURE = 65, UNCOMPRESSED = 2, KECCAK_PADDING = 1 };

/* RFC 9162 section 2.1.1: the prefixes keep a node from passing for a leaf. */
static const unsigned char LEAF = 0, NODE = 1;

/* Half the order of secp256k1: a signature with a larger s is the twin of another one (EIP-2). */
static const unsigned char HALF_ORDER[HASH] = {
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0};

void sha256(const Primitives *use, uint8_t out[HASH], const Slice *parts, int count) {
    _Alignas(16) unsigned char state[SHA_STATE];
    use->sha_init(state);
    for (int i = 0; i < count; i++) use->sha_update(state, parts[i].data, parts[i].length);
    use->sha_final(out, state);
}

void keccak256(const Primitives *use, uint8_t out[HASH], const void *data, size_t length) {
    use->keccak_reset(use->keccak_state);
    use->keccak_absorb(use->keccak_state, data, length);
    use->keccak_digest(use->keccak_state, out, HASH, KECCAK_PADDING);
}

void leaf_hash(const Primitives *use, uint8_t out[HASH], Slice leaf) {
    const Slice parts[] = {{&LEAF, 1}, leaf};
    sha256(use, out, parts, 2);
}

static void node_hash(const Primitives *use, uint8_t out[HASH], const uint8_t left[HASH], const uint8_t right[HASH]) {
    const Slice parts[] = {{&NODE, 1}, {left, HASH}, {right, HASH}};
    sha256(use, out, parts, 3);
}

/* The root over `count` leaf hashes, left in the first; an odd last node goes up unchanged. */
void merkle_root(const Primitives *use, uint8_t (*hashes)[HASH], int count) {
    while (count > 1) {
        int pairs = count / 2;
        for (int i = 0; i < pairs; i++) node_hash(use, hashes[i], hashes[2 * i], hashes[2 * i + 1]);
        if (count % 2) memmove(hashes[pairs], hashes[count - 1], HASH);
        count = pairs + count % 2;
    }
}

/* Appends a leaf to the `count` complete subtrees of a tree of `size` leaves, the largest first, and gives their new
   number; `frontier` has room for one more. */
int append_leaf(const Primitives *use, uint8_t (*frontier)[HASH], int count, uint64_t size, Slice leaf) {
    leaf_hash(use, frontier[count], leaf);
    for (; size & 1; size >>= 1, count--) node_hash(use, frontier[count - 1], frontier[count - 1], frontier[count]);
    return count + 1;
}

/* The public key that signed an entry's digest; false for a signature that is not in the one accepted form. */
bool signer_of(const Primitives *use, const unsigned char *entry, uint8_t key[KEY]) {
    const unsigned char *signature = entry + HASH;
    unsigned char recoverable[SIGNATURE], opaque[KEY], point[1 + KEY];
    size_t length = sizeof point;
    int v = signature[64];
    if ((v != 27 && v != 28) || memcmp(signature + HASH, HALF_ORDER, HASH) > 0) return false;
    if (!use->parse_compact(use->secp, recoverable, signature, v - 27)) return false;
    if (!use->recover(use->secp, opaque, recoverable, entry)) return false;
    if (!use->serialize(use->secp, point, &length, opaque, UNCOMPRESSED) || length != sizeof point) return false;
    memcpy(key, point + 1, KEY);
    return true;
}

void address_of(const Primitives *use, const uint8_t key[KEY], uint8_t address[ADDRESS]) {
    uint8_t hash[HASH];
    keccak256(use, hash, key, KEY);
    memcpy(address, hash + HASH - ADDRESS, ADDRESS);
}
