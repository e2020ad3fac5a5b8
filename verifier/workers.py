"""Judging bundles in several processes that teach one another the facts of each bundle, in log order.

Each process judges its bundles alone, sends their facts, and finishes them once the facts of all earlier bundles came
back; so a process remembers facts of the whole log, but holds contents of a few bundles only.
"""

from __future__ import annotations

import gc
import multiprocessing
import pickle
from collections.abc import Callable, Iterator
from multiprocessing.queues import Queue
from queue import Empty
from typing import Any, Final

from ledger.errors import SourceError
from ledger.registry import Registry
from ledger.statement import Domain
from verifier.evidence import Bundles, bundle_count
from verifier.judge import BundleResult, Facts, Judge

Progress = Callable[[int, int], None]
"""Told the bundles done and their number."""

_AHEAD: Final = 3
"""Bundles that a process may have begun and not finished."""
_POLL_S: Final = 1.0
_COLLECT_AFTER: Final = 1_000_000
"""Objects more than before until a process looks for cycles: contents wait by the hundred thousand and have none."""


def judge_bundles(
    bundles: Bundles, domain: Domain, registry: Registry, workers: int, progress: Progress | None
) -> Iterator[BundleResult]:
    """The results of all bundles in log order. Raises what reading raises, `SourceError` WORKER_DIED."""
    count = bundle_count(bundles.size)
    if workers <= 1 or count < 2 * workers:
        yield from _judge_here(bundles, domain, registry, count, progress)
        return
    team = _Team(bundles, domain, registry, workers)
    try:
        yield from team.judge(count, progress)
    finally:
        team.dismiss()


def _judge_here(
    bundles: Bundles, domain: Domain, registry: Registry, count: int, progress: Progress | None
) -> Iterator[BundleResult]:
    judge = Judge(bundles, domain, registry)
    for number in range(count):
        result = judge.learn(number, judge.alone(number))
        if result is not None:
            yield result
        if progress:
            progress(number + 1, count)


class _Team:
    """The processes and the queues between them and this one."""

    def __init__(self, bundles: Bundles, domain: Domain, registry: Registry, workers: int) -> None:
        # forked where that exists: the registry's history need not be sent and nothing is imported again
        methods = multiprocessing.get_all_start_methods()
        context: Any = multiprocessing.get_context("fork" if "fork" in methods else "spawn")
        self._answers: Final[Queue[Any]] = context.Queue()
        self._tasks: Final[list[Queue[Any]]] = [context.Queue() for _ in range(workers)]
        self._processes: Final = [
            context.Process(target=_work, args=(tasks, self._answers, bundles, domain, registry), daemon=True)
            for tasks in self._tasks
        ]
        for process in self._processes:
            process.start()

    def judge(self, count: int, progress: Progress | None) -> Iterator[BundleResult]:
        """Deals out bundles, passes facts on in log order, and yields results in log order."""
        for number in range(min(count, _AHEAD * len(self._tasks))):
            self._deal(number)
        facts: dict[int, bytes] = {}
        results: dict[int, BundleResult] = {}
        taught = yielded = 0
        while yielded < count:
            kind, number, payload = self._next_answer()
            if kind == "error":
                raise payload
            if kind == "facts":
                facts[number] = payload
                while taught in facts:
                    self._teach(taught, facts.pop(taught))
                    taught += 1
                continue
            results[number] = payload
            if (further := number + _AHEAD * len(self._tasks)) < count:
                self._deal(further)
            while yielded in results:
                yield results.pop(yielded)
                yielded += 1
                if progress:
                    progress(yielded, count)

    def _deal(self, number: int) -> None:
        self._tasks[number % len(self._tasks)].put(("alone", number, None))

    def _teach(self, number: int, facts: bytes) -> None:
        for tasks in self._tasks:
            tasks.put(("learn", number, facts))

    def _next_answer(self) -> tuple[str, int, Any]:
        while True:
            try:
                answer: tuple[str, int, Any] = self._answers.get(timeout=_POLL_S)
            except Empty:
                if not all(process.is_alive() for process in self._processes):
                    raise SourceError("WORKER_DIED") from None
            else:
                return answer

    def dismiss(self) -> None:
        """Ends the processes, whether or not their work is done."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join()
        for queue in (*self._tasks, self._answers):
            queue.close()
            queue.cancel_join_thread()


def _work(tasks: Queue[Any], answers: Queue[Any], bundles: Bundles, domain: Domain, registry: Registry) -> None:
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)
    judge = Judge(bundles, domain, registry)
    try:
        while True:
            task, number, payload = tasks.get()
            if task == "alone":
                answers.put(("facts", number, pickle.dumps(judge.alone(number), pickle.HIGHEST_PROTOCOL)))
                continue
            facts: Facts = pickle.loads(payload)  # noqa: S301 - from our own process
            if (result := judge.learn(number, facts)) is not None:
                answers.put(("result", number, result))
    except Exception as err:  # noqa: BLE001 - the asking process raises it again
        answers.put(("error", -1, err))
