"""What the script of a page does in a real Chromium: it narrows charts and tables, sorts, searches and tells numbers.

And what stays without it: everything. Skipped where there is no Chromium or no playwright.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import study_making
import synthetic
from PIL import Image
from playwright.sync_api import expect
from test_browser import CHROMIUM, Seen, browser, pytestmark  # noqa: F401

from vbp_sim.report.pages import page, pages

DRUGS = dict(list(synthetic.DRUGS.items())[:8])
CHART = "section#price-by-drug"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    pages.write(synthetic.write(folder / "run", 2, drugs=DRUGS, failed=()), folder / "run.html")
    return folder / "run.html"


@pytest.fixture
def seen(browser: Any, file: Path) -> Iterator[Seen]:  # noqa: F811
    opened = Seen(browser, file, viewport={"width": 1280, "height": 900})
    yield opened
    assert opened.complaints == []
    opened.context.close()


def apart(first: bytes, second: bytes) -> float:
    """Mean difference of two pictures of one size, of 255."""
    one, other = (np.asarray(Image.open(io.BytesIO(data)).convert("L"), dtype=np.float64) for data in (first, second))
    high = min(len(one), len(other))
    return float(np.abs(one[:high] - other[:high]).mean())


def column(seen: Seen, section: str, place: int) -> list[str]:
    """Cells of a column of a table, of the rows that are shown."""
    rows = seen.page.locator(f"{section} tbody tr:visible")
    return [row.locator("th, td").nth(place).inner_text() for row in rows.all()]


def test_choosing_a_drug_changes_the_charts_and_the_tables(seen: Seen) -> None:
    seen.open_all()
    chart = seen.page.locator(f"{CHART} svg[role=img]")
    before = chart.screenshot()
    assert seen.page.locator(f"{CHART} .spot.out").count() == 0
    seen.page.select_option("select[name=drug]", "clopidogrel")
    assert seen.page.locator(f"{CHART} .spot.out").count() == len(DRUGS) - 1
    assert seen.page.locator(f"{CHART} .spot:not(.out)").get_attribute("data-drug") == "clopidogrel"
    narrowed = chart.screenshot()
    assert apart(narrowed, before) > 1
    assert column(seen, CHART, 1) == ["clopidogrel"]
    assert seen.page.locator(f"{CHART} output").inner_text() == f"1 / {len(DRUGS)}"
    assert (
        seen.page.locator("section#bids .spot:not(.out)").count()
        == seen.page.locator("section#bids .spot[data-drug=clopidogrel]").count()
    )
    seen.page.click("form.choose button[type=reset]")
    expect(seen.page.locator(".spot.out")).to_have_count(0)
    seen.page.mouse.move(2, 2)
    assert apart(chart.screenshot(), before) < 0.2
    assert len(column(seen, CHART, 1)) == len(DRUGS)


def test_choosing_a_province_changes_the_chart_of_provinces_only(seen: Seen) -> None:
    seen.page.select_option("select[name=province]", "tianjin")
    completion = seen.page.locator("section#completion-by-province .spot.out")
    assert completion.count() == len(synthetic.CITIES) - 1
    assert seen.page.locator(f"{CHART} .spot.out").count() == 0


def test_a_click_on_a_head_sorts_and_another_turns_it_round(seen: Seen) -> None:
    seen.open_all()
    head = seen.page.locator(f"{CHART} thead th").nth(3)
    head.locator("button").click()
    numbers = [float(cell.replace(",", "")) for cell in column(seen, CHART, 3)]
    assert numbers == sorted(numbers)
    assert head.get_attribute("aria-sort") == "ascending"
    head.locator("button").focus()
    seen.page.keyboard.press("Enter")
    assert [float(cell.replace(",", "")) for cell in column(seen, CHART, 3)] == numbers[::-1]
    assert head.get_attribute("aria-sort") == "descending"
    seen.page.locator(f"{CHART} thead th").nth(1).locator("button").click()
    assert column(seen, CHART, 1) == sorted(DRUGS)
    assert head.get_attribute("aria-sort") is None


def test_a_table_can_be_searched(seen: Seen) -> None:
    seen.open_all()
    seen.page.fill(f"{CHART} .find input", "SARTAN")
    assert column(seen, CHART, 1) == [name for name in column(seen, CHART, 1) if "sartan" in name] != []
    seen.page.fill(f"{CHART} .find input", "")
    assert len(column(seen, CHART, 1)) == len(DRUGS)


def test_marks_tell_their_numbers_to_the_pointer_and_to_the_keys(seen: Seen) -> None:
    tip = seen.page.locator("#tip")
    assert not tip.is_visible()
    seen.page.locator(f"{CHART} .spot[data-drug=gefitinib], {CHART} .spot").first.hover()
    assert tip.is_visible()
    assert "cut" in tip.inner_text()
    seen.page.keyboard.press("Tab")
    seen.page.mouse.move(2, 2)
    sheet = seen.page.locator(f"{CHART} .sheet")
    sheet.focus()
    names = []
    for _ in range(3):
        seen.page.keyboard.press("ArrowRight")
        names.append(tip.locator("strong").inner_text())
    seen.page.keyboard.press("ArrowLeft")
    assert tip.locator("strong").inner_text() == names[1]
    assert len(set(names)) == 3
    assert set(names) <= set(DRUGS)
    seen.page.keyboard.press("Escape")
    assert not tip.is_visible()
    assert tip.get_attribute("aria-live") == "polite"


def test_nothing_is_missing_without_the_script(browser: Any, file: Path) -> None:  # noqa: F811
    plain = Seen(browser, file, java_script_enabled=False)
    assert not plain.page.locator("form.choose, .find, #tip").first.is_visible()
    assert plain.page.locator(f"{CHART} thead button").count() == 0
    for summary in plain.page.locator(f"{CHART} summary").all():
        summary.click()
    assert plain.page.locator(f"{CHART} tbody tr:visible").count() == len(DRUGS)
    assert "cut" in str(plain.page.locator(f"{CHART} .spot title").first.text_content())
    plain.context.close()


def test_no_other_script_runs(browser: Any, file: Path, tmp_path: Path) -> None:  # noqa: F811
    attack = "<script>document.title='hit'</script><img src=x onerror=\"document.title='hit'\"></body>"
    hostile = tmp_path / "hostile.html"
    hostile.write_text(file.read_text("utf-8").replace("</body>", attack), encoding="utf-8")
    opened = Seen(browser, hostile)
    assert opened.page.title() != "hit"
    assert any("Content Security Policy" in said for said in opened.complaints)
    assert opened.page.locator("form.choose").is_visible()
    opened.context.close()


def test_the_script_is_small() -> None:
    assert len(page.script().encode()) < 15_000
    assert CHROMIUM is None or "eval(" not in page.script()


def test_choosing_a_variant_narrows_a_comparison(browser: Any, tmp_path: Path) -> None:  # noqa: F811
    pages.write(study_making.comparison(tmp_path / "compared"), tmp_path / "compared.html")
    opened = Seen(browser, tmp_path / "compared.html")
    opened.page.select_option("select[name=variant]", "shy")
    chart = opened.page.locator("section#variants-shares")
    assert chart.locator(".spot:not(.out)").count() == chart.locator(".spot.out").count() == 3
    shown = opened.page.locator("section#results tbody tr:visible")
    assert [row.locator("td").first.inner_text() for row in shown.all()] == ["shy"] * 5
    assert opened.complaints == []
    opened.context.close()
