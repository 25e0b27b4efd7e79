"""Time-based one-time codes, as virtual MFA devices make them (RFC 6238 with its defaults)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time

STEP = 30
DIGITS = 6


def totp(seed: str, at: float | None = None) -> str:
    """Return the code that a device with this base32 seed shows at a moment, now by default."""
    counter = int(time.time() if at is None else at) // STEP
    digest = hmac.new(base64.b32decode(seed), struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def is_valid(seed: str, code: str, at: float | None = None) -> bool:
    """Whether the code is the device's now or one step away, as clocks differ."""
    moment = time.time() if at is None else at
    return any(hmac.compare_digest(totp(seed, moment + shift), code) for shift in (0, -STEP, STEP))
