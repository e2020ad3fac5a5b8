/* The Python side: one type, whose methods take and give bytes. */
#define _GNU_SOURCE /* memmem */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "kernel.h"

#include <string.h>

typedef struct {
    PyObject_HEAD
    Primitives use;
    uint8_t separator[HASH], type_hash[HASH];
    Units units;
    PyObject *kept; /* what the units' codes and ratios lie in */
    Slice *codes;
    Table known, subjects, approved, contexts;
    Fact *facts;
    size_t fact_count, fact_room;
} Screen;

enum { POINTERS = 11, LINE = 1 };

static int screen_init(Screen *self, PyObject *args, PyObject *Py_UNUSED(kwargs)) {
    PyObject *pointers, *codes;
    const char *separator, *type_hash, *ratios;
    Py_ssize_t separator_size, type_size, ratios_size;
    unsigned long long seed;
    if (!PyArg_ParseTuple(args, "O!y#y#O!y#K", &PyTuple_Type, &pointers, &separator, &separator_size, &type_hash, &type_size,
                          &PyTuple_Type, &codes, &ratios, &ratios_size, &seed))
        return -1;
    Py_ssize_t units = PyTuple_GET_SIZE(codes);
    if (PyTuple_GET_SIZE(pointers) != POINTERS || separator_size != HASH || type_size != HASH || units > 255 ||
        ratios_size != (Py_ssize_t)(units * units * (Py_ssize_t)sizeof(Ratio)) || self->kept) {
        PyErr_SetString(PyExc_ValueError, "screen: wrong sizes");
        return -1;
    }
    void *found[POINTERS];
    for (int i = 0; i < POINTERS; i++) {
        found[i] = PyLong_AsVoidPtr(PyTuple_GET_ITEM(pointers, i));
        if (!found[i]) {
            if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "screen: no such function");
            return -1;
        }
    }
    memcpy(&self->use, found, sizeof found); /* the order of the fields of Primitives */
    memcpy(self->separator, separator, HASH);
    memcpy(self->type_hash, type_hash, HASH);
    self->codes = PyMem_Calloc((size_t)units, sizeof(Slice));
    if (!self->codes || !table_init(&self->known, seed) || !table_init(&self->subjects, seed) ||
        !table_init(&self->approved, seed) || !table_init(&self->contexts, seed)) {
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
    table_free(&self->known);
    table_free(&self->subjects);
    table_free(&self->approved);
    table_free(&self->contexts);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

/* One entry with its statement and text: True with `held` and `lines` filled when it passed alone. */
static bool screen_item(const Screen *self, const unsigned char *entry, Slice statement, Slice text, Held *held,
                        HeldLine *lines, Envelope *envelope) {
    static const char SEPARATED[] = "\0footprint";
    if (!read_envelope(&self->use, self->separator, self->type_hash, statement, envelope, held->digest) ||
        memcmp(held->digest, entry, HASH) || !read_declaration(&self->use, &self->units, text, envelope, held, lines) ||
        !signer_of(&self->use, entry, held->signer))
        return false;
    const Slice subject[] = {envelope->organisation, {(const unsigned char *)SEPARATED, sizeof SEPARATED}, envelope->subject};
    sha256(&self->use, held->subject, subject, 3);
    return true;
}

/* The next block of a statements file: a statement's line, a text's lines if any, and an empty line. */
static bool take_block(Cursor *cursor, Slice *statement, Slice *text) {
    const unsigned char *start = cursor->at, *end = memmem(start, (size_t)(cursor->end - start), "\n\n", 2), *first;
    if (!end) return false;
    first = memchr(start, '\n', (size_t)(end + 1 - start));
    *statement = (Slice){start, (size_t)(first - start)};
    *text = first == end ? (Slice){end, 0} : (Slice){first + 1, (size_t)(end - first - 1)};
    cursor->at = end + 2;
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

static PyObject *said_of(const Held *held, const Envelope *envelope) {
    return Py_BuildValue("(Iy#y#)", held->position, envelope->organisation.data, (Py_ssize_t)envelope->organisation.length,
                         held->signer, (Py_ssize_t)ADDRESS);
}

static bool note(PyObject *passed, Buffer *held, Buffer *facts, const Held *one, const HeldLine *lines,
                 const Envelope *envelope, uint32_t index) {
    Told told = {.fact = {.value = one->value, .index = index, .decimals = one->decimals, .unit = one->unit,
                          .per_one = one->per_one, .is_open = 1}};
    memcpy(told.digest, one->digest, HASH);
    memcpy(told.subject, one->subject, HASH);
    memcpy(told.context, one->context, HASH);
    PyObject *said = said_of(one, envelope);
    bool done = said && append(held, one, sizeof *one) && append(held, lines, one->lines * sizeof *lines) &&
                append(facts, &told, sizeof told) && PyList_Append(passed, said) == 0;
    Py_XDECREF(said);
    if (!done && !PyErr_Occurred()) PyErr_NoMemory();
    return done;
}

/* A bundle's two files as they are; what is not `width` entries of 105 bytes with a block each is the judge's. */
static PyObject *screen_alone(Screen *self, PyObject *args) {
    Slice entries, blocks, statement, text;
    Py_ssize_t entries_size, blocks_size;
    unsigned int first, width;
    if (!PyArg_ParseTuple(args, "y#y#II", &entries.data, &entries_size, &blocks.data, &blocks_size, &first, &width)) return NULL;
    PyObject *passed = PyList_New(0);
    Buffer held = {0}, facts = {0};
    Cursor cursor = {blocks.data, blocks.data + blocks_size};
    bool whole = passed != NULL, fits = (size_t)entries_size == (size_t)width * (2 + ENTRY);
    for (uint32_t i = 0; whole && fits && i < width; i++) {
        const unsigned char *entry = entries.data + (size_t)i * (2 + ENTRY) + 2;
        Held one = {0};
        HeldLine lines[MAX_LINES];
        Envelope envelope;
        fits = entry[-2] == 0 && entry[-1] == ENTRY && take_block(&cursor, &statement, &text);
        if (!fits || !screen_item(self, entry, statement, text, &one, lines, &envelope)) continue;
        one.position = i;
        whole = note(passed, &held, &facts, &one, lines, &envelope, first + i);
    }
    if (whole && (!fits || cursor.at != cursor.end)) { /* blocks and entries may not belong together */
        held.used = facts.used = 0;
        whole = PyList_SetSlice(passed, 0, PyList_GET_SIZE(passed), NULL) == 0;
    }
    if (!whole) Py_CLEAR(passed);
    PyObject *result = passed ? Py_BuildValue("(Ny#y#)", passed, held.data ? held.data : "", (Py_ssize_t)held.used,
                                              facts.data ? facts.data : "", (Py_ssize_t)facts.used) : NULL;
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

/* The declaration held at byte `at`: the number under which its shape was approved, or -1 when it is the judge's; and
   where the next one is held. */
static PyObject *screen_among(Screen *self, PyObject *args) {
    const char *held;
    Py_ssize_t size, at;
    unsigned int first;
    Held one;
    HeldLine line;
    if (!PyArg_ParseTuple(args, "y#nI", &held, &size, &at, &first)) return NULL;
    if (at < 0 || at + (Py_ssize_t)sizeof one > size) return PyErr_Format(PyExc_ValueError, "screen: nothing is held there");
    memcpy(&one, held + at, sizeof one);
    at += (Py_ssize_t)sizeof one;
    uint32_t *shape = table_find(&self->approved, one.shape);
    const Fact *own = fact_of(self, one.digest);
    bool holds = shape && *shape > LINE && own && own->is_open &&
                 own->index == first + one.position && at + one.lines * (Py_ssize_t)sizeof line <= size;
    for (int i = 0; holds && i < one.lines; i++) {
        memcpy(&line, held + at + i * (Py_ssize_t)sizeof line, sizeof line);
        holds = line_holds(self, &line, first + one.position);
    }
    return Py_BuildValue("(ln)", holds ? (long)*shape - LINE - 1 : -1L, at + one.lines * (Py_ssize_t)sizeof line);
}

static bool approve(Screen *self, const uint8_t key[HASH], uint32_t value) {
    bool was_there;
    return table_add(&self->approved, key, value, &was_there) != NULL;
}

/* The judge had nothing to say of the lines of the declaration held at byte `at`, and of its shape what `number` says. */
static PyObject *screen_approve(Screen *self, PyObject *args) {
    const char *held;
    Py_ssize_t size, at;
    unsigned int number;
    Held one;
    HeldLine line;
    uint8_t key[HASH];
    if (!PyArg_ParseTuple(args, "y#nI", &held, &size, &at, &number)) return NULL;
    if (at < 0 || at + (Py_ssize_t)sizeof one > size) return PyErr_Format(PyExc_ValueError, "screen: nothing is held there");
    memcpy(&one, held + at, sizeof one);
    at += (Py_ssize_t)sizeof one;
    if (!approve(self, one.shape, LINE + 1 + number)) return PyErr_NoMemory();
    for (int i = 0; i < one.lines && at + (Py_ssize_t)sizeof line <= size; i++, at += (Py_ssize_t)sizeof line) {
        memcpy(&line, held + at, sizeof line);
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

static PyModuleDef MODULE = {PyModuleDef_HEAD_INIT, .m_name = "_kernel", .m_size = -1};

PyMODINIT_FUNC PyInit__kernel(void) {
    if (PyType_Ready(&ScreenType) < 0) return NULL;
    PyObject *module = PyModule_Create(&MODULE);
    if (module && PyModule_AddObjectRef(module, "Screen", (PyObject *)&ScreenType) < 0) Py_CLEAR(module);
    return module;
}
