"""A registry of health establishments in the Ministry's form."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO

from health_navigator.directory.registry import COLUMNS

POST = {
    "institution": "GOBIERNO REGIONAL",
    "code": "7050",
    "name": "AMBATO",
    "class": "PUESTOS DE SALUD O POSTAS DE SALUD",
    "department": "CAJAMARCA",
    "province": "CUTERVO",
    "district": "SANTA CRUZ",
    "ubigeo": "60611",
    "address": "COMUNIDAD DE AMBATO",
    "category": "I-1",
    "phone": "041475205",
    "hours": "8:00 - 14:00",
    "state": "ACTIVADO",
    "condition": "EN FUNCIONAMIENTO",
    "north": "-78.85838013",
    "east": "-6.1335228",
}


def csv_of(*rows: Mapping[str, str], delimiter: str = ",") -> str:
    out = StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(COLUMNS.values())
    writer.writerows([[row.get(name, "") for name in COLUMNS] for row in rows])
    return out.getvalue()
