"""Judging bundles in rounds, with several judges who teach one another the facts of each bundle, in log order.

In a round each judge first learns the facts of all bundles of the round before and finishes those that it holds, then
judges its bundles of this round by themselves and tells their facts. So a judge remembers facts of the whole log, but
holds contents of a few bundles only. Where the judges are, in this process, in others of this machine or on a cluster,
changes nothing of what they say.
"""

from __future__ import annotations

import gc
import multiprocessing
import pickle
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from typing import Any, Final, NamedTuple, Protocol

from ledger.errors import SourceError
from ledger.registry import Registry
from ledger.statement import Domain
from verifier.evidence import Bundles, bundle_count
from verifier.judge import BundleResult, Judge
from verifier.notes import Notes

Progress = Callable[[int, int], None]
"""Told the bundles done and their number."""

_ROUND: Final = 8
"""Bundles that a judge begins in one round: enough that nobody waits long for the slowest, and few enough to hold."""
_COLLECT_AFTER: Final = 1_000_000
"""Objects more than before until a process looks for cycles: contents wait by the hundred thousand and have none."""

Told = tuple[int, bytes]
"""A bundle's number and its facts."""


class Answer(NamedTuple):
    """What one judge says in a round: results of bundles that it finished, facts of those that it began."""

    results: Sequence[BundleResult]
    facts: Sequence[Told]


class Asked(Protocol):
    """A judge who was asked and will answer."""

    def result(self) -> Answer:
        """The answer; waits for it, and raises what the judge raised."""


class Judges(Protocol):
    """Several judges who work at the same time."""

    def __len__(self) -> int:
        """How many."""

    def ask(self, judge: int, learn: Sequence[Told], begin: Sequence[int]) -> Asked:
        """Has one of them do its part of a round; nobody is asked again before he answered."""

    def dismiss(self) -> None:
        """Ends them, whether or not their work is done."""


class RoundJudge:
    """A judge of rounds, whose facts travel as bytes."""

    def __init__(self, bundles: Bundles, domain: Domain, registry: Registry) -> None:
        self._judge: Final = Judge(bundles, domain, registry)

    def play(self, learn: Sequence[Told], begin: Sequence[int]) -> Answer:
        """One round. Raises what reading raises."""
        learnt = (self._judge.learn(number, pickle.loads(facts)) for number, facts in learn)  # noqa: S301 - a judge's
        results = [result for result in learnt if result is not None]
        return Answer(results, [(n, pickle.dumps(self._judge.alone(n), pickle.HIGHEST_PROTOCOL)) for n in begin])


def judge_bundles(judges: Judges, size: int, notes: Notes, progress: Progress | None = None) -> Iterator[BundleResult]:
    """The results of all bundles of a log of `size` in log order; those in `notes` are not judged again.

    Raises what reading raises, and `SourceError` WORKER_DIED.
    """
    count = bundle_count(size)
    told: list[Told] = []
    for facts, result in notes.kept():
        told.append((len(told), facts))
        yield result
    waiting: list[Told] = []
    for first in range(len(told), count + _ROUND * len(judges), _ROUND * len(judges)):
        begun = range(first, min(first + _ROUND * len(judges), count))
        asked = [judges.ask(j, told, begun[j :: len(judges)]) for j in range(len(judges))]
        answers = [one.result() for one in asked]
        results = sorted((r for answer in answers for r in answer.results), key=lambda result: result.number)
        for (_, facts), result in zip(waiting, results, strict=True):
            notes.keep(facts, result)
            yield result
        waiting = told = sorted(one for answer in answers for one in answer.facts)
        if progress:
            progress(min(first, count), count)


class Here:
    """One judge in this process."""

    def __init__(self, bundles: Bundles, domain: Domain, registry: Registry) -> None:
        self._judge: Final = RoundJudge(bundles, domain, registry)

    def __len__(self) -> int:
        return 1

    def ask(self, judge: int, learn: Sequence[Told], begin: Sequence[int]) -> Asked:  # noqa: ARG002 - there is but one
        """Has it done at once."""
        return _Answered(self._judge.play(learn, begin))

    def dismiss(self) -> None:
        """Nothing to end."""


class _Answered(NamedTuple):
    answer: Answer

    def result(self) -> Answer:
        return self.answer


class Team:
    """Judges in processes of this machine."""

    def __init__(self, bundles: Bundles, domain: Domain, registry: Registry, workers: int) -> None:
        # forked where that exists: the registry's history need not be sent and nothing is imported again
        methods = multiprocessing.get_all_start_methods()
        context: Any = multiprocessing.get_context("fork" if "fork" in methods else "spawn")
        self._ends: Final[list[Connection]] = []
        self._processes: Final[list[Any]] = []
        for _ in range(workers):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, bundles, domain, registry), daemon=True)
            process.start()
            theirs.close()
            self._ends.append(ours)
            self._processes.append(process)

    def __len__(self) -> int:
        return len(self._processes)

    def ask(self, judge: int, learn: Sequence[Told], begin: Sequence[int]) -> Asked:
        """Sends it the round. Raises `SourceError` WORKER_DIED."""
        try:
            self._ends[judge].send((learn, begin))
        except OSError:
            raise SourceError("WORKER_DIED") from None
        return _Sent(self._ends[judge])

    def dismiss(self) -> None:
        """Ends the processes, whether or not their work is done."""
        for process in self._processes:
            process.terminate()
        for process, end in zip(self._processes, self._ends, strict=True):
            process.join()
            end.close()


class _Sent(NamedTuple):
    end: Connection

    def result(self) -> Answer:
        try:
            answer: Answer | Exception = self.end.recv()
        except (EOFError, OSError):
            raise SourceError("WORKER_DIED") from None
        if isinstance(answer, Exception):
            raise answer
        return answer


def _work(end: Connection, bundles: Bundles, domain: Domain, registry: Registry) -> None:
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)
    judge = RoundJudge(bundles, domain, registry)
    try:
        while True:
            end.send(judge.play(*end.recv()))
    except EOFError:
        return
    except Exception as err:  # noqa: BLE001 - the asking process raises it again
        end.send(err)
