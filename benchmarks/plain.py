"""What intake is measured against: a plain FastAPI + ORM handler as one would write it first.

Three inserts through the ORM's session and a deferred job, in one transaction; no raw submission
for what cannot be read, no idempotence, no attribution, no card. Run by `bench_intake.py`.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, FastAPI
from procrastinate import SyncPsycopgConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task
from pydantic import BaseModel, EmailStr
from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, LargeBinary, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    """The baseline's own tables."""


class PlainLead(Base):
    __tablename__ = "plain_lead"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    external_id: Mapped[str] = mapped_column(unique=True)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    email: Mapped[str]
    phone: Mapped[str | None]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    company: Mapped[str | None]
    message: Mapped[str | None]
    utm_campaign: Mapped[str | None]
    landing_url: Mapped[str | None]


class PlainEvent(Base):
    __tablename__ = "plain_event"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("plain_lead.id"), index=True)
    deed: Mapped[str]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PlainSubmission(Base):
    __tablename__ = "plain_submission"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("plain_lead.id"))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    body: Mapped[bytes] = mapped_column(LargeBinary)


class Body(BaseModel):
    external_id: str
    email: EmailStr
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    message: str | None = None
    utm_campaign: str | None = None
    landing_url: str | None = None


class Accepted(BaseModel):
    lead_id: int


def create() -> FastAPI:
    """The application, on the database of `DATABASE_URL`."""
    app = FastAPI()
    engine = create_engine(os.environ["DATABASE_URL"], pool_size=32)
    Base.metadata.create_all(engine)
    jobs = JobManager(SyncPsycopgConnector())

    def transaction() -> Iterator[Session]:
        with Session(engine) as session, session.begin():
            yield session

    @app.post("/leads/api", status_code=202, response_model=Accepted)
    def receive(
        body: Body, session: Annotated[Session, Depends(transaction, scope="function")]
    ) -> Accepted:
        now = datetime.now(UTC)
        lead = PlainLead(received_at=now, **body.model_dump())
        session.add(lead)
        session.flush()
        session.add(PlainEvent(lead_id=lead.id, deed="received", at=now))
        raw = body.model_dump_json().encode()
        session.add(PlainSubmission(lead_id=lead.id, received_at=now, body=raw))
        session.flush()
        connection = session.connection().connection.driver_connection
        configure_task(name="plain.card", job_manager=jobs, connection=connection).defer(
            lead_id=lead.id
        )
        return Accepted(lead_id=lead.id)

    @app.get("/health/ready")
    def ready() -> None:
        """It serves."""

    return app
