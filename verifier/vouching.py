"""Whether somebody vouches for a declaration that was not opened: what the log says, and who signed it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from ledger.findings import Outcome
from ledger.registry import Registry, organisation_hash
from ledger.vouching import Vouching, vouched
from verifier.checks import Judged
from verifier.memory import Memory


def vouching_of(
    judged: Judged, memory: Memory, registry: Registry, size: int, signed_on: Callable[[int], date | None]
) -> Vouching:
    """Who vouches for the declaration at the log's end; verifications that do not count are told, and fail nothing.

    A body whose own key signed the declaration, as its issuer's delegate, filled it in: it is the declaration's
    consultant, with or without a statement of kind `consultancy` (threat 37).
    """
    key = registry.key(judged.signer) if judged.signer else None

    def signed_it(body: str) -> bool:
        return key is not None and key.organisation == organisation_hash(body)

    found = vouched(judged.digest, memory.around(size, ""), signed_it, signed_on)
    told = (replace(f, outcome=Outcome.NOT_CHECKED, blocking=False, statement=judged.digest) for f in found.findings)
    return Vouching(found.counts, tuple(told))
