"""Keys of programs that come over HTTP: named, and compared in constant time."""

import hashlib
import hmac
from collections.abc import Mapping

from pydantic import SecretStr


class Keys:
    """Who may come: names by key."""

    def __init__(self, keys: Mapping[str, SecretStr]) -> None:
        self._names = [(_digest(key.get_secret_value()), name) for name, key in keys.items()]

    def name(self, key: str) -> str | None:
        """The name of the key's owner, or None for a key that nobody has."""
        digest = _digest(key)
        owner = None
        for known, name in self._names:
            if hmac.compare_digest(known, digest):
                owner = name
        return owner


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()
