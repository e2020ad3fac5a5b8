"""The command line's way to the verifier: an audit folder, a trust file and perhaps a node of the person's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ledger.trust import TrustFile

if TYPE_CHECKING:
    from verifier.verify import Verified


def judge(audit: Path, trust: TrustFile, url: str | None, asked: str, *, since: str | None = None) -> Verified:
    """The verdict on a declaration, by digest or product code. Raises what `verify_product` raises.

    Without `url` the chain's events are taken from the folder, and the verdict says that no chain was consulted.
    """
    from verifier.sources import open_folder, read_chain
    from verifier.verify import verify_product

    return verify_product(open_folder(audit, trust), read_chain(audit, trust, url), trust, asked, since=since)
