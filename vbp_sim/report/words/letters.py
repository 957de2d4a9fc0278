"""The letters of charts and reports: which fonts have them, and what is drawn where none has.

Fonts come in this order: the one that the user names (``--font``, a file or a family), DejaVu Sans for Latin, the
Chinese letters that the package carries (the characters of GB 2312), and for rarer ones what the machine has. The
carried ones go before the machine's, so that a chart is the same everywhere. In Chinese they also draw Latin.

    with preferring("SourceHanSans.otf"):
        catalogue.draw_all(run, out)
"""

from __future__ import annotations

import base64
import functools
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.report.words.language import language, speaking

CARRIED = "VBP Sans SC"
FOLDER = Path(__file__).parent / "fonts"
LATIN = "DejaVu Sans"
#: Chinese families that machines have
SYSTEM = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "SimHei",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
)

_wanted: ContextVar[str] = ContextVar("font", default="")
_lacking: ContextVar[set[str] | None] = ContextVar("lacking", default=None)
_since_begin: set[str] = set()


@contextmanager
def preferring(font: str) -> Iterator[None]:
    """Draw everything inside with a font file or an installed family before all others; "" names none."""
    tokens = _wanted.set(font), _lacking.set(set())
    try:
        yield
    finally:
        _wanted.reset(tokens[0])
        _lacking.reset(tokens[1])


def families() -> list[str]:
    """Font families in the order in which a letter is looked for. InputError: there is no font as it is wanted."""
    wanted = [_family(_wanted.get())] if _wanted.get() else []
    order = (CARRIED, LATIN) if language() == "zh" else (LATIN, CARRIED)
    known = _known()
    return [*wanted, *(name for name in (*order, *SYSTEM) if name in known and name not in wanted)]


@contextmanager
def readable() -> Iterator[None]:
    """Speak English inside if no font has Chinese letters, which only happens where the carried ones were removed."""
    if language() == "en" or ord("中") in _characters(tuple(families())):
        yield
        return
    with speaking("en"):
        yield


def drawable(text: str) -> str:
    """The text with every character that no font has as a question mark, never as an empty box; see `lacking`."""
    drawn = _characters(tuple(families()))
    for character in set(text) - {"\n"}:
        if ord(character) not in drawn:
            _missed().add(character)
            text = text.replace(character, "?")
    return text


def lacking() -> str:
    """Characters that a question mark stood in for, in this block of `preferring` or since the program began."""
    return "".join(sorted(_missed()))


def _missed() -> set[str]:
    found = _lacking.get()
    return _since_begin if found is None else found


def face(html: str) -> str:
    """The rule of a style sheet that carries the Chinese letters of a page; empty if the page has none.

    The letters are a subset of the carried font, so that a page of any machine shows them on any other.
    """
    carried = FOLDER / "VBPSansSC-Regular.otf"
    chinese = set(map(ord, set(html))) & (_charmap(carried) if carried.is_file() else frozenset())
    chinese -= set(range(0x250))  # Latin stays with the reader's own fonts
    if not any(0x2E80 <= code <= 0xFAFF for code in chinese):
        return ""
    data = base64.b64encode(_subset(frozenset(chinese))).decode("ascii")
    return f'@font-face {{ font-family: "{CARRIED}"; src: url(data:font/woff;base64,{data}) format("woff"); }}\n'


@functools.lru_cache(maxsize=8)
def _subset(characters: frozenset[int]) -> bytes:
    from fontTools import subset

    options = subset.Options(flavor="woff", hinting=False, desubroutinize=True, notdef_outline=True)
    font = subset.load_font(str(FOLDER / "VBPSansSC-Regular.otf"), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=sorted(characters))
    subsetter.subset(font)
    font.recalcTimestamp = False
    out = io.BytesIO()
    subset.save_font(font, out, options)
    return out.getvalue()


@functools.cache
def _family(font: str) -> str:
    """The family of a font file, which is made known; or the family itself."""
    from matplotlib import font_manager

    if Path(font).is_file():
        try:
            font_manager.fontManager.addfont(font)
            return str(font_manager.get_font(font).family_name)
        except (RuntimeError, OSError) as error:
            raise InputError(Problem(font, f"is not a font: {error}", "name a .ttf, .otf or .ttc file")) from error
    if font in _known():
        return font
    raise InputError(Problem(f"--font {font}", "there is no such file or family", nearest(font, sorted(_known()))))


def _known() -> set[str]:
    """Families that can be drawn with."""
    manager = _manager()
    return {entry.name for entry in manager.ttflist}


@functools.cache
def _manager() -> Any:
    """The fonts of the machine together with the carried ones."""
    from matplotlib import font_manager

    for file in sorted(FOLDER.glob("*.otf")):
        font_manager.fontManager.addfont(str(file))
    return font_manager.fontManager


@functools.cache
def _characters(names: tuple[str, ...]) -> frozenset[int]:
    """Code points that one of the families has."""
    from matplotlib import font_manager

    _manager()
    return frozenset().union(*(_charmap(Path(font_manager.findfont(name))) for name in names))


@functools.cache
def _charmap(file: Path) -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(str(file)).get_charmap())
