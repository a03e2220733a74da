"""Every check of the knowledge, proven by a file that fails it and by nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from health_navigator.errors import KnowledgeError
from health_navigator.knowledge import checks
from health_navigator.knowledge.checks import CHECKS
from health_navigator.knowledge.sealed_cache import SealedCache
from tests.knowledge.conftest import GOOD, Spoil, problems_in
from tests.support.knowledge import REAL

SALUD = "entries/salud.yaml"
HOSPITAL = "services/hospital.yaml"
MIGRACIONES = "services/migraciones.yaml"
ALBERGUE = "services/albergue.yaml"


@dataclass(frozen=True, slots=True)
class Slip:
    """`new` where `old` stood in `file` makes one problem, on the line that holds `line`."""

    check: str
    file: str
    old: str
    new: str
    line: str
    says: str


def slips() -> Iterator[Slip]:
    yield from _of_links()
    yield from _of_questions()
    yield from _of_sources_and_dates()
    yield from _of_figures()
    yield from _of_phones()
    yield from _of_wording()
    yield from _of_harm()
    yield from _of_services_and_places()


def _of_links() -> Iterator[Slip]:
    yield Slip(
        "links.repeated_ids",
        MIGRACIONES,
        "- id: migraciones-lima",
        "- id: hospital-breve",
        "id: hospital-breve",
        "hospital-breve stands already in services/hospital.yaml, line 4: "
        "give this one another name",
    )
    yield Slip(
        "links.repeated_ids",
        "out_of_scope.yaml",
        "- id: licencia",
        "- id: urgencia",
        "id: urgencia",
        "urgencia stands already in entries/salud.yaml, line 6: give this one another name",
    )
    yield Slip(
        "links.repeated_ids",
        "lexicon.yaml",
        "- word: dentista",
        "- word: embarazada",
        "word: embarazada",
        "embarazada stands already in lexicon.yaml, line 3: give this one another name",
    )
    yield Slip(
        "links.links_that_lead_nowhere",
        SALUD,
        "  - dientes\n",
        "  - vacunas\n",
        "- vacunas",
        "there is no vacunas: check its spelling or leave it out",
    )
    yield Slip(
        "links.links_that_lead_nowhere",
        SALUD,
        "  - dientes\n",
        "  - diente\n",
        "- diente",
        "there is no diente: write dientes",
    )
    yield Slip(
        "links.links_that_lead_nowhere",
        SALUD,
        "  - dientes\n",
        "  - dientes\n  - dientes\n",
        "- dientes",
        "dientes stands twice in this list: keep one",
    )
    yield Slip(
        "links.links_that_lead_nowhere",
        SALUD,
        "  - dientes\n",
        "  - urgencia\n",
        "- urgencia",
        "there is no urgencia: check its spelling or leave it out",
    )
    yield Slip(
        "links.links_that_lead_nowhere",
        HOSPITAL,
        "  - hospital-breve\n",
        "  - hospital-nuevo\n",
        "- hospital-nuevo",
        "there is no hospital-nuevo: write hospital-breve",
    )
    yield Slip(
        "links.links_that_lead_nowhere",
        "triage.yaml",
        "- id: trata\n  entry: urgencia",
        "- id: trata\n  entry: auxilio",
        "entry: auxilio",
        "there is no auxilio: check its spelling or leave it out",
    )
    yield Slip(
        "links.links_that_lead_nowhere",
        "places.yaml",
        "  entry: urgencia",
        "  entry: urgencias",
        "entry: urgencias",
        "there is no urgencias: write urgencia",
    )


def _of_questions() -> Iterator[Slip]:
    yield Slip(
        "questions.shared",
        SALUD,
        "  - hay dentista en el centro de salud",
        "  - Me atienden de URGENCIA aunque no tenga papeles!!",
        "URGENCIA",
        "this question stands under urgencia too: keep it under one of them",
    )
    yield Slip(
        "questions.shared",
        SALUD,
        "  - hay dentista en el centro de salud",
        "  - no tengo plata y me duele una muela",
        "no tengo plata y me",
        "this stands twice here, but for order or accents: keep one",
    )
    yield Slip(
        "questions.shared",
        "out_of_scope.yaml",
        "  - cuanto cuesta el brevete",
        "  - hay dentistas en el centro de salud",
        "hay dentistas",
        "almost the same stands under dientes («hay dentista en el centro de salud»): "
        "make them differ",
    )
    yield Slip(
        "questions.pinned_elsewhere",
        SALUD,
        "  pinned:\n  - adonde voy si de noche me siento muy mal",
        "  pinned:\n  - adonde voy de noche",
        "- adonde voy de noche",
        "«adonde voy de noche» is not among the questions above: write it there too",
    )
    yield Slip(
        "questions.contradictions_of_danger",
        "triage.yaml",
        "  - vi una pelicula de trata",
        "  - Estoy en peligro de trata",
        "Estoy en peligro de trata",
        "this stands under trata.phrases too: keep it where it belongs",
    )


def _of_sources_and_dates() -> Iterator[Slip]:
    yield Slip(
        "sources.without_address",
        SALUD,
        "    url: https://example.org/dientes\n",
        "",
        "- title: Salud bucal",
        "a source needs its url: whoever checks must find it again",
    )
    yield Slip(
        "sources.figures_without_source",
        SALUD,
        "    kind: price\n    source: https://example.org/urgencias\n",
        "    kind: price\n",
        "- text: 15 soles",
        "«15 soles» needs its source: the url of one of the sources above",
    )
    yield Slip(
        "sources.figures_without_source",
        SALUD,
        "    source: https://example.org/ley",
        "    source: https://example.org/otra",
        "https://example.org/otra",
        "this url is none of the entry's sources: add it there",
    )
    yield Slip(
        "dates.out_of_order",
        SALUD,
        "    date: 2026-05",
        "    date: 2026-12",
        "date: 2026-12",
        "the source is younger than verified_on: verify again or mend one",
    )
    yield Slip(
        "dates.out_of_order",
        SALUD,
        "expires_on: 2028-01-01",
        "expires_on: 2026-11-01",
        "expires_on",
        "expires_on must be later than verified_on",
    )
    yield Slip(
        "dates.out_of_order",
        HOSPITAL,
        "closed_on: 2024-02",
        "closed_on: 2027-02",
        "closed_on",
        "closed_on is later than verified_on: mend one of them",
    )
    yield Slip(
        "dates.too_long_unreviewed",
        ALBERGUE,
        "review_by: 2027-01-21",
        "review_by: 2027-06-21",
        "review_by: 2027-06-21",
        "facts like this last 2 months: write 2027-01-21 or earlier",
    )
    yield Slip(
        "dates.too_long_unreviewed",
        SALUD,
        "review_by: 2027-11-21",
        "review_by: 2028-11-21",
        "review_by: 2028-11-21",
        "facts like this last 12 months: write 2027-11-21 or earlier",
    )


def _of_figures() -> Iterator[Slip]:
    yield Slip(
        "figures.not_in_the_answer",
        SALUD,
        "  - text: 15 soles",
        "  - text: S/ 99\n    kind: other\n  - text: 15 soles",
        "text: S/ 99",
        "«S/ 99» is not in the answer: copy it letter by letter",
    )
    yield Slip(
        "figures.not_in_the_answer",
        SALUD,
        "  - text: 15 soles",
        "  - text: 5 soles\n    kind: other\n  - text: 15 soles",
        "text: 5 soles",
        "«5 soles» is not in the answer: copy it letter by letter",
    )
    yield Slip(
        "figures.undeclared",
        SALUD,
        "La consulta cuesta 15 soles.",
        "La consulta cuesta 15 soles, o 115 soles.",
        "La consulta cuesta",
        "«115 soles» is not under figures: add it with the source that says it",
    )
    yield Slip(
        "figures.not_in_the_answer",
        SALUD,
        "after: ve igual",
        "after: ve ya",
        "after: ve ya",
        "«ve ya» is not in the answer: copy it letter by letter",
    )
    for number in ("20 soles", "S/ 3.50", "dos meses", "10 %", "DS 027-2015", "6 a 8 semanas"):
        yield Slip(
            "figures.undeclared",
            SALUD,
            "    Pregunta antes de ir.",
            f"    Pregunta antes de ir. Son {number}.",
            f"Son {number}",
            f"«{number}» is not under figures: add it with the source that says it",
        )
    yield Slip(
        "figures.deadlines_without_end",
        SALUD,
        "    kind: deadline\n    source: https://example.org/urgencias\n    after: ve igual\n",
        "    kind: duration\n    source: https://example.org/urgencias\n",
        "Ve antes de 72 horas",
        "«antes de 72 horas» reads as a time limit: under figures give it the kind deadline, "
        "and in `after` the answer's words for who comes too late",
    )


def _of_phones() -> Iterator[Slip]:
    yield Slip(
        "phones.not_as_printed",
        HOSPITAL,
        "  - (01) 444-5566",
        "  - 01-4445566",
        "01-4445566",
        "01-4445566 is not how we print numbers: write (01) 444-5566",
    )
    yield Slip(
        "phones.not_as_printed",
        MIGRACIONES,
        "  - 999 888 777",
        "  - '+51999888777'",
        "+51999888777",
        "+51999888777 is not how we print numbers: write 999 888 777",
    )
    yield Slip(
        "phones.not_as_printed",
        "out_of_scope.yaml",
        "    phone: '105'",
        "    phone: '105'\n  - name: Nadie\n    phone: '999'",
        "'999'",
        "999 is no number that can be called in Peru: look it up again",
    )
    yield Slip(
        "phones.not_as_printed",
        MIGRACIONES,
        "whatsapp: +51 999 888 777",
        "whatsapp: '12345'",
        "whatsapp",
        "12345 is no number that can be called in Peru: look it up again",
    )
    yield Slip(
        "phones.not_as_printed_in_texts",
        SALUD,
        "Llama gratis al 113.",
        "Llama gratis al 113 o al 999888777.",
        "Llama gratis al 113 o",
        "999888777 is not how we print numbers: write 999 888 777",
    )
    yield Slip(
        "phones.not_as_printed_in_texts",
        SALUD,
        "Llama gratis al 113.",
        "Llama gratis al 113 o al (01) 44-55.",
        "Llama gratis al 113 o",
        "(01) 44-55 is no number that can be called in Peru: look it up again",
    )
    yield Slip(
        "phones.unknown_in_texts",
        SALUD,
        "Llama gratis al 113.",
        "Llama gratis al 113 o al 1810.",
        "Llama gratis al 113 o",
        "1810 is neither under call nor in the directory: add it to call",
    )


def _of_wording() -> Iterator[Slip]:
    yield Slip(
        "wording.too_long",
        SALUD,
        "    Pregunta antes de ir. ",
        "    " + "Ve a tu posta y di qué te pasa. " * 30,
        "answer:",
        "the answer has 1048 letters: 900 at most; cut or split it",
    )
    yield Slip(
        "wording.hard_to_read",
        SALUD,
        "    Pregunta antes de ir. ",
        "    El establecimiento odontológico correspondiente determinará administrativamente "
        "la factibilidad del procedimiento especializado solicitado por la persona interesada. ",
        "answer:",
        "hard to read (24, at least 60): shorter sentences, shorter words",
    )
    for mark, text in (
        ("-", "- Pregunta antes de ir."),
        ("•", "• Pregunta antes de ir."),
        ("*Pregunta*", "*Pregunta* antes de ir."),
        ("<b>", "<b>Pregunta antes de ir."),
        ("–", "Pregunta – antes de ir."),
        ("[aquí](", "Pregunta [aquí](https://example.org)."),
    ):
        yield Slip(
            "wording.marks_that_render_badly",
            SALUD,
            "    Pregunta antes de ir.",
            f"    {text}",
            text,
            f"«{mark}» looks bad on Telegram: write plain short lines",
        )
    for promise in ("garantizado", "siempre hay", "Seguro que"):
        yield Slip(
            "wording.promises",
            SALUD,
            "    Pregunta antes de ir.",
            f"    {promise} cupo. Pregunta antes de ir.",
            promise,
            f"«{promise}» promises what no source can: say how it usually is",
        )
    yield Slip(
        "wording.promises",
        MIGRACIONES,
        "scope: national",
        "scope: national\n  hours_note: Siempre hay quien conteste.",
        "- id: migraciones-consejo",
        "«Siempre hay» promises what no source can: say how it usually is",
    )
    yield Slip(
        "wording.doubts_unsaid",
        SALUD,
        "confidence: official",
        "confidence: uncertain",
        "answer:",
        "confidence is uncertain: say in the answer what is not confirmed",
    )
    yield Slip(
        "wording.telling_labels",
        SALUD,
        "label: Atención urgente",
        "label: Prueba de VIH",
        "label:",
        "«Prueba de VIH» tells too much on a shared phone: use neutral words",
    )
    yield Slip(
        "wording.telling_labels",
        SALUD,
        "  label: Atención urgente\n",
        "",
        "- id: urgencia",
        "a sensitive entry needs a neutral label for its button",
    )


def _of_harm() -> Iterator[Slip]:
    for sending in ("Saca cita en Migraciones.", "Ve a la comisaría.", "Haz la denuncia ya."):
        yield Slip(
            "harm.no_legal_advice_first",
            SALUD,
            "    Pregunta antes de ir.",
            f"    {sending} Pregunta antes de ir.",
            sending,
            "this names an authority or a denuncia: put free legal advice first "
            "(Defensoría del Pueblo: 0800-15170)",
        )
    yield Slip(
        "harm.no_legal_advice_first",
        SALUD,
        "    Antes de ir a Migraciones pide",
        "    Ve a Migraciones. Pide",
        "Ve a Migraciones",
        "«Ve a Migraciones» comes before the free legal advice: put the advice first",
    )
    yield Slip(
        "harm.no_legal_advice_first",
        MIGRACIONES,
        "access: 'Antes de ir pide consejo legal gratis: 0800-15170.'",
        "access: Saca una cita.",
        "access",
        "nobody is sent here without advice: begin access with 0800-15170",
    )
    yield Slip(
        "harm.ambulance_alone",
        SALUD,
        "Si no llega a tu zona, llama al 116 o ve en taxi.",
        "Llega pronto.",
        "al 106",
        "106 does not reach all of Peru: name 116, 105 or a taxi beside it",
    )
    yield Slip(
        "harm.doses",
        SALUD,
        "    Pregunta antes de ir.",
        "    Toma 500 mg. Pregunta antes de ir.",
        "500 mg",
        "«500 mg» is a dose: leave it to whoever treats the person",
    )


def _of_services_and_places() -> Iterator[Slip]:
    yield Slip(
        "services.unreadable_hours",
        HOSPITAL,
        "hours: Mo-Fr 08:00-14:00; PH off",
        "hours: lunes a viernes de 8 a 14",
        "hours:",
        "«lunes a viernes de 8 a 14» cannot be read: write for example Mo-Fr 08:00-14:00; PH off",
    )
    yield Slip(
        "services.closed_but_replacing",
        HOSPITAL,
        "  confidence: official\n",
        "  confidence: official\n  status: temporarily_closed\n",
        "- hospital-breve",
        "hospital-breve is closed itself: name what is open",
    )
    yield Slip(
        "services.unknown_without_a_call",
        ALBERGUE,
        "access: Llama antes de ir. Se",
        "access: Se",
        "access:",
        "nobody knows whether it is open: begin access with «Llama antes de ir»",
    )
    yield Slip(
        "services.unknown_without_a_call",
        ALBERGUE,
        "  phones:\n  - '100'\n  access: Llama antes de ir. Se entra por la Línea 100.",
        "  access: Llama antes de ir.",
        "- id: albergue-luz",
        "nobody knows whether it is open: give a phone or leave it out",
    )
    yield Slip(
        "services.shouted_names",
        HOSPITAL,
        "name: Hospital Breve",
        "name: HOSPITAL SANTA ROSA",
        "name: HOSPITAL",
        "write the name as in a sentence, with capitals only where they belong",
    )
    yield Slip(
        "places.unofficial",
        SALUD,
        "  - Áncash",
        "  - Ancash",
        "- Ancash",
        "Ancash is not its official name: write Áncash",
    )
    yield Slip(
        "places.unofficial",
        ALBERGUE,
        "department: Tacna",
        "department: Zulia",
        "department: Zulia",
        "Peru has no Zulia there: check its spelling",
    )
    yield Slip(
        "places.unofficial",
        "places.yaml",
        "  district: Lince",
        "  district: LINSE",
        "LINSE",
        "LINSE is not its official name: write Lince",
    )
    yield Slip(
        "places.unofficial",
        "places.yaml",
        "  - Independencia",
        "  - Indepedencia",
        "- Indepedencia",
        "Indepedencia is not its official name: write Independencia",
    )
    yield Slip(
        "places.unofficial",
        "places.yaml",
        "- name: Cono Norte\n  department: Lima\n  province: Lima",
        "- name: Cono Norte\n  department: Lima\n  province: Limma",
        "province: Limma",
        "Limma is not its official name: write Lima",
    )
    yield Slip(
        "places.codes_of_other_places",
        HOSPITAL,
        "ubigeo: '150116'",
        "ubigeo: '150101'",
        "ubigeo",
        "150101 is another place: Lince has '150116'",
    )
    yield Slip(
        "places.codes_of_other_places",
        HOSPITAL,
        "  ubigeo: '150116'\n",
        "",
        "- id: hospital-breve",
        "the district's code is missing: write '150116'",
    )
    yield Slip(
        "places.far_from_their_district",
        HOSPITAL,
        "latitude: -12.08",
        "latitude: -13.08",
        "latitude",
        "this point lies 111 km from Lince: look it up again",
    )
    yield Slip(
        "lexicon.said_of_two_words",
        "lexicon.yaml",
        "  - saca muelas",
        "  - Encinta",
        "- Encinta",
        "«Encinta» already stands for embarazada: keep one of the two",
    )


def test_the_good_knowledge_has_no_problem() -> None:
    assert problems_in(GOOD) == ()


@pytest.mark.parametrize("slip", [*slips()], ids=lambda slip: f"{slip.check}: {slip.says[:40]}")
def test_a_slip_is_found_on_its_line_and_alone(slip: Slip, folder: Path, spoil: Spoil) -> None:
    spoil(slip.file, slip.old, slip.new)
    lines = (folder / slip.file).read_text(encoding="utf-8").splitlines()
    assert [
        (each.path, each.text(), slip.line in lines[each.line - 1]) for each in problems_in(folder)
    ] == [(slip.file, slip.says, True)]


def test_a_danger_that_stands_twice_leaves_another_without_message(
    folder: Path, spoil: Spoil
) -> None:
    spoil("triage.yaml", "- id: trata\n", "- id: suicidio\n")
    assert [each.text() for each in problems_in(folder)] == [
        "suicidio stands already in triage.yaml, line 3: give this one another name",
        "the danger trata is missing: every one needs its message",
    ]


def test_a_dead_end_in_the_interview_is_found_on_its_line(folder: Path, spoil: Spoil) -> None:
    interview = folder / "eligibility" / "sis.yaml"
    interview.parent.mkdir()
    shutil.copy(REAL / "eligibility" / "sis.yaml", interview)
    spoil("eligibility/sis.yaml", "  rests_on:\n  - ", "  rests_on:\n  - nada-")
    (problem,) = problems_in(folder)
    assert "is not under sources" in problem.text()
    assert "nada-" in interview.read_text(encoding="utf-8").splitlines()[problem.line - 1]


def test_every_check_has_a_slip() -> None:
    """The two that are missing here have a test of their own above."""
    names = {f"{check.__module__.rpartition('.')[2]}.{check.__name__}" for check in CHECKS}
    assert names - {slip.check for slip in slips()} == {
        "links.missing_dangers",
        "links.mistakes_of_the_interview",
    }


def test_what_was_found_whole_is_checked_again_only_when_it_changed(
    folder: Path, spoil: Spoil, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = SealedCache(tmp_path / "var", b"a secret")
    items = checks.checked_once(folder, shelf)
    with monkeypatch.context() as unread:
        unread.setattr(checks, "checked_directory", lambda _: pytest.fail("checked again"))
        assert checks.checked_once(folder, shelf) == items
    (kept,) = shelf.folder.iterdir()
    kept.write_bytes(b"\xff damaged")
    assert checks.checked_once(folder, shelf) == items
    slip = next(slips())
    spoil(slip.file, slip.old, slip.new)
    with pytest.raises(KnowledgeError):
        checks.checked_once(folder, shelf)
