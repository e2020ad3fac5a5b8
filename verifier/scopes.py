"""Which products the rules of a log are about: what a replay must ask of a declaration that names no rule.

The screen passes declarations in their plainest form, which name no rule, whatever their product. Where a log holds
rules, those of products in a rule's scope are left to the judge (threat 16); a log without rules pays nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ledger.findings import Finding
from ledger.footprint.ruling import passed_over
from ledger.kind import Surroundings
from ledger.kinds.footprint import Footprint
from verifier.checks import Judged
from verifier.evidence import Bundles
from verifier.memory import Fact

_TOPIC: Final = "rule|"
_SUBJECT: Final = b'"subject":"'


class Scopes:
    """The scope of every rule that was signed by who might, in effect or not."""

    def __init__(self) -> None:
        self._products: Final[set[bytes]] = set()
        self._beginnings: tuple[bytes, ...] = ()

    def learn(self, facts: Iterable[Fact]) -> None:
        """Takes in what statements say of themselves."""
        for fact in facts:
            codes = [topic.removeprefix(_TOPIC).encode() for topic in fact.topics if topic.startswith(_TOPIC)]
            if fact.holds and codes:
                self._products.update(code for code in codes if not code.endswith(b"*"))
                self._beginnings += tuple(code[:-1] for code in codes if code.endswith(b"*"))

    def covers(self, product: bytes) -> bool:
        """Whether a rule is about the product."""
        return product in self._products or product.startswith(self._beginnings)

    def places(self, bundles: Bundles, number: int) -> list[int]:
        """Positions in a bundle of statements whose subject begins with such a product. Raises what reading raises."""
        if not self._products and not self._beginnings:
            return []
        blocks = bytes(bundles.files(number).statements).split(b"\n\n")
        return [place for place, block in enumerate(blocks) if self.covers(_product_of(block))]

    def judge(self, judged: Judged, around: Surroundings) -> Iterator[Finding]:
        """What a rule in effect says of a declaration that names none."""
        content = judged.content
        if isinstance(content, Footprint) and self.covers(content.header.product_id.encode()):
            yield from (finding.about(judged.digest) for finding in passed_over(content, around))


def _product_of(block: bytes) -> bytes:
    """What a statement's subject begins with, up to its first bar; no text before it can hold the key unescaped."""
    start = block.find(_SUBJECT) + len(_SUBJECT)
    return block[start : block.find(b"|", start)]
