"""A registry's capitals, written as a person would write them."""

from __future__ import annotations

import pytest

from health_navigator.directory.proper import proper_address, proper_name
from health_navigator.matching.places import Place

HERE = Place("Huancavelica", "Huancavelica", "Acobambilla")


@pytest.mark.parametrize(
    ("registered", "noun", "name"),
    [
        ("P.S. LOS ANGELES", "PUESTO DE SALUD", "Puesto de Salud Los Ángeles"),
        ("P.S   I-1 PIURA LA VIEJA", "PUESTO DE SALUD", "Puesto de Salud Piura La Vieja"),
        ("C.S. I-3 9 DE OCTUBRE", "CENTRO DE SALUD", "Centro de Salud 9 de Octubre"),
        ("puesto de salud LOS ALAMOS", "PUESTO DE SALUD", "Puesto de Salud Los Alamos"),
        (
            "VICTOR RAUL HAYA DE LA TORRE",
            "PUESTO DE SALUD",
            "Puesto de Salud Víctor Raúl Haya de la Torre",
        ),
        ("DE APOYO JUNIN", "HOSPITAL", "Hospital de Apoyo Junín"),
        ("NAC. DANIEL A. CARRION", "HOSPITAL", "Hospital Nacional Daniel A. Carrión"),
        (
            "HOSPITAL DE LA AMISTAD PERU - COREA SANTA ROSA II-2",
            "HOSPITAL",
            "Hospital de la Amistad Perú - Corea Santa Rosa",
        ),
        ("HOSPITAL III GOYENECHE", "HOSPITAL", "Hospital III Goyeneche"),
        (
            "HOSPITAL DE EMERGENCIAS VILLA EL SALVADOR",
            "HOSPITAL",
            "Hospital de Emergencias Villa El Salvador",
        ),
        (
            'HOSPITAL DE APOYO DE HUANTA "DANIEL ALCIDES CARRIÓN"',
            "HOSPITAL",
            "Hospital de Apoyo de Huanta Daniel Alcides Carrión",
        ),
        ("MENTAL COMUNITARIA VIRU", "CENTRO DE SALUD", "Centro de Salud Mental Comunitaria Virú"),
        ("MARIA  AUXILIADORA", "HOSPITAL", "Hospital María Auxiliadora"),
        (
            "INSTITUTO NACIONAL DE SALUD DEL NIÑO",
            "INSTITUTO",
            "Instituto Nacional de Salud del Niño",
        ),
    ],
)
def test_names(registered: str, noun: str, name: str) -> None:
    assert proper_name(registered, noun) == name
    assert proper_name(name, noun) == name


@pytest.mark.parametrize(
    ("registered", "address"),
    [
        ("JIRON TRIUNFO Nº 035", "Jr. Triunfo 035"),
        (
            "AVENIDA AV. RICARDO PALMA Nº 100 DISTRITO ACOBAMBILLA PROVINCIA X DEPARTAMENTO Y ",
            "Av. Ricardo Palma 100",
        ),
        (
            "JIRÓN JR. TARAPACA S/N PLAZA S/N JR. TARAPACA S/N PLAZA ACOBAMBILLA HUANCAVELICA",
            "Jr. Tarapaca s/n Plaza",
        ),
        (
            "OTROS CC.NN. CANGA S/N NÚMERO S/N DISTRITO EL CENEPA PROVINCIA X DEPARTAMENTO Y ",
            "Comunidad Nativa Canga s/n",
        ),
        ("OTROS CASERIO SHAMBO S/N RIO BAJO NÚMERO S/N", "Caserío Shambo s/n Río Bajo"),
        ("AMARGURA MZ.F LTE.01", "Amargura Mz. F Lt. 01"),
        ("PLAZA PRINCIPAL DE ACOBAMBILLA", "Plaza Principal de Acobambilla"),
        ("CENTRO POBLADO ANCAHUASI / ANCAHUASI / HUANCAVELICA", "Centro Poblado Ancahuasi"),
        ("ACTUALIZAR", None),
        ("OTROS ACTUALIZAR ACTUALIZAR ACOBAMBILLA HUANCAVELICA HUANCAVELICA", None),
        ("S/N", None),
        (" ", None),
    ],
)
def test_addresses(registered: str, address: str | None) -> None:
    assert proper_address(registered, HERE) == address
