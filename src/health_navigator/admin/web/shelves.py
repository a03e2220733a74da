"""Entries, services and documents as the pages' addresses name them."""

from __future__ import annotations

from enum import StrEnum

from health_navigator.knowledge.models import ItemKind


class Shelf(StrEnum):
    ENTRIES = "entradas"
    SERVICES = "servicios"
    DOCUMENTS = "documentos"

    @property
    def kind(self) -> ItemKind:
        return _KINDS[self]

    @property
    def is_form(self) -> bool:
        """Whether there is a form for it; documents have pages of their own, if any."""
        return self is not Shelf.DOCUMENTS

    @property
    def new_path(self) -> str:
        return "/admin/nueva-entrada" if self is Shelf.ENTRIES else "/admin/nuevo-servicio"

    def path(self, item_id: str) -> str:
        return f"/admin/{self}/{item_id}"


_KINDS = {
    Shelf.ENTRIES: ItemKind.ENTRY,
    Shelf.SERVICES: ItemKind.SERVICE,
    Shelf.DOCUMENTS: ItemKind.DOCUMENT,
}
_SHELVES = {kind: shelf for shelf, kind in _KINDS.items()}


def shelf_of(kind: str) -> Shelf:
    return _SHELVES[ItemKind(kind)]
