"""A node with bad habits: an HTTP proxy on 127.0.0.1 before a real node, which changes what the node said.

FISCO BCOS's habits are one set; the others are faults and lies. A quirk is a name in `quirks`, taken in or out while
the node runs. `calls` counts the methods that were asked.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import httpx

FISCO = frozenset({"truncate_logs", "ignore_block_tags", "milliseconds", "revert_as_error", "lower_case_only"})

Answer = dict[str, Any]
_TAG_AT = {"eth_call": 1, "eth_getCode": 1, "eth_getBalance": 1, "eth_getTransactionCount": 1, "eth_getStorageAt": 2}
_BODIES: dict[str, tuple[int, bytes]] = {
    "html": (200, b"<html><body>Please log in</body></html>"),
    "server_error": (500, b"oops"),
    "truncated_json": (200, b'{"jsonrpc":"2.0","id":1,"result":"0x'),
    "invalid_utf8": (200, b"\xff\xfe\xfa"),
    "huge": (200, b'{"result":"' + b"0" * (40 << 20) + b'"}'),
    "redirect": (302, b""),
}


class QuirkNode:
    """`with QuirkNode(url, "truncate_logs") as node: node.url`. `times` limits how many answers suffer; None: all."""

    def __init__(self, upstream: str, *quirks: str, times: int | None = None) -> None:
        self.quirks = set(quirks)
        self.times = times
        self.calls: Counter[str] = Counter()
        self.hidden_sequences: set[int] = set()
        self.delay_s = 0.5
        self._upstream = upstream
        self._http = httpx.Client(trust_env=False, timeout=30)
        self._stale: str | None = None
        node = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # or each answer waits 40 ms

            def do_POST(self) -> None:
                node._serve(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._http.close()

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        question = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        self.calls[question["method"]] += 1
        active = self._active()
        if "delay" in active:
            time.sleep(self.delay_s)
        if "reset" in active:
            # an RST, not a FIN: the client sees a broken connection
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.close_connection = True
            handler.connection.close()
            return
        status, body = next((_BODIES[q] for q in active if q in _BODIES), (0, b""))
        if not status:
            status, body = 200, json.dumps(self._answer(question, active)).encode()
        try:
            handler.send_response(status)
            if status == 302:
                handler.send_header("Location", self._upstream)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)
        except ConnectionError:
            handler.close_connection = True

    def _active(self) -> frozenset[str]:
        if self.times is not None:
            if self.times <= 0:
                return frozenset()
            self.times -= 1
        return frozenset(self.quirks)

    def _answer(self, question: dict[str, Any], active: frozenset[str]) -> Answer:
        asked = self._bend_question(question, active)
        answer: Answer = self._http.post(self._upstream, json=asked).json()
        answer["id"] = question["id"]
        for name in sorted(active):
            if bend := _BENDS.get(name):
                answer = bend(self, asked, answer)
        return answer

    def _bend_question(self, question: dict[str, Any], active: frozenset[str]) -> dict[str, Any]:
        method, parameters = question["method"], json.loads(json.dumps(question["params"]))
        if "ignore_block_tags" in active and method in _TAG_AT:
            parameters[_TAG_AT[method] :] = ["latest"]
        if "truncate_logs" in active and method == "eth_getLogs":
            first, last = int(parameters[0]["fromBlock"], 16), int(parameters[0]["toBlock"], 16)
            parameters[0]["toBlock"] = hex(min(last, first + 9))
        return {**question, "params": parameters}

    def upstream(self, method: str, *parameters: Any) -> Any:
        asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(parameters)}
        return self._http.post(self._upstream, json=asked).json().get("result")

    def _sequence(self, log: Answer) -> int:
        return int(log["topics"][1], 16) if len(log["topics"]) > 1 else -1


def _on(method: str) -> Callable[[Callable[[QuirkNode, Any, Any], Any]], Callable[..., Answer]]:
    """A bend of one method's results."""

    def decorate(bend: Callable[[QuirkNode, Any, Any], Any]) -> Callable[..., Answer]:
        def apply(node: QuirkNode, asked: Answer, answer: Answer) -> Answer:
            if not asked["method"].startswith(method) or answer.get("result") is None:
                return answer
            return {**answer, "result": bend(node, asked["params"], answer["result"])}

        return apply

    return decorate


@_on("eth_getBlockBy")
def _milliseconds(_node: QuirkNode, _asked: Any, block: Any) -> Any:
    return {**block, "timestamp": hex(int(block["timestamp"], 16) * 1000)}


@_on("eth_getLogs")
def _lower_case_only(_node: QuirkNode, asked: Any, logs: Any) -> Any:
    return logs if asked[0]["address"] == asked[0]["address"].lower() else []


@_on("eth_getLogs")
def _omit_logs(node: QuirkNode, _asked: Any, logs: Any) -> Any:
    return [log for log in logs if node._sequence(log) not in node.hidden_sequences]


@_on("eth_getLogs")
def _forge_logs(_node: QuirkNode, _asked: Any, logs: Any) -> Any:
    """Adds to the first log a second of the same number that says something else."""
    forged = [{**log, "data": log["data"][:-1] + ("0" if log["data"][-1] != "0" else "1")} for log in logs[-1:]]
    return logs + forged


@_on("eth_getLogs")
def _alter_logs(_node: QuirkNode, _asked: Any, logs: Any) -> Any:
    """Changes the last word of each event's data, where it keeps its form."""
    return [{**log, "data": log["data"][:-1] + ("0" if log["data"][-1] != "0" else "1")} for log in logs]


@_on("eth_getLogs")
def _move_logs(_node: QuirkNode, asked: Any, logs: Any) -> Any:
    """Tells a later block for the last event, as long as it lies in the range that was asked for."""
    last = int(asked[0]["toBlock"], 16)
    return logs[:-1] + [{**log, "blockNumber": hex(min(int(log["blockNumber"], 16) + 1, last))} for log in logs[-1:]]


@_on("eth_chainId")
def _wrong_chain_id(_node: QuirkNode, _asked: Any, _chain_id: Any) -> Any:
    return "0x1"


@_on("eth_getCode")
def _other_code(_node: QuirkNode, _asked: Any, code: Any) -> Any:
    return code + "00"


@_on("eth_gasPrice")
def _absurd_price(_node: QuirkNode, _asked: Any, _price: Any) -> Any:
    return hex(10**24)


@_on("eth_blockNumber")
def _stale_head(node: QuirkNode, _asked: Any, number: Any) -> Any:
    node._stale = node._stale or number
    return node._stale


@_on("eth_getTransactionByHash")
def _other_input(_node: QuirkNode, _asked: Any, transaction: Any) -> Any:
    """Another byte at the end of what a transaction calls a contract with."""
    changed = "1" if transaction["input"][-1] == "0" else "0"
    return {**transaction, "input": transaction["input"][:-1] + changed}


@_on("eth_getTransactionReceipt")
def _receipt_failed(_node: QuirkNode, _asked: Any, receipt: Any) -> Any:
    return {**receipt, "status": "0x0" if receipt["status"] == "0x1" else "0x1"}


@_on("eth_getTransactionReceipt")
def _receipt_of_another(_node: QuirkNode, _asked: Any, receipt: Any) -> Any:
    return {**receipt, "transactionHash": "0x" + "ab" * 32}


@_on("eth_getTransactionReceipt")
def _receipt_of_another_block(node: QuirkNode, _asked: Any, receipt: Any) -> Any:
    """A success in a block that exists but does not hold the transaction."""
    block = node.upstream("eth_getBlockByNumber", hex(int(receipt["blockNumber"], 16) - 1), False)
    logs = [{**log, "blockNumber": block["number"], "blockHash": block["hash"]} for log in receipt["logs"]]
    return {**receipt, "blockNumber": block["number"], "blockHash": block["hash"], "logs": logs}


@_on("eth_getTransactionReceipt")
def _receipt_wrong_hash(_node: QuirkNode, _asked: Any, receipt: Any) -> Any:
    return {**receipt, "blockHash": "0x" + "cd" * 32}


@_on("eth_getTransactionReceipt")
def _receipt_without_logs(_node: QuirkNode, _asked: Any, receipt: Any) -> Any:
    return {**receipt, "logs": []}


@_on("eth_getTransactionReceipt")
def _receipt_forged_logs(_node: QuirkNode, _asked: Any, receipt: Any) -> Any:
    return {**receipt, "logs": [{**log, "logIndex": "0x63"} for log in receipt["logs"]]}


def _never_mined(_node: QuirkNode, asked: Answer, answer: Answer) -> Answer:
    return {**answer, "result": None} if asked["method"] == "eth_getTransactionReceipt" else answer


def _wrong_id(_node: QuirkNode, _asked: Answer, answer: Answer) -> Answer:
    return {**answer, "id": answer["id"] + 1}


def _revert_as_error(node: QuirkNode, asked: Answer, answer: Answer) -> Answer:
    """As FISCO BCOS answers a raw transaction that reverts: an error instead of its hash."""
    if asked["method"] != "eth_sendRawTransaction" or "result" not in answer:
        return answer
    receipt = node.upstream("eth_getTransactionReceipt", answer["result"])
    if receipt is None or receipt["status"] == "0x1":
        return answer
    error = {"code": -32000, "message": "execution reverted", "data": None}
    return {"jsonrpc": "2.0", "id": answer["id"], "error": error}


_BENDS: dict[str, Callable[[QuirkNode, Answer, Answer], Answer]] = {
    "milliseconds": _milliseconds,
    "lower_case_only": _lower_case_only,
    "omit_logs": _omit_logs,
    "forge_logs": _forge_logs,
    "alter_logs": _alter_logs,
    "move_logs": _move_logs,
    "wrong_chain_id": _wrong_chain_id,
    "other_code": _other_code,
    "absurd_price": _absurd_price,
    "stale_head": _stale_head,
    "other_input": _other_input,
    "receipt_failed": _receipt_failed,
    "receipt_of_another": _receipt_of_another,
    "receipt_of_another_block": _receipt_of_another_block,
    "receipt_wrong_hash": _receipt_wrong_hash,
    "receipt_without_logs": _receipt_without_logs,
    "receipt_forged_logs": _receipt_forged_logs,
    "never_mined": _never_mined,
    "wrong_id": _wrong_id,
    "revert_as_error": _revert_as_error,
}
