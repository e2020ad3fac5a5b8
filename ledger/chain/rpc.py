"""JSON-RPC over HTTP that believes nothing: bounded time and size, no redirects, one answer to each question."""

from __future__ import annotations

import itertools
import time
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import httpx
import orjson
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from ledger.chain.errors import AnswerTooLargeError, NodeError, RpcError
from ledger.errors import InputError

MAX_ANSWER_BYTES: Final = 32 << 20
"""Largest answer read; a page of logs that exceeds it is asked for in smaller parts."""
TIMEOUT_S: Final = 10.0
ATTEMPTS: Final = 4
_FIRST_WAIT_S: Final = 0.1
_LONGEST_WAIT_S: Final = 2.0
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class _PassingError(NodeError):
    """Worth another attempt."""


class Rpc:
    """A node's JSON-RPC endpoint.

    `timeout_s` bounds each attempt as a whole, not only the gaps between its bytes. Resending is harmless for all that
    is sent here: questions, and transactions whose bytes are signed already. Usable from several threads.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout_s: float = TIMEOUT_S,
        attempts: int = ATTEMPTS,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise InputError("NODE_URL", got=url[:200])
        self.url: Final = url
        self._timeout_s: Final = timeout_s
        self._attempts: Final = attempts
        self._max_answer_bytes: Final = max_answer_bytes
        self._numbers: Final = itertools.count(1)
        # a proxy from the environment must not stand between this machine and itself
        trust_env = parts.hostname not in _LOOPBACK
        self._http: Final = httpx.Client(timeout=timeout_s, follow_redirects=False, trust_env=trust_env)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, err: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def ask(self, method: str, *parameters: Any) -> Any:
        """The result of one call.

        Raises `NodeError` NODE_UNREACHABLE, NODE_ANSWER (not JSON-RPC) or NODE_ANSWER_TOO_LARGE, and `RpcError` when
        the node answers with an error.
        """
        retrying = Retrying(
            stop=stop_after_attempt(self._attempts),
            wait=wait_random_exponential(multiplier=_FIRST_WAIT_S, max=_LONGEST_WAIT_S),
            retry=retry_if_exception_type(_PassingError),
            reraise=True,
        )
        return retrying(self._ask_once, method, parameters)

    def _ask_once(self, method: str, parameters: tuple[Any, ...]) -> Any:
        number = next(self._numbers)
        question = {"jsonrpc": "2.0", "id": number, "method": method, "params": list(parameters)}
        try:
            with self._http.stream("POST", self.url, json=question) as response:
                body = self._read(response)
                status = response.status_code
        except httpx.HTTPError as err:
            raise _PassingError("NODE_UNREACHABLE", url=self.url, got=f"{type(err).__name__}: {err}"[:200]) from err
        try:
            answer = orjson.loads(body)
        except ValueError as err:
            raise self._malformed(f"HTTP {status}, {body[:80]!r}") from err
        return self._result(method, number, status, answer)

    def _read(self, response: httpx.Response) -> bytes:
        deadline = time.monotonic() + self._timeout_s
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > self._max_answer_bytes:
                raise AnswerTooLargeError("NODE_ANSWER_TOO_LARGE", url=self.url, limit=self._max_answer_bytes)
            if time.monotonic() > deadline:
                raise _PassingError("NODE_UNREACHABLE", url=self.url, got=f"no end after {self._timeout_s} s")
        return bytes(body)

    def _result(self, method: str, number: int, status: int, answer: Any) -> Any:
        if not isinstance(answer, dict) or answer.get("id") != number:
            raise self._malformed(f"HTTP {status}, {answer!r:.80}")
        error = answer.get("error")
        if isinstance(error, dict):
            raise RpcError(method, error)
        if error is not None or status != httpx.codes.OK or "result" not in answer:
            raise self._malformed(f"HTTP {status}, {answer!r:.80}")
        return answer["result"]

    def _malformed(self, got: str) -> NodeError:
        return _PassingError("NODE_ANSWER", url=self.url, got=got)
