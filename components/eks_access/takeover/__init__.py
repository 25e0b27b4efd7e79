"""A cluster that others made → its declaration, with everything that is there kept as it is. Pure."""
