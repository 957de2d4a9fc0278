"""Classes of winners that get different parts of the volume."""
