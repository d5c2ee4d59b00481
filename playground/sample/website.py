"""The sample website: its visitors, and what they write."""

import random
from itertools import cycle, product

_FIRST = "Anna Luca Priya Tom Elena Kofi Marta Hugo Ines Yusuf Greta Paul Noor Felix Lena".split()  # noqa: SIM905
_LAST = "Berger Moretti Shah Hughes Popova Mensah Silva Laurent Costa Kaya Holm Fischer".split()  # noqa: SIM905
_COMPANIES = [
    "Nordwind Logistics", "Brasserie Lumen", "Kestrel Robotics", "Alpine Dental", "Atelier Sanne",
    "Hafen Coffee Roasters", "Vireo Health", "Bluefin Seafood", "Studio Okapi", "Larch & Co.",
]  # fmt: skip
# Germany's regulator keeps these blocks of a thousand numbers for fiction: nobody is called.
_FICTION = ["30 23125", "69 90009", "40 66969", "221 4710", "89 99998"]
_TITLES = ["Owner", "Operations manager", "Head of purchasing", "Office manager", "CTO"]
_WISHES = [
    "We open a second site in spring. What would the starter package cost for 12 people?",
    "Please call me back, mornings are best. We want to switch before the end of the quarter.",
    "Does the free trial include the integration with our shop?",
    "Saw you at the fair. Can you send an offer for 40 seats?",
    "We compare three vendors and decide this week.",
    "Just looking for prices, thank you.",
]


class Website:
    """Its visitors raise a hand, and nobody twice: who came back would get no card of their own."""

    def __init__(self) -> None:
        self.chance = random.Random(7)  # noqa: S311 - the same sample every time
        names = list(product(_FIRST, _LAST))
        self.chance.shuffle(names)
        self._visitors = enumerate(cycle(names), 100)

    def lead(self, code: str | None) -> dict[str, str]:
        """What the website sends of its next visitor."""
        chance = self.chance
        number, (first, last) = next(self._visitors)
        body = {
            "external_id": f"sample-{number}-{chance.getrandbits(48):012x}",
            "first_name": first,
            "last_name": last,
            "company": chance.choice(_COMPANIES),
            "job_title": chance.choice(_TITLES),
            "email": f"{first}.{last}{'' if number < 280 else number}@example.com".lower(),
            "phone": f"+49 {_FICTION[number // 1000 % len(_FICTION)]}{number % 1000:03}",
            "country": "DE",
            "message": chance.choice(_WISHES),
        }
        return body | ({"utm_campaign": code} if code else {})
