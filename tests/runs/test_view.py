"""A part of a run is cut where a table has the column, and only there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import write_scenario

from vbp_sim.engine.tables import TABLES
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.load import load_scenario
from vbp_sim.runs.metrics import METRICS, known_ids
from vbp_sim.runs.run import run as run_scenario
from vbp_sim.runs.view import Cut, RunView, rows_of
from vbp_sim.studies.compare import metrics_of

DRUGS, PROVINCES = ("alpha", "beta", "gamma"), ("north", "south", "east")
CUTS = st.builds(
    Cut,
    drugs=st.lists(st.sampled_from(DRUGS), unique=True).map(tuple),
    provinces=st.lists(st.sampled_from(PROVINCES), unique=True).map(tuple),
    first=st.sampled_from(["", "2018-04", "2019-06"]),
    last=st.sampled_from(["", "2019-06", "2019-07"]),
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = tmp_path_factory.mktemp("view")
    return run_scenario(load_scenario(write_scenario(folder, replications=2)), folder / "run", workers=1)[0]


@given(CUTS)
def test_rows_that_stay_are_those_that_were_chosen(whole: RunFolder, cut: Cut) -> None:
    part = RunView.of(whole, cut)
    for name in TABLES:
        mine, all_rows = part.table(name), whole.table(name)
        keep = np.ones(len(all_rows["replication"]), dtype=np.bool_)
        for column, kept in (("drug", cut.drugs), ("province", cut.provinces)):
            if kept and column in all_rows:
                keep &= np.isin(all_rows[column].astype(str), [*kept, ""])
        for column in ("month", "date"):
            if column in all_rows:
                text = np.datetime_as_string(all_rows[column], unit="M")
                keep &= (text >= (cut.first or "0")) & (text <= (cut.last or "9"))
        for column, values in all_rows.items():
            np.testing.assert_array_equal(mine[column], values[keep])


def test_a_part_with_all_drugs_and_provinces_measures_what_the_run_did(whole: RunFolder) -> None:
    part = RunView.of(whole, Cut(drugs=DRUGS, provinces=PROVINCES))
    assert part.summary == whole.summary


@pytest.mark.parametrize("cut", [Cut(drugs=("alpha",)), Cut(provinces=("south",))], ids=["drug", "province"])
def test_metrics_that_cannot_follow_a_cut_are_those_of_the_whole_run(whole: RunFolder, cut: Cut) -> None:
    """What is told of the part is measured from its rows alone; the rest does not change with it."""
    part, all_rows, alone = rows_of(whole, cut)[1], metrics_of(whole)[1], metrics_of(RunView.of(whole, cut))[1]
    for id in known_ids():
        stays = cut.dimensions[0] not in METRICS[id].cuts
        np.testing.assert_equal(part[id], all_rows[id] if stays else alone[id], err_msg=id)


def test_what_was_left_whole_is_told(whole: RunFolder) -> None:
    part = RunView.of(whole, Cut(drugs=("alpha",), first="2019-06"))
    part.table("use", ["need"])
    assert part.left_whole == {}
    part.table("fund", ["spend"])
    part.table("reports", ["agreed"])
    assert part.left_whole == {"drug": ("fund",), "month": ("reports",)}


def test_what_belongs_to_no_drug_stays(whole: RunFolder) -> None:
    kinds = RunView.of(whole, Cut(drugs=("alpha",))).table("events", ["kind", "drug"])
    assert "opening" in kinds["kind"][kinds["drug"] == ""].tolist()
    assert set(kinds["drug"].tolist()) == {"", "alpha"}
