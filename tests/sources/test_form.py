"""Plain forms in the encodings that sites are written in."""

from urllib.parse import urlencode

import pytest

from bot.sources import SOURCES
from bot.sources.lead_payload import LeadPayload

URLENCODED = "application/x-www-form-urlencoded"


def read(body: bytes, content_type: str = URLENCODED) -> LeadPayload:
    [found] = SOURCES["form"].parse(body, content_type)
    assert isinstance(found, LeadPayload)
    return found


def written(encoding: str, **fields: str) -> bytes:
    return urlencode({"email": "a@example.org", **fields}, encoding=encoding).encode()


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("iso-8859-2", "Łukasz"), ("koi8-r", "Ольга"), ("windows-1251", "Ольга"), ("utf-8", "Jörg"),
     ("shift_jis", "花子"), ("iso-8859-1", "Jörg"), ("ISO-8859-15", "Œuvre")],
)  # fmt: skip
def test_a_form_is_read_in_the_encoding_that_it_names(encoding: str, name: str) -> None:
    header = f"{URLENCODED}; charset={encoding}"
    assert read(written(encoding, first_name=name), header).first_name == name
    announced = written(encoding, first_name=name, _charset_=encoding)
    assert read(announced).first_name == name
    assert read(announced, f"{URLENCODED}; charset=utf-8").first_name == name


def test_what_is_no_utf_8_is_windows_1252() -> None:
    payload = read(written("cp1252", first_name="Zoë", last_name="Groß", company="Größe – €"))
    assert (payload.first_name, payload.last_name) == ("Zoë", "Groß")
    assert payload.company == "Größe – €"
    parts = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    body = parts % (b"email", b"a@example.org") + parts % (b"first_name", b"Zo\xeb") + b"--x--\r\n"
    assert read(body, "multipart/form-data; boundary=x").first_name == "Zoë"


def test_what_windows_calls_latin_1_has_its_own_letters() -> None:
    body = written("cp1252", company="Müller – Söhne", _charset_="iso-8859-1")
    assert read(body).company == "Müller – Söhne"


@pytest.mark.parametrize("named", ["", "x-unknown", "base64", "idna", "rot13", "\x00", "utf-16"])
def test_an_encoding_that_no_form_is_written_in_is_none(named: str) -> None:
    payload = read(written("utf-8", first_name="Jörg", _charset_=named))
    assert payload.first_name == "Jörg"
    assert payload.unplaced == []


def test_elementors_fields_are_read_by_their_titles_and_the_form_is_nobodys_name() -> None:
    field = {"type": "tel", "required": "1", "raw_value": "0171 3920005"}
    phone = {"title": "Telefon", "value": "0171 3920005", **field}
    page = "https://example.com/?utm_campaign=spring-offer"
    sent = {
        "form[id]": "abc", "form[name]": "Kontakt",
        "fields[name][id]": "name", "fields[name][value]": "Nora Noll",
        "fields[email][value]": "nora@noll.example", "fields[email][required]": "1",
        **{f"fields[field_1][{part}]": text for part, text in phone.items()},
        "fields[field_2][title]": "Seats", "fields[field_2][value]": "12",
        "meta[page_url][title]": "Page URL", "meta[page_url][value]": page,
        "meta[remote_ip][value]": "203.0.113.4", "meta[credit][value]": "Elementor",
    }  # fmt: skip
    payload = read(urlencode(sent).encode())
    assert (payload.first_name, payload.last_name) == ("Nora", "Noll")
    assert (payload.email, payload.phone) == ("nora@noll.example", "0171 3920005")
    assert (payload.utm_campaign, payload.landing_url) == ("spring-offer", page)
    assert payload.form_id == "abc"
    shown = [(each["question"], each["answer"]) for each in payload.unplaced]
    assert shown == [("Seats", "12"), ("Form", "Kontakt")]


def test_a_builder_that_puts_form_around_names_still_may() -> None:
    payload = read(urlencode({"form[name]": "Nora Noll", "form[email]": "n@example.org"}).encode())
    assert (payload.first_name, payload.email) == ("Nora", "n@example.org")


@pytest.mark.parametrize("slug", ["form", "api"])
def test_a_form_may_come_with_the_key_of_a_program_too(slug: str) -> None:
    [payload] = SOURCES[slug].parse(written("utf-8", name="Jörg Jung", Budget="5"), URLENCODED)
    assert isinstance(payload, LeadPayload)
    assert (payload.email, payload.first_name) == ("a@example.org", "Jörg")
    assert [each["question"] for each in payload.unplaced] == ["Budget"]


def test_json_that_curl_calls_a_form_is_json() -> None:
    [payload] = SOURCES["api"].parse(b' {"email": "a@example.org"}', URLENCODED)
    assert isinstance(payload, LeadPayload)
    assert payload.email == "a@example.org"
