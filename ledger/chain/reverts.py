"""Why a contract refused: the ABI's custom errors, found by selector, as errors of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from eth_abi.abi import decode as abi_decode
from eth_abi.exceptions import DecodingError

from ledger.chain.errors import RevertedError, RpcError
from ledger.events import ARTIFACTS, load_abi
from ledger.statement import keccak

_SELECTOR: Final = 4
_HEX: Final = re.compile(r"0x((?:[0-9a-fA-F]{2}){4,})")
_REVERT_TEXT: Final = re.compile(r"revert", re.IGNORECASE)
_EXECUTION_REVERTED: Final = 3  # the JSON-RPC error code that geth, anvil and Besu use for a revert with data


@cache
def error_table() -> Mapping[bytes, tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """For each selector the error's name, its parameters' names and their types; both contracts' errors."""
    table = {}
    for contract in ARTIFACTS:
        for item in load_abi(contract):
            if item["type"] != "error":
                continue
            names = tuple(i["name"] for i in item["inputs"])
            types = tuple(i["type"] for i in item["inputs"])
            table[selector(item["name"], types)] = (item["name"], names, types)
    return table


def selector(name: str, types: tuple[str, ...]) -> bytes:
    """The first four bytes of the hash of a function's or error's signature."""
    return keccak(f"{name}({','.join(types)})".encode("ascii"))[:_SELECTOR]


def error_code(name: str) -> str:
    """Our stable code for an error of the ABI: REVERTED_ and the name in capitals."""
    return "REVERTED_" + re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper()


def decode_revert(data: bytes, note: str = "") -> RevertedError:
    """The error in the data of a revert; CHAIN_REVERTED with what is known when it is not one of our contracts'."""
    known = error_table().get(data[:_SELECTOR])
    if known is None:
        return RevertedError("CHAIN_REVERTED", got=note or "0x" + data[:68].hex())
    name, names, types = known
    try:
        values = abi_decode(types, data[_SELECTOR:])
    except DecodingError:
        return RevertedError("CHAIN_REVERTED", name, got=note or name)
    shown = {n: _show(v) for n, v in zip(names, values, strict=True)}
    return RevertedError(error_code(name), name, **shown)


def _show(value: Any) -> object:
    return "0x" + value.hex() if isinstance(value, bytes) else value


def revert_in(error: RpcError) -> RevertedError | None:
    """The revert that a node reports as a JSON-RPC error, or None when the error is something else.

    Nodes put the data in `data`, in `data.data`, in `data.result` (ganache), or only in the message.
    """
    data = _find_data(error.data)
    if data is None and (found := _HEX.search(error.text)) and bytes.fromhex(found[1])[:_SELECTOR] in error_table():
        data = bytes.fromhex(found[1])
    if data is None and error.number != _EXECUTION_REVERTED and not _REVERT_TEXT.search(error.text):
        return None
    return decode_revert(data or b"", error.text)


def _find_data(value: object) -> bytes | None:
    if isinstance(value, str) and (found := _HEX.fullmatch(value)):
        return bytes.fromhex(found[1])
    if isinstance(value, Mapping):
        # ganache nests the answer under the transaction's hash when it refuses a raw transaction
        candidates = [value.get(k) for k in ("data", "result", "output", "return")]
        candidates += [inner for inner in value.values() if isinstance(inner, Mapping)]
        return next((data for item in candidates if (data := _find_data(item)) is not None), None)
    return None
