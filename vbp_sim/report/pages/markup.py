"""What templates say: messages as text, and messages with elements in their places.

{{ say("page.charts") }}
{{ tell("page.origin", scenario=bdi(scenario), replications=replications) }}
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from markupsafe import Markup, escape

from vbp_sim.report.words.language import say, term, text_of


def tell(message: str, **values: object) -> Markup:
    """A message whose places may hold elements; every value that is no markup is escaped."""
    return escape(text_of(message)).format(**values)


def bdi(text: object) -> Markup:
    """A text from the input, kept apart from the direction of the text around it."""
    return Markup("<bdi>{}</bdi>").format(text)


def code(text: object) -> Markup:
    """A text that is typed."""
    return Markup("<code>{}</code>").format(text)


def listed(texts: Iterable[object]) -> Markup:
    """Texts from the input, one after the other."""
    return escape(text_of("words.comma")).join(map(bdi, texts))


#: what every template may call
GLOBALS: dict[str, Callable[..., Any]] = {
    "say": say,
    "tell": tell,
    "term": term,
    "bdi": bdi,
    "code": code,
    "listed": listed,
}
