"""Bodies that vouch, in a signed log: accreditor, supervisor, verifying body, and what each of them says."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from support.audit import Ledger
from support.builders import PRESS, STEEL, address, footprint, gas_line, private_key, signed

from ledger.findings import Level
from ledger.identifiers import digest_to_text
from verifier.bodies import Bodies, bodies_of
from verifier.product import ProductVerdict
from verifier.sources import open_folder, read_chain

ACCREDITOR, SUPERVISOR, BODY = "urn:tanji:accreditor", "urn:tanji:supervisor", "91310104MADEM00899"


def with_bodies(ledger: Ledger, verifier: str = "verifier") -> Ledger:
    """The ledger with an accreditor, a supervisor and a verifying body, in their roles."""
    for id_, role in ((ACCREDITOR, "accreditor"), (SUPERVISOR, "supervisor"), (BODY, verifier)):
        ledger.registry.organisation(id_)
        ledger.registry.grant(id_, role)
    return ledger


def accredit(
    ledger: Ledger, *, scope: tuple[str, ...] = ("CR-*", "COIL"), body: str = BODY, until: str = "2027-12-31"
) -> tuple[bytes, bytes]:
    """An accreditation and a credential for the body; their digests."""
    dates = {"valid_from": "2024-01-01", "valid_until": until}
    header = {"version": 1, "number": "CNAS V001", "body": body, "scope": scope, **dates}
    accreditation = ledger.add(signed("accreditation", ACCREDITOR, {"header": header}))
    header = {"version": 1, "person": "P-0007", "body": body, **dates}
    return accreditation, ledger.add(signed("credential", ACCREDITOR, {"header": header}))


def verify_statement(
    declaration: bytes, grounds: tuple[bytes, bytes], *, completed: str = "2025-12-10", **options: Any
) -> Any:
    """The body's unmodified opinion on a declaration."""
    accreditation, credential = map(digest_to_text, grounds)
    header = {"version": 1, "number": "V-1", "declaration": digest_to_text(declaration), "accreditation": accreditation,
              "credential": credential, "completed": completed}  # fmt: skip
    opinion = {"standard": "ISO 14064-3:2019", "assurance": "limited", "materiality": "5", "opinion": "unmodified",
               "independence": "与委托方无任何利益关系"}  # fmt: skip
    return signed("verification", BODY, {"header": header, "opinion": opinion}, **options)


def suspend(body: str = BODY) -> Any:
    """The supervisor's suspension of the body from December 2025."""
    header = {"version": 1, "case": "2026-7", "measure": "suspension", "organisation": body, "valid_from": "2025-12-01",
              "reason": "出具不实核查报告"}  # fmt: skip
    return signed("sanction", SUPERVISOR, {"header": header})


class Verified(Ledger):
    """A body with planted errors among what it verified: one sum that does not add up, one line with a wrong GWP."""

    def __init__(self, *, honest: int = 3) -> None:
        super().__init__()
        with_bodies(self)
        self.grounds = accredit(self, scope=("P-*",))
        for number in range(honest):
            self.verified(footprint(product_id=f"P-{number}"))
        self.verified(footprint(STEEL, gas_line("2.0000"), product_id="P-SUM", value="1.5000"))
        wrong_gwp = gas_line("2.0000") | {"source": {"type": "gas", "gas": "CO2", "value": "0.5", "per": "kg"},
                                          "emission": "1.0000"}  # fmt: skip
        self.verified(footprint(STEEL, wrong_gwp, product_id="P-GWP", value="1.0000"))

    def verified(self, item: Any, **opinion: Any) -> bytes:
        declaration = self.add(item)
        self.add(verify_statement(declaration, self.grounds, **opinion))
        return declaration

    def bodies(self, folder: Path) -> Bodies:
        self.anchor()
        trust = self.trust()
        self.write(folder)
        return bodies_of(open_folder(folder, trust), read_chain(folder, trust), trust)


def upstream_line(digest: bytes) -> dict[str, Any]:
    """A tonne of the coil."""
    return {"kind": "upstream", "stage": "raw_material", "name": "上游", "amount": "1", "unit": "t",
            "source": {"type": "upstream", "digest": digest_to_text(digest), "value": "2.0000", "per": "t"},
            "emission": "2.0000"}  # fmt: skip


class Vouched(Ledger):
    """A coil that its maker does not open, verified by the body, and a part that rests on it.

    `anchored_before`: Unix seconds of an anchor that all but the verification stand under.
    """

    def __init__(self, *, scope: tuple[str, ...] = ("CR-*",), signer: str = STEEL, verifier: str = "verifier",
                 accredited_until: str = "2027-12-31", anchored_before: int | None = None,
                 **verification: Any) -> None:  # fmt: skip
        super().__init__()
        with_bodies(self, verifier)
        self.registry.delegate(STEEL, address(BODY))
        self.coil = self.add(footprint(STEEL, value="2.0000", key=private_key(signer)))
        self.top = self.add(footprint(PRESS, upstream_line(self.coil), product_id="TOP", value="2.0000"))
        grounds = accredit(self, scope=scope, until=accredited_until)
        if anchored_before is not None:
            self.anchor()
            self.times = {self.log.events[-1].block: anchored_before}
        self.verification = self.add(verify_statement(self.coil, grounds, **verification))
        self.erased.add(0)

    def verdict(self, folder: Path) -> ProductVerdict:
        self.anchor()
        return self.verify(folder, self.top)


def level_of(verdict: ProductVerdict) -> Level:
    """The one level at which all of the part stands."""
    (level,) = [level for level, kilograms in verdict.levels.items() if kilograms]
    assert verdict.levels[level] == Decimal("2.0000")
    return level
