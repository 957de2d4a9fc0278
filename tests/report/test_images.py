"""Every chart as a picture, against the picture in ``images/`` that a person has looked at.

Tolerance: `RMS` grey levels of 255, root mean square over the page without its footer (it names versions). The letters
of both languages come with matplotlib and with the package, so that pictures are the same on any machine; the tolerance
is for other releases of matplotlib and FreeType. After a change that is meant, look at the new pictures:

    pytest tests/report/test_images.py --renew-images
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.image
import numpy as np
import numpy.typing as npt
import pytest
import study_making as making
import synthetic

from vbp_sim.report.charts import catalogue, style
from vbp_sim.report.sources import Source
from vbp_sim.report.words.language import speaking

IMAGES = Path(__file__).parent / "images"
#: grey levels of 255 by which a picture may differ
RMS = 4.0
#: dots per inch of the pictures, and inches of the footer
DPI, FOOT = 45, 0.3
KINDS = ("run", "comparison", "study", "backtest")
CHARTS = [(kind, name, "en") for kind in KINDS for name in catalogue.catalogue(kind)] + [
    ("run", "price-by-drug", "zh"),
    ("run", "monthly-use", "zh"),
    ("study", "tornado", "zh"),
]
Picture = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Source]:
    base = tmp_path_factory.mktemp("pictures")
    drugs = dict(list(synthetic.DRUGS.items())[:14])
    return {
        "run": synthetic.write(base / "run", 3, drugs=drugs, failed=("amlodipine", "gefitinib")),
        "comparison": making.comparison(base / "comparison"),
        "study": making.analysed(base / "study"),
        "backtest": making.backtest(base / "backtest"),
    }


def drawn(source: Source, name: str, language: str) -> bytes:
    """The chart as a PNG file."""
    file = io.BytesIO()
    with speaking(language):
        chart = catalogue.draw(name, source)
        with style.rc(), mpl.rc_context({"text.hinting": "none"}):  # else few dots make letters wider
            chart.figure.savefig(file, format="png", dpi=DPI, metadata={"Software": None})
    return file.getvalue()


def grey(data: bytes) -> Picture:
    """Grey levels of a picture without its footer."""
    pixels = np.asarray(matplotlib.image.imread(io.BytesIO(data)), dtype=np.float64)
    return np.asarray(255 * pixels[: -round(FOOT * DPI), :, :3] @ [0.299, 0.587, 0.114])


def apart(one: Picture, other: Picture) -> float:
    """Root mean square difference; infinite for pictures of different sizes."""
    return float(np.sqrt(((one - other) ** 2).mean())) if one.shape == other.shape else np.inf


@pytest.mark.parametrize(("kind", "name", "language"), CHARTS)
def test_a_chart_looks_as_it_did(
    sources: dict[str, Source], kind: str, name: str, language: str, request: Any, tmp_path: Path
) -> None:
    file = IMAGES / f"{name}{'' if language == 'en' else f'-{language}'}.png"
    now = drawn(sources[kind], name, language)
    if request.config.getoption("--renew-images"):
        IMAGES.mkdir(exist_ok=True)
        file.write_bytes(now)
    seen = tmp_path / file.name
    seen.write_bytes(now)
    difference = apart(grey(now), grey(file.read_bytes()))
    assert difference <= RMS, f"{difference:.1f} grey levels from {file}; see {seen}, and --renew-images if it is meant"


def test_the_tolerance_sees_a_chart_that_moved(sources: dict[str, Source]) -> None:
    """A row that changed its place, or a bar of another height, is more than the tolerance lets pass."""
    for name in ("price-by-drug", "waterfall", "monthly-use"):
        picture = grey(drawn(sources["run"], name, "en"))
        assert apart(np.roll(picture, 3, axis=1), picture) > RMS
        assert apart(picture, grey(drawn(sources["run"], name, "zh"))) > RMS


def test_there_is_no_picture_of_a_chart_that_is_gone() -> None:
    known = {f"{name}{'' if language == 'en' else f'-{language}'}" for _, name, language in CHARTS}
    assert {file.stem for file in IMAGES.glob("*.png")} == known
