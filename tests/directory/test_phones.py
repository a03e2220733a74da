"""Numbers as people write them, and as we print them."""

from __future__ import annotations

import pytest

from health_navigator.directory.phones import (
    AREA_CODES,
    SHORT_CODES,
    find_phones,
    international,
    is_printed,
    to_printed,
)
from health_navigator.directory.ubigeo import places_by_code


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("113", "113"),
        ("1810", "1810"),
        ("080015170", "0800-15170"),
        ("0800 15170", "0800-15170"),
        ("01-4118000", "(01) 411-8000"),
        ("511 311 0300", "(01) 311-0300"),
        ("041475205", "(041) 475-205"),
        ("43426955", "(043) 426-955"),
        ("066- 452233", "(066) 452-233"),
        ("+51 999 888 777", "999 888 777"),
        ("968071990", "968 071 990"),
        ("083-983707615", "983 707 615"),
    ],
)
def test_one_form_for_each_number(written: str, printed: str) -> None:
    assert to_printed(written) == printed
    assert is_printed(printed)


@pytest.mark.parametrize(
    "written", ["", "SN", "NO TIENE", "000-000000", "666666666", "99337216", "1899", "12", "0"]
)
def test_what_is_no_number(written: str) -> None:
    assert to_printed(written) is None


@pytest.mark.parametrize("phone", ["01 411 8000", "(041) 811232", "999888777", "0800 15170"])
def test_other_forms_are_not_ours(phone: str) -> None:
    assert not is_printed(phone)


@pytest.mark.parametrize("code", ["100", "105", "106", "113", "116", "119", "1810", "1818"])
def test_short_codes_are_known(code: str) -> None:
    assert code in SHORT_CODES
    assert is_printed(code)


@pytest.mark.parametrize(
    ("text", "department", "phones"),
    [
        ("7838778", "Lima", ("(01) 783-8778",)),
        (
            "830730 / 830731 / 970075274",
            "Cajamarca",
            ("(076) 830-730", "(076) 830-731", "970 075 274"),
        ),
        ("4583290 - 4583230", "Lima", ("(01) 458-3290", "(01) 458-3230")),
        ("062-517521    953504731", "Huánuco", ("(062) 517-521", "953 504 731")),
        ("054-235155 ANEXO 111", "Arequipa", ("(054) 235-155",)),
        ("076-813448 - 952813422 - #0023488", "Cajamarca", ("(076) 813-448", "952 813 422")),
        ("#951962986", "Junín", ("951 962 986",)),
        ("TELF.083-830447  RADIO= 7890.0 KHZ OACK - 75", "Apurímac", ("(083) 830-447",)),
        ("RADIO: 6286 - NOVEMBER 46", "Loreto", ()),
        ("74.150      OB-6", "Lambayeque", ()),
        ("041475205 / 041-475205", "Amazonas", ("(041) 475-205",)),
        ("NO CUENTA CON TELEFONO", "Amazonas", ()),
    ],
)
def test_phones_in_free_text(text: str, department: str, phones: tuple[str, ...]) -> None:
    assert find_phones(text, department) == phones


def test_a_number_for_a_link() -> None:
    assert international("(01) 411-8000") == "+5114118000"
    assert international("999 888 777") == "+51999888777"
    assert international("113") is None


def test_every_department_has_its_area_code() -> None:
    departments = {place.department for place in places_by_code().values()}
    assert set(AREA_CODES) == departments
