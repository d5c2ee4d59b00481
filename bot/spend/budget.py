"""The budget: how much of it is spent, by line, and a word to the owner when it runs out."""

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.campaigns import queries as campaigns
from bot.campaigns.models import Campaign
from bot.money import Money
from bot.spend.models import BudgetWarning, Consumption, SpendEntry, stands

WARNING = "spend.warning"
"""The card of a warning."""

WARN_AT = (80, 100)


def consumption(session: Session, campaign: Campaign) -> Consumption:
    """What the entries that stand add up to. All are in the campaign's currency."""
    total = func.sum(SpendEntry.minor)
    rows = session.execute(
        select(SpendEntry.line, total)
        .where(SpendEntry.campaign_id == campaign.id, stands())
        .group_by(SpendEntry.line)
        .order_by(total.desc(), SpendEntry.line)
    )
    return Consumption(
        campaign, {line: Money(int(minor), campaign.currency) for line, minor in rows}
    )


def warn(session: Session, campaign: Campaign) -> None:
    """Tell the owner, once each, that 80 and 100 percent of the budget are spent; who has left
    the company reads nothing, so the managers are told instead.

    Who passes both at once hears of the larger one alone. Two who spend at once come one after the
    other here, so that the second sees what both spent.
    """
    session.execute(
        select(Campaign.id).where(Campaign.id == campaign.id).with_for_update(key_share=True)
    )
    percent = consumption(session, campaign).percent
    reached = [each for each in WARN_AT if percent is not None and percent >= each]
    new = [each for each in reached if (_write_down(session, campaign, each)) is not None]
    if new and max(new) == max(reached):
        warning_id = session.scalars(
            select(BudgetWarning.id).where(
                BudgetWarning.campaign_id == campaign.id, BudgetWarning.percent == max(new)
            )
        ).one()
        for person in campaigns.owner_or_managers(session, campaign):
            slack.show(session, campaign.workspace_id, WARNING, warning_id, person.slack_id)


def warning(session: Session, warning_id: int) -> tuple[BudgetWarning, Consumption]:
    """A warning, and how the budget stands now."""
    warned = session.get_one(BudgetWarning, warning_id)
    return warned, consumption(session, campaigns.known(session, warned.campaign_id))


def _write_down(session: Session, campaign: Campaign, percent: int) -> int | None:
    """Write the warning down; None where it was told before."""
    return session.scalar(
        insert(BudgetWarning)
        .values(
            workspace_id=campaign.workspace_id, campaign_id=campaign.id, percent=percent,
            at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(BudgetWarning.id)
    )  # fmt: skip
