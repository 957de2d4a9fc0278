"""list, new and check as the first commands of a day: what there is, projects of a market, empty markets, notes."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from vbp_sim.report.charts.catalogue import catalogue
from vbp_sim.rules.library import rule_set
from vbp_sim.runs.load import load_scenario, market_folder, shipped
from vbp_sim.runs.metrics import METRICS
from vbp_sim.runs.project import LOOK, dates_of
from vbp_sim.scenario.market_columns import FILES
from vbp_sim.scenario.market_csv import read_market
from vbp_sim.truth.replay import read_market_of, replay


def listed(vbp: Any, *arguments: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads(vbp("list", *arguments, "--json").out)
    return rows


def test_list_tells_every_metric_in_both_languages(vbp: Any) -> None:
    rows = listed(vbp, "metrics")
    assert [row["metric"] for row in rows] == [*METRICS]
    first = next(row for row in rows if row["metric"] == "unmet_share")
    assert (first["unit"], first["better"]) == ("share", "less is better")
    chinese = listed(vbp, "metrics", "--lang", "zh")
    assert all(a["meaning"] != b["meaning"] for a, b in zip(rows, chinese, strict=True))


def test_list_tells_every_chart_and_what_it_is_drawn_of(vbp: Any) -> None:
    rows = listed(vbp, "charts")
    assert {row["chart"] for row in rows if row["of"] == "comparison"} == {*catalogue("comparison")}
    assert {row["chart"] for row in rows if row["of"] == "run"} == {*catalogue("run")}
    assert all(row["question"].endswith("?") for row in rows)
    assert all(row["question"].endswith("？") for row in listed(vbp, "charts", "--lang", "zh"))


def test_an_experiment_runs_by_the_name_that_list_gives(vbp: Any) -> None:
    rows = listed(vbp, "experiments")
    assert len(rows) == len(list((shipped() / "experiments").glob("*.yaml")))
    assert load_scenario(rows[0]["experiment"]).spec.title == rows[0]["title"]
    for said, english in zip(listed(vbp, "experiments", "--lang", "zh"), rows, strict=True):
        assert said["title"] != english["title"]


@pytest.mark.parametrize("name", ["batch-2", "batch-3"])
def test_the_real_bids_of_a_batch_are_its_variant(name: str) -> None:
    scenario = load_scenario(name, "real-bids")
    quoted = sum(product.bid is not None for product in scenario.market.products)
    assert f"The {quoted} bids" in scenario.spec.variants["real-bids"].title
    only = scenario.spec.rounds[name]
    assert (only.rules.id, only.calendar.opening) == (name, rule_set(name).date)  # type: ignore[attr-defined]
    most = max(sum(p.selected or False for p in o.products) for o in replay(scenario.market, rule_set(name)).outcomes)
    assert {6: "six winners", 8: "eight winners"}[most] in scenario.spec.title


@pytest.mark.parametrize("name", ["batch-3", "markets/batch-3"])
def test_a_shipped_market_goes_by_name(vbp: Any, name: str) -> None:
    assert read_market_of(name).name == "batch-3"
    assert vbp("replay", name, "--rules", "batch-3", "--drug", "anastrozole", "-q").code == 0


def test_a_market_that_is_not_there_is_refused_with_the_nearest(vbp: Any, tmp_path: Path) -> None:
    code, _, err = vbp("new", "mine", "--market", "batch_3", "--rules", "batch-3", "--dir", tmp_path)
    assert code == 2
    assert "did you mean 'batch-3'?" in err
    assert list(tmp_path.iterdir()) == []


def test_new_puts_a_market_under_a_rule_set_on_its_own_dates(vbp: Any, tmp_path: Path) -> None:
    code, out, err = vbp("new", "eigen", "--market", "batch-2", "--rules", "batch-2", "--dir", tmp_path)
    made, origin = load_scenario(Path(out.strip())), load_scenario("batch-2")
    assert (code, LOOK in Path(out.strip()).read_text(encoding="utf-8")) == (0, False)
    assert made.spec.rounds["first"].calendar == origin.spec.rounds["batch-2"].calendar
    assert made.market.digest == origin.market.digest
    assert "as in the shipped scenario batch-2" in err


def test_new_says_that_somebody_must_look_at_dates_that_it_counted(vbp: Any, tmp_path: Path) -> None:
    code, out, err = vbp("new", "eigen", "--market", "batch-3", "--rules", "batch-7", "--dir", tmp_path, "-q")
    assert code == 0
    assert "LOOK AT THEM" in err
    assert f"calendar: # {LOOK}" in Path(out.strip()).read_text(encoding="utf-8")
    assert load_scenario(Path(out.strip())).spec.rounds["first"].calendar.opening == rule_set("batch-7").date


def test_dates_without_any_date_lie_ahead_and_are_in_order() -> None:
    found = dates_of("none-has-this", None)
    assert not found.sure
    assert list(found.days.values()) == sorted(found.days.values())
    assert found.start < found.days["reporting_start"]


def test_new_refuses_a_market_that_does_not_go_with_the_rules(vbp: Any, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(market_folder("batch-2"), bare)
    drugs = (bare / "drugs.csv").read_text(encoding="utf-8").replace(",ceiling,", ",was_ceiling,", 1)
    (bare / "drugs.csv").write_text(drugs, encoding="utf-8")
    code, _, err = vbp("new", "eigen", "--market", bare, "--rules", "batch-2", "--dir", tmp_path)
    assert code == 2
    assert "no ceiling in bare/drugs.csv" in err
    assert "eigen/eigen.yaml:" in err
    assert [folder.name for folder in tmp_path.iterdir()] == ["bare"]


@pytest.mark.parametrize(
    "args",
    [("--market", "batch-2"), ("--rules", "batch-2"), ("--blank", "--from", "pilot-2018"), ("--blank", "--rules", "x")],
)
def test_new_takes_one_beginning(vbp: Any, tmp_path: Path, args: tuple[str, ...]) -> None:
    assert vbp("new", "mine", *args, "--dir", tmp_path).code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_import_reads_the_workbooks_of_an_empty_market_back(vbp: Any, tmp_path: Path, language: str) -> None:
    folder = Path(vbp("new", "empty", "--blank", "--dir", tmp_path).out.strip())
    code, _, err = vbp("import", folder / f"template-{language}.xlsx", "--out", tmp_path / "filled")
    assert (code, "look at" in err) == (0, False)
    market = read_market(tmp_path / "filled")
    assert [(drug.form, drug.ceiling, drug.qualified) for drug in market.drugs] == [("oral-solid", Decimal("0.32"), 4)]
    assert market.products[0].pre_price == Decimal("0.43")
    assert (market.provinces[0].id, market.provinces[0].primary, market.reported[0, 0]) == ("hubei", 1400, 8089712)
    assert vbp("new", "mine", "--market", tmp_path / "filled", "--rules", "batch-9", "--dir", tmp_path).code == 0


def test_an_empty_market_has_all_headers_and_says_what_they_mean(vbp: Any, tmp_path: Path) -> None:
    folder = Path(vbp("new", "empty", "--blank", "--dir", tmp_path).out.strip())
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for file, columns in FILES.items():
        header = (folder / file).read_text(encoding="utf-8")
        assert header == ",".join(column.name for column in columns) + "\n"
        assert all(f"| {column.name} | {'yes' if column.required else ''} |" in readme for column in columns)
    assert vbp("new", "empty", "--blank", "--dir", tmp_path).code == 2
    code, _, err = vbp("check", folder)
    assert (code, "there are no rows below the header" in err) == (2, True)


def test_check_notes_invented_firms_and_drugs_without_bids(vbp: Any) -> None:
    code, out, err = vbp("check", "pilot-2018")
    assert (code, out.startswith("pilot-2018: OK (1 round,")) == (0, True)
    assert "note: 23 unnamed firms are invented for atorvastatin" in err
    assert "none for amoxicillin, azithromycin-oral, tramadol, alfacalcidol and 2 more" in err
    notes = json.loads(vbp("check", "pilot-2018", "--json").out)["files"][0]["notes"]
    assert [(note["kind"], note["n"], len(note["drugs"])) for note in notes] == [
        ("invented_counted", 23, 17),
        ("bidless", 0, 6),
    ]
    assert "虚设23家" in vbp("check", "pilot-2018", "--lang", "zh").err
    assert vbp("check", "-q", "pilot-2018").err == ""


def test_check_notes_forms_classes_and_firms_that_nobody_gave(vbp: Any, tmp_path: Path) -> None:
    market = tmp_path / "market"
    shutil.copytree(market_folder("batch-2"), market)
    text = (market / "drugs.csv").read_text(encoding="utf-8").replace("oral-solid", "oral-sloid", 1)
    (market / "drugs.csv").write_text(text.replace(",antibiotic,", ",antibiotics,").replace(",class,", ",class,", 1))
    lines = (market / "products.csv").read_text(encoding="utf-8").splitlines()
    bid = lines[0].split(",").index("bid")
    bare = [",".join(cell for i, cell in enumerate(line.split(",")) if i != bid) for line in lines]
    (market / "products.csv").write_text("\n".join(bare), encoding="utf-8")
    kinds = {note["kind"]: note for note in json.loads(vbp("check", market, "--json").out)["files"][0]["notes"]}
    assert len(kinds["strange_form"]["drugs"]) == 1
    assert len(kinds["strange_class"]["drugs"]) == 7
    assert "bidless" not in kinds


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("market/drugs.csv", "one of the four files of a market"),
        ("return.xlsx", "this is a workbook"),
        ("mine.py", "a plug-in: name it under plugins:"),
        ("run/", "a folder with a run"),
        ("bare/", "a folder without a market"),
        ("map.yaml", "a mapping of columns"),
    ],
)
def test_check_says_what_a_wrong_kind_of_file_is(vbp: Any, tmp_path: Path, name: str, says: str) -> None:
    place = tmp_path / name
    place.parent.mkdir(exist_ok=True)
    if name.endswith("/"):
        place.mkdir(exist_ok=True)
        (place / ("manifest.json" if "run" in name else "a.txt")).write_text("{}")
    else:
        place.write_text("tables: {}\n")
    code, _, err = vbp("check", place)
    assert (code, says in err) == (2, True)


def test_check_reads_rule_sets_and_laws_of_ones_own(vbp: Any, tmp_path: Path) -> None:
    rules, law = tmp_path / "rules.yaml", tmp_path / "law.yaml"
    rules.write_text("extends: batch-9\nselection: {ratio: 1.5}\n")
    law.write_text("extends: law-2019\npayment: {settlement_days: 20}\n")
    assert vbp("check", rules, law)[0] == 0, vbp("check", rules, law).err
    rules.write_text("extends: batch-9\nselection: {raito: 1.5}\n")
    code, _, err = vbp("check", rules)
    assert (code, "did you mean 'ratio'?" in err) == (2, True)
    assert "--variant and --set are for scenarios" in vbp("check", law, "--set", "seed=1").err
