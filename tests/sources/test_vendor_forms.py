"""Whatever form somebody builds with a vendor's tools: who can be reached is, and no answer of it
is lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sources import SOURCES
from bot.sources.lead_payload import LeadPayload
from bot.words import plain_words
from tests.sources.vendor_forms import (
    IS_REACHABLE_BY,
    WRITERS,
    Asked,
    Form,
    Written,
    written,
)

# Words for nothing, which a vendor sends for what was left empty.
NOTHING = {"", "NULL", "null", "N/A", "#N/A", "-"}


def parsed(slug: str, body: bytes, content_type: str) -> LeadPayload:
    source = SOURCES[slug]
    if source.fetching:
        return source.fetching.parse(body)
    [found] = source.parse(body, content_type)
    assert isinstance(found, LeadPayload)
    return found


def kept(payload: LeadPayload) -> list[tuple[str, str]]:
    """Every question with its answer, and our fields by their names."""
    facts = payload.model_dump(mode="json", exclude={"answers"}, exclude_none=True)
    if payload.consent:  # it says no more than whether
        facts["consent"] = "Yes 0 1"
    pairs = [*facts.items(), *((each["question"], each["answer"]) for each in payload.answers)]
    return [(plain_words(name), " ".join(str(value).casefold().split())) for name, value in pairs]


_ASKED_BY_THEMSELVES = {
    "zoom": ("email", "phone"),
    "hubspot": ("email", "phone"),
    "calendly": ("email",),
}


def is_called_otherwise(slug: str, each: Asked) -> bool:
    """Whether a vendor asks this itself, or does not tell how several answers' question is called
    that has no Latin letters."""
    own = _ASKED_BY_THEMSELVES.get(slug, ())
    return each.kind in own or (slug == "jotform" and len(each.texts) > 1)


def words(label: str) -> str:
    return plain_words(label).replace(" ", "")


@pytest.mark.parametrize("slug", WRITERS)
@settings(max_examples=20)
@given(data=st.data())
def test_who_can_be_reached_is_and_no_answer_is_lost(slug: str, data: st.DataObject) -> None:
    form, sent = data.draw(written(slug))
    hold(slug, form, sent)


def hold(slug: str, form: Form, sent: Written) -> None:
    payload = parsed(slug, *sent)
    texts = {text for each in form for text in each.texts}
    if any("@" in text for text in texts & IS_REACHABLE_BY):
        assert payload.email
    if any("@" not in text for text in texts & IS_REACHABLE_BY):
        assert payload.phone
    found = kept(payload)
    for each in form:
        for label, answers in each.pairs:
            for answer in set(answers) - NOTHING:
                text = " ".join(answer.casefold().split())
                names = [name for name, value in found if text in value]
                assert names, f"{label}: {text} is lost"
                if not is_called_otherwise(slug, each):
                    assert any(words(label) in words(name) for name in names), label
