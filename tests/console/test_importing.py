"""Lists of people as people really send them: other encodings, other heads, errors by row, files that are no lists."""

from __future__ import annotations

import io
import zipfile

import pytest

from shoumi.console.accounts import importing
from shoumi.console.accounts.models import Person
from shoumi.console.roles import Reach

EVERYWHERE = Reach(("",))


def read(text: str, encoding: str = "utf-8"):
    return importing.read(text.encode(encoding))


def workbook(rows) -> bytes:
    import xlsxwriter

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            sheet.write(number, place, value)
    book.close()
    return content.getvalue()


@pytest.fixture(autouse=True)
def english():
    """Sentences are compared in one language, whatever a test before left active."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    "content",
    [
        "工号,姓名,单位,涉密等级\n1,甲,north,重要\n".encode(),
        "工号,姓名,单位,涉密等级\n1,甲,north,重要\n".encode("gb18030"),
        "\ufeff員工編號;姓名;單位;涉密等級\r\n1;甲;north;重要\r\n".encode(),
        "Staff number\tName\tUnit code\tClearance\n1\t甲\tNORTH\tImportant\n".encode(),
        "\n\n员工编号*,姓名*,部门*,类别,涉密人员类别\n1 , 甲,north,x,重要\n,,,,\n".encode(),
    ],
)
def test_lists_in_many_forms(world, content):
    plan = importing.plan(importing.read(content), EVERYWHERE)
    assert [(row.values["number"], row.values["name"], row.values["category"]) for row in plan.good] == [
        ("1", "甲", "important")
    ]


def test_a_workbook_with_real_dates_and_numbers(world):
    from datetime import date

    content = workbook([["number", "name", "unit", "vetted on"], [1001, "Eve", "north", date(2024, 3, 1)]])
    [row] = importing.plan(importing.read(content), EVERYWHERE).good
    assert (row.values["number"], row.values["vetted_on"]) == ("1001", date(2024, 3, 1))


@pytest.mark.parametrize("form", ["2024-03-01", "2024/3/1", "2024.03.01", "2024年3月1日", "20240301"])
def test_days_as_people_write_them(world, form):
    [row] = importing.plan(read(f"number,name,unit,vetted on\n1,Eve,north,{form}\n"), EVERYWHERE).good
    assert row.values["vetted_on"].isoformat() == "2024-03-01"


@pytest.mark.parametrize(
    ("line", "part"),
    [
        (",Eve,north,,", "staff number"),
        ("1,,north,,", "name"),
        ("1,Eve,,,", "unit"),
        ("1,Eve,nowhere,,", "nowhere"),
        ("1,Eve,north,top,", "top"),
        ("1,Eve,north,,31.2.2024", "31.2.2024"),
        ("1,Eve,north,,2999-01-01", "2999-01-01"),
        (f"1,{'x' * 300},north,,", "name"),
        (f"{'1' * 50},Eve,north,,", "staff number"),
    ],
)
def test_errors_are_named_with_their_row(world, line, part):
    plan = importing.plan(read(f"number,name,unit,clearance,vetted on\n9,Fine,north,,\n{line}\n"), EVERYWHERE)
    assert [row.line for row in plan.good] == [2]
    [bad] = plan.bad
    assert bad.line == 3
    assert part in " ".join(map(str, bad.errors))


def test_a_number_twice_and_a_number_of_another_unit(world):
    north = Reach((world.north.path,))
    rows = read("number,name,unit\n1,Eve,north\n1,Eva,north\nn-sutherland,Eve,north\n2,Eve,south\n")
    plan = importing.plan(rows, north)
    assert [row.line for row in plan.good] == [2]
    assert [row.line for row in plan.bad] == [3, 4, 5]


def test_known_people_change_and_columns_that_are_absent_stay(world):
    [row] = importing.plan(read("number,name,unit\nn-norma,Norma Two,north\n"), EVERYWHERE).good
    assert row.thing == world.north_person
    assert row.changed == {"name": ["Norma", "Norma Two"]}
    plan = importing.plan(read("number,name,unit\nn-norma,Norma,north\n"), EVERYWHERE)
    assert (plan.added, plan.altered, len(plan.good)) == ([], [], 1)


def bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * (101 * 2**20))
    return content.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"number,name,unit\n",
        b"a,b,c\n1,2,3\n",
        b"\x00\x01\x02\n" * 9,
        b"PK\x03\x04 and then nothing",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        workbook([["number", "name", "unit"], [1, "Eve", "x"]])[:-200],
        b"number,name,unit\n" + b'"' + b"x" * 200_000 + b"\n",
        b"number,name,unit\n" + b"1,2,3\n" * 10_001,
        b"x" * (5 * 2**20 + 1),
        b"\xff\xfe\xff,\xff\n\xff\n",
    ],
    ids=[
        "empty",
        "head only",
        "other heads",
        "binary",
        "no zip",
        "old office",
        "cut",
        "open quote",
        "too many",
        "too large",
        "no text",
    ],
)
def test_files_that_are_no_lists(content):
    with pytest.raises(importing.Unreadable):
        importing.read(content)


def test_a_workbook_that_unpacks_to_much_more_is_refused():
    with pytest.raises(importing.Unreadable, match="100 MB"):
        importing.read(bomb())


def test_the_pages_from_template_to_people(world, enter):
    from django.core.files.uploadedfile import SimpleUploadedFile

    browser = enter(world.dana)
    for form in ("csv", "xlsx"):
        template = browser.get(f"/accounts/people/template.{form}").content
        assert importing.plan(importing.read(template), EVERYWHERE).bad == []
    assert (
        browser.post("/accounts/people/import/", {"file": SimpleUploadedFile("x.xlsx", b"PK\x03\x04")}).status_code
        == 422
    )
    file = SimpleUploadedFile("p.csv", b"number,name,unit\n1,Eve,north\nn-norma,Norma Two,north\n2,Bad,south\n")
    answer = browser.post("/accounts/people/import/", {"file": file})
    page = browser.get(answer.url).content.decode()
    assert "unit south is not one of yours" in page
    assert not Person.objects.filter(number="1").exists()
    assert browser.post(answer.url).status_code == 302
    assert Person.objects.get(number="1").name == "Eve"
    assert Person.objects.get(number="n-norma").name == "Norma Two"
    assert not Person.objects.filter(number="2").exists()
    assert "1 new, 1 changed, 1 left out" in browser.get("/").content.decode()
    assert browser.post(answer.url).status_code == 404  # confirmed once


def test_somebody_elses_list_is_not_shown(world, enter):
    from shoumi.console.accounts.models import Upload

    upload = Upload.objects.create(
        user=world.south_officer, name="x", rows=[{"line": "2", "number": "1", "name": "Eve", "unit": "south"}]
    )
    browser = enter(world.dana)
    assert browser.get(f"/accounts/people/import/{upload.pk}/").status_code == 404
    assert browser.post(f"/accounts/people/import/{upload.pk}/").status_code in {404, 422}
    assert not Person.objects.filter(number="1").exists()
