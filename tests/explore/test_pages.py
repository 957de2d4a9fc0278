"""What the pages show: what is chosen, all of it, and nothing else; the same address gives the same page."""

from __future__ import annotations

import csv
import io
import math
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbp_sim.errors import InputError
from vbp_sim.explore import scatter
from vbp_sim.explore.points import Points
from vbp_sim.explore.query import Field, read
from vbp_sim.report.charts.catalogue import catalogue, draw
from vbp_sim.report.pages import svg
from vbp_sim.report.studied import Studied
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.view import Cut, RunView, rows_of
from vbp_sim.studies.paired import paired


def table(answer: Any) -> list[dict[str, str]]:
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))


def drawings(text: str) -> list[str]:
    return re.findall(r'<svg role="img".*?</svg>', text, re.DOTALL)


def test_charts_follow_the_choice(site: Any, studies: dict[str, Path]) -> None:
    """The numbers of a chart that is cut to one drug are those of the drug's own rows."""
    rows = table(site.get("/chart/monthly-use.csv?drug=alpha&from=2019-02&to=2019-03"))
    assert [row["month"] for row in rows] == ["2019-02-01", "2019-03-01"]
    use = RunFolder.open(studies["run"]).table("use")
    for row in rows:
        mine = (use["drug"] == "alpha") & (use["month"] == np.datetime64(row["month"], "M"))
        totals = [use["selected"][mine & (use["replication"] == k)].sum() for k in range(3)]
        assert float(row["selected_units"]) == pytest.approx(float(np.median(totals)))


@pytest.mark.parametrize("name", list(catalogue("run")))
def test_a_part_that_is_all_is_drawn_as_the_whole_is(studies: dict[str, Path], name: str) -> None:
    whole = RunFolder.open(studies["run"])
    part = RunView.of(whole, Cut(("alpha", "beta", "gamma"), ("north", "south", "east"), "2000-01", "2099-01"))
    figures = [draw(name, run).figure for run in (whole, part)]
    one, other = (svg.inline(figure, "a", "", "") for figure in figures)
    assert one == other


def test_all_drugs_and_provinces_chosen_is_nothing_chosen(site: Any) -> None:
    everything = [("drug", d) for d in ("alpha", "beta", "gamma")]
    everything += [("province", p) for p in ("north", "south", "east")]
    assert site.get("/?" + urlencode(everything)).headers["location"] == "/"
    assert site.get("/metrics.csv").body == site.get("/metrics.csv?" + urlencode(everything)).body


@pytest.mark.parametrize("name", list(catalogue("run")))
def test_every_chart_can_be_drawn_of_one_drug_in_one_month(site: Any, name: str) -> None:
    text = site.get(f"/?chart={name}&drug=beta&province=south&from=2019-05&to=2019-05").text
    assert "Something went wrong" not in text
    assert f'id="{name}-' in text


def test_what_a_chart_cannot_follow_is_said(site: Any) -> None:
    said = "This chart cannot be cut by drugs; it shows all of them."
    assert said in site.get("/?chart=savings&drug=alpha").text
    assert said not in site.get("/?chart=savings").text
    assert said not in site.get("/?chart=monthly-use&drug=alpha").text
    assert site.get("/chart/savings.csv?drug=alpha").body == site.get("/chart/savings.csv").body


def test_metrics_follow_the_choice_or_say_what_they_hold_for(site: Any, studies: dict[str, Path]) -> None:
    rows = {
        row["metric"]: row for row in table(site.get("/metrics.csv?drug=alpha&metric=completion&metric=fund_saving"))
    }
    measured = rows_of(RunFolder.open(studies["run"]), Cut(drugs=("alpha",)))
    for name, row in rows.items():
        assert float(row["mean"]) == pytest.approx(float(np.mean([r[name] for r in measured])))
    assert (rows["completion"]["holds_for"], rows["fund_saving"]["holds_for"]) == ("", "all drugs")


def test_differences_are_paired_with_the_chosen_base(serve: Any, studies: dict[str, Path]) -> None:
    site = serve(studies["compared"])
    with (studies["compared"] / "replications.csv").open(encoding="utf-8-sig") as lines:
        known = list(csv.DictReader(lines))
    values = {v: [float(r["use_change"]) for r in known if r["variant"] == v] for v in ("base", "grow")}
    for base, other in (("base", "grow"), ("grow", "base")):
        row = table(site.get(f"/metrics.csv?base={base}&metric=use_change"))[0]
        wanted = paired(values[base], values[other])
        assert row["variant"] == other
        assert float(row["difference"]) == pytest.approx(wanted.mean)
        assert float(row["low"]) == pytest.approx(wanted.low)


def test_variants_stand_side_by_side(serve: Any, studies: dict[str, Path]) -> None:
    site = serve(studies["compared"])
    text = site.get("/?chart=monthly-use").text
    assert re.findall(r"<h3><bdi>(.*?)</bdi></h3>", text) == ["base", "grow"]
    one, other = (site.get(f"/chart/monthly-use.csv?of={name}").body for name in ("base", "grow"))
    assert one != other


def test_a_metric_has_one_line_with_a_column_for_each_variant(serve: Any, studies: dict[str, Path]) -> None:
    text = serve(studies["compared"]).get("/?metric=use_change&metric=completion").text
    section = text[text.index('<section id="metrics"') :].partition("</section>")[0]
    assert re.findall(r'<th scope="col"[^>]*><bdi>(.*?)</bdi>', section) == ["metric", "base", "grow"]
    lines = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", section)
    assert len(lines) == 2
    assert all(line.count("<td") == 2 and line.count("<small>") == 1 for line in lines)


def test_points_that_lie_on_each_other_stand_side_by_side(studies: dict[str, Path]) -> None:
    across, up = np.array([0.0, 0.0, 0.5, 1.0, 1.0, 1.0]), np.array([1.0, 1.0, 0.0, 2.0, 2.0, 2.0])
    moved = scatter._side_by_side(across, up)
    assert len(set(moved.tolist())) == 6
    assert np.abs(moved - across).max() < 0.25
    assert moved[2] == 0.5
    points = Points(Studied.open(studies["sweep"]))
    on_each_other = {y: len(set(scatter._cells(points.numbers("growth"), points.numbers(y)))) for y in points.metrics}
    assert on_each_other[scatter.axes_of(points, ["growth"], points.metrics)[1]] == max(on_each_other.values())


def test_a_comparison_can_be_cut_too(serve: Any, studies: dict[str, Path]) -> None:
    site = serve(studies["compared"])
    whole, part = (table(site.get(f"/metrics.csv?metric=completion{cut}"))[0] for cut in ("", "&drug=alpha"))
    assert whole["difference"] != part["difference"]
    assert "Something went wrong" not in site.get("/?drug=alpha&province=north").text


def test_a_sweep_is_cut_to_ranges(serve: Any, studies: dict[str, Path]) -> None:
    site = serve(studies["sweep"])
    rows = table(site.get("/table.csv"))
    assert len(rows) == 8
    middle = sorted(float(row["growth"]) for row in rows)[3]
    part = table(site.get(f"/table.csv?max.growth={middle!r}&only.kept=most+0.5"))
    wanted = [r["point"] for r in rows if float(r["growth"]) <= middle + 1e-9 and r["kept"] == "most 0.5"]
    assert [row["point"] for row in part] == wanted
    assert 0 < len(wanted) < 8
    assert "No point lies in the chosen ranges." in site.get("/?min.growth=0.9").text


def test_a_point_tells_how_to_run_it_again(serve: Any, studies: dict[str, Path]) -> None:
    text = serve(studies["sweep"]).get("/?point=3").text
    assert f"vbp sweep repeat {studies['sweep']} --point 3 --replication 0" in text


@pytest.mark.parametrize(
    ("study", "query"),
    [
        ("run", "from=2019-06&to=2019-05"),
        ("run", "drug=alpha&drug=delta"),
        ("run", "from=2019-06&from=2019-05"),
        ("run", "variant=grow"),
        ("compared", "variant=base"),
        ("sweep", "min.growth=much"),
        ("sweep", "min.growth=nan"),
        ("sweep", "min.growth=0.2&max.growth=0.1"),
        ("sweep", "point=99"),
        ("sweep", "x=nothing"),
    ],
)
def test_choices_that_cannot_be_are_refused(serve: Any, studies: dict[str, Path], study: str, query: str) -> None:
    answer = serve(studies[study]).get(f"/?{query}")
    assert answer.status == 400
    assert "Start again" in answer.text


@pytest.mark.parametrize("study", ["run", "compared", "sweep"])
def test_an_address_gives_the_same_page_each_time(serve: Any, studies: dict[str, Path], study: str) -> None:
    site = serve(studies[study])
    first, again = site.get("/"), site.get("/")
    assert first.status == 200
    assert "Something went wrong" not in first.text
    assert first.body == again.body


@pytest.mark.parametrize("study", ["run", "compared", "sweep"])
def test_the_page_is_there_in_chinese(serve: Any, studies: dict[str, Path], study: str) -> None:
    text = serve(studies[study]).get("/?lang=zh").text
    assert '<html lang="zh-Hans">' in text
    assert "Something went wrong" not in text
    assert 'name="lang" value="zh"' in text  # the form keeps the language
    assert "显示" in text


def test_titles_from_the_study_come_out_as_text(site: Any) -> None:
    text = site.get().text
    assert "A small &lt;b&gt;study&lt;/b&gt;" in text
    assert "<b>study</b>" not in text


def test_pictures_say_what_they_were_cut_to(site: Any) -> None:
    picture = site.get("/chart/monthly-use.svg?drug=alpha")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.headers["content-disposition"] == "attachment"
    assert "alpha" in re.search(r"<dc:description>(.*?)<", picture.text, re.DOTALL)[1]  # type: ignore[index]
    assert site.get("/chart/monthly-use.png").body.startswith(b"\x89PNG")


def test_an_address_says_no_more_than_it_has_to(site: Any) -> None:
    """What a form sends is answered with the shortest address of the same page."""
    answer = site.get("/?lang=en&chart=monthly-use&drug=beta&drug=alpha&from=&to=&province=south")
    assert answer.status == 307
    assert answer.headers["location"] == "/?drug=alpha&drug=beta&province=south&chart=monthly-use"
    assert site.get(answer.headers["location"]).status == 200


def test_a_state_is_the_same_whatever_the_order_of_its_pairs() -> None:
    fields = {
        "drug": Field(("a", "b", "c"), many=True),
        "least": Field(None),
        "base": Field(("x", "y"), default=("x",)),
    }
    one = read([("drug", "c"), ("least", "1e-3"), ("drug", "a"), ("drug", ""), ("base", "x")], fields)
    other = read([("least", "1e-3"), ("drug", "a"), ("drug", "c"), ("drug", "a")], fields)
    assert one == other
    assert one.all("drug") == ("a", "c")
    assert one.one("base") == "x"
    assert one.number("least", math.nan) == 0.001
    assert one.link(drug="b") == "/?drug=b&least=1e-3"
    assert read([("drug", name) for name in "cab"], fields).link() == "/"


NAMES = ("a", "b & c", "=", "\u202e", "💊")


@given(st.lists(st.tuples(st.sampled_from(["drug", "base", "least"]), st.sampled_from([*NAMES, "1", "-2.5", ""]))))
def test_a_link_reads_back_as_its_state(pairs: list[tuple[str, str]]) -> None:
    fields = {"drug": Field(NAMES, many=True), "base": Field(NAMES, default=NAMES[:1]), "least": Field(None)}
    try:
        state = read(pairs, fields)
    except InputError:
        return
    again = read(parse_qsl(state.link().partition("?")[2]), fields)
    assert again == state
    assert again.pairs == state.pairs


def test_a_chart_of_a_part_says_so_before_anything_else(site: Any) -> None:
    text = site.get("/chart/monthly-use.svg?drug=alpha&province=north").text
    assert "<!-- Only alpha; north. Units" in text
