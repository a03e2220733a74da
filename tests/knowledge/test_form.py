"""Files that cannot be read as knowledge: each slip of the hand has its own plain message."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from health_navigator.knowledge.files import read_directory
from tests.knowledge.conftest import GOOD, Spoil, problems_in

SALUD = "entries/salud.yaml"
HOSPITAL = "services/hospital.yaml"

# File, what stood there, what somebody wrote, the line that the problem points to, what it says.
SLIPS = [
    (
        SALUD,
        "  related:",
        "\trelated:",
        "\trelated:",
        "-: there is a tab in this line: use spaces, two for each step in",
    ),
    (
        SALUD,
        "Pregunta antes de ir.",
        "Pregunta\tantes de ir.",
        "Pregunta\t",
        "-: there is a tab in this line: use spaces, two for each step in",
    ),
    (SALUD, "title: ¿Dónde", "título: ¿Dónde", "título", "título: unknown field: write title"),
    (SALUD, "  answer: |-", "  ánswer: |-", "ánswer", "ánswer: unknown field: write answer"),
    (
        SALUD,
        "  confidence:",
        "  confianza:",
        "confianza",
        "confianza: unknown field: write confidence",
    ),
    (SALUD, "  related:", "  relatd:", "relatd", "relatd: unknown field: write related"),
    (
        SALUD,
        "  related:",
        "  colour:",
        "colour",
        "colour: unknown field: check its spelling, or leave it out",
    ),
    (
        HOSPITAL,
        "kind: hospital",
        "kind: hospitl",
        "kind: hospitl",
        "kind: write hospital here: it must equal the file's name",
    ),
    (
        HOSPITAL,
        "status: closed",
        "status: cerrado",
        "status",
        (
            "status: cerrado is not known here: write one of "
            "'active', 'temporarily_closed', 'closed' or 'unknown'"
        ),
    ),
    (
        SALUD,
        "kind: price",
        "kind: precio",
        "kind: precio",
        (
            "figures.1.kind: precio is not known here: write one of "
            "'price', 'amount', 'deadline', 'duration', 'age', 'law' or 'other'"
        ),
    ),
    (
        HOSPITAL,
        "  replaced_by:\n  - hospital-breve\n",
        "",
        "- id: hospital-viejo",
        "-: a closed service needs closed_on and replaced_by (ids of what is open, or [])",
    ),
    (
        SALUD,
        "    after: ve igual\n",
        "",
        "- text: 72 horas",
        "figures.0: a deadline needs `after`: the words of the answer for who comes too late",
    ),
    (
        SALUD,
        "review_by: 2027-02-21",
        "review_by: 2026-02-21",
        "- id: dientes",
        "-: review_by must be later than verified_on",
    ),
    (
        SALUD,
        "verified_on: 2026-11-21",
        "verified_on: 2026-02-30",
        "verified_on",
        "verified_on: 2026-02-30 is no date: write year-month-day, for example 2026-11-21",
    ),
    (
        SALUD,
        "verified_on: 2026-11-21",
        "verified_on: ayer",
        "verified_on: ayer",
        "verified_on: ayer is no date: write year-month-day, for example 2026-11-21",
    ),
    (
        SALUD,
        "    date: '2025'",
        "    date: junio de 2025",
        "junio",
        "sources.0.date: write the date as '2025', '2025-06' or '2025-06-10', in quotes",
    ),
    (
        SALUD,
        "url: https://example.org/dientes",
        "url: example.org/dientes",
        "url: example.org",
        "sources.0.url: example.org/dientes is no web address: write one that begins with https://",
    ),
    (
        SALUD,
        "  confidence: uncertain\n",
        "",
        "- id: dientes",
        "confidence: this field is missing: add it",
    ),
    (
        SALUD,
        "- hay dentista en el centro de salud",
        "- no",
        "- no",
        "questions.1: write a text here; put numbers and yes/no words in quotes",
    ),
    (
        SALUD,
        "phone: '113'",
        "phone: 113",
        "phone: 113",
        "call.0.phone: write a text here; put numbers and yes/no words in quotes",
    ),
    (
        SALUD,
        "  related:\n  - urgencia",
        "  related: urgencia",
        "related: urgencia",
        "related: write a list here, each item on a line that begins with '- '",
    ),
    (SALUD, "sensitive: true", "sensitive: sí", "sensitive", "sensitive: write true or false"),
    (
        SALUD,
        "- id: dientes",
        "- id: Atención Dental",
        "- id: Atención",
        "id: Atención Dental is no id: write small letters without accents, numbers and hyphens",
    ),
    (
        SALUD,
        "label: Atención urgente",
        "label: Atención urgente de día y de noche",
        "label",
        "label: too long: write 28 characters at most",
    ),
    (
        HOSPITAL,
        "latitude: -12.08",
        "latitude: 12.08",
        "latitude",
        "latitude: 12.08 is too large: 0.1 at most",
    ),
    (
        HOSPITAL,
        "latitude: -12.08",
        "latitude: '12,08 sur'",
        "latitude",
        "latitude: 12,08 sur is no number: write it with a point, for example -12.05",
    ),
    (
        HOSPITAL,
        "ubigeo: '150116'",
        "ubigeo: '15116'",
        "ubigeo",
        "ubigeo: 15116 is no district code: write its six digits in quotes",
    ),
    (
        HOSPITAL,
        "  longitude: -77.03\n",
        "",
        "- id: hospital-breve",
        "-: latitude and longitude go together: write both or neither",
    ),
    (
        "services/albergue.yaml",
        "  address_withheld: true\n",
        "  address_withheld: true\n  address: Calle Dos 20\n",
        "- id: albergue-luz",
        "-: a refuge whose address is withheld has no address and no coordinates",
    ),
    (
        SALUD,
        "  title: ¿Dónde me curan los dientes?",
        "  title: ¿Dónde me curan: los dientes?",
        "title:",
        (
            "-: there is one colon too many in this line: put the text in quotes, "
            "or mend the spaces before it"
        ),
    ),
    (
        SALUD,
        "  related:\n  - urgencia",
        "   related:\n  - urgencia",
        "   related:",
        (
            "-: this line does not fit the one before: give it the same spaces as its neighbours, "
            "and look for a lone quotation mark"
        ),
    ),
    (
        SALUD,
        "  title: ¿Dónde me curan los dientes?",
        "  title: uno\n  title: dos",
        "title: dos",
        "title: this field stands twice in the same place: keep one",
    ),
    (
        SALUD,
        "  related:\n  - urgencia",
        "  related: &los\n  - urgencia\n  regions: *los",
        "related: &los",
        "-: references with & and * are not used here: write the text out",
    ),
    (
        SALUD,
        "  confidence: uncertain",
        "  confidence: 'uncertain",
        "",
        "-: a quotation mark is opened and never closed",
    ),
    (
        SALUD,
        "label: Atención urgente",
        "label: @urgente",
        "@urgente",
        "-: this line begins with a sign that YAML keeps for itself: put the text in quotes",
    ),
    (
        SALUD,
        "label: Atención urgente",
        "label: Atención\x07 urgente",
        "\x07",
        "-: there is a character here that no text needs: delete it and type it again",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "line", "says"), SLIPS, ids=[s[-1] for s in SLIPS])
def test_a_slip_of_the_hand_has_its_own_plain_message(
    folder: Path, spoil: Spoil, file: str, old: str, new: str, line: str, says: str
) -> None:
    spoil(file, old, new)
    lines = [*(folder / file).read_text(encoding="utf-8").split("\n"), ""]
    (problem,) = problems_in(folder)
    assert f"{problem.field}: {problem.text()}" == says
    assert problem.path == file
    assert line in lines[problem.line - 1]


def test_a_kind_that_does_not_exist_is_told_once_with_all_that_do(folder: Path) -> None:
    text = (folder / HOSPITAL).read_text(encoding="utf-8").replace("hospital", "farmacia")
    (folder / "services" / "farmacia.yaml").write_text(text, encoding="utf-8")
    (problem,) = problems_in(folder)
    assert problem.text() == (
        "farmacia is no kind of service: name the file after one of hospital, centro_salud, vih, "
        "salud_mental, cem, albergue, ong, migraciones, comedor, vacunacion, sis"
    )


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (
            "precios.yaml",
            (
                "this file has no place here: the names are entries/*.yaml, services/*.yaml, "
                "eligibility/sis.yaml, lexicon.yaml, triage.yaml, places.yaml, out_of_scope.yaml"
            ),
        ),
        ("entries/vih.yml", "the names of knowledge files end in .yaml: rename this one"),
    ],
)
def test_a_file_without_a_place_is_not_passed_over(folder: Path, name: str, says: str) -> None:
    (folder / name).write_text("a: b\n", encoding="utf-8")
    assert [each.text() for each in problems_in(folder)] == [says]


def test_an_empty_file_and_an_empty_folder_say_so(folder: Path, tmp_path: Path) -> None:
    (folder / SALUD).write_text("# nada\n", encoding="utf-8")
    assert [each.text() for each in problems_in(folder)] == ["the file is empty"]
    assert [each.text() for each in problems_in(tmp_path / "nowhere")] == [
        "there are no .yaml files here"
    ]


def test_a_file_saved_in_an_old_encoding_is_named_with_its_line(folder: Path) -> None:
    path = folder / SALUD
    path.write_bytes(path.read_text(encoding="utf-8").encode("latin-1"))
    (problem,) = problems_in(folder)
    assert (problem.line, problem.text()) == (
        7,
        "this is not UTF-8: save the file with encoding UTF-8",
    )


def test_what_an_editor_on_windows_adds_does_no_harm(folder: Path) -> None:
    path = folder / SALUD
    text = path.read_text(encoding="utf-8")
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert problems_in(folder) == ()


def test_accents_written_as_two_characters_are_the_same_accents(folder: Path) -> None:
    path = folder / SALUD
    path.write_text(unicodedata.normalize("NFD", path.read_text(encoding="utf-8")), "utf-8")
    assert problems_in(folder) == ()
    assert read_directory(folder)[3].body == read_directory(GOOD)[3].body


def test_every_problem_of_every_file_is_told_at_once(folder: Path, spoil: Spoil) -> None:
    spoil(SALUD, "  confidence: official\n", "")
    spoil(SALUD, "title: ¿Dónde", "título: ¿Dónde")
    spoil(HOSPITAL, "status: closed", "status: cerrado")
    assert {(each.path, each.field) for each in problems_in(folder)} == {
        (SALUD, "confidence"),
        (SALUD, "título"),
        (HOSPITAL, "status"),
    }
