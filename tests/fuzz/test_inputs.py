"""A thousand mutated scenarios and markets: an answer for each, with no traceback, no hang, no absurd number.

What `vbp check` passes runs, and what it adds up to is right; what it refuses is said with a place. The case of a
number is the same on every machine: ``inputs.drawn(f"{SEED}-{number}")``.
"""

from __future__ import annotations

import json
import math
import re
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import inputs
import numpy as np
import pytest
from small import total

from vbp_sim.errors import CONTROL
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.load import load_scenario

SEED = 2026
BATCHES, EACH = 100, 10
#: seconds of computing after which a command hangs; of one that solves an equilibrium for each drug, some seconds each
MOST_SECONDS, TO_SOLVE = 20, 60
#: of the cases that run, one in so many makes a report
REPORTS = 4
CLOSE = {"rtol": 1e-9, "atol": 1e-6}

Vbp = Callable[..., tuple[int, str, str]]
Table = Mapping[str, np.ndarray[Any, Any]]


@pytest.mark.parametrize(
    "batch", [pytest.param(batch, marks=[pytest.mark.slow] if batch else []) for batch in range(BATCHES)]
)
def test_every_input_is_answered(batch: int, vbp: Vbp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VBP_CACHE", str(tmp_path / "cache"))
    wrong = []
    for number in range(batch * EACH, (batch + 1) * EACH):
        case = inputs.drawn(f"{SEED}-{number}")
        with pytest.MonkeyPatch.context() as patch:
            folder = tmp_path / str(number)
            folder.mkdir()
            patch.chdir(folder)
            try:
                answered(case, number, folder, vbp)
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                last = "".join(traceback.format_exception(error)[-3:])
                wrong.append(f"case {number} ({', '.join(case.done)}): {last}")
    assert not wrong, "\n\n".join(wrong)


def answered(case: inputs.Case, number: int, folder: Path, vbp: Vbp) -> None:
    """What must hold of a case; every second one that has variants runs the last of them."""
    file = case.write(folder)
    code, said = called(vbp, "check", file.name)
    assert code in (0, 2)
    if code == 2:
        assert re.match(r"(scenario\.yaml|\S*market\S*|markets/\S+\.csv)(:\d+)*", said), said
        return
    variants = [*load_scenario(file).spec.variants][-1:] if number % 2 else []
    chosen = [word for name in variants for word in ("--variant", name)]
    code, said = called(vbp, "run", file.name, "--out", "run", "--replications", 1, "--no-figures", *chosen)
    if "no equilibrium of" in said:
        return  # only solving can show it, and the message says what to do
    assert code == 0, f"check passes what the run refuses: {said}"
    adds_up(RunFolder.open(folder / "run"))
    if number % REPORTS == 0:
        code, said = called(vbp, "report", "run")
        assert code == 0, said


def called(vbp: Vbp, *words: object) -> tuple[int, str]:
    """Exit code and stderr of a command that neither hangs nor computes with what is no number."""
    solves = any(b"equilibrium" in file.read_bytes() for file in Path.cwd().glob("*.yaml"))
    with warnings.catch_warnings(), bounded(TO_SOLVE if solves else MOST_SECONDS):
        warnings.simplefilter("error", RuntimeWarning)
        code, _, said = vbp(*words)
    assert code in (0, 1, 2)
    assert (code == 0) or said.strip()
    assert "Traceback" not in said
    assert CONTROL.search(said) is None, ascii(said)
    return code, said


class Hang(BaseException):
    """No answer in time. No `Exception`, so that nobody takes it for an error of the input."""


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Stop what computes longer, where the platform can; the time that others take on a busy machine is not counted."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*_: object) -> None:
        raise Hang(f"no answer after {seconds} s of computing")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


#: what fund and patients pay for drugs beside their price
BESIDE = ("bundle", "rebased", "markup_self", "markup_fund", "emergency", "relief", "reserve_fund", "offline")


def adds_up(run: RunFolder) -> None:
    """Numbers are finite, and flows agree with what they are made of."""
    summary = json.loads((run.path / "summary.json").read_text("utf-8"))
    for id, metric in summary["metrics"].items():
        assert all(math.isfinite(metric[name]) for name in ("mean", "low", "high")), id
    supply, use, fund, awards = (run.table(name) for name in ("supply", "use", "fund", "awards"))
    same(supply["delivered"] + supply["short"], supply["ordered"])
    same(sum(use[part] for part in ("selected", "generic", "originator", "alternatives", "away", "unmet")), use["need"])
    accounts = run.table("accounts", ["flow", "yuan"])
    beside = accounts["yuan"][np.isin(accounts["flow"], BESIDE)].sum()
    price = fund["spend"] + fund["alternatives"] + fund["outside"] - fund["bundled"]
    same((fund["fund_paid"] + fund["patient_paid"]).sum(), price.sum() + beside)
    guaranteed = dict(zip(zip(awards["round"], awards["drug"], strict=True), awards["share"], strict=True))
    for name in ("reports", "allocation"):
        table = run.table(name)
        reported, agreed = (total(table, ("round", "drug"), column) for column in ("reported", "agreed"))
        same([agreed[key] for key in agreed], [guaranteed[key] * reported[key] for key in agreed])


def same(a: Any, b: Any) -> None:
    assert np.isfinite(np.asarray(a)).all()
    np.testing.assert_allclose(a, b, **CLOSE)
