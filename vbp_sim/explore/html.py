"""Pages as pieces of HTML. All that comes from a study is text to the templates, which escape it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader

from vbp_sim.report.html import page
from vbp_sim.report.language import language, say, told

#: makes a part of a page, in the language in use
Section = Callable[[], str]


def render(template: str, **values: Any) -> str:
    """A template of the explorer, or of the report, with its values."""
    return _environment().get_template(template).render(language=language(), **values)


def style_sheet() -> bytes:
    """The report's looks, and what the explorer adds."""
    report, own = files("vbp_sim.report") / "html" / "templates", files("vbp_sim.explore") / "templates"
    return (report / "style.css").read_bytes() + (own / "explore.css").read_bytes()


@functools.cache
def _environment() -> Environment:
    loaders = [PackageLoader("vbp_sim", "explore/templates"), PackageLoader("vbp_sim", "report/html/templates")]
    made = page._environment().overlay(loader=ChoiceLoader(loaders))
    made.globals |= {"say": say, "told": told}
    return made
