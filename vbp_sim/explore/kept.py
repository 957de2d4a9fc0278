"""What was worked out lately, so that it is not worked out again."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Hashable, Iterator
from typing import Any, TypeVar, cast

from vbp_sim.errors import RunError

Value = TypeVar("Value")

#: set when the explorer ends, so that nobody begins to work who waited for a turn
ENDED = threading.Event()
_turn = threading.RLock()


@contextlib.contextmanager
def work() -> Iterator[None]:
    """Draw or measure, one thread at a time: Matplotlib's settings are those of the whole process.

    RunError if the explorer has ended meanwhile.
    """
    with _turn:
        if ENDED.is_set():
            raise RunError("the explorer has ended")
        yield


class Kept:
    """The ``most`` values that were made last, by key; one thread makes one, nobody waits for what there is."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[Hashable, Any] = {}

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of a key, made if it is not kept."""
        with contextlib.suppress(KeyError):
            return cast(Value, self._values[key])
        with work():
            if key not in self._values:
                made = make()
                while len(self._values) >= self._most:
                    del self._values[next(iter(self._values))]
                self._values[key] = made
            return cast(Value, self._values[key])
