"""What the fields of a form or a list are called, and what that means; one module for all sources.

A label is recognised by the meaning of its words, in ten languages, however it is decorated:
`E-mail (required)`, `q6_phoneNumber6`, `Name - First Name`, `Numéro de téléphone *`. Each fact is
read by itself. What an address and a number are is seen without a label too. Every question is kept
with its answer; those that no field took are shown under their question.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain, dropwhile, islice
from typing import Any

from bot.sources import values
from bot.sources.answers import Answer, problem_with
from bot.sources.lead_payload import LONG, SHORT, LeadPayload, is_landing_address
from bot.sources.payload import objects, plain, written_time
from bot.sources.vocabulary import AGREEING, PARTS, PHRASES, SALUTATIONS, Part
from bot.words import plain_words

FULL_NAME = "full_name"
"""No field of a payload: it is split into first and last name."""

_LONGEST_LABEL = 200
_LONGEST_QUESTION = 1_000

_UNSEEN = re.compile(r"<[^<>]{0,60}>|\{\{.{0,80}?\}\}")
_CAMEL = re.compile(r"(?<=[a-z\d])(?=[A-Z])")
_ONE_WORD = re.compile(r"\be (?=mail)|(?<=whats) (?=app\b)|(?<=\bopt) (?=in\b)")
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
_SEPARATORS = re.compile(r"\s[-–—/]\s|[:?|*\n>]")
# They turn the meaning of what stands beside them: the type of an address is none.
_ABOUT = frozenset({"type", "typ", "tipo", "label", "status", "id", "date", "count", "owner"})
_TWO_NAMES = ({Part.NAME, Part.SURNAME}, {Part.NAME, Part.FORENAME})
_DIVIDED = re.compile(r"\w\W*(?:\s[-–—]\s|[:(\[])\W*\w")
_STRICT = frozenset({"email", "phone", "submitted_at"})
_BY_PART_OF_LABEL = frozenset({"email", "phone", "first_name", "last_name"})

# The parts that make a field, and those that may stand beside them; the first that fits.
_P = Part
_WHO = {_P.WHOSE, _P.CONTACT}
_GRAMMAR: tuple[tuple[str, set[Part], set[Part]], ...] = (
    ("email", {_P.EMAIL}, {_P.ADDRESS, _P.ELECTRONIC, _P.ID, _P.COMPANY, *_WHO}),
    ("email", {_P.ELECTRONIC, _P.ADDRESS}, _WHO),
    ("phone", {_P.PHONE}, {_P.MOBILE, _P.NUMBER, _P.COMPANY, *_WHO}),
    ("phone", {_P.MOBILE}, {_P.NUMBER, _P.COMPANY, *_WHO}),
    ("phone", {_P.CONTACT, _P.NUMBER}, _WHO),
    (FULL_NAME, {_P.FIRST, _P.LAST}, {_P.NAME, *_WHO}),
    (FULL_NAME, {_P.FIRST, _P.SURNAME}, {_P.NAME, *_WHO}),
    (FULL_NAME, {_P.FORENAME, _P.SURNAME}, {_P.NAME, _P.PATRONYMIC, *_WHO}),
    (FULL_NAME, {_P.FORENAME, _P.NAME}, _WHO),
    (FULL_NAME, {_P.NAME, _P.SURNAME}, {_P.PATRONYMIC, *_WHO}),
    ("first_name", {_P.FIRST}, {_P.NAME, _P.FULL, *_WHO}),
    ("first_name", {_P.FORENAME}, _WHO),
    ("last_name", {_P.LAST}, {_P.NAME, _P.FULL, *_WHO}),
    ("last_name", {_P.SURNAME}, _WHO),
    ("job_title", {_P.JOB}, {_P.TITLE, _P.NAME, _P.COMPANY, *_WHO}),
    ("job_title", {_P.COMPANY, _P.TITLE}, set()),
    ("company", {_P.COMPANY}, {_P.NAME, *_WHO}),
    ("country", {_P.COUNTRY}, {_P.REGION, _P.NAME, _P.WHOSE}),
    ("message", {_P.MESSAGE}, {_P.WHOSE}),
    (FULL_NAME, {_P.NAME}, {_P.FULL, *_WHO}),
    (FULL_NAME, {_P.CONTACT}, set()),
    ("consent", {_P.CONSENT}, {_P.AGREED, _P.MATTER, _P.EMAIL, _P.PHONE, *_WHO}),
    ("consent", {_P.AGREED, _P.MATTER}, {_P.EMAIL, _P.PHONE, *_WHO}),
)


@lru_cache(4_096)
def canonical(label: str) -> str | None:
    """The field of a payload (or `full_name`) that a label means; None for any other."""
    seen = _UNSEEN.sub(" ", label)[:_LONGEST_LABEL]
    return _whole(seen) or _whole(_without_hints(seen)) or _part_of(seen) or _declaration(seen)


def is_known(label: str) -> bool:
    """Whether a label means a field."""
    return canonical(label) is not None


def _whole(label: str) -> str | None:
    """What a label means, all of whose words are known."""
    words = _words(label)
    telling = [word for word in words if PARTS.get(word) is not Part.FILLER]
    phrase = PHRASES.get(" ".join(words)) or PHRASES.get(" ".join(telling))
    if phrase is not None:
        return phrase
    parts = {PARTS.get(word) for word in telling}
    if None in parts:
        return None
    if parts in _TWO_NAMES and _DIVIDED.search(label):
        parts -= {Part.NAME}  # `Name - Surname`: of the name, that part
    found = (field for field, makes, beside in _GRAMMAR if makes <= parts <= makes | beside)
    return next(found, None)


def _words(label: str) -> list[str]:
    """The words of a label, without numbers, and `e-mail` and `opt-in` as one word."""
    words = plain_words(_CAMEL.sub(" ", label)).split()
    joined = " ".join(word.strip("0123456789") for word in words)
    return _ONE_WORD.sub(lambda e: e[0].strip(), joined).split()


def _without_hints(label: str) -> str:
    """A label without what stands in brackets, unless that makes it something else."""
    hints = " ".join(_BRACKETS.findall(label))
    return "" if _ABOUT.intersection(_words(hints)) else _BRACKETS.sub(" ", label)


def _part_of(label: str) -> str | None:
    """`Your details – Email`, `Phone: for questions only`: what one part of a label means."""
    parts = [part for part in _SEPARATORS.split(label) if part.strip()]
    if len(parts) < 2 or any(_ABOUT.intersection(_words(part)) for part in parts):
        return None
    fields = set(map(_whole, parts)) - {None}
    return fields.pop() if len(fields) == 1 and fields <= _BY_PART_OF_LABEL else None


def _declaration(label: str) -> str | None:
    """`I agree to receive offers`: a sentence to tick."""
    return "consent" if f"{plain_words(label)} ".startswith(AGREEING) else None


def facts(
    pairs: Iterable[tuple[str, object]], known: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Labels with their values, as a payload's facts and the answers that it keeps.

    `known` are facts of the sender itself; what a label says of the same stays an answer.
    """
    return gather(((label, canonical(label), value) for label, value in pairs), known)


def named(pairs: Iterable[tuple[str, object]]) -> dict[str, Any]:
    """Fields by the names that we gave them, beside whatever else a sender calls by a label.

    A field of ours keeps its value as it is, for `read` to check; no label's value replaces it.
    What is no address, number or consent leaves its field to others, and is an answer.
    """
    ours: dict[str, Any] = {}
    others: list[tuple[str, str | None, object]] = []
    for name, value in pairs:
        if name in _FIELDS and name not in ours and not _is_empty(value) and _fits(name, value):
            ours[name] = plain(value) if isinstance(value, list) else value
        else:
            others += (
                (label, canonical(label), each)
                for label, each in _flat(name, value)
                if not _is_of_a_program(label)
            )
    return gather(others, ours)


def _is_of_a_program(label: str) -> bool:
    """Whether a label is what protects the form, or the form's own: nobody was asked that."""
    return _OF_PROGRAMS.fullmatch(label.rpartition(" - ")[2]) is not None


_OF_PROGRAMS = re.compile(
    r"(?i)(?:g-recaptcha|h-captcha|cf-turnstile)-response|_token|authenticity_token"
    r"|\w*(?:csrf|xsrf)[_-]?\w*|__RequestVerificationToken|_wpcf7\w*"
)
_FIELDS = frozenset(LeadPayload.model_fields) - {"answers", "meeting"}


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and values.is_nothing(values.storable(value)))


def _fits(field: str, value: object) -> bool:
    """Whether a value is the field's as it is; a time is kept as it was written, too."""
    if field == "submitted_at":
        return written_time(value) is None
    if field not in ("email", "phone", "consent") or isinstance(value, dict):
        return True
    return _READERS[field](values.storable(plain(value)), value) is not None


def _flat(label: str, value: object, depth: int = 3) -> Iterator[tuple[str, object]]:
    """`{"contact": {"email": …}}` as `contact - email`, and `[{"label": …, "value": …}]` by its
    labels."""
    pairs = [_labelled(each) for each in value] if isinstance(value, list) else []
    if isinstance(value, dict) and depth:
        for name, each in value.items():
            yield from _flat(f"{label} - {name}", each, depth - 1)
    elif pairs and all(pairs) and depth:
        for name, each in filter(None, pairs):
            yield from _flat(name, each, depth - 1)
    else:
        yield label, value
        yield from islice(_pages(label, value), 1)


def _pages(label: str, value: object) -> Iterator[tuple[str, object]]:
    """The pages among what a program lists, such as each form that somebody sent before."""
    for each in objects(value):
        pages = ((name, text) for name, text in each.items() if is_landing_address(plain(text)))
        yield from ((f"{label} - {name}", text) for name, text in pages)


def _labelled(value: object) -> tuple[str, object] | None:
    """A question with its answer, as programs list them."""
    if not isinstance(value, dict):
        return None
    label = next((plain(value[name]) for name in _LABELS if plain(value.get(name))), None)
    answer = next((name for name in _ANSWERS if name in value), None)
    return (label, value[answer]) if label and answer else None


_LABELS = ("label", "question", "title", "name", "key", "field")
_ANSWERS = ("value", "answer", "values", "response")


def gather(
    entries: Iterable[tuple[str, str | None, object]],
    known: Mapping[str, Any] | None = None,
    *,
    recognise: bool = True,
) -> dict[str, Any]:
    """Labels, the fields that they mean (None: none), and values, as a payload's facts.

    The first value that fits a field has it, so that a form's own e-mail is not replaced by a
    colleague's. All questions with their answers are under `answers`; those that no field took
    name none. `known` are facts that are there already. Without `recognise`, an address that no
    label names is nobody's: in a list it may be that of our own colleague.
    """
    facts = {field: value for field, value in (known or {}).items() if value is not None}
    answers: list[Answer] = []
    consents: list[Answer] = []
    for label, field, value in entries:
        written = values.storable(plain(value))
        if values.is_nothing(written):
            continue
        answer = Answer(question=_question(label), answer=written)
        if isinstance(value, datetime):
            answer["at"] = value.astimezone(UTC).isoformat()
        answers.append(answer)
        if field == "consent":
            consents.append(answer)
        elif field is not None:
            _place(facts, field, answer, value)
    _agree(facts, consents, answers)
    if recognise:
        _recognise(facts, answers)
    _name(facts, answers)
    return facts | ({"answers": answers} if answers else {})


@lru_cache(4_096)
def _question(label: str) -> str:
    return values.storable(label)[:_LONGEST_QUESTION] or "Answer"


def _place(facts: dict[str, Any], field: str, answer: Answer, value: object) -> None:
    """Give a field its value, if it has none and this fits; the answer notes what became of it."""
    text = answer["answer"]
    fact = _READERS.get(field, _short)(text, value)
    if fact is None and field in _STRICT and not values.says_something(text):
        answer["field"] = field  # `n/a` says that there is none
    elif fact is None:
        if problem := problem_with(field, text):
            answer["problem"] = problem
    elif _holds_all(field, text, facts.setdefault(field, fact)):
        answer["field"] = field


def _agree(facts: dict[str, Any], asked: Iterable[Answer], answers: list[Answer]) -> None:
    """What was agreed to. Of several questions one that was refused counts, and those that were
    agreed to stay answers; only a sender that says for what consent was given knows better."""
    told = [(values.agreement(each["answer"]), each) for each in asked]
    granted, answer = next(
        ((one, each) for wanted in (False, True) for one, each in told if one is wanted),
        (None, None),
    )
    before = facts.get("consent")
    if answer is None or isinstance(before, dict):
        return
    if before is not None:
        if granted or values.agreement(plain(before)) is False:
            return
        answers.append(Answer(question="Consent", answer=plain(before)))
    # Either the question or a ticked sentence says to what: whichever says more.
    wording = max(answer["question"], answer["answer"], key=len)
    facts["consent"] = {"granted": granted, "wording": wording}
    answer["field"] = "consent"


def _holds_all(field: str, text: str, fact: object) -> bool:
    """Whether a field says all that was answered, so that nobody needs to see it again."""
    if field == "email":
        return values.is_same_address(text, str(fact))
    if field == "phone":
        return values.bare(text) == fact
    if field in ("message", "landing_url"):
        return text.startswith(str(fact))
    if field == "submitted_at":
        return written_time(text) == fact
    return text == fact


def _short(text: str, _value: object) -> str | None:
    """A name, a company and the like: what is an address or a number stands there by mistake."""
    is_way = values.address(text) if "@" in text else values.is_surely_a_number(text)
    return text if len(text) <= SHORT and not is_way else None


def _long(text: str, _value: object) -> str:
    return text[:LONG].rstrip()


_READERS: Mapping[str, Callable[[str, object], object | None]] = {
    "email": lambda text, _value: next(values.addresses(text), None),
    "phone": lambda text, _value: values.number(text),
    "submitted_at": lambda _text, value: written_time(value),
    "consent": lambda text, _value: None if values.agreement(text) is None else text,
    "message": _long,
    "landing_url": _long,
}


def _recognise(facts: dict[str, Any], answers: Iterable[Answer]) -> None:
    """Find an address, a number and a page by what they are, where no label named one."""
    left = [answer for answer in answers if "field" not in answer]
    kinds = (
        ("email", lambda text: "@" in text and values.address(text)),
        ("phone", values.is_surely_a_number),
        ("landing_url", is_landing_address),
    )
    for field, is_one in kinds:
        if field not in facts:
            _take(facts, field, (each for each in left if is_one(each["answer"])))
    if not facts.get("email") and not facts.get("phone"):
        _take(facts, "phone", (each for each in left if values.is_likely_a_number(each["answer"])))
    if not facts.get("email") and not facts.get("phone"):
        _search(facts, answers)


def _search(facts: dict[str, Any], answers: Iterable[Answer]) -> None:
    """Look for a way to reach somebody among their words."""
    words = [*(each["answer"] for each in answers), plain(facts.get("message"))]
    for field, within in (("email", values.addresses), ("phone", values.numbers)):
        if not facts.get(field) and (value := next(chain.from_iterable(map(within, words)), None)):
            facts[field] = value


def _take(facts: dict[str, Any], field: str, fitting: Iterator[Answer]) -> None:
    answer = next(fitting, None)
    if answer is not None:
        facts[field] = _READERS[field](answer["answer"], None)
        answer["field"] = field
        answer.pop("problem", None)


def _name(facts: dict[str, Any], answers: Iterable[Answer]) -> None:
    """Split the full name; where it added nothing, it is shown as it was answered."""
    full = facts.get(FULL_NAME)
    before = _joined(facts.get("first_name"), facts.get("last_name"))
    after = _joined(split_name(facts).get("first_name"), facts.get("last_name"))
    if full is None or after != before or after == _joined(*full.split()):
        return
    for answer in answers:
        if answer.get("field") == FULL_NAME:
            del answer["field"]


def _joined(*parts: object) -> str:
    return " ".join(str(part) for part in parts if part).casefold()


def split_name(facts: dict[str, Any]) -> dict[str, Any]:
    """Full name into first and last, in place. Beside one of them, a name is the other one."""
    full, first, last = (facts.get(each) for each in (FULL_NAME, "first_name", "last_name"))
    facts.pop(FULL_NAME, None)
    if not isinstance(full, str) or not full.strip() or (first and last):
        return facts
    own = _without_salutation(full)
    is_surname = own != full and " " not in own  # `Frau Reuter`
    if last:
        facts["first_name"] = re.sub(rf"(?i)\s+{re.escape(str(last))}$", "", own).strip()
    elif first:
        facts["last_name"] = re.sub(rf"(?i)^{re.escape(str(first))}\s+", "", own).strip()
    elif is_surname:
        facts["last_name"] = own
    else:
        facts["first_name"], facts["last_name"] = _halves(own)
    return facts


def _without_salutation(name: str) -> str:
    """`Rolf Reuter` of `Herr Dr. Rolf Reuter`; a name that is nothing else stays as it is."""
    words = name.split()
    own = [*dropwhile(_is_salutation, words)]
    return " ".join(own) if 0 < len(own) < len(words) else name


def _is_salutation(word: str) -> bool:
    return "," not in word and plain_words(word) in SALUTATIONS  # `Herr, Ada` is a surname


def _halves(full: str) -> tuple[str | None, str | None]:
    """`Ada Lovelace` and `Lovelace, Ada`."""
    last, comma, first = full.partition(",")
    if comma and first.strip() and last.strip() and "," not in first:
        return _without_salutation(first.strip()), last.strip()
    first, _, last = full.strip().partition(" ")
    return first, last.strip() or None
