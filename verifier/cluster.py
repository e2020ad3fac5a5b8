"""Judges on a Dask cluster: each worker process of the cluster keeps one, as a Dask actor.

Every worker reads the audit folder under the same path (a shared file system). What workers send is unpickled here and
there: only a cluster of the auditor's own, on a network of his own or with Dask's TLS, may be asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

from ledger.errors import InputError, SourceError
from ledger.registry import Registry
from ledger.statement import Domain
from verifier.evidence import Bundles
from verifier.lateness import AnchorDays
from verifier.workers import Asked, RoundJudge, Told

_TIMEOUT_S: Final = 10


class Cluster:
    """The judges on the cluster whose scheduler is at `address`, such as `tcp://127.0.0.1:8786`.

    Raises `InputError` CLUSTER_NOT_INSTALLED without Dask, `SourceError` CLUSTER_UNREACHABLE without a scheduler or
    without any worker.
    """

    def __init__(self, address: str, bundles: Bundles, domain: Domain, registry: Registry, days: AnchorDays) -> None:
        try:
            connect: Any = import_module("distributed").Client
        except ImportError:
            raise InputError("CLUSTER_NOT_INSTALLED") from None
        try:
            self._client: Final = connect(address, timeout=_TIMEOUT_S, set_as_default=False)
        except (OSError, ValueError) as err:
            raise SourceError("CLUSTER_UNREACHABLE", got=address) from err
        workers = sorted(self._client.scheduler_info(n_workers=-1)["workers"])
        if not workers:
            self._client.close()
            raise SourceError("CLUSTER_UNREACHABLE", got=address)
        # the cluster lets go of an actor when nobody holds the future that made it
        self._hired: Final[list[Any]] = [
            self._client.submit(RoundJudge, bundles, domain, registry, days, workers=[w], actor=True, pure=False)
            for w in workers
        ]
        self._judges: Final[list[Any]] = [one.result() for one in self._hired]
        self._asked: Final[dict[int, Asked]] = {}

    def __len__(self) -> int:
        return len(self._judges)

    def ask(self, judge: int, learn: Sequence[Told], begin: Sequence[int]) -> Asked:
        """Sends it the round, once it answered the one before: two calls may reach an actor in either order."""
        if judge in self._asked:
            self._asked[judge].result()
        with self._client.as_current():  # an actor asks by the client of the moment
            asked: Asked = self._judges[judge].play(learn, begin)
        self._asked[judge] = asked
        return asked

    def dismiss(self) -> None:
        """Lets go of the judges; the cluster stays."""
        self._judges.clear()
        self._hired.clear()
        self._asked.clear()
        self._client.close()
