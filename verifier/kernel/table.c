/* Keys are hashes already; a seed of each process keeps anybody from making them fall into one place. */
#include "kernel.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 1024 };
static const uint32_t FREE = UINT32_MAX;

static size_t place_of(const Table *table, const uint8_t key[HASH]) {
    uint64_t first, second;
    memcpy(&first, key, 8);
    memcpy(&second, key + 8, 8);
    return (size_t)(((first ^ table->seed) * 0x9e3779b97f4a7c15ULL ^ second) >> 11) & (table->room - 1);
}

static bool allocate(Table *table, size_t room) {
    table->keys = malloc(room * HASH);
    table->values = malloc(room * sizeof *table->values);
    table->used = 0;
    table->room = room;
    if (!table->keys || !table->values) return false;
    memset(table->values, 0xff, room * sizeof *table->values);
    return true;
}

bool table_init(Table *table, uint64_t seed) {
    table->seed = seed;
    return allocate(table, FIRST_ROOM);
}

void table_free(Table *table) {
    free(table->keys);
    free(table->values);
}

void table_clear(Table *table) {
    memset(table->values, 0xff, table->room * sizeof *table->values);
    table->used = 0;
}

static size_t find_place(const Table *table, const uint8_t key[HASH]) {
    size_t place = place_of(table, key);
    while (table->values[place] != FREE && memcmp(table->keys[place], key, HASH)) place = (place + 1) & (table->room - 1);
    return place;
}

uint32_t *table_find(const Table *table, const uint8_t key[HASH]) {
    size_t place = find_place(table, key);
    return table->values[place] == FREE ? NULL : &table->values[place];
}

static bool grow(Table *table) {
    Table old = *table;
    if (!allocate(table, 2 * old.room)) return false;
    for (size_t i = 0; i < old.room; i++) {
        if (old.values[i] == FREE) continue;
        size_t place = find_place(table, old.keys[i]);
        memcpy(table->keys[place], old.keys[i], HASH);
        table->values[place] = old.values[i];
    }
    table->used = old.used;
    table_free(&old);
    return true;
}

/* The value under `key`: what was there, or `value`, which is then put there. NULL without memory. */
uint32_t *table_add(Table *table, const uint8_t key[HASH], uint32_t value, bool *was_there) {
    if (3 * table->used >= 2 * table->room && !grow(table)) return NULL;
    size_t place = find_place(table, key);
    *was_there = table->values[place] != FREE;
    if (!*was_there) {
        memcpy(table->keys[place], key, HASH);
        table->values[place] = value;
        table->used++;
    }
    return &table->values[place];
}
