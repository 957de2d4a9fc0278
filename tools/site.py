"""What the site needs beside docs/: pages of the project's folder, notebooks as pages, a font."""

from __future__ import annotations

import json
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

#: files of the project's folder and the pages that they become
PAGES = {"README.md": "overview.md", "README.zh.md": "overview.zh.md", "CHANGELOG.md": "changes.md"}

#: Chinese letters for readers whose machine has none
FONT = "vbp_sim/report/words/fonts/VBPSansSC-Regular.otf"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Enter the pages that lie elsewhere."""
    root = Path(config.docs_dir).parent
    for name, page in PAGES.items():
        files.append(File.generated(config, page, content=(root / name).read_text(encoding="utf-8")))
    font = root / FONT
    files.append(File.generated(config, f"assets/{font.name}", abs_src_path=str(font)))
    for notebook in sorted(Path(config.docs_dir, "notebooks").glob("*.ipynb")):
        files.append(File.generated(config, f"notebooks/{notebook.stem}.md", content=_told(notebook)))
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    """Lead links to the pages of the site; what the site does not have is named, not linked.

    A file that the reader saves gets its name as a title; ``[S]``, how sure a source is, is no reference.
    """
    markdown = re.sub(r"(?m)^```(\w+) (?:file=(\S+)|.*)$", _fence, markdown)
    markdown = re.sub(r"\[([A-Z])\](?![(\[:])", r"\\[\1\\]", markdown)
    for name, page in PAGES.items():
        markdown = re.sub(rf"\]\((\.\./)?{re.escape(name)}(?=[)#])", f"]({page}", markdown)
    markdown = markdown.replace("](docs/", "](")
    return re.sub(r"\[([^\]]+)\]\(\.\./(?:scenarios|vbp_sim|tests)/[^)]*\)", r"\1", markdown)


def _fence(found: re.Match[str]) -> str:
    return f"```{found[1]}" + (f' title="{found[2]}"' if found[2] else "")


def _told(notebook: Path) -> str:
    """The cells of a notebook as Markdown, with a link to the file."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    around = {"markdown": "{}", "code": "```python\n{}\n```"}
    parts = [around[cell["cell_type"]].format("".join(cell["source"])) for cell in cells]
    return "\n\n".join([*parts, f"[The notebook as a file]({notebook.name})"])
