"""Lists: searched, filtered, sorted, paged, exported; as many queries for many rows as for few."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shoumi.console.accounts.models import Person
from shoumi.console.action import Door, Machine, note

LISTS = ("/accounts/people/", "/accounts/units/", "/accounts/accounts/", "/audit/", "/")


def grow(world, count):
    from django.db import transaction

    from shoumi.console.accounts.models import Unit

    for number in range(count):
        unit = Unit(name=f"Grown {number}", code=f"g{number}", parent=world.north, leader=world.north_person)
        unit.settle()
        world.account(f"grown{number}", "area", unit)
    with transaction.atomic():
        for _ in range(count):
            note(Machine("test"), "test.event", door=Door(), thing=world.north)


@pytest.mark.parametrize("who", ["system", "security", "audit", "officer", "leader"])
def test_queries_do_not_grow_with_rows(world, enter, who):
    browser = enter(world.users[who])
    pages = [page for page in LISTS if browser.get(page).status_code == 200]
    assert pages

    def count(page):
        with CaptureQueriesContext(connection) as caught:
            assert browser.get(page).status_code == 200
        return len(caught)

    before = {page: count(page) for page in pages}
    grow(world, 30)
    assert {page: count(page) for page in pages} == before
    assert max(number for page, number in before.items() if page != "/") <= 16
    assert before.get("/", 0) <= 60  # the home asks every room once or twice; tests of speed are in bench.console


def test_search_filter_sort_and_pages(world, enter):
    Person.objects.bulk_create(Person(number=f"{n:04}", name=f"Person {n:04}", unit=world.north) for n in range(120))
    browser = enter(world.dana)

    def names(query):
        return [cells[0].value for _address, cells in browser.get(f"/accounts/people/?{query}").context["lines"]]

    assert len(names("")) == 50
    assert names("sort=-name")[0] == "Staff"
    assert names("q=person+0007") == ["Person 0007"]
    assert names("q=person+011&sort=number&page=1") == ["Person 0011", *(f"Person 011{n}" for n in range(10))]
    assert len(names("q=person&page=3")) == 20
    assert "Norma" in names("category=important")
    assert names("category=nonsense&page=-3&sort=;drop&q=norma") == ["Norma"]
    assert names("q=%25") == names("q=_") == []  # what a database takes for a wildcard is only a sign
    assert names("q=" + "x" * 5000) == []


def test_columns_are_chosen_and_kept(world, enter):
    browser = enter(world.dana)
    page = browser.get("/accounts/people/?column=name&column=committed&column=__class__")
    assert [column.key for column, *_rest in page.context["columns"]] == ["name", "committed"]
    assert [column.key for column, *_rest in browser.get("/accounts/people/").context["columns"]] == [
        "name",
        "committed",
    ]


def test_exports_hold_what_the_list_shows_and_run_nothing(world, enter):
    import openpyxl

    Person.objects.create(number="=1+1", name="@SUM(A1)", unit=world.north, post="+cmd|' /C calc'!A0")
    browser = enter(world.dana)
    text = browser.get("/accounts/people/?export=csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert {row[0] for row in rows} >= {"Norma", "'@SUM(A1)"}
    assert "Sutherland" not in text
    assert not any(value.startswith(("=", "+", "@")) for row in rows for value in row)
    answer = browser.get("/accounts/people/?export=xlsx&q=norma")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert [sheet.cell(2, 1).value, sheet.max_row] == ["Norma", 2]
    book = openpyxl.load_workbook(io.BytesIO(browser.get("/accounts/people/?export=xlsx").content)).active
    assert all(cell.data_type != "f" for row in book.iter_rows() for cell in row)


def test_an_empty_list_teaches(world, enter):
    assert "Nothing matches" in enter(world.dana).get("/accounts/people/?q=zzz").content.decode()
