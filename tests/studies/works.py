"""Runs for the tests of sweeps, instead of the simulation: trivial ones, and all ways to go wrong.

They are found by worker processes under this module's name. ``growth`` of the scenario says which run it is.
"""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from vbp_sim.scenario.load import Scenario

#: names a file whose presence says that something has happened once already
ONCE = "VBP_TEST_ONCE"
#: names a file that lets waiting runs go on
GATE = "VBP_TEST_GATE"


def trivial(scenario: Scenario, replication: int) -> Mapping[str, float]:
    """Takes no time."""
    return {"completion": scenario.spec.demand.growth, "margin": float(replication)}


def short(scenario: Scenario, replication: int) -> Mapping[str, float]:
    """Takes 20 ms."""
    time.sleep(0.02)
    return trivial(scenario, replication)


def held(scenario: Scenario, replication: int) -> Mapping[str, float]:
    """Takes 20 ms, but where growth is above 0.5 it waits until there is a file at the gate."""
    while scenario.spec.demand.growth > 0.5 and not Path(os.environ[GATE]).exists():
        time.sleep(0.01)
    return short(scenario, replication)


def busy(scenario: Scenario, replication: int) -> Mapping[str, float]:
    """Computes for 0.2 s of processor time."""
    end = time.process_time() + 0.2
    while time.process_time() < end:
        math.sqrt(2.0)
    return trivial(scenario, replication)


def raises(scenario: Scenario, replication: int) -> Mapping[str, float]:
    """Fails where growth is above 0.5."""
    if scenario.spec.demand.growth > 0.5:
        raise ZeroDivisionError(f"growth {scenario.spec.demand.growth:g} is too much")
    return trivial(scenario, replication)


def sleeps(scenario: Scenario, replication: int) -> Mapping[str, float]:
    """Hangs where growth is above 0.5."""
    while scenario.spec.demand.growth > 0.5:
        time.sleep(0.01)
    return trivial(scenario, replication)


def deaf(scenario: Scenario, replication: int) -> Mapping[str, float]:
    """Hangs outside Python where growth is above 0.5."""
    if scenario.spec.demand.growth > 0.5:
        time.sleep(600)
    return trivial(scenario, replication)


def poison(scenario: Scenario, replication: int) -> Mapping[str, float]:
    """Kills its worker where growth is above 0.5, every time."""
    if scenario.spec.demand.growth > 0.5:
        os.kill(os.getpid(), signal.SIGKILL)
    return trivial(scenario, replication)


def unlucky(scenario: Scenario, replication: int) -> Mapping[str, float]:
    """Kills its worker once, in some run in the middle."""
    mark = Path(os.environ[ONCE])
    if scenario.spec.demand.growth > 0.5 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return trivial(scenario, replication)


def ishigami(scenario: Scenario, replication: int) -> Mapping[str, float]:
    """The Ishigami function (a = 7, b = 0.1) of three values of the scenario, each in [0, 1]."""
    finance = scenario.spec.finance
    shares = np.array([[finance.fund_share, finance.insured_share, finance.on_time_share]])
    return {"completion": float(ishigami_of(shares)[0])}


def ishigami_of(shares: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The same for many points, (points, 3) to (points,)."""
    x, y, z = math.pi * (2 * shares.T - 1)
    return np.asarray(np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x))
