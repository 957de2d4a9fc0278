"""Only this machine's person is answered, only by GET, and only with what the study has."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from exploring import started

SECRET = "root:x:0"


def test_answers_its_own_page(site: Any) -> None:
    assert site.get().status == 200
    assert site.get(host=f"localhost:{site.port}").status == 200
    assert site.get(origin=site.address, sec_fetch_site="same-origin").status == 200
    assert site.get(sec_fetch_site="none").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"])
def test_other_methods_are_refused(site: Any, method: str) -> None:
    answer = site.get(method=method)
    assert answer.status in (405, 400)
    assert "access-control-allow-origin" not in answer.headers


def test_head_has_no_body(site: Any) -> None:
    answer = site.get(method="HEAD")
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1.evil.example:{port}", "[::1]:{port}", ""])
def test_another_host_is_refused(site: Any, host: str) -> None:
    """A name that another site lets point here (DNS rebinding) gets nothing."""
    assert site.get(host=host.format(port=site.port)).status in (400, 403)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
    ids=str,
)
def test_another_origin_is_refused(site: Any, headers: dict[str, str]) -> None:
    for target in ("/", "/metrics.csv", "/page.js"):
        answer = site.get(target, **headers)
        assert answer.status == 403
        assert len(answer.body) < 200


def test_a_link_on_another_site_is_no_way_in_without_the_token(site: Any) -> None:
    assert site.get("/?token=" + "A" * 43, sec_fetch_site="cross-site", cookie=None).status == 403


@pytest.mark.parametrize("target", ["/", "/style.css", "/metrics.csv", "/nowhere", "/?drug=none"])
def test_every_answer_is_closed_to_others(site: Any, target: str) -> None:
    headers = site.get(target).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["referrer-policy"] == "no-referrer"
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self'" in policy
    assert not [name for name in headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "target",
    [
        "/../manifest.json",
        "/..%2fmanifest.json",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/chart/../../manifest.json",
        "/chart/..%2f..%2fmanifest.json",
        "/chart/%2fetc%2fpasswd",
        "/chart/....//manifest.csv",
        "/manifest.json",
        "/tables/use.parquet",
        "/tables/",
        "/chart/",
        "//etc/passwd",
        "/chart/no-such-chart.csv",
        "/chart/monthly-use.exe",
        "/chart/monthly-use",
        "/chart/%00.csv",
        "/%00",
        "/..%5c..%5cmanifest.json",
        "/chart/%e5%9b%be.csv",
        "/chart/%ff%fe.csv",
        "/%2fetc%2fpasswd",
        "http://evil.example/",
        "/chart/" + "x" * 5000 + ".csv",
    ],
)
def test_paths_lead_nowhere_but_to_the_page(site: Any, target: str) -> None:
    answer = site.get(target)
    assert answer.status == 404
    assert len(answer.body) < 3000
    assert SECRET not in answer.text
    assert "run_hash" not in answer.text


NASTY = [
    "<script>alert(1)</script>",
    "'\"><img src=x>",
    "{{ 7*7 }}",
    "../../etc/passwd",
    "\u202eevil",
    "💊" * 40,
    "x" * 300,
    "图" * 3000,
    "\0",
]


@pytest.mark.parametrize("value", NASTY, ids=range(len(NASTY)))
@pytest.mark.parametrize("name", ["drug", "chart", "lang", "nonsense"])
def test_wrong_choices_are_told_in_plain_words(site: Any, name: str, value: str) -> None:
    answer = site.get("/?" + urlencode({name: value}))
    assert answer.status == 400
    assert "<script>" not in answer.text.replace('<script src="/page.js">', "")
    assert "<img" not in answer.text
    assert "Traceback" not in answer.text
    assert len(answer.body) < 5000
    assert "allowed: " in answer.text or "did you mean" in answer.text


def test_a_wrong_name_is_answered_with_the_nearest(site: Any) -> None:
    text = site.get("/?drug=alpah").text
    assert "drug=alpah" in text
    assert "alpha" in text


@pytest.mark.parametrize(
    "query",
    [
        "&".join(f"nonsense-{i}={i}" for i in range(3000)),
        "&".join(f"drug=nonsense-{i}" for i in range(3000)),
        "drug=" + "x" * 65_000,
        "drug=alpha" * 6_000,
        "drug=" + "x" * 70_000,
        "drug=" + "x" * 5_000_000,
    ],
    ids=range(6),
)
def test_long_addresses_get_short_answers(site: Any, query: str) -> None:
    head = f"host: 127.0.0.1:{site.port}\r\ncookie: {site.cookie}\r\nconnection: close\r\n\r\n"
    answer = site.raw(f"GET /?{query} HTTP/1.1\r\n{head}".encode())
    assert not answer or answer.startswith(b"HTTP/1.1 400 ")
    assert len(answer) < 12_000
    assert site.get("/style.css").status == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),  # https
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        bytes(300),
        "GET /chart/图.csv HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode(),
        b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\ncookie: " + b"c" * (1 << 20),
    ],
    ids=range(8),
)
def test_what_is_no_request_gets_a_short_answer(site: Any, sent: bytes) -> None:
    answer = site.raw(sent)
    assert not answer or answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 403 "))
    assert len(answer) < 1000


def test_only_loopback_listens(site: Any) -> None:
    """The kernel's table of listening sockets has this port at 127.0.0.1 and nowhere else."""
    tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    if not tables[0].exists():
        pytest.skip("there is no /proc/net/tcp")
    lines = [line.split() for table in tables if table.exists() for line in table.read_text().splitlines()[1:]]
    listening = [line[1] for line in lines if line[3] == "0A" and line[1].endswith(f":{site.port:04X}")]
    assert listening == [f"0100007F:{site.port:04X}"]


def test_ctrl_c_ends_it_cleanly(studies: dict[str, Path]) -> None:
    site = started(studies["run"])
    site.get()
    code, said = site.ended()
    assert (code, said) == (130, "interrupted")


def test_a_link_out_of_the_study_is_refused(studies: dict[str, Path], tmp_path: Path) -> None:
    run = tmp_path / "run"
    (run / "tables").mkdir(parents=True)
    for file in ("manifest.json", "summary.json", *(f"tables/{f.name}" for f in (studies["run"] / "tables").iterdir())):
        os.link(studies["run"] / file, run / file)
    (run / "tables" / "use.parquet").unlink()
    (run / "tables" / "use.parquet").symlink_to(studies["run"] / "tables" / "use.parquet")
    code, said = explore(run)
    assert code == 2
    assert re.search(r"use\.parquet: .*link", said)


def test_a_comparison_that_names_runs_elsewhere_is_refused(studies: dict[str, Path], tmp_path: Path) -> None:
    study = tmp_path / "one" / "compared"
    study.mkdir(parents=True)
    for file in ("comparison.json", "replications.csv"):
        os.link(studies["compared"] / file, study / file)
    code, said = explore(study)
    assert code == 2
    assert "neither in the folder of the comparison nor beside it" in said


def test_what_is_no_study_is_told(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        code, said = explore(folder)
        assert code == 2
        assert str(folder) in said
        assert "Traceback" not in said


def test_a_port_that_is_taken_is_told(site: Any, studies: dict[str, Path]) -> None:
    code, said = explore(studies["run"], "--port", str(site.port))
    assert code == 2
    assert f"--port {site.port}: cannot be had" in said


def explore(study: Path, *options: str) -> tuple[int, str]:
    """Exit code and messages of an explorer that is not to start."""
    command = [sys.executable, "-m", "vbp_sim", "explore", str(study), "--no-browser", *(options or ("--port", "0"))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr
