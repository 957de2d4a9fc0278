"""Tables for spreadsheets and single charts: the same numbers, texts that stay texts, a dictionary that is whole."""

from __future__ import annotations

import csv
import re
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import pytest
import synthetic
from small import small

from vbp_sim.cli import group
from vbp_sim.cli.common import guarded
from vbp_sim.engine.tables import TABLES
from vbp_sim.errors import InputError
from vbp_sim.report import export
from vbp_sim.report.words.language import speaking
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.metrics import METRICS
from vbp_sim.runs.run import run as run_scenario

NAMES = {"=cmd|' /C calc'!A0": 3.0, "+1": 4.0, "-x": 5.0, "@sum": 6.0, "<b>&amp;": 7.0, "x" * 300: 8.0, "💊 عقار": 9.0}
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def vbp(*args: object) -> int:
    return guarded(lambda: group.main([str(a) for a in args], prog_name="vbp", standalone_mode=False))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return synthetic.write(tmp_path_factory.mktemp("runs") / "run", drugs=NAMES, failed=(), scenario="=1+1")


def read(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.reader(lines))


def sheets(file: Path) -> dict[str, list[list[str]]]:
    """Cells of a workbook as text, by sheet; a cell with a formula is an error."""
    with zipfile.ZipFile(file) as book:
        names = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
        assert not [name for name in book.namelist() if "externalLink" in name]
        found = {}
        for number, name in enumerate(names, start=1):
            root = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
            assert root.find(f".//{MAIN}f") is None
            assert root.find(f".//{MAIN}hyperlink") is None
            rows = root.findall(f".//{MAIN}row")
            found[name] = [["".join(cell.itertext()) for cell in row] for row in rows]
    return found


def test_csv_holds_every_table_and_no_formula(run: RunFolder, tmp_path: Path) -> None:
    files = export.to_csv(run, tmp_path / "csv")
    assert {file.stem for file in files} == {"summary", "about", "dictionary", *TABLES}
    for file in files:
        assert file.read_bytes().startswith(b"\xef\xbb\xbf")
        for row in read(file):
            assert not [c for c in row if c.startswith(("=", "+", "@", "\t", "\r"))]
    bids = read(tmp_path / "csv" / "bids.csv")
    assert [name for name in bids[0] if name != "said"] == list(TABLES["bids"].names)
    drugs = {row[bids[0].index("drug")] for row in bids[1:]}
    assert drugs == {f"'{name}" if name[0] in "=+-@" else name for name in NAMES}


def test_facts_have_their_sentence_beside_them(tmp_path: Path) -> None:
    run = run_scenario(small(tmp_path, replications=1), tmp_path / "run", workers=1)[0]
    for code, sentence in (("en", "tender document published"), ("zh", "采购文件发布")):
        with speaking(code):
            export.to_csv(run, tmp_path / code, ["bids", "events"])
        head, *rows = read(tmp_path / code / "events.csv")
        assert head[-2:] == ["text", "said"]
        assert ['[{"id":"document"}]', sentence] in [row[-2:] for row in rows]
        head, *rows = read(tmp_path / code / "bids.csv")
        assert head[head.index("reason") + 1] == "said"
    found = export.dictionary(["events"])
    assert found["column"].tolist()[len(TABLES["events"].columns)] == "said"


def test_excel_holds_the_same_as_text(run: RunFolder, tmp_path: Path) -> None:
    export.to_excel(run, tmp_path / "run.xlsx")
    found = sheets(tmp_path / "run.xlsx")
    assert list(found) == ["summary", "about", "dictionary", *run.tables]
    assert ["scenario", "=1+1"] in found["about"]
    column = found["bids"][0].index("drug")
    assert {row[column] for row in found["bids"][1:]} == set(NAMES)
    assert len(found["use"]) == run.manifest["tables"]["use"]["rows"] + 1


def test_a_workbook_leaves_out_long_tables_that_nobody_named_and_says_so(
    run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "FEW", 1_000)
    rows = {name: entry["rows"] for name, entry in run.manifest["tables"].items()}
    long = [name for name, n in rows.items() if n > 1_000]
    assert "use" in long
    assert export.to_excel(run, tmp_path / "all.xlsx") == long
    found = sheets(tmp_path / "all.xlsx")
    assert not set(long) & set(found)
    assert ["left out", f"use ({rows['use']:,} rows): as CSV, or with --tables use"] in found["about"]
    assert export.to_excel(run, tmp_path / "use.xlsx", ["use"]) == []
    assert len(sheets(tmp_path / "use.xlsx")["use"]) == rows["use"] + 1


def test_excel_is_the_same_bytes_again(run: RunFolder, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        export.to_excel(run, tmp_path / name, ["bids"])
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_numbers_keep_their_value(run: RunFolder, tmp_path: Path) -> None:
    export.to_csv(run, tmp_path, ["fund"])
    rows = read(tmp_path / "fund.csv")
    spend = [float(row[rows[0].index("spend")]) for row in rows[1:]]
    assert spend == pytest.approx(run.table("fund")["spend"].tolist(), rel=1e-9)


def test_dictionary_explains_every_column_and_metric() -> None:
    found = export.dictionary(list(TABLES))
    keys = list(zip(found["table"], found["column"], strict=True))
    assert [key for key in keys[: -len(METRICS)] if key[1] != "said"] == [
        (table.name, c.name) for table in TABLES.values() for c in table.columns
    ]
    assert keys[-len(METRICS) :] == [("summary", name) for name in METRICS]
    assert all(found["meaning"])


def test_a_table_too_long_for_excel_is_refused_before_anything_is_written(run: RunFolder, tmp_path: Path) -> None:
    tables = {**run.manifest["tables"], "use": {"rows": export.EXCEL_ROWS, "sha256": ""}}
    long = RunFolder(run.path, {**run.manifest, "tables": tables}, run.summary)
    with pytest.raises(InputError, match="1,048,576 rows, and a sheet of Excel holds 1,048,576"):
        export.to_excel(long, tmp_path / "run.xlsx", ["use"])
    assert list(tmp_path.iterdir()) == []


def test_commands_export_and_plot(run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert vbp("export", run.path, "--out", tmp_path / "csv", "--tables", "bids,awards") == 0
    assert {file.name for file in (tmp_path / "csv").iterdir()} == {
        "summary.csv", "about.csv", "dictionary.csv", "bids.csv", "awards.csv",
    }  # fmt: skip
    assert vbp("export", run.path, "--tables", "bidz") == 2
    assert "did you mean 'bids'" in capsys.readouterr().err
    for name, start in (("a.svg", b"<?xml"), ("a.png", b"\x89PNG"), ("a.pdf", b"%PDF")):
        assert vbp("plot", run.path, "savings", "--out", tmp_path / name, "-q") == 0
        assert (tmp_path / name).read_bytes().startswith(start)
    assert vbp("plot", run.path, "savings", "--format", "png", "--out", tmp_path / "a.pdf") == 2
    assert vbp("plot", run.path, "saving") == 2
    assert vbp("plot", run.path) == 0
    assert "savings  " in capsys.readouterr().out
