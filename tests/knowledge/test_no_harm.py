"""What people read, as they read it: it harms nobody and promises nothing that no source says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

import pytest

from health_navigator.clock import LIMA
from health_navigator.conversation import replies
from health_navigator.conversation.nearby import Nearby
from health_navigator.conversation.understanding import Found
from health_navigator.directory.models import Kind, Scope, Service, Status
from health_navigator.i18n import translator
from health_navigator.knowledge.models import Entry, FigureKind
from health_navigator.knowledge.snapshot import Snapshot
from tests.support.knowledge import real_snapshot

MOMENT = datetime(2026, 11, 23, 10, tzinfo=LIMA)
LEGAL_ADVICE = "0800-15170"
AUTHORITY = r"Migraciones|comisaría|Fiscalía|Interpol|[Dd]enunciar|la denuncia"
SENT = (
    r"\b(?:[Vv]e|[Aa]cude|[Aa]cércate|[Ss]aca (?:tu )?cita)\b"
    r"[^.\n]{0,40}(?:Migraciones|comisaría)"
)
SEND_PAPERS = (
    r"(?i)(\w+ )?\b(?:manda|mandes|mándanos|envía|envíes|envíanos|comparte)\b"
    r"[^.\n]{0,40}(?:fotos?|diagnóstico|papeles|documento)"
)
CROSSING = (
    r"(?i)\btrochas?\b|\bcoyotes?\b|\bpasadores?\b|\bchanas\b"
    r"|paso (?:ilegal|no habilitado)|por el hito"
)
DOSE = (
    r"(?i)\b\d+[\d.,]* ?(?:mg|mcg|µg|ml|cc|miligramos|mililitros|gotas|tabletas|cápsulas)\b"
    r"|cada \d+ horas"
)
SIS_WITHOUT_CARNE = (
    r"(?i)(?:puedes|te) (?:afiliar\w*|tener el SIS|inscribir\w*) "
    r"[^.]{0,30}sin (?:carné|papeles)"
)
PROMISE = r"(?i)(?<!no )(?<!no se )garantiza|siempre hay|seguro que sí|te van a aceptar|sin falta"
Texts = Mapping[str, str]


@pytest.fixture(scope="module")
def real() -> Snapshot:
    return real_snapshot()


@pytest.fixture(scope="module")
def near(real: Snapshot) -> Nearby:
    return Nearby(real, translator("es"), "es", MOMENT)


@pytest.fixture(scope="module")
def answers(real: Snapshot) -> Texts:
    _ = translator("es")
    return {
        entry.id: replies.answer(_, entry, today=MOMENT.date(), locale="es").plain
        for entry in real.entries.values()
    }


@pytest.fixture(scope="module")
def dangers(real: Snapshot) -> Texts:
    _ = translator("es")
    return {
        danger.id: replies.urgent(_, danger, None, locale="es").plain
        for danger in real.dangers.values()
    }


@pytest.fixture(scope="module")
def referrals(real: Snapshot) -> Texts:
    _ = translator("es")
    return {
        group.id: replies.referred(_, group).plain
        for group in real.out_of_scope.values()
        if group.refer
    }


@pytest.fixture(scope="module")
def places(real: Snapshot, near: Nearby) -> Texts:
    return {
        service.id: near.describe(Found.at(service, None, MOMENT))
        for service in real.directory.offered
    }


@pytest.fixture(scope="module")
def everything(answers: Texts, dangers: Texts, referrals: Texts, places: Texts) -> Texts:
    return {
        **{f"entry {name}": text for name, text in answers.items()},
        **{f"danger {name}": text for name, text in dangers.items()},
        **{f"referral {name}": text for name, text in referrals.items()},
        **{f"service {name}": text for name, text in places.items()},
    }


def _with(texts: Texts, pattern: str) -> Iterator[tuple[str, str]]:
    return ((name, text) for name, text in texts.items() if re.search(pattern, text))


def _deadlines(real: Snapshot) -> Iterator[tuple[Entry, str, str]]:
    for entry in real.entries.values():
        for figure in entry.figures:
            if figure.kind is FigureKind.DEADLINE:
                yield entry, figure.text, figure.after or ""


# Do no harm


def test_every_time_limit_says_what_to_do_when_it_has_passed(
    real: Snapshot, answers: Texts
) -> None:
    deadlines = [*_deadlines(real)]
    assert len(deadlines) > 20
    for entry, limit, after in deadlines:
        assert limit in answers[entry.id], entry.id
        assert after in answers[entry.id], entry.id


@pytest.mark.parametrize("limit", ["72 horas", "5 días"])
def test_who_comes_too_late_for_pep_or_contraception_is_told_to_go_all_the_same(
    answers: Texts, dangers: Texts, limit: str
) -> None:
    late, about = rf"(?<!\d){limit}", "(?:VIH|embarazo|PEP)"
    told = [*_with({**answers, **dangers}, f"{late}.*{about}|{about}.*{late}")]
    assert told
    for name, text in told:
        assert re.search(r"(?:ve|pídela|anda) (?:igual|de todos modos)", text, re.IGNORECASE), name


def test_a_danger_begins_with_the_number_to_call(dangers: Texts) -> None:
    assert len(dangers) == 6
    for name, text in dangers.items():
        assert re.match(r"\D{0,40}\b1\d\d\b", text), name


@pytest.mark.parametrize(
    "entry", ["suicidio", "violencia-pareja", "violencia-sexual", "trata", "emergencia-numeros"]
)
def test_where_life_is_at_stake_the_first_lines_say_whom_to_call(
    answers: Texts, entry: str
) -> None:
    opening = "\n".join(answers[entry].splitlines()[:5])
    assert re.search(r"\b1\d\d\b", opening)


def test_no_danger_asks_for_papers(dangers: Texts) -> None:
    for name, text in dangers.items():
        assert re.search(r"(?i)(?:sin|no pueden exigirte|nadie te pedirá) papeles", text), name


def test_authorities_come_with_free_legal_advice(everything: Texts) -> None:
    """Nobody who may fear the State is sent to it without hearing of the Defensoría.

    That a source is of Migraciones sends nobody there.
    """
    everything = {name: re.sub(r"Fuente: .*", "", text) for name, text in everything.items()}
    named = [*_with(everything, AUTHORITY)]
    assert len(named) > 20
    for name, text in named:
        assert LEGAL_ADVICE in text, name


def test_nobody_is_sent_to_an_authority_before_the_advice(everything: Texts) -> None:
    for name, text in _with(everything, SENT):
        found = re.search(SENT, text)
        assert found is not None
        assert LEGAL_ADVICE in text[: found.start()], name


def test_every_office_of_migraciones_begins_with_the_advice(real: Snapshot, places: Texts) -> None:
    offices = [
        service
        for service in real.directory.offered
        if service.kind is Kind.MIGRACIONES and service.scope is Scope.LOCAL
    ]
    assert offices
    for service in offices:
        assert service.access is not None
        assert LEGAL_ADVICE in service.access.partition("Migraciones")[0], service.id
        assert LEGAL_ADVICE in places[service.id]


def test_the_ambulance_of_lima_is_never_the_only_way(everything: Texts) -> None:
    named = [*_with(everything, r"(?<![\d.,])106\b(?![.,]?\d)")]
    assert named
    for name, text in named:
        assert re.search(r"\b(?:116|105)\b|\btaxi\b", text), name


def test_nobody_is_told_to_send_papers_or_a_diagnosis(everything: Texts) -> None:
    """Only ever with a "no" before it."""
    for name, text in everything.items():
        for found in re.finditer(SEND_PAPERS, text):
            assert (found[1] or "").strip().lower() == "no", (name, found[0])


def test_there_are_no_crossing_points_and_no_prices_of_smugglers(everything: Texts) -> None:
    assert [*_with(everything, CROSSING)] == []
    for name, text in _with(everything, r"(?i)traficante"):
        assert not re.search(r"S/|\bsoles\b|\bdólares\b", text), name


def test_there_are_no_doses(everything: Texts) -> None:
    assert [name for name, _ in _with(everything, DOSE)] == []


def test_refuges_for_survivors_have_no_address(real: Snapshot, places: Texts) -> None:
    secret = [each for each in real.directory.offered if each.address_withheld]
    assert len(secret) >= 3
    for service in secret:
        assert (service.address, service.latitude, service.longitude) == (None, None, None)
        assert not re.search(r"\b(?:Av|Jr|Ca|Calle|Jirón|Psje|Mz)\b\.? ", places[service.id])


def test_no_private_person_can_be_reached(everything: Texts, real: Snapshot) -> None:
    mail = r"[\w.]+@(?:gmail|hotmail|outlook|yahoo|live)\."
    assert [name for name, _ in _with(everything, mail)] == []
    for service in real.directory.services.values():
        assert not re.search(mail, service.email or ""), service.id


# Do not promise


@pytest.mark.parametrize("entry", ["sis-sin-documentos", "sis-cpp-ptp", "sis-refugio"])
def test_who_has_no_carne_is_not_promised_the_sis(answers: Texts, entry: str) -> None:
    first = answers[entry].partition("\n\n")[2].partition("\n")[0]
    assert "todavía no" in first
    assert "vía normal" in first


def test_no_text_lets_anybody_join_the_sis_without_a_carne(everything: Texts) -> None:
    for name, text in everything.items():
        assert not re.search(SIS_WITHOUT_CARNE, text), name


def test_the_law_for_hiv_and_tuberculosis_is_never_said_to_be_applied_everywhere(
    everything: Texts,
) -> None:
    told = [*_with(everything, r"Ley 32154|ley especial")]
    assert told
    for name, text in told:
        assert not re.search(r"(?i)(?:se aplica|aplican) en tod|en todas partes", text), name
        assert "113" in text, name


@pytest.mark.parametrize("entry", ["sis-vih-tb", "tb-tratamiento"])
def test_who_is_told_of_that_law_hears_that_it_may_not_be_known(answers: Texts, entry: str) -> None:
    assert re.search(r"No está confirmado (?:cómo|que)", answers[entry])


@pytest.mark.parametrize(
    "entry",
    [
        "vacunas-ninos",
        "vacunas-adultos",
        "fiebre-amarilla-viaje",
        "mpox-vacuna",
        "mordedura-rabia",
    ],
)
def test_no_vaccine_is_promised(answers: Texts, entry: str) -> None:
    text = answers[entry]
    assert re.search(r"(?i)pregunta|llama", text)
    assert not re.search(r"(?i)siempre hay|hay vacunas? todos los días|tienen la vacuna", text)


def test_no_shelter_is_said_to_have_room(real: Snapshot, answers: Texts, places: Texts) -> None:
    shelters = [each for each in real.directory.offered if each.kind is Kind.ALBERGUE]
    assert shelters
    asks = r"(?i)llama|pregunta|confirma|cupo|se entra por medio"
    for service in shelters:
        assert re.search(asks, places[service.id]), service.id
    for entry in ("albergue", "albergue-mujeres", "albergue-frontera"):
        doubt = r"(?i)no (?:podemos|pudimos|confirmamos)"
        assert re.search(doubt, answers[entry]), entry


def test_no_text_promises(everything: Texts) -> None:
    assert [name for name, _ in _with(everything, PROMISE)] == []


def test_doubt_is_said_with_the_number_that_settles_it(real: Snapshot, answers: Texts) -> None:
    for entry in real.entries.values():
        if entry.confidence == "uncertain":
            assert "no está confirmad" in answers[entry.id].lower(), entry.id
            assert re.search(r"\b(?:113|100|0800-15170)\b", answers[entry.id]), entry.id


# What has closed, and what nobody could confirm


@pytest.mark.parametrize(
    "service", ["ong-medicos-sin-fronteras", "ong-proyecto-lhss", "vih-cerits-caja-de-agua-cerrado"]
)
def test_what_has_closed_is_named_as_closed_with_what_is_open(
    real: Snapshot, near: Nearby, service: str
) -> None:
    closed = real.directory.get(service)
    assert closed is not None
    assert closed.status is Status.CLOSED
    text = near.closed(closed).plain
    assert "cerr" in text
    assert any(each.name in text for each in real.directory.replacements(closed))


def test_doctors_without_borders_are_never_named_but_as_gone(everything: Texts) -> None:
    for name, text in _with(everything, "Médicos Sin Fronteras"):
        assert re.search(r"(?i)cerró", text), name


def test_nobody_is_offered_what_has_closed(real: Snapshot) -> None:
    assert all(_is_open_or_unknown(each) for each in real.directory.offered)


def test_nobody_is_sent_to_a_door_that_nobody_confirmed(real: Snapshot, places: Texts) -> None:
    unknown = [each for each in real.directory.offered if each.status is Status.UNKNOWN]
    assert len(unknown) > 20
    for service in unknown:
        assert "Llama antes de ir" in places[service.id], service.id
        assert service.phones, service.id


def _is_open_or_unknown(service: Service) -> bool:
    return service.status in (Status.ACTIVE, Status.UNKNOWN)
