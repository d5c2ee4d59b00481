"""What the clock brings in for the figures: every five minutes, daily totals are computed."""

from datetime import date
from functools import partial

from bot.capability import Services
from bot.metrics import capability, daily_totals
from bot.metrics.computing import scope
from bot.metrics.scope import EVER
from bot.store import Store
from bot.tasks import Loop

COMPUTE = "metrics.daily_totals"

_DAYS = Loop("metrics.days", "Figures of days that are over")


@capability.schedule(COMPUTE, "*/5 * * * *")
def compute_daily_totals(services: Services, workspace_id: int) -> None:
    """Compute the totals of the days that are over by now."""
    compute_days(services.store, workspace_id)


def compute_days(store: Store, workspace_id: int) -> int:
    """Compute the totals of the days that are over and have none that are valid; returns how many
    days there were.

    Each is a transaction of its own, so that what is done stays done. One that fails is computed
    where it is read, and tried again the next time.
    """
    with store.transaction() as session:
        about = scope(session, workspace_id, EVER)
        daily_totals.delete_outdated(session, about)
        days = daily_totals.outdated_days(session, about)
    for day in days:
        with store.transaction() as session:
            about = scope(session, workspace_id, EVER)
            _DAYS.each(
                session, [day], partial(daily_totals.compute_day, session, about),
                key=date.toordinal, workspace_id=workspace_id,
            )  # fmt: skip
    return len(days)
