"""Who is looking at a page, and what she sent: her session, the form's own token, clean texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from health_navigator.admin import sessions
from health_navigator.admin.api.dependencies import SAFE_METHODS, is_readable, office_of, origin_of
from health_navigator.admin.office import Office
from health_navigator.admin.refusals import NotSignedIn
from health_navigator.admin.rights import Person, Right
from health_navigator.i18n import mark

CSRF_FIELD = "_ficha"
# On which page a form stands: browsers are told to send no referrer.
PAGE_FIELD = "_pagina"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is logged in, and the secret that her forms' token is made of."""

    person: Person
    secret: str

    @property
    def csrf(self) -> str:
        return sessions.csrf_token(self.secret)

    def may(self, right: Right) -> bool:
        return self.person.may(right)


@dataclass(frozen=True, slots=True)
class Posted:
    """The texts of a form, without the signs that no keyboard makes; lines end as in Unix."""

    texts: Mapping[str, str]

    @classmethod
    def of(cls, form: FormData) -> Posted:
        return cls({name: clean(text) for name, text in pairs(form)})

    def get(self, name: str) -> str:
        return self.texts.get(name, "").strip()


def pairs(form: FormData) -> Iterable[tuple[str, str]]:
    """What was typed, files and our own fields left out."""
    for name, value in form.multi_items():
        if not isinstance(value, UploadFile) and name not in (CSRF_FIELD, PAGE_FIELD):
            yield name, value


def clean(text: str) -> str:
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(filter(is_readable, plain))


async def visit(request: Request) -> Visitor:
    """Whose session it is; raises NotSignedIn, or NotAllowed for a form that is not ours."""
    secret = request.cookies.get(sessions.COOKIE, "")
    office, origin = office_of(request), origin_of(request)
    person = await office.transact(lambda session: sessions.find_person(session, secret, origin))
    if person is None:
        raise NotSignedIn(mark("log in first, or send a token"))
    visitor = Visitor(person, secret)
    request.state.visitor = visitor
    if request.method not in SAFE_METHODS:
        sessions.refuse_forged(secret, (await request.form()).get(CSRF_FIELD))
    return visitor


async def posted(request: Request) -> Posted:
    return Posted.of(await request.form())


@dataclass(frozen=True, slots=True)
class _Needs:
    right: Right

    def __call__(self, visitor: Annotated[Visitor, Depends(visit)]) -> Visitor:
        visitor.person.need(self.right)
        return visitor


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in the address after the question mark."""

    request: Request

    def get(self, name: str) -> str | None:
        return clean(self.request.query_params.get(name, ""))[:200].strip() or None

    @property
    def page(self) -> int:
        number = self.get("pagina") or "1"
        return min(max(int(number), 1), 10_000) if number.isdecimal() else 1


Door = Annotated[Office, Depends(office_of)]
Form = Annotated[Posted, Depends(posted)]
Query = Annotated[Asked, Depends(Asked)]
Anybody = Annotated[Visitor, Depends(visit)]
Reader = Annotated[Visitor, Depends(_Needs(Right.READ))]
Editor = Annotated[Visitor, Depends(_Needs(Right.EDIT))]
Importer = Annotated[Visitor, Depends(_Needs(Right.IMPORT))]
Watcher = Annotated[Visitor, Depends(_Needs(Right.FIGURES))]
Operator = Annotated[Visitor, Depends(_Needs(Right.OPERATE))]
Auditor = Annotated[Visitor, Depends(_Needs(Right.AUDIT))]
PeopleKeeper = Annotated[Visitor, Depends(_Needs(Right.PEOPLE))]
