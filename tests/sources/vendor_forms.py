"""Forms as people build them and as each vendor sends them: strategies for the property tests.

They are written from the vendors' documents and from what forms look like, not from our parsers.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st

# Questions in the nine languages, and as programs name them: first name, last name, e-mail, phone,
# company, anything.
LANGUAGES: dict[str, tuple[str, str, str, str, str, str]] = {
    "en": ("First name", "Last name", "E-mail", "Phone number", "Company", "How many seats?"),
    "de": ("Vorname", "Nachname", "E-Mail-Adresse", "Telefon", "Firma", "Wie viele Plätze?"),
    "es": ("Nombre", "Apellidos", "Correo electrónico", "Teléfono", "Empresa", "¿Cuántos puestos?"),
    "fr": ("Prénom", "Nom de famille", "Adresse e-mail", "Numéro de téléphone", "Société",
           "Combien de places ?"),
    "it": ("Nome", "Cognome", "Indirizzo e-mail", "Numero di telefono", "Azienda", "Quanti posti?"),
    "pt": ("Nome", "Sobrenome", "E-mail", "Telefone", "Empresa", "Quantos lugares?"),
    "nl": ("Voornaam", "Achternaam", "E-mailadres", "Telefoonnummer", "Bedrijf", "Hoeveel?"),
    "pl": ("Imię", "Nazwisko", "Adres e-mail", "Numer telefonu", "Firma", "Ile miejsc?"),
    "program": ("first_name", "last_name", "email", "phone", "company", "seats"),
    "ru": ("Имя", "Фамилия", "Электронная почта", "Телефон", "Компания", "Сколько мест?"),
}  # fmt: skip
_DECORATIONS = ("{}", "{} *", "{}:", "{} (optional)", "1. {}", "👉 {}", "*{}*", "<b>{}</b>", "{} 2",
                "Step 1 - {}", "{}\n", "{{{{field:01ab}}}}, {}")  # fmt: skip
# What says nothing of an address or a number, and holds one nevertheless.
_HOW_TO_REACH = ("How can we get back to you?", "Wo erreichen wir Sie?", "Your details", "Osoite",
                 "Contact", "E-mail or phone", "Name", "Company", "Anything else?")  # fmt: skip
_OTHERS = ("Budget", "When do you want to buy?", "Kundentyp", "Отрасль", "Uwagi", "Country", "Date",
           "Message", "Comments", "Newsletter", "Job title", "Website", "Owner", "id", "Type",
           "utm_term", "Score", "Anrede", "PLZ", "q1", "x", "Email opt-in", "country", "consent",
           "message", "submitted_at", "landing_url", "job_title", "answers")  # fmt: skip
_OPTIONS = ("Demo", "Prices, and terms", "1-10", "Sonstiges: …", "Yes", "DE", "0")

_ADDRESSES = ("mia@example.org", "Mia.Mohr+news@Example.com", "m_m@mail.example.net")
_NUMBERS = ("+49 30 23125001", "+493023125002", "0049 30 23125003", "+44 20 7946 0018",
            "+1 212 555 0123", "+49 171 3920001")  # fmt: skip
_NATIONAL = ("030 23125001", "(030) 23125-002", "0171/3920003")
_NO_WAYS = ("mia@example", "n/a", "-", "", "soon", "4.9E+11", "none", "N/A", "call me!", "0")
_LETTERS = st.characters(exclude_categories=["Cs", "Cc", "Cf", "Co", "Cn", "Z"])
_SAID = (
    st.text(_LETTERS, min_size=1, max_size=12)
    | st.lists(st.text(_LETTERS, min_size=1, max_size=6), min_size=2, max_size=3).map("\n".join)
    | st.sampled_from(["12", "2026-03-01 09:00", "https://example.com/a?b=c&d", "x" * 1_500,
                       "10.000 €", "Yes", "{{field}}", "<b>no</b>", "a, b", "01/02/2026"])
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A question, and what was answered: its texts, or those of each row of a matrix."""

    label: str
    kind: str
    texts: tuple[str, ...] = ()
    rows: Mapping[str, tuple[str, ...]] | None = None

    @property
    def pairs(self) -> list[tuple[str, tuple[str, ...]]]:
        """Each question with its answers."""
        return [(self.label, self.texts)] if self.rows is None else [*self.rows.items()]


Form = list[Asked]
IS_REACHABLE_BY = frozenset(_ADDRESSES + _NUMBERS + _NATIONAL)


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """A form that somebody filled in who can be reached."""
    first, last, email, phone, company, other = LANGUAGES[draw(st.sampled_from(sorted(LANGUAGES)))]
    labels = st.sampled_from(_DECORATIONS)

    def label(text: str) -> str:
        return draw(labels).format(text)

    fields = [
        Asked(label(first), "text", (draw(_SAID),)),
        Asked(label(last), "text", (draw(_SAID),)),
        Asked(label(company), "text", (draw(_SAID),)),
        Asked(label(other), "text", (draw(_SAID),)),
    ]
    fields += draw(st.lists(_questions(), max_size=4))
    fields = draw(st.lists(st.sampled_from(fields), unique_by=lambda each: each.label, max_size=6))
    by = draw(st.sampled_from(["email", "phone", "both", "unknown label", "words"]))
    if by in ("unknown label", "words"):
        way = draw(st.sampled_from(_ADDRESSES + _NUMBERS))
        way = f"Best reach me at {way} (mornings)." if by == "words" else way
        fields.append(Asked(draw(st.sampled_from(_HOW_TO_REACH)), "text", (way,)))
    addresses = _ADDRESSES if by in ("email", "both") else _NO_WAYS
    numbers = _NUMBERS + _NATIONAL if by in ("phone", "both") else _NO_WAYS
    if by not in ("unknown label", "words") or draw(st.booleans()):
        fields.append(Asked(label(email), "email", (draw(st.sampled_from(addresses)),)))
    if by not in ("unknown label", "words") or draw(st.booleans()):
        fields.append(Asked(label(phone), "phone", (draw(st.sampled_from(numbers)),)))
    return draw(st.permutations(fields if draw(st.booleans()) else _unique(fields)))


@st.composite
def _questions(draw: st.DrawFn) -> Asked:
    label, kind = draw(st.sampled_from(_OTHERS)), draw(st.sampled_from(_KINDS))
    some = st.lists(st.sampled_from(_OPTIONS), min_size=1, max_size=3, unique=True).map(tuple)
    if kind == "matrix":
        rows = draw(
            st.dictionaries(st.sampled_from(["Price", "Der Service", "3"]), some, max_size=2)
        )
        return Asked(label, kind, (), rows)
    answers = draw(some) if kind in ("choice", "choices") else (draw(_SAID),)
    return Asked(label, kind, answers[:1] if kind == "choice" else answers)


_KINDS = ("text", "long", "choice", "choices", "matrix", "hidden", "file")


def _unique(fields: Sequence[Asked]) -> Form:
    """Where no two fields may have one name, they are numbered."""
    seen: dict[str, int] = {}
    found = []
    for each in fields:
        seen[each.label] = count = seen.get(each.label, 0) + 1
        found.append(each if count == 1 else replace(each, label=f"{each.label} {count}"))
    return found


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


Written = tuple[bytes, str]
"""A body and its content type."""


def typeform(form: Form, draw: st.DrawFn) -> Written:
    fields: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []
    form = _unique(form)
    hidden = {each.label: each.texts[0] for each in form if each.kind == "hidden"}
    for number, each in enumerate(each for each in form if each.kind != "hidden"):
        question, given = _typeform_question(each, f"f{number}", draw)
        fields.append(question)
        answers += given
    if len(fields) > 2 and draw(st.booleans()):  # the first two are a group
        inner = {"fields": fields[:2]}
        fields[:2] = [{"id": "g", "type": "group", "title": "About you", "properties": inner}]
    response = {
        "form_id": "F", "token": "t1", "submitted_at": "2026-06-01T09:00:00Z",
        "definition": {"id": "F", "title": "Lead", "fields": fields},
        "answers": answers, "hidden": hidden, "calculated": {"score": 0},
    }  # fmt: skip
    return _json({"event_type": "form_response", "form_response": response}), "application/json"


def _typeform_question(
    each: Asked, key: str, draw: st.DrawFn
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    question: dict[str, Any] = {"id": key, "ref": f"ref-{key}", "title": each.label}
    field = {"id": key, "ref": f"ref-{key}"}
    [*texts] = each.texts
    if each.rows is not None:
        rows = list(enumerate(each.rows.items()))
        inner = [{"id": f"{key}r{n}", "type": "multiple_choice", "title": row}
                 for n, (row, _) in rows]  # fmt: skip
        answers = [{"type": "choices", "choices": {"labels": list(chosen)},
                    "field": {"id": f"{key}r{n}"}} for n, (_, chosen) in rows]  # fmt: skip
        return question | {"type": "matrix", "properties": {"fields": inner}}, answers
    if each.kind == "choices":
        other = texts.pop() if draw(st.booleans()) else None
        choices = {"ids": ["a"], "labels": texts, "other": other}
        return question | {"type": "multiple_choice"}, [
            {"type": "choices", "choices": choices, "field": field}
        ]
    if each.kind == "choice":
        choice = {draw(st.sampled_from(["label", "other"])): texts[0], "id": "a"}
        return question | {"type": "dropdown"}, [
            {"type": "choice", "choice": choice, "field": field}
        ]
    is_own = each.kind in ("email", "phone") and texts[0] in IS_REACHABLE_BY  # it checks them
    kinds = {"email": "email", "phone": "phone_number"} if is_own else {"file": "file_url"}
    kind = kinds.get(each.kind, "text")
    return question | {"type": kind}, [{"type": kind, kind: texts[0], "field": field}] if texts[
        0
    ] else []


_TALLY = {"email": "INPUT_EMAIL", "phone": "INPUT_PHONE_NUMBER", "long": "TEXTAREA",
          "hidden": "HIDDEN_FIELDS"}  # fmt: skip


def tally(form: Form, draw: st.DrawFn) -> Written:
    fields = [field for n, each in enumerate(form) for field in _tally_fields(each, f"q_{n}", draw)]
    data = {"responseId": "r1", "formId": "F", "createdAt": "2026-06-01T09:00:00.000Z",
            "fields": fields}  # fmt: skip
    return _json({"eventType": "FORM_RESPONSE", "data": data}), "application/json"


def _tally_fields(each: Asked, key: str, draw: st.DrawFn) -> list[dict[str, Any]]:
    field: dict[str, Any] = {"key": key, "label": each.label}
    if each.rows is not None:
        texts = [*dict.fromkeys(text for chosen in each.rows.values() for text in chosen)]
        columns = {text: f"c{n}" for n, text in enumerate(texts)}
        rows = {row: f"r{n}" for n, row in enumerate(each.rows)}
        return [field | {
            "type": "MATRIX",
            "value": {rows[row]: [columns[one] for one in chosen]
                      for row, chosen in each.rows.items()},
            "rows": [{"id": own, "text": row} for row, own in rows.items()],
            "columns": [{"id": own, "text": text} for text, own in columns.items()],
        }]  # fmt: skip
    if each.kind in ("choice", "choices"):
        ids = {text: f"{key}-{n}" for n, text in enumerate([*each.texts, "Not chosen"])}
        options = [{"id": own, "text": text} for text, own in ids.items()]
        chosen: Any = [ids[text] for text in each.texts]
        if each.kind == "choice" and draw(st.booleans()):
            chosen = chosen[0]
        kinds = ["CHECKBOXES", "MULTI_SELECT"] if each.kind == "choices" else ["DROPDOWN"]
        found = field | {"type": draw(st.sampled_from(kinds)), "value": chosen, "options": options}
        boxes = [
            {"key": f"{key}_{own}", "label": f"{each.label} ({text})", "type": found["type"],
             "value": own in chosen}
            for text, own in ids.items()
        ]  # fmt: skip
        return [found, *boxes] if found["type"] == "CHECKBOXES" else [found]
    if each.kind == "file":
        files = [{"id": "f", "name": "a.pdf", "url": each.texts[0], "size": 1}]
        return [field | {"type": "FILE_UPLOAD", "value": files}]
    return [field | {"type": _TALLY.get(each.kind, "INPUT_TEXT"), "value": each.texts[0] or None}]


def jotform(form: Form, draw: st.DrawFn) -> Written:
    """Its names are the first words of a label, and what is in no Latin letters has none."""
    raw: dict[str, Any] = {"slug": "submit/1/", "event_id": "1_2", "path": "/submit/1"}
    pretty = []
    for number, each in enumerate(form, 3):
        words = re.findall(r"[A-Za-z]+", each.label.replace("-", ""))[:2]
        name = (words[0].lower() + "".join(map(str.title, words[1:]))) if words else "typeA"
        key = f"q{number}_{name}" + (str(number) if draw(st.booleans()) else "")
        raw[key] = _jotform_value(each, draw)
        if each.rows is None and each.texts[0]:
            pretty.append(f"{each.label}:{' '.join(each.texts)}")
    parts = {"formID": "26", "submissionID": "59", "pretty": ", ".join(pretty),
             "rawRequest": json.dumps(raw)}  # fmt: skip
    body = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in parts.items()
    )
    return body.encode() + b"--x--\r\n", "multipart/form-data; boundary=x"


def _jotform_value(each: Asked, draw: st.DrawFn) -> Any:
    if each.rows is not None:
        return {row: list(chosen) for row, chosen in each.rows.items()}
    if each.kind in ("choices", "file"):
        return list(each.texts)
    if each.kind == "phone" and draw(st.booleans()):
        return {"full": each.texts[0]}
    return each.texts[0]


def webflow(form: Form, draw: st.DrawFn) -> Written:
    payload = {"name": "Contact", "id": "w1", "formId": "f", "data": _flat(form),
               "submittedAt": "2026-06-01T09:00:00.000Z"}  # fmt: skip
    return _json({"triggerType": "form_submission", "payload": payload}), "application/json"


def _flat(form: Form) -> dict[str, Any]:
    """Labels with their values, as those send them who know nothing else."""
    return {
        label: list(texts) if len(texts) > 1 else (texts[0] if texts else "")
        for each in _unique(form)
        for label, texts in each.pairs
    }


def meta(form: Form, draw: st.DrawFn) -> Written:
    """The Graph API's answer; keys are labels in small letters."""
    fields = [
        {"name": re.sub(r"\s+", "_", label.strip().lower()), "values": list(texts)}
        for each in form
        for label, texts in each.pairs
    ]
    lead = {"id": "7", "created_time": "2026-06-01T09:00:00+0000", "field_data": fields}
    return _json(lead), "application/json"


def hubspot(form: Form, draw: st.DrawFn) -> Written:
    """The contact of its API, with what its schema says of the questions of forms."""
    own = {"email": "email", "phone": draw(st.sampled_from(["phone", "mobilephone"]))}
    properties: dict[str, str | None] = {}
    questions: dict[str, dict[str, Any]] = {}
    pairs = [(each.kind, *pair) for each in form for pair in each.pairs]
    for number, (kind, label, texts) in enumerate(pairs):
        name = own.pop(kind, f"question_{number}")
        options = {f"o{place}": text for place, text in enumerate(texts)} if len(texts) > 1 else {}
        properties[name] = ";".join(options or texts)
        if name.startswith("question_"):
            questions[name] = {"label": label, "options": options}
    contact = {"id": "7", "createdAt": "2026-06-01T09:00:00Z", "properties": properties}
    return _json(contact | {"asked": questions}), "application/json"


_GOOGLE = {"email": "EMAIL", "phone": "PHONE_NUMBER"}


def google_ads(form: Form, draw: st.DrawFn) -> Written:
    columns = []
    for each in form:
        for label, texts in each.pairs:
            own = re.sub(r"\W+", "_", label.strip().lower())[:100] or "custom"
            column = {"column_id": _GOOGLE.get(each.kind, own), "string_value": ", ".join(texts)}
            columns.append(column | {"column_name": label})
    body = {"lead_id": "l1", "form_id": 1, "campaign_id": 2, "user_column_data": columns}
    return _json(body), "application/json"


def zoom(form: Form, draw: st.DrawFn) -> Written:
    """Its own fields have its own names, all else is a question of the organizer."""
    own = {"email": "email", "phone": "phone"} if draw(st.booleans()) else {"email": "email"}
    person: dict[str, Any] = {"id": "R1", "join_url": "https://zoom.example.com/w/1"}
    person |= {own[each.kind]: each.texts[0] for each in form if each.kind in own}
    person["custom_questions"] = [
        {"title": label, "value": ", ".join(texts)}
        for each in form if each.kind not in own for label, texts in each.pairs
    ]  # fmt: skip
    webinar = {"id": "11", "topic": "Webinar", "registrant": person}
    body = {"event": "webinar.registration_created", "payload": {"object": webinar}}
    return _json(body), "application/json"


def calendly(form: Form, draw: st.DrawFn) -> Written:
    email = next((each for each in form if each.kind == "email"), None)
    invitee: dict[str, Any] = {"uri": "calendly:E/I", "name": "Ida Igel"}
    if email is not None:
        invitee["email"] = email.texts[0]
    invitee["questions_and_answers"] = [
        {"question": label, "answer": "\n".join(texts), "position": place}
        for place, (label, texts) in enumerate(
            pair for each in form if each is not email for pair in each.pairs
        )
    ]
    invitee["scheduled_event"] = {"name": "Intro", "start_time": "2026-06-02T08:00:00.000000Z"}
    return _json({"event": "invitee.created", "payload": invitee}), "application/json"


_FIELD_NAMES = ("{}", "{}", "fields[{}]", "form_fields[{}]", "contact[{}]", "data.{}")


def form(form: Form, draw: st.DrawFn) -> Written:
    """A site of one's own, in the encoding in which it is written."""
    named = draw(st.sampled_from(_FIELD_NAMES))
    pairs = [
        (named.format(label) + ("[]" if len(texts) > 1 else ""), one)
        for each in form for label, texts in each.pairs for one in texts
    ]  # fmt: skip
    encoding = draw(st.sampled_from(["utf-8", "windows-1252", "windows-1251"]))
    content_type = "application/x-www-form-urlencoded"
    try:
        body = urlencode(pairs, encoding=encoding, errors="strict").encode()
    except UnicodeEncodeError:
        return urlencode(pairs).encode(), content_type
    return body, f"{content_type}; charset={encoding}"


def api(form: Form, draw: st.DrawFn) -> Written:
    flat = _flat(form)
    names = list(flat)
    shape = draw(st.sampled_from(["flat", "nested", "listed"]))
    first, rest = names[:2], {name: flat[name] for name in names[2:]}
    if shape == "nested":
        flat = {"lead": {name: flat[name] for name in first}, **rest}
    elif shape == "listed":
        flat = {"fields": [{"label": name, "value": flat[name]} for name in first], **rest}
    return _json(flat), "application/json"


WRITERS: dict[str, Callable[[Form, st.DrawFn], Written]] = {
    "typeform": typeform, "tally": tally, "jotform": jotform, "webflow": webflow, "meta": meta,
    "hubspot": hubspot, "google_ads": google_ads, "zoom": zoom, "calendly": calendly,
    "form": form, "api": api,
}  # fmt: skip


@st.composite
def written(draw: st.DrawFn, slug: str) -> tuple[Form, Written]:
    """A form, and how this vendor sends it."""
    fields = draw(forms())
    return fields, WRITERS[slug](fields, draw)
