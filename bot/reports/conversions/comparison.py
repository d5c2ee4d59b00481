"""What a platform was told last, beside the leads as they are: the difference is its next file."""

from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    Select,
    Text,
    and_,
    case,
    column,
    exists,
    func,
    join,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import distinct_on

from bot import clock
from bot.contacts.models import Consent
from bot.leads.models import Lead, Status, Touch
from bot.reports.conversions.models import Action, Conversion, Kind, Part, Platform
from bot.sources.meta import SOURCE as META_FORMS

OLDEST = timedelta(days=90)
"""Google forgets a click after so many days, and LinkedIn refuses what is older."""

CLICK_ID = r"^[A-Za-z0-9_.~-]+$"
"""What a click id consists of. Anything else was typed into the address by somebody."""

REFUSED = func.coalesce(
    select(~Consent.granted)
    .where(Consent.contact_id == Lead.contact_id)
    .order_by(Consent.given_at.desc(), Consent.id.desc())
    .limit(1)
    .correlate(Lead)
    .scalar_subquery(),
    False,
)
"""Whether the person refused consent when they were last asked."""

_LATER = (
    select(Touch.at)
    .where(Touch.lead_id == Lead.id, Touch.facts["fbclid"].astext == Conversion.click_id)
    .order_by(Touch.id)
    .limit(1)
    .correlate(Lead, Conversion)
    .scalar_subquery()
)
CLICKED_AT = func.coalesce(
    case((Lead.fbclid.is_distinct_from(Conversion.click_id), _LATER)),
    Lead.submitted_at,
    Lead.received_at,
)
"""When we first saw a click on Meta's ads."""

IS_META_LEAD = or_(
    and_(Lead.source == META_FORMS.slug, Lead.external_id == Conversion.click_id),
    exists()
    .where(
        Touch.lead_id == Lead.id,
        Touch.source == META_FORMS.slug,
        Touch.external_id == Conversion.click_id,
    )
    .correlate(Lead, Conversion),
)
"""Whether what stands for the click is the number of a lead of Meta's own forms."""


def _clicks(name: str) -> tuple[Any, Any]:
    """The click id of the lead itself, and of a touch."""
    return getattr(Lead, name), Touch.facts[name].astext


def _clicks_of_meta() -> tuple[Any, Any]:
    """A lead of Meta's own forms has no click id; Meta knows it by its number."""
    own, later = _clicks("fbclid")
    return (
        func.coalesce(own, case((Lead.source == META_FORMS.slug, Lead.external_id))),
        func.coalesce(later, case((Touch.source == META_FORMS.slug, Touch.external_id))),
    )


_CLICKS = {
    Platform.GOOGLE: _clicks("gclid"),
    Platform.META: _clicks_of_meta(),
    Platform.LINKEDIN: _clicks("li_fat_id"),
}


def _click_until(platform: Platform, at: Any) -> Any:
    """The first click on the platform's ads that led to the lead until then."""
    own, later = _CLICKS[platform]
    of_touch = (
        select(later)
        .where(Touch.lead_id == Lead.id, Touch.at <= at, later.is_not(None))
        .order_by(Touch.id)
        .limit(1)
        .correlate_except(Touch)
        .scalar_subquery()
    )
    return func.coalesce(own, of_touch)


# LinkedIn's file finds people by nothing but their address.
_CAN_BE_FOUND: dict[Platform, Any] = {
    Platform.LINKEDIN: and_(Lead.email.is_not(None), ~REFUSED),
}


def difference(workspace_id: int, platform: Platform, part: Part) -> Select[Any]:
    """What the next file of a platform and part holds, as columns of `conversion`."""
    query = _new if part is Part.CONVERSIONS else _corrected
    return query(workspace_id, platform)


COLUMNS = ("lead_id", "kind", "action", "click_id", "happened_at", "minor", "currency",
           "occurrence")  # fmt: skip
"""The columns of `difference`, in their order."""


class _True:
    """A conversion as the lead says it, for a column that names the kind.

    A lost lead is no qualified one for a platform that is to find more like it, and a lead that was
    merged into another counts there.
    """

    def __init__(self, platform: Platform, kind: Any) -> None:
        is_won = kind == Kind.WON
        self.at = case((is_won, Lead.closed_at), else_=Lead.qualified_at)
        self.click = _click_until(platform, self.at)
        self.minor = case((is_won, Lead.won_minor))
        self.currency = case((is_won, Lead.won_currency))
        self.holds = and_(
            Lead.merged_into.is_(None),
            case(
                (is_won, and_(Lead.status == Status.WON, Lead.won_minor.is_not(None))),
                else_=Lead.status != Status.LOST,
            ),
            self.at.is_not(None),
            func.coalesce(self.click.regexp_match(CLICK_ID), False),
        )


def _new(workspace_id: int, platform: Platform) -> Select[Any]:
    """What the platform does not know, or has been told to forget."""
    # No VALUES: SQLAlchemy would compile the statement anew each time.
    kinds = (
        func.unnest(literal([kind.value for kind in Kind], ARRAY(Text)))
        .table_valued(column("kind", Text), name="kinds")
        .render_derived()
    )
    kind = kinds.c.kind
    true_now = _True(platform, kind)
    reported = (
        select(Conversion.action, Conversion.occurrence)
        .where(
            Conversion.workspace_id == workspace_id, Conversion.platform == platform,
            Conversion.lead_id == Lead.id, Conversion.kind == kind,
        )
        .order_by(Conversion.id.desc())
        .limit(1)
        .lateral("reported")
    )  # fmt: skip
    return (
        select(
            Lead.id, kind, literal(Action.REPORT.value), true_now.click, true_now.at,
            true_now.minor, true_now.currency, func.coalesce(reported.c.occurrence, 0) + 1,
        )
        .select_from(join(Lead, kinds, true()).outerjoin(reported, true()))
        .where(
            Lead.workspace_id == workspace_id,
            or_(Lead.qualified_at.is_not(None), Lead.status == Status.WON),
            true_now.at > clock.now() - OLDEST,
            true_now.holds,
            _CAN_BE_FOUND.get(platform, true()),
            or_(reported.c.action.is_(None), reported.c.action == Action.RETRACT),
        )
        .order_by(Lead.id, kind)
    )  # fmt: skip


def _corrected(workspace_id: int, platform: Platform) -> Select[Any]:
    """What the platform knows and is not so any more: no conversion of this click, or another
    value."""
    reported = (
        select(Conversion)
        .ext(distinct_on(Conversion.lead_id, Conversion.kind))
        .where(Conversion.workspace_id == workspace_id, Conversion.platform == platform)
        .order_by(Conversion.lead_id, Conversion.kind, Conversion.id.desc())
        .subquery()
    )
    true_now = _True(platform, reported.c.kind)
    is_other = or_(~true_now.holds, true_now.click != reported.c.click_id)
    is_worth_else = or_(
        true_now.minor.is_distinct_from(reported.c.minor),
        true_now.currency.is_distinct_from(reported.c.currency),
    )
    action = case((is_other, Action.RETRACT.value), else_=Action.RESTATE.value)
    return (
        select(
            reported.c.lead_id, reported.c.kind, action, reported.c.click_id,
            reported.c.happened_at, true_now.minor, true_now.currency, reported.c.occurrence,
        )
        .select_from(reported.join(Lead, Lead.id == reported.c.lead_id))
        .where(reported.c.action != Action.RETRACT, or_(is_other, is_worth_else))
        .order_by(reported.c.lead_id, reported.c.kind)
    )  # fmt: skip
