"""The token lets a browser in once, the cookie from then on; whoever has neither gets nothing of the study."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from exploring import started

#: a browser that keeps its command line, and the page that it was started with
BROWSER = """
import os, sys, urllib.parse, urllib.request
kept, address = sys.argv[1:]
page = urllib.request.url2pathname(urllib.parse.urlsplit(address).path)
modes = [oct(os.stat(place).st_mode & 0o777) for place in (page, os.path.dirname(page))]
open(kept + ".new", "w").write("\\n".join([address, *modes, open(page).read()]))
os.rename(kept + ".new", kept)
"""


def test_the_token_is_answered_with_a_cookie_and_the_address_without_it(site: Any) -> None:
    answer = site.get(f"/?token={site.token}&drug=alpha", cookie=None)
    assert (answer.status, answer.headers["location"]) == (303, "/?drug=alpha")
    cookie, *rest = answer.headers["set-cookie"].split("; ")
    assert cookie == site.cookie
    assert {part.lower() for part in rest} == {"httponly", "samesite=strict", "path=/"}
    assert site.token not in site.get(answer.headers["location"]).text


def test_the_way_in_leads_to_the_page_and_nowhere_else(site: Any) -> None:
    for path in ("//evil.example/", "/chart/savings.csv", "http://evil.example/"):
        assert site.get(f"{path}?token={site.token}", cookie=None).headers["location"] == "/"


def test_a_browser_that_has_the_cookie_may_keep_an_old_token_in_its_address(site: Any) -> None:
    assert site.get("/?token=old&drug=beta").headers["location"] == "/?drug=beta"


@pytest.mark.parametrize(
    "target", ["/", "/?drug=alpha", "/metrics.csv", "/chart/savings.svg", "/style.css", "/page.js"]
)
def test_another_user_of_the_machine_gets_nothing(site: Any, target: str) -> None:
    """A process that does not know the token is what another user has; it gets one sentence."""
    ask = (
        "import http.client\n"
        f"link = http.client.HTTPConnection('127.0.0.1', {site.port}, timeout=60)\n"
        f"link.request('GET', '{target}')\n"
        "answer = link.getresponse()\n"
        "print(answer.status, answer.read().decode())"
    )
    said = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, cwd="/").stdout
    assert said.startswith("403 This page opens with the address that `vbp explore` printed")
    assert said.count(".") == 1


@pytest.mark.parametrize("wrong", ["", "A" * 43, "💊", "{token}x", "{token}\0"], ids=range(5))
def test_a_wrong_token_or_cookie_is_refused(site: Any, wrong: str) -> None:
    from urllib.parse import quote

    given = wrong.format(token=site.token)
    assert site.get(f"/?token={quote(given)}", cookie=None).status == 403
    assert site.get(cookie=f"vbp-explore-{site.port}={quote(given)}").status == 403
    assert site.get(cookie=f"vbp-explore-1={site.token}").status == 403


def test_what_to_do_without_a_token_is_said_in_the_language_asked_for(site: Any) -> None:
    assert "请用" in site.get("/?lang=zh", cookie=None).text


def test_an_explorer_lets_nobody_in_with_the_token_of_another(serve: Callable[[Path], Any], studies: Any) -> None:
    one, other = serve(studies["run"]), serve(studies["sweep"])
    assert one.token != other.token
    assert one.get(f"/?token={other.token}", cookie=None).status == 403
    assert one.get(cookie=f"{other.cookie}; {one.cookie}").status == 200


def test_a_link_elsewhere_that_holds_the_token_leads_in(site: Any) -> None:
    """The browser would not send the cookie after a redirect; after a page that leads on it does (test_in_browser)."""
    answer = site.get(f"/?token={site.token}&lang=zh", cookie=None, sec_fetch_site="cross-site")
    assert (answer.status, answer.headers["refresh"], answer.body) == (200, "0; url=/?lang=zh", b"")
    assert site.token in answer.headers["set-cookie"]


def test_the_command_line_of_the_browser_does_not_tell_the_token(studies: Any, tmp_path: Path) -> None:
    """All users of a machine can read command lines."""
    (tmp_path / "browser.py").write_text(BROWSER, encoding="utf-8")
    kept = tmp_path / "kept"
    browser = f"{sys.executable} {tmp_path / 'browser.py'} {kept} %s"
    site = started(studies["run"], "--browser", env={**os.environ, "BROWSER": browser, "HOME": str(tmp_path)})
    assert site.get().status == 200
    address, page_mode, folder_mode, page = kept.read_text(encoding="utf-8").split("\n")
    assert site.token not in address
    assert urlsplit(address).path.startswith(str(tmp_path))
    assert site.way_in() in page
    assert folder_mode == oct(stat.S_IRWXU)
    assert page_mode in ("0o600", "0o644")
    assert site.ended()[0] == 130
    assert list(tmp_path.glob("vbp-explore-*")) == []
