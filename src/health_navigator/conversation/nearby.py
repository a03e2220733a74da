"""Where to go, as messages: services with distance, hours, phone, map, and one tap for "closed"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from babel.dates import format_datetime, format_time
from babel.numbers import format_decimal

from health_navigator.conversation import replies
from health_navigator.conversation.models import WAITING_FOR_PLACE, Button, Reply, State
from health_navigator.conversation.taps import Taps
from health_navigator.conversation.understanding import NEAREST, Found, Understanding
from health_navigator.directory import ubigeo
from health_navigator.directory.models import Kind, Service, Status
from health_navigator.directory.nearest import kilometres_from
from health_navigator.i18n import Translate, formats, mark
from health_navigator.knowledge.snapshot import Snapshot
from health_navigator.matching.places import Place
from health_navigator.provenance import Confidence

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
_NAMESAKES_SHOWN = 8

Shown = tuple[tuple[Reply, ...], State]


@dataclass(frozen=True, slots=True)
class Nearby:
    """The words around services in one language, at one moment."""

    knowledge: Snapshot
    translate: Translate
    locale: str
    moment: datetime

    def ask_kind(self) -> Reply:
        named = [(kind.value, self.translate(name)) for kind, name in KIND_NAMES.items()]
        return replies.ask_kind(self.translate, named)

    def ask_place(self, kind: Kind) -> Reply:
        return replies.ask_place(self.translate, self.translate(KIND_NAMES[kind]))

    @staticmethod
    def waiting(state: State, kind: Kind) -> State:
        """The state after `ask_place`."""
        return state.but(
            kind=kind.value,
            waiting=WAITING_FOR_PLACE,
            keyboard=True,
            nearby=(),
            listed=(),
            misses=0,
        )

    def show(self, found: Understanding, state: State) -> Shown:
        """The services found; or the question for the place that is still needed."""
        kind = found.kind or Kind.CENTRO_SALUD
        before = tuple(state.listed) if state.kind else ()
        state = state.but(
            entry=found.entry.id if found.entry else None,
            kind=kind.value,
            misses=0,
            nearby=(),
            listed=(),
            understood=True,
            waiting=None,
        )
        if found.places:
            return self.more_namesakes(state.but(namesakes=_codes(found.places))) or ((), state)
        if found.services:
            (reply,), state = self._found(found, kind, state.but(place=found.place))
            return (self._again_said(reply) if state.listed == before else reply,), state
        if found.place is not None:
            return (self._none_there(kind, found.place),), state
        return (self.ask_place(kind),), self.waiting(state, kind)

    def _found(self, found: Understanding, kind: Kind, state: State) -> Shown:
        shown, rest = found.services[:NEAREST], found.services[NEAREST:]
        beside = ((replies.entry_button(found.entry),),) if found.entry else ()
        reply = self._list(kind, shown, found.place, has_more=bool(rest), beside=beside)
        return (reply,), state.but(nearby=_ids(rest), listed=_ids(shown))

    def _again_said(self, reply: Reply) -> Reply:
        """A list that was the last one already, and says so."""
        line = self.translate("These are the same as above. For others, write a district near you.")
        return replace(reply, text=f"{line}\n\n{reply.text}")

    def more(self, state: State) -> Shown | None:
        """The next services of the last list; None when there is none left.

        Distances come from the place that was typed; a shared location was forgotten at once.
        """
        known = (self.knowledge.directory.get(each) for each in state.nearby)
        left = [self._again(service, state.place) for service in known if service is not None]
        if not left or state.kind is None:
            return None
        shown, rest = left[:NEAREST], left[NEAREST:]
        reply = self._list(Kind(state.kind), shown, state.place, has_more=bool(rest))
        return (reply,), state.but(nearby=_ids(rest), listed=_ids(shown))

    def no_more(self, kind: Kind) -> Reply:
        """That all were shown that are known there, and the question for another place."""
        line = self.translate("I know no other place of this kind near there.")
        ask = self.ask_place(kind)
        return replace(ask, text=f"{line}\n\n{ask.text}")

    def one(self, state: State, place: int) -> Reply | None:
        """One service of the last list by itself."""
        service = self.knowledge.directory.get(state.listed[place])
        if service is None:
            return None
        _ = self.translate
        found = Found.at(service, None, self.moment)
        return Reply(
            self.describe(found),
            heading=_(KIND_NAMES[service.kind]),
            buttons=(
                *_row(_maps([found])),
                *_row(_wrongs([found])),
                replies.elsewhere_button(_, service.kind),
                replies.home(_),
            ),
        )

    def kind_listed(self, state: State) -> Kind | None:
        """The kind of the services of the last list; None where nothing was listed."""
        known = (self.knowledge.directory.get(each) for each in state.listed)
        return next((service.kind for service in known if service), None)

    def hours(self, state: State) -> Reply | None:
        """When the services of the last list are open; None where there is none."""
        _ = self.translate
        known = (self.knowledge.directory.get(each) for each in state.listed)
        listed = [Found.at(service, None, self.moment) for service in known if service]
        if not listed:
            return None
        times = "\n\n".join(
            f"{number}. {self._when(found)}" for number, found in enumerate(listed, 1)
        )
        last = _("Hours change, above all on Sundays and holidays. Call before you go.")
        buttons = (replies.elsewhere_button(_, listed[0].service.kind), replies.home(_))
        return Reply(f"{times}\n\n{last}", heading=_("Hours"), buttons=buttons)

    def _when(self, found: Found) -> str:
        """A service's name, hours and phone."""
        unknown = self.translate("I do not know its hours.")
        phones = " · ".join(f"📞 {phone}" for phone in found.service.phones[:2])
        lines = (found.service.name, self._opening(found) or unknown, phones)
        return "\n".join(line for line in lines if line)

    def _again(self, service: Service, place: Place | None) -> Found:
        centre = self.knowledge.directory.centres.get(place) if place else None
        if centre is None or service.latitude is None or service.longitude is None:
            return Found.at(service, None, self.moment)
        point = np.array([[service.latitude, service.longitude]])
        return Found.at(service, float(kilometres_from(centre, point)[0]), self.moment)

    def more_namesakes(self, state: State) -> Shown | None:
        """The next places of those that share the name that was written; None when none is left."""
        known = [(code, ubigeo.places_by_code().get(code)) for code in state.namesakes]
        named = [(ubigeo.label(place), code) for code, place in known if place is not None]
        if not named or state.kind is None:
            return None
        shown, rest = named[:_NAMESAKES_SHOWN], named[_NAMESAKES_SHOWN:]
        reply = replies.ask_which_place(self.translate, shown, state.kind, has_more=bool(rest))
        # A place with its region may be typed as well.
        state = state.but(namesakes=tuple(code for _, code in rest), waiting=WAITING_FOR_PLACE)
        return (reply,), state

    def closed(self, service: Service) -> Reply:
        """A closed service asked for by name: say so, and what is open instead."""
        _ = self.translate
        instead = [
            self.describe(Found.at(each, None, self.moment))
            for each in self.knowledge.directory.replacements(service)
        ]
        text = _("{name} is closed.").format(name=service.name)
        if instead:
            text = "\n\n".join((text, _("Open instead:"), *instead))
        buttons = (replies.elsewhere_button(_, service.kind), replies.home(_))
        return Reply(text, buttons=buttons)

    def out_of_reach(self, kind: Kind) -> Reply:
        _ = self.translate
        text = _(
            "That point is outside Peru or in the sea, and I only know places in Peru. "
            "Write your district or city instead."
        )
        return Reply(text, buttons=(replies.elsewhere_button(_, kind), replies.home(_)))

    def unknown_place(self) -> Reply:
        _ = self.translate
        text = _(
            "I do not know that place. Write only the name of your district, or of the nearest "
            "city, for example «Trujillo».\n\n📞 113 · health, free: they tell you where to go"
        )
        return Reply(text, asks_location=replies.share_location(_), buttons=(replies.home(_),))

    def _none_there(self, kind: Kind, place: Place) -> Reply:
        _ = self.translate
        text = _(
            "I have no address of this kind in {place}.\n\n"
            "📞 113 · health, free: they tell you where to go"
        ).format(place=ubigeo.label(place))
        return Reply(
            text,
            heading=_(KIND_NAMES[kind]),
            buttons=(replies.elsewhere_button(_, kind), replies.home(_)),
        )

    def reported(self) -> Reply:
        _ = self.translate
        text = _("Thank you. Our team will check it. Call before you go, if there is a number.")
        return Reply(text, buttons=(replies.home(_),))

    def _list(
        self,
        kind: Kind,
        shown: Sequence[Found],
        place: Place | None,
        *,
        has_more: bool,
        beside: replies.Rows = (),
    ) -> Reply:
        _ = self.translate
        if place is not None and not self._knows_middle(place):
            shown = [replace(found, kilometres=None) for found in shown]
        text = "\n\n".join(
            f"{number}. {self.describe(found, is_exact=place is None)}"
            for number, found in enumerate(shown, 1)
        )
        around = (_(KIND_NAMES[kind]), *((ubigeo.label(place),) if place else ()))
        more = ((Button(_("See more"), Taps.MORE),),) if has_more else ()
        return Reply(
            f"{text}\n\n" + _("Is a place closed, or something wrong? Tap ⚠️ with its number."),
            heading=" · ".join(around),
            buttons=(
                *_row(_maps(shown)),
                *_row(_wrongs(shown)),
                *more,
                *beside,
                replies.elsewhere_button(_, kind),
                replies.home(_),
            ),
        )

    def _knows_middle(self, place: Place) -> bool:
        """Whether distances from the place mean something: its middle is no wider place's."""
        centres = self.knowledge.directory.centres
        wider = Place(place.department, place.province if place.district else None)
        return place == wider or centres.get(place) != centres.get(wider)

    def describe(self, found: Found, *, is_exact: bool = True) -> str:
        """One service in a few short lines. `is_exact`: measured from where the person is."""
        service = found.service
        checked = replies.month(service.verified_on, self.locale)
        lines = (
            service.name,
            self.translate("For: {whom}").format(whom=service.population)
            if service.population
            else "",
            ", ".join(part for part in (service.address, service.district) if part),
            self._distance(found, is_exact=is_exact and not service.approximate),
            self._opening(found),
            " · ".join(f"📞 {phone}" for phone in service.phones[:2]),
            service.access or "",
            self._caution(service),
            self.translate("Checked: {month}.").format(month=checked),
        )
        return "\n".join(line for line in lines if line)

    def _distance(self, found: Found, *, is_exact: bool) -> str:
        if found.kilometres is None:
            return ""
        number = format_decimal(round(found.kilometres, 1), locale=formats(self.locale))
        return ("{number} km" if is_exact else self.translate("about {number} km")).format(
            number=number
        )

    def _opening(self, found: Found) -> str:
        _ = self.translate
        opening = found.opening
        if opening is None or opening.open_now is None:
            return found.service.hours_note or ""
        if opening.open_now:
            # Where only the emergency is open day and night, "open" would promise too much.
            return found.service.hours_note or _("Open now")
        if opening.opens_at is None:
            return _("Closed now")
        day = format_datetime(opening.opens_at, "EEEE d", locale=formats(self.locale))
        hour = format_time(opening.opens_at, "HH:mm", locale=formats(self.locale))
        return _("Closed now. Opens {day} at {hour}").format(day=day, hour=hour)

    def _caution(self, service: Service) -> str:
        """What to think of a place that nobody confirmed, or not for long."""
        doubt = self._doubt(service)
        says_so = "llama" in (service.access or "").lower()
        if not doubt or says_so or not service.phones:
            return doubt
        call_first = self.translate("Call before you go.")
        return f"{doubt} {call_first}"

    def _doubt(self, service: Service) -> str:
        _ = self.translate
        if service.status is Status.UNKNOWN:
            return _("We could not confirm that it is open.")
        if service.confidence is Confidence.UNCERTAIN:
            return _("This is not confirmed.")
        if service.is_stale(self.moment.date()):
            return _("This may have changed since we checked it.")
        return ""


def _ids(found: Sequence[Found]) -> tuple[str, ...]:
    return tuple(each.service.id for each in found)


def _codes(places: Sequence[Place]) -> tuple[str, ...]:
    return tuple(ubigeo.codes()[place] for place in places)


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
