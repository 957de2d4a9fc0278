"""Results that came from others: edited, missing, foreign, hostile. Each is refused at once and by name, or read."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from forging import edit, reseal, rewrite
from results_made import JSON, VARIANTS, made, within
from small import write_scenario

from vbp_sim.engine.tables import TABLES
from vbp_sim.errors import InputError
from vbp_sim.report.sources import opened
from vbp_sim.runs import parquet, reading
from vbp_sim.runs.folder import MANY, MOST_ALIKE, RunFolder
from vbp_sim.studies import ledger

Vbp = Callable[..., tuple[int, str, str]]
#: what a value is replaced by; each is of another kind than most
KINDS: dict[str, Any] = {"null": None, "number": 5, "share": 0.5, "text": "text", "list": [], "map": {}, "true": True}
WHOLE: dict[str, bytes] = {
    "empty": b"", "null": b"null", "list": b"[]", "number": b"5", "text": b'"text"', "map": b"{}",
    "truncated": b'{"a": [1', "not UTF-8": b'{"a": "\xff\xfe"}', "UTF-16": "{}".encode("utf-16"), "NaN": b'{"a": NaN}',
    "infinity": b'{"a": -Infinity}', "beyond floats": b'{"a": 1e999}', "deep": b'{"a":' * 100_000,
    "64 bits": b'{"a": 9223372036854775808}', "half a letter": b'{"a": "\\ud800"}',
    "digits": b'{"a": ' + b"9" * 10_000 + b"}",
}  # fmt: skip
FILES = [(kind, file) for kind, files in JSON.items() for file in files]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return made(tmp_path_factory.mktemp("results"))


@pytest.fixture
def copies(results: dict[str, Path], tmp_path: Path) -> Callable[[str], Path]:
    """A copy of a result, to be damaged."""
    return lambda kind: Path(shutil.copytree(results[kind], tmp_path / kind, symlinks=True))


def refused(vbp: Vbp, file: Path, *arguments: object) -> str:
    """Run a command that must refuse a file by its name; return what it said."""
    with within(20):
        code, _, said = vbp(*arguments)
    assert (code, str(file) in said, "Traceback" in said) == (2, True, False), said
    return said


# JSON


@pytest.mark.parametrize("damage", WHOLE)
@pytest.mark.parametrize(("kind", "file"), FILES)
def test_a_json_that_is_none_is_refused_by_name(copies: Any, vbp: Vbp, kind: str, file: str, damage: str) -> None:
    place = copies(kind) / file
    place.write_bytes(WHOLE[damage])
    refused(vbp, place, "plot", place.parent)


def test_a_huge_json_is_not_read(copies: Any, vbp: Vbp) -> None:
    place = copies("run") / "manifest.json"
    os.truncate(place, 10**12)
    assert "32 MB" in refused(vbp, place, "report", place.parent)


def addresses(value: Any, deep: int = 0) -> Iterator[tuple[str | int, ...]]:
    """Where values stand in a document: all of its own, and some of each map and list below."""
    items = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    for key, below in items[: 3 if deep else None]:
        yield (key,)
        yield from ((key, *rest) for rest in addresses(below, deep + 1))


def replaced(document: Any, address: tuple[str | int, ...], value: Any) -> Any:
    """The document with another value there."""
    copy = json.loads(json.dumps(document))
    *above, last = address
    node = copy
    for step in above:
        node = node[step]
    node[last] = value
    return copy


@pytest.mark.parametrize(("kind", "file"), FILES)
def test_a_value_of_another_kind_is_refused_by_name_or_read(copies: Any, kind: str, file: str) -> None:
    """What is no reader's business is read; the rest is refused."""
    place = copies(kind) / file
    document = json.loads(place.read_text(encoding="utf-8"))
    refused_at = set()
    for address in addresses(document):
        for value in KINDS.values():
            place.write_text(json.dumps(replaced(document, address, value)), encoding="utf-8")
            if file == "summary.json":
                reseal(place.parent)
            try:
                opened(place.parent)
            except InputError as error:
                refused_at.add((address[0], f"{place.parent}" in str(error)))
    must = {"tables", "values", "inputs", "names", "market", "finished"} if file == "manifest.json" else set(document)
    for key in must - {"version", "id", "id_digest", "higher_is"}:
        assert (key, True) in refused_at
    assert all(named for _, named in refused_at)


@pytest.mark.parametrize("file", ["manifest.json", "summary.json"])
def test_a_value_that_is_not_there_is_named(copies: Any, vbp: Vbp, file: str) -> None:
    place = copies("run") / file
    rewrite(place, replications=...)
    assert "replications: is missing" in refused(vbp, place, "trace", place.parent)


def test_what_steers_a_terminal_is_shown_as_a_sign(copies: Any, vbp: Vbp) -> None:
    run = copies("run")
    edit(run / "tables" / "bids.parquet", "drug", "\x1b[2Jgone")
    reseal(run, scenario="\x1b]0;title\x07", title="\x1b[31m", not_simulated=["\x9b31m"])
    code, out, said = vbp("trace", run)
    assert code == 0
    assert "gone" in out
    assert "\x1b" not in out + said
    assert "\x1b" not in str(RunFolder.open(run).manifest)


# tables


def commands(run: Path) -> dict[str, tuple[object, ...]]:
    """What reads a run folder, by command."""
    scenario = write_scenario(run.parent / "scenario", variants=VARIANTS)
    again = ("--replications", 2, "--out", run)
    return {
        "report": ("report", run),
        "plot": ("plot", run, "timeline"),
        "export": ("export", run, "--tables", "awards"),
        "trace": ("trace", run),
        "run": ("run", scenario, *again),
        "compare": ("compare", scenario, "--variants", "dear", "--replications", 2, "--out", run.parent.parent),
    }


def edited(table: Path) -> None:
    edit(table, "replication", 0)  # equal values in another file


def cut_short(table: Path) -> None:
    os.truncate(table, table.stat().st_size - 1)


def longer(table: Path) -> None:
    table.write_bytes(table.read_bytes() + b"\0")


def flipped(table: Path) -> None:
    data = bytearray(table.read_bytes())
    data[len(data) // 2] ^= 1
    table.write_bytes(data)


def foreign(table: Path) -> None:
    shutil.copy(table.with_name("awards.parquet"), table)


DAMAGES = (edited, cut_short, longer, flipped, foreign, Path.unlink)


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("command", ["report", "plot", "export", "trace", "run", "compare"])
def test_no_command_reads_a_table_that_the_run_did_not_write(
    copies: Any, vbp: Vbp, command: str, damage: Callable[[Path], None]
) -> None:
    """A command refuses it also where it would not have read this table."""
    folder = copies("comparison")
    (run,) = (place for place in (folder / "runs").iterdir() if place.name.startswith("small-dear-"))
    table = run / "tables" / "prices.parquet"
    damage(table)
    before = (run / "summary.json").read_bytes()
    arguments = commands(run)[command]
    if command == "run":
        arguments = (*arguments, "--variant", "dear")
    said = refused(vbp, table, *arguments)
    assert ("there is no such file" if damage is Path.unlink else "is not the table that the run wrote") in said
    assert (run / "summary.json").read_bytes() == before


def test_an_undamaged_run_is_read_by_all_of_them(copies: Any, vbp: Vbp) -> None:
    folder = copies("comparison")
    (run,) = (place for place in (folder / "runs").iterdir() if place.name.startswith("small-dear-"))
    for command, arguments in commands(run).items():
        variant = ("--variant", "dear") if command == "run" else ()
        code, _, said = vbp(*arguments, *variant)
        assert code == 0, (command, said)
    assert "already there" in vbp(*commands(run)["run"], "--variant", "dear")[2]


def test_an_edited_summary_is_refused(copies: Any, vbp: Vbp) -> None:
    run = copies("run")
    rewrite(run / "summary.json", replications=3)
    assert "not the summary that the run wrote" in refused(vbp, run / "summary.json", "report", run)
    rewrite(run / "manifest.json", summary_sha256=...)  # as runs of older programs have none
    assert vbp("trace", run)[0] == 0


def test_an_edited_back_test_is_refused(copies: Any, vbp: Vbp) -> None:
    folder = copies("backtest")
    rewrite(folder / "backtest.json", replications=21)
    assert "its id is not that of its content" in refused(vbp, folder / "backtest.json", "report", folder)


def test_every_damaged_table_is_named_at_once(copies: Any) -> None:
    run = copies("run")
    for name in ("use", "bids", "fund"):
        longer(run / "tables" / f"{name}.parquet")
    with pytest.raises(InputError) as caught:
        RunFolder.open(run)
    assert {Path(p.place).stem for p in caught.value.problems} == {"use", "bids", "fund"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"replications": 10**12}, "replications: here is 1,000,000,000,000, its tables hold 2"),
        ({"replications": 1}, "replications: here is 1, its tables hold 2"),
        ({"replications": 1e12}, "replications: a whole number is wanted"),
        ({"replications": 0}, "replications: must be at least 1"),
        ({"digest": "another"}, "run_hash: is not that of its digest and tables"),
        ({"run_hash": "another"}, "run_hash: is not that of its digest and tables"),
        ({"tables": {}}, "tables.bids: is missing"),
        ({"tables": {"../../etc/passwd": {"rows": 1, "sha256": "0" * 64}}}, "tables.../../etc/passwd"),
        ({"format": 99}, "has format 99"),
        ({"program": "other"}, "is not the manifest of a run of vbp_sim"),
    ],
)
def test_a_manifest_that_contradicts_its_tables_is_refused(
    copies: Any, vbp: Vbp, changes: dict[str, Any], said: str
) -> None:
    run = copies("run")
    rewrite(run / "manifest.json", **changes)
    assert said in refused(vbp, run / "manifest.json", "trace", run)


def test_rows_that_a_table_does_not_hold_are_refused(copies: Any, vbp: Vbp) -> None:
    run = copies("run")
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    manifest["tables"]["use"]["rows"] += 1
    rewrite(run / "manifest.json", tables=manifest["tables"])
    assert "its manifest says" in refused(vbp, run / "tables" / "use.parquet", "trace", run)


# forged with care: hashes and counts agree


def test_a_forged_number_of_replications_is_refused(copies: Any, vbp: Vbp) -> None:
    run = copies("run")
    edit(run / "tables" / "use.parquet", "replication", 10**12 - 1, row=-1)
    reseal(run, replications=10**12)
    assert "its tables hold" in refused(vbp, run / "manifest.json", "report", run)
    reseal(run)
    assert "its tables hold" in refused(vbp, run / "manifest.json", "report", run)


def test_many_equal_rows_in_a_small_file_are_not_read(copies: Any, vbp: Vbp) -> None:
    run = copies("run")
    file = run / "tables" / "prices.parquet"
    first = pq.read_table(file).slice(0, 1)
    rows = pa.concat_tables([pa.concat_tables([first] * 1000).combine_chunks()] * 2000)
    pq.write_table(rows, file, compression="zstd")
    memory = 8 * rows.num_rows * rows.num_columns
    assert memory > MANY
    assert memory > MOST_ALIKE * file.stat().st_size
    reseal(run)
    assert "GB are no table of a run" in refused(vbp, file, "export", run)


def test_real_tables_are_far_from_that_limit(results: dict[str, Path]) -> None:
    for file in (results["run"] / "tables").iterdir():
        with reading.regular(file, "") as table:
            assert parquet.extent(table).memory < MOST_ALIKE / 10 * file.stat().st_size, file


def without(name: str) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.drop_columns([name])


def cast(name: str, kind: pa.DataType) -> Callable[[pa.Table], pa.Table]:
    def changed(table: pa.Table) -> pa.Table:
        place = table.schema.get_field_index(name)
        column = table.column(place).cast(kind, safe=False)
        return table.set_column(place, pa.field(name, kind), column)

    return changed


def with_nulls(table: pa.Table) -> pa.Table:
    values = table.column("yuan").to_pylist()
    return table.set_column(
        table.schema.get_field_index("yuan"),
        pa.field("yuan", pa.float64()),
        pa.array([None, *values[1:]], pa.float64()),
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (without("yuan"), "it has no column yuan"),
        (cast("yuan", pa.string()), "column yuan is declared float and has values of type string"),
        (cast("yuan", pa.float32()), "column yuan is declared float and has values of type float"),
        (cast("month", pa.timestamp("s")), "column month is declared month and has values of type timestamp"),
        (cast("province", pa.binary()), "column province is declared text and has values of type"),
        (cast("replication", pa.string()), "cannot be read"),
        (without("replication"), "cannot be read"),
        (with_nulls, "column yuan is declared float and has missing values"),
    ],
)
def test_columns_of_another_kind_are_refused(copies: Any, vbp: Vbp, change: Any, said: str) -> None:
    run = copies("run")
    file = run / "tables" / "accounts.parquet"
    pq.write_table(change(pq.read_table(file)), file)
    reseal(run)
    assert said in refused(vbp, file, "export", run)


def test_tables_that_contradict_each_other_are_told(copies: Any, vbp: Vbp) -> None:
    run = copies("run")
    edit(run / "tables" / "prices.parquet", "drug", "nobody tendered it")
    reseal(run)
    said = refused(vbp, run, "plot", run, "price-by-drug")
    assert "the chart price-by-drug cannot be drawn of it" in said
    assert "run it again to tell which" in said


def test_values_that_no_event_has_are_shown_as_they_are(copies: Any, vbp: Vbp) -> None:
    run = copies("run")
    edit(run / "tables" / "events.parquet", "value", -float("inf"))
    edit(run / "tables" / "events.parquet", "text", '[{"id":"down"}]')
    edit(run / "tables" / "events.parquet", "date", -800_000)
    reseal(run)
    code, out, _ = vbp("trace", run, "alpha", "--json")
    first = json.loads(out)[0]
    assert (code, first["value"], first["said"]) == (0, None, '[{"id":"down"}]')


# what is no regular file


def pipe(place: Path) -> None:
    os.mkfifo(place)


def link(place: Path) -> None:
    place.symlink_to("/dev/zero")


def broken_link(place: Path) -> None:
    place.symlink_to("nowhere")


def link_to_the_same(place: Path) -> None:
    """The right content behind a link: what it leads to may change at any time."""
    aside = place.with_name(f"{place.name}.real")
    place.rename(aside) if place.exists() else None
    place.symlink_to(aside)


def plug(place: Path) -> None:
    here = os.getcwd()
    os.chdir(place.parent)  # names of sockets are short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place.name)
    os.chdir(here)


STRANGE = (pipe, link, broken_link, Path.mkdir, plug)


@pytest.mark.parametrize("strange", STRANGE)
@pytest.mark.parametrize(("kind", "file"), [*FILES, ("run", "tables/use.parquet")])
def test_nothing_but_regular_files_is_opened(
    copies: Any, vbp: Vbp, kind: str, file: str, strange: Callable[[Path], None]
) -> None:
    place = copies(kind) / file
    place.unlink()
    strange(place)
    command = "plot" if kind != "run" else "export"
    assert "a regular file is wanted, here is a" in refused(vbp, place, command, place.parents[file.count("/")])


@pytest.mark.parametrize(("kind", "file"), [*FILES, ("run", "tables/use.parquet")])
def test_not_even_the_right_content_is_read_through_a_link(copies: Any, vbp: Vbp, kind: str, file: str) -> None:
    place = copies(kind) / file
    link_to_the_same(place)
    refused(vbp, place, "plot", place.parents[file.count("/")])


@pytest.mark.parametrize("strange", STRANGE)
def test_a_run_is_not_put_where_a_strange_manifest_stands(
    tmp_path: Path, vbp: Vbp, strange: Callable[[Path], None]
) -> None:
    (tmp_path / "out").mkdir()
    strange(tmp_path / "out" / "manifest.json")
    scenario = write_scenario(tmp_path / "scenario")
    refused(vbp, tmp_path / "out" / "manifest.json", "run", scenario, "--out", tmp_path / "out")
    refused(vbp, tmp_path / "out", "run", scenario, "--out", tmp_path / "out", "--force")
    assert os.path.lexists(tmp_path / "out" / "manifest.json")


# the plan of a study


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"replications": 10**6}, "its ledger holds"),
        ({"sample": {"method": "lhs", "size": 10**7}}, "its ledger holds"),
        (
            {"levers": {f"l{i}": {"path": f"demand.l{i}", "low": 0, "high": 1, "steps": 10_000} for i in range(9)}},
            "points, and 1,000,000,000 are the most",
        ),
        ({"replications": "2"}, "spec.replications: a whole number is wanted, here is text '2'"),
        ({"nothing": 1}, "spec.nothing"),
    ],
)
def test_a_plan_that_its_ledger_does_not_hold_is_refused(copies: Any, vbp: Vbp, spec: Any, said: str) -> None:
    plan = copies("study") / "plan.json"
    known = json.loads(plan.read_text(encoding="utf-8"))["spec"]
    rewrite(plan, spec={**known, **spec})
    assert said in refused(vbp, plan, "report", plan.parent)


@pytest.mark.parametrize(("file", "changes", "said"), [
    ("sensitivity.json", {"method": "x"}, "method"),
    ("sensitivity.json", {"effects": [{"metric": "completion"}]}, "effects.0.uncertainty: is missing"),
    ("regions.json", {"regions": [{}]}, "regions.0.conditions: is missing"),
    ("front.json", {"objectives": [{"metric": "completion", "more": 1}]}, "objectives.0.more: true or false is wanted"),
    ("front.json", {"front": ...}, "front: is missing"),
])  # fmt: skip
def test_what_was_found_in_a_study_is_read_by_its_shape(
    copies: Any, vbp: Vbp, file: str, changes: Any, said: str
) -> None:
    study = copies("study")
    rewrite(study / file, **changes)
    assert said in refused(vbp, study / file, "plot", study)


def test_a_missing_ledger_is_named(copies: Any, vbp: Vbp) -> None:
    study = copies("study")
    (study / ledger.NAME).unlink()
    refused(vbp, study / ledger.NAME, "report", study)


# code


@pytest.mark.parametrize("named", ["run/evil.py", "absolute"])
def test_no_code_that_came_with_a_run_is_run(
    copies: Any, vbp: Vbp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    run = copies("run")
    evil, done = run / "evil.py", tmp_path / "done"
    evil.write_text(f"open({str(done)!r}, 'w')")
    path = str(evil) if named == "absolute" else named
    reseal(run, plugins=[{"path": path, "sha256": hashlib.sha256(evil.read_bytes()).hexdigest()}])
    monkeypatch.chdir(tmp_path)
    code, _, said = vbp("plot", run, "timeline")
    assert (code, f"its plug-in {path} came with the folder" in said) == (0, True), said
    assert not done.exists()


@pytest.mark.parametrize("named", ["study/small.yaml", "absolute"])
def test_no_code_of_a_scenario_that_came_with_a_study_is_run(
    copies: Any, vbp: Vbp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    study = copies("study")
    file, done = write_scenario(study, plugins=["evil.py"]), tmp_path / "done"
    (study / "evil.py").write_text(f"open({str(done)!r}, 'w')")
    rewrite(study / "plan.json", scenario=str(file) if named == "absolute" else named)
    monkeypatch.chdir(tmp_path)
    assert vbp("report", study)[0] == 0
    assert not done.exists()


# a comparison


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"variants": []}, "variants: needs at least 1 entries"),
        ({"variants": ["dear", "dear"]}, "a variant is the base, or named twice"),
        ({"variants": ["dear"]}, "has the variant 'rare', which is none of variants"),
        ({"runs": {"base": 5}}, "runs.base: a text is wanted"),
        ({"runs": {"other": "x"}}, "runs has the variant 'other'"),
        ({"seed": -1}, "seed: must be at least 0"),
        ({"replications": "2"}, "replications: a whole number is wanted"),
    ],
)
def test_a_comparison_that_contradicts_itself_is_refused(copies: Any, vbp: Vbp, changes: Any, said: str) -> None:
    file = copies("comparison") / "comparison.json"
    rewrite(file, **changes)
    assert said in refused(vbp, file, "report", file.parent)


# writing


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Path]:
    """A file of the user that a link in a folder leads to; it must stay what it is."""
    file = tmp_path / "mine"
    file.mkdir()
    (file / "thesis").write_text("mine")
    yield file / "thesis"
    assert (file / "thesis").read_text() == "mine"
    assert [p.name for p in file.iterdir()] == ["thesis"]


def test_pictures_tables_and_reports_take_the_place_of_links(copies: Any, vbp: Vbp, victim: Path) -> None:
    run = copies("run")
    links = ["report.html", "figures/timeline.svg", "csv/summary.csv", "csv/awards.csv", "tables.xlsx"]
    hidden = [f"{Path(name).parent}/.{Path(name).name}.{os.getpid()}" for name in links]
    for name in (*links, *hidden):
        (run / name).parent.mkdir(exist_ok=True)
        (run / name).symlink_to(victim)
    for arguments in (("report", run), ("plot", run, "timeline"), ("export", run, "--tables", "awards")):
        assert vbp(*arguments)[0] == 0
    assert vbp("export", run, "--tables", "awards", "--format", "xlsx")[0] == 0
    for name in links:
        assert not (run / name).is_symlink()
        assert (run / name).stat().st_size > 100
    assert not any(os.path.lexists(run / name) for name in hidden)


@pytest.mark.parametrize(("name", "arguments"), [("figures", ("plot", "timeline")), ("csv", ("export",))])
def test_nothing_is_written_into_a_linked_folder(
    copies: Any, vbp: Vbp, victim: Path, name: str, arguments: tuple[str, ...]
) -> None:
    run = copies("run")
    (run / name).symlink_to(victim.parent)
    command, *more = arguments
    assert "nothing is written through it" in refused(vbp, run / name, command, run, *more)
    assert vbp(command, run, *more, "--out", run / "else.svg")[0] == 0  # a place that the user names


def test_a_finished_run_lies_on_the_disk(tmp_path: Path, vbp: Vbp, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables, summary and manifest, and then the folders that name them, are forced to the disk."""
    forced: list[str] = []
    force = os.fsync

    def told(handle: int) -> None:
        forced.append(Path(os.readlink(f"/proc/self/fd/{handle}")).name)
        force(handle)

    monkeypatch.setattr(os, "fsync", told)
    assert vbp("run", write_scenario(tmp_path), "--no-figures", "--out", tmp_path / "out" / "run")[0] == 0
    names = [name.split(".unfinished")[0].split(".json")[0].lstrip(".") for name in forced]
    assert {f"{name}.parquet" for name in TABLES} <= {*names}
    assert names.index("summary") < names.index("manifest")
    assert names[-3:] == ["manifest", "run", "out"]


# speed


def test_a_table_is_hashed_once_in_a_process(copies: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    digest = hashlib.file_digest

    def told(file: Any, name: str) -> Any:
        hashed.append(Path(os.readlink(f"/proc/self/fd/{file.fileno()}")).name)
        return digest(file, name)

    monkeypatch.setattr(hashlib, "file_digest", told)
    run = copies("run")
    for _ in range(3):
        folder = RunFolder.open(run)
        for name in TABLES:
            assert len(folder.table(name)["replication"]) == folder.manifest["tables"][name]["rows"]
    assert sorted(hashed) == sorted(["summary.json", *(f"{name}.parquet" for name in TABLES)])


def test_what_is_read_is_what_arrow_reads(results: dict[str, Path]) -> None:
    run = RunFolder.open(results["run"])
    for name, table in TABLES.items():
        theirs = pq.read_table(results["run"] / "tables" / f"{name}.parquet")
        ours = run.table(name)
        for column in table.columns:
            wanted = np.array(theirs.column(column.name).to_pylist(), dtype=ours[column.name].dtype)
            np.testing.assert_array_equal(ours[column.name], wanted)
