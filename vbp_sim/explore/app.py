"""The web application over one study: its page, the files of the page, and messages for wrong addresses."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from vbp_sim.errors import InputError, Problem, VbpError
from vbp_sim.explore import query
from vbp_sim.explore.html import Section, assets, render
from vbp_sim.explore.query import State, WrongAddress
from vbp_sim.explore.sheet import ENDINGS
from vbp_sim.explore.study import Page, Study
from vbp_sim.report.words.language import LANGUAGES, restate, say
from vbp_sim.report.words.mistakes import told_problem

#: choices that the form and the page show well enough by themselves
PLAIN = ("chart", "metric")
#: what a study that is damaged, gone or on a full disk raises; all else is a fault of the program
DAMAGE = (VbpError, OSError, MemoryError)


def application(study: Study) -> Starlette:
    """The application that answers for a study."""
    site = Site(study)
    kept = {"cache-control": "max-age=3600"}
    routes = [
        Route("/", site.home),
        *(Route(f"/{name}", Response(what, 200, kept, kind)) for name, (what, kind) in assets().items()),
        Route("/chart/{name}", site.file),
        Route("/{name}", site.file),
    ]
    told: dict[Any, Any] = {404: site.says(404, "missing"), 500: site.says(500, "failed")}
    told |= dict.fromkeys(DAMAGE, site.says(500, "damaged"))
    told[WrongAddress] = site.says(400, "wrong")
    made = Starlette(routes=routes, exception_handlers=told)
    made.router.redirect_slashes = False
    return made


class Site:
    """Answers requests, each in a thread of its own."""

    def __init__(self, study: Study) -> None:
        self._study = study

    def home(self, request: Request) -> Response:
        """The page itself, part by part, so that it is there before all its charts are drawn."""
        page, state = self._read(request)
        if sorted(state.pairs) != sorted(request.query_params.multi_items()):
            return RedirectResponse(state.link())  # the same in fewer words
        return StreamingResponse(self._body(page, state, _head(page, state)), media_type="text/html; charset=utf-8")

    def file(self, request: Request) -> Response:
        """A table or a picture of the page."""
        page, state = self._read(request)
        path = PurePosixPath(request.path_params["name"])
        ending = path.suffix.removeprefix(".")
        content = page.file(path.stem, ending, state) if ending in ENDINGS else None
        if content is None:
            raise HTTPException(404)
        return Response(content, media_type=ENDINGS[ending], headers={"content-disposition": "attachment"})

    def says(self, status: int, what: str) -> Callable[[Request, Exception], Response]:
        """What answers an error: an address that leads nowhere (``missing``) or chooses what there is not (``wrong``),
        a study that cannot be read (``damaged``), a fault of the program (``failed``), which the terminal tells."""

        def answer(request: Request, error: Exception) -> Response:
            if what == "failed":
                traceback.print_exception(error)
            empty = {"form": [], "chips": [], "languages": {}, "links": {}, "language_given": False, "anew": "/"}
            head = render("head.html", title=restate("shipped", self._study.page.title), **empty)
            problems = _problems(error) if what in ("wrong", "damaged") else ()
            return HTMLResponse(head + _told(what, problems) + render("foot.html"), status)

        return answer

    def _read(self, request: Request) -> tuple[Page, State]:
        """The study's page, and the state that an address holds."""
        page = self._study.now()
        state = query.read(request.query_params.multi_items(), page.fields)
        page.check(state)
        return page, state

    def _body(self, page: Page, state: State, head: str) -> Iterator[str]:
        yield head
        yield from map(made, page.sections(state))
        yield render("foot.html")


def made(section: Section) -> str:
    """A part of a page; if it cannot be made, a message."""
    try:
        return section()
    except DAMAGE as error:
        return _told("damaged", _problems(error))
    except Exception:
        traceback.print_exc()
        return _told("failed")


def _head(page: Page, state: State) -> str:
    form = page.form(state)
    told = [part for part in form if part.kind == "boxes" and part.chosen and part.name not in PLAIN]
    return render(
        "head.html",
        title=restate("shipped", page.title),
        form=form,
        chips=[option for part in told for option in part.options if option.chosen],
        languages=LANGUAGES,
        links={code: state.link(lang=code if code != "en" else "") for code in LANGUAGES},
        language_given="lang" in state.given,
        anew=State({}, {}).link(lang=state.given.get("lang", ())),
    )


def _told(what: str, problems: Iterable[Problem] = ()) -> str:
    head, text = say(f"explore.{what}"), say(f"explore.{what}_say")
    return render("message.html", head=head, text=text, problems=[*map(told_problem, problems)])


def _problems(error: Exception) -> Iterable[Problem]:
    """What is wrong, and where."""
    if isinstance(error, InputError):
        return error.problems
    place, what = getattr(error, "filename", None), getattr(error, "strerror", None)
    return [Problem(str(place or ""), what or str(error) or type(error).__name__)]
