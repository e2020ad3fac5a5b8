"""A ledger's contents at hand for drafts, without a store: the shipped factors and the golden coil."""

from __future__ import annotations

from collections.abc import Iterable

from api.book import Found
from api.factors import seed_factors
from api.request import new_request
from ledger.kinds.footprint import Footprint
from ledger.statement import Domain, Statement

DOMAIN = Domain(chain_id=20240808, log="0x" + "5a" * 20)
STEEL = "91310113MADEM0011A"
PRESS = "91320585MADEM002X4"


class ListedBook:
    """A `Book` over a list of statements; the last on a subject is current."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        for factor in seed_factors():
            self.add("factor", "urn:tanji:factors", factor)

    def add(self, kind: str, organisation: str, content: object, *, current: bool = True) -> bytes:
        request = new_request(kind, organisation, content, DOMAIN, issued_at=len(self.found))
        self.found.append(Found(request.digest, len(self.found), request.statement, content, current))
        return request.digest

    def by_digest(self, digest: bytes) -> Found | None:
        return next((item for item in self.found if item.digest == digest), None)

    def factors(self, series: str) -> Iterable[Found]:
        return [i for i in self.found if i.statement.kind == "factor" and i.content.header.series == series]

    def declarations(self, organisation: str, product_id: str) -> Iterable[Found]:
        return [
            i for i in self.found
            if i.statement.kind == "footprint" and i.current and i.statement.organisation == organisation
            and i.content.header.product_id == product_id
        ]  # fmt: skip

    def rules(self, number: str) -> Iterable[Found]:
        return [i for i in self.found if i.current and i.statement.kind == "rule" and i.statement.subject == number]

    def head(self, organisation: str, kind: str, subject: str) -> bytes | None:
        def matches(statement: Statement) -> bool:
            return (statement.organisation, statement.kind, statement.subject) == (organisation, kind, subject)

        return next((i.digest for i in self.found if i.current and matches(i.statement)), None)


def coil(footprint: str = "2569.089510", amount: str = "1", unit: str = "t") -> Footprint:
    """A coil whose only line is a gas, so that it adds up to `footprint`."""
    return Footprint.model_validate({
        "header": {
            "version": 1, "product": "冷轧卷", "product_id": "CR-COIL", "unit": unit, "amount": amount,
            "period_start": "2025-01-01", "period_end": "2025-12-31", "boundary": "cradle-to-gate",
            "geography": "CN-SH", "gwp": "AR5",
        },
        "result": {"footprint": footprint},
        "production": {"output": "1"},
        "lines": ({
            "kind": "process", "stage": "production", "name": "直接排放", "amount": footprint, "unit": "kg",
            "source": {"type": "gas", "gas": "CO2", "value": "1", "per": "kg"}, "emission": footprint,
        },),
    })  # fmt: skip
