"""Every command on every page works as the page says, and every link leads somewhere."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pages import PAGES, ROOT, Block, anchors, blocks, links, reason_not_to_run, shows, unseen_commands

from vbp_sim.cli import COMMANDS, group
from vbp_sim.cli.common import guarded
from vbp_sim.scenario import plugins

#: signs that only a shell understands
SHELL = set("|<>&;$`*~#")
WITH_COMMANDS = [page for page in PAGES if blocks(page)]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what a user works with: scenarios, docs and an empty results folder."""
    folder = tmp_path / "vbp_sim"
    for name in ("scenarios", "docs"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("README.md", "README.zh.md", "CHANGELOG.md", "cli.py"):
        shutil.copyfile(ROOT / name, folder / name)
    (folder / "results").mkdir()
    return folder


def run(block: Block, folder: Path) -> str:
    """Run the commands of a block in order; return what they print, and assert how they end.

    Commands of ours are called in this process, which starts no interpreter for each; what needs a shell has one.
    """
    wanted = [command for command in block.commands if not reason_not_to_run(command)]
    if not wanted:
        return ""
    if block.replications:
        wanted = [f"{command} --replications {block.replications}" for command in wanted]
    if all(command.startswith("vbp ") and not SHELL.intersection(command) for command in wanted):
        code, printed = called(wanted, folder)
        assert code == block.code, f"line {block.line}: {wanted}\n{printed}"
        return printed
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path}
    done = subprocess.run(
        ["bash", "-euc", "\n".join(wanted)],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == block.code, f"line {block.line}: {wanted}\n{done.stdout}"
    return done.stdout


def called(commands: list[str], folder: Path) -> tuple[int, str]:
    """Exit code of the first command that fails, else 0, and what all printed until then, on both streams."""
    stream, code = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True), 0
    with contextlib.chdir(folder), contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
        try:
            for command in commands:
                words = shlex.split(command)[1:]
                code = code or guarded(lambda words=words: group.main(words, prog_name="vbp", standalone_mode=False))
        finally:
            plugins.of_process().use()
    return code, stream.buffer.getvalue().decode()  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """A console without colours, of usual width."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.stem)
def test_commands_of_a_page_work_in_order(page: Path, checkout: Path) -> None:
    for block in blocks(page):
        if block.file:
            (checkout / block.file).parent.mkdir(exist_ok=True)
            (checkout / block.file).write_text(block.content, encoding="utf-8")
        printed = run(block, checkout)
        if block.shown:
            assert shows(block.shown, printed), f"line {block.line} shows\n{block.shown}\nprinted is\n{printed}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    dead = []
    for target in links(page):
        file, _, anchor = target.partition("#")
        goal = (page.parent / file).resolve() if file else page
        if not goal.exists() or (anchor and goal.suffix == ".md" and anchor not in anchors(goal)):
            dead.append(target)
    assert dead == []


def test_index_lists_every_page() -> None:
    index = ROOT / "docs" / "index.md"
    listed = {(index.parent / target.partition("#")[0]).resolve() for target in links(index)}
    assert {page for page in PAGES if page.parent == index.parent} - {index} - listed == set()


def test_shown_output_allows_gaps_and_nothing_else() -> None:
    assert shows("a ... c\n", "a b c\n")
    assert not shows("a ... c", "a b d")
    assert not shows("a.c", "abc")


@pytest.mark.parametrize("command", COMMANDS)
def test_command_page_has_every_option(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vbp_sim", command, "--help"], capture_output=True, text=True, check=True
    )
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    section = page.partition(f"## vbp {command}\n")[2].partition("\n## ")[0]
    options = re.compile(r"(?m)^  (-.+?)(?:  |$)")
    assert options.findall(section) == options.findall(done.stdout), "run: make docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_stand_in_blocks_that_are_run(page: Path) -> None:
    """A command in an indented block, or in a block of another name, would never be tried."""
    assert unseen_commands(page) == []
