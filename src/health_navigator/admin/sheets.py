"""CSV and XLSX as rows of texts: any encoding and separator that offices use, formulas refused."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any, cast

from health_navigator.admin.refusals import Fault, Invalid
from health_navigator.csv_text import decoded, separator_of
from health_navigator.i18n import mark

# A packed file may claim to be small and unpack to gigabytes.
MOST_UNPACKED = 100_000_000
MOST_ROWS = 20_000
_LONGEST_CELL = 200_000
_ZIP = b"PK"
# What Excel wrote before 2007.
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
# UTF-8 that was read as something older: «Ã©» was «é», «Â¿» was «¿».
_BROKEN = re.compile("Ã[\xa1\xa9\xad\xb1\xb3\xba\xbc\x81\x89]|Â[¿¡°]|\ufffd")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row and the number under which a spreadsheet shows it; columns that are `formulas`."""

    line: int
    cells: tuple[str, ...]
    formulas: frozenset[int] = frozenset()


def read(content: bytes, name: str = "") -> list[SheetRow]:
    """The rows of a CSV or XLSX file, told apart by their first bytes; raises Invalid."""
    _refuse_what_is_no_sheet(content, name)
    rows = _read_xlsx(content) if content.startswith(_ZIP) else _read_csv(content)
    found = [row for row in rows if any(row.cells)]
    if len(found) > MOST_ROWS:
        raise _unreadable(mark("more than {most} rows: cut the file in parts"), most=MOST_ROWS)
    _refuse_broken_accents(found)
    return found


def _refuse_what_is_no_sheet(content: bytes, name: str) -> None:
    if content.startswith(_OLD_EXCEL):
        raise _unreadable(mark("this is an old Excel file (.xls): save it as .xlsx"))
    if name.lower().endswith(".xlsx") and not content.startswith(_ZIP):
        raise _unreadable(mark("this is no Excel file, although its name ends in .xlsx"))
    if not content.startswith(_ZIP) and b"\0" in content:
        raise _unreadable(mark("this is neither a CSV nor an Excel file (.xlsx)"))


def _refuse_broken_accents(rows: Iterable[SheetRow]) -> None:
    for row in rows:
        for cell in row.cells:
            if found := _BROKEN.search(cell):
                message = mark(
                    "the accents of this file are broken, as «{sample}» in row {line}: "
                    "download it again and change the Excel file (.xlsx)"
                )
                raise _unreadable(message, sample=_around(cell, found), line=row.line)


def _around(cell: str, found: re.Match[str]) -> str:
    return cell[max(0, found.start() - 8) : found.end() + 8]


def _unreadable(message: str, **values: object) -> Invalid:
    return Invalid([Fault("file", message, values)])


def _read_csv(content: bytes) -> Iterator[SheetRow]:
    text = decoded(content)
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator_of(text), strict=True)
    line = 0
    try:
        for line, cells in enumerate(reader, 1):
            yield SheetRow(line, tuple(cells))
    except csv.Error as error:
        message = mark(
            "row {line} cannot be read: look for a quotation mark too many or one that is missing"
        )
        raise _unreadable(message, line=line + 1) from error


def _read_xlsx(content: bytes) -> Iterator[SheetRow]:
    # Loaded when the first sheet comes: most processes never see one, and it takes 8 MB.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            if sum(each.file_size for each in packed.infolist()) > MOST_UNPACKED:
                raise _unreadable(mark("this file unpacks to too much"))
        book = load_workbook(BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        for line, row in enumerate(sheet.iter_rows(max_row=MOST_ROWS + 2), 1):
            yield _to_row(line, row)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, IndexError, ValueError) as error:
        raise _unreadable(mark("this is no readable XLSX file")) from error


def _to_row(line: int, row: Sequence[Any]) -> SheetRow:
    formulas = frozenset(at for at, cell in enumerate(row) if cell.data_type == "f")
    return SheetRow(line, tuple(_to_text(cell.value) for cell in row), formulas)


def _to_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, bool):
        return "sí" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """The same rows always give the same bytes; by the first of them Excel knows the accents."""
    text = StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def write_xlsx(rows: Iterable[Sequence[str]]) -> bytes:
    """One sheet of texts; no cell of it is a formula."""
    from openpyxl import Workbook

    book = Workbook(write_only=False)
    sheet = cast("Any", book.active)
    for line, cells in enumerate(rows, 1):
        for column, text in enumerate(cells, 1):
            cell = sheet.cell(line, column)
            cell.value = text
            cell.data_type = "s"
    sheet.freeze_panes = "B2"
    content = BytesIO()
    book.save(content)
    return content.getvalue()
