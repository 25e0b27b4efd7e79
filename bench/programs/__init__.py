"""Pulumi programs that are measured against each other; each is run by the engine as a `__main__.py`."""
