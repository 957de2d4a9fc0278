"""Charts in grey print and to colour-blind readers: no two keys of a chart look alike."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import study_making as making
import synthetic
from matplotlib.backends.backend_agg import FigureCanvasAgg

from vbp_sim.report.charts import catalogue, style
from vbp_sim.report.sources import Source

#: what is left of red, green and blue: grey print, and full protanopia and deuteranopia (Machado 2009)
EYES = {
    "grey": np.full((3, 3), (0.299, 0.587, 0.114)),
    "protan": np.array([(0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)]),
    "deutan": np.array([(0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)]),
}
#: root mean square difference of two keys, of 255, below which they are alike
ALIKE = 8.0


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Source]:
    base = tmp_path_factory.mktemp("grey")
    return {
        "run": synthetic.write(base / "run", 2),
        "comparison": making.comparison(base / "comparison"),
        "study": making.analysed(base / "study"),
        "backtest": making.backtest(base / "backtest"),
    }


def keys(chart: catalogue.Chart) -> dict[str, np.ndarray]:
    """What stands before each word of a chart's legend, as pixels (height, width, 3)."""
    figure = chart.figure
    with style.rc():
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba(), dtype=np.float64)[:, :, :3]
    found = {}
    for text in (text for legend in figure.legends for text in legend.get_texts()):
        box = text.get_window_extent()
        em = text.get_fontsize() * figure.dpi / 72
        top, left = round(len(pixels) - (box.y0 + box.y1) / 2 - 0.6 * em), round(box.x0 - 2.7 * em)
        found[text.get_text()] = pixels[top : top + round(1.2 * em), left : left + round(2.4 * em)]
    return found


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind in ("run", "comparison", "study", "backtest") for name in catalogue.catalogue(kind)],
)
def test_no_two_keys_look_alike(sources: dict[str, Source], kind: str, name: str) -> None:
    seen = keys(catalogue.draw(name, sources[kind]))
    for eye, matrix in EYES.items():
        pictures = {word: picture @ matrix.T for word, picture in seen.items()}
        for (one, first), (other, second) in combinations(pictures.items(), 2):
            assert np.sqrt(((first - second) ** 2).mean()) > ALIKE, f"{name}: {one} and {other} look alike ({eye})"
