"""The web application over one study: its page, the files of the page, and messages for wrong addresses."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from vbp_sim.errors import InputError, Problem
from vbp_sim.explore import query
from vbp_sim.explore.guard import HEADERS, Guard
from vbp_sim.explore.html import Section, assets, render
from vbp_sim.explore.open import Page
from vbp_sim.explore.query import State
from vbp_sim.explore.sheet import ENDINGS
from vbp_sim.report.words.language import LANGUAGES, restate, say, speaking

#: choices that the form and the page show well enough by themselves
PLAIN = ("chart", "metric")


def application(page: Page, port: int) -> Starlette:
    """The application that answers for a page on a port of loopback."""
    site = Site(page)
    routes = [
        Route("/", site.home),
        Route("/chart/{name}", site.file),
        Route("/{name}", site.file),
    ]
    told = {404: site.missing, 500: site.failed}
    made = Starlette(routes=routes, middleware=[Middleware(Guard, port=port)], exception_handlers=told)
    made.router.redirect_slashes = False
    return made


class Site:
    """Answers requests for one page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._assets = assets()

    def home(self, request: Request) -> Response:
        """The page itself, part by part, so that it is there before all its charts are drawn."""
        state = self._read(request)
        if isinstance(state, Response):
            return state
        if sorted(state.pairs) != sorted(request.query_params.multi_items()):
            return RedirectResponse(state.link())  # the same in fewer words
        return StreamingResponse(self._body(state), media_type="text/html; charset=utf-8")

    def file(self, request: Request) -> Response:
        """A table or a picture of the page, or what every page wants."""
        asset = self._assets.get(request.url.path[1:])
        if asset is not None:
            return Response(asset[0], media_type=asset[1], headers={"cache-control": "max-age=3600"})
        state = self._read(request)
        if isinstance(state, Response):
            return state
        path = PurePosixPath(request.path_params["name"])
        ending = path.suffix.removeprefix(".")
        if ending not in ENDINGS:
            return self.missing(request, None)
        with speaking(state.one("lang")):
            try:
                content = self._page.file(path.stem, ending, state)
            except InputError as error:
                return self._wrong(error.problems)
        if content is None:
            return self.missing(request, None)
        kept = {"content-disposition": f'attachment; filename="{path.name}"'}
        return Response(content, media_type=ENDINGS[ending], headers=kept)

    def missing(self, request: Request, error: Exception | None) -> Response:
        """What is said of an address that leads nowhere."""
        with speaking(_language(request)):
            return self._message(404, say("explore.missing"), say("explore.missing_say"))

    def failed(self, request: Request, error: Exception) -> Response:
        """What is said where the program is wrong; the server writes the error to the terminal."""
        with speaking(_language(request)):
            answer = self._message(500, say("explore.failed"), say("explore.failed_say"))
        answer.headers.update(HEADERS)  # this answer does not pass the guard
        return answer

    def _read(self, request: Request) -> State | Response:
        """The state that an address holds, or what is wrong with it."""
        with speaking(_language(request)):
            try:
                state = query.read(request.query_params.multi_items(), self._page.fields)
                self._page.check(state)
            except InputError as error:
                return self._wrong(error.problems)
        return state

    def _body(self, state: State) -> Iterator[str]:
        """The page in pieces; each is made in one go, because the next may be made by another thread."""
        language = state.one("lang")
        yield spoken(language, lambda: self._head(state))
        for section in self._page.sections(state):
            yield spoken(language, section)
        yield spoken(language, lambda: render("foot.html"))

    def _head(self, state: State) -> str:
        form = self._page.form(state)
        told = [part for part in form if part.kind == "boxes" and part.chosen and part.name not in PLAIN]
        chips = [option for part in told for option in part.options if option.chosen]
        return render(
            "head.html",
            title=restate("shipped", self._page.title),
            form=form,
            chips=chips,
            languages=LANGUAGES,
            links={code: state.link(lang=code if code != "en" else "") for code in LANGUAGES},
            language_given="lang" in state.given,
            anew=State({}, {}).link(lang=state.given.get("lang", ())),
        )

    def _wrong(self, problems: Iterable[Problem]) -> Response:
        return self._message(400, say("explore.wrong"), say("explore.wrong_say"), problems)

    def _message(self, status: int, head: str, text: str, problems: Iterable[Problem] = ()) -> Response:
        page = {
            "title": restate("shipped", self._page.title),
            "form": [],
            "chips": [],
            "languages": {},
            "links": {},
            "language_given": False,
            "anew": "/",
        }
        body = render("message.html", head=head, text=text, problems=list(problems))
        return HTMLResponse(render("head.html", **page) + body + render("foot.html"), status)


def spoken(language: str, section: Section) -> str:
    """A part of a page in a language; if it cannot be made, a message, and the reason on the terminal."""
    with speaking(language):
        try:
            return section()
        except Exception:
            traceback.print_exc(file=sys.stderr)
            return render("message.html", head=say("explore.failed"), text=say("explore.failed_say"), problems=[])


def _language(request: Request) -> str:
    given = request.query_params.get("lang", "en")
    return given if given in LANGUAGES else "en"
