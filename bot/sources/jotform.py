"""Jotform, which publishes no signature: the proof is the secret at the end of the address."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from bot.sources import form
from bot.sources.contract import Request, Source, require_same
from bot.sources.labels import canonical, gather
from bot.sources.lead_payload import LeadPayload, Unreadable, read
from bot.sources.payload import json_object, plain
from bot.words import plain_words

# `q5_phoneNumber`; whatever is called otherwise, Jotform says itself.
_QUESTION = re.compile(r"q\d+_")

_RAW = {
    "slug": "submit/261234567890123/",
    "q3_name": {"first": "Ada", "last": "Lovelace"},
    "q4_email": "ada@example.com",
    "q5_phoneNumber": {"full": "+49 30 23125001"},
    "q6_utmCampaign": "spring-offer",
}

EXAMPLE = (
    b"--x\r\n"
    b'Content-Disposition: form-data; name="formID"\r\n\r\n261234567890123\r\n'
    b"--x\r\n"
    b'Content-Disposition: form-data; name="submissionID"\r\n\r\n5987654321098765432\r\n'
    b"--x\r\n"
    b'Content-Disposition: form-data; name="rawRequest"\r\n\r\n'
    + json.dumps(_RAW).encode()
    + b"\r\n--x--\r\n"
)


def verify(request: Request, secret: str, _now: datetime) -> None:
    """The secret at the end of the address. Raises Unproven."""
    require_same(request.key, secret)


def parse(body: bytes, content_type: str) -> list[LeadPayload]:
    """Read a form. Raises Unreadable."""
    sent = form.fields(body, content_type)
    if "rawRequest" not in sent:
        raise Unreadable({"rawRequest": "is missing"})
    answers = json_object(sent["rawRequest"].encode())
    origin = {"external_id": sent.get("submissionID"), "form_id": sent.get("formID")}
    questions = {name: value for name, value in answers.items() if _QUESTION.match(name)}
    names = [_words(name.partition("_")[2]) for name in questions]
    labels = _labels(sent.get("pretty", ""), names, map(plain, questions.values()))
    answered = [
        each
        for label, value in zip(labels, questions.values(), strict=True)
        for each in _question(label, value)
    ]
    return [read(gather(answered, origin))]


def _labels(pretty: str, names: Iterable[str], answers: Iterable[str]) -> Iterator[str]:
    """What each question is called: Jotform shows all answers, `Full Name:Ada Lovelace, …`, since a
    name (`q5_howMany`) has the first words alone, and none of other than Latin letters. An answer
    that is shown otherwise than we would leaves the question its name."""
    end, is_sure = 0, True
    for name, answer in zip(names, answers, strict=True):
        shown = re.compile(re.escape(f":{answer}") + r"(?=, |\s*$)").search(pretty, end)
        if not answer or shown is None:
            ahead = (each.rpartition(", ")[2] for each in pretty[end:].split(":")[:-1])
            yield next((each for each in ahead if answer and _begins(each, name)), name)
            is_sure = is_sure and not answer
            continue
        before = pretty[end : shown.start()].removeprefix(", ")
        yield before if is_sure else _beginning_with(name, before) or name
        end, is_sure = shown.end(), True


def _beginning_with(name: str, before: str) -> str | None:
    """The label at the end of a text, which begins with the words of the question's name."""
    parts = before.split(", ")
    ends = (", ".join(parts[place:]) for place in range(len(parts)))
    return next((end for end in ends if _begins(end, name)), None)


def _begins(label: str, name: str) -> bool:
    begun = _letters(name)
    return bool(begun) and _letters(label).startswith(begun)


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, plain_words(text)))


def _question(label: str, value: object) -> Iterator[tuple[str, str | None, object]]:
    """A question with the field that it means and its answer."""
    if not isinstance(value, dict):
        yield label, canonical(label), value
    elif "first" in value or "last" in value:
        yield from _name(label, value)
    elif "phone" in value:
        yield label, canonical(label) or "phone", _number(value)
    elif value.keys() & {"full", "year", "hour", "addr_line1", "city", "date", "datetime"}:
        yield label, canonical(label), value
        yield f"{label} country", "country", value.get("country")
    else:
        for row, each in value.items():  # of a matrix or a list of inputs
            yield f"{label} - {row}", canonical(row), each


def _name(label: str, value: dict[str, Any]) -> Iterator[tuple[str, str | None, object]]:
    """A name comes in its parts."""
    first = " ".join(filter(None, (plain(value.get("first")), plain(value.get("middle")))))
    yield f"{label} - first", "first_name", first
    yield f"{label} - last", "last_name", value.get("last")
    for part in ("prefix", "suffix"):
        yield f"{label} - {part}", None, value.get(part)


def _number(value: dict[str, Any]) -> str:
    """A number comes in its parts; its country's code without the plus."""
    code, area = (plain(value.get(part)).strip("+() ") for part in ("country", "area"))
    if code.isdecimal():
        code, area = "+" + code, area.removeprefix("0")
    else:
        code = ""
    return " ".join(filter(None, (code, area, plain(value.get("phone")))))


def _words(name: str) -> str:
    """`phoneNumber5` as `phone number 5`."""
    return re.sub(r"(?<=[^\W\d_])(?=[A-Z\d])", " ", name).replace("_", " ").lower() or "Answer"


SOURCE = Source(
    slug="jotform",
    name="Jotform",
    example=EXAMPLE,
    content_type="multipart/form-data; boundary=x",
    parse=parse,
    verify=verify,
    secret_in_path=True,
    setup=(
        "In Jotform open the form's Settings → Integrations → WebHooks.",
        "Webhook URL: {url}, where <key> is jotform's secret in HANDOFF_SOURCES.",
        "Complete the integration, and send the form once. Keep this address to yourself.",
    ),
)
