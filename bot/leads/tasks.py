"""The durable work of leads: drawing their cards, fetching what a hook only named, listening."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from bot.campaigns.models import Campaign
from bot.leads import importing, messages, service
from bot.leads.inquiry import Unreadable
from bot.leads.models import Import, Rung
from bot.leads.service.admitting import CARD, RETURNED
from bot.leads.service.fetched import OVERLAP
from bot.leads.sources import SOURCES, Reference, Refused, Vendor
from bot.people.models import Person, Role, Workspace
from bot.slack import Cards, Message, Slack
from bot.store import Store
from bot.tasks import GiveUp, Tasks, in_transaction

Apis = Mapping[str, Vendor]
"""The vendors' APIs that we have a token for, by source."""


def register(tasks: Tasks, store: Store, cards: Cards, slack: Slack, apis: Apis) -> None:
    """Add the tasks, and how the cards are drawn."""
    tasks.add(service.FETCH, partial(_fetch, store, apis))
    tasks.add(service.RECONCILE, partial(read_back, store, apis))
    tasks.add(service.LISTEN, partial(_listen, store))
    tasks.add(service.OFFER, partial(_offer, store))
    tasks.add(service.READ, partial(importing.fetch, store, slack))
    tasks.add(service.LOOK, partial(_look_ahead, store))
    tasks.add(service.GO_ON, partial(_go_on, store))
    tasks.add(service.RETURN, partial(importing.give_back, store, slack))
    cards.add(CARD, _card)
    cards.add(service.IMPORT, _imported)
    cards.add(service.CALL_LIST, _call_list)
    cards.add(service.OFFER, _offered)
    cards.add(RETURNED, _returned)
    cards.add(service.SILENT, _silent)
    cards.add(service.REFUSED, _refused)
    cards.add(service.STEP, _step)
    cards.add(service.TALLY, _tally)
    cards.add(service.NOTICE, _notice)
    cards.add(service.COVER, _cover)
    tasks.add(service.STALLED, partial(tell_stalled, store))
    cards.add(service.STANDS_IN, _stands_in)
    cards.add(service.CAME_BACK, _came_back)
    tasks.add(service.BACK, partial(_back, store))
    tasks.add(service.FOLLOW, partial(_follow, store))
    tasks.each_tick(service.release_for_leavers, every=10)
    tasks.each_tick(service.sweep)


def _fetch(store: Store, apis: Apis, workspace_id: int, source: str, external_id: str) -> None:
    """Ask the vendor what a lead says; what it will never tell waits in the admins' list."""
    fetching = SOURCES[source].fetching
    assert fetching is not None
    try:
        if source not in apis:
            raise GiveUp(f"HANDOFF_SOURCE_TOKENS has no token for {source}")  # noqa: TRY301
        body = fetching.get(apis[source], external_id)
    except GiveUp as error:
        with store.transaction() as session:
            workspace = session.get_one(Workspace, workspace_id)
            service.not_fetched(session, workspace, source, external_id, str(error))
        return
    with store.transaction() as session:
        service.fetched(session, session.get_one(Workspace, workspace_id), source, body)


def read_back(store: Store, apis: Apis, workspace_id: int, slot: str) -> None:
    """Read back from every vendor what its hooks missed; one that refuses stops no other."""
    since = datetime.fromisoformat(slot) - OVERLAP
    failed: list[Exception] = []
    for source, api in apis.items():
        there: list[Reference | Refused] = []
        try:
            _look(source, api, since, there)
        except (GiveUp, Unreadable) as error:
            there.append(Refused("", str(error)))
        except Exception as error:
            failed.append(error)
        in_transaction(store, partial(_reconcile, workspace_id, source, there), failed)
    if failed:
        raise failed[0]


def _reconcile(
    workspace_id: int, source: str, there: list[Reference | Refused], session: Session
) -> None:
    service.reconcile(session, session.get_one(Workspace, workspace_id), source, there)


def _look(source: str, api: Vendor, since: datetime, there: list[Reference | Refused]) -> None:
    """Add all that the vendor names; what it named before it fails is there too."""
    fetching = SOURCES[source].fetching
    assert fetching is not None
    for each in fetching.missed(api, since):
        there.append(each)  # noqa: PERF402 - one by one, see above


def _listen(store: Store, workspace_id: int, slot: str) -> None:  # noqa: ARG001 - the clock's
    with store.transaction() as session:
        service.listen(session, session.get_one(Workspace, workspace_id))


def _offer(store: Store, workspace_id: int, slot: str) -> None:
    """The slot and not the clock names the offer, so a retry makes no second one."""
    with store.transaction() as session:
        workspace = session.get_one(Workspace, workspace_id)
        service.offer(session, workspace, datetime.fromisoformat(slot))


def _look_ahead(store: Store, import_id: int) -> None:
    with store.transaction() as session:
        service.look_ahead(session, session.get_one(Import, import_id))


def _go_on(store: Store, import_id: int) -> None:
    """One batch; the next is work of its own, so that a worker that stops loses nothing."""
    importing.go_on(store, import_id)


def _imported(session: Session, import_id: int) -> Message:
    found = session.get_one(Import, import_id)
    campaign = session.get(Campaign, found.campaign_id) if found.campaign_id else None
    by = session.get(Person, found.by_id) if found.by_id else None
    return messages.imported(found, campaign, enters_spend=by is not None and by.has(Role.MARKETER))


def _call_list(session: Session, call_list_id: int) -> Message:
    return messages.call_list(service.progress(session, call_list_id))


def _offered(session: Session, offer_id: int) -> Message:
    return messages.offer(*service.offered(session, offer_id))


def _card(session: Session, lead_id: int) -> Message:
    return messages.card(service.facts(session, lead_id))


def _returned(session: Session, touch_id: int) -> Message:
    return messages.returned(*service.touch(session, touch_id))


def _silent(session: Session, submission_id: int) -> Message:
    return messages.silent(service.last_words(session, submission_id))


def _refused(session: Session, submission_id: int) -> Message:
    return messages.refused(service.last_words(session, submission_id))


def _step(session: Session, step_id: int) -> Message:
    taken = service.step(session, step_id)
    if taken.step.rung == Rung.DETAILS:
        return messages.details(taken, service.facts(session, taken.lead.id))
    return messages.step(taken)


def _tally(session: Session, campaign_id: int) -> Message:
    return messages.tally(service.tally(session, campaign_id))


def _notice(session: Session, notice_id: int) -> Message:
    return messages.notice(*service.notice(session, notice_id))


def _cover(session: Session, touch_id: int) -> Message:
    touch, lead = service.touch(session, touch_id)
    return messages.cover(touch, service.facts(session, lead.id))


def tell_stalled(store: Store, workspace_id: int, slot: str) -> None:
    """Tell whom it concerns what stands still; a retry tells nobody twice."""
    at = datetime.fromisoformat(slot)
    in_transaction(
        store,
        lambda session: service.tell_stalled(session, session.get_one(Workspace, workspace_id), at),
    )


def _stands_in(session: Session, absence_id: int) -> Message:
    return messages.stands_in(service.handover(session, absence_id))


def _came_back(session: Session, absence_id: int) -> Message:
    return messages.came_back(service.handover(session, absence_id))


def _follow(store: Store, workspace_id: int) -> None:
    with store.transaction() as session:
        service.catch_up(session, workspace_id)


def _back(store: Store, absence_id: int) -> None:
    in_transaction(store, lambda session: service.back(session, absence_id))
