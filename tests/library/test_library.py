"""The library finds by beginnings, ranks, pages, and shows to who may see."""

import pytest
from sqlalchemy import update

from bot.campaigns import announcing, questions
from bot.campaigns import changing as campaign_changing
from bot.campaigns import queries as campaign_queries
from bot.campaigns.models import CampaignQuestion
from bot.errors import NotAllowed, NotFound
from bot.library import messages, service
from bot.library.forms import Search
from bot.library.models import PAGE_SIZE, Hit, Piece, SearchPage, Shelf
from bot.people.models import Person, Role
from bot.planning import reminders as planning_reminders
from bot.planning import requests as planning_requests
from bot.planning import retrospectives
from bot.planning.models import Again, Retrospective
from bot.store import Store
from tests.campaigns.scene import TODAY, draft
from tests.company import hire, install
from tests.golden_files import Golden
from tests.leads.test_lead_view import HOSTILE
from tests.moved_clock import NINE, MovedClock


class Shelves:
    """A campaign with a question that was answered, and a request."""

    def __init__(self, store: Store) -> None:
        self.store, self.hands = store, MovedClock()
        workspace = install(store)
        self.mara = hire(store, workspace, "UMARA", "Mara", Role.MARKETER)
        self.sofia = hire(store, workspace, "USOFIA", "Sofia", Role.SALESPERSON)
        self.guest = hire(store, workspace, "UGUEST", "Guest")
        self.stranger = hire(store, install(store, "T2", "C2"), "UX", "Stranger", *Role)
        points = "Installed within a day\nThe price stays for three years"
        with store.transaction() as session:
            announced = announcing.announce(
                session, self.mara, draft(name="Spring start", talking_points=points), "t1"
            )
            question = questions.ask(session, self.sofia, announced.id, "Is shipping free?", "t2")
            assert question is not None
            session.execute(update(CampaignQuestion).values(answer="Yes, the price includes it."))
            planning_requests.ask_for(
                session, self.sofia, "A starter package at a lower price", token="t3",
                audience="Small shops",
            )  # fmt: skip

    def look_back(self) -> None:
        """The campaign has ended, and Sofia says what she learned."""
        with self.store.transaction() as session:
            [campaign] = campaign_queries.overview(session, self.mara.workspace_id, TODAY).running
            campaign_changing.end(session, self.mara, campaign.id)
        with self.store.transaction() as session:
            planning_reminders.handle_due(session)
            retrospective = session.query(Retrospective).filter_by(person_id=self.sofia.id).one()
            retrospectives.save_lesson(
                session,
                self.sofia,
                retrospective.id,
                "Short calls",
                "Nobody knew until when",
                Again.CHANGED,
            )  # fmt: skip

    def find(self, words: str, who: Person | None = None, page: int = 0) -> SearchPage:
        with self.store.transaction() as session:
            return service.find(session, who or self.sofia, words, page)


@pytest.fixture
def shelves(store: Store) -> Shelves:
    return Shelves(store)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("pri", {Shelf.CAMPAIGN, Shelf.QUESTION, Shelf.REQUEST}),
        ("installed", {Shelf.CAMPAIGN}),
        ("ship fre", {Shelf.QUESTION}),
        ("small shops starter", {Shelf.REQUEST}),
        ("spring", {Shelf.CAMPAIGN, Shelf.QUESTION}),
        ("nothing of the kind", set()),
        ("' & | !", set()),
        ("", set()),
    ],
)
def test_every_word_counts_by_its_beginning(
    shelves: Shelves, words: str, found: set[Shelf]
) -> None:
    hits = shelves.find(words)
    assert {hit.shelf for hit in hits.hits} == found
    assert hits.count == len(found)


def test_what_was_learned_is_found_and_read_whole(shelves: Shelves) -> None:
    assert shelves.find("until when").hits == []
    shelves.look_back()
    [hit] = shelves.find("until when").hits
    assert (hit.shelf, hit.title) == (Shelf.LESSON, "Spring start")
    with shelves.store.transaction() as session:
        piece = service.piece(session, shelves.sofia, Shelf.LESSON, hit.id)
        stranger = shelves.stranger
        with pytest.raises(NotFound):
            service.piece(session, stranger, Shelf.LESSON, hit.id)
    assert piece.parts == [
        ("What worked", "Short calls"),
        ("What failed", "Nobody knew until when"),
        ("Do it again?", "Yes, but changed"),
    ]


def test_the_better_match_comes_first_and_the_rest_on_pages(shelves: Shelves) -> None:
    with shelves.store.transaction() as session:
        for number in range(2 * PAGE_SIZE):
            campaign = draft(
                name=f"Price price {number}", talking_points="price", utm_campaign=f"c{number}"
            )
            announcing.announce(session, shelves.mara, campaign, f"p{number}")
    pages = [shelves.find("price", page=page) for page in range(4)]
    assert [len(page.hits) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 3, 0]
    assert {page.count for page in pages[:3]} == {2 * PAGE_SIZE + 3}
    assert all(hit.title.startswith("Price price") for hit in pages[0].hits)
    found = [(hit.shelf, hit.id) for page in pages for hit in page.hits]
    assert len(set(found)) == len(found)


def test_each_piece_opens_whole_for_those_who_may_see_it(shelves: Shelves) -> None:
    for hit in shelves.find("price").hits:
        with shelves.store.transaction() as session:
            piece = service.piece(session, shelves.sofia, hit.shelf, hit.id)
            assert piece.parts
            with pytest.raises(NotAllowed):
                service.piece(session, shelves.guest, hit.shelf, hit.id)
            with pytest.raises(NotFound):
                service.piece(session, shelves.stranger, hit.shelf, hit.id)
            with pytest.raises(NotFound):
                service.piece(session, shelves.sofia, hit.shelf, 10**9)
    assert not shelves.find("price", shelves.stranger).hits
    with pytest.raises(NotAllowed):
        shelves.find("price", shelves.guest)


HITS = [
    Hit(Shelf.CAMPAIGN, 4, "Spring start", "The price stays for three years", NINE),
    Hit(Shelf.QUESTION, 5, HOSTILE, HOSTILE, NINE),
]


def test_how_it_looks(golden: Golden) -> None:
    shown = {
        "nothing_typed": Search.of(SearchPage("", [], 0, 0)),
        "nothing_found": Search.of(SearchPage("<!channel>", [], 0, 0)),
        "found": Search.of(SearchPage("pri", HITS, 20, 1)),
        "piece": messages.piece(
            Piece("Spring start", [("Offer", "One free visit"), ("Terms", HOSTILE)],
                  [("Price list", "https://example.com/prices")])
        ),
    }  # fmt: skip
    golden("modal", shown)
