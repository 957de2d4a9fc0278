"""Charts: one path for one run and many, the table behind each, the same bytes again, nothing unreadable."""

from __future__ import annotations

import csv
import dataclasses
import itertools
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import synthetic
from matplotlib.figure import Figure

from vbp_sim.errors import InputError
from vbp_sim.report.charts import calendar, catalogue, cut_by_bidders, marks, style, tiles
from vbp_sim.report.charts.bands import Axis, Band
from vbp_sim.report.csv_table import write_csv
from vbp_sim.report.words import words
from vbp_sim.runs.folder import RunFolder

NAMES = (
    "bids",
    "bids-ladder",
    "cash-and-arrears",
    "completion-by-province",
    "cut-by-bidders",
    "flow-of-funds",
    "margins",
    "monthly-use",
    "price-by-drug",
    "reported-vs-need",
    "savings",
    "shortage",
    "supply",
    "surplus-by-level",
    "timeline",
    "volume-flows",
    "watch-board",
    "waterfall",
    "who-gains",
)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RunFolder]:
    base = tmp_path_factory.mktemp("runs")
    return {
        "one": synthetic.write(base / "one"),
        "many": synthetic.write(base / "many", replications=3),
        "map": synthetic.write(base / "map", provinces=synthetic.PROVINCES),
        "failed": synthetic.write(base / "failed", failed=tuple(synthetic.DRUGS)),
    }


def clipped(chart: catalogue.Chart) -> list[str]:
    """Texts that reach over the edge of the page."""
    with style.rc():
        figure = chart.figure
        figure.draw_without_rendering()
        page = figure.bbox
        texts = [t for t in figure.findobj(lambda a: hasattr(a, "get_text")) if t.get_visible() and t.get_text()]
        shown = [t for t in texts if t.get_window_extent().width > 0 and not t.get_clip_on()]
        return [
            t.get_text()
            for t in shown
            if (box := t.get_window_extent()).x0 < -1 or box.x1 > page.x1 + 1 or box.y0 < -1 or box.y1 > page.y1 + 1
        ]


def test_the_catalogue_holds_a_chart_for_every_question() -> None:
    assert tuple(catalogue.catalogue()) == NAMES
    assert all(entry.question.endswith("?") for entry in catalogue.catalogue().values())


def test_an_unknown_chart_is_an_input_error_with_the_nearest_name(runs: dict[str, RunFolder]) -> None:
    with pytest.raises(InputError, match="did you mean 'savings'"):
        catalogue.draw("saving", runs["one"])


@pytest.mark.parametrize("kind", ["one", "many", "map", "failed"])
@pytest.mark.parametrize("name", NAMES)
def test_every_chart_says_something_and_fits_its_page(runs: dict[str, RunFolder], name: str, kind: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        chart = catalogue.draw(name, runs[kind])
        assert clipped(chart) == []
    assert chart.title[0].isupper() or chart.title[0].isdigit()
    assert "nan" not in chart.title
    assert len({len(column) for column in chart.data.values()}) <= 1
    texts = " ".join(t.get_text() for t in chart.figure.findobj(lambda a: hasattr(a, "get_text")))
    assert style.origin(runs[kind]) in texts


def test_bands_come_with_replications_only(runs: dict[str, RunFolder]) -> None:
    one, many = (catalogue.draw("completion-by-province", runs[kind]).data for kind in ("one", "many"))
    assert list(one) == ["province", "completion_share"]
    assert list(many) == ["province", "completion_share", "completion_share_low", "completion_share_high"]
    assert (many["completion_share_low"] <= many["completion_share_high"]).all()


def test_files_are_the_same_bytes_when_drawn_again(runs: dict[str, RunFolder], tmp_path: Path) -> None:
    """Three times, because an order that follows addresses in memory may repeat itself once."""
    for again in "abc":
        catalogue.draw_all(runs["many"], tmp_path / again, ("svg", "png"), ["price-by-drug", "supply"])
    names = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert names == [f"{chart}.{kind}" for chart in ("price-by-drug", "supply") for kind in ("csv", "png", "svg")]
    for name in names:
        assert len({(tmp_path / again / name).read_bytes() for again in "abc"}) == 1


def test_a_file_says_where_it_comes_from(runs: dict[str, RunFolder], tmp_path: Path) -> None:
    catalogue.draw_all(runs["one"], tmp_path, ("svg",), ["savings"])
    drawn = (tmp_path / "savings.svg").read_text(encoding="utf-8")
    assert runs["one"].manifest["run_hash"] in drawn
    assert "pilot-2018" in drawn
    assert "dc:date" not in drawn


def test_price_title_and_table_agree_with_the_run(runs: dict[str, RunFolder]) -> None:
    run = runs["one"]
    chart = catalogue.draw("price-by-drug", run)
    bids = run.table("bids")
    won = bids["selected"]
    cut = 1 - bids["price"][won] / bids["pre_price"][won]
    deepest = bids["drug"][won][np.argmax(cut)]
    assert chart.title == (
        f"Prices fall by {100 * cut.mean():.0f} % on average; the deepest cut is {deepest}, "
        f"{100 * cut.max():.0f} %; 6 of 31 drugs failed"
    )
    rows = dict(zip(chart.data["drug"], chart.data["cut_share"], strict=True))
    np.testing.assert_allclose([rows[d] for d in bids["drug"][won]], cut)
    assert np.isnan(rows["tramadol"])


def test_completion_is_bought_over_agreed_under_contract(runs: dict[str, RunFolder]) -> None:
    data = catalogue.draw("completion-by-province", runs["one"]).data
    use = runs["one"].table("use")
    for province, shown in zip(data["province"], data["completion_share"], strict=True):
        mine = (use["province"] == province) & (use["agreed"] > 0)
        assert shown == pytest.approx(use["selected"][mine].sum() / use["agreed"][mine].sum())
    assert (np.diff(data["completion_share"]) <= 0).all()


def test_savings_are_the_baseline_less_what_was_paid_under_contract(runs: dict[str, RunFolder]) -> None:
    data = catalogue.draw("savings", runs["one"]).data
    fund = runs["one"].table("fund")
    months = fund["month"] >= synthetic.MONTHS[synthetic.START]
    saved = (fund["baseline_fund"] - fund["fund_paid"])[months].sum()
    assert data["fund_saving_yuan"].sum() == pytest.approx(saved)
    assert data["year"].tolist() == [2019, 2020]
    assert data["months"].tolist() == [9, 3]


def test_a_run_without_a_winner_gets_pages_that_say_so(runs: dict[str, RunFolder]) -> None:
    titles = {name: catalogue.draw(name, runs["failed"]).title for name in NAMES}
    assert titles["price-by-drug"] == "No price cut to show: 31 of 31 drugs failed"
    assert titles["completion-by-province"] == "Nothing to show: no contract came into force"
    assert titles["cut-by-bidders"] == "Nothing to show: nobody won, or no drug has a ceiling"


def test_names_that_cannot_be_drawn_or_are_long_do_no_harm(tmp_path: Path) -> None:
    drugs = {"$x^2$ 阿托伐他汀": 3.0, "<b>" + "long" * 80: 5.0, "=cmd|calc": 7.0}
    run = synthetic.write(tmp_path / "run", drugs=drugs, failed=(), scenario="情景 $a_b$ " * 40)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        catalogue.draw_all(run, tmp_path / "figures")
        assert all(clipped(catalogue.draw(name, run)) == [] for name in NAMES)
    with (tmp_path / "figures" / "price-by-drug.csv").open(encoding="utf-8-sig", newline="") as file:
        written = {row["drug"] for row in csv.DictReader(file)}
    assert written == {"$x^2$ 阿托伐他汀", "<b>" + "long" * 80, "'=cmd|calc"}


def test_text_cells_of_csv_are_no_formulas_and_numbers_stay_numbers(tmp_path: Path) -> None:
    text = ["=1+1", "+1", "-1", "@x", "\tx", "x=1"]
    data = {"text": np.array(text, dtype=object), "number": np.array([-1.5, np.nan, 2, 0, 1e-9, 1e12])}
    write_csv(tmp_path / "t.csv", data)
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert [r[0] for r in rows] == ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "x=1"]
    assert [r[1] for r in rows] == ["-1.5", "", "2", "0", "1e-09", "1e+12"]


def test_only_chinese_provinces_make_a_map() -> None:
    assert tiles.mapped(list(synthetic.PROVINCES))[:2] == ["SX", "NM"]
    assert tiles.mapped(list(synthetic.CITIES)) == []
    assert len(set(tiles.TILES.values())) == 31
    assert set(tiles.TILES) == set(tiles.CHINESE)


def test_colours_are_told_apart_by_colour_blind_readers() -> None:
    """Distance in CIE Lab of colours that share a chart, under the full deficiencies of Machado (2009)."""
    matrices = {
        "protan": (
            (0.152286, 1.052583, -0.204868),
            (0.114503, 0.786281, 0.099216),
            (-0.003882, -0.048116, 1.051998),
        ),
        "deutan": (
            (0.367322, 0.860646, -0.227968),
            (0.280085, 0.672501, 0.047413),
            (-0.011820, 0.042940, 0.968881),
        ),
        "tritan": (
            (1.255528, -0.076749, -0.178779),
            (-0.078411, 0.930809, 0.147602),
            (0.004733, 0.691367, 0.303900),
        ),
    }
    for matrix in matrices.values():
        seen = [lab(np.array(matrix) @ linear(c)) for c in (style.BLUE, style.ORANGE, style.GREEN, style.RED)]
        distances = [np.linalg.norm(a - b) for i, a in enumerate(seen) for b in seen[:i]]
        assert min(distances) > 15


def linear(colour: str) -> np.ndarray:
    value = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = np.cbrt(np.clip(to_xyz @ np.clip(rgb, 0, 1) / np.array([0.9505, 1, 1.089]), 1e-9, None))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize(
    ("axis", "ends", "wanted"),
    [
        (marks.number_axis, (171, 190), ["172.5", "175", "177.5", "180", "182.5", "185", "187.5", "190"]),
        (marks.number_axis, (0, 1), ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        (marks.percent_axis, (0, 0.05), ["0 %", "1 %", "2 %", "3 %", "4 %", "5 %"]),
        (marks.percent_axis, (0, 0.01), ["0.0 %", "0.2 %", "0.4 %", "0.6 %", "0.8 %", "1.0 %"]),
    ],
)
def test_ticks_say_where_they_stand(axis: Any, ends: tuple[float, float], wanted: list[str]) -> None:
    axes = Figure().subplots()
    axes.set_xlim(*ends)
    axis(axes.xaxis)
    axes.get_figure().draw_without_rendering()
    at = zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)
    assert [label.get_text() for tick, label in at if ends[0] <= tick <= ends[1] + 1e-9] == wanted


def test_dates_of_two_rounds_do_not_cover_each_other() -> None:
    figure = Figure(figsize=(8, 4))
    axes = figure.subplots()
    axes.set_xlim(0, 1000)
    days = (30, 100, 420, 640, 700, 930, 950, 990)
    dates = [calendar.Mark(np.datetime64(day, "D"), "expansion: first term ends") for day in days]
    calendar.mark_dates(axes, dates, inches=axes.get_position().width * 8)
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert len(boxes) == len(dates)
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))


def test_too_few_replications_leave_no_room_for_a_band_that_is_not_drawn() -> None:
    values = np.array([[1.0, 5.0], [3.0, 9.0]])
    for band in (Band.of(values), Band.about_mean(values)):
        assert not band.shown
        assert band.low.tolist() == band.mid.tolist() == band.high.tolist() == [2.0, 7.0]


def test_long_names_of_two_rounds_stay_two_names() -> None:
    drug = "irbesartan-hydrochlorothiazide-in-a-long-form"
    names = style.tenders([("pilot", drug), ("expansion", drug)])
    assert len(set(names)) == 2
    assert names[1].endswith("(expansion)")
    assert len(set(style.tenders([("pilot", f"{drug}-{i}") for i in range(30)]))) == 30


def test_real_bidders_are_counted_in_rounds_whose_losers_are_known(tmp_path: Path) -> None:
    run = synthetic.write(tmp_path / "run")
    given = run.table("bids")
    second = {**given, "round": np.full_like(given["round"], "second")}
    second["real_selected"] = np.where(np.isfinite(second["real_bid"]), 0, second["real_selected"])
    both = {name: np.concatenate([values, second[name]]) for name, values in given.items()}
    both["real_bid"][: len(given["round"])][given["real_selected"] != 1] = np.nan
    seen = dataclasses.replace(run, _columns={("bids", name): values for name, values in both.items()})
    drugs = Axis.of(both["round"], both["drug"])
    counted = cut_by_bidders._real_bidders(seen, drugs)
    first = np.array([name == given["round"][0] for name, _ in drugs.names])
    assert not counted[first].any()
    assert counted[~first].any()


def test_money_in_titles_is_the_money_that_is_drawn(runs: dict[str, RunFolder]) -> None:
    chart = catalogue.draw("savings", runs["many"])
    whole = chart.data["fund_saving_yuan"].sum() + chart.data["patient_saving_yuan"].sum()
    assert words.money(whole) in chart.title
    chart = catalogue.draw("surplus-by-level", runs["many"])
    assert words.money(chart.data["retained_yuan"].sum()) in chart.title
