"""The durable work of leads: drawing their cards, fetching what a hook only named, and what the
clock looks after."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from bot.campaigns.models import Campaign
from bot.capability import Services
from bot.leads import capability, importing, messages, service
from bot.leads.fetching import Api
from bot.leads.lead_payload import Unreadable
from bot.leads.models import EscalationStep, Import
from bot.leads.service.admitting import CARD, RETURNED
from bot.leads.service.fetched import OVERLAP
from bot.leads.sources import SOURCES, Reference, Refused, Vendor
from bot.people.models import Person, Role, Workspace
from bot.settings import Settings
from bot.slack import Message
from bot.store import Store
from bot.tasks import GiveUp, in_transaction

Apis = Mapping[str, Vendor]
"""The vendors' APIs that we have a token for, by source."""

capability.installation(service.install)
capability.each_tick(every=10)(service.release_for_leavers)
capability.each_tick()(service.sweep)


def apis_of(settings: Settings) -> Apis:
    """The vendors' APIs that the settings have a token for."""
    apis: dict[str, Vendor] = {}
    for slug, token in settings.source_tokens.items():
        fetching = SOURCES[slug].fetching
        assert fetching is not None
        address = settings.source_apis.get(slug, fetching.api)
        apis[slug] = Api(address, token.get_secret_value())
    return apis


@capability.task(service.FETCH)
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
            service.not_fetched(session, workspace, source, external_id, str(error))
        return
    with services.store.transaction() as session:
        service.fetched(session, session.get_one(Workspace, workspace_id), source, body)


@capability.schedule(service.RECONCILE, "7 * * * *", zone="UTC")
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
    service.reconcile(session, session.get_one(Workspace, workspace_id), source, list(missed))


def _list_missed(
    source: str, api: Vendor, since: datetime, missed: list[Reference | Refused]
) -> None:
    """Add all that the vendor names; what it named before it fails is added too."""
    fetching = SOURCES[source].fetching
    assert fetching is not None
    for each in fetching.missed(api, since):
        missed.append(each)  # noqa: PERF402 - one by one, see above


@capability.schedule(service.LISTEN, "23 * * * *", zone="UTC")
def notice_silent_sources(session: Session, workspace: Workspace) -> None:
    """Tell the admins of a source that has fallen silent."""
    service.listen(session, workspace)


@capability.schedule(service.OFFER, "0 9,14 * * mon-fri")
def list_quiet_leads(session: Session, workspace: Workspace, slot: datetime) -> None:
    """Show the channel what waits quietly; the slot names the card, so a retry makes no second."""
    service.offer(session, workspace, slot)


@capability.schedule(service.STALLED, "0 9 * * mon")
def tell_stalled(session: Session, workspace: Workspace, slot: datetime) -> None:
    """Tell owners and managers which leads stand still; a retry tells nobody twice."""
    service.tell_stalled(session, workspace, slot)


@capability.task(service.READ)
def read_file(services: Services, import_id: int) -> None:
    """Fetch a file that somebody dropped, and write down its rows."""
    importing.fetch(services.store, services.slack, import_id)


@capability.task(service.LOOK)
def preview(session: Session, import_id: int) -> None:
    """Work out what would come of an import."""
    service.look_ahead(session, session.get_one(Import, import_id))


@capability.task(service.GO_ON)
def take_batch(services: Services, import_id: int) -> None:
    """Take in one batch; the next is work of its own, so that a worker that stops loses nothing."""
    importing.go_on(services.store, import_id)


@capability.task(service.RETURN)
def return_refused(services: Services, import_id: int) -> None:
    """Send back the rows that were refused."""
    importing.give_back(services.store, services.slack, import_id)


@capability.task(service.FOLLOW)
def refresh_home_tabs(session: Session, workspace_id: int) -> None:
    """Draw the home tabs again that show what waits."""
    service.catch_up(session, workspace_id)


@capability.task(service.BACK)
def come_back(session: Session, absence_id: int) -> None:
    """An absence is over: lent leads return to their owner."""
    service.back(session, absence_id)


@capability.card(CARD)
def _card(session: Session, lead_id: int) -> Message:
    return messages.card(service.facts(session, lead_id))


@capability.card(RETURNED)
def _returned(session: Session, touch_id: int) -> Message:
    return messages.returned(*service.touch(session, touch_id))


@capability.card(service.COVER)
def _cover(session: Session, touch_id: int) -> Message:
    touch, lead = service.touch(session, touch_id)
    return messages.cover(touch, service.facts(session, lead.id))


@capability.card(service.STEP)
def _step(session: Session, step_id: int) -> Message:
    taken = service.step(session, step_id)
    if taken.step.step == EscalationStep.DETAILS:
        return messages.details(taken, service.facts(session, taken.lead.id))
    return messages.step(taken)


@capability.card(service.NOTICE)
def _notice(session: Session, notice_id: int) -> Message:
    return messages.notice(*service.notice(session, notice_id))


@capability.card(service.TALLY)
def _tally(session: Session, campaign_id: int) -> Message:
    return messages.tally(service.tally(session, campaign_id))


@capability.card(service.IMPORT)
def _imported(session: Session, import_id: int) -> Message:
    imported = session.get_one(Import, import_id)
    campaign = session.get(Campaign, imported.campaign_id) if imported.campaign_id else None
    by = session.get(Person, imported.by_id) if imported.by_id else None
    enters_spend = by is not None and by.has(Role.MARKETER)
    return messages.imported(imported, campaign, enters_spend=enters_spend)


@capability.card(service.CALL_LIST)
def _call_list(session: Session, call_list_id: int) -> Message:
    return messages.call_list(service.progress(session, call_list_id))


@capability.card(service.OFFER)
def _quiet_leads(session: Session, offer_id: int) -> Message:
    return messages.offer(*service.offered(session, offer_id))


@capability.card(service.SILENT)
def _silent(session: Session, submission_id: int) -> Message:
    return messages.silent(service.last_words(session, submission_id))


@capability.card(service.REFUSED)
def _refused(session: Session, submission_id: int) -> Message:
    return messages.refused(service.last_words(session, submission_id))


@capability.card(service.STANDS_IN)
def _stands_in(session: Session, absence_id: int) -> Message:
    return messages.stands_in(service.handover(session, absence_id))


@capability.card(service.CAME_BACK)
def _came_back(session: Session, absence_id: int) -> Message:
    return messages.came_back(service.handover(session, absence_id))
