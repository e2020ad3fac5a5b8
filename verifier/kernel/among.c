/* Declarations among those before them: what the log's statements are known by, and what the judge approved. */
#include "screen.h"

enum { LINE = 1 };

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

/* The tables' places for the fact at byte `at` will be needed next. */
static void fetch_told(const Screen *self, const char *data, Py_ssize_t at, Py_ssize_t size) {
    Told told;
    if (at + (Py_ssize_t)sizeof told > size) return;
    memcpy(&told, data + at, sizeof told);
    table_fetch(&self->known, told.digest);
    table_fetch(&self->subjects, told.subject);
}

/* Takes in facts of a bundle; gives the indices of those whose digest or subject was taken already. */
PyObject *screen_learn(Screen *self, PyObject *args) {
    const char *data;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "y#", &data, &size)) return NULL;
    PyObject *clashes = PyList_New(0);
    if (!clashes) return NULL;
    for (Py_ssize_t at = 0; at + (Py_ssize_t)sizeof(Told) <= size; at += (Py_ssize_t)sizeof(Told)) {
        Told told;
        bool digest_taken, subject_taken, context_there;
        memcpy(&told, data + at, sizeof told);
        fetch_told(self, data, at + (Py_ssize_t)sizeof told, size);
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
PyObject *screen_reserve(Screen *self, PyObject *args) {
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
PyObject *screen_holder(Screen *self, PyObject *args) {
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
PyObject *screen_find(Screen *self, PyObject *args) {
    const char *digest;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "y#", &digest, &size)) return NULL;
    Fact *fact = size == HASH ? fact_of(self, (const uint8_t *)digest) : NULL;
    if (!fact) Py_RETURN_NONE;
    return PyLong_FromUnsignedLong(fact->index);
}

PyObject *screen_close(Screen *self, PyObject *args) {
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
        if (line.is_upstream) __builtin_prefetch(fact_of(self, line.digest));
    }
    for (int i = 0; i < one->lines; i++) {
        HeldLine line = line_at(held, at, i);
        if (!line_holds(self, &line, index)) return JUDGED;
    }
    return is_signed(self, one, entry) ? (int)*shape - LINE - 1 : UNSIGNED;
}

/* Passes declarations from the one held at byte `at`, which must stand at `position`, to before the position `stop`:
   gives the numbers of their shapes, a byte each, where it ended, and the issuer when only his authority is not known. */
PyObject *screen_among(Screen *self, PyObject *args) {
    HeldBytes held;
    const unsigned char *entries;
    Py_ssize_t at, entries_size, next;
    unsigned int first, position, stop, done = 0;
    uint8_t numbers[WIDEST];
    int number = JUDGED;
    Held one;
    if (!PyArg_ParseTuple(args, "y#ny#III", &held.data, &held.size, &at, &entries, &entries_size, &first, &position, &stop))
        return NULL;
    for (; position < stop && done < sizeof numbers; position++, done++, at = next) {
        number = JUDGED;
        next = at;
        if (!take_held(held, &next, &one) || one.position != position) break;
        if (entries_size < (Py_ssize_t)((position + 1) * BUNDLED)) break;
        Py_ssize_t lines = next;
        next = behind(next, &one);
        fetch_upstream(self, held, next);
        number = among(self, held, lines, &one, first, entry_at(entries, position));
        if (number < 0) break;
        numbers[done] = (uint8_t)number;
    }
    return Py_BuildValue("(y#nl)", numbers, (Py_ssize_t)done, at, number == UNSIGNED ? (long)one.issuer : -1L);
}

/* An issuer's signature counts at the blocks from `from` to before `until`. */
PyObject *screen_trust(Screen *self, PyObject *args) {
    unsigned int issuer;
    unsigned long long from, until;
    if (!PyArg_ParseTuple(args, "IKK", &issuer, &from, &until)) return NULL;
    if (issuer >= self->issuers.used) return PyErr_Format(PyExc_ValueError, "screen: no such issuer");
    self->spans[issuer] = (Span){from, until};
    Py_RETURN_NONE;
}

/* Where the declaration behind the one held at byte `at` is held. */
PyObject *screen_behind(Screen *Py_UNUSED(self), PyObject *args) {
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
PyObject *screen_approve(Screen *self, PyObject *args) {
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

PyObject *screen_forget(Screen *self, PyObject *Py_UNUSED(none)) {
    table_clear(&self->approved);
    Py_RETURN_NONE;
}
