"""Jotform, which publishes no signature: the proof is the secret at the end of the address."""

import json
from datetime import datetime
from typing import Any

from bot.leads.inquiry import Inquiry, Unreadable, read
from bot.leads.sources import form
from bot.leads.sources.contract import Request, Source, require_same
from bot.leads.sources.labels import facts
from bot.leads.sources.payload import json_object, plain

_RAW = {
    "slug": "submit/261234567890123/",
    "q3_name": {"first": "Ada", "last": "Lovelace"},
    "q4_email": "ada@example.com",
    "q5_phoneNumber": {"full": "+49 30 901820"},
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


def parse(body: bytes, content_type: str) -> list[Inquiry]:
    """Read a form. Raises Unreadable."""
    sent = form.fields(body, content_type)
    if "rawRequest" not in sent:
        raise Unreadable({"rawRequest": "is missing"})
    answers = json_object(sent["rawRequest"].encode())
    origin = {"external_id": sent.get("submissionID"), "form_id": sent.get("formID")}
    return [read(_named(answers) | facts(_asked(answers)) | origin)]


def _asked(answers: dict[str, Any]) -> list[tuple[str, object]]:
    """The questions `q5_phoneNumber` by their words, in the order of the form."""
    return [
        (_words(name.partition("_")[2]), value)
        for name, value in answers.items()
        if name[:1] == "q" and name[1:].partition("_")[0].isdecimal()
        and not (isinstance(value, dict) and "first" in value)
    ]  # fmt: skip


def _named(answers: dict[str, Any]) -> dict[str, Any]:
    """A name comes in its parts."""
    for value in answers.values():
        if isinstance(value, dict) and "first" in value:
            return {"first_name": plain(value["first"]), "last_name": plain(value.get("last"))}
    return {}


def _words(name: str) -> str:
    """`phoneNumber` as `phone number`."""
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return spaced.strip() or "Answer"


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
