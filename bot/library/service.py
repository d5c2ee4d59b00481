"""Finding: every word by its beginning, the best match first, over all shelves at once."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Select, SQLColumnExpression, func, literal, select, union_all
from sqlalchemy.orm import Session, joinedload

from bot import clock
from bot.campaigns.models import Campaign, CampaignQuestion, Stage
from bot.errors import NotFound
from bot.library.models import PAGE_SIZE, Hit, Piece, SearchPage, Shelf
from bot.people import service as people
from bot.people.models import Person, Role
from bot.planning.models import Again, Request, Retrospective
from bot.store import prefixes

_PLANNED = (Stage.DRAFT, Stage.PROPOSED, Stage.AGREED, Stage.CANCELLED)
_EXCERPT = "StartSel='', StopSel='', MaxFragments=1, MaxWords=30, MinWords=12"
Column = SQLColumnExpression[Any]


def find(session: Session, who: Person, words: str, page: int = 0) -> SearchPage:
    """A page of what has all words, each by its beginning; nothing for no word.

    Raises NotAllowed.
    """
    people.require(session, who, "search the library", Role.SALESPERSON, Role.MARKETER)
    sought = prefixes(words)
    if sought is None:
        return SearchPage(words, (), 0, 0)
    query = func.to_tsquery("simple", sought)
    shelves = union_all(*(shelf(who.workspace_id) for shelf in _SHELVES)).subquery()
    text = func.to_tsvector("simple", shelves.c.title + " " + shelves.c.text)
    matching = (
        select(
            shelves,
            func.count().over().label("how_many"),
            func.ts_rank(text, query).label("rank"),
        )
        .where(text.op("@@")(query))
        .order_by(func.ts_rank(text, query).desc(), shelves.c.at.desc(), shelves.c.id)
        .limit(PAGE_SIZE)
        .offset(page * PAGE_SIZE)
        .subquery()
    )
    excerpt = func.ts_headline("simple", matching.c.text, query, _EXCERPT)
    rows = session.execute(
        select(matching, excerpt.label("excerpt")).order_by(
            matching.c.rank.desc(), matching.c.at.desc(), matching.c.id
        )
    ).all()
    hits = [Hit(Shelf(row.shelf), row.id, row.title, row.excerpt, row.at) for row in rows]
    return SearchPage(words, hits, rows[0].how_many if rows else 0, page)


def piece(session: Session, who: Person, shelf: Shelf, piece_id: int) -> Piece:
    """The whole of what was found. Raises NotAllowed, NotFound."""
    people.require(session, who, "search the library", Role.SALESPERSON, Role.MARKETER)
    whole = _PIECES[shelf](session, who.workspace_id, piece_id)
    if whole is None:
        raise NotFound(what="this piece")
    return whole


# ---- the shelves: each a select of the same columns, and a way to read one piece whole ----------


def _row(shelf: Shelf, row_id: Column, title: Column, at: Column, *texts: Column) -> Select[Any]:
    text = func.concat_ws(" · ", *(func.nullif(each, "") for each in texts))
    columns = {"shelf": literal(shelf.value), "id": row_id, "title": title, "text": text, "at": at}
    labelled: list[Column] = [each.label(name) for name, each in columns.items()]
    return select(*labelled)


def _campaigns(workspace_id: int) -> Select[Any]:
    entry = func.jsonb_array_elements(Campaign.materials).table_valued("value").alias("entry")
    titles = select(func.string_agg(entry.c.value.op("->>")(0), ", ")).scalar_subquery()
    texts = (
        Campaign.talking_points, Campaign.objections, Campaign.offer, Campaign.terms,
        Campaign.audience, titles,
    )  # fmt: skip
    at = func.coalesce(Campaign.announced_at, clock.now())
    return _row(Shelf.CAMPAIGN, Campaign.id, Campaign.name, at, *texts).where(
        Campaign.workspace_id == workspace_id, Campaign.stage.not_in(_PLANNED)
    )


def _questions(workspace_id: int) -> Select[Any]:
    question = CampaignQuestion
    return (
        _row(
            Shelf.QUESTION,
            question.id,
            Campaign.name,
            question.asked_at,
            question.text,
            question.answer,
        )
        .join(Campaign, Campaign.id == question.campaign_id)
        .where(question.workspace_id == workspace_id, question.answer.is_not(None))
    )


def _requests(workspace_id: int) -> Select[Any]:
    title = func.coalesce(func.nullif(Request.audience, ""), "Customers")
    texts = (Request.text, Request.example, Request.reason)
    return _row(Shelf.REQUEST, Request.id, title, Request.asked_at, *texts).where(
        Request.workspace_id == workspace_id
    )


def _lessons(workspace_id: int) -> Select[Any]:
    lesson = Retrospective
    return (
        _row(
            Shelf.LESSON, lesson.id, Campaign.name, lesson.answered_at, lesson.worked, lesson.failed
        )
        .join(Campaign, Campaign.id == lesson.campaign_id)
        .where(lesson.workspace_id == workspace_id, lesson.answered_at.is_not(None))
    )


def _campaign(session: Session, workspace_id: int, campaign_id: int) -> Piece | None:
    campaign = session.get(Campaign, campaign_id)
    if campaign is None or campaign.workspace_id != workspace_id or campaign.stage in _PLANNED:
        return None
    parts = {
        "Offer": campaign.offer, "Price": campaign.price, "Terms": campaign.terms,
        "For": campaign.audience, "Talking points": campaign.talking_points,
        "Objections and answers": campaign.objections,
    }  # fmt: skip
    return Piece(
        campaign.name, _written(parts), [(title, link) for title, link in campaign.materials]
    )


def _question(session: Session, workspace_id: int, question_id: int) -> Piece | None:
    question = session.get(
        CampaignQuestion, question_id, options=[joinedload(CampaignQuestion.campaign)]
    )
    if question is None or question.workspace_id != workspace_id:
        return None
    return Piece(
        question.campaign.name,
        _written({"Question": question.text, "Answer": question.answer or ""}),
    )


def _request(session: Session, workspace_id: int, request_id: int) -> Piece | None:
    request = session.get(Request, request_id)
    if request is None or request.workspace_id != workspace_id:
        return None
    parts = {
        "What customers ask for": request.text, "For": request.audience,
        "For example": request.example, "Declined because": request.reason or "",
    }  # fmt: skip
    return Piece("A request", _written(parts))


def _lesson(session: Session, workspace_id: int, lesson_id: int) -> Piece | None:
    lesson = session.get(Retrospective, lesson_id, options=[joinedload(Retrospective.campaign)])
    if lesson is None or lesson.workspace_id != workspace_id or lesson.again is None:
        return None
    parts = {
        "What worked": lesson.worked, "What failed": lesson.failed,
        "Do it again?": Again(lesson.again).label,
    }  # fmt: skip
    return Piece(lesson.campaign.name, _written(parts))


def _written(parts: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(heading, text) for heading, text in parts.items() if text]


_SHELVES = (_campaigns, _questions, _requests, _lessons)
_PIECES: Mapping[Shelf, Callable[[Session, int, int], Piece | None]] = {
    Shelf.CAMPAIGN: _campaign,
    Shelf.QUESTION: _question,
    Shelf.REQUEST: _request,
    Shelf.LESSON: _lesson,
}
