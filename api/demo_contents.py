"""The demonstration's contents that no draft makes: the rule, green certificates, and the part that goes by both."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import yaml

from ledger.footprint.lines import Taken
from ledger.identifiers import digest_to_text
from ledger.kinds.footprint import Footprint
from ledger.kinds.green_certificate import GreenCertificate
from ledger.kinds.rule import Rule

GREEN: Final = "green_electricity"


def data(name: str) -> Path:
    """A file of the demonstration."""
    return Path(str(files("api"))) / "data" / name


def demo_facts() -> Mapping[str, Any]:
    """The demonstration's organisations, expected figures and wrong variants."""
    found: Mapping[str, Any] = yaml.safe_load(data("demo.yml").read_text(encoding="utf-8"))
    return found


def rule_with(example: Footprint) -> Rule:
    """The rule for pressed parts, with its worked example."""
    written: dict[str, Any] = yaml.safe_load(data("demo_rule.yml").read_text(encoding="utf-8"))
    worked = example.model_dump(mode="json", by_alias=True, exclude_none=True)
    parts = {f"example_{name}": worked[name] for name in ("header", "result", "production")}
    return Rule.model_validate({**written, **parts, "example_lines": tuple(worked["lines"])})


def certificates(facts: Mapping[str, Any], number: int) -> GreenCertificate:
    """The `number`-th range of as many certificates as the honest part needs, retired for a footprint."""
    wanted = facts["certificates"]
    count = int(wanted["count"])
    header = {name: wanted[name] for name in ("tradable", "acquired", "use", "consumption_year", "retired", "evidence")}
    codes = {
        name: f"{wanted['project']}{wanted['month']}{sequence:07d}{wanted['classes']}"
        for name, sequence in (("first", number * count + 1), ("last", (number + 1) * count))
    }
    return GreenCertificate.model_validate({"header": {"version": 1, **codes, **header}})


def under_rule(example: Footprint, facts: Mapping[str, Any], rule: bytes, certificate: bytes) -> Footprint:
    """The part as it is declared: a year's output under the rule, its green electricity taken from certificates."""
    value = example.model_dump(mode="json", by_alias=True, exclude_none=True)
    value["header"]["rule"] = digest_to_text(rule)
    value["production"]["quantity"] = str(facts["part_quantity"])
    return with_certificates(Footprint.model_validate({**value, "lines": tuple(value["lines"])}), facts, certificate)


def with_certificates(part: Footprint, facts: Mapping[str, Any], certificate: bytes) -> Footprint:
    """The part with the certificates of this digest behind its green electricity, and no others."""
    taken = Taken(digest=digest_to_text(certificate), amount=str(facts["certificates"]["kwh"]))
    lines = tuple(
        line.model_copy(update={"certificates": (taken,)}) if line.kind == GREEN else line for line in part.lines
    )
    return part.model_copy(update={"lines": lines})
