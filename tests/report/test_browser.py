"""The report in a real Chromium with the network cut: quiet, accessible, readable on a phone, downloads that work.

Skipped where there is no Chromium (Debian: ``apt-get install chromium``) or no playwright.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import study_making
import synthetic
from small import write_scenario

from vbp_sim.report.charts.catalogue import catalogue
from vbp_sim.report.compared import Compared
from vbp_sim.report.pages import pages
from vbp_sim.studies.compare import compare, write

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")

#: nothing but the page: no sandbox (tests may run as root), no first-run pages, no background traffic
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: a drawing is one image to a screen reader; without its thousands of strokes axe takes one second, not fifteen
STROKES_AWAY = """document.querySelectorAll('svg[role=img]').forEach(
    s => [...s.children].forEach(c => ['title', 'desc'].includes(c.tagName) || c.remove()))"""
PHONE = {"viewport": {"width": 360, "height": 720}, "is_mobile": True}
NASTY = {
    "<script>document.title='hit'</script>": 3.0,
    "=cmd|' /C calc'!A0": 5.0,
    "long" * 75: 7.0,
    "💊 عقار": 9.0,
    '"><img src=x onerror="document.title=\'hit\'">': 2.0,
}


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A plain report, and one in which every name is an attack or a nuisance."""
    folder = tmp_path_factory.mktemp("reports")
    nasty = {"scenario": "<script>alert(1)</script>" + "wide" * 75, "title": "مرحبا <b>" + "title" * 60}
    nasty["variant"] = "💊 عقار"
    value = {"path": "a." + "b" * 300, "value": "<script>alert(2)</script>", "unit": "-", "set_by": "default"}
    value |= {"meaning": "", "source": "<img src=x onerror=alert(3)>", "confidence": "G", "note": "", "stand_in": True}
    drugs = dict(list(synthetic.DRUGS.items())[:8])
    pages.write(synthetic.write(folder / "plain", 2, drugs=drugs, values=[value]), folder / "plain.html")
    run = synthetic.write(folder / "nasty", drugs=NASTY, failed=(), values=[value], **nasty)
    pages.write(run, folder / "nasty.html")
    changes = {"changes": {"demand": {"growth": 0.5}}}
    scenario = write_scenario(folder, replications=2, variants={"grow" * 20: changes}, title="<b>" + "title" * 59)
    found = compare(scenario, ["grow" * 20], results=folder / "compared" / "runs", workers=1)
    write(found, folder / "compared")
    pages.write(Compared.open(folder / "compared"), folder / "compared.html")
    pages.write(study_making.analysed(folder / "swept"), folder / "study.html")
    pages.write(study_making.backtest(folder / "tested"), folder / "backtest.html")
    return {name: folder / f"{name}.html" for name in ("plain", "nasty", "compared", "study", "backtest")}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield started
        started.close()


class Seen:
    """An open page, and what it asked for, complained of and popped up."""

    def __init__(self, browser: Any, file: Path, **settings: Any) -> None:
        self.context = browser.new_context(offline=True, **settings)
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss()))
        self.page.goto(file.as_uri())

    def open_all(self) -> None:
        self.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")

    def too_wide(self) -> int:
        """Pixels by which the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.fixture
def see(browser: Any, reports: dict[str, Path]) -> Iterator[Any]:
    opened: list[Seen] = []

    def open_one(name: str, **settings: Any) -> Seen:
        opened.append(Seen(browser, reports[name], **settings))
        return opened[-1]

    yield open_one
    for seen in opened:
        seen.context.close()


@pytest.mark.parametrize("name", ["plain", "nasty", "compared", "study", "backtest"])
def test_opens_from_disk_and_asks_for_nothing_else(see: Any, reports: dict[str, Path], name: str) -> None:
    seen = see(name)
    seen.open_all()
    asked = [url for url in seen.requests if not url.startswith("data:image/png")]
    assert asked == [reports[name].as_uri()]
    assert seen.complaints == []
    assert seen.page.title() != "hit"
    assert seen.page.locator("svg[role=img]").count() == {"compared": 2, "study": 4, "backtest": 3}.get(
        name, len(catalogue())
    )


@pytest.mark.parametrize("name", ["plain", "compared", "study", "backtest"])
@pytest.mark.parametrize("settings", [{}, {"color_scheme": "dark"}, PHONE], ids=["light", "dark", "phone"])
def test_axe_finds_no_serious_fault(see: Any, name: str, settings: dict[str, Any]) -> None:
    seen = see(name, **settings)
    seen.open_all()
    seen.page.evaluate(STROKES_AWAY)
    found = axe.Axe().run(seen.page).response["violations"]
    told = [(v["id"], v["impact"], v["nodes"][0]["html"][:200]) for v in found]
    assert [fault for fault in told if fault[1] in ("serious", "critical")] == []


@pytest.mark.parametrize("name", ["plain", "nasty", "compared", "study", "backtest"])
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_page_never_scrolls_sideways(see: Any, name: str, width: int) -> None:
    seen = see(name, viewport={"width": width, "height": 720}, is_mobile=width < 500)
    seen.open_all()
    assert seen.too_wide() <= 0


def test_letters_of_charts_stay_readable_on_a_phone(see: Any) -> None:
    """A chart keeps its size and scrolls in its frame; its 9-point letters are then some 9 pixels high or more."""
    widths = see("plain", **PHONE).page.evaluate("[...document.querySelectorAll('.sheet svg')].map(s => s.clientWidth)")
    assert min(widths) >= 700


def test_downloads_are_the_numbers_behind_the_charts(see: Any, reports: dict[str, Path]) -> None:
    seen = see("plain", accept_downloads=True)
    seen.open_all()
    for name in ("savings", "metrics"):
        with seen.page.expect_download() as waiting:
            seen.page.click(f"a[download='{name}.csv']")
        assert waiting.value.suggested_filename == f"{name}.csv"
        content = Path(waiting.value.path()).read_bytes().decode("utf-8-sig")
        assert content.splitlines()[0].split(",")[0] == ("year" if name == "savings" else "metric")


def test_a_keyboard_is_enough(see: Any) -> None:
    seen = see("plain")
    seen.page.keyboard.press("Tab")
    assert seen.page.evaluate("document.activeElement.className") == "skip"
    seen.page.keyboard.press("Enter")
    assert seen.page.evaluate("document.activeElement.id") == "main"
    seen.page.focus("details summary")
    seen.page.keyboard.press("Enter")
    assert seen.page.evaluate("document.querySelector('details').open")


def test_names_come_out_as_text(see: Any) -> None:
    seen = see("nasty")
    seen.open_all()
    text = seen.page.inner_text("body")
    for name in NASTY:
        assert name in text
    assert seen.page.locator("main script, main img").count() == 0


def test_print_leaves_out_what_paper_cannot_do(see: Any) -> None:
    seen = see("plain")
    seen.page.emulate_media(media="print")
    assert not seen.page.locator("nav").is_visible()
    assert not seen.page.locator("a.download, form.choose").first.is_visible()
    assert seen.page.locator("svg[role=img]").first.is_visible()
