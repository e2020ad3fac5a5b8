"""Judging bundles in rounds, with several judges who teach one another the facts of each bundle, in log order.

In a round each judge first learns the facts of all bundles of an earlier round and finishes those that it holds, then
judges its bundles of this round by themselves and tells their facts. So a judge remembers facts of the whole log, but
holds contents of a few bundles only. It is asked for the next round while it plays one, so that nobody waits for the
slowest. Where the judges are, in this process, in others of this machine or on a cluster, changes nothing of what they
say.
"""

from __future__ import annotations

import gc
import multiprocessing
import pickle
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any, Final, NamedTuple, Protocol

from ledger.errors import SourceError
from ledger.registry import Registry
from ledger.statement import Domain
from verifier.evidence import Bundles, bundle_count
from verifier.judge import BundleResult, Judge
from verifier.lateness import AnchorDays
from verifier.notes import Notes

Progress = Callable[[int, int], None]
"""Told the bundles done and their number."""

_ROUND: Final = 4
"""Bundles that a judge begins in one round: enough that asking costs little, and few enough to hold."""
_AHEAD: Final = 2
"""Rounds that a judge was asked for and has not answered."""
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
        """Has one of them do its part of a round, after all that he was asked before."""

    def dismiss(self) -> None:
        """Ends them, whether or not their work is done."""


class RoundJudge:
    """A judge of rounds, whose facts travel as bytes."""

    def __init__(self, bundles: Bundles, domain: Domain, registry: Registry, days: AnchorDays) -> None:
        self._judge: Final = Judge(bundles, domain, registry, days)

    def play(self, learn: Sequence[Told], begin: Sequence[int]) -> Answer:
        """One round. Raises what reading raises."""
        learnt = (self._judge.learn(number, pickle.loads(facts)) for number, facts in learn)  # noqa: S301 - a judge's
        results = [result for result in learnt if result is not None]
        return Answer(results, [(n, pickle.dumps(self._judge.alone(n), pickle.HIGHEST_PROTOCOL)) for n in begin])


def judge_bundles(judges: Judges, size: int, notes: Notes, progress: Progress | None = None) -> Iterator[BundleResult]:
    """The results of all bundles of a log of `size` in log order; those in `notes` are not judged again.

    Raises what reading raises, and `SourceError` WORKER_DIED.
    """
    count, step = bundle_count(size), _ROUND * len(judges)
    learn: list[Told] = []
    for facts, result in notes.kept():
        learn.append((len(learn), facts))
        yield result
    told: deque[list[Told]] = deque()
    asked: deque[list[Asked]] = deque()
    for first in range(len(learn), count + _AHEAD * step, step):
        if len(asked) == _AHEAD:
            learn, results = _gathered(asked.popleft())
            yield from _kept(notes, told, results)
            told.append(learn)
        begun = range(min(first, count), min(first + step, count))
        asked.append([judges.ask(j, learn, begun[j :: len(judges)]) for j in range(len(judges))])
        learn = []
        if progress:
            progress(begun.start, count)
    for last in asked:
        yield from _kept(notes, told, _gathered(last)[1])


def _gathered(asked: Sequence[Asked]) -> tuple[list[Told], list[BundleResult]]:
    """What all judges say of a round, in log order."""
    answers = [one.result() for one in asked]
    facts = sorted(fact for answer in answers for fact in answer.facts)
    return facts, sorted((r for answer in answers for r in answer.results), key=lambda result: result.number)


def _kept(notes: Notes, told: deque[list[Told]], results: Sequence[BundleResult]) -> Iterator[BundleResult]:
    """The results of the round whose facts were told first, if any came."""
    if not results:
        return
    for (_, facts), result in zip(told.popleft(), results, strict=True):
        notes.keep(facts, result)
        yield result


class Here:
    """One judge in this process."""

    def __init__(self, bundles: Bundles, domain: Domain, registry: Registry, days: AnchorDays) -> None:
        self._judge: Final = RoundJudge(bundles, domain, registry, days)

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

    def __init__(self, bundles: Bundles, domain: Domain, registry: Registry, days: AnchorDays, workers: int) -> None:
        # forked where that exists: the registry's history need not be sent and nothing is imported again
        methods = multiprocessing.get_all_start_methods()
        context: Any = multiprocessing.get_context("fork" if "fork" in methods else "spawn")
        self._ends: Final[list[Connection]] = []
        self._processes: Final[list[Any]] = []
        # a pipe takes little: whoever sent a round himself would wait until the judge reads, who waits for his reader
        self._senders: Final = [ThreadPoolExecutor(1) for _ in range(workers)]
        for _ in range(workers):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, bundles, domain, registry, days), daemon=True)
            process.start()
            theirs.close()
            self._ends.append(ours)
            self._processes.append(process)

    def __len__(self) -> int:
        return len(self._processes)

    def ask(self, judge: int, learn: Sequence[Told], begin: Sequence[int]) -> Asked:
        """Sends it the round."""
        self._senders[judge].submit(self._ends[judge].send, (learn, begin))
        return _Sent(self._ends[judge])

    def dismiss(self) -> None:
        """Ends the processes, whether or not their work is done."""
        for process in self._processes:
            process.terminate()
        for process, sender, end in zip(self._processes, self._senders, self._ends, strict=True):
            process.join()
            sender.shutdown()
            end.close()


class _Sent(NamedTuple):
    end: Connection

    def result(self) -> Answer:
        """Raises `SourceError` WORKER_DIED."""
        try:
            answer: Answer | Exception = self.end.recv()
        except (EOFError, OSError):
            raise SourceError("WORKER_DIED") from None
        if isinstance(answer, Exception):
            raise answer
        return answer


def _work(end: Connection, bundles: Bundles, domain: Domain, registry: Registry, days: AnchorDays) -> None:
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)
    judge = RoundJudge(bundles, domain, registry, days)
    try:
        while True:
            end.send(judge.play(*end.recv()))
    except EOFError:
        return
    except Exception as err:  # noqa: BLE001 - the asking process raises it again
        end.send(err)
