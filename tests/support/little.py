"""The smallest knowledge that the program starts with: quick to compile, made for these tests."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from health_navigator.knowledge import yaml_text

SOURCE = {
    "title": "Página",
    "publisher": "Minsa",
    "url": "https://www.gob.pe/minsa",
    "date": "2025-06",
}
VOUCHED = {
    "sources": [SOURCE],
    "verified_on": "2026-11-01",
    "review_by": "2027-02-01",
    "confidence": "official",
}

SIS_QUESTIONS = [
    "puedo sacar el sis sin documentos",
    "no tengo papeles y quiero el seguro",
    "afiliarme al seguro integral sin cedula",
    "el sis me recibe si estoy indocumentada",
]
VACCINE_QUESTIONS = [
    "donde vacuno a mi bebe",
    "vacunas gratis para niños",
    "cuanto cuesta vacunar a mi hija",
    "mi hijo perdio el carnet de vacunas",
]
DENTIST_QUESTIONS = [
    "me duele una muela",
    "dentista gratis en la posta",
    "quiero sacarme un diente",
    "tengo caries y no tengo plata",
]
HELLO_QUESTIONS = ["hola", "buenos dias", "buenas tardes", "que tal"]

_DANGERS = {
    "suicidio": "quiero matarme",
    "violencia": "mi marido me pega",
    "violencia-sexual": "me violaron anoche",
    "emergencia-medica": "no puede respirar y se pone morado",
    "menor-en-peligro": "se llevaron a mi niña",
    "trata": "me quitaron el pasaporte y no me dejan salir",
}


def little_knowledge(folder: Path) -> Path:
    """Four entries of three topics, two services, and signs of danger."""
    files = {
        "entries/sis": _topic(
            "sis",
            "Seguro",
            [_entry("sis-sin-papeles", "¿Puedo tener el SIS sin papeles?", SIS_QUESTIONS)],
        ),
        "entries/atencion": _topic(
            "atencion",
            "Atención",
            [
                _entry("vacuna-bebe", "¿Dónde vacuno a mi bebé?", VACCINE_QUESTIONS),
                _entry("dentista", "¿Hay dentista gratis?", DENTIST_QUESTIONS),
            ],
        ),
        "entries/bot": _topic(
            "bot", "Sobre el bot", [_entry("hola", "Hola, soy el bot", HELLO_QUESTIONS, ())]
        ),
        "services/ong": {
            "kind": "ong",
            "services": [_service("ong-uno", "Casa Uno"), _service("ong-dos", "Casa Dos")],
        },
        "triage": {"dangers": [_danger(name, phrase) for name, phrase in _DANGERS.items()]},
        "out_of_scope": {"groups": [_OUTSIDE]},
    }
    for name, value in files.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml_text.dump(_dated(value)), encoding="utf-8")
    return folder


def _dated(value: Any) -> Any:
    """Dates instead of JSON's texts: YAML wants them bare."""
    if isinstance(value, dict):
        return {
            key: date.fromisoformat(item) if key in ("verified_on", "review_by") else _dated(item)
            for key, item in value.items()
        }
    return [_dated(item) for item in value] if isinstance(value, list) else value


def _topic(topic: str, title: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    return {"topic": topic, "title": title, "entries": entries}


def _entry(
    entry_id: str, title: str, questions: list[str], pinned: tuple[int, ...] = (0,)
) -> dict[str, Any]:
    return {
        "id": entry_id,
        "title": title,
        "questions": questions,
        "answer": "Sí. Pregunta en la posta más cercana.\n\nAllí te ayudan gratis.",
        **({"pinned": [questions[at] for at in pinned]} if pinned else {}),
        **VOUCHED,
    }


def _service(service_id: str, name: str) -> dict[str, Any]:
    return {
        "id": service_id,
        "name": name,
        "department": "Lima",
        "province": "Lima",
        "district": "Comas",
        "ubigeo": "150110",
        "address": "Jirón Uno 123",
        "phones": ["999 888 777"],
        "hours": "Mo-Fr 08:00-17:00",
        **VOUCHED,
    }


def _danger(name: str, phrase: str) -> dict[str, Any]:
    return {
        "id": name,
        "entry": "hola",
        "message": "Llama al 105.",
        "call": [{"name": "Policía", "phone": "105"}],
        "phrases": [phrase],
    }


_OUTSIDE = {
    "id": "licencia",
    "title": "Licencia de conducir",
    "distance": "far",
    "examples": ["como saco el brevete", "licencia de conducir para moto"],
}
