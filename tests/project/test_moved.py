"""The tool that lists which golden numbers moved."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tools.moved import Move, lines, main, moves  # noqa: E402


def summary(**metrics: tuple[float, float, float]) -> dict[str, Any]:
    """A summary with mean, low and high of each metric."""
    return {
        "scenario": "s",
        "metrics": {
            name: {"mean": mean, "low": low, "high": high, "n": 3, "unit": "share"}
            for name, (mean, low, high) in metrics.items()
        },
    }


def test_what_did_not_move_is_not_listed() -> None:
    base = summary(cut=(0.5, 0.4, 0.6), hhi=(0.3, 0.2, 0.4))
    assert moves(base, summary(cut=(0.5 * (1 + 1e-12), 0.4, 0.6), hhi=(0.3, 0.2, 0.4))) == []


def test_a_move_is_told_by_itself_and_in_widths_of_the_old_band() -> None:
    (move,) = moves(summary(cut=(0.5, 0.4, 0.6)), summary(cut=(0.6, 0.5, 0.9)))
    assert move == Move("cut", 0.5, 0.6, pytest.approx(0.2), "share")  # type: ignore[arg-type]
    assert move.change == pytest.approx(0.2)
    assert move.bands == pytest.approx(0.5)


def test_a_band_that_moved_alone_is_listed() -> None:
    assert [move.metric for move in moves(summary(cut=(0.5, 0.4, 0.6)), summary(cut=(0.5, 0.4, 0.7)))] == ["cut"]


def test_the_farthest_in_old_bands_comes_first() -> None:
    base = summary(near=(100.0, 0.0, 200.0), far=(0.5, 0.49, 0.51), point=(4.0, 4.0, 4.0))
    new = summary(near=(150.0, 0.0, 200.0), far=(0.53, 0.49, 0.51), point=(5.0, 5.0, 5.0))
    assert [move.metric for move in moves(base, new)] == ["point", "far", "near"]


def test_a_band_that_was_a_point_is_infinitely_narrow() -> None:
    up, down = (moves(summary(n=(4.0, 4.0, 4.0)), summary(n=(x, x, x)))[0].bands for x in (5.0, 3.0))
    assert (up, down) == (math.inf, -math.inf)


def test_metrics_that_are_new_or_gone_are_listed_without_a_change() -> None:
    found = moves(summary(old=(0.5, 0.4, 0.6)), summary(new=(1.0, 1.0, 1.0)))
    assert {move.metric for move in found} == {"old", "new"}
    assert all(math.isnan(move.change) and math.isnan(move.bands) for move in found)
    assert "| new |  | 1 |  |  | share | |" in lines(summary(old=(0.5, 0.4, 0.6)), summary(new=(1.0, 1.0, 1.0)))


def test_a_mean_that_was_zero_has_no_relative_change() -> None:
    (move,) = moves(summary(exits=(0.0, 0.0, 2.0)), summary(exits=(1.0, 0.0, 2.0)))
    assert math.isnan(move.change)
    assert move.bands == 0.5


def test_hashes_that_differ_are_listed() -> None:
    assert list(lines({"use": "a", "fund": "b"}, {"use": "a", "fund": "c", "firms": "d"})) == [
        "| fund | | | | | | |", "| firms | | | | | | |"
    ]  # fmt: skip


def test_two_files_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, mean in (("base", 0.5), ("new", 0.6)):
        text = json.dumps(summary(cut=(mean, 0.4, 0.6)))
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
    assert main([str(tmp_path / "base.json"), str(tmp_path / "new.json")]) == 0
    shown = capsys.readouterr().out
    assert "1 moved" in shown
    assert "| cut | 0.5 | 0.6 | +20.00% | +0.50 | share | |" in shown


def test_one_file_alone_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["base.json"])
    assert "two files or none" in capsys.readouterr().err


def test_without_files_every_golden_file_is_compared_with_the_last_commit() -> None:
    asked = [sys.executable, "-m", "tools.moved"]
    shown = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for file in sorted((ROOT / "tests" / "golden").glob("*.json")):
        assert f"{file.name}: " in shown
