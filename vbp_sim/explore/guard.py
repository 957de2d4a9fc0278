"""Who may read the page: the browser that was given the token, and no page of another site in it.

The address of the explorer is loopback, which other users of the machine reach too, and which any web page can name.
So the address that `vbp explore` prints holds a random token. It is answered with a cookie, and with the same address
without the token; whoever brings neither gets nothing. A page of another site can make a browser send requests here,
and a name server of another site can call this machine by its own name (DNS rebinding). So a request has to name this
machine in ``Host``, and must not come from another origin; answers are never shared with other origins.
"""

from __future__ import annotations

import hmac
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vbp_sim.report.words.language import LANGUAGES, say, speaking
from vbp_sim.report.words.mistakes import mistake

METHODS = ("GET", "HEAD")
#: who may have made a browser send a request: this page, or the person (address bar, bookmark)
SITES = ("same-origin", "none")

#: only this server's own files, no script in a page; drawings carry their looks in attributes
POLICY = (
    "default-src 'none'; script-src 'self'; font-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}


class Guard:
    """Refuses who has no business here, puts `HEADERS` on every answer, and has it said in the language asked for."""

    def __init__(self, app: ASGIApp, port: int, token: str) -> None:
        self._app, self._token = app, token
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        self._cookie = f"vbp-explore-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def safe(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                more = ((k.encode(), v.encode()) for k, v in HEADERS.items())
                message["headers"] = [*message["headers"], *((k, v) for k, v in more if k not in own)]
            await send(message)

        request = Request(scope)
        asked = request.query_params.get("lang", "")
        with speaking(asked if asked in LANGUAGES else "en"):
            await (self._answer(request) or self._app)(scope, receive, safe)

    def _answer(self, request: Request) -> Response | None:
        """A refusal, or the way in; None if the request may pass."""
        given, own = request.headers.getlist, tuple(f"http://{host}" for host in self._hosts)
        if given("host") not in ([host] for host in self._hosts):
            return _refused(403, f"this page has the address {own[0]}/ and no other")
        if any(origin not in own for origin in given("origin")):
            return _refused(403, "pages of other sites are not answered")
        if request.method not in METHODS:
            answer = _refused(405, f"only {' and '.join(METHODS)} are answered: nothing can be changed here")
            answer.headers["allow"] = ", ".join(METHODS)
            return answer
        token, elsewhere = request.query_params.get("token"), any(site not in SITES for site in given("sec-fetch-site"))
        known = self._is(request.cookies.get(self._cookie, ""))
        if token is not None and (known or self._is(token)):
            return self._way_in(request, elsewhere)
        if elsewhere:
            return _refused(403, "links from other sites are not followed: copy the address into the browser")
        return None if known else _refused(403, say("explore.token"))

    def _is(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._token.encode())

    def _way_in(self, request: Request, elsewhere: bool) -> Response:
        """The cookie, and the page's address without the token.

        A browser that comes from a link elsewhere keeps the cookie from a redirect, but lets the page send it.
        """
        pairs = [(name, value) for name, value in request.query_params.multi_items() if name != "token"]
        page = f"/?{urlencode(pairs)}" if pairs else "/"
        answer = Response(headers={"refresh": f"0; url={page}"}) if elsewhere else RedirectResponse(page, 303)
        answer.set_cookie(self._cookie, self._token, httponly=True, samesite="strict")
        return answer


def _refused(status: int, why: str) -> Response:
    """The connection is closed with it, so that nobody can fill one with questions and never read the answers."""
    return PlainTextResponse(f"{mistake(why)}\n", status, {"connection": "close"})
