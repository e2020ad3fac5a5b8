/* The Python side: one type, whose methods take and give bytes. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "kernel.h"

/* Blocks [from, until) at which an issuer's signature counts. */
typedef struct {
    uint64_t from, until;
} Span;

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
} Screen;

enum { POINTERS = 11, LINE = 1, FRONTIER = 64 };

static bool take_pointers(PyObject *pointers, Primitives *use) {
    void *found[POINTERS];
    if (PyTuple_GET_SIZE(pointers) != POINTERS) return false;
    for (int i = 0; i < POINTERS; i++) {
        found[i] = PyLong_AsVoidPtr(PyTuple_GET_ITEM(pointers, i));
        if (!found[i]) return false;
    }
    memcpy(use, found, sizeof found); /* the order of the fields of Primitives */
    return true;
}

static int screen_init(Screen *self, PyObject *args, PyObject *Py_UNUSED(kwargs)) {
    PyObject *pointers, *codes;
    const char *separator, *type_hash, *ratios;
    Py_ssize_t separator_size, type_size, ratios_size;
    unsigned long long seed;
    if (!PyArg_ParseTuple(args, "O!y#y#O!y#K", &PyTuple_Type, &pointers, &separator, &separator_size, &type_hash, &type_size,
                          &PyTuple_Type, &codes, &ratios, &ratios_size, &seed))
        return -1;
    Py_ssize_t units = PyTuple_GET_SIZE(codes);
    if (separator_size != HASH || type_size != HASH || units > 255 || self->kept ||
        ratios_size != (Py_ssize_t)(units * units * (Py_ssize_t)sizeof(Ratio)) || !take_pointers(pointers, &self->use)) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "screen: wrong sizes");
        return -1;
    }
    memcpy(self->signing.separator, separator, HASH);
    memcpy(self->signing.type_hash, type_hash, HASH);
    keccak256(&self->use, self->signing.kind_hash, "footprint", strlen("footprint"));
    self->codes = PyMem_Calloc((size_t)units, sizeof(Slice));
    if (!self->codes || !table_init(&self->known, seed) || !table_init(&self->subjects, seed) ||
        !table_init(&self->approved, seed) || !table_init(&self->contexts, seed) || !table_init(&self->issuers, seed)) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < units; i++) {
        char *code;
        Py_ssize_t length;
        if (PyBytes_AsStringAndSize(PyTuple_GET_ITEM(codes, i), &code, &length) < 0) return -1;
        self->codes[i] = (Slice){(const unsigned char *)code, (size_t)length};
    }
    self->units = (Units){(int)units, self->codes, (const Ratio *)(const void *)ratios};
    self->kept = Py_NewRef(args);
    return 0;
}

static void screen_dealloc(Screen *self) {
    Py_XDECREF(self->kept);
    PyMem_Free(self->codes);
    PyMem_RawFree(self->facts);
    PyMem_RawFree(self->spans);
    table_free(&self->known);
    table_free(&self->subjects);
    table_free(&self->approved);
    table_free(&self->contexts);
    table_free(&self->issuers);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

/* The number of who signed for whom, noted in `issuers` when it is new; false on an error. */
static bool number_issuer(Screen *self, PyObject *issuers, Slice organisation, const uint8_t signer[ADDRESS], uint32_t *number) {
    uint8_t key[HASH];
    bool was_there;
    const Slice parts[] = {{signer, ADDRESS}, organisation};
    sha256(&self->use, key, parts, 2);
    uint32_t *place = table_add(&self->issuers, key, (uint32_t)self->issuers.used, &was_there);
    if (!place) return PyErr_NoMemory() != NULL;
    *number = *place;
    if (was_there) return true;
    if (*place >= self->span_room) {
        size_t room = 2 * (size_t)*place + 1024;
        Span *grown = PyMem_RawRealloc(self->spans, room * sizeof *grown);
        if (!grown) return PyErr_NoMemory() != NULL;
        self->spans = grown;
        self->span_room = room;
    }
    self->spans[*place] = (Span){0, 0};
    PyObject *issuer = Py_BuildValue("(y#y#)", organisation.data, (Py_ssize_t)organisation.length, signer, (Py_ssize_t)ADDRESS);
    bool is_noted = issuer && PyList_Append(issuers, issuer) == 0;
    Py_XDECREF(issuer);
    return is_noted;
}

typedef enum { PASSES, IS_JUDGED, FAILED } Outcome;

/* One entry with its statement and text; `held` and `lines` are filled when it passes alone. */
static Outcome screen_item(Screen *self, PyObject *issuers, uint64_t earliest, const unsigned char *entry, Slice statement,
                           Slice text, Held *held, HeldLine *lines) {
    Envelope envelope;
    uint8_t signer[ADDRESS];
    if (!read_envelope(&self->use, &self->signing, statement, &envelope, held->digest) || envelope.issued < earliest ||
        memcmp(held->digest, entry, HASH) || !read_declaration(&self->use, &self->units, text, &envelope, held, lines) ||
        !signer_of(&self->use, entry, signer))
        return IS_JUDGED;
    const Slice subject[] = {envelope.organisation, TEXT("\0footprint\0"), envelope.subject};
    sha256(&self->use, held->subject, subject, 3);
    return number_issuer(self, issuers, envelope.organisation, signer, &held->issuer) ? PASSES : FAILED;
}

/* The next block of a statements file: a statement's line, a text's lines if any, and an empty line. */
static bool take_block(Cursor *cursor, Slice *statement, Slice *text) {
    const unsigned char *start = cursor->at, *first = NULL, *at = start;
    while ((at = memchr(at, '\n', (size_t)(cursor->end - at)))) {
        if (!first) first = at;
        if (++at < cursor->end && *at == '\n') break;
    }
    if (!at) return false;
    *statement = (Slice){start, (size_t)(first - start)};
    *text = first + 1 == at ? (Slice){first, 0} : (Slice){first + 1, (size_t)(at - first - 2)};
    cursor->at = at + 1;
    return true;
}

typedef struct {
    char *data;
    size_t used, room;
} Buffer;

static bool append(Buffer *buffer, const void *data, size_t length) {
    if (buffer->used + length > buffer->room) {
        size_t room = 2 * (buffer->used + length) + 4096;
        char *grown = PyMem_RawRealloc(buffer->data, room);
        if (!grown) return false;
        buffer->data = grown;
        buffer->room = room;
    }
    memcpy(buffer->data + buffer->used, data, length);
    buffer->used += length;
    return true;
}

static bool note(Buffer *passed, Buffer *held, Buffer *facts, const Held *one, const HeldLine *lines, uint32_t index) {
    uint8_t position = (uint8_t)one->position;
    Told told = {.fact = {.value = one->value, .index = index, .decimals = one->decimals, .unit = one->unit,
                          .per_one = one->per_one, .is_open = 1}};
    memcpy(told.digest, one->digest, HASH);
    memcpy(told.subject, one->subject, HASH);
    memcpy(told.context, one->context, HASH);
    return (append(held, one, sizeof *one) && append(held, lines, one->lines * sizeof *lines) &&
            append(facts, &told, sizeof told) && append(passed, &position, sizeof position)) || PyErr_NoMemory();
}

static bool is_entry(const unsigned char *entry) { return entry[-2] == 0 && entry[-1] == ENTRY; }

static PyObject *as_bytes(const Buffer *buffer) {
    return PyBytes_FromStringAndSize(buffer->data ? buffer->data : "", (Py_ssize_t)buffer->used);
}

/* A bundle's two files as they are; what is not `width` entries of 105 bytes with a block each is the judge's. */
static PyObject *screen_alone(Screen *self, PyObject *args) {
    Slice entries, blocks, statement, text;
    Py_ssize_t entries_size, blocks_size;
    unsigned int first, width;
    unsigned long long earliest = 0;
    if (!PyArg_ParseTuple(args, "y#y#II|K", &entries.data, &entries_size, &blocks.data, &blocks_size, &first, &width, &earliest))
        return NULL;
    if (width > UINT8_MAX + 1) return PyErr_Format(PyExc_ValueError, "screen: a bundle has at most 256 entries");
    PyObject *issuers = PyList_New(0);
    Buffer passed = {0}, held = {0}, facts = {0};
    Cursor cursor = {blocks.data, blocks.data + blocks_size};
    bool works = issuers != NULL, fits = (size_t)entries_size == (size_t)width * (2 + ENTRY);
    for (uint32_t i = 0; works && fits && i < width; i++) {
        const unsigned char *entry = entries.data + (size_t)i * (2 + ENTRY) + 2;
        Held one = {.position = i};
        HeldLine lines[MAX_LINES];
        fits = is_entry(entry) && take_block(&cursor, &statement, &text);
        Outcome outcome = fits ? screen_item(self, issuers, earliest, entry, statement, text, &one, lines) : IS_JUDGED;
        if (outcome != IS_JUDGED) works = outcome == PASSES && note(&passed, &held, &facts, &one, lines, first + i);
    }
    if (!fits || cursor.at != cursor.end) passed.used = held.used = facts.used = 0; /* they may not belong together */
    PyObject *result = works ? Py_BuildValue("(NNNO)", as_bytes(&passed), as_bytes(&held), as_bytes(&facts), issuers) : NULL;
    Py_XDECREF(issuers);
    PyMem_RawFree(passed.data);
    PyMem_RawFree(held.data);
    PyMem_RawFree(facts.data);
    return result;
}

static bool keep_fact(Screen *self, const Fact *fact) {
    if (self->fact_count == self->fact_room) {
        size_t room = self->fact_room ? 2 * self->fact_room : 1024;
        Fact *grown = PyMem_RawRealloc(self->facts, room * sizeof *grown);
        if (!grown) return false;
        self->facts = grown;
        self->fact_room = room;
    }
    self->facts[self->fact_count++] = *fact;
    return true;
}

/* Takes in facts of a bundle; gives the indices of those whose digest or subject was taken already. */
static PyObject *screen_learn(Screen *self, PyObject *args) {
    const char *data;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "y#", &data, &size)) return NULL;
    PyObject *clashes = PyList_New(0);
    if (!clashes) return NULL;
    for (Py_ssize_t at = 0; at + (Py_ssize_t)sizeof(Told) <= size; at += (Py_ssize_t)sizeof(Told)) {
        Told told;
        bool digest_taken, subject_taken, context_there;
        memcpy(&told, data + at, sizeof told);
        uint32_t *place = table_add(&self->known, told.digest, (uint32_t)self->fact_count, &digest_taken);
        uint32_t *subject = table_add(&self->subjects, told.subject, told.fact.index, &subject_taken);
        uint32_t *context = table_add(&self->contexts, told.context, (uint32_t)self->contexts.used + 1, &context_there);
        if (!place || !subject || !context) goto no_memory;
        told.fact.context = *context;
        if (digest_taken || subject_taken) {
            PyObject *index = PyLong_FromUnsignedLong(told.fact.index);
            int failed = !index || PyList_Append(clashes, index) < 0;
            Py_XDECREF(index);
            if (failed) goto error;
            told.fact.is_open = 0;
        }
        if (!digest_taken && !keep_fact(self, &told.fact)) goto no_memory;
    }
    return clashes;
no_memory:
    PyErr_NoMemory();
error:
    Py_DECREF(clashes);
    return NULL;
}

/* Notes that the statement at `index`, which the screen did not pass, has this subject. */
static PyObject *screen_reserve(Screen *self, PyObject *args) {
    const char *subject;
    Py_ssize_t size;
    unsigned int index;
    bool was_there;
    if (!PyArg_ParseTuple(args, "y#I", &subject, &size, &index)) return NULL;
    if (size != HASH) return PyErr_Format(PyExc_ValueError, "screen: a subject's key has 32 bytes");
    if (!table_add(&self->subjects, (const uint8_t *)subject, index, &was_there)) return PyErr_NoMemory();
    Py_RETURN_NONE;
}

/* The index of the first statement that was told to have this subject, or None. */
static PyObject *screen_holder(Screen *self, PyObject *args) {
    const char *subject;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "y#", &subject, &size)) return NULL;
    uint32_t *index = size == HASH ? table_find(&self->subjects, (const uint8_t *)subject) : NULL;
    if (!index) Py_RETURN_NONE;
    return PyLong_FromUnsignedLong(*index);
}

static Fact *fact_of(const Screen *self, const uint8_t *digest) {
    uint32_t *place = table_find(&self->known, digest);
    return place ? &self->facts[*place] : NULL;
}

/* The number of the statement with this digest, or None. */
static PyObject *screen_find(Screen *self, PyObject *args) {
    const char *digest;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "y#", &digest, &size)) return NULL;
    Fact *fact = size == HASH ? fact_of(self, (const uint8_t *)digest) : NULL;
    if (!fact) Py_RETURN_NONE;
    return PyLong_FromUnsignedLong(fact->index);
}

static PyObject *screen_close(Screen *self, PyObject *args) {
    const char *digest;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "y#", &digest, &size)) return NULL;
    Fact *fact = size == HASH ? fact_of(self, (const uint8_t *)digest) : NULL;
    if (fact) fact->is_open = 0;
    Py_RETURN_NONE;
}

/* The key under which a line is approved: for an upstream line, with the kind of header that its supplier's has. */
static const Fact *approval_of(const Screen *self, const HeldLine *line, uint8_t key[HASH]) {
    memcpy(key, line->key, HASH);
    if (!line->is_upstream) return NULL;
    const Fact *fact = fact_of(self, line->digest);
    if (fact) {
        for (int i = 0; i < 4; i++) key[HASH - 1 - i] ^= (uint8_t)(fact->context >> 8 * i);
    }
    return fact;
}

static bool line_holds(const Screen *self, const HeldLine *line, uint32_t index) {
    uint8_t key[HASH];
    const Fact *fact = approval_of(self, line, key);
    uint32_t *approved = table_find(&self->approved, key);
    if (!approved || *approved != LINE) return false;
    if (!line->is_upstream) return true;
    return fact && fact->is_open && fact->per_one && fact->index < index && fact->value == line->value &&
           fact->decimals == line->decimals && fact->unit == line->unit;
}

typedef struct {
    const char *data;
    Py_ssize_t size;
} HeldBytes;

/* Reads the declaration held at byte `at` and moves on to its lines; false when it is not there whole. */
static bool take_held(HeldBytes held, Py_ssize_t *at, Held *one) {
    if (*at < 0 || held.size - *at < (Py_ssize_t)sizeof *one) return false;
    memcpy(one, held.data + *at, sizeof *one);
    *at += (Py_ssize_t)sizeof *one;
    return held.size - *at >= one->lines * (Py_ssize_t)sizeof(HeldLine);
}

static Py_ssize_t behind(Py_ssize_t at, const Held *one) { return at + one->lines * (Py_ssize_t)sizeof(HeldLine); }

static HeldLine line_at(HeldBytes held, Py_ssize_t at, int number) {
    HeldLine line;
    memcpy(&line, held.data + at + number * (Py_ssize_t)sizeof line, sizeof line);
    return line;
}

/* What the declaration held at byte `at` rests on will be looked up soon. */
static void fetch_upstream(const Screen *self, HeldBytes held, Py_ssize_t at) {
    Held one;
    if (!take_held(held, &at, &one)) return;
    table_fetch(&self->known, one.digest);
    for (int i = 0; i < one.lines; i++) {
        HeldLine line = line_at(held, at, i);
        if (line.is_upstream) table_fetch(&self->known, line.digest);
    }
}

static bool is_signed(const Screen *self, const Held *one, const unsigned char *entry) {
    uint64_t block = 0;
    for (int i = ENTRY - 8; i < ENTRY; i++) block = block << 8 | entry[i];
    return self->spans[one->issuer].from <= block && block < self->spans[one->issuer].until;
}

enum { JUDGED = -1, UNSIGNED = -2 };

/* The number under which the shape of a declaration was approved when all of it holds; else whose word is needed. */
static int among(const Screen *self, HeldBytes held, Py_ssize_t at, const Held *one, uint32_t first, const unsigned char *entry) {
    uint32_t *shape = table_find(&self->approved, one->shape), index = first + one->position;
    const Fact *own = fact_of(self, one->digest);
    if (!shape || *shape <= LINE || !own || !own->is_open || own->index != index) return JUDGED;
    for (int i = 0; i < one->lines; i++) {
        HeldLine line = line_at(held, at, i);
        if (!line_holds(self, &line, index)) return JUDGED;
    }
    return is_signed(self, one, entry) ? (int)*shape - LINE - 1 : UNSIGNED;
}

/* Passes declarations from the one held at byte `at`, which must stand at `position`, to before the position `stop`:
   gives the numbers of their shapes, a byte each, where it ended, and the issuer when only his authority is not known. */
static PyObject *screen_among(Screen *self, PyObject *args) {
    HeldBytes held;
    const unsigned char *entries;
    Py_ssize_t at, entries_size, next;
    unsigned int first, position, stop, done = 0;
    uint8_t numbers[UINT8_MAX + 1];
    int number = JUDGED;
    Held one;
    if (!PyArg_ParseTuple(args, "y#ny#III", &held.data, &held.size, &at, &entries, &entries_size, &first, &position, &stop))
        return NULL;
    for (; position < stop && done < sizeof numbers; position++, done++, at = next) {
        number = JUDGED;
        next = at;
        if (!take_held(held, &next, &one) || one.position != position) break;
        if (entries_size < (Py_ssize_t)((position + 1) * (2 + ENTRY))) break;
        Py_ssize_t lines = next;
        next = behind(next, &one);
        fetch_upstream(self, held, next);
        number = among(self, held, lines, &one, first, entries + (size_t)position * (2 + ENTRY) + 2);
        if (number < 0) break;
        numbers[done] = (uint8_t)number;
    }
    return Py_BuildValue("(y#nl)", numbers, (Py_ssize_t)done, at, number == UNSIGNED ? (long)one.issuer : -1L);
}

/* An issuer's signature counts at the blocks from `from` to before `until`. */
static PyObject *screen_trust(Screen *self, PyObject *args) {
    unsigned int issuer;
    unsigned long long from, until;
    if (!PyArg_ParseTuple(args, "IKK", &issuer, &from, &until)) return NULL;
    if (issuer >= self->issuers.used) return PyErr_Format(PyExc_ValueError, "screen: no such issuer");
    self->spans[issuer] = (Span){from, until};
    Py_RETURN_NONE;
}

/* Where the declaration behind the one held at byte `at` is held. */
static PyObject *screen_behind(Screen *Py_UNUSED(self), PyObject *args) {
    HeldBytes held;
    Py_ssize_t at;
    Held one;
    if (!PyArg_ParseTuple(args, "y#n", &held.data, &held.size, &at)) return NULL;
    if (!take_held(held, &at, &one)) return PyErr_Format(PyExc_ValueError, "screen: nothing is held there");
    return PyLong_FromSsize_t(behind(at, &one));
}

static bool approve(Screen *self, const uint8_t key[HASH], uint32_t value) {
    bool was_there;
    return table_add(&self->approved, key, value, &was_there) != NULL;
}

/* The judge had nothing to say of the lines of the declaration held at byte `at`, and of its shape what `number` says. */
static PyObject *screen_approve(Screen *self, PyObject *args) {
    HeldBytes held;
    Py_ssize_t at;
    unsigned char number;
    Held one;
    uint8_t key[HASH];
    if (!PyArg_ParseTuple(args, "y#nb", &held.data, &held.size, &at, &number)) return NULL;
    if (!take_held(held, &at, &one)) return PyErr_Format(PyExc_ValueError, "screen: nothing is held there");
    if (!approve(self, one.shape, LINE + 1u + number)) return PyErr_NoMemory();
    for (int i = 0; i < one.lines; i++) {
        HeldLine line = line_at(held, at, i);
        const Fact *fact = approval_of(self, &line, key);
        if ((!line.is_upstream || fact) && !approve(self, key, LINE)) return PyErr_NoMemory();
    }
    Py_RETURN_NONE;
}

static PyObject *screen_forget(Screen *self, PyObject *Py_UNUSED(none)) {
    table_clear(&self->approved);
    Py_RETURN_NONE;
}

static PyMethodDef METHODS[] = {
    {"alone", (PyCFunction)(void (*)(void))screen_alone, METH_VARARGS, NULL},
    {"learn", (PyCFunction)(void (*)(void))screen_learn, METH_VARARGS, NULL},
    {"reserve", (PyCFunction)(void (*)(void))screen_reserve, METH_VARARGS, NULL},
    {"holder", (PyCFunction)(void (*)(void))screen_holder, METH_VARARGS, NULL},
    {"find", (PyCFunction)(void (*)(void))screen_find, METH_VARARGS, NULL},
    {"close", (PyCFunction)(void (*)(void))screen_close, METH_VARARGS, NULL},
    {"among", (PyCFunction)(void (*)(void))screen_among, METH_VARARGS, NULL},
    {"trust", (PyCFunction)(void (*)(void))screen_trust, METH_VARARGS, NULL},
    {"behind", (PyCFunction)(void (*)(void))screen_behind, METH_VARARGS, NULL},
    {"approve", (PyCFunction)(void (*)(void))screen_approve, METH_VARARGS, NULL},
    {"forget", (PyCFunction)(void (*)(void))screen_forget, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject ScreenType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "verifier._kernel.Screen",
    .tp_basicsize = sizeof(Screen),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)screen_init,
    .tp_dealloc = (destructor)screen_dealloc,
    .tp_methods = METHODS,
};

/* The complete subtrees of a tree of `size` leaves, the largest first, after the entries of a bundle's file from the
   number `start` to before `stop` were appended; None when the file is not one of entries of 105 bytes. */
static PyObject *extend(PyObject *Py_UNUSED(module), PyObject *args) {
    PyObject *pointers;
    Primitives use;
    uint8_t frontier[FRONTIER + 1][HASH];
    const unsigned char *hashes, *entries;
    Py_ssize_t hashes_size, entries_size;
    unsigned long long size;
    unsigned int start, stop;
    if (!PyArg_ParseTuple(args, "O!Ky#y#II", &PyTuple_Type, &pointers, &size, &hashes, &hashes_size, &entries, &entries_size,
                          &start, &stop))
        return NULL;
    int count = (int)(hashes_size / HASH);
    if (hashes_size % HASH || count != __builtin_popcountll(size) || size >> 62 || !take_pointers(pointers, &use))
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_ValueError, "extend: wrong sizes");
    memcpy(frontier, hashes, (size_t)hashes_size);
    if ((size_t)stop * (2 + ENTRY) > (size_t)entries_size) Py_RETURN_NONE;
    for (unsigned int i = start; i < stop; i++, size++) {
        const unsigned char *entry = entries + (size_t)i * (2 + ENTRY) + 2;
        if (!is_entry(entry)) Py_RETURN_NONE;
        count = append_leaf(&use, frontier, count, size, (Slice){entry, ENTRY});
    }
    return PyBytes_FromStringAndSize((const char *)frontier, count * HASH);
}

static PyMethodDef FUNCTIONS[] = {
    {"extend", (PyCFunction)(void (*)(void))extend, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef MODULE = {PyModuleDef_HEAD_INIT, .m_name = "_kernel", .m_size = -1, .m_methods = FUNCTIONS};

PyMODINIT_FUNC PyInit__kernel(void) {
    if (PyType_Ready(&ScreenType) < 0) return NULL;
    PyObject *module = PyModule_Create(&MODULE);
    if (module && PyModule_AddObjectRef(module, "Screen", (PyObject *)&ScreenType) < 0) Py_CLEAR(module);
    return module;
}
