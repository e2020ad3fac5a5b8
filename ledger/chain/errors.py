"""What can go wrong with a chain, told apart: reverted, not mined in time, and no sensible answer from the node."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.errors import IncompleteError, RefusedError, SourceError


class RevertedError(RefusedError):
    """A contract refused. `name` is the error's name in the ABI, "" when it could not be read."""

    def __init__(self, code: str, name: str = "", **values: object) -> None:
        super().__init__(code, place="", **values)
        self.name = name


class NotMinedError(IncompleteError):
    """A transaction was not mined before the deadline; it may still be."""


class NodeError(SourceError):
    """The node could not be reached, or did not answer as a node does."""


class AnswerTooLargeError(NodeError):
    """The answer exceeds the limit; a smaller question may be answered."""


class RpcError(SourceError):
    """The node answered with a JSON-RPC error. `number`, `text` and `data` are the node's own."""

    def __init__(self, method: str, error: Mapping[str, object]) -> None:
        self.number = error.get("code")
        self.text = str(error.get("message", ""))[:300]
        self.data = error.get("data")
        super().__init__("NODE_REFUSED", method=method, got=self.text)
