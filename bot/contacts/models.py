"""The tables of contacts: who a person is, by which keys we know them, what they agreed to."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from bot.store import Base, Id, Moment, WorkspaceId


class KeyKind(StrEnum):
    """What a person is recognised by."""

    EMAIL = "email"
    """Casefolded."""
    PHONE = "phone"
    """E.164."""


class Contact(Base):
    """One person. Their leads carry the names; who was merged away points at who stayed."""

    __tablename__ = "contact"

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    created_at: Mapped[Moment]
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))


class ContactKey(Base):
    """A key by which a contact is recognised; unique, so that one person is one contact."""

    __tablename__ = "contact_key"
    __table_args__ = (UniqueConstraint("workspace_id", "kind", "value"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    kind: Mapped[str]
    value: Mapped[str]


class Consent(Base):
    """What a contact agreed to, or refused, and how we know. No row: unknown, never yes."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_contact_id_given_at", "contact_id", "given_at"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    granted: Mapped[bool]
    wording: Mapped[str | None]
    """The exact wording or its version."""
    purposes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    source: Mapped[str]
    given_at: Mapped[datetime]


class Identity(NamedTuple):
    """Who a submission is from, and whether we knew them before."""

    contact_id: int
    is_known: bool


class Merged(NamedTuple):
    """What a merge of two contacts moved, as its undoing needs it."""

    kept: int
    gone: int
    key_ids: list[int]
    consent_ids: list[int]
