"""What is shipped is whole: versions agree, YAML names its schema, nothing names a machine."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import vbp_sim

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
EXPERIMENTS = sorted((ROOT / "scenarios" / "experiments").glob("*.yaml"))
SWEEPS = sorted((ROOT / "scenarios" / "sweeps").glob("*.yaml"))
RULES = sorted((ROOT / "vbp_sim" / "rules" / "data").rglob("*.yaml"))
SCHEMA_LINE = re.compile(r"# yaml-language-server: \$schema=(\S+)")


def vbp(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "vbp_sim", *arguments], capture_output=True, text=True, cwd=ROOT)


def shipped_texts() -> list[Path]:
    """Every text file that git keeps."""
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, cwd=ROOT)
    if listed.returncode:
        pytest.skip("not a git checkout")
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [file for file in files if file.suffix not in (".png", ".otf", ".ttf", ".parquet") and file.is_file()]


def test_changelog_tells_of_this_version() -> None:
    versions = re.findall(r"(?m)^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert versions[0] == vbp_sim.__version__


def test_package_metadata_has_the_same_version() -> None:
    assert f'version = "{vbp_sim.__version__}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", SCENARIOS + EXPERIMENTS + SWEEPS + RULES, ids=lambda file: file.stem)
def test_yaml_names_its_schema_in_the_first_line(file: Path) -> None:
    match = SCHEMA_LINE.fullmatch(file.read_text(encoding="utf-8").splitlines()[0])
    assert match is not None
    assert (file.parent / match[1]).is_file()


@pytest.mark.parametrize("file", SCENARIOS + EXPERIMENTS + SWEEPS, ids=lambda file: file.stem)
def test_scenario_passes_the_check(file: Path) -> None:
    done = vbp("check", str(file))
    assert done.returncode == 0, done.stderr


def test_lock_is_pinned_by_hash_and_names_no_index() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"(?m)^[a-z][^\n]*$", text)
    assert pins
    assert all("==" in pin and pin.endswith("\\") for pin in pins)
    assert "://" not in text


def test_lock_covers_every_dependency() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = project["dependencies"] + project["optional-dependencies"]["dev"]
    wanted = {re.split(r"[\[<>=~! ]", line)[0].lower() for line in lines} - {project["name"]}
    locked = set(re.findall(r"(?m)^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8")))
    assert wanted - locked == set()


def test_nothing_names_a_place_on_one_machine() -> None:
    places = re.compile(r"(?<![\w.])/(?:work|home|root|Users|opt)/\w")
    named = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in shipped_texts()
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if places.search(line)
    ]
    assert named == []
