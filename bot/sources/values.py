"""What a value is, whatever it is called: an address, a phone number, an answer, or nothing.

Senders write the same thing in many ways; each kind is read here, for every source.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from bot.slack.text import clean
from bot.sources.vocabulary import AGREEING, NEGATIONS, REFUSING
from bot.words import plain_words

# What databases, spreadsheets and people write into a field that they leave empty. Written
# otherwise it may be somebody's name: Null is one.
_NOTHING = frozenset({"", "NULL", "null", "N/A", "#N/A", "-"})
_SAYS_NOTHING = frozenset({"n/a", "na", "none", "null", "nil", "no", "unknown", "keine", "nan"})

_KNOWN, _KNOWN_DOMAINS = 1_024, 8_192
"""How many values are remembered: most are asked for twice or more, one soon after the other, and
domains come again and again."""

# Excel's CSV and Meta's exports write this before an address or a number.
_PREFIX = re.compile(r"^(?:mailto|tel|p):\s*", re.IGNORECASE)
_OF_ADDRESS = r"[^\s<>()\[\],;:\"'|/\\@]"
# Only from the beginning of a word on, and no longer than RFC 5321 allows: a long word without an
# address is looked at once, and not again from each of its letters.
_ADDRESS = re.compile(
    rf"(?<!{_OF_ADDRESS}){_OF_ADDRESS}{{1,64}}@{_OF_ADDRESS}{{1,253}}\.{_OF_ADDRESS}{{1,63}}"
)
_USUAL_NAME = re.compile(r"(?=.{1,64}$)[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*")
# RFC 5321 allows no more; the checker would spend time on it.
_LONGEST_ADDRESS = 254

# Excel's way to show a number of more than 11 digits, whose last digits are lost then.
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+")
# A whole number as a spreadsheet writes it: as a fraction, or with commas for thousands.
_WHOLE = re.compile(r"\+?(?:\d{5,}\.0+|\d{1,3}(?:,\d{3,})+(?:\.0+)?)")
_DATE = re.compile(r"(?:19|20)\d\d-\d\d-\d\d(?:\D.*)?|\d{1,2}[./]\d{1,2}[./](?:19|20)\d\d(?:\D.*)?")
# E.164 has 15 digits at most; a prefix and an extension come on top. Five are a short number.
_FEWEST_DIGITS, _MOST_DIGITS = 5, 22
_LONGEST_NUMBER = 60
# So much of a cell or an answer is searched for addresses and numbers.
_MOST_READ = 5_000
_BETWEEN_NUMBERS = re.compile(r"[,;|\n]| / |\b(?:or|oder|ou|o|of|lub|или)\b")
_INTERNATIONAL = re.compile(r"(?:\+|00)[\d\s()./-]+")
_WORD = re.compile(r"[^\W\d_]{3,}")
_EXIT_CODE = re.compile(r"(?<![\w.])00(?=[1-9])")
_AMONG_WORDS = re.compile(r"(?<![\w.])[+(0][\d\s()./-]{5,20}\d")
_DIALLED = re.compile(r"[+(0][\d\s()./-]+")

_AGREEMENTS = {
    True: "yes, y, true, on, 1, granted, opt-in, subscribed, agreed, i agree, accepted, checked, "
    "confirmed, x, ✓, ja, akzeptiert, zugestimmt, einverstanden, angemeldet, bestätigt, oui, vrai, "
    "sí, si, sì, sim, tak, prawda, да",
    False: "no, n, false, off, 0, refused, opt-out, unsubscribed, declined, rejected, denied, "
    "withdrawn, revoked, unchecked, not subscribed, not accepted, nein, abgelehnt, abgemeldet, "
    "widerrufen, nicht akzeptiert, nicht erteilt, non, faux, não, nao, nee, nie, нет",
}
_AGREED = {word: agreed for agreed, words in _AGREEMENTS.items() for word in words.split(", ")}


def encodable(text: str) -> str:
    """Text that PostgreSQL can hold: no NUL, no lone surrogate (half of an emoji)."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def storable(text: str) -> str:
    """Text that PostgreSQL can hold, trimmed; none that is unseen."""
    if text.isascii() and text.isprintable():
        return text.strip()
    kept = encodable(text).strip()
    return kept if clean(kept, len(kept)).strip() else ""


def is_nothing(text: str) -> bool:
    """Whether a text stands for an empty field."""
    return text in _NOTHING


def says_something(text: str) -> bool:
    """Whether what stands in the wrong field is worth a look."""
    return text.casefold() not in _SAYS_NOTHING and any(map(str.isalnum, text))


@lru_cache(_KNOWN)
def address(text: str) -> str | None:
    """The email address that a text is, and nothing else; its domain in small letters."""
    if len(text) > _LONGEST_ADDRESS:
        return None
    name, _, domain = text.partition("@")
    if _USUAL_NAME.fullmatch(name):  # the checker's time goes into domains, which repeat
        known = _checked(f"a@{domain}")
        return f"{name}{known[1:]}" if known else None
    return _checked(bare(text))


@lru_cache(_KNOWN_DOMAINS)
def _checked(text: str) -> str | None:
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def addresses(text: str) -> Iterator[str]:
    """The email addresses in a text: `Ada <ada@example.com>`, several in a cell."""
    whole = address(text)
    if whole is not None:
        yield whole
        return
    yield from filter(None, map(address, _ADDRESS.findall(text[:_MOST_READ])))


def bare(text: str) -> str:
    """A text without what spreadsheets and exports put before an address or a number."""
    stripped = text.strip().lstrip("'")
    if _WHOLE.fullmatch(stripped):
        return stripped.partition(".")[0].replace(",", "")
    return _PREFIX.sub("", stripped) if ":" in stripped else stripped


def is_same_address(text: str, address: str) -> bool:
    """Whether a text says no more than this address."""
    written = unicodedata.normalize("NFC", bare(text).strip("<> "))
    return written.casefold() == address.casefold()


def number(text: str) -> str | None:
    """The first phone number in a text, as it was typed; None where none can be one."""
    typed = bare(text)
    if _can_be_dialled(typed):
        return typed
    pieces = map(str.strip, _BETWEEN_NUMBERS.split(typed[:_MOST_READ]))
    piece = next(filter(_can_be_dialled, pieces), None)
    if piece is not None or is_cut_short(typed):
        return piece
    return next(numbers(typed), None)


def numbers(text: str) -> Iterator[str]:
    """The phone numbers that stand among the words of a text; those with a country code first."""
    read = _EXIT_CODE.sub("+", text[:_MOST_READ])
    if sum(map(str.isdigit, read)) < _FEWEST_DIGITS:
        return
    for match in phonenumbers.PhoneNumberMatcher(read, None):
        yield match.raw_string
    yield from filter(is_likely_a_number, _AMONG_WORDS.findall(read))


def is_cut_short(text: str) -> bool:
    """Whether a spreadsheet has rounded this number: `4.91512E+11`."""
    return bool(_SCIENTIFIC.fullmatch(text.strip()))


def is_surely_a_number(text: str) -> bool:
    """Whether a text is a phone number, whatever it is called: with its country code."""
    typed = bare(text)
    if not typed.startswith(("+", "00")):
        return False
    return bool(_INTERNATIONAL.fullmatch(typed)) and e164(typed, None) is not None


def is_likely_a_number(text: str) -> bool:
    """Whether a text looks as people write phone numbers, and neither as a date nor as an id."""
    typed = bare(text)
    digits = sum(map(str.isdigit, typed))
    return 7 <= digits <= 15 and bool(_DIALLED.fullmatch(typed)) and not _DATE.fullmatch(typed)


def _can_be_dialled(text: str) -> bool:
    digits = sum(map(str.isdigit, text))
    return (
        _FEWEST_DIGITS <= digits <= _MOST_DIGITS
        and len(text) <= _LONGEST_NUMBER
        and not is_cut_short(text)
        and "@" not in text
    )


@lru_cache(_KNOWN)
def e164(text: str, country: str | None) -> str | None:
    """A phone number in E.164, read in this country where it has no country code of its own."""
    if _WORD.search(text):  # `+49 30 23125001 (mornings)` dials no letters
        match = next(iter(phonenumbers.PhoneNumberMatcher(text, country)), None)
        return _written(match.number) if match else None
    if text.startswith("00") and (number := _parsed("+" + text[2:], None)):
        return number
    code = phonenumbers.country_code_for_region(country) if country else 0
    # A spreadsheet has taken the plus away; libphonenumber would read 4915123456789 as +49 49….
    if code and text.isdecimal() and len(text) >= 11 and text.startswith(str(code)):
        return _parsed("+" + text, None) or _parsed(text, country)
    return _parsed(text, country)


def _parsed(text: str, country: str | None) -> str | None:
    try:
        return _written(phonenumbers.parse(text, country))
    except phonenumbers.NumberParseException:
        return None


def _written(number: phonenumbers.PhoneNumber) -> str | None:
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def agreement(text: str) -> bool | None:
    """What a tick box or a column says in a word or a sentence; None for what is not sure."""
    word = text.strip().casefold()
    return _AGREED[word] if word in _AGREED else declaration(text)


def declaration(text: str) -> bool | None:
    """`I agree to be contacted`: what a sentence agrees to or refuses; None for any other."""
    words = f"{plain_words(text[:_MOST_READ])} "
    if words.startswith(REFUSING):
        return False
    agrees = words.startswith(AGREEING) and NEGATIONS.isdisjoint(words.split())
    return True if agrees else None
