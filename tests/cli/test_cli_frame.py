"""Help is light, errors are short, and every way to end has its code."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small import write_scenario

from vbp_sim.cli import COMMANDS
from vbp_sim.cli.common import guarded
from vbp_sim.errors import InputError, Problem, RunError
from vbp_sim.runs.load import shipped

ROOT = Path(__file__).parents[2]
HEAVY = ("numpy", "scipy", "matplotlib", "pydantic", "rich", "yaml", "simpy", "pyarrow")


def call(*args: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **variables}
    return subprocess.run([sys.executable, *args], cwd=ROOT, env=environment, capture_output=True, text=True)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['vbp', '--help']\nfrom vbp_sim.cli import main\n"
        f"try: main()\nexcept SystemExit: print([m for m in {HEAVY} if m in sys.modules], file=sys.stderr)"
    )
    done = call("-c", code)
    assert all(name in done.stdout for name in COMMANDS)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("start", [("cli.py",), ("-m", "vbp_sim")])
def test_both_ways_to_start(start: tuple[str, ...]) -> None:
    done = call(*start, "--help")
    assert (done.returncode, done.stdout.startswith("Usage: vbp")) == (0, True)


def test_completion_offers_commands() -> None:
    done = call("cli.py", _VBP_COMPLETE="bash_complete", COMP_WORDS="vbp sch", COMP_CWORD="1")
    assert done.stdout.strip() == "plain,schema"


def test_a_mistyped_command_names_the_nearest(vbp: Any) -> None:
    code, _, err = vbp("chekc", "x")
    assert code == 2
    assert "did you mean 'check'?" in err


def test_version(vbp: Any) -> None:
    assert vbp("--version").out.startswith("vbp ")


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (InputError(Problem("a.yaml:1:2", "wrong", "do this")), 2, "a.yaml:1:2: wrong\n    do this"),
        (RunError("a worker was killed"), 1, "error: a worker was killed"),
        (OSError(errno.ENOSPC, "No space left on device", "x"), 1, "x: No space left on device"),
        (PermissionError(errno.EACCES, "Permission denied", "x"), 2, "x: Permission denied"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_ends(error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        raise error

    assert guarded(work) == code
    assert said in capsys.readouterr().err


def test_a_fault_of_the_program_keeps_its_traceback() -> None:
    def work() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        guarded(work)


def test_a_closed_pipe_is_no_error() -> None:
    vbp = f"{sys.executable} cli.py schema"
    line = f"{vbp} 2>&1 >/dev/full | cat; {vbp} | head -1"
    done = subprocess.run(["bash", "-c", line], cwd=ROOT, capture_output=True, text=True)
    assert "Traceback" not in done.stdout + done.stderr
    assert "No space left on device" in done.stdout


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [1]\nb: *a\n",
        "a: !!python/object:os.system x\n",
        "- 1\n",
        "a: [",
        "",
        "\tx: 1",
        "extends: x.yaml",
    ],
)
def test_bad_files_end_with_2_and_without_a_traceback(vbp: Any, tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(text)
    for command in ("check", "show"):
        code, out, err = vbp(command, file)
        assert (code, out) == (2, "")
        assert str(file) in err


def test_a_folder_and_a_missing_file_end_with_2(vbp: Any, tmp_path: Path) -> None:
    assert "this is a folder" in vbp("check", tmp_path).err
    assert vbp("check", tmp_path / "no.yaml").code == 2


def test_a_mistake_stands_at_the_option_of_its_kind_and_in_its_file(
    vbp: Callable[..., tuple[int, str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where another option has the same value, and where a number of the place is one that an option has."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(shipped() / "markets" / "batch-2", "mine")
    assert vbp("backtest", "--market", "mine", "--rules", "mine")[2].startswith("--rules mine: ")
    asked = ("bid", "batch-3", "--firm", "nobody", "--drug", "nobody", "--prices", "0.1:0.5:3")
    assert vbp(*asked)[2].startswith("--drug nobody: ")
    file = tmp_path / "sweep.yaml"
    levers = {"growth": {"path": "demand.growth", "values": [0.0, 0.1, 0.2]}}
    scenario = write_scenario(tmp_path, replications=1).name
    file.write_text(json.dumps({"sweep": "small", "scenario": scenario, "levers": levers}), encoding="utf-8")
    assert vbp("sweep", "run", file, "--out", "swept", "--executor", "serial", "-q")[0] == 0
    with contextlib.closing(sqlite3.connect("swept/ledger.sqlite")) as book, book:
        book.execute("UPDATE point SET \"values\" = 'x' WHERE point = 2")
    place = f"{Path('swept/ledger.sqlite')}, table point, row 2: "
    assert vbp("sweep", "repeat", "swept", "--point", 2)[2].startswith(place)
