"""What was worked out lately, so that it is not worked out again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")

#: everything that draws or measures does so one at a time: Matplotlib's settings are those of the whole process
WORK = threading.RLock()


class Kept(Generic[Value]):
    """The ``most`` values that were asked for last, by key; one thread works at a time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, Value] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of a key, made if it is not kept."""
        with WORK:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
            value = self._values[key] = make()
            while len(self._values) > self._most:
                self._values.popitem(last=False)
            return value
