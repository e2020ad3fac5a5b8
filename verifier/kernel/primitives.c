#include "kernel.h"

#include <string.h>

enum { SHA_STATE = 256, SIGNATURE = 65, POINT = 65, UNCOMPRESSED = 2, KECCAK_PADDING = 1 };

/* RFC 9162 section 2.1.1: the prefix keeps a node from passing for a leaf. */
static const unsigned char NODE = 1;

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

/* The root over `count` leaf hashes, left in the first; an odd last node goes up unchanged. */
void merkle_root(const Primitives *use, uint8_t (*hashes)[HASH], int count) {
    while (count > 1) {
        int pairs = count / 2;
        for (int i = 0; i < pairs; i++) {
            Slice parts[2] = {{&NODE, 1}, {hashes[2 * i], 2 * HASH}};
            uint8_t node[HASH];
            sha256(use, node, parts, 2);
            memcpy(hashes[i], node, HASH);
        }
        if (count % 2) memmove(hashes[pairs], hashes[count - 1], HASH);
        count = pairs + count % 2;
    }
}

/* The address that signed an entry's digest; false for a signature that is not in the one accepted form. */
bool signer_of(const Primitives *use, const unsigned char *entry, uint8_t address[ADDRESS]) {
    const unsigned char *signature = entry + HASH;
    unsigned char recoverable[SIGNATURE], key[64], point[POINT], hash[HASH];
    size_t length = POINT;
    int v = signature[64];
    if ((v != 27 && v != 28) || memcmp(signature + HASH, HALF_ORDER, HASH) > 0) return false;
    if (!use->parse_compact(use->secp, recoverable, signature, v - 27)) return false;
    if (!use->recover(use->secp, key, recoverable, entry)) return false;
    if (!use->serialize(use->secp, point, &length, key, UNCOMPRESSED) || length != POINT) return false;
    keccak256(use, hash, point + 1, POINT - 1);
    memcpy(address, hash + HASH - ADDRESS, ADDRESS);
    return true;
}
