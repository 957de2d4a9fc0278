"""Reads the pages that a person reads: README.md and docs/*.md, their links and their commands.

A code block called ``sh`` holds commands; ``sh fails=2`` means that the last one is to end with that code, and
``sh replications=3`` that the tests ask for so many where the reader has the usual number, which takes long.
A block called ``text`` right after one shows what is printed; ``...`` stands for anything. A block with
``file=NAME`` is a file that the reader saves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "README.zh.md", *(ROOT / "docs").glob("*.md")])

#: commands that are not run, by how they begin, and why
NOT_RUN = {
    "git clone": "needs the address of the project",
    "cd vbp_sim": "follows the clone",
    "make": "makes an environment of its own; .ci/run covers it",
    "python3 -m venv": "makes an environment",
    ". .venv/bin/activate": "enters an environment",
    "pip install": "installs into an environment",
    "vbp explore": "answers until Ctrl-C; tests/explore covers it",
    "python -m benchmarks": "takes minutes, and measures",
}

_FENCE = re.compile(r"(?ms)^```(\w+)?([^\n]*)\n(.*?)^```$")


@dataclass(frozen=True)
class Block:
    """One code block: its line on the page, and commands to run or a file to save.

    ``code`` is how the commands end, ``shown`` what they print ("" if the page does not say), ``replications`` how many
    the tests ask for ("" as the page says).
    """

    line: int
    commands: tuple[str, ...] = ()
    code: int = 0
    shown: str = ""
    replications: str = ""
    file: str = ""
    content: str = ""


def blocks(page: Path) -> list[Block]:
    """What the reader of a page does, in order."""
    text = page.read_text(encoding="utf-8")
    fences = list(_FENCE.finditer(text))
    found = []
    for fence, following in zip_longest(fences, fences[1:]):
        line = text.count("\n", 0, fence.start()) + 1
        if saved := re.search(r"file=(\S+)", fence[2]):
            found.append(Block(line, file=saved[1], content=fence[3]))
        if fence[1] != "sh":
            continue
        touching = following is not None and text[fence.end() : following.start()].strip() == ""
        shown = following[3] if following is not None and touching and following[1] == "text" else ""
        fails, fewer = (re.search(rf"{word}=(\d+)", fence[2]) for word in ("fails", "replications"))
        code, replications = int(fails[1]) if fails else 0, fewer[1] if fewer else ""
        found.append(Block(line, _commands(fence[3]), code, shown, replications))
    return found


def _commands(body: str) -> tuple[str, ...]:
    """Lines of a block as commands: continued lines joined, remarks and empty lines left out."""
    lines = [line.strip() for line in body.replace("\\\n", " ").splitlines()]
    return tuple(" ".join(line.split("  #")[0].split()) for line in lines if line and not line.startswith("#"))


def unseen_commands(page: Path) -> list[str]:
    """Lines that look like commands and stand in no ``sh`` block."""
    text = page.read_text(encoding="utf-8")
    others = [fence[3] for fence in _FENCE.finditer(text) if fence[1] != "sh"] + [_FENCE.sub("", text)]
    return [line for part in others for line in re.findall(r"(?m)^(?: {4}|\$ |)(?:vbp|make|pip) [a-z].*$", part)]


def reason_not_to_run(command: str) -> str:
    """Why a command is not run by the tests; "" if it is."""
    return next((why for start, why in NOT_RUN.items() if (command + " ").startswith(start + " ")), "")


def shows(wanted: str, printed: str) -> bool:
    """Whether ``printed`` agrees with what a page shows; ``...`` stands for anything."""
    pattern = ".*".join(re.escape(part) for part in wanted.strip().split("..."))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


def anchors(page: Path) -> set[str]:
    """Anchors of the headings of a page, as git hosts make them."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    heads = re.findall(r"(?m)^#+ +(.+?) *$", text)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def links(page: Path) -> list[str]:
    """Targets of links and images of a page that stay inside the project."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    found = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text)
    return [target for target in found if not re.match(r"[a-z]+:", target)]
