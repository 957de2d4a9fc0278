"""The report of a run: whole in one file, everything from the input as text, and honest about what is not known."""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import re
import shlex
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import synthetic
from small import write_scenario

from vbp_sim.cli import group
from vbp_sim.cli.common import guarded
from vbp_sim.report.pages import again, checklist, evidence, headline, page, pages
from vbp_sim.report.pages.grid import shown, signs
from vbp_sim.report.words.language import messages, say
from vbp_sim.runs.folder import RunFolder

NASTY = {
    "<script>alert(1)</script>": 3.0,
    "=cmd|' /C calc'!A0": 5.0,
    "long" * 75: 7.0,
    "💊 عقار": 9.0,
    '"><img src=x onerror=alert(1)>': 2.0,
}
VOID = {"meta", "br", "img", "link", "input", "hr"}


class Page(HTMLParser):
    """What a browser sees: elements with attributes, and text by the element around it."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.words.append(data)


def vbp(*args: object) -> int:
    return guarded(lambda: group.main([str(a) for a in args], prog_name="vbp", standalone_mode=False))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return synthetic.write(tmp_path_factory.mktemp("runs") / "many", replications=3)


@pytest.fixture(scope="module")
def source(run: RunFolder) -> str:
    return page.render(run)


@pytest.fixture(scope="module")
def plates(run: RunFolder) -> list[page.Plate]:
    return page.plates(run)


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> str:
    name = "<b>bold</b> & 情景"
    folder = tmp_path_factory.mktemp("runs") / "nasty"
    value = {"path": "x.<i>y</i>", "value": "<u>v</u>", "unit": "-", "set_by": "--set x.<i>y</i>", "meaning": "<p>"}
    evidence_of = {"source": "<a>", "confidence": "G", "note": "", "stand_in": True}
    asked = {"scenario": name, "title": name, "variant": "<em>", "inputs": {"description": "<h1>x</h1> {0} {x}"}}
    return page.render(synthetic.write(folder, drugs=NASTY, failed=(), values=[value | evidence_of], **asked))


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run of the engine with its report, made by the command."""
    folder = tmp_path_factory.mktemp("real")
    changes = {"changes": {"finance": {"fund_share": 0.7}}}
    scenario = write_scenario(folder, replications=2, variants={"more": changes})
    sets = ("--set", "demand.growth=0.1", "--set", "title=a 'quoted' title")
    assert vbp("run", scenario, "--variant", "more", *sets, "--seed", 5, "--out", folder / "run", "--report", "-q") == 0
    return RunFolder.open(folder / "run")


def test_one_file_that_asks_for_nothing_else(source: str) -> None:
    seen = Page(source)
    assert seen.open == []
    assert not [tag for tag, _ in seen.elements if tag in ("link", "iframe", "img", "object")]
    assert not [a for tag, a in seen.elements if tag == "form" and "action" in a]
    addresses = [a.get(key) or "" for _, a in seen.elements for key in ("href", "src", "xlink:href", "srcset")]
    assert all(address.startswith(("#", "data:text/csv", "data:image/png")) for address in addresses if address)
    assert "@import" not in source
    assert not re.search(r"url\((?!#)", source)
    policy = next(a["content"] for _, a in seen.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert f"script-src 'sha256-{page.script_hash()}';" in policy
    assert re.findall(r"<script[^>]*>(.*?)</script>", source, re.DOTALL) == [page.script()]
    assert not [key for _, a in seen.elements for key in a if key.startswith("on")]


def test_ids_are_unique_and_every_reference_leads_to_one(source: str) -> None:
    seen = Page(source)
    ids = [a["id"] for _, a in seen.elements if "id" in a]
    assert len(set(ids)) == len(ids)
    found = [(a.get(key) or "") for _, a in seen.elements for key in ("href", "xlink:href")]
    local = {address[1:] for address in found if address.startswith("#")}
    named = {str(a[key]) for _, a in seen.elements for key in ("aria-labelledby", "aria-describedby") if key in a}
    clips = set(re.findall(r"url\(#([^)]+)\)", source))
    assert local | named | clips <= set(ids)


def test_every_chart_has_a_name_a_sentence_and_its_numbers(plates: list[page.Plate]) -> None:
    assert [p.name for p in plates][:2] == sorted((p.name for p in plates[:2]), key=list(messages("questions")).index)
    for plate in plates:
        assert plate.drawing is not None
        assert plate.table is not None
        assert plate.drawing.startswith('<svg role="img"')
        assert f'<title id="{plate.name}-title">{plate.says[:20]}' in html.unescape(plate.drawing)
        assert plate.table.rows


def test_download_holds_what_the_table_shows(plates: list[page.Plate]) -> None:
    plate = next(p for p in plates if p.name == "price-by-drug")
    assert plate.table is not None
    content = base64.b64decode(plate.table.href.partition("base64,")[2]).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content)))
    assert [name.replace("_", " ") for name in rows[0]] == plate.table.header
    assert [row[1] for row in rows[1:]] == [row[1] for row in plate.table.rows]


def test_text_from_the_input_stays_text(nasty: str) -> None:
    seen = Page(nasty)
    assert not [tag for tag, _ in seen.elements if tag in ("img", "em", "b", "u", "i")]
    assert [tag for tag, _ in seen.elements].count("script") == 1
    assert sum(tag == "h1" for tag, _ in seen.elements) == 1
    text = " ".join(seen.words)
    for said in (*NASTY, "<b>bold</b> & 情景", "<em>", "<u>v</u>", "<h1>x</h1> {0} {x}", "<a>", "<p>"):
        assert said in text


def test_downloads_hold_no_formulas(nasty: str) -> None:
    codes = re.findall(r"csv;charset=utf-8;base64,([A-Za-z0-9+/=]+)", nasty)
    files = [base64.b64decode(code).decode("utf-8-sig") for code in codes]
    cells = [cell for file in files for row in csv.reader(io.StringIO(file)) for cell in row]
    assert any("=cmd" in cell for cell in cells)
    numbers = re.compile(r"-[\d.e+-]+")
    assert not [c for c in cells if c.startswith(("=", "+", "-", "@", "\t", "\r")) and not numbers.fullmatch(c)]


def test_headline_says_which_way_a_number_goes(tmp_path: Path) -> None:
    run = synthetic.write(tmp_path / "run", replications=2)
    run.summary["metrics"] = {
        "spend_change": {"mean": -0.5, "low": -0.6, "high": -0.4, "n": 3, "unit": "share"},
        "fund_saving": {"mean": None, "low": None, "high": None, "n": 0, "unit": "yuan/year"},
        "patient_saving": {"mean": -2e9, "low": -3e9, "high": 1e9, "n": 3, "unit": "yuan/year"},
    }
    told = [(f.value, f.says, f.span) for f in headline.came_out(run)]
    assert told == [
        ("2 billion yuan/year", "more paid by patients", "−1 to 3 billion yuan/year"),
        ("50.0 %", "less spent than at earlier prices and shares", "40.0 to 60.0 %"),
    ]


def test_one_replication_gives_no_range(tmp_path: Path) -> None:
    run = synthetic.write(tmp_path / "run")
    assert "no range can be given" in headline.how_sure(run)[0]
    assert all(figure.span == "" for figure in headline.came_out(run))


def test_stand_ins_and_guesses_are_marked(real: RunFolder) -> None:
    found = evidence.assumptions(real)
    rules = {a.path: a for a in (*found["Rules and calendar"], *found["Laws"])}
    behaviour = {a.path: a for a in found["Behaviour"]}
    assert set(real.manifest["stand_ins"]) == {path for path, a in rules.items() if a.stand_in}
    assert behaviour["behaviour.firms.drug_spread"].confidence == "guess"
    assert behaviour["behaviour.firms.drug_spread"].weak
    assert not behaviour["behaviour.choice.price"].weak
    source = (real.path / pages.NAME).read_text(encoding="utf-8")
    marks = source.count('<strong class="mark">')
    assert marks == sum(a.weak for values in found.values() for a in values)


def test_the_command_of_the_report_gives_the_same_run(real: RunFolder, tmp_path: Path) -> None:
    words = shlex.split(again.command(real))
    assert words[0] == "vbp"
    assert vbp(*words[1:], "--out", tmp_path / "again", "--no-figures", "-q") == 0
    assert RunFolder.open(tmp_path / "again").manifest["run_hash"] == real.manifest["run_hash"]
    assert again.command(real) in html.unescape((real.path / pages.NAME).read_text("utf-8"))


def test_a_shipped_scenario_goes_by_its_name(run: RunFolder) -> None:
    assert again.command(run).startswith("vbp run pilot-2018 --seed 1 --replications 3")


def test_checklist_has_the_items_of_stress_des(real: RunFolder) -> None:
    items = checklist.items(real)
    numbers = ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "2.5", "3.1", "3.2", "3.3", "3.4"]
    assert [number for number, _, _ in items] == [*numbers, "4.1", "4.2", "4.3", "5.1", "5.2", "5.3", "5.4", "6.1"]
    assert all(answer and say("checklist.unknown") not in answer for _, _, answer in items)


def test_report_of_a_folder_goes_where_it_is_told(
    real: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert vbp("report", real.path, "--out", tmp_path / "r.html") == 0
    assert capsys.readouterr().err == f"written: {tmp_path / 'r.html'}\n"
    assert (tmp_path / "r.html").read_bytes() == (real.path / pages.NAME).read_bytes()
    assert vbp("report", tmp_path / "none") == 2


def test_a_run_without_a_winner_has_a_report(tmp_path: Path) -> None:
    run = synthetic.write(tmp_path / "run", failed=tuple(synthetic.DRUGS))
    assert "Nothing to show: no contract came into force" in page.render(run)


def test_cells_read_as_people_write_numbers() -> None:
    values = (True, -1234.5, float("nan"), 12345, 2019, "-x")
    assert [shown(v) for v in values] == ["yes", "−1,234", "–", "12,345", "2019", "-x"]
    assert signs("-53.2 to -48.0 %") == "−53.2 to −48.0 %"
    assert signs("2018-12-06") == "2018-12-06"


def test_summary_without_drawing_costs_no_matplotlib(tmp_path: Path) -> None:
    scenario = write_scenario(tmp_path)
    program = (
        "import json, sys\nfrom vbp_sim.cli import main\n"
        "sys.argv = ['vbp', *sys.argv[1:]]\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    code = stop.code\n"
        "print(json.dumps([code, [m for m in ('matplotlib', 'jinja2') if m in sys.modules]]))"
    )
    words = ["run", str(scenario), "--out", str(tmp_path / "run"), "--no-figures", "--workers", "1"]
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True)
    assert "price" in done.stdout
    assert json.loads(done.stdout.splitlines()[-1]) == [0, []]
