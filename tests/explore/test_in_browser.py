"""The explorer in a real Chromium: choosing changes the chart, the address holds the choice, everybody can use it.

Skipped where there is no Chromium (Debian: ``apt-get install chromium``) or no playwright.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")

#: no sandbox (tests may run as root), no background traffic
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
#: a drawing is one image to a screen reader; without its strokes axe takes one second, not fifteen
STROKES_AWAY = """document.querySelectorAll('svg[role=img]').forEach(
    s => [...s.children].forEach(c => ['title', 'desc'].includes(c.tagName) || c.remove()))"""
#: boxes that are wider inside than outside, and scroll
SIDEWAYS = """[...document.querySelectorAll('main *')].filter(e => e.scrollWidth > e.clientWidth + 1
    && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX)).map(e => e.outerHTML.slice(0, 200))"""
PHONE = {"viewport": {"width": 360, "height": 720}, "is_mobile": True}
STUDIES = ("run", "compared", "sweep")


class Seen:
    """An open page, what it asked for, and what it complained of."""

    def __init__(self, browser: Any, address: str, **settings: Any) -> None:
        self.context = browser.new_context(**settings)
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(address)

    def arrived(self, pattern: str) -> None:
        """Wait until a page whose address fits is whole."""
        self.page.wait_for_url(pattern, wait_until="load")

    def chart(self) -> str:
        """The first drawing."""
        return str(self.page.locator("svg[role=img]").first.inner_html())

    def too_wide(self) -> int:
        """Pixels by which the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture
def see(browser: Any, serve: Any, studies: dict[str, Path]) -> Iterator[Callable[..., Seen]]:
    opened: list[Seen] = []

    def open_one(study: str, query: str = "", **settings: Any) -> Seen:
        opened.append(Seen(browser, serve(studies[study]).way_in(query), **settings))
        return opened[-1]

    yield open_one
    for seen in opened:
        seen.context.close()


def test_choosing_a_drug_changes_the_chart_and_the_address(see: Any) -> None:
    seen = see("run", "?chart=monthly-use")
    before = seen.chart()
    seen.page.click("summary:has-text('Drugs')")
    seen.page.check("input[name=drug][value=alpha]")
    seen.page.click("button[type=submit]")
    seen.arrived("**/?drug=alpha&chart=monthly-use")
    assert seen.chart() != before
    assert seen.page.inner_text(".chips") == "alpha ×"
    assert seen.complaints == []


def test_a_link_leads_to_the_same_page_in_another_window(see: Any) -> None:
    first = see("run", "?drug=beta&chart=monthly-use&from=2019-02&lang=zh")
    query = first.page.url.partition("/?")[2]
    other = see("run", f"?{query}")
    assert other.page.inner_text("main") == first.page.inner_text("main")
    assert other.chart() == first.chart()
    first.page.reload()
    assert first.chart() == other.chart()


def test_taking_a_chip_away_widens_the_choice(see: Any) -> None:
    seen = see("run", "?drug=alpha&drug=beta&chart=monthly-use")
    seen.page.click(".chips a >> nth=0")
    seen.arrived("**/?drug=beta&chart=monthly-use")


def test_the_language_changes_and_the_choice_stays(see: Any) -> None:
    seen = see("run", "?drug=alpha")
    seen.page.click("nav >> text=中文")
    seen.arrived("**drug=alpha**lang=zh**")
    assert seen.page.evaluate("document.documentElement.lang") == "zh-Hans"
    wide = seen.page.evaluate("document.fonts.check('16px \"VBP Sans SC\"', '集采')")
    assert wide


@pytest.mark.parametrize("study", STUDIES)
def test_nothing_leaves_loopback_and_nothing_complains(see: Any, study: str) -> None:
    seen = see(study)
    seen.page.wait_for_load_state("networkidle")
    own = seen.page.url.rstrip("/")
    assert [url for url in seen.requests if not url.startswith((own, "data:"))] == []
    assert seen.complaints == []


@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize("settings", [{}, {"color_scheme": "dark"}, PHONE], ids=["light", "dark", "phone"])
def test_axe_finds_no_serious_fault(see: Any, study: str, settings: dict[str, Any]) -> None:
    query = {"run": "?drug=alpha&chart=savings", "compared": "", "sweep": "?point=1&min.growth=0.01"}[study]
    seen = see(study, query, **settings)
    seen.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    seen.page.evaluate(STROKES_AWAY)
    found = axe.Axe().run(seen.page).response["violations"]
    told = [(v["id"], v["impact"], v["nodes"][0]["html"][:200]) for v in found]
    assert [fault for fault in told if fault[1] in ("serious", "critical")] == []


@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_the_page_never_scrolls_sideways(see: Any, study: str, width: int) -> None:
    query = {"run": "?drug=alpha&chart=savings", "compared": "?drug=alpha", "sweep": "?point=1"}[study]
    seen = see(study, query, viewport={"width": width, "height": 720}, is_mobile=width < 500)
    seen.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert seen.too_wide() <= 0
    if width < 500:  # on a phone no table and no chart scrolls sideways inside the page either
        assert seen.page.evaluate(SIDEWAYS) == []


def test_a_keyboard_is_enough(see: Any) -> None:
    seen = see("run", "?chart=monthly-use")
    before, key = seen.chart(), seen.page.keyboard.press
    key("Tab")
    assert seen.page.evaluate("document.activeElement.className") == "skip"
    seen.page.focus("summary:has-text('Drugs')")
    key("Enter")
    key("Tab")
    key("Space")
    key("Enter")  # sends the form
    seen.arrived("**drug=**")
    assert seen.chart() != before


def test_the_page_works_without_its_script(see: Any) -> None:
    seen = see("run", "?chart=monthly-use", java_script_enabled=False)
    seen.page.click("summary:has-text('Provinces')")
    seen.page.check("input[name=province][value=north]")
    seen.page.click("button[type=submit]")
    seen.arrived("**/?province=north&chart=monthly-use")
    seen.page.locator("svg[role=img]").wait_for()


def test_downloads_are_what_is_shown(see: Any, tmp_path: Path) -> None:
    seen = see("run", "?chart=monthly-use&drug=alpha", accept_downloads=True)
    for ending, start in (("CSV", "\ufeffmonth,".encode()), ("SVG", b"<?xml"), ("PNG", b"\x89PNG")):
        with seen.page.expect_download() as waiting:
            seen.page.click(f".files >> text={ending}")
        assert waiting.value.suggested_filename == f"monthly-use.{ending.lower()}"
        waiting.value.save_as(tmp_path / ending)
        assert (tmp_path / ending).read_bytes().startswith(start)


def test_a_wrong_address_is_told_and_leads_back(see: Any) -> None:
    seen = see("run", "?drug=<img src=x onerror=alert(1)>")
    assert "<img src=x onerror=alert(1)>" in seen.page.inner_text("main")
    assert seen.page.locator("main img").count() == 0
    found = axe.Axe().run(seen.page).response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
    seen.page.click("main a")
    seen.page.locator("svg[role=img]").nth(1).wait_for()


def test_another_page_can_neither_read_nor_frame_it(see: Any) -> None:
    """A page of another origin in the same browser gets nothing, whatever it tries."""
    seen = see("run")
    address = seen.page.url
    seen.page.goto("about:blank")
    tried = """async (address) => {
        const found = [];
        for (const mode of ["cors", "no-cors"]) {
            try { found.push((await (await fetch(address, {mode})).text()).length); } catch { found.push("refused"); }
        }
        return found;
    }"""
    assert all(got in ("refused", 0) for got in seen.page.evaluate(tried, address))
    seen.page.set_content(f'<iframe src="{address}"></iframe>')
    seen.page.wait_for_timeout(500)
    frame = seen.page.frames[-1]
    assert frame == seen.page.main_frame or "Metrics" not in frame.content()


def test_the_page_that_a_browser_is_started_with_leads_in(
    browser: Any, serve: Any, studies: Any, tmp_path: Path
) -> None:
    """As `vbp explore --browser` does it; two explorers in one browser do not put each other out."""
    context = browser.new_context()
    page = context.new_page()
    for study in ("run", "sweep"):
        site = serve(studies[study])
        (tmp_path / "open.html").write_text(f'<meta http-equiv="refresh" content="0; url={site.way_in()}">')
        page.goto((tmp_path / "open.html").as_uri())
        page.wait_for_url(f"{site.address}/")
        page.locator("svg[role=img]").first.wait_for()
    page.goto(serve(studies["run"]).address)
    assert page.locator("#metrics").count() == 1
    assert page.evaluate("document.cookie") == ""
    context.close()
    stranger = browser.new_context()
    page = stranger.new_page()
    assert page.goto(serve(studies["run"]).address).status == 403
    assert "vbp explore" in page.inner_text("body")
    stranger.close()


def test_a_point_of_a_sweep_is_looked_at(see: Any) -> None:
    seen = see("sweep")
    seen.page.click("#table tbody a >> nth=2")
    seen.arrived("**point=2**")
    assert "--point 2 --replication 0" in seen.page.inner_text("#point")
    seen.page.locator("tr.chosen-row").wait_for()
