"""CSV and XLSX as rows of texts: any encoding and separator that offices use, formulas refused."""

from __future__ import annotations

import csv
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


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row and the line where a person finds it. `formulas`: columns that cannot be read."""

    line: int
    cells: tuple[str, ...]
    formulas: frozenset[int] = frozenset()


def read(content: bytes) -> list[SheetRow]:
    """The rows of a CSV or XLSX file, told apart by their first bytes; raises Invalid."""
    rows = _read_xlsx(content) if content.startswith(_ZIP) else _read_csv(content)
    found = [row for row in rows if any(row.cells)]
    if len(found) > MOST_ROWS:
        raise _unreadable(mark("more than {most} rows: cut the file in parts"), most=MOST_ROWS)
    return found


def _unreadable(message: str, **values: object) -> Invalid:
    return Invalid([Fault("file", message, values)])


def _read_csv(content: bytes) -> Iterator[SheetRow]:
    text = decoded(content)
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator_of(text), strict=True)
    line = 1
    try:
        for cells in reader:
            yield SheetRow(line, tuple(cells))
            line = reader.line_num + 1
    except csv.Error as error:
        message = mark("line {line} is no CSV: {error}")
        raise _unreadable(message, line=line, error=error) from error


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
    """The same rows always give the same bytes."""
    text = StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


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
