"""What the sample team says: its campaigns, its requests, its standups."""

from collections.abc import Mapping
from datetime import date, timedelta

from bot.campaigns.draft import Draft
from bot.campaigns.models import Kind
from bot.money import Money
from bot.standups.models import Theme

FRESH_START, RETAIL = "fresh-start", "webinar-retail"
"""The UTM campaign codes of the two campaigns that run."""


def fresh_start(first: date, currency: str) -> Draft:
    """Search ads for those who switch vendors."""
    return Draft(
        name="Fresh start",
        kind=Kind.SEARCH_ADS,
        audience="Shops and offices with 5 to 50 people that switch vendors",
        offer="Three months free with a yearly contract",
        terms="New customers only. Signed within 30 days of the first call. Twelve months "
        "minimum, then monthly.",
        price="From 49 EUR a month and seat group, after the free months",
        talking_points="Set-up takes one day and is free.\n"
        "Their data moves with them; we do it.\n"
        "Nobody else includes support in the base price.",
        objections="“We are bound to our vendor until June.” The free months begin when they end.\n"
        "“Moving is too much work.” We move everything, in one day.",
        channels=("Google Ads", "Landing page"),
        materials=(("Price list", "https://example.com/prices"),
                   ("One page to send", "https://example.com/fresh-start.pdf")),
        starts_on=first,
        ends_on=first + timedelta(days=45),
        budget=Money(1_200_000, currency),
        expected_leads=60,
        expected_customers=8,
        target_cost_per_lead=Money(12_000, currency),
        utm_campaign=FRESH_START,
        late_callers="The free months are over. A month free with two years is possible.",
    )  # fmt: skip


def retail_webinar(first: date, currency: str) -> Draft:
    """A webinar, and a free audit for those who came."""
    return Draft(
        name="Retail webinar",
        kind=Kind.WEBINAR,
        audience="Owners of two or more shops",
        offer="A free audit of one shop, worth 900 EUR",
        terms="For participants of the webinar. One audit a company.",
        talking_points="Ask which shop loses most.\nThe audit takes two hours on site.",
        channels=("Webinar", "Email"),
        starts_on=first,
        ends_on=first + timedelta(days=30),
        budget=Money(450_000, currency),
        expected_leads=25,
        expected_customers=4,
        target_cost_per_lead=Money(15_000, currency),
        utm_campaign=RETAIL,
    )


def chains(first: date, currency: str) -> Draft:
    """What sales asked for, as marketing proposes it."""
    return Draft(
        name="Chains of five and more",
        kind=Kind.EMAIL,
        audience="Companies with five or more shops",
        offer="One contract for all shops, the smallest two free for a year",
        terms="Five shops or more under one owner. Two years.",
        talking_points="One invoice, one contact person.\nShops that close leave the contract.",
        channels=("Email", "Field sales"),
        starts_on=first + timedelta(days=21),
        ends_on=first + timedelta(days=80),
        budget=Money(600_000, currency),
        expected_leads=40,
        expected_customers=6,
        target_cost_per_lead=Money(15_000, currency),
        utm_campaign="chains-2026",
    )


CHAINS_LINES = (("Mailing", 350_000), ("Landing page", 250_000))
"""The proposal's budget by line, in minor units."""

STRICTER = "New customers only. Signed within 14 days of the first call. Twelve months minimum."
"""Terms that changed while the campaign ran."""

REQUESTS = (
    ("ben", "A price for chains: one contract for all of their shops",
     "Chains of five and more", "Three owners asked within a week, one left for that reason."),
    ("aylin", "A short comparison with the two vendors that everybody names",
     "Offices that compare", "“Send me one page that I can show my partner.”"),
)  # fmt: skip

DAILY_SPEND = {FRESH_START: (("Google Ads", 9_800), ("Landing page", 1_500)),
               RETAIL: (("Webinar platform", 4_000), ("Email", 900))}  # fmt: skip
"""By campaign, the lines with their cost a day in minor units."""

STANDUP: Mapping[str, Mapping[Theme, str]] = {
    "sofia": {
        Theme.PLANS: "Call back the four of yesterday, then the webinar list.",
        Theme.FOCUS: "Fresh start: two of them decide this week.",
        Theme.WORKED: "Mornings before ten: five of six picked up.",
        Theme.BLOCKERS: "The price list on the landing page still shows last year's prices.",
    },
    "ben": {
        Theme.PLANS: "Offers for Kestrel and Vireo.",
        Theme.IDEAS: "Let those who won an audit bring a second shop owner along.",
        Theme.FAILED: "Two leads of the webinar had never heard of us.",
    },
    "mara": {
        Theme.PLANS: "New ads for Fresh start, the proposal for chains.",
        Theme.EFFECTIVENESS: "Search brings twice the leads of last month at the same cost.",
        Theme.PRODUCT: "The one-page comparison is in review.",
    },
    "jonas": {
        Theme.PLANS: "Follow-up mail to everyone who came to the webinar.",
        Theme.BLOCKERS: "I do not know which audits have taken place.",
        Theme.CHANNELS: "Half of the questions come by phone, so the number goes to the top.",
    },
}
"""What each says, by what a question is about; the rest stays silent or says little."""

NOTES = (
    "Three sites, one decides for all. Wants the offer by Thursday.",
    "Their contract with the other vendor ends in March.",
    "Asked twice about the integration with the shop; I sent the guide.",
    "Needs 25 seats now, and more after the summer.",
)
"""What salespeople wrote about qualified leads."""
