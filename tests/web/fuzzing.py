"""Requests as no sender should send them, to every way in: the same ones for the same seed.

Most are proven (right keys, right signatures), so that what they hold is read.
"""

import http.client
import json
import socket
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Address
from random import Random
from typing import Any, NamedTuple
from urllib.parse import quote_from_bytes

from bot.sources import SOURCES
from bot.sources.lead_payload import LeadPayload
from bot.sources.meta import verify_token
from tests.sources.signing import VENDORS

_TEXTS = [
    "", " ", "\x00", "Ada\x00", "\ud800", "Ada \ud83d", "\udfff\ud800", "\U0001f600", "\u202egpj",
    "\ufeff", "\u00df", "ada@example.com", "Ada@B\u00fccher.example", "@", "\x00@example.com", "DE",
    "ada@\ud800.example", "a" * 250 + "@example.com", "+49 30 23125001", "030 23125001",
    "+" + "9" * 900, "\u0130\u0130", "{0}", "{summary}", "%s%n", "' OR 1=1 --", "\\u0000", "\\",
    '"', "null",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-06-01T09:00:00Z", "2026-13-45",
    "2026-06-01T09:00:00+23:59", "0", "-1", "99999999999999", "1e999", "NaN", "yes", "no", "//",
    "https://[", "https://example.com/?utm_campaign=%00%ff&gclid=%ed%a0%80", "../../x?y#z",
    "x" * 300, "x" * 1_001, "\U00020000" * 999, "\u4e00" * 20_001, "y" * 100_000,
]  # fmt: skip
_NUMBERS: list[Any] = [
    0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**30, 10**400, 10**4_000, 0.1, -0.0, 1e308, 5e-324,
    float("nan"), float("inf"), float("-inf"), 1780304400, 1780304400000, 10**17, True, False, None,
]  # fmt: skip
# Put into JSON as text, since no value of Python is written so.
_LITERALS = [
    "1e999", "-1e999", "NaN", "Infinity", "-Infinity", "9" * 5_000, "-" + "9" * 4_300, "0.1e-9999",
    '"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"\\uD83D"', '{"\\u0000": 1}', '{"\\ud800": 1}',
    '{"a": 1, "a": 2}', "01", "+1", "1.", "'x'", "undefined", "\t\n", '"\x01"', "[1,]", "{}", "[]",
]  # fmt: skip
_DEPTHS = [40, 101, 450, 900, 1_100, 20_000]
_ENCODINGS = ["utf-16", "utf-16-le", "utf-32", "utf-8-sig", "utf-7", "latin-1"]
_TYPES = [
    b"", b"application/json", b"application/json; charset=utf-16", b"text/plain; charset=\xff",
    b"application/x-www-form-urlencoded", b"application/x-www-form-urlencoded; charset=latin-1",
    b"multipart/form-data", b"multipart/form-data; boundary=x", b"multipart/form-data; boundary=",
    b'Multipart/Form-Data; boundary="x"; charset=utf-7', b"multipart/form-data; boundary=\xe9",
    b"multipart/form-data; boundary=" + b"x" * 500, b"application/octet-stream", b";;;=",
    b"x" * 2_000,
]  # fmt: skip
_BEARERS = [
    b"", b"Bearer", b"Bearer ", b"Bearer \xff\xfe", b"Bearer \xe9" * 50, b"Basic Og==",
    b"Bearer x y", b"Bearer " + b"x" * 20_000, b"\xc3\xa9", b"Bearer\t1",
]  # fmt: skip
_HOSTS = [b"", b"[::1", b"x:y:z", b"\xe9", b"a" * 300, b"example.com:99999", b"[", b"@", b"x/../y"]
_QUERIES = [
    b"", b"?", b"?%", b"?%00=%ff", b"?a=%ed%a0%80", b"?" + b"a=1&" * 300, b"?" + b"x" * 5_000,
    b"?hub.mode=subscribe&hub.challenge=%00%ff", b"?q=hub%20spot&x=%C3%A9",
]  # fmt: skip
# More than there is would be waited for.
_LENGTHS = [b"9" * 5_000, b"9" * 19, b"-1", b"+1", b"1e3", b"\xb2", b"0x10", b"1, 1"]
_METHODS = [b"GET", b"HEAD", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"TRACE", b"post", b"X"]
_TAILS = [b"/", b"%00", b"%ff", b"/../x", b"x" * 3_000]


class Keys(NamedTuple):
    """What proves a sender: the keys of the API and of a form, and the secret of every vendor."""

    api: str
    form: str
    vendors: str


_CLIENTS = int(IPv4Address("10.0.0.0"))


@dataclass
class Fuzzed:
    """A request, byte by byte."""

    route: str
    """The slug of the source that it is for."""
    path: bytes
    body: bytes
    headers: dict[bytes, bytes] = field(default_factory=dict)
    method: bytes = b"POST"
    is_chunked: bool = False
    length: bytes | None = None
    """What it says that its length is, where that is not true."""

    def wire(self) -> bytes:
        """As it goes over the wire, from a client of its own: who has a wrong key is slowed."""
        client = IPv4Address(_CLIENTS + zlib.crc32(self.path + self.body) % 2**24)
        headers = {b"host": b"127.0.0.1", b"x-forwarded-for": b"%s" % str(client).encode()}
        headers |= self.headers
        if self.is_chunked:
            headers[b"transfer-encoding"] = b"chunked"
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(self.body), self.body)
            body = body if self.body else b"0\r\n\r\n"
        else:
            headers[b"content-length"] = self.length or b"%d" % len(self.body)
            body = self.body
        lines = [self.method + b" " + self.path + b" HTTP/1.1"]
        lines += [name + b": " + value for name, value in headers.items()]
        return b"\r\n".join([*lines, b"", body])


class Fuzzer:
    """Makes requests by chance; the same ones for the same seed, keys and times."""

    def __init__(self, seed: int, keys: Keys, public_url: str) -> None:
        self._chance = Random(seed)
        self._keys = keys
        self._public_url = public_url
        self._routes = [slug for slug, source in SOURCES.items() if not source.by_hand]

    def __iter__(self) -> Iterator[Fuzzed]:
        while True:
            yield self.request()

    def request(self) -> Fuzzed:
        """The next one."""
        chance = self._chance
        slug = chance.choice(self._routes)
        made = self._form(slug) if slug in ("form", "jotform") else self._json(slug)
        if slug == "meta" and self._happens(0.1):
            made = self._handshake()
        self._disturb(made)
        return made

    def _json(self, slug: str) -> Fuzzed:
        example = json.loads(SOURCES[slug].example)
        if slug == "google_ads":  # its proof stands in the body
            example |= {"google_key": self._keys.vendors}
        if slug == "api":
            example |= {"submitted_at": "2026-06-01T09:00:00Z", "consent": _CONSENT}
        return self._proven(slug, self._bytes(self._text(self._mutated(example))))

    def _form(self, slug: str) -> Fuzzed:
        names = [*LeadPayload.model_fields, "_next", "_honey", "\x00", "\ud800"]
        pairs = [
            (self._chance.choice(names), str(self._text_value()))
            for _ in range(self._chance.randrange(8))
        ]
        pairs += [("email", "ada@example.com")] if self._happens(0.5) else []
        if slug == "jotform":
            raw = {"q3_name": {"first": "Ada"}, "q4_email": "ada@example.com"}
            raw |= {f"q{n}_{self._text_value()}": self._value() for n in range(5, 7)}
            pairs += [("rawRequest", self._text(self._mutated(raw)))]
            pairs += [("submissionID", str(self._text_value()))]
        body, kind = self._multipart(pairs) if self._happens(0.5) else _urlencoded(pairs)
        made = self._proven(slug, self._damaged(body))
        made.headers[b"content-type"] = kind
        return made

    def _proven(self, slug: str, body: bytes) -> Fuzzed:
        source, secret = SOURCES[slug], self._keys.vendors
        query = self._chance.choice(_QUERIES) if self._happens(0.1) else b""
        key = self._keys.form if slug == "form" else secret
        path = f"/leads{source.path}".replace("{key}", key).encode() + query
        if slug == "google_ads":
            return Fuzzed(slug, path, body, {b"content-type": b"application/json"})
        if slug not in VENDORS:
            return Fuzzed(slug, path, body, {b"authorization": f"Bearer {self._keys.api}".encode()})
        url = self._public_url + path.decode("latin-1")
        sent = VENDORS[slug].sign(source, body, secret, datetime.now(UTC), url)
        return Fuzzed(slug, path, sent.body, _raw(sent.headers))

    def _handshake(self) -> Fuzzed:
        challenge = quote_from_bytes(str(self._text_value()).encode("utf-8", "surrogatepass"))
        token = verify_token(self._keys.vendors) if self._happens(0.5) else challenge
        query = f"?hub.mode=subscribe&hub.verify_token={token}&hub.challenge={challenge}"
        return Fuzzed("meta", b"/leads/meta" + query[:6_000].encode(), b"", method=b"GET")

    def _disturb(self, made: Fuzzed) -> None:
        """Spoil the request around its body, now and then."""
        chance, headers = self._chance, made.headers
        if self._happens(0.10):
            headers[b"content-type"] = chance.choice(_TYPES)
        if self._happens(0.03):
            headers[b"authorization"] = chance.choice(_BEARERS)
        if self._happens(0.02):
            headers[b"host"] = chance.choice(_HOSTS)
        if self._happens(0.02) and headers:
            headers[chance.choice(list(headers))] = (
                b"\xff\xe9=,;" + chance.randbytes(9).hex().encode()
            )
        if self._happens(0.02):
            made.method = chance.choice(_METHODS)
        if self._happens(0.02):
            made.path += chance.choice(_TAILS)
        made.is_chunked = self._happens(0.05)
        made.length = chance.choice(_LENGTHS) if self._happens(0.01) else None

    def _happens(self, share: float) -> bool:
        return self._chance.random() < share

    def _mutated(self, value: Any) -> Any:
        """A value with some of its parts replaced, left out, or doubled."""
        copy = json.loads(json.dumps(value))
        for _ in range(self._chance.choice([0, 1, 2, 3, 5, 8])):
            copy = self._replaced(copy)
        return copy

    def _replaced(self, value: Any) -> Any:
        chance = self._chance
        if not isinstance(value, dict | list) or not value or self._happens(0.02):
            return self._value()
        if isinstance(value, list):
            place = chance.randrange(len(value))
            return [*value[:place], self._replaced(value[place]), *value[place:]][-50:]
        name = chance.choice(list(value))
        if self._happens(0.1):
            return {each: value[each] for each in value if each != name}
        if self._happens(0.1):
            return value | {str(self._text_value()): self._value()}
        return value | {name: self._replaced(value[name])}

    def _value(self) -> Any:
        chance, kind = self._chance, self._chance.random()
        if kind < 0.4:
            return self._text_value()
        if kind < 0.6:
            return chance.choice(_NUMBERS)
        if kind < 0.7:
            return [self._value() for _ in range(chance.randrange(3))]
        if kind < 0.8:
            return {str(self._text_value()): self._value() for _ in range(chance.randrange(3))}
        return _LITERAL

    def _text_value(self) -> str:
        chance = self._chance
        if self._happens(0.7):
            return chance.choice(_TEXTS)
        return "".join(map(chr, chance.choices(range(0x11000), k=chance.randrange(12))))

    def _text(self, value: Any) -> str:
        """As JSON, with literals and depths that `json` would not write."""
        text = json.dumps(value, ensure_ascii=self._happens(0.7))
        while _LITERAL in text:
            text = text.replace(f'"{_LITERAL}"', self._literal(), 1)
        return text

    def _literal(self) -> str:
        if self._happens(0.7):
            return self._chance.choice(_LITERALS)
        depth = self._chance.choice(_DEPTHS)
        opening, closing = self._chance.choice([("[", "]"), ('{"a":', "}")])
        return opening * depth + '"x"' + closing * depth

    def _bytes(self, text: str) -> bytes:
        if self._happens(0.05):
            return text.encode(self._chance.choice(_ENCODINGS), "replace")
        return self._damaged(text.encode("utf-8", "surrogatepass"))

    def _damaged(self, body: bytes) -> bytes:
        chance, kind = self._chance, self._chance.random()
        place = chance.randrange(len(body) + 1)
        if kind < 0.02:
            return chance.randbytes(chance.randrange(200))
        if kind < 0.05:
            return body[:place]
        if kind < 0.10:
            return body[:place] + chance.randbytes(3) + body[place:]
        if kind < 0.12:
            return body[:place] + b"\x00" + body[place:]
        return body if kind < 0.998 else body + b" " * 1024 * 1024

    def _multipart(self, pairs: list[tuple[str, str]]) -> tuple[bytes, bytes]:
        parts = [
            b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
            % (_encoded(name), _encoded(value))
            for name, value in pairs
        ]
        return b"".join(parts) + b"--x--\r\n", b"multipart/form-data; boundary=x"


_LITERAL = "a place for a literal"
_CONSENT = {"granted": True, "wording": "v1", "purposes": ["news"], "at": "2026-06-01T09:00:00Z"}


def _urlencoded(pairs: list[tuple[str, str]]) -> tuple[bytes, bytes]:
    fields = [f"{quote_from_bytes(_encoded(n))}={quote_from_bytes(_encoded(v))}" for n, v in pairs]
    return "&".join(fields).encode(), b"application/x-www-form-urlencoded"


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _raw(headers: Mapping[str, str]) -> dict[bytes, bytes]:
    return {name.encode(): value.encode("latin-1") for name, value in headers.items()}


class Wire:
    """A connection that is made again when the other side closes it."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None

    def send(self, fuzzed: Fuzzed) -> int:
        """Send a request; returns the answer's status, 0 where the connection was just closed."""
        if self._socket is None:
            self._socket = socket.create_connection(self._address, timeout=60)
        with suppress(OSError):  # it was answered before it was read: too large, or not HTTP
            self._socket.sendall(fuzzed.wire())
        answer = http.client.HTTPResponse(self._socket, method=fuzzed.method.decode())
        try:
            answer.begin()
            answer.read()
            status, closes = answer.status, answer.will_close
        except (http.client.HTTPException, OSError):
            status, closes = 0, True
        if closes:
            self.close()
        return status

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
