"""The quarterly line: what came of shadowing, in the thread of the digest that ends a quarter."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import slack
from bot.digests.models import Delivery, Digest
from bot.shadowing import queries as shadowing
from bot.shadowing.models import Quarter

QUARTER = "digest.quarter"


def show_quarter(
    session: Session, digest: Digest, delivery_id: int, target: str, headline: str
) -> None:
    """Add the line below the headline, where a quarter ended in that week and anybody has met."""
    first, after = digest.period_start, digest.period_end
    if (first.month - 1) // 3 == (after.month - 1) // 3:
        return
    if shadowing.quarter(session, digest.workspace_id, first).met:
        thread = (headline, delivery_id)
        slack.show(session, digest.workspace_id, QUARTER, delivery_id, target, thread_of=thread)


def quarter(session: Session, delivery_id: int) -> Quarter:
    """The quarter that ended in the week of a delivery."""
    digest = session.scalars(
        select(Digest)
        .join(Delivery, Delivery.digest_id == Digest.id)
        .where(Delivery.id == delivery_id)
    ).one()
    return shadowing.quarter(session, digest.workspace_id, digest.period_start)
