"""The judge of bundles: statements alone, then their place in the log, then what they rest on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from ledger.errors import EvidenceError
from ledger.findings import Finding, Outcome, failed
from ledger.registry import Registry
from ledger.statement import Domain
from verifier.checks import Judged, judge_alone, judge_among, judge_authority
from verifier.evidence import Bundles, Item
from verifier.memory import Fact, Memory, fact_of


@dataclass(frozen=True, slots=True)
class BundleResult:
    """What one bundle came to: the hash of its lines, what matters, and counts of what was left open on purpose."""

    number: int
    lines: bytes
    findings: tuple[Finding, ...]
    open: Counter[str]
    kinds: Counter[str]
    withheld: tuple[int, ...]


class Judge:
    """Judges bundles in log order, in one process or as one of several that learn from one another."""

    def __init__(self, bundles: Bundles, domain: Domain, registry: Registry) -> None:
        self._bundles: Final = bundles
        self._domain: Final = domain
        self._registry: Final = registry
        self._memory: Final = Memory()
        self._held: Final[dict[int, tuple[list[Judged], list[Finding]]]] = {}

    def alone(self, number: int) -> list[Fact]:
        """Judges a bundle's statements by themselves, holds them, and returns what others may ask of them."""
        items, findings = read_bundle(self._bundles, number)
        judged = [judge_alone(item, self._domain) for item in items]
        self._held[number] = (judged, findings)
        return [fact_of(one) for one in judged]

    def learn(self, number: int, facts: Sequence[Fact]) -> BundleResult | None:
        """Takes in the facts of the next bundle; when it is one that is held, finishes it and returns its result."""
        forks = {fact.number: found for fact in facts if (found := list(self._memory.learn(fact)))}
        held = self._held.pop(number, None)
        return None if held is None else self._finish(number, *held, forks)

    def _finish(
        self, number: int, judged: list[Judged], findings: list[Finding], forks: dict[int, list[Finding]]
    ) -> BundleResult:
        lines, kept, unasked = sha256(), list(findings), Counter[str]()
        for one in judged:
            found = [*one.findings, *forks.get(one.index, ()), *self._judge_last(one)]
            codes = "".join(f" {f.code}@{f.place}:{f.outcome}" for f in found)
            lines.update(f"{one.index} {one.digest.hex()}{codes}\n".encode())
            for finding in found:
                if finding.outcome is Outcome.NOT_CHECKED and not finding.blocking:
                    unasked[finding.code] += 1
                else:
                    kept.append(finding)
        kinds = Counter(one.statement.kind for one in judged if one.statement)
        withheld = tuple(one.index for one in judged if one.content is None)
        return BundleResult(number, lines.digest(), tuple(kept), unasked, kinds, withheld)

    def _judge_last(self, one: Judged) -> Iterator[Finding]:
        yield from judge_authority(one, self._registry)
        if one.statement is not None:
            yield from judge_among(one, self._memory.around(one.index, one.statement.organisation))


def read_bundle(bundles: Bundles, number: int) -> tuple[Sequence[Item], list[Finding]]:
    """A bundle's items; when its statements do not fit its entries, the entries alone and a failed finding."""
    try:
        return bundles.bundle(number), []
    except EvidenceError as err:
        return bundles.entries(number), [failed(err)]
