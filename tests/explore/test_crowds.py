"""Many connections at once: those that say nothing keep nobody out, and requests are all answered."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from exploring import Site, started

from vbp_sim.explore.kept import Kept

resource = pytest.importorskip("resource", reason="this system has no limit of open files")

HALF_OPEN = 1300
#: what a connection says before it falls silent
BEGINNINGS = (b"", b"G", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n", b"\r\n")


@pytest.fixture
def narrow(studies: dict[str, Path]) -> Iterator[Site]:
    """An explorer that may open 1,024 files, as is usual."""
    own, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < 2048:
        pytest.skip("this machine lets the test itself open too few files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(own, 2048), most))
    limit = (1024, 1024)
    site = started(studies["run"], preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, limit))
    yield site
    if site.process.poll() is None:
        site.process.kill()
    resource.setrlimit(resource.RLIMIT_NOFILE, (own, most))


def half_open(site: Site, number: int) -> list[socket.socket]:
    links = []
    for i in range(number):
        links.append(socket.create_connection(("127.0.0.1", site.port), timeout=60))
        with contextlib.suppress(OSError):
            links[-1].send(BEGINNINGS[i % len(BEGINNINGS)])
    return links


def closed(links: list[socket.socket]) -> int:
    """How many of them the server has closed, or answered that this is no request."""
    waiting = 0
    for link in links:
        link.setblocking(False)
        try:
            link.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            waiting += 1
        except OSError:  # cut off
            pass
    return len(links) - waiting


def test_half_open_connections_keep_nobody_out(narrow: Site) -> None:
    links = half_open(narrow, HALF_OPEN)
    answers = [narrow.get(), *narrow.at_once(*["/metrics.csv"] * 200)]
    assert {answer.status for answer in answers} == {200}
    assert HALF_OPEN - closed(links) <= 256
    code, said = narrow.ended()
    assert (code, said) == (130, "interrupted")
    for link in links:
        link.close()


def test_requests_without_the_cookie_keep_nobody_out_either(narrow: Site) -> None:
    """Each is refused, and then held open by who sent it."""
    links = [socket.create_connection(("127.0.0.1", narrow.port), timeout=60) for _ in range(HALF_OPEN)]
    ask = f"GET / HTTP/1.1\r\nhost: 127.0.0.1:{narrow.port}\r\n\r\n".encode()
    for link in links:
        with contextlib.suppress(OSError):
            link.sendall(ask)
    assert narrow.get("/metrics.csv").status == 200
    assert narrow.ended() == (130, "interrupted")
    for link in links:
        link.close()


@pytest.mark.slow
def test_connections_that_say_nothing_or_say_it_slowly_are_closed(site: Site) -> None:
    links = half_open(site, len(BEGINNINGS))
    late = time.monotonic() + 60
    while closed(links) < len(links) and time.monotonic() < late:
        time.sleep(0.5)
        with contextlib.suppress(OSError):
            links[2].send(b"x")  # a head that never ends
    assert closed(links) == len(links)


@pytest.mark.parametrize("target", ["/", "/?drug=alpha", "/chart/monthly-use.png?drug=beta", "/style.css"])
def test_two_hundred_requests_at_once_are_all_answered(site: Any, target: str) -> None:
    answers = site.at_once(*[target] * 200)
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1


def test_different_pages_at_once_are_what_they_are_one_by_one(site: Any) -> None:
    """Drawing shares settings of the whole process; pages must not get those of others."""
    targets = [f"/?drug={drug}&lang={lang}" for drug in ("alpha", "beta") for lang in ("en", "zh")]
    targets = [target.removesuffix("&lang=en") for target in targets]
    together = site.at_once(*targets * 10)
    alone = [site.get(target) for target in targets]
    assert [answer.body for answer in together] == [answer.body for answer in alone] * 10


def test_who_leaves_before_the_answer_disturbs_nobody(studies: dict[str, Path]) -> None:
    site = started(studies["run"])
    ask = f"GET /?drug=gamma HTTP/1.1\r\nhost: 127.0.0.1:{site.port}\r\ncookie: {site.cookie}\r\n\r\n".encode()
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", site.port), timeout=60) as link:
            link.sendall(ask)
    assert site.get().status == 200
    assert site.ended() == (130, "interrupted")


def test_ctrl_c_does_not_wait_for_pages_that_were_asked_for(studies: dict[str, Path]) -> None:
    site = started(studies["compared"])
    months = [f"2019-{month:02}" for month in range(1, 7)]
    links = []
    for target in [f"/?from={first}&to={last}" for first in months for last in months if first <= last]:
        ask = f"GET {target} HTTP/1.1\r\nhost: 127.0.0.1:{site.port}\r\ncookie: {site.cookie}\r\n\r\n"
        links.append(socket.create_connection(("127.0.0.1", site.port), timeout=60))
        links[-1].sendall(ask.encode())
    assert site.get("/style.css").status == 200
    assert site.ended() == (130, "interrupted")
    for link in links:
        link.close()


def test_what_many_want_at_once_is_made_once() -> None:
    kept, made, start = Kept(4), [], threading.Barrier(50)

    def want() -> None:
        start.wait()
        assert kept.get("chart", lambda: made.append(time.sleep(0.05)) or "drawn") == "drawn"

    threads = [threading.Thread(target=want) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_what_is_kept_is_bounded_and_what_failed_is_tried_again() -> None:
    kept, made = Kept(3), []

    def make(key: int) -> int:
        made.append(key)
        if made.count(0) == 1 and key == 0:
            raise ValueError("at first")
        return key

    with pytest.raises(ValueError, match="at first"):
        kept.get(0, lambda: make(0))
    for key in (0, 1, 2, 3, 3, 2, 1):
        assert kept.get(key, lambda key=key: make(key)) == key  # type: ignore[misc]
    assert made == [0, 0, 1, 2, 3]
    kept.get(0, lambda: make(0))
    assert made[-1] == 0
