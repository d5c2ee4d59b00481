"""People in Salesforce, by its stand-in."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import SecretStr

from bot.crm.adapters import ADAPTERS, Access
from bot.crm.adapters.salesforce.fields import CUSTOM
from bot.crm.http import no_pace
from bot.crm.port import Crm, Stage
from bot.money import Money, exponent
from playground.crm import serving
from playground.crm.salesforce import CLIENT_ID, CLIENT_SECRET, Salesforce
from tests.crm.office import Fault, Seen

PLACES = {
    "first_name": "FirstName", "last_name": "LastName", "email": "Email", "phone": "Phone",
    "company": "Company", "job_title": "Title", "country": "Country", "message": "Description",
    "score": "Handoff_Score__c", "quality": "Handoff_Quality__c",
    "campaign": "Handoff_Campaign__c", "consent": "Handoff_Consent__c",
    "lost_reason": "Handoff_Lost_Reason__c", "amount_minor": "Handoff_Amount__c",
    "stage": "Handoff_Outcome__c", "gclid": "Handoff_GCLID__c",
    "landing_url": "Handoff_Landing_Page__c",
}  # fmt: skip
_STATUSES = {
    "Open - Not Contacted": Stage.NEW, "Working - Contacted": Stage.CONTACTED,
    "Closed - Not Converted": Stage.LOST,
}  # fmt: skip


class SalesforceOffice:
    """See `tests.crm.office.Office`."""

    def __init__(self, **settings: Any) -> None:
        self.crm = Salesforce(**settings)
        self.people, self.data = self.crm.people, self.crm.data
        for table, fields in CUSTOM.items():
            for each in fields:
                self.people.make_field(table, each.name, {"label": each.label, **each.metadata})
        self.crm.start()

    def access(self, key: str = CLIENT_SECRET) -> Access:
        return Access(address=self.crm.url, client_id=CLIENT_ID, key=SecretStr(key))

    def connect(self) -> Crm:
        return ADAPTERS["salesforce"].connect(self.access(), no_pace)

    # ---- what is there --------------------------------------------------------------------------

    def rows(self, table: str) -> dict[str, dict[str, Any]]:
        return self.data.tables[table].rows

    def lead(self, record_id: str) -> dict[str, Any]:
        return self.rows("Lead")[record_id]

    def deal(self, record_id: str) -> dict[str, Any] | None:
        return self.rows("Opportunity").get(self.lead(record_id)["ConvertedOpportunityId"] or "")

    def records(self) -> list[Seen]:
        with self.crm.lock:
            return [self._seen(row) for row in self.rows("Lead").values() if not row["IsDeleted"]]

    def _seen(self, row: dict[str, Any]) -> Seen:
        deal = self.deal(row["Id"])
        owner = self.rows("User").get((deal or row)["OwnerId"])
        stage, amount = _close(row, deal)
        person = row["ConvertedContactId"] if row["IsConverted"] else row["Id"]
        notes = [each["Description"] for each in self.rows("Task").values()
                 if each["WhoId"] == person and not each["IsDeleted"]]  # fmt: skip
        score = row.get("Handoff_Score__c")
        return Seen(
            row["Id"], row["Email"], row["LastName"], row["Company"],
            owner["Email"] if owner else None, stage,
            _money(amount, (deal or row).get("CurrencyIsoCode") or self.crm.currencies[0]),
            row.get("Handoff_Campaign__c"), None if score is None else int(score),
            row.get("Handoff_Quality__c"), row.get("Handoff_Consent__c"),
            (deal or row).get("Handoff_Lost_Reason__c"), tuple(notes),
        )  # fmt: skip

    def value(self, record_id: str, field: str) -> str | None:
        value = self.lead(record_id).get(PLACES[field])
        return None if value is None else str(value)

    # ---- what people do -------------------------------------------------------------------------

    def add_user(self, email: str, name: str) -> str:
        with self.crm.lock:
            return self.people.add_user(email, name)

    def _user(self, email: str) -> str:
        return next(str(row["Id"]) for row in self.rows("User").values() if row["Email"] == email)

    def deactivate(self, email: str) -> None:
        with self.crm.lock:
            self.people.edit("User", self._user(email), IsActive=False)

    def type_in(self, email: str, last_name: str) -> str:
        with self.crm.lock:
            return self.people.type_in(Email=email, LastName=last_name)

    def _edit(self, record_id: str, **fields: Any) -> None:
        """A person changes the lead, or the opportunity that it has become."""
        with self.crm.lock:
            deal = self.deal(record_id)
            table, row_id = ("Opportunity", deal["Id"]) if deal else ("Lead", record_id)
            self.people.edit(table, row_id, **fields)

    def set_owner(self, record_id: str, email: str) -> None:
        self._edit(record_id, OwnerId=self._user(email))

    def qualify(self, record_id: str) -> None:
        with self.crm.lock:
            if not self.lead(record_id)["IsConverted"]:
                self.people.convert(record_id)

    def win(self, record_id: str, amount: Money | None) -> None:
        self.qualify(record_id)
        self._edit(record_id, StageName="Closed Won", Amount=_number(amount))

    def lose(self, record_id: str, reason: str) -> None:
        name = "StageName" if self.deal(record_id) else "Status"
        lost = "Closed Lost" if self.deal(record_id) else "Closed - Not Converted"
        self._edit(record_id, **{name: lost, "Handoff_Lost_Reason__c": reason})

    def set_amount(self, record_id: str, amount: Money) -> None:
        name = "Amount" if self.deal(record_id) else "Handoff_Amount__c"
        self._edit(record_id, **{name: _number(amount)})

    def reopen(self, record_id: str) -> None:
        if self.deal(record_id):
            self._edit(record_id, StageName="Negotiation/Review")
        else:
            self._edit(record_id, Status="Working - Contacted")

    def clear(self, record_id: str, field: str) -> None:
        with self.crm.lock:
            self.people.edit("Lead", record_id, **{PLACES[field]: None})

    def write(self, record_id: str, fields: Mapping[str, str]) -> None:
        with self.crm.lock:
            named = {PLACES[name]: value for name, value in fields.items()}
            self.people.edit("Lead", record_id, **named)

    def delete(self, record_id: str) -> None:
        with self.crm.lock:
            self.people.delete("Lead", record_id)

    def merge(self, gone_id: str, into_id: str) -> str:
        with self.crm.lock:
            self.people.merge(gone_id, into_id)
        return into_id

    # ---- bad days -------------------------------------------------------------------------------

    def refuse(self, field: str) -> None:
        with self.crm.lock:
            self.crm.rules.refused["Lead", PLACES[field]] = "Ask the team before filling this in"

    def drop_field(self, field: str) -> None:
        with self.crm.lock:
            del self.data.tables["Lead"].fields[PLACES[field]]

    def fail(self, fault: Fault, times: int = 1) -> None:
        self.crm.fail(serving.Fault(fault.value), times)

    def forward(self, by: timedelta) -> None:
        self.crm.forward(by)

    def now(self) -> datetime:
        return self.crm.now()

    def calls(self) -> int:
        return self.crm.calls

    def close(self) -> None:
        self.crm.stop()


def _close(row: dict[str, Any], deal: dict[str, Any] | None) -> tuple[Stage | None, float | None]:
    """The stage and the amount that somebody sees."""
    if deal is not None and deal["IsClosed"]:
        return (Stage.WON if deal["IsWon"] else Stage.LOST), deal["Amount"]
    if row["IsConverted"]:
        return Stage.QUALIFIED, deal["Amount"] if deal else None
    outcome = row.get("Handoff_Outcome__c")
    stage = _STATUSES.get(row["Status"])
    if stage is not Stage.LOST and outcome:
        stage = Stage(outcome)
    return stage, row.get("Handoff_Amount__c")


def _number(amount: Money | None) -> float | None:
    return None if amount is None else float(amount.amount)


def _money(amount: float | None, currency: str) -> Money | None:
    if amount is None:
        return None
    return Money(int(Decimal(str(amount)).scaleb(exponent(currency))), currency)
