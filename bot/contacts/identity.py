"""Who somebody is: recognise people by their keys; merge two contacts that are one person."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock
from bot.contacts.models import Consent, Contact, ContactKey, Identity, KeyKind, Merged
from bot.store import table

# Look-ups by the unique index, and not a join: a plan that was made while the table was small must
# still be right when it is large.
_HOLDERS = text(
    """
    SELECT key.kind, key.value,
        (SELECT contact_id FROM contact_key WHERE workspace_id = :workspace_id
            AND contact_key.kind = key.kind AND contact_key.value = key.value) AS contact_id
    FROM unnest(CAST(:kinds AS text[]), CAST(:keys AS text[])) AS key (kind, value)
    """
)

# One statement, because every lead runs through it: where nobody has one of the keys, new contacts,
# which have the numbers -1, -2 and so on until then; and the keys become theirs, or those of a
# contact that is known. A key that another transaction is just taking makes this one wait, and is
# not taken; the keys have an order, so that no two transactions wait for each other. They come as
# JSON: by the length of an array PostgreSQL would plan the statement anew each time.
_MAKE = text(
    """
    WITH key AS (
        SELECT contact_id, kind, value, (
            SELECT contact_id FROM contact_key WHERE workspace_id = :workspace_id
                AND contact_key.kind = key.kind AND contact_key.value = key.value) AS holder
        FROM jsonb_to_recordset(CAST(:rows AS jsonb))
            AS key (contact_id bigint, kind text, value text)
    ), held AS (
        SELECT jsonb_agg(jsonb_build_array(kind, value, holder)) AS holders
        FROM key WHERE holder IS NOT NULL
    ), made AS (
        INSERT INTO contact (workspace_id, created_at)
        SELECT :workspace_id, :now
        FROM held, (SELECT DISTINCT contact_id FROM key WHERE contact_id < 0) AS number
        WHERE holders IS NULL RETURNING id
    ), numbered AS (
        SELECT id, -row_number() OVER (ORDER BY id) AS number FROM made
    ), taken AS (
        INSERT INTO contact_key (workspace_id, contact_id, kind, value)
        SELECT :workspace_id, coalesce(numbered.id, key.contact_id), kind, value
        FROM held, key LEFT JOIN numbered ON number = key.contact_id
        WHERE holders IS NULL AND kind IS NOT NULL
        ORDER BY kind, value ON CONFLICT DO NOTHING RETURNING id
    )
    SELECT (SELECT array_agg(id ORDER BY id) FROM made), (SELECT count(*) FROM taken), holders
    FROM held
    """
)

# In the order of their ids, so that no two transactions wait for each other; and without their
# keys, which others who write at the same time may have referred to already.
_contact = table(Contact)
_LOCK = (
    select(_contact.c.merged_into)
    .where(_contact.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(_contact.c.id)
    .with_for_update(key_share=True)
)

Key = tuple[KeyKind, str]


def keys_of(email_key: str | None, phone_e164: str | None) -> list[Key]:
    """The keys of somebody with this email key and this phone number, the deciding one first."""
    given = ((KeyKind.EMAIL, email_key), (KeyKind.PHONE, phone_e164))
    return [(kind, value) for kind, value in given if value is not None]


def identify(
    session: Session, workspace_id: int, people: Sequence[Sequence[Key]]
) -> list[Identity]:
    """The contact of each of these people, made where nobody has one of their keys.

    `people` are the keys of each. Keys that are new become their contact's, in the order of the
    people: somebody who comes twice is known the second time. Where two keys belong to different
    contacts, the first decides, which is the email address; that they are one person is for people
    to say (`merge`). Without a key nobody can be recognised: always a new contact.

    Contacts that were there before are locked until the transaction ends, before new keys are
    taken, so that no two transactions wait for each other.
    """
    holders: dict[Key, int] = {}
    while True:
        identities, new_keys = recognise(people, holders)
        made, others = _make(session, workspace_id, identities, new_keys)
        if made is not None:
            return [
                Identity(made.get(contact_id, contact_id), is_known)
                for contact_id, is_known in identities
            ]
        holders = _lock_holders(session, workspace_id, holders | others)


def add_keys(
    session: Session, workspace_id: int, contact_id: int, keys: Sequence[Key]
) -> list[int]:
    """Let these keys be the contact's as well, but for those that are somebody's already.

    Returns the ids of those that are new.
    """
    lock(session, contact_id)
    ids = list[int]()
    for kind, value in sorted(keys):
        row = {"workspace_id": workspace_id, "contact_id": contact_id, "kind": kind, "value": value}
        added = insert(ContactKey).values(row).on_conflict_do_nothing().returning(ContactKey.id)
        ids += session.scalars(added).all()
    return ids


def drop_keys(
    session: Session, contact_id: int, key_ids: Collection[int], but_for: Collection[Key]
) -> None:
    """Let the contact, which is locked, not be recognised by these of its keys any more."""
    session.execute(
        delete(ContactKey).where(
            ContactKey.contact_id == contact_id,
            ContactKey.id.in_(key_ids),
            tuple_(ContactKey.kind, ContactKey.value).not_in(but_for),
        )
    )


def recognise(
    people: Sequence[Sequence[Key]], holders: Mapping[Key, int]
) -> tuple[list[Identity], dict[Key, int]]:
    """Whose contact each of these people is, and the keys that are new, with whose they become.

    `holders` says whose contact a key is that is known. Contacts that are to be made have the
    numbers -1, -2 and so on.
    """
    contacts, identities, made = dict(holders), list[Identity](), 0
    for keys in people:
        contact_id = next((contacts[key] for key in keys if key in contacts), None)
        is_known = contact_id is not None
        if contact_id is None:
            made += 1
            contact_id = -made
        identities.append(Identity(contact_id, is_known))
        for key in keys:
            contacts.setdefault(key, contact_id)
    return identities, {key: contacts[key] for key in contacts.keys() - holders.keys()}


def holders_of(session: Session, workspace_id: int, keys: Collection[Key]) -> dict[Key, int]:
    """Whose contact each of these keys is, where it is somebody's."""
    facts = {
        "workspace_id": workspace_id,
        "kinds": [kind.value for kind, _ in keys],
        "keys": [value for _, value in keys],
    }
    rows = session.execute(_HOLDERS, facts)
    return _by_key(row for row in rows if row.contact_id is not None)


def _lock_holders(session: Session, workspace_id: int, holders: dict[Key, int]) -> dict[Key, int]:
    """Lock the contacts that have these keys; returns whose the keys are then."""
    while not lock(session, *holders.values()):  # one was merged away while this waited
        before, holders = holders, holders_of(session, workspace_id, holders)
        if holders == before:
            break
    return holders


def _make(
    session: Session, workspace_id: int, identities: Sequence[Identity], keys: Mapping[Key, int]
) -> tuple[dict[int, int] | None, dict[Key, int]]:
    """Make the contacts that have a number below zero, and give out the keys, if nobody has one.

    Returns the new ids by these numbers. Where somebody has one of the keys, or was just quicker,
    nothing is made: None, and whose those keys are that could be seen.
    """
    without_key = {id_ for id_, _ in identities if id_ < 0} - set(keys.values())
    if not keys and not without_key:
        return {}, {}
    rows: list[dict[str, Any]] = [
        {"contact_id": contact_id, "kind": kind, "value": value}
        for (kind, value), contact_id in keys.items()
    ]
    rows += [{"contact_id": contact_id} for contact_id in without_key]
    facts = {"workspace_id": workspace_id, "now": clock.now(), "rows": json.dumps(rows)}
    made, taken, holders = session.execute(_MAKE, facts).one()
    if taken == len(keys):
        return {-number: id_ for number, id_ in enumerate(made or (), start=1)}, {}
    forget(session, made or ())
    return None, _by_key(holders or ())


def lock(session: Session, *contact_ids: int) -> bool:
    """Let nobody else add to these contacts until the transaction ends.

    False where one of them has been merged into another.
    """
    merged = session.scalars(_LOCK, {"ids": sorted(set(contact_ids))})
    return all(into is None for into in merged.all())


def forget(session: Session, contact_ids: Collection[int]) -> None:
    """Take back contacts that were made in this transaction, and are not needed."""
    if contact_ids:
        session.execute(delete(ContactKey).where(ContactKey.contact_id.in_(contact_ids)))
        session.execute(delete(Contact).where(Contact.id.in_(contact_ids)))


def merge(session: Session, kept: int, gone: int) -> Merged:
    """Give everything of the contact `gone` to `kept`; returns what `unmerge` needs."""
    lock(session, kept, gone)
    keys = session.scalars(
        update(ContactKey)
        .where(ContactKey.contact_id == gone)
        .values(contact_id=kept)
        .returning(ContactKey.id)
    ).all()
    consents = session.scalars(
        update(Consent)
        .where(Consent.contact_id == gone)
        .values(contact_id=kept)
        .returning(Consent.id)
    ).all()
    session.execute(update(Contact).where(Contact.id == gone).values(merged_into=kept))
    return Merged(kept, gone, list(keys), list(consents))


def unmerge(session: Session, merged: Merged) -> None:
    """Give the contact that was merged away back what was its own."""
    lock(session, merged.kept, merged.gone)
    for model, ids in ((ContactKey, merged.key_ids), (Consent, merged.consent_ids)):
        session.execute(update(model).where(model.id.in_(ids)).values(contact_id=merged.gone))
    session.execute(update(Contact).where(Contact.id == merged.gone).values(merged_into=None))


def _by_key(rows: Iterable[Sequence[Any]]) -> dict[Key, int]:
    """By kind and value, whose contact it is."""
    return {(KeyKind(kind), value): contact_id for kind, value, contact_id in rows}
