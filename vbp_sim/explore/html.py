"""Pages as pieces of HTML. All that comes from a study is text to the templates, which escape it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader

from vbp_sim.report.pages import page
from vbp_sim.report.words import letters
from vbp_sim.report.words.language import language

#: style sheets of the report and of the explorer
STYLES = ("style.css", "explore.css")
#: makes a part of a page, in the language in use
Section = Callable[[], str]


def render(template: str, **values: Any) -> str:
    """A template of the explorer, or of the report, with its values."""
    known = {"language": language(), "lang": page.CODES[language()]}
    return _environment().get_template(template).render(**known, **values)


def end(folder: Path, about: Mapping[str, Any], remarks: Sequence[str], **changes: Any) -> str:
    """Where a study comes from; ``about`` is what charts say of it (`sources.origin`)."""
    facts = {"folder": folder.absolute(), **{name: about[name] for name in ("scenario", "seed", "replications")}}
    facts |= {"program": f"vbp_sim {about['version']}", "hash": about["run_hash"]}
    return render("end.html", facts=facts, remarks=remarks, **changes)


def assets() -> dict[str, tuple[bytes, str]]:
    """Files that every page wants, and what they are: the report's looks and script, and Chinese letters."""
    looks = [files(f"vbp_sim.{place}") for place in ("report.pages", "explore")]
    style = b"".join((place / "templates" / name).read_bytes() for place, name in zip(looks, STYLES, strict=True))
    return {
        "style.css": (style, "text/css; charset=utf-8"),
        "page.js": (page.script().encode(), "text/javascript; charset=utf-8"),
        "letters.otf": ((letters.FOLDER / "VBPSansSC-Regular.otf").read_bytes(), "font/otf"),
    }


@functools.cache
def _environment() -> Environment:
    loaders = [PackageLoader("vbp_sim", "explore/templates"), PackageLoader("vbp_sim", "report/pages/templates")]
    return page.environment().overlay(loader=ChoiceLoader(loaders))
