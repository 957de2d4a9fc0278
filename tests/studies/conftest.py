"""Calls the command line in this process, for the tests of studies."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from vbp_sim.cli import group
from vbp_sim.cli.common import guarded


@pytest.fixture
def vbp(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Exit code, stdout and stderr of one command."""

    def call(*args: object) -> tuple[int, str, str]:
        code = guarded(lambda: group.main([str(a) for a in args], prog_name="vbp", standalone_mode=False))
        return (code, *capsys.readouterr())

    return call
