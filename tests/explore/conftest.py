"""Small studies, and explorers that serve them as real processes on real ports."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from small import write_scenario

from vbp_sim.studies.compare import compare, write
from vbp_sim.studies.load import load_scenario
from vbp_sim.studies.run import run
from vbp_sim.studies.sweep import Options, begin, carry_on

pytest.importorskip("starlette", reason="starlette is not installed")
pytest.importorskip("uvicorn", reason="uvicorn is not installed")

GROW = {"changes": {"demand": {"growth": 0.5}}}
SWEEP = """
sweep: growing
scenario: small.yaml
levers:
  kept: {path: rounds.first.rules.retention, values: [{rule: linear, most: 0.0}, {rule: linear, most: 0.5}]}
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
    process: subprocess.Popen[str]

    def get(self, target: str = "/", method: str = "GET", **headers: str) -> Answer:
        """One request, its target and headers exactly as given (``sec_fetch_site`` is Sec-Fetch-Site)."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        link.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in {"host": f"127.0.0.1:{self.port}", **headers}.items():
            link.putheader(name.replace("_", "-"), value)
        link.endheaders()
        answer = link.getresponse()
        found = Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        link.close()
        return found

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def started(study: Path) -> Site:
    """Start an explorer of a study on a free port."""
    command = [sys.executable, "-m", "vbp_sim", "explore", str(study), "--port", "0", "--no-browser", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = ""
    while not told.endswith("}\n"):
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr else ""
        told += line
    return Site(int(json.loads(told)["port"]), process)


@pytest.fixture(scope="session")
def studies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One run, a comparison, a sweep."""
    folder = tmp_path_factory.mktemp("studies")
    scenario = write_scenario(folder, replications=3, variants={"grow": GROW}, title="A small <b>study</b>")
    run(load_scenario(scenario), folder / "run", workers=1)
    write(compare(scenario, ["grow"], results=folder / "compared" / "runs", workers=1), folder / "compared")
    (folder / "sweep.yaml").write_text(SWEEP, encoding="utf-8")
    carry_on(begin(folder / "sweep.yaml", folder / "sweep"), Options(executor="serial"))
    return {name: folder / name for name in ("run", "compared", "sweep")}


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], Site]]:
    """Starts explorers, one for each study, and ends them after all tests."""
    sites: dict[Path, Site] = {}

    def one(study: Path) -> Site:
        if study not in sites:
            sites[study] = started(study)
        return sites[study]

    yield one
    for site in sites.values():
        site.process.terminate()
        site.process.wait(timeout=10)


@pytest.fixture
def site(serve: Callable[[Path], Site], studies: dict[str, Path]) -> Site:
    """The explorer of one run."""
    return serve(studies["run"])
