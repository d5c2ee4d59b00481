"""The durable work of intake: fetching what a hook only named, reading files, and what the clock
looks after."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from bot.campaigns.models import Campaign
from bot.capability import Services
from bot.intake import capability, imports, messages, receiving, source_health
from bot.intake.fetching import Api
from bot.intake.models import Import
from bot.intake.receiving import OVERLAP
from bot.people.models import Person, Role, Workspace
from bot.settings import Settings
from bot.slack import Message
from bot.sources import SOURCES, Reference, Refused, Vendor
from bot.sources.lead_payload import Unreadable
from bot.store import Store
from bot.tasks import GiveUp, in_transaction

Apis = Mapping[str, Vendor]
"""The vendors' APIs that we have a token for, by source."""


def apis_of(settings: Settings) -> Apis:
    """The vendors' APIs that the settings have a token for."""
    apis: dict[str, Vendor] = {}
    for slug, token in settings.source_tokens.items():
        fetching = SOURCES[slug].fetching
        assert fetching is not None
        address = settings.source_apis.get(slug, fetching.api)
        apis[slug] = Api(address, token.get_secret_value())
    return apis


@capability.task(receiving.FETCH)
def fetch(services: Services, workspace_id: int, source: str, external_id: str) -> None:
    """Ask the vendor what a lead says; what it will never tell waits in the admins' list."""
    apis, fetching = apis_of(services.settings), SOURCES[source].fetching
    assert fetching is not None
    try:
        if source not in apis:
            raise GiveUp(f"HANDOFF_SOURCE_TOKENS has no token for {source}")  # noqa: TRY301
        body = fetching.get(apis[source], external_id)
    except GiveUp as error:
        with services.store.transaction() as session:
            workspace = session.get_one(Workspace, workspace_id)
            receiving.keep_unfetched(session, workspace, source, external_id, str(error))
        return
    with services.store.transaction() as session:
        workspace = session.get_one(Workspace, workspace_id)
        receiving.receive_fetched(session, workspace, source, body)


@capability.schedule(receiving.RECONCILE, "7 * * * *", zone="UTC")
def read_back_all(services: Services, workspace_id: int, slot: datetime) -> None:
    """Read back from every vendor what its hooks missed."""
    read_back(services.store, apis_of(services.settings), workspace_id, slot)


def read_back(store: Store, apis: Apis, workspace_id: int, slot: datetime) -> None:
    """Read back what the hooks of these vendors missed; one that refuses stops no other."""
    failed: list[Exception] = []
    for source, api in apis.items():
        missed: list[Reference | Refused] = []
        try:
            _list_missed(source, api, slot - OVERLAP, missed)
        except (GiveUp, Unreadable) as error:
            missed.append(Refused("", str(error)))
        except Exception as error:
            failed.append(error)
        in_transaction(store, partial(_reconcile, workspace_id, source, missed), failed)
    if failed:
        raise failed[0]


def _reconcile(
    workspace_id: int, source: str, missed: Iterable[Reference | Refused], session: Session
) -> None:
    receiving.reconcile(session, session.get_one(Workspace, workspace_id), source, list(missed))


def _list_missed(
    source: str, api: Vendor, since: datetime, missed: list[Reference | Refused]
) -> None:
    """Add all that the vendor names; what it named before it fails is added too."""
    fetching = SOURCES[source].fetching
    assert fetching is not None
    for each in fetching.missed(api, since):
        missed.append(each)  # noqa: PERF402 - one by one, see above


@capability.schedule(source_health.CHECK, "23 * * * *", zone="UTC")
def notice_silent_sources(session: Session, workspace: Workspace) -> None:
    """Tell the admins of a source that has gone quiet."""
    source_health.check(session, workspace)


@capability.task(imports.READ)
def read_file(services: Services, import_id: int) -> None:
    """Fetch a file that somebody dropped, and write down its rows."""
    imports.fetch_file(services.store, services.slack, import_id)


@capability.task(imports.PREVIEW)
def preview(session: Session, import_id: int) -> None:
    """Work out what would come of an import."""
    imports.preview(session, session.get_one(Import, import_id))


@capability.task(imports.TAKE_BATCH)
def take_batch(services: Services, import_id: int) -> None:
    """Take in one batch; the next is work of its own, so that a worker that stops loses nothing."""
    imports.take_next_batch(services.store, import_id)


@capability.task(imports.RETURN)
def return_refused(services: Services, import_id: int) -> None:
    """Send back the rows that were refused."""
    imports.return_refused(services.store, services.slack, import_id)


@capability.card(imports.IMPORT)
def _imported(session: Session, import_id: int) -> Message:
    imported = session.get_one(Import, import_id)
    campaign = session.get(Campaign, imported.campaign_id) if imported.campaign_id else None
    by = session.get(Person, imported.by_id) if imported.by_id else None
    enters_spend = by is not None and by.has(Role.MARKETER)
    return messages.imported(imported, campaign, enters_spend=enters_spend)


@capability.card(source_health.SILENT)
def _silent(session: Session, submission_id: int) -> Message:
    return messages.silent(source_health.last_submission(session, submission_id))


@capability.card(receiving.REFUSED)
def _refused(session: Session, submission_id: int) -> Message:
    return messages.refused(source_health.last_submission(session, submission_id))
