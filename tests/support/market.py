"""Certificates, their labels and applications, in a signed log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.audit import Ledger
from support.builders import STEEL, Signed, footprint, signed
from support.threats import everybody
from support.voucher import BODY, SUPERVISOR, accredit

from ledger.identifiers import digest_to_text
from verifier.sources import open_folder, read_chain

GTIN = "6901234567892"
OTHER_GTIN = "6901234567908"
NUMBER = "PCF-2026-0001"


def certificate_content(declaration: bytes, accreditation: bytes, **changes: Any) -> dict[str, Any]:
    """A certificate on `footprint(product_id=GTIN, value="2.0000")`; `changes` to header and result."""
    header = {"version": 1, "number": NUMBER, "holder": STEEL, "product": "冷轧卷", "product_id": GTIN,
              "declaration": digest_to_text(declaration), "accreditation": digest_to_text(accreditation),
              "issued": "2025-12-20", "valid_until": "2027-12-20"}  # fmt: skip
    result = {"value": "2.0000", "unit": "t", "amount": "1", "boundary": "cradle-to-gate"}
    for name, value in changes.items():
        (result if name in result else header)[name] = value
    visits = [{"day": "2026-12-01", "outcome": "planned"}]
    return {"header": header, "result": result, "surveillance": {"visits": visits}}


def measure(certificate: bytes, what: str, *, by: str = BODY, since: str = "2025-12-28", **options: Any) -> Signed:
    """A certificate is suspended, resumed or cancelled."""
    header = {"version": 1, "certificate": digest_to_text(certificate), "measure": what, "since": since,
              "authority": "supervisor" if by == SUPERVISOR else "body", "reason": "监督检查不符合"}  # fmt: skip
    return signed("certificate-status", by, {"header": header}, **options)


def subsidy(who: str = STEEL, /, *, scheme: str = "SH-LCP-2026", item: str = "PCF-REPORT", **header: Any) -> Signed:
    """An application of `who`."""
    content = {"header": {"version": 1, "scheme": scheme, "item": item, "title": "产品碳足迹奖补", **header}}
    return signed("subsidy-claim", who, content)


class Market(Ledger):
    """A coil with a GTIN, a body that may certify it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(registry=everybody())
        self.coil = self.add(footprint(STEEL, product_id=GTIN, value="2.0000"))
        self.accreditation, self.credential = accredit(self, scope=("69*",), **options)

    def certificate(self, **changes: Any) -> Signed:
        """A certificate by the body, not registered yet."""
        declaration, by = changes.pop("on", self.coil), changes.pop("by", BODY)
        options = {name: changes.pop(name) for name in ("previous", "issuedAt") if name in changes}
        content = certificate_content(declaration, changes.pop("ground", self.accreditation), **changes)
        return signed("certificate", by, content, **options)

    def opened(self, folder: Path) -> tuple[Any, Any, Any]:
        """Log, chain and trust file of its folder."""
        self.anchor()
        trust = self.trust()
        self.write(folder)
        return open_folder(folder, trust), read_chain(folder, trust), trust
