"""Folders of results, damaged in every way: a command reads one or refuses it, and never breaks, hangs, or believes an
edited table. Case k of seed `SEED` is the same on every machine: ``pytest tests/fuzz/test_folders.py -k case-k``."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from forging import edit, reseal, rewrite
from results_made import JSON, VARIANTS, made, within
from small import write_scenario

from vbp_sim.engine.tables import TABLES
from vbp_sim.report.charts.catalogue import catalogue

SEED, FAST, ALL = 12, 20, 500
#: seconds that a command may take
LIMIT = 20.0
VALUES: tuple[Any, ...] = (
    None, True, 0, 1, -1, 7, 0.5, 1e308, -1e-300, 2**63, 10**30, 10**400, "", "x", "1", "NaN", "../..", "a\x1b[31m",
    [], [None], [[]], ["base"], {}, {"a": None}, {"base": "x"}, "2019-13-45", "\u202e", "=cmd",
)  # fmt: skip
CELLS: dict[str, tuple[Any, ...]] = {
    "int": (0, -1, 3, 2**62, -(2**62)),
    "float": (0.0, -1.0, float("nan"), float("inf"), -float("inf"), 1e308, 5e-324),
    "bool": (True, False),
    "text": ("", "x", "\x1b[2J", "=1+1", "é" * 5000, "base", "[", '[{"id":"down"}]'),
    "month": (0, -800_000, 2_900_000),
    "date": (0, -800_000, 2_900_000),
}
Vbp = Callable[..., tuple[int, str, str]]
Mutation = Callable[[random.Random, Path], None]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return made(tmp_path_factory.mktemp("results"))


def files(folder: Path, ending: str = "") -> list[Path]:
    """All files of a folder but the ledger, whose damages are another test's."""
    found = (place for place in sorted(folder.rglob(f"*{ending}")) if place.is_file())
    return [place for place in found if "ledger" not in place.name]


def nodes(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every map or list of a document, with each of its keys."""
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from nodes(value[key])


def change_json(luck: random.Random, folder: Path) -> None:
    """Put something else in place of a value, leave it out, or give it another name."""
    file = luck.choice([f for f in files(folder, ".json") if f.name in {n for names in JSON.values() for n in names}])
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:  # damaged before
        return
    everywhere = list(nodes(document))
    for _ in range(luck.choice((1, 1, 3))):
        at, key = luck.choice(everywhere if luck.random() < 0.7 else [(document, k) for k in document])
        if isinstance(at, dict) and key in at and luck.random() < 0.2:
            at[luck.choice(("x", "", "a\x1b[31m"))] = at.pop(key)
        elif not (isinstance(at, dict) and key not in at):
            at[key] = luck.choice(VALUES)
    file.write_text(json.dumps(document), encoding="utf-8")
    if file.name == "summary.json" and file.with_name("manifest.json").is_file():
        with contextlib.suppress(ValueError):
            rewrite(file.with_name("manifest.json"), summary_sha256=hashlib.sha256(file.read_bytes()).hexdigest())


def flip(luck: random.Random, folder: Path) -> None:
    """Turn bits of a file over."""
    file = luck.choice(files(folder, luck.choice((".json", ".parquet", ""))) or files(folder))
    data = bytearray(file.read_bytes())
    for _ in range(luck.choice((1, 2, 50)) if data else 0):
        data[luck.randrange(len(data))] ^= 1 << luck.randrange(8)
    file.write_bytes(data)


def cut(luck: random.Random, folder: Path) -> None:
    """End a file earlier, or later, or overwrite a part of it."""
    file = luck.choice(files(folder))
    data, place = file.read_bytes(), luck.randrange(file.stat().st_size + 1)
    file.write_bytes(
        luck.choice((b"", data[:place], data + data[:place], data[:place] + b"\0" * 16 + data[place + 16 :]))
    )


def move(luck: random.Random, folder: Path) -> None:
    """Take a file away, give it another name, or put another in its place."""
    file, other = luck.choice(files(folder)), luck.choice(files(folder, ".parquet") or files(folder))
    if luck.random() < 0.3:
        file.unlink()
    elif luck.random() < 0.5:
        file.rename(file.with_name(luck.choice(("other.json", f".{file.name}", file.name.upper()))))
    elif file != other:
        shutil.copy(other, file)


def estrange(luck: random.Random, folder: Path) -> None:
    """Put in place of a file what is none."""
    file = luck.choice(files(folder, luck.choice((".json", ".parquet"))) or files(folder))
    kept = shutil.copy(file, folder.parent / f"kept-{file.name}")
    file.unlink()
    targets = (kept, "/dev/zero", "nowhere", ".", file.name)
    luck.choice((os.mkfifo, os.mkdir, *(lambda f, to=to: os.symlink(to, f) for to in targets)))(file)


def change_cell(luck: random.Random, folder: Path) -> Path | None:
    """Another value in one cell of a table; the folder of its run."""
    tables = [file for file in files(folder, ".parquet") if file.stem in TABLES]
    if not tables:
        return None
    file = luck.choice(tables)
    column = luck.choice(TABLES[file.stem].columns)
    try:
        edit(file, column.name, luck.choice(CELLS[column.kind]), luck.choice((0, -1)))
    except (LookupError, OSError, pa.ArrowException):  # a table without rows, or damaged before
        file.write_bytes(file.read_bytes() + b"\0")
    return file.parents[1]


def forge(luck: random.Random, folder: Path) -> None:
    """Other values in a table, and a manifest that agrees."""
    run = change_cell(luck, folder)
    if run is not None:
        with contextlib.suppress(ValueError):
            reseal(run)


MUTATIONS: dict[str, tuple[Mutation, int]] = {
    "json": (change_json, 8), "flip": (flip, 2), "cut": (cut, 2), "move": (move, 2), "estrange": (estrange, 3),
    "cell": (change_cell, 2), "forge": (forge, 8),
}  # fmt: skip


def command(luck: random.Random, kind: str, folder: Path, scenario: Path) -> list[object]:
    """A command that reads the folder."""
    charts = sorted(catalogue(kind))  # type: ignore[arg-type]
    plot: list[object] = ["plot", folder, luck.choice(charts), "--format", luck.choice(("svg", "png"))]
    again = ["--replications", 2, "--out", folder]
    others: dict[str, list[list[object]]] = {
        "run": [
            ["export", folder], ["export", folder, "--format", "xlsx"], ["trace", folder], ["trace", folder, "alpha"],
            ["run", scenario, *again, "--no-figures"],
        ],
        "comparison": [["compare", scenario, "--variants", ",".join(VARIANTS), *again]],
        "study": [["sweep", "status", folder]],
        "backtest": [],
    }  # fmt: skip
    return luck.choice([plot, plot, *others[kind], *others[kind], ["report", folder]])


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every table below a folder that is a regular file."""
    found = [file for file in files(folder, ".parquet") if not file.is_symlink() and file.stem in TABLES]
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in found}


@pytest.mark.parametrize(
    "case", [pytest.param(k, id=f"case-{k}", marks=[pytest.mark.slow] if k >= FAST else []) for k in range(ALL)]
)
def test_a_damaged_folder_is_read_or_refused(results: dict[str, Path], tmp_path: Path, vbp: Vbp, case: int) -> None:
    luck = random.Random(f"{SEED}-{case}")
    kind = luck.choice(("run", "run", "run", "comparison", "study", "backtest"))
    folder = Path(shutil.copytree(results[kind], tmp_path / kind))
    good = hashes(folder)
    names = luck.choices(list(MUTATIONS), [weight for _, weight in MUTATIONS.values()], k=luck.choice((1, 1, 1, 2)))
    for name in names:
        if files(folder):
            MUTATIONS[name][0](luck, folder)
    edited = "forge" not in names and good != hashes(folder) and kind in ("run", "comparison")
    arguments = command(luck, kind, folder, write_scenario(tmp_path / "scenario", variants=VARIANTS))
    code = ended(vbp, arguments, folder, edited)
    if code == 0 and luck.random() < 0.5:
        ended(vbp, ["report", folder], folder, edited)


def ended(vbp: Vbp, arguments: list[object], folder: Path, edited: bool) -> int:
    """The exit code of a command over a damaged folder, which ended as it may."""
    with within(LIMIT):
        code, out, said = vbp(*arguments)
    assert code in ((2,) if edited else (0, 1, 2)), (arguments, said)
    assert "Traceback" not in said, (arguments, said)
    assert "\x1b[" not in out + said
    if code == 2:
        assert any(name in said for name in (str(folder), "kept-", "--", "nothing here is called")), said
    return code
