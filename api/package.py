"""What a workbook's file must be before a library opens it: a plain .xlsx of bearable size, with nothing that acts."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePath
from typing import Final

from ledger.errors import InputError

MAX_FILE_BYTES: Final = 4 * 1024 * 1024
MAX_UNPACKED_BYTES: Final = 32 * 1024 * 1024
MAX_PARTS: Final = 500
MAX_ROWS: Final = 20_000
MAX_CELLS: Final = 400_000
"""Of one sheet. 9,990 lines of twenty fields have 15 MB and are read in seconds; a bomb of 4 MB would have 4 GB."""

_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_STREAM: Final = "EncryptedPackage".encode("utf-16-le")
_ROW: Final = re.compile(rb"<(?:\w+:)?row[\s/>]")
_CELL: Final = re.compile(rb"<(?:\w+:)?c[\s/>]")
_STRICT: Final = b"http://purl.oclc.org/ooxml/"
_ACTIVE: Final = {
    "xl/vbaproject.bin": "WORKBOOK_MACROS", "xl/macrosheets/": "WORKBOOK_MACROS",
    "xl/externallinks/": "WORKBOOK_LINKS", "xl/connections.xml": "WORKBOOK_LINKS", "xl/querytables/": "WORKBOOK_LINKS",
}  # fmt: skip
_FOREIGN: Final = {"xl/workbook.bin": ".xlsb", "mimetype": ".ods", "index/document.iwa": ".numbers"}
BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
"""What zipfile raises for a broken, cut or locked archive."""


def check_package(data: bytes, name: str) -> None:
    """Raises `InputError` WORKBOOK_… or SHEET_TOO_LARGE, unless `data` is an .xlsx that may be opened.

    `name` is the file's, which is named in the message and must end in .xlsx.
    """
    if not data:
        raise InputError("WORKBOOK_EMPTY", place=name)
    if data.startswith(_OLE):
        raise InputError("WORKBOOK_ENCRYPTED" if _ENCRYPTED_STREAM in data else "WORKBOOK_OLD_FORMAT", place=name)
    if not data.startswith(b"PK\x03\x04"):
        raise InputError("WORKBOOK_NO_XLSX", place=name, got=_other_text(data))
    if len(data) > MAX_FILE_BYTES:
        raise InputError("WORKBOOK_TOO_LARGE", place=name, got=len(data), limit=MAX_FILE_BYTES)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_parts(archive, name)
    except BROKEN as err:
        raise InputError("WORKBOOK_BROKEN", place=name, got=str(err)[:100] or type(err).__name__) from err
    if PurePath(name).suffix.lower() != ".xlsx":
        raise InputError("WORKBOOK_NO_XLSX", place=name, got=PurePath(name).suffix)


def _other_text(data: bytes) -> str:
    head = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<html", b"<!doctype", b"<table", b"<meta")):
        return "HTML"
    return "XML" if head.startswith(b"<") else "CSV?"


def _check_parts(archive: zipfile.ZipFile, name: str) -> None:
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED_BYTES:
        raise InputError("WORKBOOK_TOO_LARGE", place=name, got=unpacked, limit=MAX_UNPACKED_BYTES)
    if any(part.flag_bits & 1 for part in parts):
        raise InputError("WORKBOOK_ENCRYPTED", place=name)
    names = [part.filename.lower().lstrip("/") for part in parts]
    for sign, ending in _FOREIGN.items():
        if sign in names:
            raise InputError("WORKBOOK_NO_XLSX", place=name, got=ending)
    if "[content_types].xml" not in names:
        raise InputError("WORKBOOK_NO_XLSX", place=name, got="zip")
    for start, code in _ACTIVE.items():
        if found := next((part for part in names if part.startswith(start)), None):
            raise InputError(code, place=name, got=found)
    if len(set(names)) < len(names):
        raise InputError("WORKBOOK_BROKEN", place=name, got="duplicate parts")
    for part, text in _texts(archive):
        _check_text(part, text, name)


def _texts(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    for part in archive.infolist():
        if not part.filename.lower().lstrip("/").startswith("xl/media/"):
            yield part.filename, archive.read(part)


def _check_text(part: str, text: bytes, name: str) -> None:
    """A part is UTF-8 without a document type: entities are how small XML grows large, and OOXML has none."""
    if text[:2] in (b"\xff\xfe", b"\xfe\xff") or (b"\x00" in text[:4] and part.endswith((".xml", ".rels"))):
        raise InputError("WORKBOOK_BROKEN", place=name, got=f"{part}: UTF-16")
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise InputError("WORKBOOK_ENTITIES", place=name, got=part)
    for counted, limit in ((_ROW, MAX_ROWS), (_CELL, MAX_CELLS)):
        if (count := sum(1 for _ in counted.finditer(text))) > limit:
            raise InputError("SHEET_TOO_LARGE", place=name, got=f"{part}: {count}", limit=limit)
    if part == "[Content_Types].xml" and b"macroEnabled" in text:
        raise InputError("WORKBOOK_MACROS", place=name, got=part)
    if part.endswith("workbook.xml") and _STRICT in text:
        raise InputError("WORKBOOK_NO_XLSX", place=name, got="Strict Open XML")
