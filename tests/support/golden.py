"""The golden chain in a log of its own: official factors, coil, part and body, and the wrong variants of the part."""

from __future__ import annotations

from functools import cache
from typing import Any

from support.audit import Ledger
from support.books import ListedBook
from support.builders import CARMAKER, PRESS, PUBLISHER, STEEL, Signed, signed

from api.book import Found
from api.declaring import build
from api.demo_chain import LATE_FACTOR
from api.demo_contents import certificates, data, demo_facts, rule_with, under_rule, with_certificates
from api.drafts import read_draft
from api.factors import factor_name, seed_factors
from api.variants import Pin, variant_of
from ledger.kinds.footprint import Footprint

COMMITTEE = str(demo_facts()["organisations"]["rules"]["id"])
OWNERS = {"coil_2023": STEEL, "coil": STEEL, "part": PRESS, "body": CARMAKER}


class Golden(Ledger):
    """The ledger with what was registered by name.

    With `ruled` it is the demonstration's: the part names the rule and takes from certificates. Without, the part is
    the rule's worked example, for tests that bring a rule or certificates of their own.
    """

    def __init__(self, *, ruled: bool = False) -> None:
        super().__init__()
        self.ruled = ruled
        if ruled:
            self.registry.organisation(COMMITTEE, name=str(demo_facts()["organisations"]["rules"]["name"]))
            self.registry.grant(COMMITTEE, "rule-publisher")
        self.book = ListedBook()
        self.book.found.clear()
        self.digests: dict[str, bytes] = {}
        self.contents: dict[str, Any] = {}
        self.pins: dict[str, Pin] = {}
        late = [f for f in seed_factors() if factor_name(f) == LATE_FACTOR]
        self._publish([f for f in seed_factors() if f not in late])
        self.draft("coil_2023")
        self._publish(late)
        self.draft("coil", previous=self.digests["coil_2023"])
        self.part() if ruled else self.draft("part")
        self.draft("body")

    def _publish(self, factors: list[Any]) -> None:
        for factor in factors:
            self._register(factor_name(factor), "factor", PUBLISHER, factor, None)
            pinned = (factor.result.value, factor.result.per)
            self.pins[factor_name(factor)] = Pin("factor", self.digests[factor_name(factor)], *pinned)

    def draft(self, name: str, previous: bytes | None = None) -> None:
        organisation, content = build(read_draft(data(f"demo_{name}.yml")), self.book)
        self.declare(name, organisation, content, previous)

    def part(self) -> None:
        organisation, example = build(read_draft(data("demo_part.yml")), self.book)
        self._register("rule", "rule", COMMITTEE, rule_with(example), None)
        held = self.certificates(organisation, 0)
        self.declare("part", organisation, under_rule(example, demo_facts(), self.digests["rule"], held))

    def certificates(self, organisation: str, number: int) -> bytes:
        """The `number`-th range of 500 certificates, held by the organisation."""
        self._register(
            f"certificates {number}", "green-certificate", organisation, certificates(demo_facts(), number), None
        )
        return self.digests[f"certificates {number}"]

    def declare(self, name: str, organisation: str, content: Footprint, previous: bytes | None = None) -> bytes:
        self._register(name, "footprint", organisation, content, previous)
        self.pins[name] = Pin("upstream", self.digests[name], content.result.footprint, content.header.unit)
        return self.digests[name]

    def variant(self, name: str) -> bytes:
        """Registers a wrong variant of the part as a product of the part's maker."""
        facts = demo_facts()["variants"]
        number, facts = next((i, v) for i, v in enumerate(facts) if v["name"] == name)
        content = variant_of(self.contents["part"], number, facts["change"], self.pins)
        assert content.result.footprint == facts["footprint"]
        if self.ruled:
            content = with_certificates(content, demo_facts(), self.certificates(PRESS, number + 1))
        return self.declare(name, PRESS, content)

    def _register(self, name: str, kind: str, organisation: str, content: Any, previous: bytes | None) -> None:
        item: Signed = signed(kind, organisation, _plain(content), previous=previous)
        for number, found in enumerate(self.book.found):
            if found.digest == previous:
                self.book.found[number] = Found(found.digest, found.index, found.statement, found.content, False)
        self.book.found.append(Found(item.digest, len(self.items), item.statement, content, True))
        self.digests[name] = self.add(item)
        self.contents[name] = content


def _plain(content: Any) -> dict[str, Any]:
    value: dict[str, Any] = content.model_dump(mode="json", exclude_none=True)
    return {k: tuple(v) if isinstance(v, list) else v for k, v in value.items()}


@cache
def variants() -> list[dict[str, Any]]:
    """The variants as the demonstration writes them down."""
    found: list[dict[str, Any]] = demo_facts()["variants"]
    return found
