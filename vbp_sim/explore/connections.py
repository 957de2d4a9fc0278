"""Connections that say nothing, or say it slowly: they are cut off in time, and never keep others out."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

#: seconds in which a connection has to send the whole head of its next request
LATE = 10.0
#: longest head of a request, in bytes: an address with a thousand chosen drugs
LONGEST = 1 << 16
#: files that are enough for every connection that is answered at once
FILES = 1024


def open_files() -> int:
    """How many files this process may have open, at most `FILES`; a lower default (macOS: 256) is raised."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most


class Connection(H11Protocol):
    """A connection that waits `LATE` seconds for a request at most; if too many wait, the oldest goes."""

    def __init__(self, waiting: dict[Connection, asyncio.TimerHandle], most: int, **own: Any) -> None:
        """``waiting``: those without a request under way, the oldest first, and what cuts each off."""
        super().__init__(**own)
        self._waiting, self._most = waiting, most

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._note()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._leave()

    def handle_events(self) -> None:
        super().handle_events()
        self._note()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._note()

    def send_400_response(self, msg: str) -> None:
        super().send_400_response(f"This is no HTTP request, or its address is too long (over {LONGEST:,} bytes).\n")

    def _note(self) -> None:
        """Keep account of whether this connection waits for a request."""
        if self.cycle is not None and not self.cycle.response_complete:
            self._leave()
        elif self not in self._waiting and not self.transport.is_closing():
            self._waiting[self] = self.loop.call_later(LATE, self.transport.abort)
            if len(self._waiting) > self._most:
                oldest = next(iter(self._waiting))
                oldest._leave()
                oldest.transport.abort()

    def _leave(self) -> None:
        timer = self._waiting.pop(self, None)
        if timer is not None:
            timer.cancel()


def settings(files: int) -> dict[str, Any]:
    """Settings of uvicorn with which connections never need more than so many files.

    A quarter may wait, 2/5 at once (waiting ones included) are answered and others told to come later; those that are
    accepted at once come on top.
    """
    return {
        "http": partial(Connection, {}, files // 4),
        "backlog": files // 16,
        "limit_concurrency": files * 2 // 5,
        "h11_max_incomplete_event_size": LONGEST,
    }
