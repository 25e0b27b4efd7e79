"""What goes wrong in a sandbox, told with the way out."""

from __future__ import annotations


class SandboxError(RuntimeError):
    """Something the sandbox needs is missing or did not work; the message says what to do."""
