"""Puts tests/ on the import path, so that tests in any folder share `small`; declares the options of this suite."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings

# what is tested is English, in any country, unless a test asks for another language
os.environ["VBP_LANG"] = "en"
os.environ.pop("VBP_FONT", None)

# a test that fails must fail again, and a busy machine is no failure
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--renew-golden", action="store_true", help="write tests/golden/*.json anew from what the program gives now"
    )
    parser.addoption(
        "--renew-images",
        action="store_true",
        help="draw tests/report/images/*.png anew, the pictures that charts match",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Each worker takes neighbours, so that what a module makes for its tests is made once; who is done helps out."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log) if config.getvalue("dist") == "load" else None


@pytest.fixture
def vbp(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Exit code, stdout and stderr of one command, called in this process."""
    from vbp_sim.cli import group
    from vbp_sim.cli.common import guarded

    def call(*args: object) -> tuple[int, str, str]:
        code = guarded(lambda: group.main([str(a) for a in args], prog_name="vbp", standalone_mode=False))
        return (code, *capsys.readouterr())

    return call
