"""A comparison says its answer, by titles, on few pages; charts keep their names whole."""

from __future__ import annotations

import dataclasses
import itertools
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import study_making as making

from vbp_sim.report.answer import answer, called
from vbp_sim.report.charts import catalogue, style, supply
from vbp_sim.report.compared import Compared
from vbp_sim.report.pages import compare_page, pages
from vbp_sim.report.words.language import speaking
from vbp_sim.runs.metrics import METRICS

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
TITLES = {"bold": "A bold rule, told at some length so that it fills the line", "shy": "x" * 200}


@pytest.fixture
def found(tmp_path: Path) -> Compared:
    made = making.comparison(tmp_path / "comparison")
    return dataclasses.replace(made, content={**made.content, "titles": TITLES})


def test_the_answer_is_the_most_wanted_clear_difference(found: Compared) -> None:
    said = answer(found)
    clear = [
        id for id in METRICS.wanted if id in found.differences and any(d.clear for d in found.differences[id].values())
    ]
    assert said.startswith(f"{TITLES['bold']}: {METRICS[clear[0]].meaning}, ")
    assert said.endswith("higher")
    with speaking("zh"):
        assert answer(found).startswith(f"{TITLES['bold']}：")
        assert "升高" in answer(found)


def test_an_answer_about_some_metrics_is_about_them(found: Compared) -> None:
    assert "drugs that nobody won" in answer(found, [METRICS["failed_drugs"]])


def test_where_nothing_is_clear_that_is_the_answer(found: Compared) -> None:
    flat = {
        id: {name: dataclasses.replace(d, low=-1.0, high=1.0) for name, d in by.items()}
        for id, by in found.differences.items()
    }
    assert answer(dataclasses.replace(found, differences=flat)).startswith("No difference is clear")


def test_a_title_that_does_not_fit_is_cut_alike_in_title_and_legend(found: Compared) -> None:
    assert called(found, "bold", 60) == TITLES["bold"]
    assert called(found, "shy", 60) == "x" * 59 + "…"
    chart = catalogue.draw("variants-shares", found)
    names = {text.get_text() for legend in chart.figure.legends for text in legend.get_texts()}
    assert {TITLES["bold"], called(found, "shy", 60)} <= names
    assert chart.title == answer(found, [m for m in found.metrics() if m.unit == "share"])
    assert {*chart.data["variant"]} == {"bold", "shy"}


def test_the_report_is_headed_by_the_answer_and_cards_by_titles(found: Compared) -> None:
    page = compare_page.render(found)
    head = re.search(r"<h1><bdi>(.*?)</bdi></h1>", page, re.DOTALL)
    assert head is not None
    assert head[1].startswith(TITLES["bold"])
    assert any(TITLES["bold"] in card.says for card in compare_page.cards(found))


def test_a_legend_stands_beside_nothing_and_labels_are_whole(found: Compared) -> None:
    figure = catalogue.draw("variants-shares", found).figure
    figure.draw_without_rendering()
    right = figure.bbox.x1
    for legend in figure.legends:
        assert legend.get_window_extent().x1 <= right
    for axes in figure.axes:
        labels = [label for label in axes.get_xticklabels() if label.get_text()]
        boxes = [label.get_window_extent() for label in labels]
        inside = sorted(
            (b for b in boxes if axes.bbox.x0 - 1 <= (b.x0 + b.x1) / 2 <= axes.bbox.x1 + 1), key=lambda b: b.x0
        )
        assert all(one.x1 <= other.x0 for one, other in itertools.pairwise(inside))
        assert not any("…" in label.get_text() for label in axes.get_yticklabels())


def test_one_bad_run_of_four_is_not_the_darkest_shade() -> None:
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    months = np.arange(np.datetime64("2020-01", "M"), np.datetime64("2020-04", "M"))
    supply._calendar(axes, months, np.array([[0.0], [0.25], [0.0]]), [("drug", "firm")], 4)
    (mesh,) = axes.collections
    darkest = mesh.get_cmap()(1.0)
    assert mesh.get_clim() == (0, 0.5)
    assert mesh.to_rgba([0.25])[0][0] > darkest[0] + 0.2
    supply._calendar(axes, months, np.array([[0.0], [0.5], [0.0]]), [("drug", "firm")], 2)
    assert axes.collections[-1].get_clim() == (0, 1)


def test_twelve_variants_look_unlike_each_other_and_fit_a_page(found: Compared) -> None:
    assert len(set(style.looks(24))) == 24
    names = [f"variant-{i}" for i in range(12)]
    by = {id: dict.fromkeys(names, own["bold"]) for id, own in found.differences.items()}
    more = {id: next(iter(by.values())) for id in METRICS if METRICS[id].unit == "share"}
    wide = dataclasses.replace(found, content={**found.content, "variants": names}, differences={**more, **by})
    assert catalogue.draw("variants-shares", wide).figure.get_size_inches()[1] < 18


def test_a_metric_without_a_base_is_told_and_not_left_empty(found: Compared) -> None:
    whole = [m.id for m in found.metrics() if m.unit != "share" and m.id in METRICS.wanted]
    zero = dict.fromkeys(["bold"], dataclasses.replace(found.differences[whole[0]]["bold"], base=0.0, mean=3.0))
    made = dataclasses.replace(found, differences={**found.differences, whole[0]: zero})
    chart = catalogue.draw("variants-amounts", made)
    assert whole[0] not in chart.data["metric"]
    above = " ".join(text.get_text().replace("\n", " ") for text in chart.figure.texts)
    assert f"Not drawn, because the base is 0: {METRICS[whole[0]].meaning}" in above


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
@pytest.mark.parametrize("variants", [2, 12])
def test_a_comparison_prints_to_four_pages(found: Compared, variants: int, tmp_path: Path) -> None:
    names = [f"variant-{i}" for i in range(variants)]
    by = {id: dict.fromkeys(names, own["bold"]) for id, own in found.differences.items()}
    more = {id: next(iter(by.values())) for id in METRICS if METRICS[id].unit == "share"}
    changes = {name: {f"demand.part{i}": ("0", "1") for i in range(8)} for name in names}
    content = {**found.content, "variants": names, "titles": {}}
    wide = dataclasses.replace(found, content=content, differences={**more, **by}, changes=changes)
    file, paper = tmp_path / "report.html", tmp_path / "report.pdf"
    pages.write(wide, file)
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-pdf-header-footer")
    subprocess.run(
        [str(CHROMIUM), *flags, f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={paper}", file.as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", paper.read_bytes())) <= 4
