"""Small studies, and explorers that serve them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from exploring import GROW, SWEEP, Site, started
from small import write_scenario

from vbp_sim.runs.load import load_scenario
from vbp_sim.runs.run import run
from vbp_sim.studies.compare import compare, write
from vbp_sim.studies.sweep import Options, begin, carry_on

pytest.importorskip("starlette", reason="starlette is not installed")
pytest.importorskip("uvicorn", reason="uvicorn is not installed")


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
