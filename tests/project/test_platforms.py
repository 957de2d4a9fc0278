"""Platforms without what Unix has, and consoles that cannot say Chinese."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from small import write_scenario

IMPORT_ALL = """
import importlib, os, pkgutil, signal, sys
for name in ("fcntl", "resource", "termios", "pwd", "grp"):
    sys.modules[name] = None
for place, names in ((signal, ("SIGALRM", "setitimer", "SIGKILL", "pthread_sigmask")), (os, ("sched_getaffinity",))):
    for name in names:
        delattr(place, name)
import vbp_sim
sys.argv = [""]
count = 0
for found in pkgutil.walk_packages(vbp_sim.__path__, "vbp_sim."):
    if not found.name.endswith("__main__"):
        importlib.import_module(found.name)
        count += 1
print(count)
"""


def test_every_module_can_be_imported_where_unix_is_not() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 250


def said(*words: str, encoding: str, cwd: Path) -> str:
    """What a command prints on a console of that encoding; it must end well."""
    where = {**os.environ, "PYTHONIOENCODING": encoding}
    command = [sys.executable, "-m", "vbp_sim", *words]
    done = subprocess.run(command, capture_output=True, cwd=cwd, env=where)
    assert done.returncode == 0, done.stderr.decode(encoding)
    assert b"Traceback" not in done.stderr
    return done.stdout.decode(encoding)


def test_a_console_that_cannot_say_chinese_ends_in_no_traceback(vbp: Any, tmp_path: Path) -> None:
    file = write_scenario(tmp_path, replications=1)
    assert vbp("run", file, "--no-figures", "--out", tmp_path / "run", "--quiet")[0] == 0
    words = ("trace", "run", "alpha", "--lang", "zh")
    in_utf, in_gbk, *others = (
        said(*words, encoding=name, cwd=tmp_path) for name in ("utf-8", "gbk", "cp1252", "cp437")
    )
    assert not in_utf.isascii()
    assert in_utf == in_gbk
    assert all(other != in_utf for other in others)


def test_a_run_is_the_same_on_a_console_that_cannot_say_chinese(tmp_path: Path) -> None:
    """ASCII: no code page can say less."""
    encoding = "ascii"
    file = write_scenario(tmp_path / "方案", replications=1)
    out = tmp_path / "结果"
    said("run", str(file), "--no-figures", "--lang", "zh", "--out", str(out), encoding=encoding, cwd=tmp_path)
    assert json.loads((out / "summary.json").read_text(encoding="utf-8"))["replications"] == 1
    said("report", str(out), "--lang", "zh", encoding=encoding, cwd=tmp_path)


def test_a_wrong_file_with_a_chinese_name_is_said_on_any_console(tmp_path: Path) -> None:
    where = {**os.environ, "PYTHONIOENCODING": "cp1252:strict"}
    command = [sys.executable, "-m", "vbp_sim", "check", "没有.yaml"]
    done = subprocess.run(command, capture_output=True, cwd=tmp_path, env=where)
    assert (done.returncode, b"Traceback" in done.stderr) == (2, False)
    assert b"\\u6ca1\\u6709.yaml" in done.stderr
