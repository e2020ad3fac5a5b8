"""A verdict on a product written into files for people: the page and the paper."""

from __future__ import annotations

from pathlib import Path

from ledger.errors import InputError
from verifier.schema import ProductReport


def write_forms(report: ProductReport, *, html: Path | None, pdf: Path | None) -> None:
    """Writes the forms that were asked for. Raises `InputError` REPORT_NOT_WRITTEN or PDF_NOT_INSTALLED."""
    if html is not None:
        from verifier.page import page

        _write(html, page(report))
    if pdf is not None:
        from verifier.paper import paper

        _write(pdf, paper(report))


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as err:
        raise InputError("REPORT_NOT_WRITTEN", place=str(path), got=err.strerror) from err
