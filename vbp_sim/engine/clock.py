"""The simulation's time: days since the scenario's first day, and the calendar months on that line."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

#: days into a month at which institutions order, suppliers dispatch, and deliveries are received
ORDER, DISPATCH, RECEIVE = 0.5, 1.0, 2.0


def add_months(day: date, months: int) -> date:
    """Same day of the month, ``months`` later; the last day where the month is shorter.

    >>> add_months(date(2019, 1, 31), 1)
    datetime.date(2019, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


class Clock:
    """Turns dates into days since ``start`` and back; ``months`` are the firsts of all simulated months."""

    def __init__(self, start: date, end: date) -> None:
        self.start = start
        self.end = end
        first = start if start.day == 1 else add_months(start.replace(day=1), 1)
        self.months: list[date] = []
        while first < end:
            self.months.append(first)
            first = add_months(first, 1)

    def day(self, when: date) -> float:
        """Days from the start of the simulation to the beginning of a date."""
        return float((when - self.start).days)

    def date(self, day: float) -> date:
        """Date on which a moment falls."""
        return self.start + timedelta(days=int(day))
