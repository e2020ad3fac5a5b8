from __future__ import annotations

import io
import struct
import zipfile

import pytest
from support.workbooks import filled, rewritten, saved

from api import package
from api.package import check_package
from ledger.errors import InputError

HONEST = saved(filled())
TYPES = "[Content_Types].xml"
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)


def zipped(*parts: tuple[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts:
            archive.writestr(name, text)
    return written.getvalue()


def locked(data: bytes) -> bytes:
    """The flag of an encrypted entry set in every header of the archive."""
    found = bytearray(data)
    for sign, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = found.find(sign)
        while at >= 0:
            struct.pack_into("<H", found, at + flag, 1)
            at = found.find(sign, at + 4)
    return bytes(found)


def bomb() -> bytes:
    return rewritten(HONEST, "xl/worksheets/sheet9.xml", b"", b"<row/>" * 7_000_000)


REFUSED = {
    "empty": (b"", "WORKBOOK_EMPTY", "a.xlsx"),
    "old format": (OLE, "WORKBOOK_OLD_FORMAT", "a.xls"),
    "old format renamed": (OLE, "WORKBOOK_OLD_FORMAT", "a.xlsx"),
    "with a password": (OLE + "EncryptedPackage".encode("utf-16-le"), "WORKBOOK_ENCRYPTED", "a.xlsx"),
    "entries with a password": (locked(HONEST), "WORKBOOK_ENCRYPTED", "a.xlsx"),
    "csv renamed": ("产品,车门内板\n".encode(), "WORKBOOK_NO_XLSX", "a.xlsx"),
    "html of a business system": (b"\xef\xbb\xbf<html><table></table></html>", "WORKBOOK_NO_XLSX", "a.xls"),
    "xml of 2003": (b'<?xml version="1.0"?><Workbook/>', "WORKBOOK_NO_XLSX", "a.xls"),
    "opendocument": (zipped(("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")), "WORKBOOK_NO_XLSX", "a.ods"),
    "binary workbook": (zipped((TYPES, b"<Types/>"), ("xl/workbook.bin", b"\x01")), "WORKBOOK_NO_XLSX", "a.xlsb"),
    "any archive": (zipped(("photo.txt", b"x")), "WORKBOOK_NO_XLSX", "a.xlsx"),
    "honest by another name": (HONEST, "WORKBOOK_NO_XLSX", "a.xlsm"),
    "strict": (rewritten(HONEST, "xl/workbook.xml", "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                         "http://purl.oclc.org/ooxml/spreadsheetml/main"), "WORKBOOK_NO_XLSX", "a.xlsx"),
    "macros": (rewritten(HONEST, "xl/vbaProject.bin", b"", b"\x01"), "WORKBOOK_MACROS", "a.xlsm"),
    "macros renamed": (rewritten(HONEST, "xl/vbaProject.bin", b"", b"\x01"), "WORKBOOK_MACROS", "a.xlsx"),
    "old macros": (rewritten(HONEST, "xl/macrosheets/sheet1.xml", b"", b"<x/>"), "WORKBOOK_MACROS", "a.xlsx"),
    "macros by type": (rewritten(HONEST, TYPES, "spreadsheetml.sheet.main+xml", "sheet.macroEnabled.main+xml"),
                       "WORKBOOK_MACROS", "a.xlsx"),
    "external links": (rewritten(HONEST, "xl/externalLinks/externalLink1.xml", b"", b"<x/>"), "WORKBOOK_LINKS", "a.xlsx"),
    "a connection": (rewritten(HONEST, "xl/connections.xml", b"", b"<x/>"), "WORKBOOK_LINKS", "a.xlsx"),
    "cut short": (HONEST[:-40], "WORKBOOK_BROKEN", "a.xlsx"),
    "a bit flipped": (HONEST[:2000] + bytes([HONEST[2000] ^ 1]) + HONEST[2001:], "WORKBOOK_BROKEN", "a.xlsx"),
    "a part twice": (rewritten(HONEST, "XL/workbook.xml", b"", b"<x/>"), "WORKBOOK_BROKEN", "a.xlsx"),
    "utf-16": (rewritten(HONEST, "xl/extra.xml", b"", "<!DOCTYPE a>".encode("utf-16")), "WORKBOOK_BROKEN", "a.xlsx"),
    "entities": (rewritten(HONEST, "xl/sharedStrings.xml", "<sst", '<!DOCTYPE s [<!ENTITY a "aaaa">]><sst'),
                 "WORKBOOK_ENTITIES", "a.xlsx"),
    "a bomb": (bomb(), "WORKBOOK_TOO_LARGE", "a.xlsx"),
    "too many parts": (zipped(*((f"x{i}", b"") for i in range(501))), "WORKBOOK_TOO_LARGE", "a.xlsx"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_plain_workbook_is_refused_before_it_is_opened(name: str) -> None:
    data, code, file = REFUSED[name]
    with pytest.raises(InputError) as refused:
        check_package(data, file)
    assert (refused.value.code, refused.value.place) == (code, file)
    assert "{" not in refused.value.words("zh") + refused.value.words("en")


def test_an_honest_workbook_passes_whatever_the_case_of_its_ending() -> None:
    check_package(HONEST, "部件.xlsx")
    check_package(HONEST, "PART.XLSX")


def test_the_limits_hold_to_the_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_FILE_BYTES", len(HONEST))
    check_package(HONEST, "a.xlsx")
    monkeypatch.setattr(package, "MAX_FILE_BYTES", len(HONEST) - 1)
    with pytest.raises(InputError, match="WORKBOOK_TOO_LARGE"):
        check_package(HONEST, "a.xlsx")
