from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def processes() -> Iterator[ForkServerContext]:
    """Starts processes in some milliseconds: the imports are done once."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["support.anchoring", "support.careless"])
    with pytest.MonkeyPatch.context() as patch:
        # the server finds modules to preload by the environment only
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
        yield context


@pytest.fixture
def started(processes: ForkServerContext) -> Iterator[Callable[..., Any]]:
    """Starts processes that are killed at the end, whatever happens."""
    running: list[Any] = []

    def start(target: Callable[..., None], *arguments: Any) -> Any:
        process = processes.Process(target=target, args=arguments)
        process.start()
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.join(10)
