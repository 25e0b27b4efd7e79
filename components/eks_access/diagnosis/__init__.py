"""Where somebody stands on the way into a cluster, why, and what to write or whom to ask: pure, on an AccessState."""
