"""What was worked out lately, so that it is not worked out again."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

Value = TypeVar("Value")

#: everything that draws or measures does so one at a time: Matplotlib's settings are those of the whole process
WORK = threading.RLock()


class Kept:
    """The ``most`` values that were made last, by key; one thread makes one, nobody waits for what there is."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[Hashable, Any] = {}

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of a key, made if it is not kept."""
        with contextlib.suppress(KeyError):
            return cast(Value, self._values[key])
        with WORK:
            if key not in self._values:
                made = make()
                while len(self._values) >= self._most:
                    del self._values[next(iter(self._values))]
                self._values[key] = made
            return cast(Value, self._values[key])
