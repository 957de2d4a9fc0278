"""Explorers that run as real processes on real ports, and what the tests serve."""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

GROW = {"changes": {"demand": {"growth": 0.5}}}
SWEEP = """
sweep: growing
scenario: small.yaml
levers:
  kept: {path: laws.national.changes.retention, values: [{rule: linear, most: 0.0}, {rule: linear, most: 0.5}]}
uncertainties:
  growth: {path: demand.growth, distribution: uniform, low: 0.0, high: 0.3}
sample: {method: sobol, size: 4}
replications: 2
"""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


@dataclass(frozen=True)
class Site:
    """An explorer that runs."""

    port: int
    token: str
    process: subprocess.Popen[str]

    def get(self, target: str = "/", method: str = "GET", **headers: str | None) -> Answer:
        """One request with the cookie, its target and headers exactly as given (``sec_fetch_site``: Sec-Fetch-Site).

        A header that is None is left out.
        """
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        link.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        own = {"host": f"127.0.0.1:{self.port}", "cookie": self.cookie}
        for name, value in {**own, **headers}.items():
            if value is not None:
                link.putheader(name.replace("_", "-"), value)
        link.endheaders()
        answer = link.getresponse()
        found = Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        link.close()
        return found

    def at_once(self, *targets: str) -> list[Answer]:
        """All of these at the same time, each by a connection of its own."""
        with ThreadPoolExecutor(len(targets)) as threads:
            return list(threads.map(self.get, targets))

    def raw(self, sent: bytes) -> bytes:
        """What comes back for bytes that are no proper request, until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as link, contextlib.suppress(OSError):
            link.sendall(sent)
            return b"".join(iter(lambda: link.recv(1 << 16), b""))
        return b""

    def ended(self) -> tuple[int, str]:
        """End it with Ctrl-C: its exit code, and all that it wrote to the terminal."""
        self.process.send_signal(signal.SIGINT)
        _, said = self.process.communicate(timeout=30)
        return self.process.returncode, said.strip()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def cookie(self) -> str:
        return f"vbp-explore-{self.port}={self.token}"

    def way_in(self, query: str = "") -> str:
        """The address with the token, and a query."""
        return f"{self.address}/?token={self.token}{query.replace('?', '&', 1)}"


def started(study: Path, *options: str, **settings: Any) -> Site:
    """Start an explorer of a study on a free port."""
    command = [sys.executable, "-m", "vbp_sim", "explore", str(study), "--port", "0", "--json"]
    command += options or ("--no-browser",)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **settings)
    assert process.stdout is not None
    told = ""
    while not told.endswith("}\n"):
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr else ""
        told += line
    address = urlsplit(json.loads(told)["address"])
    return Site(address.port or 0, parse_qs(address.query)["token"][0], process)
