"""Fixtures of the contract tests; afterwards every contract's events are checked for numbers and rolling hash."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.evm import rolling_hash
from support.world import World


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    for contract in (world.registry, world.log):
        claimed = contract.view("eventCount"), contract.view("eventHash")
        assert rolling_hash(contract.events()) == claimed
