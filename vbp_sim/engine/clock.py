"""The simulation's time: days since the scenario's first day, and the calendar months on that line."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

#: days of a month on average
MONTH = 365.25 / 12
#: days after midnight at which what held by an agreement lapses, once all that begins on the day has begun
LAPSE = 0.125
#: days into a month at which institutions order, suppliers dispatch, deliveries are received and the books are closed;
#: all on its first day, so that an agreement that starts on the second has its first month after this one
ORDER, DISPATCH, RECEIVE, CLOSE = 0.25, 0.5, 0.75, 0.875
#: and at which winners are inspected after that
INSPECT = 0.9375


def add_months(day: date, months: int) -> date:
    """Same day of the month, ``months`` later; the last day where the month is shorter.

    >>> add_months(date(2019, 1, 31), 1)
    datetime.date(2019, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def first_from(day: date) -> date:
    """First of a month on or after a day.

    >>> first_from(date(2019, 1, 15))
    datetime.date(2019, 2, 1)
    """
    return day if day.day == 1 else add_months(day.replace(day=1), 1)


def months_between(start: date, first: date) -> int:
    """Months that have passed on the first of a month since `first_from` the start; negative before it."""
    begins = first_from(start)
    return (first.year - begins.year) * 12 + first.month - begins.month


class Clock:
    """Turns dates into days since ``start`` and back; ``months`` are the firsts of all simulated months."""

    def __init__(self, start: date, end: date) -> None:
        self.start = start
        self.end = end
        first = first_from(start)
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
