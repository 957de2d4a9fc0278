"""The site of the documentation is built without a warning, is whole, and needs no network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pages import PAGES, ROOT

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "site"
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_is_there_whole_and_asks_nothing_of_a_network(site: Path) -> None:
    missing = [page.name for page in PAGES if page.parent.name == "docs" and not (site / f"{page.stem}.html").exists()]
    assert missing == []
    assert "果" in (site / "overview.zh.html").read_text(encoding="utf-8")
    library = (site / "library.html").read_text(encoding="utf-8")
    assert "A table of the run as a data frame" in library
    assert "first-run.ipynb" in (site / "notebooks" / "first-run.html").read_text(encoding="utf-8")
    loads = re.compile(r"<(?:script|img|iframe|link[^>]+stylesheet)[^>]+(?:src|href)=\"?(?:https?:)?//[^\"\s>]+")
    assert [found for page in site.rglob("*.html") for found in loads.findall(page.read_text(encoding="utf-8"))] == []


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
def test_search_works_on_a_disk_in_both_languages(site: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(offline=True, viewport={"width": 1200, "height": 800}).new_page()
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto((site / "index.html").as_uri())
        for asked, found in (("arrears", "money"), ("结余留用", "glossary.zh")):
            page.locator("[data-md-component=search-query]").fill(asked)
            page.locator(f".md-search-result__link[href*='{found}.html']").first.wait_for(state="attached")
        browser.close()
    assert [address for address in requests if not address.startswith(("file:", "data:", "blob:", "about:"))] == []
