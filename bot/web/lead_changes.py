"""What programs read and change of leads that are here: `GET` and `PATCH /leads/api/{lead_id}`."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from sqlalchemy.orm import Session

from bot.campaigns.models import Campaign
from bot.errors import HandoffError, NotFound
from bot.keys import Keys
from bot.leads import external_changes
from bot.leads import queries as lead_queries
from bot.leads.external_changes import Stage
from bot.leads.models import Disposition, Lead
from bot.money import Money, NotAnAmount, exactly, is_currency
from bot.people import service as people
from bot.people.models import Person, Workspace
from bot.slack.text import without_drawings
from bot.sources.values import storable
from bot.store import Store
from bot.web.body import raw_body
from bot.web.leads import Problem, sender_of

Body = Annotated[bytes, Depends(raw_body)]
Text = Annotated[str, AfterValidator(storable)]


class Change(BaseModel):
    """What is to be otherwise; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    owner: Annotated[Text, Field(min_length=1, max_length=254)] | None = Field(
        default=None, examples=["ben@example.com"],
        description="A salesperson by their email address in Slack, or member ID; null gives the "
        "lead back.",
    )  # fmt: skip
    stage: Stage | None = Field(
        default=None,
        description="How far the lead is. A closed one is reopened for open, contacted and "
        "qualified; an open one never goes back.",
    )
    amount: Annotated[Decimal, Field(gt=0, max_digits=15, decimal_places=3)] | None = Field(
        default=None, examples=["1250.00"],
        description="What a won lead is worth; alone, it corrects that.",
    )  # fmt: skip
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = Field(
        default=None, examples=["EUR"],
        description="Three letters of ISO 4217. Default: the workspace's.",
    )  # fmt: skip
    reason: Annotated[Text, Field(max_length=500)] = Field(
        default="",
        description="Why it was lost: one of the codes "
        f"{', '.join(Disposition)}, or words of your own.",
    )
    note: Annotated[Text, Field(max_length=3000)] = Field(
        default="", description="Kept with the lead; the same words once."
    )

    @model_validator(mode="after")
    def _fits_together(self) -> "Change":
        if self.amount is not None and self.stage not in (None, Stage.WON):
            raise ValueError("amount: only a lead that is won has one")
        if self.currency is not None and self.amount is None:
            raise ValueError("currency: send the amount with it")
        if self.reason and self.stage is not Stage.LOST:
            raise ValueError("reason: it says why a lead was lost; send it with this stage")
        return self

    @property
    def disposition(self) -> Disposition | None:
        """The reason as a code, where it is one."""
        return Disposition(self.reason) if self.reason in set(Disposition) else None

    @property
    def words(self) -> str:
        """The note, with a reason in words before it."""
        reason = "" if self.disposition else self.reason
        return "\n".join(filter(None, [reason, self.note]))


class LeadState(BaseModel):
    """How a lead stands; nothing of who it is."""

    lead_id: int
    stage: str = Field(
        description="open, contacted, qualified, won, lost, or paused: it comes back by itself."
    )
    owner: str | None = Field(description="The owner's name.")
    quality: str | None = Field(description="By its salesperson: great, good, weak or junk.")
    score: int
    amount: str | None = Field(description="What it was won for.", examples=["1250.00"])
    currency: str | None
    campaign: str | None = Field(description="The UTM code of its first campaign.")
    received_at: datetime
    claimed_at: datetime | None = Field(description="Since when its owner has it.")
    first_response_at: datetime | None
    qualified_at: datetime | None
    closed_at: datetime | None
    merged_into: int | None = Field(description="The lead that goes on in its place.")


class Changed(LeadState):
    """How the lead stands now, and whether that is anything new."""

    changed: bool


class _Unreadable(Exception):
    """A change does not fit; what is wrong, by field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__()
        self.problems = dict(problems)


async def _number(lead_id: Annotated[str, Path(description="The lead's number.")]) -> int:
    number = int(lead_id) if re.fullmatch("[0-9]{1,19}", lead_id) else 0
    if not 0 < number < 2**63:
        raise _unknown()
    return number


def router(store: Store, workspace: Callable[[], Workspace], programs: Keys) -> APIRouter:
    """The routes, for programs that hold a key of leads."""
    routes, sender = APIRouter(prefix="/leads", tags=["leads"]), sender_of(programs)
    common: dict[int | str, dict[str, Any]] = {
        code: {"model": Problem} for code in (401, 404, 422, 503)
    }

    @routes.get(
        "/api/{lead_id}",
        response_model=LeadState,
        responses=common,
        dependencies=[Depends(sender)],
    )
    def read_lead(lead_id: Annotated[int, Depends(_number)]) -> JSONResponse:
        """How a lead stands: its stage, owner, quality, amount and times."""
        with store.transaction() as session:
            return _answer(LeadState(**_state(session, _lead_of(session, workspace(), lead_id))))

    @routes.patch(
        "/api/{lead_id}",
        response_model=Changed,
        responses=common
        | {409: {"model": Problem, "description": "The lead does not allow it as it stands."},
           413: {"model": Problem}},
        openapi_extra=_json_body(),
    )  # fmt: skip
    def change_lead(
        who: Annotated[str, Depends(sender)], lead_id: Annotated[int, Depends(_number)], body: Body
    ) -> JSONResponse:
        """Change a lead's owner, stage or amount, all or nothing; its card shows who did.

        What is so already is no change, so an unanswered request can simply be repeated.
        """
        try:
            change = _read(body)
            with store.transaction() as session:
                lead = _lead_of(session, workspace(), lead_id)
                changed = _change(session, lead, change, who)
                return _answer(Changed(**_state(session, lead), changed=changed))
        except _Unreadable as unfit:
            answer = Problem(detail="This change cannot be read.", problems=unfit.problems)
            return JSONResponse(answer.model_dump(), 422)

    return routes


def _unknown() -> HTTPException:
    return HTTPException(404, "There is no such lead.")


def _lead_of(session: Session, workspace: Workspace, lead_id: int) -> Lead:
    try:
        return lead_queries.find(session, workspace.id, lead_id)
    except NotFound:
        raise _unknown() from None


def _read(body: bytes) -> Change:
    """What is asked for; a value is never repeated, since it may be personal data."""
    try:
        return Change.model_validate_json(body)
    except ValidationError as error:
        problems: dict[str, str] = {}
        for detail in error.errors(include_input=False, include_url=False):
            field, words = str((*detail["loc"], "body")[0]), detail["msg"]
            if detail["type"] == "value_error" and not detail["loc"]:
                field, _, words = words.removeprefix("Value error, ").partition(": ")
            problems.setdefault(field, words)
        raise _Unreadable(problems) from None


def _change(session: Session, lead: Lead, change: Change, by: str) -> bool:
    """Do all that is asked for, or nothing. Raises _Unreadable, and HTTPException (409)."""
    amount = _amount(session, lead, change)
    owner = _owner(session, lead, change)
    try:
        return any(_steps(session, lead, change, owner, amount, by))
    except HandoffError as error:
        names = {owner.slack_id: owner.name} if owner else {}
        raise HTTPException(409, without_drawings(error.message, names)) from None


def _steps(
    session: Session, lead: Lead, change: Change, owner: Person | None, amount: Money | None,
    by: str,
) -> list[bool]:  # fmt: skip
    """What each step changed. A closed lead takes no other owner: it is reopened before that, and
    closed after it."""

    def own() -> bool:
        return "owner" in change.model_fields_set and external_changes.set_owner(
            session, lead, owner, by
        )

    def move() -> bool:
        if change.stage is not None:
            return external_changes.set_stage(
                session, lead, change.stage, by, amount=amount, disposition=change.disposition,
                note=change.words,
            )  # fmt: skip
        changed = amount is not None and external_changes.set_amount(session, lead, amount, by)
        return external_changes.add_note(session, lead, change.note, by) or changed

    if change.stage in (Stage.WON, Stage.LOST):
        return [own(), move()]
    return [move(), own()]


def _amount(session: Session, lead: Lead, change: Change) -> Money | None:
    if change.amount is None:
        return None
    workspace = session.get_one(Workspace, lead.workspace_id)
    currency = change.currency or workspace.currency
    if not is_currency(currency):
        raise _Unreadable({"currency": "is no currency of ISO 4217"})
    try:
        return exactly(change.amount, currency)
    except NotAnAmount:
        raise _Unreadable({"amount": f"is no amount in {currency}"}) from None


def _owner(session: Session, lead: Lead, change: Change) -> Person | None:
    if change.owner is None:
        return None
    owner = people.named(session, lead.workspace_id, change.owner)
    if owner is None or not owner.active:
        raise _Unreadable(
            {"owner": "is nobody here: write the email address or member ID of a salesperson"}
        )
    return owner


def _state(session: Session, lead: Lead) -> dict[str, Any]:
    owner = session.get(Person, lead.claimed_by) if lead.claimed_by else None
    campaign = session.get(Campaign, lead.campaign_id) if lead.campaign_id else None
    won = lead.won_amount
    return {
        "lead_id": lead.id,
        "stage": external_changes.stage_of(lead),
        "owner": owner.name if owner else None,
        "quality": lead.rating,
        "score": lead.score,
        "amount": str(won.amount) if won else None,
        "currency": won.currency if won else None,
        "campaign": campaign.utm_campaign if campaign else None,
        "received_at": lead.received_at,
        "claimed_at": lead.claimed_at,
        "first_response_at": lead.first_response_at,
        "qualified_at": lead.qualified_at,
        "closed_at": lead.closed_at,
        "merged_into": lead.merged_into,
    }


def _answer(state: LeadState) -> JSONResponse:
    return JSONResponse(state.model_dump(mode="json"), headers={"Cache-Control": "no-store"})


def _json_body() -> dict[str, Any]:
    schema = Change.model_json_schema()
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
