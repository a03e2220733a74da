"""Where to go, as messages: services with distance, hours, phone, map, and one tap for "closed"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_datetime, format_time
from babel.numbers import format_decimal

from health_navigator.conversation import replies
from health_navigator.conversation.models import Button, Reply, State
from health_navigator.conversation.taps import Taps
from health_navigator.conversation.understanding import NEAREST, Found, Understanding
from health_navigator.directory import ubigeo
from health_navigator.directory.models import Kind, Service, Status
from health_navigator.i18n import Translate, mark
from health_navigator.knowledge.snapshot import Snapshot

# Neutral on purpose: these words stay on the screen of a phone that others may hold.
KIND_NAMES = {
    Kind.CENTRO_SALUD: mark("Health centre (posta)"),
    Kind.HOSPITAL: mark("Hospital"),
    Kind.VIH: mark("Quick test and treatment"),
    Kind.SALUD_MENTAL: mark("Emotional support"),
    Kind.VACUNACION: mark("Vaccines"),
    Kind.SIS: mark("SIS offices"),
    Kind.CEM: mark("Protection and advice (CEM)"),
    Kind.ALBERGUE: mark("A place to sleep"),
    Kind.COMEDOR: mark("Food"),
    Kind.ONG: mark("Organisations that help"),
    Kind.MIGRACIONES: mark("Migraciones offices"),
}
_MAP = "https://www.openstreetmap.org/?mlat={0:.5f}&mlon={1:.5f}#map=17/{0:.5f}/{1:.5f}"


@dataclass(frozen=True, slots=True)
class Nearby:
    """The words around services in one language."""

    knowledge: Snapshot
    translate: Translate
    locale: str

    def ask_kind(self) -> Reply:
        return replies.ask_kind(
            self.translate, [(kind.value, self.translate(name)) for kind, name in KIND_NAMES.items()]
        )

    def ask_place(self, kind: Kind) -> tuple[Reply, ...]:
        return replies.ask_place(self.translate, self.translate(KIND_NAMES[kind]))

    def show(self, found: Understanding, state: State) -> tuple[tuple[Reply, ...], State]:
        """The services found; or the question for the place that is still needed."""
        kind = found.kind or Kind.CENTRO_SALUD
        state = state.but(kind=kind.value, misses=0, nearby=(), understood=True)
        if found.entry is not None:
            state = state.but(entry=found.entry.id)
        if found.places:
            names = [(ubigeo.label(place), ubigeo.codes()[place]) for place in found.places]
            return (replies.ask_which_place(self.translate, names, kind.value),), state.but(waiting=None)
        if not found.services:
            return self.ask_place(kind), state.but(waiting="place")
        shown, rest = found.services[:NEAREST], found.services[NEAREST:]
        state = state.but(
            place=found.place, waiting="place", nearby=tuple(each.service.id for each in rest)
        )
        beside = ((replies.entry_button(found.entry),),) if found.entry else ()
        return (self._list(kind, shown, has_more=bool(rest), beside=beside),), state

    def more(
        self, state: State, moment: datetime
    ) -> tuple[tuple[Reply, ...], State] | None:
        """The next services of the last list; None when there is none left."""
        known = (self.knowledge.directory.get(each) for each in state.nearby)
        left = [Found.at(service, None, moment) for service in known if service is not None]
        if not left or state.kind is None:
            return None
        shown, rest = left[:NEAREST], left[NEAREST:]
        reply = self._list(Kind(state.kind), shown, has_more=bool(rest))
        return (reply,), state.but(nearby=tuple(each.service.id for each in rest))

    def closed(self, service: Service) -> Reply:
        """A closed service asked for by name: say so, and what is open instead."""
        _ = self.translate
        open_now = [each.name for each in self.knowledge.directory.replacements(service)]
        text = _("{name} is closed.").format(name=service.name)
        if open_now:
            text += "\n" + _("Open instead:") + "\n" + "\n".join(open_now)
        return Reply(text, buttons=(self._other_place(service.kind), replies.home(_)))

    def out_of_reach(self, kind: Kind) -> Reply:
        _ = self.translate
        text = _(
            "That point is outside Peru or in the sea, and I only know places in Peru. "
            "Write your district or city instead."
        )
        return Reply(text, buttons=(self._other_place(kind), replies.home(_)))

    def reported(self) -> Reply:
        _ = self.translate
        text = _("Thank you. Our team will check it. Call before you go, if there is a number.")
        return Reply(text, buttons=(replies.home(_),))

    def _list(
        self,
        kind: Kind,
        shown: Sequence[Found],
        *,
        has_more: bool,
        beside: replies.Rows = (),
    ) -> Reply:
        _ = self.translate
        text = "\n\n".join(f"{number}. {self.describe(found)}" for number, found in enumerate(shown, 1))
        more = ((Button(_("See more"), Taps.MORE),),) if has_more else ()
        return Reply(
            f"{text}\n\n" + _("⚠️ and its number: tell us that it is closed or wrong."),
            heading=_(KIND_NAMES[kind]),
            buttons=(
                *_row(_maps(shown)),
                *_row(_wrongs(shown)),
                *more,
                *beside,
                self._other_place(kind),
                replies.home(_),
            ),
        )

    def _other_place(self, kind: Kind) -> replies.Row:
        return (Button(self.translate("Another place"), Taps.NEAR.with_argument(kind.value)),)

    def describe(self, found: Found) -> str:
        """One service in a few short lines."""
        service = found.service
        lines = (
            service.name,
            ", ".join(part for part in (service.address, service.district) if part),
            self._distance(found),
            self._opening(found),
            " · ".join(f"📞 {phone}" for phone in service.phones[:2]),
            self._caution(service),
            self.translate("Checked: {month}.").format(
                month=replies.month(service.verified_on, self.locale)
            ),
        )
        return "\n".join(line for line in lines if line)

    def _distance(self, found: Found) -> str:
        if found.kilometres is None:
            return ""
        number = format_decimal(round(found.kilometres, 1), locale=self.locale)
        about = self.translate("about {number} km") if found.service.approximate else "{number} km"
        return about.format(number=number)

    def _opening(self, found: Found) -> str:
        _ = self.translate
        opening = found.opening
        if opening is None or opening.open_now is None:
            return found.service.hours_note or ""
        if opening.open_now:
            return _("Open now")
        if opening.opens_at is None:
            return _("Closed now")
        day = format_datetime(opening.opens_at, "EEEE d", locale=self.locale)
        hour = format_time(opening.opens_at, "HH:mm", locale=self.locale)
        return _("Closed now. Opens {day} at {hour}").format(day=day, hour=hour)

    def _caution(self, service: Service) -> str:
        if service.status is Status.UNKNOWN:
            return self.translate("Call before you go: we could not confirm that it is open.")
        return service.access or ""


def _row(buttons: Iterable[Button]) -> replies.Rows:
    row = tuple(buttons)
    return (row,) if row else ()


def _maps(shown: Sequence[Found]) -> Iterable[Button]:
    for number, found in enumerate(shown, 1):
        service = found.service
        if service.latitude is not None and service.longitude is not None:
            yield Button(f"🗺 {number}", url=_MAP.format(service.latitude, service.longitude))


def _wrongs(shown: Sequence[Found]) -> Iterable[Button]:
    for number, found in enumerate(shown, 1):
        yield Button(f"⚠️ {number}", Taps.WRONG.with_argument(found.service.id))
