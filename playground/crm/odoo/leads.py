"""What Odoo's CRM does with leads: stages, winning and losing, converting, merging, messages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from email.utils import parseaddr
from html import escape
from typing import Any

from playground.crm.odoo.database import Database
from playground.crm.odoo.domains import Record
from playground.crm.odoo.errors import OdooError, invalid, missing

_MERGED = (
    "contact_name", "partner_name", "function", "phone", "email_from", "country_id", "user_id",
    "campaign_id", "source_id", "medium_id", "expected_revenue",
)  # fmt: skip


class Leads:
    """The leads of a database, and the messages beside them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.uses_leads = True
        """Whether new ones are leads first; else they are opportunities at once."""
        self._count = 0

    def create(self, values: Mapping[str, Any], user_id: int) -> Record:
        """A new lead; the user's own where no owner is said, not even nobody."""
        [company] = self._database.tables["res.company"].values()
        given = {"user_id": user_id, "type": self.kind(), "stage_id": self._stages()[0]["id"]}
        lead = self._database.create("crm.lead", given | dict(values))
        lead["company_currency"] = company["currency_id"]
        _complete(lead, self._database.tables["crm.stage"])
        self.message(lead["id"], "<p>A new lead has been created.</p>", user_id,
                     message_type="notification")  # fmt: skip
        return lead

    def kind(self) -> str:
        """What a new lead is."""
        return "lead" if self.uses_leads else "opportunity"

    def write(self, ids: Iterable[int], values: Mapping[str, Any]) -> None:
        """Change leads, with what follows from it. Raises OdooError."""
        ids = list(ids)
        stages = self._database.tables["crm.stage"]
        goal = stages.get(values.get("stage_id", 0))
        also: Record = {}
        if goal:
            also = {"active": True, "probability": 100.0} if goal["is_won"] else {}
        for lead in self._database.of("crm.lead", ids):
            stays = stages[values.get("stage_id") or lead["stage_id"]]
            if stays["is_won"] and values.get("probability", 100) != 100:
                raise invalid(
                    "A lead in a Won stage cannot be lost. Move it to another stage first."
                )
        self._database.write("crm.lead", ids, also | dict(values))
        for lead in self._database.of("crm.lead", ids):
            if goal and not goal["is_won"] and lead["probability"] == 100:
                lead["probability"] = 50.0
            _complete(lead, stages)

    def _stages(self) -> list[Record]:
        return self._database.search("crm.stage", [], "sequence, id")

    # ---- what the buttons do --------------------------------------------------------------------

    def unarchive(self, ids: Iterable[int]) -> None:
        """*Restore*."""
        archived = [each for each in self._database.of("crm.lead", ids) if not each["active"]]
        for lead in archived:
            values = {"active": True, "lost_reason_id": False, "probability": 50.0}
            self.write([lead["id"]], values)

    def win(self, ids: Iterable[int]) -> None:
        """*Won*."""
        ids = list(ids)
        self.unarchive(ids)
        won = next(each for each in self._stages() if each["is_won"])
        self.write(ids, {"stage_id": won["id"]})

    def lose(self, ids: Iterable[int], values: Mapping[str, Any]) -> None:
        """*Lost*: archived, without a chance."""
        self.write(ids, {**values, "active": False, "probability": 0.0})

    def convert(self, ids: Iterable[int], partner: Any) -> None:
        """*Convert to opportunity*."""
        if partner:
            raise OdooError(
                500, "builtins.AttributeError", "'int' object has no attribute 'id'"
            )  # fmt: skip
        for lead in self._database.of("crm.lead", ids):
            if lead["active"] and lead["won_status"] != "won":
                self.write([lead["id"]], {"type": "opportunity"})

    def merge(self, ids: Iterable[int]) -> int:
        """*Merge*: one stays, the messages of the others move to it, the others are deleted."""
        stages = self._database.tables["crm.stage"]
        leads = self._database.of("crm.lead", ids)
        leads.sort(key=lambda each: (
            each["won_status"] == "lost", each["type"] == "lead",
            -stages[each["stage_id"]]["sequence"], -each["probability"], each["id"],
        ))  # fmt: skip
        head, *tail = leads
        if not tail:
            raise invalid("Select at least two Leads/Opportunities from the list to merge them.")
        values: Record = {
            name: next((each[name] for each in leads if each[name]), False) for name in _MERGED
        }
        tags = [[4, tag] for each in tail for tag in each["tag_ids"]]
        priority = max(each["priority"] for each in leads)
        self.write([head["id"]], values | {"tag_ids": tags, "priority": priority})
        for lead in tail:
            self._move_messages(lead, head["id"])
        self.delete([each["id"] for each in tail])
        return int(head["id"])

    def _move_messages(self, lead: Record, head_id: int) -> None:
        for each in self.messages(lead["id"]):
            about = f": {each['subject']}" if each["subject"] else ""
            each |= {"res_id": head_id, "subject": f"From {lead['name']}{about}"}

    def delete(self, ids: Iterable[int]) -> None:
        """*Delete*, with the messages."""
        ids = list(ids)
        self._database.delete("crm.lead", ids)
        for each in ids:
            messages = [one["id"] for one in self.messages(each)]
            self._database.delete("mail.message", messages)

    # ---- messages -------------------------------------------------------------------------------

    def messages(self, lead_id: int) -> list[Record]:
        """What stands in a lead's chatter."""
        rows = self._database.tables["mail.message"].values()
        return [each for each in rows if (each["model"], each["res_id"]) == ("crm.lead", lead_id)]

    def message(self, lead_id: int, body: str, user_id: int, **values: Any) -> int:
        """A new message; Odoo names it after its lead where nobody else names it."""
        self._count += 1
        name = f"<{self._count:015}.{user_id}-openerp-{lead_id}-crm.lead@odoo>"
        given = {"model": "crm.lead", "res_id": lead_id, "body": body, "message_id": name}
        return int(self._database.create("mail.message", given | values)["id"])

    def post(self, lead_id: int, user_id: int, body: str, *, is_html: bool, **values: Any) -> int:
        """A message that somebody writes."""
        self._database.of("crm.lead", [lead_id])
        return self.message(
            lead_id, body if is_html else f"<p>{escape(body)}</p>", user_id, **values
        )

    def require_lead(self, values: Mapping[str, Any]) -> None:
        """A message belongs to a lead that is there. Raises OdooError."""
        lead_id = int(values.get("res_id") or 0)
        if values.get("model") == "crm.lead" and lead_id not in self._database.tables["crm.lead"]:
            raise missing("crm.lead", lead_id)


def _complete(lead: Record, stages: Mapping[int, Record]) -> None:
    """What Odoo computes."""
    email = parseaddr(lead["email_from"] or "")[1].lower()
    lead["email_normalized"] = email if re.fullmatch(r"[^@\s]+@[^@\s]+", email) else False
    if lead["probability"] == 100 and stages[lead["stage_id"]]["is_won"]:
        lead["won_status"] = "won"
    elif not lead["active"] and not lead["probability"]:
        lead["won_status"] = "lost"
    else:
        lead["won_status"] = "pending"
