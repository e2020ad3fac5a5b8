from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from support.footprints import DIGEST, declared, gas, material, upstream

from ledger.findings import Outcome
from ledger.footprint.breakdown import Breakdown
from ledger.footprint.content import FootprintSummary
from ledger.kind import Known
from ledger.kinds.factor import FactorSummary
from ledger.kinds.footprint import KIND, Footprint


@dataclass
class Around:
    """One statement that everything rests on."""

    summary: Any
    index: int = 9
    organisation: str = "91320585MADEM002X4"

    def known(self, digest: bytes) -> Known | None:
        kind = "footprint" if isinstance(self.summary, FootprintSummary) else "factor"
        return Known(digest, 1, kind, self.organisation, "s", summary=self.summary)

    def newer(self, known: Known, key: str) -> Iterable[Known]:
        return ()

    def replacement(self, known: Known) -> Known | None:
        return None

    def on(self, topic: str) -> Iterable[Known]:
        return ()


PARTS = {"fossilGhgEmissions": "1.5", "biogenicNonCO2Emissions": "0.5"}
FACTOR = FactorSummary(
    "material", "CN", 2024, "2024-01-01", None, "mat", "2", "kg", breakdown=Breakdown.model_validate(PARTS)
)
TRUCK = FactorSummary("transport", "CN", 2024, "2024-01-01", None, "trn", "2", "kg", wtt="0.5", ttw="1.5")


def supplier(**more: Any) -> FootprintSummary:
    """A supplier's declaration of 1 t with all its parts."""
    result = {"fossilGhgEmissions": "1500", "biogenicNonCO2Emissions": "500", "primaryDataShare": "40",
              "dqi": {"technologicalDQR": "2", "geographicalDQR": "2", "temporalDQR": "2"}}  # fmt: skip
    made = declared(
        gas("CO2", "1500"), gas("N2O", "1.831502", "273", origin="biogenic"), header={"unit": "t"}, result=result
    )
    return KIND.summary(made)._replace(footprint="2000", **more)


def found(content: Footprint, summary: Any) -> list[tuple[str, Decimal | None, Any]]:
    findings = KIND.check_references(content, Around(summary))
    return [(f.code, f.kilograms, f.values.get("field")) for f in findings if f.outcome is Outcome.FAIL]


def pinned(**source: Any) -> Footprint:
    return declared(upstream("2", "3", source=source))


def test_parts_that_were_copied_pass() -> None:
    assert found(declared(material("2", "3", breakdown=PARTS)), FACTOR) == []
    assert found(declared(material("2", "3", kind="transport", source={"wtt": "0.5", "ttw": "1.50"})), TRUCK) == []
    dqi = {"technologicalDQR": "2", "geographicalDQR": "2", "temporalDQR": "2"}
    assert found(pinned(breakdown=PARTS, primary_data_share="40.0", dqi=dqi), supplier()) == []
    assert found(pinned(), supplier()) == []


@pytest.mark.parametrize(("content", "summary", "field"), [
    (declared(material("2", "3", breakdown={"fossilGhgEmissions": "1", "biogenicNonCO2Emissions": "1"})), FACTOR, "fossilGhgEmissions"),
    (declared(material("2", "3", breakdown=PARTS)), FACTOR._replace(breakdown=None), "fossilGhgEmissions"),
    (declared(material("2", "3", kind="transport", source={"wtt": "0.6", "ttw": "1.4"})), TRUCK, "wtt"),
    (declared(material("2", "3", kind="transport", source={"wtt": "0.5", "ttw": "1.5"})), TRUCK._replace(ttw=None), "ttw"),
    (pinned(breakdown={**PARTS, "fossilGhgEmissions": "1.6"}), supplier(), "fossilGhgEmissions"),
    (pinned(breakdown=PARTS), supplier(result=None), "fossilGhgEmissions"),
    (pinned(breakdown={**PARTS, "biogenicCO2Uptake": "-1"}), supplier(), "biogenicCO2Uptake"),
    (pinned(primary_data_share="90"), supplier(), "primaryDataShare"),
    (pinned(primary_data_share="40"), supplier(result=None), "primaryDataShare"),
    (pinned(dqi={"technologicalDQR": "1", "geographicalDQR": "2", "temporalDQR": "2"}), supplier(), "dqi"),
    (pinned(dqi={"technologicalDQR": "2", "geographicalDQR": "2", "temporalDQR": "2"}), supplier(result=None), "dqi"),
])  # fmt: skip
def test_parts_that_nobody_published_are_found(content: Footprint, summary: Any, field: str) -> None:
    assert (("PINNED_BREAKDOWN", Decimal("6.000000"), field)) in found(content, summary)


@pytest.mark.parametrize(("change", "code"), [
    ({"gwp": "AR5"}, "GWP_MIXED"), ({"gwp": "AR6"}, None), ({"gwp": None}, None),
    ({"valid_until": "2024-12-31"}, "UPSTREAM_EXPIRED"), ({"valid_until": "2025-01-01"}, None),
    ({"period_end": "2021-12-31"}, "UPSTREAM_EXPIRED"), ({"period_end": "2022-01-01"}, None),
    ({"period_end": "2021-12-31", "valid_until": "2025-06-30"}, None),
])  # fmt: skip
def test_a_supplier_counts_in_the_same_set_and_in_time(change: dict[str, Any], code: str | None) -> None:
    expected = [] if code is None else [(code, Decimal("6.000000"), None)]
    assert found(pinned(), supplier(**change)) == expected


def test_everything_here_rests_on_one_digest() -> None:
    assert {r.digest.hex() for r in KIND.references(pinned())} == {DIGEST[2:]}
