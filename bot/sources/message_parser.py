"""What a message in Slack tells of a lead: the words as people read them, and how to reach whom."""

import re
from dataclasses import dataclass
from html import unescape

import phonenumbers

# Slack's documents, formatting text: links are `<address|label>`, and only &, < and > are escaped.
_LINK = re.compile(r"<(?:mailto:|tel:)?([^|>]+)(?:\|([^>]+))?>")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True)
class ParsedMessage:
    """What could be understood; None where nothing was."""

    text: str = ""
    email: str | None = None
    phone: str | None = None


def parse_message(message: str) -> ParsedMessage:
    """Read a message of Slack; a phone number is only one with its country code."""
    text = unescape(_LINK.sub(lambda link: link[2] or link[1], message)).strip()
    email = _EMAIL.search(text)
    phone = next(iter(phonenumbers.PhoneNumberMatcher(text, None)), None)
    return ParsedMessage(text, email[0] if email else None, phone.raw_string if phone else None)
