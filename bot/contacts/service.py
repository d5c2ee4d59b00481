"""The verbs of contacts: recognise a person, note what they agreed to, merge and unmerge."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from bot import clock
from bot.contacts.models import Consent, Contact, ContactKey, Identity, KeyKind, Merged

# One statement, because every lead runs through it: who has one of these keys; nobody: a new
# contact; and the keys that are new are theirs. A key that another transaction is just taking makes
# this one wait, and then counts for nothing. Two look-ups by one unique index, and not a join: a
# plan that was made while the table was small must still be right when it is large.
_IDENTIFY = text(
    """
    WITH known AS (
        SELECT coalesce(
            (SELECT contact_id FROM contact_key
             WHERE workspace_id = :workspace_id AND kind = 'email' AND value = :email),
            (SELECT contact_id FROM contact_key
             WHERE workspace_id = :workspace_id AND kind = 'phone' AND value = :phone)) AS id
    ), made AS (
        INSERT INTO contact (workspace_id, created_at)
        SELECT :workspace_id, :now FROM known WHERE id IS NULL RETURNING id
    ), taken AS (
        INSERT INTO contact_key (workspace_id, contact_id, kind, value)
        SELECT :workspace_id, coalesce(known.id, made.id), kind, value
        FROM known LEFT JOIN made ON true,
            (VALUES ('email', CAST(:email AS text)), ('phone', :phone)) AS key (kind, value)
        WHERE value IS NOT NULL ORDER BY kind ON CONFLICT DO NOTHING RETURNING id
    )
    SELECT known.id, (SELECT id FROM made), (SELECT count(*) FROM taken) FROM known
    """
)

_HOLDERS = text(
    """
    SELECT key.kind, key.value,
        (SELECT contact_id FROM contact_key WHERE workspace_id = :workspace_id
            AND contact_key.kind = key.kind AND contact_key.value = key.value)
    FROM unnest(CAST(:kinds AS text[]), CAST(:keys AS text[])) AS key (kind, value)
    """
)
# The keys in the order of `_IDENTIFY`, so that no two transactions wait for each other.
_MAKE = text(
    """
    WITH made AS (
        INSERT INTO contact (workspace_id, created_at)
        SELECT :workspace_id, :now FROM generate_series(1, :count) RETURNING id
    ), numbered AS (
        SELECT id, row_number() OVER (ORDER BY id) AS place FROM made
    ), taken AS (
        INSERT INTO contact_key (workspace_id, contact_id, kind, value)
        SELECT :workspace_id, id, kind, value
        FROM unnest(CAST(:places AS bigint[]), CAST(:kinds AS text[]), CAST(:keys AS text[]))
            AS key (place, kind, value) JOIN numbered USING (place)
        ORDER BY kind, value ON CONFLICT DO NOTHING RETURNING contact_id
    )
    SELECT id, count(contact_id) FROM numbered LEFT JOIN taken ON contact_id = id
    GROUP BY id ORDER BY id
    """
)

Key = tuple[KeyKind, str]


def identify(
    session: Session, workspace_id: int, email_key: str | None, phone_e164: str | None
) -> Identity:
    """The contact with this e-mail key or this phone number, made where nobody has them.

    Where the two belong to different contacts, the e-mail decides; that they are one person is for
    people to say (`merge`). Without either key nobody can be recognised: always a new contact.
    """
    keys = {"workspace_id": workspace_id, "email": email_key, "phone": phone_e164}
    given = sum(key is not None for key in (email_key, phone_e164))
    while True:
        known, made, taken = session.execute(_IDENTIFY, keys | {"now": clock.now()}).one()
        if known is not None:
            return Identity(known, is_known=True)
        if taken == given:
            return Identity(made, is_known=False)
        forget(session, [made])  # someone was quicker with one of the keys: it is their contact


def keys_of(email_key: str | None, phone_e164: str | None) -> list[Key]:
    """The keys that somebody gives."""
    given = ((KeyKind.EMAIL, email_key), (KeyKind.PHONE, phone_e164))
    return [(kind, value) for kind, value in given if value is not None]


def holders(session: Session, workspace_id: int, keys: Collection[Key]) -> Mapping[Key, int]:
    """Whose contact each of these keys is, where it is somebody's."""
    rows = session.execute(_HOLDERS, _columns(keys) | {"workspace_id": workspace_id})
    return {
        (KeyKind(kind), value): contact_id
        for kind, value, contact_id in rows
        if contact_id is not None
    }


def make(session: Session, workspace_id: int, people: Sequence[Sequence[Key]]) -> list[int | None]:
    """New contacts for people who were nobody's a moment ago, many at a time; no key comes twice.

    None where someone was quicker with one of a person's keys: `identify` tells whose it is.
    """
    given = [(place, key) for place, keys in enumerate(people, start=1) for key in keys]
    facts = {
        "workspace_id": workspace_id,
        "now": clock.now(),
        "count": len(people),
        "places": [place for place, _ in given],
    }
    made = session.execute(_MAKE, facts | _columns([key for _, key in given])).all()
    late = {id_ for (id_, taken), keys in zip(made, people, strict=True) if taken < len(keys)}
    forget(session, late)
    return [None if id_ in late else id_ for id_, _ in made]


def lock(session: Session, *contact_ids: int) -> None:
    """Let nobody else add to these contacts until the transaction ends.

    In the order of their ids, so that no two transactions wait for each other; and without their
    keys, which others who write at the same time may have referred to already.
    """
    session.execute(
        select(Contact.id)
        .where(Contact.id.in_(contact_ids))
        .order_by(Contact.id)
        .with_for_update(key_share=True)
    )


def note_consent(session: Session, consent: Consent) -> None:
    """Keep what a contact agreed to or refused; earlier records stay."""
    session.add(consent)


def consent(session: Session, contact_id: int) -> Consent | None:
    """What the contact said last; None: unknown."""
    return session.scalar(
        select(Consent)
        .where(Consent.contact_id == contact_id)
        .order_by(Consent.given_at.desc(), Consent.id.desc())
        .limit(1)
    )


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


def forget(session: Session, contact_ids: Collection[int]) -> None:
    """Take back contacts that were made in this transaction, and are not needed."""
    if contact_ids:
        session.execute(delete(ContactKey).where(ContactKey.contact_id.in_(contact_ids)))
        session.execute(delete(Contact).where(Contact.id.in_(contact_ids)))


def _columns(keys: Collection[Key]) -> dict[str, list[str]]:
    return {"kinds": [str(kind) for kind, _ in keys], "keys": [value for _, value in keys]}
