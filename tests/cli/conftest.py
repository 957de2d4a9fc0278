"""Calls the command line in this process and catches what it prints."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from vbp_sim.cli import group
from vbp_sim.cli.common import guarded


class Ended(NamedTuple):
    code: int
    out: str
    err: str


Call = Callable[..., Ended]


@pytest.fixture
def vbp(capsys: pytest.CaptureFixture[str]) -> Call:
    def call(*args: object) -> Ended:
        code = guarded(lambda: group.main([str(a) for a in args], prog_name="vbp", standalone_mode=False))
        return Ended(code, *capsys.readouterr())

    return call
