"""Months that have passed: bands hold what follows and are narrower than without; files are checked."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from small import PROVINCES, small

from vbp_sim.cli import group
from vbp_sim.engine.simulation import simulate
from vbp_sim.errors import InputError
from vbp_sim.runs import observed, purchases
from vbp_sim.scenario.load import Scenario

MANY = [{**place, "tertiary": 12, "secondary": 15, "primary": 12} for place in PROVINCES]


def scenario(folder: Path, seed: int, replications: int = 6) -> Scenario:
    folder.mkdir(parents=True, exist_ok=True)
    return small(folder, provinces=MANY, seed=seed, replications=replications)


def written(file: Path, rows: Sequence[Sequence[Any]]) -> Path:
    with file.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([[c.name for c in purchases.COLUMNS], *rows])
    return file


def truth(hidden: Scenario, months: int) -> dict[str, float]:
    """What completion really is at the end of the year, by hospital: bought over agreed, from a year of its rows."""
    found: dict[str, list[float]] = {}
    worth = dict(zip((d.id for d in hidden.market.drugs), purchases.worth(hidden), strict=True))
    for _, hospital, drug, units, agreed in purchases.sample(hidden, 0, 12):
        one = found.setdefault(hospital, [0.0, 0.0])
        one[0] += units * worth[drug]
        one[1] += agreed * worth[drug] / 12
    return {name: bought / agreed for name, (bought, agreed) in found.items()}


def test_bands_hold_what_follows_and_are_narrower_than_without(tmp_path: Path) -> None:
    """Over hidden runs of other seeds; the bands are those of 80 %."""
    base, held = scenario(tmp_path / "base", 1), []
    for seed in range(50, 54):
        hidden = scenario(tmp_path / str(seed), seed, 1)
        seen = purchases.read(written(tmp_path / "p.csv", purchases.sample(hidden, 0, 5)), base)
        found, real = observed.project(base, seen, workers=1), truth(hidden, 5)
        assert seen.months == 5
        assert found.width < 0.7 * found.width_before
        held += [row.low <= real[row.hospital] <= row.high for row in found.rows]
    assert 0.6 < np.mean(held) < 0.95


def test_who_has_bought_all_already_will_not_miss_and_who_bought_nothing_will(tmp_path: Path) -> None:
    base = scenario(tmp_path / "base", 1)
    rows = purchases.sample(base, 0, 5)
    names = sorted({row[1] for row in rows if "tertiary" in row[1]})[:2]
    bought = {names[0]: 0.25, names[1]: 0.0}
    given = [(m, h, d, bought[h] * a, a) for m, h, d, _, a in rows if h in bought]
    found = observed.project(base, purchases.read(written(tmp_path / "p.csv", given), base), workers=1)
    done, idle = (next(row for row in found.rows if row.hospital == name) for name in names)
    assert done.chance_to_miss < 0.1 < 0.2 < idle.chance_to_miss
    assert idle.missing > done.missing
    assert idle.retained <= done.retained


def test_watching_changes_nothing(tmp_path: Path) -> None:
    base = scenario(tmp_path, 1, 1)
    seen = purchases.Seen("first", purchases.first_month(base, "first"), 3, (), np.zeros(0), np.zeros(0))
    watched = simulate(base, 0, observed.Watch(base, "first", seen.first))
    for name, table in simulate(base, 0).items():
        for column, values in table.items():
            np.testing.assert_array_equal(watched[name][column], values)


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        ({1: "nowhere/tertiary/1"}, "hospital", "no hospital 'nowhere/tertiary/1'"),
        ({0: "2018-12"}, "month", "before supply begins in 2019-01"),
        ({0: "2020-01"}, "month", "beyond the first agreement year"),
        ({0: "January"}, "month", "is no month"),
        ({2: "aspirin"}, "drug", "no drug 'aspirin'"),
        ({3: -5}, "units", "-5"),
        ({4: 7}, "agreed", "another agreed volume"),
    ],
)
def test_a_file_that_contradicts_the_scenario_is_an_error_with_its_place(
    tmp_path: Path, change: dict[int, Any], column: str, words: str
) -> None:
    base = scenario(tmp_path, 1, 1)
    rows = [list(row) for row in purchases.sample(base, 0, 2)]
    rows[-1] = [change.get(i, value) for i, value in enumerate(rows[-1])]
    file = written(tmp_path / "purchases.csv", rows)
    with pytest.raises(InputError) as error:
        purchases.read(file, base)
    assert f"purchases.csv:{len(rows) + 1}:{column}" in str(error.value)
    assert words in str(error.value)


def test_a_hospital_without_a_month_is_named(tmp_path: Path) -> None:
    base = scenario(tmp_path, 1, 1)
    rows = purchases.sample(base, 0, 3)
    gone = rows[0][1]
    kept = [row for row in rows if row[1] != gone or row[0] != "2019-02"]
    with pytest.raises(InputError, match=f"{gone} has no purchases in 1 of the 3 months"):
        purchases.read(written(tmp_path / "p.csv", kept), base)


def test_the_command_writes_a_sample_and_projects_from_it(tmp_path: Path) -> None:
    scenario(tmp_path, 1)
    file, out = tmp_path / "p.csv", tmp_path / "out"
    made = CliRunner().invoke(group, ["run", str(tmp_path / "small.yaml"), "--sample-purchases", str(file)])
    assert made.exit_code == 0, made.output
    done = CliRunner().invoke(
        group, ["run", str(tmp_path / "small.yaml"), "--observed", str(file), "--out", str(out), "--seed", "9"]
    )
    assert done.exit_code == 0, done.output
    with (out / "projection.csv").open(encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == len({row["hospital"] for row in rows}) == 117
    assert (out / "projection.json").is_file()
    assert "80 %" in done.output
