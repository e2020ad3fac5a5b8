/* What the screen of one log remembers, and its methods; Python's side of the kernel. */
#ifndef TANJI_SCREEN_H
#define TANJI_SCREEN_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "kernel.h"

enum { PREFIX = 2, BUNDLED = PREFIX + ENTRY, WIDEST = 256 };

/* Blocks [from, until) at which an issuer's signature counts. */
typedef struct {
    uint64_t from, until;
} Span;

typedef struct {
    char *data;
    size_t used, room;
} Buffer;

typedef struct {
    PyObject_HEAD
    Primitives use;
    Signing signing;
    Units units;
    PyObject *kept; /* what the units' codes and ratios lie in */
    Slice *codes;
    Table known, subjects, approved, contexts, issuers;
    Fact *facts;
    size_t fact_count, fact_room;
    Span *spans; /* by an issuer's number */
    size_t span_room;
    Buffer passed, held, told; /* of one bundle; kept, for fresh memory is slow memory */
} Screen;

/* An entry in a bundle's file stands behind its length. */
static inline bool is_entry(const unsigned char *entry) { return entry[-2] == 0 && entry[-1] == ENTRY; }

static inline const unsigned char *entry_at(const unsigned char *entries, uint32_t place) {
    return entries + (size_t)place * BUNDLED + PREFIX;
}

/* alone.c */
PyObject *screen_alone(Screen *, PyObject *args);

/* among.c */
PyObject *screen_learn(Screen *, PyObject *args);
PyObject *screen_reserve(Screen *, PyObject *args);
PyObject *screen_holder(Screen *, PyObject *args);
PyObject *screen_find(Screen *, PyObject *args);
PyObject *screen_close(Screen *, PyObject *args);
PyObject *screen_among(Screen *, PyObject *args);
PyObject *screen_trust(Screen *, PyObject *args);
PyObject *screen_behind(Screen *, PyObject *args);
PyObject *screen_approve(Screen *, PyObject *args);
PyObject *screen_forget(Screen *, PyObject *none);

#endif
