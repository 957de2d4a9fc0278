"""Ladder, margins, timeline, volumes and waterfall: what they show adds up and agrees with the tables of a real run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small import national, small

from vbp_sim.errors import InputError
from vbp_sim.report.charts import catalogue
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.run import run as run_scenario


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = tmp_path_factory.mktemp("real")
    return run_scenario(small(folder, replications=3), folder / "run", workers=1)[0]


def test_the_waterfall_adds_up_and_ends_at_what_was_spent(run: RunFolder) -> None:
    data = catalogue.draw("waterfall", run).data
    yuan = dict(zip(data["step"], data["yuan"], strict=True))
    steps = yuan["patients"] + yuan["hospitals"] + yuan["fund"]
    assert yuan["at earlier prices"] - steps == pytest.approx(yuan["paid now"])
    retained = run.table("settlement")["retained"].sum() / 3
    assert yuan["hospitals"] == pytest.approx(retained)
    use, fund = run.table("use"), run.table("fund")
    months = np.unique(use["month"][use["agreed"] > 0])
    assert yuan["paid now"] == pytest.approx(fund["spend"][np.isin(fund["month"], months)].sum() / 3)


@pytest.mark.parametrize("payment", [{"rule": "case"}, {"rule": "budget"}])
def test_the_waterfall_and_who_gains_agree_however_hospitals_are_paid(payment: dict[str, str], tmp_path: Path) -> None:
    laws = national(hospital_payment=payment)
    run = run_scenario(small(tmp_path, replications=1, laws=laws), tmp_path / "run", workers=1)[0]
    yuan = dict(zip(*(catalogue.draw("waterfall", run).data[name] for name in ("step", "yuan")), strict=True))
    gain = dict(zip(*(catalogue.draw("who-gains", run).data[name] for name in ("party", "yuan_a_year")), strict=True))
    fund, use = run.table("fund"), run.table("use")
    months = np.unique(use["month"][use["agreed"] > 0])
    years = len(months) / 12
    for party in ("patients", "fund"):
        assert yuan[party] / years == pytest.approx(gain[party], abs=1)
    assert yuan["paid now"] == pytest.approx(fund["spend"][np.isin(fund["month"], months)].sum())
    assert yuan["hospitals"] > run.table("settlement")["retained"].sum()


def test_what_is_needed_is_bought_or_unmet(run: RunFolder) -> None:
    data = catalogue.draw("volume-flows", run).data
    parts = [data[f"{name}_share_of_need"] for name in ("selected", "generic", "originator", "unmet")]
    np.testing.assert_allclose(np.sum(parts, axis=0), 1)
    reports = run.table("reports")
    for drug, reported, agreed in zip(
        data["drug"], data["reported_share_of_need"], data["agreed_share_of_need"], strict=True
    ):
        mine = reports["drug"] == drug
        wanted = reports["reported"][mine].sum() / reports["agreed"][mine].sum()
        assert reported / agreed == pytest.approx(wanted, rel=0.05)


def test_margins_are_price_less_cost_of_the_winners(run: RunFolder) -> None:
    data = catalogue.draw("margins", run).data
    bids = run.table("bids")
    margin = run.summary["metrics"]["margin"]["mean"]
    for drug, shown in zip(data["drug"], data["margin_share_of_price"], strict=True):
        mine = bids["selected"] & (bids["drug"] == drug)
        earned, replication = 1 - bids["cost"][mine] / bids["price"][mine], bids["replication"][mine]
        each = [earned[replication == k].mean() for k in np.unique(replication)]
        assert shown == pytest.approx(np.median(each))
    assert f"is {100 * margin:.0f} % of their sales" in catalogue.draw("margins", run).title


def test_the_timeline_holds_the_calendar(run: RunFolder) -> None:
    data = catalogue.draw("timeline", run).data
    calendar = run.manifest["inputs"]["rounds"]["first"]["calendar"]
    dates = {step: (str(a), str(b)) for step, a, b in zip(data["step"], data["first"], data["last"], strict=True)}
    assert dates["hospitals report"] == (calendar["reporting_start"], calendar["reporting_end"])
    assert dates["tender document to opening"] == (calendar["document"], calendar["opening"])
    assert dates["supply under contract"][0] == calendar["start"]


def test_the_ladder_shows_the_drug_that_is_asked_for_lowest_winner_first(run: RunFolder) -> None:
    bids = run.table("bids")
    mine = (bids["replication"] == 0) & np.isfinite(bids["bid"])
    for drug in dict.fromkeys(bids["drug"][mine]):
        data = catalogue.draw("bids-ladder", run, drug).data
        assert set(data["drug"]) == {drug}
        assert sorted(data["bid"]) == sorted(bids["bid"][mine & (bids["drug"] == drug)])
        assert data["bid"][0] == min(data["bid"][data["selected"]], default=min(data["bid"]))


def test_a_drug_is_wanted_only_where_it_makes_sense(run: RunFolder) -> None:
    with pytest.raises(InputError, match="nobody bid for it"):
        catalogue.draw("bids-ladder", run, "nothing")
    with pytest.raises(InputError, match="savings has no such choice"):
        catalogue.draw("savings", run, "nothing")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = tmp_path_factory.mktemp("watched")
    laws = national(watch={"rule": "monthly", "red": 1.2, "yellow": 1.5})
    return run_scenario(small(folder, replications=2, laws=laws), folder / "run", workers=1)[0]


def test_the_board_counts_every_institution_once_for_each_drug(watched: RunFolder) -> None:
    data, watch = catalogue.draw("watch-board", watched).data, watched.table("watch")
    each = watch["drug"] != ""
    for month, *parts in zip(
        data["month"], *(data[f"{name}_institutions"] for name in ("red", "yellow", "unmarked")), strict=True
    ):
        now = each & (watch["month"] == month)
        assert sum(parts) == pytest.approx(watch["institutions"][now].sum() / 2)
        assert parts[0] == pytest.approx(watch["red"][now].sum() / 2)
    called = watch["interviewed"][~each].sum() / 2
    assert data["interviewed_institutions"].sum() == pytest.approx(called)


def test_a_run_that_nobody_watches_has_no_board(run: RunFolder) -> None:
    assert catalogue.draw("watch-board", run).title == "Nothing to show: no law of this run watches agreement years"


def test_reports_stand_against_the_need_of_the_first_agreement_year(run: RunFolder) -> None:
    chart = catalogue.draw("reported-vs-need", run)
    data, reports, use = chart.data, run.table("reports"), run.table("use")
    year = (use["month"] >= np.datetime64("2019-01")) & (use["month"] < np.datetime64("2020-01"))
    assert len(data["drug"]) > 0
    for drug, level, need, reported in zip(
        data["drug"], data["level"], data["need_units_a_year"], data["reported_units_a_year"], strict=True
    ):
        mine = year & (use["drug"] == drug) & (use["level"] == level)
        each = [use["need"][mine & (use["replication"] == k)].sum() for k in range(3)]
        assert need == pytest.approx(np.median(each))
        mine = (reports["drug"] == drug) & (reports["level"] == level)
        each = [reports["reported"][mine & (reports["replication"] == k)].sum() for k in range(3)]
        assert reported == pytest.approx(np.median(each))
    assert "of what they then need" in chart.title


def test_a_shortage_is_drawn_by_who_met_its_orders(tmp_path: Path) -> None:
    law = {"emergency_after": 30, "imports_after": 60}
    scenario = small(
        tmp_path, replications=1, laws=national(supply_security=law),
        behaviour={"supply": {"rate_oral": 2.0, "rate_injection": 4.0, "stock_months": 0.5}},
    )  # fmt: skip
    run = run_scenario(scenario, tmp_path / "run", workers=1)[0]
    chart, relief = catalogue.draw("shortage", run, "alpha"), run.table("relief")
    data = chart.data
    now = (relief["drug"] == "alpha") & np.isin(relief["month"], data["month"])
    for name, units in data.items():
        if name != "month":
            source = name.removesuffix("_units")
            assert units.sum() == pytest.approx(relief["units"][now & (relief["source"] == source)].sum())
    assert np.diff(data["month"]).astype(int).tolist() == [1] * (len(data["month"]) - 1)
    assert "alpha" in chart.title
    assert "unmet" in chart.title
    assert catalogue.draw("shortage", run, "alpha").data.keys() == data.keys()
