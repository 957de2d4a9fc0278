"""How the agreed volume moves from one contract year to the next."""
