"""Small scenarios in which parts act: a common one, and what must be said beside it for some parts."""

from __future__ import annotations

from typing import Any

from small import calendar

BASE: dict[str, Any] = {
    "rules": {
        "extends": "expansion-2019",
        "backup": {"rule": "draft"},
        "failure": {"rule": "backup"},
        "term": {"table": {"1": 12, "2": 12, "3": 12}},
    },
    "rounds": {"first": {"calendar": calendar("2019-01-01")}, "second": {"calendar": calendar("2020-01-01")}},
    "behaviour": {"supply": {"rate_oral": 1.0, "rate_injection": 2.0, "stock_months": 0.5, "default_rate": 0.3}},
}

SCENES: dict[str, dict[str, Any]] = {}
