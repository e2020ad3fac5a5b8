/* The Python side: one type, whose methods take and give bytes. */
#include "screen.h"

enum { POINTERS = 11, FRONTIER = 64 };

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
    PyMem_RawFree(self->passed.data);
    PyMem_RawFree(self->held.data);
    PyMem_RawFree(self->told.data);
    table_free(&self->known);
    table_free(&self->subjects);
    table_free(&self->approved);
    table_free(&self->contexts);
    table_free(&self->issuers);
    Py_TYPE(self)->tp_free((PyObject *)self);
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
    if ((size_t)stop * BUNDLED > (size_t)entries_size) Py_RETURN_NONE;
    for (unsigned int i = start; i < stop; i++, size++) {
        const unsigned char *entry = entry_at(entries, i);
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
