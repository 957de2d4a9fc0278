"""Every benchmark runs, in a small size: what is measured is there, and both ways of ordering do the same work."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import write_scenario

from benchmarks import bidding_round, decide_round, ordering, startup, whole_runs
from benchmarks.__main__ import NAMES, main


def lines(printed: str) -> list[str]:
    """Rows of the table, without its head."""
    return [line for line in printed.splitlines() if line.startswith("| ")][1:]


def test_ordering_hospital_by_hospital_comes_to_the_volumes_of_the_engine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without chance in demand to the rounding error: the scalar loop does what the arrays do, month after month."""
    supply = {"rate_oral": 5.0, "rate_injection": 5.0, "stock_months": 0.2}
    write_scenario(tmp_path, behaviour={"supply": supply})
    sure = tmp_path / "sure.yaml"
    sure.write_text("extends: small.yaml\ndemand: {monthly_cv: 0}\n", encoding="utf-8")
    apart = ordering.main(str(sure), months=12, turns=1)
    assert apart == pytest.approx(dict.fromkeys(apart, 0.0), abs=1e-9)
    assert len(lines(capsys.readouterr().out)) == 3


def test_whole_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole_runs.main(str(write_scenario(tmp_path)), replications=1, workers=(1,), charts=(False,))
    assert len(lines(capsys.readouterr().out)) == 1


@pytest.mark.parametrize("name", startup.COMMANDS)
def test_commands_whose_start_is_measured_succeed(name: str) -> None:
    assert startup.seconds(startup.COMMANDS[name]) > 0


def test_startup(capsys: pytest.CaptureFixture[str]) -> None:
    bare = dict([next(iter(startup.COMMANDS.items()))])
    startup.main(bare, turns=1)
    assert len(lines(capsys.readouterr().out)) == 1


def test_decide_round(capsys: pytest.CaptureFixture[str]) -> None:
    decide_round.main(repeats=1)
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(decide_round.ROUNDS)


def test_bidding_round(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bidding_round, "MODELS", bidding_round.MODELS[:2])
    bidding_round.main(most=2, turns=1)
    assert len(lines(capsys.readouterr().out)) == 4


def test_benchmarks_are_run_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are named, else all; another name is refused."""
    ran: list[str] = []
    for module in (ordering, whole_runs, startup, decide_round, bidding_round):
        monkeypatch.setattr(module, "main", lambda name=module.__name__: ran.append(name.rpartition(".")[2]))
    main(["startup"])
    main([])
    assert ran == ["startup", *NAMES]
    with pytest.raises(SystemExit, match="no such benchmark: spede"):
        main(["spede"])
