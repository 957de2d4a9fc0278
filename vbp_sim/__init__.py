"""vbp_sim: a discrete-event simulator of China's centralized volume-based procurement (VBP).

In a notebook: `vbp_sim.load`, `vbp_sim.run`, `vbp_sim.compare`, `vbp_sim.register` and `vbp_sim.read_study`
(see `vbp_sim.api`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vbp_sim.api import compare, load, read_study, register, run

__version__ = "0.2.0"
__all__ = ["compare", "load", "read_study", "register", "run"]


def __getattr__(name: str) -> Any:
    """Import the notebook face when it is first used, so that the command line starts fast."""
    if name in __all__:
        from vbp_sim import api

        return getattr(api, name)
    raise AttributeError(f"module 'vbp_sim' has no attribute '{name}'")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
