"""Finding: leads by the words that one remembers of them."""

import re
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.errors import HandoffError
from bot.leads.models import WORDS, Lead
from bot.people import service as people
from bot.people.models import Person, Role
from bot.store import prefixes

# What PostgreSQL's parser splits a phone number at; E.164 is kept as one number.
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s()/.-]+(?=\d)")


class NothingToFind(HandoffError):
    """Please write what you remember: `/lead find Lovelace`, a company, an e-mail address, or a
    phone number with its country code."""


def search(session: Session, who: Person, words: str, limit: int) -> Sequence[Lead]:
    """The leads that match every word by its beginning, the newest first, at most `limit`.

    Name, company, e-mail address and phone number (E.164) are looked at. Raises NotAllowed,
    NothingToFind.
    """
    people.require(session, who, "look leads up", Role.SALESPERSON, Role.MARKETER)
    query = prefixes(_BETWEEN_DIGITS.sub("", words.replace("@", " ")))
    if query is None:
        raise NothingToFind
    return session.scalars(
        select(Lead)
        .where(
            Lead.workspace_id == who.workspace_id,
            Lead.merged_into.is_(None),
            WORDS.op("@@")(func.to_tsquery("simple", query)),
        )
        .order_by(Lead.id.desc())
        .limit(limit)
    ).all()
