"""An EKS on one machine, out of real parts: for rehearsals and tests."""
