"""What the clock brings in for the figures: every five minutes, days that are over are tallied."""

from datetime import date
from functools import partial

from bot.capability import Services
from bot.metrics import capability, days
from bot.metrics.computing import scope
from bot.metrics.period import EVER
from bot.store import Store
from bot.tasks import Loop

TALLY = "metrics.tally"

_DAYS = Loop("metrics.days", "Figures of days that are over")


@capability.schedule(TALLY, "*/5 * * * *")
def tally_days(services: Services, workspace_id: int) -> None:
    """Tally what is over by now."""
    tally(services.store, workspace_id)


def tally(store: Store, workspace_id: int) -> int:
    """Tally the days that are over and are not, or not any more; returns how many there were.

    Each is a transaction of its own, so that what is done stays done. One that fails is computed
    where it is read, and tried again the next time.
    """
    with store.transaction() as session:
        about = scope(session, workspace_id, EVER)
        days.forget(session, about)
        left = days.to_tally(session, about)
    for day in left:
        with store.transaction() as session:
            about = scope(session, workspace_id, EVER)
            _DAYS.each(
                session, [day], partial(days.tally, session, about), key=date.toordinal,
                workspace_id=workspace_id,
            )  # fmt: skip
    return len(left)
