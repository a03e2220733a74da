"""What the staff's pages call things, in Spanish: states, roles, kinds, deeds of the audit."""

from __future__ import annotations

import re
from datetime import date, datetime

from babel.dates import format_date, format_datetime

from health_navigator.admin.drafts import State
from health_navigator.admin.exchange import Deed
from health_navigator.admin.rights import Role
from health_navigator.clock import LIMA
from health_navigator.directory.models import Kind, Scope, Status
from health_navigator.knowledge.models import FigureKind
from health_navigator.provenance import Confidence

STATES = {
    State.DRAFT: "Borrador",
    State.IN_REVIEW: "En revisión",
    State.REJECTED: "Devuelto",
    State.PUBLISHED: "Publicado",
    State.RETIRED: "Retirado",
}
ROLES = {
    Role.EDITOR: "Editora o editor: escribe borradores",
    Role.APPROVER: "Aprobadora o aprobador: además publica, retira e importa",
    Role.OPERATOR: "Operación: cuida el servicio, sin ver contenidos",
    Role.ADMIN: "Administración: todo, también las personas",
}
ROLE_NAMES = {
    Role.EDITOR: "edición",
    Role.APPROVER: "aprobación",
    Role.OPERATOR: "operación",
    Role.ADMIN: "administración",
}
CONFIDENCE = {
    Confidence.OFFICIAL: "Fuente oficial",
    Confidence.NGO: "De una ONG",
    Confidence.PRESS: "De la prensa",
    Confidence.UNCERTAIN: "Sin confirmar",
}
KINDS = {
    Kind.HOSPITAL: "Hospital",
    Kind.CENTRO_SALUD: "Centro de salud",
    Kind.VIH: "VIH: prueba y tratamiento",
    Kind.SALUD_MENTAL: "Salud mental",
    Kind.CEM: "Centro Emergencia Mujer",
    Kind.ALBERGUE: "Albergue",
    Kind.ONG: "ONG",
    Kind.MIGRACIONES: "Migraciones",
    Kind.COMEDOR: "Comedor",
    Kind.VACUNACION: "Vacunación",
    Kind.SIS: "SIS",
}
STATUSES = {
    Status.ACTIVE: "Abierto",
    Status.TEMPORARILY_CLOSED: "Cerrado por un tiempo",
    Status.CLOSED: "Cerrado",
    Status.UNKNOWN: "No se sabe",
}
# As the list of services says it beside «Publicado».
NOT_OPEN = {
    Status.TEMPORARILY_CLOSED: "cerrado por ahora",
    Status.CLOSED: "cerrado",
    Status.UNKNOWN: "no se sabe si atiende",
}
SCOPES = {Scope.LOCAL: "Un lugar", Scope.NATIONAL: "Todo el país (una línea)"}
FIGURE_KINDS = {
    FigureKind.PRICE: "precio",
    FigureKind.AMOUNT: "cantidad",
    FigureKind.DEADLINE: "plazo",
    FigureKind.DURATION: "duración",
    FigureKind.AGE: "edad",
    FigureKind.LAW: "ley",
    FigureKind.OTHER: "otra",
}
DEEDS = {
    Deed.NEW: "Nueva",
    Deed.CHANGED: "Cambia",
    Deed.UNCHANGED: "Igual",
    Deed.WRONG: "Con errores",
}
OUTCOMES = {
    "answer": "Responde",
    "services": "Muestra lugares",
    "urgent": "Peligro: números de emergencia",
    "clarify": "Pregunta cuál de estas",
    "no_answer": "No sabe y lo dice",
    "smalltalk": "Saluda o conversa",
}
VERDICTS = {
    "assigned": "agregadas a una entrada",
    "new_draft": "con entrada nueva",
    "out_of_scope": "fuera de alcance",
    "discarded": "descartadas",
}
PARTS = {
    "near words": "Palabras parecidas",
    "near topics": "Asunto parecido",
    "near meaning": "Significado parecido",
    "title": "Significado del título",
    "body": "Palabras de la respuesta",
    "learnt": "Lo aprendido de todas las preguntas",
}

_SUBJECTS = {
    "entry": "la entrada",
    "service": "el servicio",
    "document": "el documento",
    "knowledge": "los contenidos",
}
_VERBS = {
    "save": "Guardó",
    "submit": "Envió a revisión",
    "publish": "Publicó",
    "reject": "Devolvió",
    "retire": "Retiró",
    "discard": "Descartó el borrador de",
    "revert": "Volvió atrás",
    "comment": "Comentó",
    "import": "Importó en",
    "export": "Exportó",
    "reports_settled": "Cerró los avisos sobre",
}
_DEEDS = {
    "session.begin": "Entró",
    "person.add": "Agregó una cuenta",
    "person.disable": "Cerró una cuenta",
    "person.reset": "Renovó una cuenta",
    "person.password": "Cambió su contraseña",
    "person.token": "Creó una llave para un programa",
    "unanswered.assigned": "Agregó preguntas sin respuesta a una entrada",
    "unanswered.new_draft": "Hizo una entrada con preguntas sin respuesta",
    "unanswered.out_of_scope": "Puso preguntas fuera de alcance",
    "unanswered.discarded": "Descartó preguntas sin respuesta",
}
# Learning anew takes as long as the machine needs: from a few seconds to half a minute when busy.
_LEARNS = (
    "lo aprende solo y lo dice en menos de un minuto, casi siempre. Puedes seguir con otra cosa."
)
_UNLEARNS = "deja de decirlo en menos de un minuto, casi siempre. Puedes seguir con otra cosa."
SLOW = (
    "Comprobando todas las preguntas. Tarda unos segundos; si el servidor está ocupado, "
    "hasta un minuto. No hace falta pulsar otra vez: la página sigue sola."
)
NOTICES = {
    "guardado": "Guardado como borrador. El bot no lo dice hasta que otra persona lo apruebe.",
    "incompleto": "Guardado, pero incompleto: mira lo que falta para enviarlo a revisión.",
    "enviado": "Enviado a revisión. Ahora lo aprueba otra persona.",
    "publicado": f"Publicado. El bot {_LEARNS}",
    "devuelto": "Devuelto, con tu comentario.",
    "retirado": f"Retirado. El bot {_UNLEARNS}",
    "descartado": "El borrador se descartó. Lo publicado sigue igual.",
    "revertido": "La versión anterior es ahora un borrador. Revísala y envíala.",
    "comentado": "Comentario guardado.",
    "verificado": "Anotado: verificado hoy. Falta que otra persona lo apruebe.",
    "agregado": "Las preguntas están en el borrador. Pruébalo y envíalo a revisión.",
    "fuera": "Las preguntas están entre lo que el bot no responde. Falta enviarlo a revisión.",
    "fuera-otra-vez": "Las preguntas están entre lo que el bot no responde. Estaba en revisión y "
    "volvió a ser borrador: envíalo otra vez.",
    "preguntas": "Preguntas descartadas. Solo queda la cuenta.",
    "avisos": "Avisos cerrados. Gracias por revisar.",
    "clave": "Contraseña cambiada. Entra de nuevo con la nueva.",
    "salio": "Saliste. Hasta luego.",
    "salio-todo": "Se cerraron todas tus sesiones.",
    "cuenta": "La cuenta está cerrada. Sus sesiones y llaves ya no sirven.",
    "llave": "La llave ya no sirve.",
    "sin-hacer": "Tu sesión había terminado. Ya entraste, pero lo que pulsaste no se hizo: "
    "púlsalo otra vez.",
}
# Those that tell of something that did not happen.
WARNINGS = frozenset({"sin-hacer"})


def deed(what: str) -> str:
    """«entry.publish» as «Publicó la entrada»."""
    if what in _DEEDS:
        return _DEEDS[what]
    subject, _, verb = what.partition(".")
    if verb not in _VERBS or subject not in _SUBJECTS:
        return what
    return f"{_VERBS[verb]} {_SUBJECTS[subject]}"


def all_deeds() -> dict[str, str]:
    """Every deed of the audit, for a choice."""
    on_items = (
        f"{subject}.{verb}"
        for subject in ("entry", "service", "document")
        for verb in _VERBS
        if verb not in ("export", "reports_settled")
    )
    others = ("service.reports_settled", "knowledge.export", *_DEEDS)
    return {what: deed(what) for what in (*on_items, *others)}


_NOTES = (
    (re.compile(r"(\d+) questions of group \w+"), r"\1 preguntas del grupo"),
    (re.compile(r"four eyes are off: approved by an author"), "sin cuatro ojos: aprobó su autora"),
    (re.compile(r"to revision (\d+)"), r"a la versión \1"),
    (re.compile(r"(\d+) of (\d+) rows"), r"\1 de \2 filas"),
)


def note(text: str) -> str:
    """What the audit notes by itself, in Spanish; what people wrote stays as it is."""
    for english, spanish in _NOTES:
        text = english.sub(spanish, text)
    return text


def named(value: object) -> object:
    """A role in Spanish; anything else as it is."""
    return ROLE_NAMES[Role(value)] if isinstance(value, str) and value in [*Role] else value


def who(name: str) -> str:
    """Whoever is no person, in words."""
    return {"files": "archivos del proyecto", "command-line": "línea de órdenes"}.get(name, name)


def day(value: date | str | None) -> str:
    """21 nov 2026."""
    if not value:
        return "—"
    when = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return format_date(when, "d MMM y", locale="es")


def moment(value: datetime) -> str:
    """21 nov 2026, 15:04 in Lima."""
    return format_datetime(value.astimezone(LIMA), "d MMM y, HH:mm", locale="es")


def days_left(days: int) -> str:
    match days:
        case 0:
            return "vence hoy"
        case 1:
            return "vence mañana"
        case -1:
            return "venció ayer"
        case _ if days > 0:
            return f"vence en {days} días"
        case _:
            return f"venció hace {-days} días"
