"""Run all benchmarks, or those that are named: `python -m benchmarks ordering startup`."""

from __future__ import annotations

import os
import platform
import sys
from importlib import import_module

NAMES = ("ordering", "whole_runs", "startup", "decide_round", "bidding_round")


def main(names: list[str]) -> None:
    """Print the machine, then one table per benchmark, in Markdown."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        sys.exit(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(NAMES)}")
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    for name in names or NAMES:
        print(f"\n## {name}\n", flush=True)
        import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
