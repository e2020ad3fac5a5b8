/* A bundle's statements by themselves: bytes, digests, signatures, roots and arithmetic. */
#include "screen.h"

/* The number of who signed for whom, noted in `issuers` when it is new; false on an error. */
static bool number_issuer(Screen *self, PyObject *issuers, Slice organisation, const uint8_t signer[KEY], uint32_t *number) {
    uint8_t name[HASH], address[ADDRESS];
    bool was_there;
    const Slice parts[] = {{signer, KEY}, organisation};
    sha256(&self->use, name, parts, 2);
    uint32_t *place = table_add(&self->issuers, name, (uint32_t)self->issuers.used, &was_there);
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
    address_of(&self->use, signer, address);
    PyObject *issuer = Py_BuildValue("(y#y#)", organisation.data, (Py_ssize_t)organisation.length, address, (Py_ssize_t)ADDRESS);
    bool is_noted = issuer && PyList_Append(issuers, issuer) == 0;
    Py_XDECREF(issuer);
    return is_noted;
}

typedef enum { PASSES, IS_JUDGED, FAILED } Outcome;

/* One entry with its statement and text; `held` and `lines` are filled when it passes alone. */
static Outcome screen_item(Screen *self, PyObject *issuers, uint64_t earliest, const unsigned char *entry, Slice statement,
                           Slice text, Held *held, HeldLine *lines) {
    Envelope envelope;
    uint8_t signer[KEY];
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

static bool note(Screen *self, const Held *one, const HeldLine *lines, uint32_t index) {
    uint8_t position = (uint8_t)one->position;
    Told told = {.fact = {.value = one->value, .index = index, .decimals = one->decimals, .unit = one->unit,
                          .per_one = one->per_one, .is_open = 1}};
    memcpy(told.digest, one->digest, HASH);
    memcpy(told.subject, one->subject, HASH);
    memcpy(told.context, one->context, HASH);
    return (append(&self->held, one, sizeof *one) && append(&self->held, lines, one->lines * sizeof *lines) &&
            append(&self->told, &told, sizeof told) && append(&self->passed, &position, sizeof position)) ||
           PyErr_NoMemory();
}

static void begin(Screen *self) { self->passed.used = self->held.used = self->told.used = 0; }

static PyObject *as_bytes(const Buffer *buffer) {
    return PyBytes_FromStringAndSize(buffer->data ? buffer->data : "", (Py_ssize_t)buffer->used);
}

/* Fills the buffers with what passes; false on an error. */
static bool screen_bundle(Screen *self, PyObject *issuers, const Py_buffer *entries, const Py_buffer *blocks, uint32_t first,
                          uint32_t width, uint64_t earliest) {
    Slice statement, text;
    Cursor cursor = {blocks->buf, (const unsigned char *)blocks->buf + blocks->len};
    bool works = true, fits = (size_t)entries->len == (size_t)width * BUNDLED;
    begin(self);
    for (uint32_t i = 0; works && fits && i < width; i++) {
        const unsigned char *entry = entry_at(entries->buf, i);
        Held one = {.position = i};
        HeldLine lines[MAX_LINES];
        fits = is_entry(entry) && take_block(&cursor, &statement, &text);
        Outcome outcome = fits ? screen_item(self, issuers, earliest, entry, statement, text, &one, lines) : IS_JUDGED;
        if (outcome != IS_JUDGED) works = outcome == PASSES && note(self, &one, lines, first + i);
    }
    if (!fits || cursor.at != cursor.end) begin(self); /* entries and blocks may not belong together */
    return works;
}

/* A bundle's two files as they are; what is not `width` entries of 105 bytes with a block each is the judge's. */
PyObject *screen_alone(Screen *self, PyObject *args) {
    Py_buffer entries, blocks;
    unsigned int first, width;
    unsigned long long earliest;
    if (!PyArg_ParseTuple(args, "y*y*IIK", &entries, &blocks, &first, &width, &earliest)) return NULL;
    PyObject *result = NULL, *issuers = PyList_New(0);
    if (width > WIDEST) {
        PyErr_SetString(PyExc_ValueError, "screen: a bundle has at most 256 entries");
    } else if (issuers && screen_bundle(self, issuers, &entries, &blocks, first, width, earliest)) {
        result = Py_BuildValue("(NNNO)", as_bytes(&self->passed), as_bytes(&self->held), as_bytes(&self->told), issuers);
    }
    Py_XDECREF(issuers);
    PyBuffer_Release(&entries);
    PyBuffer_Release(&blocks);
    return result;
}
