"""Ladder, margins, timeline, volumes and waterfall: what they show adds up and agrees with the tables of a real run."""

from __future__ import annotations

import numpy as np
import pytest
from small import small

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
