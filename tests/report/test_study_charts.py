"""Charts and pages of studies, comparisons and back-tests: the numbers that are known, and texts that stay texts."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import study_making as making
import synthetic
from small import write_scenario
from test_charts import clipped

from vbp_sim.cli import group
from vbp_sim.cli.common import guarded
from vbp_sim.errors import InputError
from vbp_sim.report import sources
from vbp_sim.report.charts import catalogue, style
from vbp_sim.report.charts.tornado import swing
from vbp_sim.report.charts.tradeoff import front
from vbp_sim.report.pages import backtest_page, page, pages, study_page
from vbp_sim.report.sources import Source
from vbp_sim.report.studied import Studied, lever_words
from vbp_sim.studies import findings
from vbp_sim.studies.optimize import Objective


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Source]:
    base = tmp_path_factory.mktemp("studies")
    return {"study": making.analysed(base / "a"), "backtest": making.backtest(base / "b")}


def vbp(*args: object) -> int:
    return guarded(lambda: group.main([str(a) for a in args], prog_name="vbp", standalone_mode=False))


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind in ("study", "backtest") for name in catalogue.catalogue(kind)]
)
def test_every_chart_says_something_and_fits_its_page(found: dict[str, Source], kind: str, name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        chart = catalogue.draw(name, found[kind])
        assert clipped(chart) == []
    assert chart.data
    assert "nan" not in chart.title
    assert len({len(column) for column in chart.data.values()}) == 1
    texts = " ".join(t.get_text() for t in chart.figure.findobj(lambda a: hasattr(a, "get_text")))
    assert style.origin(sources.origin(found[kind])) in texts
    rows = len(next(iter(chart.data.values())))
    assert all(0 <= row < rows for spots in chart.spots for row in spots.table_rows)


def test_tornado_shows_the_means_of_the_outer_thirds(found: dict[str, Source]) -> None:
    """Completion is 2 x fund_share: from its lowest to its highest third it moves by 2 x 2/3."""
    study = found["study"]
    assert isinstance(study, Studied)
    each = swing(study, "completion")
    fund = list(study.plan.spec.uncertainties).index("fund")
    assert each.high.mid[fund] - each.low.mid[fund] == pytest.approx(4 / 3, abs=0.08)
    assert each.low.low[fund] <= each.low.mid[fund] <= each.low.high[fund] < 0
    insured = 1 - fund
    assert abs(each.high.mid[insured]) < 0.35 * abs(each.high.mid[fund])
    assert catalogue.draw("tornado", study, metrics=["completion"]).data["uncertainty"][0] == "fund"


def test_tornado_resamples_whole_base_points_of_a_design(tmp_path: Path) -> None:
    from vbp_sim.report.charts.tornado import _resampled

    study = making.study(tmp_path, levers={}, sample={"method": "saltelli", "size": 8})
    weights = _resampled(study, study.design.samples).reshape(-1, 8, 4)
    assert (weights == weights[:, :, :1]).all()
    assert (weights[:, :, 0].sum(axis=1) == 8).all()


def test_levers_are_compared_with_their_first_value_on_the_same_draws(found: dict[str, Source]) -> None:
    data = catalogue.draw("levers", found["study"], metrics=["completion", "unmet_share"]).data
    rows = {(m, lever, v): (d, lo, hi) for m, lever, v, d, lo, hi in zip(*(data[k] for k in (
        "metric", "lever", "value", "difference", "low", "high")), strict=True)}  # fmt: skip
    assert rows["completion", "g", "0.2"] == pytest.approx((0.2, 0.2, 0.2))
    assert rows["completion", "g", "0"] == pytest.approx((0, 0, 0))
    assert rows["unmet_share", "kept", "most 0.5"][0] == pytest.approx(0.025)
    assert rows["completion", "kept", "most 0.5"][0] == pytest.approx(0)


def test_a_search_compares_values_only_where_the_other_levers_agree(tmp_path: Path) -> None:
    study = making.study(tmp_path)
    with sqlite3.connect(study.path / "ledger.sqlite") as link:  # of six combinations the search left out two
        link.execute("DELETE FROM run WHERE point % 6 IN (1, 2)")
    link.close()
    findings.write_front(study.path, [Objective("completion", True), Objective("unmet_share", False)], [])
    left = Studied.open(study.path)
    chart = catalogue.draw("levers", left, metrics=["completion"])
    columns = (chart.data[name] for name in ("lever", "value", "difference"))
    data = {(lever, value): by for lever, value, by in zip(*columns, strict=True)}
    assert data["g", "0.2"] == pytest.approx(0.2)
    assert data["kept", "most 0.5"] == pytest.approx(0)
    assert np.isfinite([*data.values()]).all()  # a value that was compared with no other has no row
    source = study_page.render(left)
    assert "tried 4 of 6 combinations" in source
    assert "not finished" not in source


def test_the_front_is_what_no_other_beats(found: dict[str, Source]) -> None:
    values = np.array([[1.0, 1.0], [2.0, 0.0], [0.0, 2.0], [0.5, 0.5], [1.0, 1.0]])
    assert front(values).tolist() == [True, True, True, False, True]
    data = catalogue.draw("tradeoff", found["study"]).data
    best = set(zip(data["g"][data["on_front"]], data["kept"][data["on_front"]], strict=True))
    assert best == {("0", "most 0"), ("0.1", "most 0"), ("0.2", "most 0")}


def test_back_test_says_which_real_values_lie_in_the_band(found: dict[str, Source]) -> None:
    chart = catalogue.draw("backtest-metrics", found["backtest"])
    assert chart.title == "1 of 3 real values lie in the predicted band"
    drugs = catalogue.draw("backtest-drugs", found["backtest"])
    assert drugs.title == "6 of 12 real prices lie in the predicted band"
    assert (np.diff(drugs.data["real_price_share_of_ceiling"]) >= 0).all()


def test_values_of_levers_are_told_by_what_differs() -> None:
    maps = [{"rule": "linear", "most": 0.0}, {"rule": "linear", "most": 0.5}, {"rule": "tiers"}]
    assert lever_words(maps) == ["rule linear, most 0", "rule linear, most 0.5", "rule tiers"]
    assert lever_words(["", "a+b"]) == ["base", "a+b"]
    assert lever_words([0.1, 2]) == ["0.1", "2"]


def test_charts_of_another_kind_and_wrong_choices_are_refused(found: dict[str, Source]) -> None:
    with pytest.raises(InputError, match="this is a chart of a run, and the folder holds a study"):
        catalogue.draw("savings", found["study"])
    with pytest.raises(InputError, match="did you mean 'completion'"):
        catalogue.draw("levers", found["study"], metrics=["complition"])
    with pytest.raises(InputError, match="has no such choice"):
        catalogue.draw("backtest-drugs", found["backtest"], metrics=["completion"])


def test_a_study_without_levers_or_uncertainties_says_so(tmp_path: Path) -> None:
    one = making.study(tmp_path / "levers", uncertainties={}, sample={"size": 1})
    assert catalogue.draw("tornado", one).title.startswith("Nothing to show: the study has no uncertainties")
    other = making.study(tmp_path / "draws", levers={})
    assert catalogue.draw("levers", other).title == "Nothing to show: the study has no levers"
    assert catalogue.draw("tradeoff", other).title == "Nothing to show: the study has no levers"
    for study in (one, other):
        assert "Nothing to show" not in study_page.render(study)


def test_pages_hold_the_headline_the_points_and_the_command(found: dict[str, Source]) -> None:
    study = found["study"]
    assert isinstance(study, Studied)
    source = study_page.render(study)
    assert source.count('<svg role="img"') == 4
    assert "<b>known" not in source
    assert "What is &lt;b&gt;known&lt;/b&gt;" in source
    assert 'download="points.csv"' in source
    assert "tried 6 of 6 combinations of levers, 2 replications of each" in source
    assert "vbp optimize" in source
    assert "finance.fund_share" in source
    assert "of them marked" in source
    assert "<code>behaviour.choice" in source


def test_a_study_whose_scenario_changed_shows_no_values_of_it(tmp_path: Path) -> None:
    study = making.study(tmp_path, levers={}, sample={"method": "sobol", "size": 4})
    scenario = Path(study.plan.scenario)
    scenario.write_text(json.dumps({**json.loads(scenario.read_text("utf-8")), "description": "other"}), "utf-8")
    again = Studied.open(study.path)
    assert again.scenario is None
    assert "They are not at hand" in study_page.render(again)


def test_a_page_of_a_back_test_puts_real_values_beside(found: dict[str, Source]) -> None:
    test: Any = found["backtest"]
    source = backtest_page.render(test)
    assert source.count('<svg role="img"') == 3
    assert "real 58.0 %" in source
    assert "batch-&lt;b&gt;3&lt;/b&gt;" in source
    assert backtest_page.command(test.content) == (
        "vbp backtest --market batch-3 --rules batch-3 --earlier batch-2 --replications 20 --seed 1"
    )
    assert "--draws none" in backtest_page.command({**test.content, "draws": []})
    assert "--draws" not in backtest_page.command({**test.content, "draws": [{"prior": "prior-bids"}]})
    drawn = {**test.content, "draws": [{"prior": "prior-bids"}]}
    assert "not what is unknown about behaviour" in source
    assert "what is not known of parameters" in backtest_page.render(dataclasses.replace(test, content=drawn))


def test_a_study_that_is_not_finished_says_so(tmp_path: Path) -> None:
    from vbp_sim.studies.sweep import Options, begin, carry_on

    making.study(tmp_path)
    carry_on(
        begin(tmp_path / "sweep.yaml", tmp_path / "half"), Options(executor="serial", points=range(30)), making.known
    )
    half = Studied.open(tmp_path / "half")
    assert np.isnan(half.values("completion")).any()
    assert "The study is not finished" in study_page.render(half)


def test_folders_are_told_apart_by_what_they_hold(found: dict[str, Source], tmp_path: Path) -> None:
    run = synthetic.write(tmp_path / "run")
    folders = {"run": run.path, "study": found["study"].path, "backtest": found["backtest"].path}
    for kind, folder in folders.items():
        assert sources.kind(sources.opened(folder)) == kind
        assert vbp("report", folder, "--out", tmp_path / f"{kind}.html", "-q") == 0
        assert vbp("plot", folder, "-q") == 0
    pages.write(sources.opened(run.path), tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text("utf-8") == (tmp_path / "run.html").read_text("utf-8")
    assert page.script() in (tmp_path / "study.html").read_text("utf-8")


def test_marks_of_a_chart_lie_where_they_are_drawn(tmp_path: Path) -> None:
    """Rows of a list are spread over the page in the order of the table; tiles of the map stand apart."""
    run = synthetic.write(tmp_path / "run", provinces=synthetic.PROVINCES)
    chart = catalogue.draw("price-by-drug", run)
    boxes = chart.spots[0].on_page(chart.figure)
    assert (np.diff(boxes[:, 1]) > 0).all()
    assert np.allclose(np.diff(boxes[:, 1]), boxes[:-1, 3])
    assert boxes[:, 0].max() == 0
    chart = catalogue.draw("completion-by-province", run)
    tiles = chart.spots[0].on_page(chart.figure)
    centres = tiles[:, :2] + tiles[:, 2:] / 2
    gaps = np.abs(centres[:, None] - centres[None]).max(axis=2) + 1e9 * np.eye(len(tiles))
    assert gaps.min() > 0.95 * tiles[0, 2]
    assert sorted(chart.spots[0].table_rows.tolist()) == list(range(len(tiles)))


def test_the_docs_name_every_chart() -> None:
    page_of_docs = (Path(__file__).parents[2] / "docs" / "reports.md").read_text(encoding="utf-8")
    for kind in ("run", "comparison", "study", "backtest"):
        assert [name for name in catalogue.catalogue(kind) if f"`{name}`" not in page_of_docs] == []


def test_few_trajectories_are_no_fault(tmp_path: Path) -> None:
    """Two base points tell nothing; with four, an interval holds its mean, whatever resampling gives."""
    few = making.study(tmp_path / "few", levers={}, sample={"method": "morris", "size": 2})
    assert catalogue.draw("tornado", few).title.startswith("Nothing to show")
    four = making.study(tmp_path / "four", levers={}, sample={"method": "morris", "size": 4})
    each = swing(four, "completion")
    for band in (each.low, each.high):
        assert (band.low <= band.mid).all()
        assert (band.mid <= band.high).all()
    assert catalogue.draw("tornado", four).data


def test_commands_write_the_report_of_what_they_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Real runs of a small market."""
    scenario = write_scenario(tmp_path, replications=1)
    uncertain = {"growth": {"path": "demand.growth", "distribution": "uniform", "low": 0.0, "high": 0.2}}
    levers = {"fund": {"path": "finance.fund_share", "values": [0.5, 0.7]}}
    text = {"sweep": "small", "scenario": scenario.name, "levers": levers, "uncertainties": uncertain}
    text["sample"] = {"method": "lhs", "size": 4}
    file = tmp_path / "sweep.yaml"
    file.write_text(json.dumps(text), encoding="utf-8")
    how = ("--executor", "serial", "--report", "-q")
    assert vbp("sweep", "run", file, "--out", tmp_path / "swept", *how) == 0
    assert vbp("sensitivity", file, "--method", "lhs", "--size", 8, "--out", tmp_path / "sensed", *how) == 0
    for folder, charts in (("swept", 2), ("sensed", 1)):
        source = (tmp_path / folder / "report.html").read_text(encoding="utf-8")
        assert source.count('<svg role="img"') >= charts
    assert {f.name for f in (tmp_path / "sensed" / "figures").iterdir()} >= {"ranking.svg", "ranking.csv"}
    assert vbp("backtest", "--market", tmp_path / "market", "--rules", "expansion-2019", "--report") == 2
    asked = ("--market", "expansion-2019", "--rules", "expansion-2019", "--replications", 2, "--whole", 0)
    assert vbp("backtest", *asked, "--out", tmp_path / "tested", "--report", "-q") == 0
    assert "vbp backtest --market expansion-2019" in (tmp_path / "tested" / "report.html").read_text(encoding="utf-8")
    assert vbp("backtest", *asked, "--out", tmp_path / "swept", "-q") == 2
    assert "holds other files and is no back-test" in capsys.readouterr().err
