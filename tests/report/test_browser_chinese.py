"""The Chinese report in a real Chromium on a machine that may lack Chinese fonts: every letter comes from the page."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import synthetic
from small import write_scenario
from test_browser import CHROMIUM, PHONE, STROKES_AWAY, Seen, axe, browser  # noqa: F401
from test_chinese import NAMES_ZH

from vbp_sim.report.compared import Compared
from vbp_sim.report.pages import pages
from vbp_sim.report.words import letters
from vbp_sim.report.words.language import speaking
from vbp_sim.studies.compare import compare, write

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")

HAN = re.compile(r"[\u2e80-\u9fff]")
KINDS = ("run", "comparison")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("chinese")
    scenario = write_scenario(folder, replications=2, variants={"grow": {"changes": {"demand": {"growth": 0.5}}}})
    write(compare(scenario, ["grow"], results=folder / "compared" / "runs", workers=1), folder / "compared")
    drugs = dict(list(synthetic.DRUGS.items())[:8])
    run = synthetic.write(folder / "run", 2, drugs=drugs, names=NAMES_ZH, title="集采“4+7”试点")
    with speaking("zh"):
        pages.write(run, folder / "run.html")
        pages.write(Compared.open(folder / "compared"), folder / "comparison.html")
    return {kind: folder / f"{kind}.html" for kind in KINDS}


@pytest.fixture
def see(browser: Any, reports: dict[str, Path]) -> Any:  # noqa: F811
    opened: list[Seen] = []

    def open_one(kind: str, **settings: Any) -> Seen:
        opened.append(Seen(browser, reports[kind], **settings))
        opened[-1].open_all()
        return opened[-1]

    yield open_one
    for seen in opened:
        seen.context.close()


@pytest.mark.parametrize("kind", KINDS)
def test_every_chinese_letter_comes_from_the_page(see: Any, kind: str) -> None:
    """Fonts as Chromium used them, text by text: a box in place of a letter would be a letter of another font."""
    seen = see(kind)
    assert seen.page.evaluate("document.documentElement.lang") == "zh-Hans"
    assert seen.complaints == []
    client = seen.context.new_cdp_session(seen.page)
    for domain in ("DOM", "CSS"):
        client.send(f"{domain}.enable")
    root = client.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
    used, letters_seen = Counter[str](), 0
    for selector in ("h1", "h2", "h3", "p", "summary", "th", "td", "a", "li span", "caption"):
        nodes = client.send("DOM.querySelectorAll", {"nodeId": root, "selector": selector})["nodeIds"]
        texts = seen.page.eval_on_selector_all(selector, "all => all.map(one => one.innerText)")
        for node, text in list(zip(nodes, texts, strict=True))[:80]:
            if not HAN.search(text):
                continue
            letters_seen += len(HAN.findall(text))
            for font in client.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]:
                used[font["familyName"] if font["isCustomFont"] else "the machine's"] += int(font["glyphCount"])
    assert letters_seen > 300
    assert used[letters.CARRIED] >= letters_seen


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("settings", [{}, PHONE], ids=["light", "phone"])
def test_axe_finds_no_serious_fault(see: Any, kind: str, settings: dict[str, Any]) -> None:
    seen = see(kind, **settings)
    seen.page.evaluate(STROKES_AWAY)
    found = axe.Axe().run(seen.page).response["violations"]
    told = [(v["id"], v["impact"], v["nodes"][0]["html"][:200]) for v in found]
    assert [fault for fault in told if fault[1] in ("serious", "critical")] == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [320, 360, 1280])
def test_page_never_scrolls_sideways(see: Any, kind: str, size: int) -> None:
    seen = see(kind, viewport={"width": size, "height": 720}, is_mobile=size < 500)
    assert seen.too_wide() <= 0
