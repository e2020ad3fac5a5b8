"""The demonstration's ledger: made-up organisations, official factors, coil -> part -> body, and the wrong variants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from api.counter import open_ledger
from api.declaring import build
from api.drafts import read_draft
from api.factors import factor_name, seed_factors
from api.playground import Member, Playground
from api.submitting import submit
from api.variants import Pin, variant_of
from ledger.errors import EvidenceError
from ledger.kinds.footprint import Footprint

LATE_FACTOR = "elec-fp-cn/2024"
"""Published after the coil was first declared with the 2023 grid, as it really was."""


@dataclass
class DemoChain:
    """What was registered: digests by name, the honest part, and what later variants may rest on."""

    facts: Mapping[str, Any]
    digests: dict[str, bytes] = field(default_factory=dict)
    pins: dict[str, Pin] = field(default_factory=dict)
    contents: dict[str, Footprint] = field(default_factory=dict)


def demo_facts() -> Mapping[str, Any]:
    """The demonstration's organisations, expected figures and wrong variants."""
    found: Mapping[str, Any] = yaml.safe_load(_data("demo.yml").read_text(encoding="utf-8"))
    return found


def _data(name: str) -> Path:
    return Path(str(files("api"))) / "data" / name


def members(facts: Mapping[str, Any]) -> list[Member]:
    """The made-up organisations with their roles."""
    return [Member(o["id"], o["name"], (o["role"],)) for o in facts["organisations"].values()]


def build_chain(ground: Playground) -> DemoChain:
    """Publishes the factors and declares coil, part and body; each draft is one that a clerk could have written."""
    chain = DemoChain(demo_facts())
    late = [f for f in seed_factors() if factor_name(f) == LATE_FACTOR]
    _publish(ground, chain, [f for f in seed_factors() if f not in late])
    _declare(ground, chain, "coil_2023")
    _publish(ground, chain, late)
    _declare(ground, chain, "coil", replaces="coil_2023")
    _declare(ground, chain, "part")
    _declare(ground, chain, "body")
    return chain


def _publish(ground: Playground, chain: DemoChain, factors: list[Any]) -> None:
    publisher = chain.facts["organisations"]["factors"]["id"]
    requests = [ground.signed("factor", publisher, factor) for factor in factors]
    submit(ground.settings, [(request, factor_name(f)) for request, f in zip(requests, factors, strict=True)])
    for request, factor in zip(requests, factors, strict=True):
        chain.pins[factor_name(factor)] = Pin("factor", request.digest, factor.result.value, factor.result.per)


def _declare(ground: Playground, chain: DemoChain, name: str, replaces: str | None = None) -> None:
    with open_ledger(ground.settings) as ledger:
        organisation, content = build(read_draft(_data(f"demo_{name}.yml")), ledger.book)
    previous = chain.digests[replaces] if replaces else None
    _register(ground, chain, name, organisation, content, previous)
    expect(f"{name}", content.result.footprint, chain.facts["expected"].get(name, content.result.footprint))


def _register(
    ground: Playground,
    chain: DemoChain,
    name: str,
    organisation: str,
    content: Footprint,
    previous: bytes | None = None,
) -> None:
    request = ground.signed("footprint", organisation, content, previous)
    submit(ground.settings, [(request, name)])
    chain.digests[name] = request.digest
    chain.contents[name] = content
    chain.pins[name] = Pin("upstream", request.digest, content.result.footprint, content.header.unit)


def register_variants(ground: Playground, chain: DemoChain) -> None:
    """Lets the dishonest supplier sign and register each wrong variant of the part; its sums add up."""
    organisation = chain.facts["organisations"]["dishonest"]["id"]
    for number, variant in enumerate(chain.facts["variants"]):
        content = variant_of(chain.contents["part"], number, variant["change"], chain.pins)
        expect(variant["name"], content.result.footprint, variant["footprint"])
        _register(ground, chain, variant["name"], organisation, content)


def expect(what: str, got: object, expected: object) -> None:
    """Holds a figure of the demonstration to the one written down. Raises `EvidenceError` DEMO_WRONG."""
    if got != expected:
        raise EvidenceError("DEMO_WRONG", place=what, got=got, expected=expected)
