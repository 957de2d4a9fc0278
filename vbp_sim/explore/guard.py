"""Who may read the page: the browser of the person at this machine, and no page of another site in it.

The address of the explorer is loopback, which any web page can name. A page of another site can send requests here,
and a name server of another site can call this machine by its own name (DNS rebinding). So a request has to name this
machine in ``Host``, and must not come from another origin; answers are never shared with other origins. Loopback is
also there for other users of the machine; where the kernel says whose a connection is, theirs are refused.
"""

from __future__ import annotations

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vbp_sim.explore.peer import foreign

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
    """Refuses what is not a request of this machine's person, and puts `HEADERS` on every answer."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app, self._port = app, port
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def safe(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                more = ((k.encode(), v.encode()) for k, v in HEADERS.items())
                message["headers"] = [*message["headers"], *((k, v) for k, v in more if k not in own)]
            await send(message)

        status, why = self._refusal(scope)
        if status:
            headers = {"allow": ", ".join(METHODS)} if status == 405 else {}
            await PlainTextResponse(f"{why}\n", status, headers)(scope, receive, safe)
        else:
            await self._app(scope, receive, safe)

    def _refusal(self, scope: Scope) -> tuple[int, str]:
        """Status and reason of a refusal; 0 if there is none."""
        if scope["type"] != "http":
            return 403, "only HTTP is answered"
        given: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            given.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        if len(given.get("host", [])) != 1 or given["host"][0] not in self._hosts:
            return 403, f"this page has the address http://{self._hosts[0]}/ and no other"
        own = tuple(f"http://{host}" for host in self._hosts)
        if any(origin not in own for origin in given.get("origin", [])):
            return 403, "pages of other sites are not answered"
        if any(site not in SITES for site in given.get("sec-fetch-site", [])):
            return 403, "links from other sites are not followed: copy the address into the browser"
        if scope["client"] and foreign(scope["client"][1], self._port):
            return 403, "this explorer belongs to another user of this machine"
        if scope["method"] not in METHODS:
            return 405, f"only {' and '.join(METHODS)} are answered: nothing can be changed here"
        return 0, ""
