"""Labels as vendors and people write them: what they mean, and that no answer is lost."""

import csv
import json
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.countries import country_code, country_of_zone
from bot.sheet import read_sheet
from bot.sources import SOURCES
from bot.sources.columns import guess, read_row
from bot.sources.labels import canonical, facts, is_known, named, split_name
from bot.sources.lead_payload import Consent, LeadPayload, read

# Written down from forms and exports, and not from what our module knows.
IN_LANGUAGES: dict[str, tuple[str, str, str, str, str]] = {
    #      first name, last name, e-mail, phone, company
    "en": ("First Name", "Last Name", "Email Address", "Phone Number", "Company"),
    "uk": ("Forename", "Surname", "E-mail", "Mobile", "Organisation"),
    "de": ("Vorname", "Nachname", "E-Mail-Adresse", "Telefonnummer", "Unternehmen"),
    "at": ("Vorname", "Familienname", "E-Mail", "Handynummer", "Firma"),
    "es": ("Nombre", "Apellidos", "Correo electrónico", "Teléfono", "Empresa"),
    "fr": ("Prénom", "Nom de famille", "Adresse e-mail", "Numéro de téléphone", "Société"),
    "it": ("Nome", "Cognome", "Indirizzo email", "Numero di telefono", "Azienda"),
    "pt": ("Nome", "Sobrenome", "E-mail", "Telefone", "Empresa"),
    "nl": ("Voornaam", "Achternaam", "E-mailadres", "Telefoonnummer", "Bedrijfsnaam"),
    "pl": ("Imię", "Nazwisko", "Adres e-mail", "Numer telefonu", "Nazwa firmy"),
    "ru": ("Имя", "Фамилия", "Электронная почта", "Телефон", "Компания"),
}
FIELDS = ("first_name", "last_name", "email", "phone", "company")
DECORATIONS = (
    "{}", "{} *", "{}:", "{}?", " {} ", "{} (required)", "{} (optional)", "* {}", "<b>{}</b>",
    "📧 {}", "1. {}", "Your {}", "{} 1",
)  # fmt: skip


@pytest.mark.parametrize("decoration", DECORATIONS)
@pytest.mark.parametrize("language", IN_LANGUAGES)
def test_a_form_is_understood_in_its_language_and_decorated(language: str, decoration: str) -> None:
    values = ("Mia", "Mohr", "mia@example.org", "+49 30 23125001", "Mohr & Co")
    labels = [decoration.format(label) for label in IN_LANGUAGES[language]]
    payload = read(facts(zip(labels, values, strict=True)))
    assert [getattr(payload, field) for field in FIELDS] == list(values)
    assert payload.unplaced == []


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("q4_email4", "email"), ("phoneNumber6", "phone"), ("companyName9", "company"),
        ("fullName3 - first", "first_name"), ("Name (First)", "first_name"),
        ("Name - Last Name", "last_name"), ("Phone (optional)", "phone"),
        ("correo_electrónico", "email"), ("número_de_teléfono", "phone"),
        ("nombre_completo", "full_name"), ("Additional email addresses", "email"),
        ("E-mail 1 - Value", "email"), ("Organization 1 - Name", "company"),
        ("Organization 1 - Title", "job_title"), ("FNAME", "first_name"), ("LNAME", "last_name"),
        ("What is your email address?", "email"), ("Email (we never share it)", "email"),
        ("Telefonnummer – für Rückfragen", "phone"), ("First and last name", "full_name"),
        ("Imię i nazwisko", "full_name"), ("Nom et prénom", "full_name"), ("ФИО", "full_name"),
        ("Kunde Mail", "email"), ("Contact Number", "phone"), ("WhatsApp", "phone"),
        ("Your details – Email", "email"), ("{{field:1}}, your e-mail?", "email"),
        ("Wie lautet Ihre E-Mail-Adresse?", "email"), ("Stanowisko", "job_title"),
        ("País", "country"), ("Сообщение", "message"), ("Ihre Nachricht", "message"),
        ("utm_campaign", "utm_campaign"), ("Country/Region Name", "country"),
        ("Email opt-in", "consent"), ("Werbeeinwilligung", "consent"),
        ("Opt-in Status", "consent"), ("Datenschutz akzeptiert", "consent"),
        ("gdpr_consent", "consent"), ("I agree to receive marketing emails", "consent"),
        ("Ich bin einverstanden, dass ihr mich kontaktiert", "consent"),
        ("Einwilligung zur Datenschutzerklärung (Pflichtfeld)", "consent"),
    ],
)  # fmt: skip
def test_a_label_means_what_its_words_say(label: str, field: str) -> None:
    assert canonical(label) == field


@pytest.mark.parametrize(
    "label",
    ["E-mail 1 - Type", "Email Type", "Company size", "Product name", "Event: Name",
     "Contact owner", "Lead Status", "Email opt-out", "Email or phone", "E-Mail oder Telefon",
     "Accepted", "Consent date", "Number of Employees", "Kundentyp", "Company domain name",
     "Date of birth", "Address", "id", "Q1", "", "???", "1", "x" * 5_000],
)  # fmt: skip
def test_a_label_of_something_else_means_no_field(label: str) -> None:
    assert canonical(label) is None


def test_an_address_and_a_number_are_known_without_their_label() -> None:
    payload = read(facts([("Osoite", "mia@example.org"), ("Numero", "+49 30 23125001")]))
    assert (payload.email, payload.phone) == ("mia@example.org", "+49 30 23125001")
    assert read(facts([("Wo", "030 23125001")])).phone == "030 23125001"
    assert read(facts([("E-Mail oder Telefon", "030 23125001")])).phone == "030 23125001"
    assert read(facts([("Name", "mia@example.org")])).email == "mia@example.org"


@pytest.mark.parametrize(
    ("pairs", "name"),
    [
        ([("Name", "Anouk"), ("Surname", "Bakker")], ("Anouk", "Bakker")),
        ([("Surname", "de Vries"), ("Name", "Bram de Vries")], ("Bram", "de Vries")),
        ([("Vorname", "Mia"), ("Name", "Mohr")], ("Mia", "Mohr")),
        ([("Prénom", "Mia"), ("Nom", "Mia Mohr")], ("Mia", "Mohr")),
        ([("Name", "Ada Lovelace")], ("Ada", "Lovelace")),
        ([("Name", "Lovelace, Ada")], ("Ada", "Lovelace")),
        ([("Name", "Cher")], ("Cher", None)),
        ([("Name", "Herr Dr. Rolf Reuter")], ("Rolf", "Reuter")),
        ([("Name", "Frau Prof. Dr.-Ing. Eva von Ahn")], ("Eva", "von Ahn")),
        ([("Name", "Reuter, Dr. Rolf")], ("Rolf", "Reuter")),
        ([("Name", "Mr. Rolf Reuter"), ("Surname", "Reuter")], ("Rolf", "Reuter")),
        ([("Name", "Frau Reuter")], (None, "Reuter")),
        ([("Name", "Herr, Michael")], ("Michael", "Herr")),
        ([("Name", "Herr")], ("Herr", None)),
        ([("Name", "Miss")], ("Miss", None)),
    ],
)
def test_a_name_is_what_the_name_beside_it_is_not(
    pairs: list[tuple[str, str]], name: tuple[str | None, str | None]
) -> None:
    payload = read(facts([*pairs, ("Email", "x@example.org")]))
    assert (payload.first_name, payload.last_name) == name
    assert payload.unplaced == []


def test_a_name_beside_both_of_its_parts_is_shown_where_it_is_another() -> None:
    both = [("First name", "Ada"), ("Last name", "King"), ("Email", "x@example.org")]
    assert read(facts([*both, ("Name", "Ada King")])).unplaced == []
    assert shown(read(facts([*both, ("Name", "Lady L")]))) == [("Name", "Lady L")]
    assert split_name({"full_name": "Ada Lovelace"}) == {
        "first_name": "Ada", "last_name": "Lovelace",
    }  # fmt: skip


def test_what_is_asked_twice_or_unknown_is_shown_under_its_question() -> None:
    payload = read(
        facts([
            ("Email", "a@example.org"), ("Work email", "b@example.org"), ("Budget", "10k"),
            ("Message", "Hello"), ("Comments", "Call me"), ("Phone", "soon"),
        ])
    )  # fmt: skip
    assert (payload.email, payload.message) == ("a@example.org", "Hello")
    assert shown(payload) == [
        ("Work email", "b@example.org"), ("Budget", "10k"), ("Comments", "Call me"),
        ("Phone", "soon"),
    ]  # fmt: skip
    assert payload.unplaced[-1]["problem"] == "is not a phone number"


@pytest.mark.parametrize(
    ("question", "answer", "granted", "wording"),
    [
        ("Werbeeinwilligung", "nein", False, "Werbeeinwilligung"),
        ("Opt-in Status", "unsubscribed", False, "Opt-in Status"),
        ("Datenschutz akzeptiert", "nein", False, "Datenschutz akzeptiert"),
        ("gdpr_consent", "I agree to be contacted", True, "I agree to be contacted"),
        ("gdpr_consent", "I do not agree to be contacted", False, "I do not agree to be contacted"),
        ("Consent", "Ich stimme nicht zu.", False, "Ich stimme nicht zu."),
        ("I accept the Privacy Policy", "false", False, "I accept the Privacy Policy"),
    ],
)
def test_consent_is_given_or_refused_in_a_word_or_a_sentence(
    question: str, answer: str, granted: bool, wording: str
) -> None:
    email = ("Email", "a@example.org")
    for payload in (
        read(facts([email, (question, answer)])),
        read(named([email, (question, answer)])),
    ):
        assert agreed(payload) == (granted, wording)
        assert payload.unplaced == []


@pytest.mark.parametrize("answer", ["I agree that you do not call me", "maybe", "soon"])
def test_consent_that_is_not_sure_is_an_answer(answer: str) -> None:
    payload = read(facts([("Email", "a@example.org"), ("Consent", answer)]))
    assert payload.consent is None
    assert shown(payload) == [("Consent", answer)]


def test_of_several_questions_for_consent_the_one_that_was_refused_counts() -> None:
    asked = [("Email", "a@example.org"), ("Newsletter", "ja"), ("Werbeeinwilligung", "nein"),
             ("Opt-in Status", "unsubscribed")]  # fmt: skip
    payload = read(facts(asked))
    assert agreed(payload) == (False, "Werbeeinwilligung")
    assert shown(payload) == [("Newsletter", "ja"), ("Opt-in Status", "unsubscribed")]


def test_a_refusal_counts_beside_consent_by_our_own_name_but_for_the_purposes_that_it_names() -> (
    None
):
    sent = {"email": "a@example.org", "consent": True, "newsletter": "no"}
    payload = read(named(sent.items()))
    assert agreed(payload) == (False, "newsletter")
    assert shown(payload) == [("Consent", "yes")]
    given = {"granted": True, "wording": "v3", "purposes": ["calls"]}
    payload = read(named((sent | {"consent": given}).items()))
    assert payload.consent == Consent.model_validate(given)
    assert shown(payload) == [("newsletter", "no")]
    sentence = read(named((sent | {"consent": "I agree to calls", "newsletter": ""}).items()))
    assert agreed(sentence) == (True, "I agree to calls")


def test_our_own_names_stand_beside_those_of_others() -> None:
    sent = {"email": "a@example.org", "E-Mail": "b@example.org", "First Name": "Zap", "phone": "",
            "contact": {"company": "Acme", "floor": 3}, "budget": None}  # fmt: skip
    payload = read(named(sent.items()))
    assert (payload.email, payload.first_name, payload.company) == ("a@example.org", "Zap", "Acme")
    assert shown(payload) == [("E-Mail", "b@example.org"), ("contact - floor", "3")]


def agreed(payload: LeadPayload) -> tuple[bool, str | None]:
    assert payload.consent is not None
    return payload.consent.granted, payload.consent.wording


def shown(payload: LeadPayload) -> list[tuple[str, str]]:
    return [(each["question"], each["answer"]) for each in payload.unplaced]


@pytest.mark.parametrize(
    ("written", "code"),
    [("DE", "DE"), ("de", "DE"), ("DEU", "DE"), ("Germany", "DE"), ("Deutschland", "DE"),
     ("Alemania", "DE"), ("Allemagne", "DE"), ("Германия", "DE"), ("Niemcy", "DE"), ("UK", "GB"),
     ("England", "GB"), ("USA", "US"), ("U.S.A.", "US"), ("the Netherlands", "NL"),
     ("Holland", "NL"), ("Czech Republic", "CZ"), ("Côte d'Ivoire", "CI"), ("Türkiye", "TR"),
     ("Turkey", "TR"), ("Europe", None), ("XX", None), ("", None), ("+49", None)],
)  # fmt: skip
def test_a_country_is_known_by_name_as_by_code(written: str, code: str | None) -> None:
    assert country_code(written) == code


def test_a_workspace_has_the_country_of_its_zone() -> None:
    assert country_of_zone("Europe/Vienna") == "AT"
    assert country_of_zone("Asia/Calcutta") == "IN"
    assert country_of_zone("UTC") is None


# Forms and lists as vendors build them.
NOTATIONS = st.sampled_from(
    ["+49 30 23125001", "0049 30 23125001", "030 23125001", "030/23125001", "(030) 2312 50 01",
     "+493023125001", "p:+493023125001", "030-23125001", "+49 (0)30 23125001"]
)  # fmt: skip
ADDRESSES = st.sampled_from(
    ["mia@example.org", "Mia.Mohr@Example.org", "mailto:mia@example.org", "Mia <mia@example.org>",
     "mia@example.org, m@example.org"]
)  # fmt: skip
NONSENSE = st.sampled_from(["n/a", "-", "N/A", "ina@gmail", "4.9E+11", "soon", "x" * 1_500, "NULL"])
ASKED = st.sampled_from(
    ["How many seats?", "Welches Produkt?", "Budget", "When do you want to buy?", "Kundentyp",
     "Отрасль", "Uwagi", "Datum", "Country", "Message", "Newsletter", "Company size", "Column 7",
     "utm_term", "Job title", "Name", "Owner"]
)  # fmt: skip
SAID = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Z"]), min_size=1, max_size=30)


@st.composite
def forms(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Questions with answers, at least one of which is a way to reach the person."""
    labels = IN_LANGUAGES[draw(st.sampled_from(sorted(IN_LANGUAGES)))]
    decoration = draw(st.sampled_from(DECORATIONS))
    ways = draw(st.sampled_from(["email", "phone", "both"]))
    email = draw(ADDRESSES if ways != "phone" else NONSENSE)
    phone = draw(NOTATIONS if ways != "email" else NONSENSE)
    answers = (draw(SAID), draw(SAID), email, phone, draw(SAID))
    pairs = [(decoration.format(each), text) for each, text in zip(labels, answers, strict=True)]
    pairs += draw(st.lists(st.tuples(ASKED, SAID | NONSENSE), max_size=5))
    return draw(st.permutations(pairs))


NOTHING = {"", "NULL", "null", "N/A", "#N/A", "-"}


def hold(payload: LeadPayload, pairs: list[tuple[str, str]]) -> None:
    assert payload.email or payload.phone
    kept = {(each["question"], each["answer"]) for each in payload.answers}
    for question, answer in pairs:
        assert answer.strip() in NOTHING or (question.strip(), answer.strip()) in kept
    for each in payload.answers:
        field = each.get("field")
        if field not in (None, "full_name", "country", "consent", "submitted_at"):
            value = getattr(payload, field)
            assert (
                value is not None
                or not any(map(str.isalnum, each["answer"]))
                or (each["answer"] == "n/a")
            )


@settings(max_examples=200)
@given(pairs=forms())
def test_a_reachable_person_is_never_refused_and_no_answer_of_a_form_is_lost(
    pairs: list[tuple[str, str]],
) -> None:
    hold(read(facts(pairs)), pairs)


@settings(max_examples=60)
@given(pairs=forms())
def test_nor_over_our_own_api(pairs: list[tuple[str, str]]) -> None:
    sent = dict(pairs)
    payload = read(named(sent.items()))
    others = [
        # What does not fit into a field of ours is an answer under the field's title.
        (name.replace("_", " ").capitalize() if name in LeadPayload.model_fields else name, text)
        for name, text in sent.items()
        if getattr(payload, name, None) != text
    ]
    hold(payload, others)


@settings(max_examples=100)
@given(
    pairs=forms(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
    delimiter=st.sampled_from(",;\t"),
    above=st.sampled_from(["", "Report\n", "Report\n\nGenerated: today\n"]),
)
def test_nor_of_a_list(
    pairs: list[tuple[str, str]], encoding: str, delimiter: str, above: str
) -> None:
    text = StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows(zip(*pairs, strict=True))
    sheet = read_sheet(BytesIO((above + text.getvalue()).encode(encoding)), is_known)
    rows = list(sheet.rows)
    assert len(rows) == 1
    hold(read_row(sheet.header, guess(sheet.header, rows), rows[0]), pairs)


def test_a_form_keeps_boxes_of_one_name_and_what_it_asked_beside() -> None:
    body = b"name=Gil+Gans&email=f4%40example.org&interest=demo&interest=prices&budget=10000"
    [payload] = SOURCES["form"].parse(body, "application/x-www-form-urlencoded")
    assert isinstance(payload, LeadPayload)
    assert (payload.first_name, payload.last_name) == ("Gil", "Gans")
    assert shown(payload) == [("interest", "demo, prices"), ("budget", "10000")]
    twice = b"email=f4%40example.org&message=one&message=two"
    [payload] = SOURCES["form"].parse(twice, "application/x-www-form-urlencoded")
    assert isinstance(payload, LeadPayload)
    assert (payload.message, shown(payload)) == ("one", [("message", "two")])


TOKENS = ("g-recaptcha-response", "h-captcha-response", "cf-turnstile-response", "csrf_token",
          "csrfmiddlewaretoken", "_csrf", "_token", "authenticity_token", "_wpcf7",
          "_wpcf7_unit_tag")  # fmt: skip


def test_what_protects_a_form_is_no_answer() -> None:
    sent = {"email": "a@example.org", "Budget": "5000"} | dict.fromkeys(TOKENS, "03AGdBq25xyz")
    for slug, body in (("api", json.dumps(sent)), ("form", urlencode(sent))):
        [payload] = SOURCES[slug].parse(body.encode(), SOURCES[slug].content_type)
        assert isinstance(payload, LeadPayload)
        assert shown(payload) == [("Budget", "5000")]
        assert [each["question"] for each in payload.answers] == ["Budget"]


PAGE = "https://example.com/lp?utm_source=google&utm_campaign=spring-offer&gclid=XYZ#top"


@pytest.mark.parametrize(
    "sent",
    [
        {"page": PAGE}, {"page_url": PAGE}, {"current_url": PAGE}, {"context": {"pageUri": PAGE}},
        {"form-submissions": [{"conversion-id": "abc", "page-url": PAGE}]},
    ],
)  # fmt: skip
def test_a_page_that_says_how_somebody_came_is_known_without_its_label(sent: Any) -> None:
    payload = read(named(({"email": "a@example.org"} | sent).items()))
    assert (payload.landing_url, payload.utm_campaign) == (PAGE, "spring-offer")
    assert (payload.utm_source, payload.gclid) == ("google", "XYZ")
    assert PAGE not in [answer for _, answer in shown(payload)]


@pytest.mark.parametrize(
    "text", ["https://example.com/lp", "see https://example.com/?gclid=X", "gclid=X", "utm_term=x",
             "https://example.com/?my_utm_source=x"]
)  # fmt: skip
def test_any_other_page_is_an_answer(text: str) -> None:
    payload = read(facts([("Email", "a@example.org"), ("Where?", text)]))
    assert payload.landing_url is None
    assert shown(payload) == [("Where?", text)]


def test_hubspots_names_are_read_where_they_stand_within_others() -> None:
    workflow: dict[str, Any] = {"properties": {
        "email": {"value": "bea@example.org"},
        "firstname": {"value": "Bea", "versions": [{"value": "Bea", "source-type": "FORM"}]},
        "lastname": {"value": "Bauer"}, "mobilephone": {"value": "0171 3920004"},
        "company": {"value": "Bauer AG"}, "jobtitle": {"value": "CEO"}}}  # fmt: skip
    fields = [{"objectTypeId": "0-1", "name": name, "value": each["value"]}
              for name, each in workflow["properties"].items()]  # fmt: skip
    for sent in (workflow, {"fields": fields}):
        payload = read(named(sent.items()))
        assert [getattr(payload, field) for field in FIELDS] == [
            "Bea", "Bauer", "bea@example.org", "0171 3920004", "Bauer AG",
        ]  # fmt: skip
        assert payload.job_title == "CEO"
        assert len(shown(payload)) <= 1  # what HubSpot knows of a name is one line
