"""The words of labels in ten languages, by what each contributes to a label's meaning.

They are written as `bot.words.plain_words` leaves them: small letters, no accents. A word stands in
all the forms in which labels have it. English, German, Spanish, French, Italian, Portuguese, Dutch,
Polish, Russian; a word of two languages stands once.
"""

from enum import Enum, auto


class Part(Enum):
    """What a word says in a label."""

    FILLER = auto()
    """Nothing: articles, `your`, `please`, `required`."""
    WHOSE = auto()
    """Whose or which of several: `work`, `customer`, `second`."""
    EMAIL = auto()
    ELECTRONIC = auto()
    ADDRESS = auto()
    PHONE = auto()
    MOBILE = auto()
    NUMBER = auto()
    ID = auto()
    NAME = auto()
    FULL = auto()
    FIRST = auto()
    LAST = auto()
    """`first`, `last` and `family`, which tell of the name beside them; the next two say all."""
    FORENAME = auto()
    SURNAME = auto()
    PATRONYMIC = auto()
    CONTACT = auto()
    COMPANY = auto()
    JOB = auto()
    TITLE = auto()
    COUNTRY = auto()
    REGION = auto()
    MESSAGE = auto()
    CONSENT = auto()
    AGREED = auto()
    MATTER = auto()
    """`accepted` says of consent only beside what it is asked for: `privacy`, `marketing`."""


_WORDS: dict[Part, str] = {
    Part.FILLER: """
        the a an your my of for please enter provide what which is s whats required optional
        mandatory value field q input and properties
        ihr ihre ihren dein deine bitte angeben eingeben pflichtfeld pflicht optionale der die das
        des dem den eine ein und zu zum zur wie lautet ist
        votre vos ton ta le la les l d de du des un une et obligatoire obligatoires facultatif
        facultative quel quelle est
        tu su sus el los las del y obligatorio obligatoria opcional requerido cual es
        il lo gli i tuo tua suo sua vostro della dell dello di e obbligatorio facoltativo
        facoltativa inserisci qual
        seu o os as do da dos obrigatorio obrigatoria qual
        uw je jouw het een van en verplicht verplichte optioneel wat
        twoj twoja twoje panstwa pana pani podaj prosze wymagane wymagany opcjonalne opcjonalnie
        oraz na
        us uns nous nosotros noi ons нам
        ваш ваша ваше ваши укажите введите обязательно необязательно обязательное поле и
    """,
    Part.WHOSE: """
        work private personal primary main alternative alternate additional other second secondary
        customer client user attendee registrant participant guest buyer visitor invitee
        submitter respondent sender home office direct daytime preferred best billing lead buyer
        geschaftlich geschaftliche geschaftlichen dienstlich dienstliche privat private kunde
        kunden kundin teilnehmer teilnehmerin gast zweite weitere alternative
        professionnel professionnelle pro personnel personnelle principal principale autre
        participant invite
        profesional trabajo principal otro otra cliente asistente participante
        aziendale lavoro principale altro altra partecipante professionale
        profissional comercial outro outra
        zakelijk zakelijke werk prive klant deelnemer andere tweede
        sluzbowy sluzbowa prywatny klienta klient uczestnika drugi
        рабочий рабочая личный личная домашний клиент клиента участника другой дополнительный
    """,
    Part.EMAIL: """
        email emails mail mails emailaddress emailadresse emailadressen mailadresse emailadres
        mailadres courriel courriels mel messagerie correo correos correio posta poczta poczty
        почта почты емейл имейл мейл
    """,
    Part.ELECTRONIC: """
        electronic elektronische electronique electronico electronica elettronica elettronico
        eletronico eletronica elektronisch elektroniczna elektronicznej elektroniczny
        электронная электронной электронный эл
    """,
    Part.ADDRESS: """
        address addresses adresse adressen adresses direccion direcciones indirizzo indirizzi
        endereco adres адрес адреса
    """,
    Part.PHONE: """
        phone phones phonenumber telephone tel telefon telefone telefono telefonnummer telefonnr
        telnr fon rufnummer ruckrufnummer festnetz festnetznummer telefoon telefoonnummer telefonu
        телефон телефона тел whatsapp
    """,
    Part.MOBILE: """
        mobile mobilephone mobil mobilnummer mobiltelefon mobilfunk mobilfunknummer handy
        handynummer cell cellphone cellular movil celular cellulare portable mobiel mobiele gsm
        telemovel komorka komorkowy komorkowego komorkowe мобильный мобильного моб сотовый сотового
    """,
    Part.NUMBER: "number numbers nr nummer numero numer номер num",
    Part.ID: "id",
    Part.NAME: "name names nom nombre nome naam nazwa название имя",
    Part.FULL: """
        full complete vollstandiger vollstandige ganzer complet completo volledige pelne полное
    """,
    Part.FIRST: "first given pila primer primeiro",
    Part.FORENAME: """
        firstname forename fname givenname vorname vornamen vor prenom prenoms voornaam imie
    """,
    Part.LAST: "last family famille ultimo",
    Part.SURNAME: """
        surname surnames lastname lname familyname nachname nachnamen familienname zuname apellido
        apellidos cognome sobrenome apelido achternaam familienaam nazwisko фамилия
    """,
    Part.PATRONYMIC: "отчество",
    Part.CONTACT: """
        contact contacts person ansprechpartner ansprechpartnerin ansprechpartners ansprechperson
        kontakt kontaktperson contacto persona interlocuteur personne contatto referente contato
        pessoa contactpersoon osoba kontaktowa kontaktowy kontaktowe контакт контактный
        контактное лицо
    """,
    Part.COMPANY: """
        company companies organisation organization organisations organizations org employer firm
        business firma firmenname unternehmen unternehmens unternehmensname arbeitgeber entreprise
        societe empresa compania organizacion azienda societa ditta impresa organizzazione
        companhia organizacao bedrijf bedrijfsnaam organisatie firmy organizacja organizacji
        компания компании организация организации фирма фирмы
    """,
    Part.JOB: """
        job role position function jobtitle beruf berufsbezeichnung stelle stellenbezeichnung
        funktion jobtitel rolle poste fonction puesto cargo ruolo posizione qualifica funcao functie
        functietitel stanowisko должность
    """,
    Part.TITLE: "title titel titre titulo titolo",
    Part.COUNTRY: "country land pays pais paese nazione kraj страна",
    Part.REGION: "region",
    Part.MESSAGE: """
        message messages comment comments note notes question questions inquiry enquiry remarks
        nachricht mitteilung kommentar kommentare bemerkung bemerkungen anmerkung anmerkungen
        anliegen anfrage commentaire commentaires remarque remarques mensaje comentario comentarios
        consulta messaggio commento commenti richiesta mensagem bericht opmerking opmerkingen
        wiadomosc komentarz uwagi tresc сообщение комментарий комментарии вопрос
    """,
    Part.CONSENT: """
        consent consents acceptance optin
        einwilligung werbeeinwilligung marketingeinwilligung newslettereinwilligung zustimmung
        einverstanden einverstandnis consentement consentimiento consenso consentimento
        toestemming akkoord zgoda согласие согласен
    """,
    Part.AGREED: """
        agree agreed accept accepted akzeptiert akzeptieren zugestimmt gelesen bestatigt accepte
        acceptee acepto aceptado aceptada accetto accettato accettata aceito aceita
    """,
    Part.MATTER: """
        gdpr dsgvo rgpd rodo lgpd privacy policy marketing newsletter advertising communication
        communications
        datenschutz datenschutzerklarung datenschutzhinweise datenschutzbestimmungen werbung
        kontaktaufnahme confidentialite privacidad privacidade publicidad pubblicita publicidade
        privacybeleid marketingowa
    """,
}
PARTS: dict[str, Part] = {
    word: part for part, words in _WORDS.items() for word in dict.fromkeys(words.split())
}
"""Each word's part."""

_PHRASES = {
    "job_title": "title",
    "full_name": "user name original name, фио, как вас зовут",
    "first_name": "jak masz na imie",
    "company": "account, account name, associated company, raison sociale, razon social, "
    "ragione sociale, razao social",
    "country": "country code",
    "message": "how can we help, how can we help you, wie konnen wir helfen, wie konnen wir ihnen "
    "helfen, comment pouvons nous vous aider, como podemos ayudarle, como podemos ayudarte, como "
    "podemos ajudar, come possiamo aiutarti, hoe kunnen we helpen, w czym mozemy pomoc, чем мы "
    "можем помочь",
    "submitted_at": "registration time, registration date, registered at, submitted at, submission "
    "time, submission date, created at, create date, created, date, timestamp, registration date "
    "time, date submitted, created time, entry date, date created, datum, zeitstempel, eingegangen "
    "am, erstellt am, fecha, fecha de envio, date de soumission, data di invio, data de envio, "
    "data zgloszenia, дата, дата отправки",
    "consent": "newsletter, newsletter signup, newsletter subscription, subscribe to newsletter, "
    "newsletter anmeldung, newsletter abonnieren, newsletter status, optin status, consent status, "
    "datenschutz, datenschutzerklarung, privacy policy",
    "utm_source": "utm source",
    "utm_medium": "utm medium",
    "utm_campaign": "utm campaign, campaign, campaign name, campaign code",
    "utm_term": "utm term",
    "utm_content": "utm content",
    "landing_url": "landing url, landing page, page url, source url, first page seen, url",
    "gclid": "gclid, gcl id, google click id",
    "fbclid": "fbclid, facebook click id",
    "li_fat_id": "li fat id",
    "ttclid": "ttclid",
    "form_id": "form id",
    "ad_id": "ad id",
}
PHRASES: dict[str, str] = {
    phrase: field for field, phrases in _PHRASES.items() for phrase in phrases.split(", ")
}
"""What a label means that says so as a whole."""

_SALUTATIONS = """
    herr, herrn, frau, fraulein, mr, mrs, ms, miss, mx, dr, prof, professor, prof dr, dr ing,
    dr med, dipl ing, monsieur, madame, mme, mlle, mademoiselle, senor, senora, sr, sra, srta,
    signor, signora, dott, dott ssa, dottore, dottoressa, dhr, mevr, mevrouw
"""
SALUTATIONS = frozenset(map(str.strip, _SALUTATIONS.split(",")))
"""What stands before a name and is none of it."""

_AGREEING = """
    i agree, i consent, i accept, i give my consent, i would like to receive, yes i agree,
    yes i would like, do you agree, do you consent, ich stimme, ich willige, ich bin einverstanden,
    ich bin damit einverstanden, ich akzeptiere, ja ich, stimmen sie, j accepte, je consens, acepto,
    accetto, acconsento, aceito, ik ga akkoord, wyrazam zgode, я согласен, я согласна
"""
_REFUSING = """
    i do not, i don t, i disagree, i decline, no i, ich stimme nicht, ich willige nicht,
    ich bin nicht einverstanden, ich bin damit nicht einverstanden, ich akzeptiere nicht, nein ich,
    je n accepte, je ne consens, je refuse, no acepto, non accetto, nao aceito, ik ga niet akkoord,
    nie wyrazam, я не
"""
_NEGATIONS = (
    "no not never t nicht kein keine keinen keinem keiner ne n pas non nao niet geen nie не"
)


def _beginnings(text: str) -> tuple[str, ...]:
    return tuple(f"{' '.join(each.split())} " for each in text.split(","))


AGREEING = _beginnings(_AGREEING)
"""How a sentence begins that asks for consent, or gives it."""
REFUSING = _beginnings(_REFUSING)
"""How a sentence begins that refuses it."""
NEGATIONS = frozenset(_NEGATIONS.split())
"""What may turn a sentence into its contrary."""
