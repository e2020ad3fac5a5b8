"""Verdicts for people and for programs: JSON of stable, canonical bytes, and a tree in colour.

The JSON holds no time, path or machine, so two verifiers of the same evidence write the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from ledger.canonical import canonical_bytes
from ledger.findings import Finding, Level, Outcome
from ledger.identifiers import digest_to_text
from ledger.registry import Registry
from verifier.product import Node, ProductVerdict
from verifier.receipts import ReceiptVerdict
from verifier.replay import Replayed

VERSION: Final = 1
"""Of the JSON's form; a field that changes its meaning changes it."""

Report = Mapping[str, Any]


def to_bytes(report: Report) -> bytes:
    """The report's RFC 8785 bytes and a line end."""
    return canonical_bytes(report) + b"\n"


def product_report(verdict: ProductVerdict, registry: Registry) -> Report:
    """The verdict on a product."""
    return {
        "report": "product",
        "version": VERSION,
        "status": verdict.status.value,
        "product": digest_to_text(verdict.product),
        "declared": _number(verdict.declared),
        "recomputed": _number(verdict.recomputed),
        "levels": {level.value: {"kilograms": _number(verdict.levels[level]), "percent": _number(verdict.share(level))}
                   for level in Level},
        "statements": [_node(digest, node, registry) for digest, node in in_log_order(verdict)],
        "findings": _findings(verdict.findings),
    }  # fmt: skip


def in_log_order(verdict: ProductVerdict) -> list[tuple[bytes, Node]]:
    """The statements of a product's chain by their index."""
    return sorted(verdict.nodes.items(), key=lambda item: item[1].judged.index)


def _node(digest: bytes, node: Node, registry: Registry) -> Report:
    statement = node.judged.statement
    return {
        "digest": digest_to_text(digest),
        "index": node.judged.index,
        "kind": statement.kind if statement else None,
        "organisation": statement.organisation if statement else None,
        "name": organisation_name(node, registry),
        "headline": statement.headline if statement else None,
        "opened": node.judged.content is not None,
        "kilograms": _number(node.kilograms),
        "recomputed": _number(node.recomputed),
        "uses": [digest_to_text(used) for used in node.uses],
    }


def organisation_name(node: Node, registry: Registry) -> str:
    """The issuer's name on the chain, else its identifier."""
    if node.judged.statement is None:
        return ""
    known = registry.organisation(node.judged.statement.organisation)
    name = known.name if known else node.judged.statement.organisation
    # the name comes from the chain: nothing that steers a terminal reaches it
    return "".join(sign for sign in name if sign.isprintable())


def replay_report(replayed: Replayed) -> Report:
    """The outcome of a replay."""
    return {
        "report": "replay",
        "version": VERSION,
        "status": replayed.status.value,
        "size": replayed.size,
        "root": digest_to_text(replayed.root),
        "anchors": replayed.anchors,
        "statements": dict(sorted(replayed.kinds.items())),
        "withheld": list(replayed.withheld),
        "notAsked": dict(sorted(replayed.open.items())),
        "findings": _findings(replayed.findings),
        "state": digest_to_text(replayed.state),
    }


def receipt_report(verdict: ReceiptVerdict) -> Report:
    """The verdict on a receipt."""
    statement = verdict.receipt.statement
    return {
        "report": "receipt",
        "version": VERSION,
        "status": verdict.status.value,
        "digest": digest_to_text(verdict.digest),
        "kind": statement.kind,
        "organisation": statement.organisation,
        "headline": statement.headline,
        "index": verdict.receipt.index,
        "shown": list(verdict.shown),
        "hidden": verdict.hidden,
        "findings": _findings(verdict.findings),
    }


def _findings(findings: Iterable[Finding]) -> list[Report]:
    return [
        {
            "code": f.code,
            "outcome": f.outcome.value,
            "blocking": f.outcome is Outcome.FAIL or (f.outcome is Outcome.NOT_CHECKED and f.blocking),
            "statement": digest_to_text(f.statement) if f.statement else None,
            "place": f.place,
            "kilograms": _number(f.kilograms),
            "values": {name: str(value) for name, value in sorted(f.values.items())},
            "zh": f.words("zh"),
            "en": f.words("en"),
        }
        for f in findings
    ]


def _number(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
