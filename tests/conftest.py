"""Puts tests/ on the import path, so that tests in any folder share `small`; declares the options of this suite."""

from __future__ import annotations

import pytest
from hypothesis import settings

# a test that fails must fail again, and a busy machine is no failure
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--renew-golden", action="store_true", help="write tests/golden/*.json anew from what the program gives now"
    )
