/* Keys are hashes already; a seed of each process keeps anybody from making them fall into one place. */
#define _DEFAULT_SOURCE /* madvise */
#include "kernel.h"

#include <stdlib.h>
#include <sys/mman.h>

enum { FIRST_ROOM = 1024, HUGE_PAGE = 1 << 21 };
static const uint32_t FREE = UINT32_MAX;

static size_t place_of(const Table *table, const uint8_t key[HASH]) {
    uint64_t first, second;
    memcpy(&first, key, 8);
    memcpy(&second, key + 8, 8);
    return (size_t)(((first ^ table->seed) * 0x9e3779b97f4a7c15ULL ^ second) >> 11) & (table->room - 1);
}

/* A large table is read all over: in huge pages, where there are any, that costs half as much. */
static void *allocate_slots(size_t bytes) {
#ifdef MADV_HUGEPAGE
    size_t whole = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    void *slots = bytes < HUGE_PAGE ? malloc(bytes) : aligned_alloc(HUGE_PAGE, whole);
    if (slots && bytes >= HUGE_PAGE) madvise(slots, whole, MADV_HUGEPAGE);
    return slots;
#else
    return malloc(bytes);
#endif
}

static bool allocate(Table *table, size_t room) {
    table->slots = allocate_slots(room * sizeof *table->slots);
    table->room = room;
    if (!table->slots) return false;
    table_clear(table);
    return true;
}

bool table_init(Table *table, uint64_t seed) {
    table->seed = seed;
    return allocate(table, FIRST_ROOM);
}

void table_free(Table *table) { free(table->slots); }

void table_clear(Table *table) {
    for (size_t i = 0; i < table->room; i++) table->slots[i].value = FREE;
    table->used = 0;
}

void table_fetch(const Table *table, const uint8_t key[HASH]) {
    const Slot *slot = &table->slots[place_of(table, key)];
    __builtin_prefetch(slot);
    __builtin_prefetch(&slot->value);
}

static Slot *find_slot(const Table *table, const uint8_t key[HASH]) {
    size_t place = place_of(table, key);
    while (table->slots[place].value != FREE && memcmp(table->slots[place].key, key, HASH))
        place = (place + 1) & (table->room - 1);
    return &table->slots[place];
}

uint32_t *table_find(const Table *table, const uint8_t key[HASH]) {
    Slot *slot = find_slot(table, key);
    return slot->value == FREE ? NULL : &slot->value;
}

static bool grow(Table *table) {
    Table old = *table;
    if (!allocate(table, 2 * old.room)) {
        *table = old;
        return false;
    }
    for (size_t i = 0; i < old.room; i++) {
        if (old.slots[i].value != FREE) *find_slot(table, old.slots[i].key) = old.slots[i];
    }
    table->used = old.used;
    table_free(&old);
    return true;
}

/* The value under `key`: what was there, or `value`, which is then put there. NULL without memory. */
uint32_t *table_add(Table *table, const uint8_t key[HASH], uint32_t value, bool *was_there) {
    if (3 * table->used >= 2 * table->room && !grow(table)) return NULL;
    Slot *slot = find_slot(table, key);
    *was_there = slot->value != FREE;
    if (!*was_there) {
        memcpy(slot->key, key, HASH);
        slot->value = value;
        table->used++;
    }
    return &slot->value;
}
