"""The demonstration's ledger: made-up organisations, official factors, coil -> part -> body, and the wrong variants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from api.counter import open_ledger
from api.declaring import build
from api.demo_contents import certificates, data, demo_facts, rule_with, under_rule, with_certificates
from api.drafts import read_draft
from api.factors import factor_name, seed_factors
from api.playground import Member, Playground
from api.submitting import submit
from api.variants import Pin, variant_of
from ledger.errors import EvidenceError, RefusedError
from ledger.kinds.footprint import Footprint

if TYPE_CHECKING:
    from api.request import Request

LATE_FACTOR = "elec-fp-cn/2024"
"""Published after the coil was first declared with the 2023 grid, as it really was."""


@dataclass
class DemoChain:
    """What was registered: digests by name, the honest part, and what later variants may rest on."""

    facts: Mapping[str, Any]
    digests: dict[str, bytes] = field(default_factory=dict)
    pins: dict[str, Pin] = field(default_factory=dict)
    contents: dict[str, Footprint] = field(default_factory=dict)


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
    _declare_part(ground, chain)
    _declare(ground, chain, "body")
    return chain


def _publish(ground: Playground, chain: DemoChain, factors: list[Any]) -> None:
    publisher = chain.facts["organisations"]["factors"]["id"]
    requests = [ground.signed("factor", publisher, factor) for factor in factors]
    submit(ground.settings, [(request, factor_name(f)) for request, f in zip(requests, factors, strict=True)])
    for request, factor in zip(requests, factors, strict=True):
        chain.pins[factor_name(factor)] = Pin("factor", request.digest, factor.result.value, factor.result.per)


def _declare(ground: Playground, chain: DemoChain, name: str, replaces: str | None = None) -> None:
    organisation, content = _drafted(ground, name)
    _register(ground, chain, name, organisation, content, chain.digests[replaces] if replaces else None)


def _drafted(ground: Playground, name: str) -> tuple[str, Footprint]:
    with open_ledger(ground.settings) as ledger:
        return build(read_draft(data(f"demo_{name}.yml")), ledger.book)


def _declare_part(ground: Playground, chain: DemoChain) -> None:
    """The rule with the part as its worked example, the certificates, and the part that names both."""
    organisation, example = _drafted(ground, "part")
    rule = ground.signed("rule", chain.facts["organisations"]["rules"]["id"], rule_with(example))
    certificate = ground.signed("green-certificate", organisation, certificates(chain.facts, 0))
    submit(ground.settings, [(rule, "rule"), (certificate, "certificates")])
    chain.digests |= {"rule": rule.digest, "certificates": certificate.digest}
    _register(ground, chain, "part", organisation, under_rule(example, chain.facts, rule.digest, certificate.digest))


def _register(
    ground: Playground,
    chain: DemoChain,
    name: str,
    organisation: str,
    content: Footprint,
    previous: bytes | None = None,
) -> None:
    request = _signed(ground, chain, name, organisation, content, previous)
    submit(ground.settings, [(request, name)])
    expect(name, content.result.footprint, chain.facts["expected"].get(name, content.result.footprint))


def _signed(
    ground: Playground,
    chain: DemoChain,
    name: str,
    organisation: str,
    content: Footprint,
    previous: bytes | None = None,
) -> Request:
    request = ground.signed("footprint", organisation, content, previous)
    chain.digests[name] = request.digest
    chain.contents[name] = content
    chain.pins[name] = Pin("upstream", request.digest, content.result.footprint, content.header.unit)
    return request


def register_variants(ground: Playground, chain: DemoChain) -> None:
    """Lets the dishonest supplier sign and register each wrong variant of the part; its sums add up.

    Each has certificates of its own, as many as the honest part: what is wrong with it is one thing.
    """
    organisation = chain.facts["organisations"]["dishonest"]["id"]
    held, signed = [], []
    for number, variant in enumerate(chain.facts["variants"]):
        name = variant["name"]
        held.append(ground.signed("green-certificate", organisation, certificates(chain.facts, number + 1)))
        content = variant_of(chain.contents["part"], number, variant["change"], chain.pins)
        expect(name, content.result.footprint, variant["footprint"])
        content = with_certificates(content, chain.facts, held[-1].digest)
        signed.append((_signed(ground, chain, name, organisation, content), name))
    submit(ground.settings, [*((one, "certificates") for one in held), *signed])


def refused_twice(ground: Playground, chain: DemoChain) -> RefusedError:
    """The refusal when the dishonest supplier puts certificates that serve one product behind a second one."""
    organisation = chain.facts["organisations"]["dishonest"]["id"]
    used = chain.contents[chain.facts["variants"][0]["name"]]
    second = used.model_copy(update={"header": used.header.model_copy(update={"product_id": "DOOR-INNER-R"})})
    try:
        submit(ground.settings, [(ground.signed("footprint", organisation, second), "DOOR-INNER-R")])
    except RefusedError as err:
        expect("refused", err.code, "CERTIFICATE_BEYOND")
        return err
    raise EvidenceError("DEMO_WRONG", place="refused", got="registered", expected="CERTIFICATE_BEYOND")


def expect(what: str, got: object, expected: object) -> None:
    """Holds a figure of the demonstration to the one written down. Raises `EvidenceError` DEMO_WRONG."""
    if got != expected:
        raise EvidenceError("DEMO_WRONG", place=what, got=got, expected=expected)
