"""`python -m vbp_sim` is `vbp`."""

from vbp_sim.cli import main

if __name__ == "__main__":
    main()
