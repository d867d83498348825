"""Every address of every room as every role of one unit: nothing of another unit is shown or changed.

The rooms' own examples fill the other unit: they run in a world in which the two units have changed places, so that a
room that comes later is covered by the examples it brings. Foreign things have keys that nothing else has, and foreign
texts carry a word that nothing else says; an answer that holds either is a hole.
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from shoumi.console import views
from shoumi.console.accounts.models import Grant, Person, User
from shoumi.console.action import ActionError, note, registry
from shoumi.console.api import scopes
from shoumi.console.lists import ListPage
from shoumi.console.pages import ActionPage
from shoumi.console.roles import ADMINISTRATORS

pytestmark = pytest.mark.walk
MARK = "Zzforeign"
ROLES = ("officer", "leader", "approver", "area", "staff")
ELSEWHERE = ("api/lists/", "api/actions/", "api/openapi", "api/<path", "accounts/setup/", "accounts/invitation/")
FEW = 1  # things of each kind; the newest, which have been through most
WIPING = {"accounts.setup"}  # its example empties the world first
# Acts that cross units on purpose, and pages that may show another unit's thing, each with the reason.
CROSSING: dict[str, str] = {
    "/custody/dispatches/add/": "papers are sent to other units: their names can be chosen",
    "/findings/report/": "whoever reports says where it happened: names of units can be chosen",
}


def examples(room="*"):
    found = {}
    for path in sorted(Path(__file__).parent.glob(f"examples_{room}.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found |= module.EXAMPLES
    return found


def rooms_models():
    """Return the models of all rooms but the trail, which nobody may change, not even for a test."""
    return [m for m in apps.get_models() if m.__module__.startswith("shoumi.console") and m._meta.app_label != "audit"]


def spread_keys():
    """Let every table count from a number of its own, so that a key names one thing only."""
    for place, model in enumerate(rooms_models(), 1):
        table, start = model._meta.db_table, 100_000 + place * 1000
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, start])
            else:
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [table, model._meta.pk.column, start]
                )


def mirrored(world):
    """Return the world with its two units exchanged: what examples make in "north" then lies in the south."""
    from shoumi.console.accounts.models import Unit

    own = ("dana", "leader", "approver", "area", "staff")
    for name in own:  # the names by which examples look people up belong to the other unit's people now
        user = getattr(world, name)
        User.objects.filter(pk=user.pk).update(username=f"own-{name}")
        Person.objects.filter(pk=user.person_id).update(number=f"own-{name}", name=f"Own {name}")
        setattr(world, name, User.objects.full().get(pk=user.pk))
    world.users |= {role: getattr(world, "dana" if role == "officer" else role) for role in ROLES}
    Person.objects.filter(pk=world.north_person.pk).update(number="own-norma", name="Own Norma")
    for unit, name in ((world.north, "own"), (world.south, "north")):
        Unit.objects.filter(pk=unit.pk).update(name=f"Unit {name}", code=name)
    world.north, world.south = (Unit.objects.get(pk=unit.pk) for unit in (world.north, world.south))
    other = SimpleNamespace(**vars(world))
    other.north, other.south = world.south, world.north
    other.cellar = Unit(name="Unit vault", code="vault", parent=world.south)
    other.cellar.settle()
    for name, role in zip(own, ROLES, strict=True):
        given = {"home": world.south} if role == "staff" else {"role": role, "unit": world.south}
        setattr(other, name, world.account(name, **given))
    other.south_officer = world.dana
    other.north_person = Person.objects.create(
        number="n-norma", name="Norma", unit=world.south, category="important", vetted_on="2026-01-02"
    )
    other.south_person = world.north_person
    other.users = {**world.users, "officer": other.dana, "leader": other.leader, "approver": other.approver,
                   "area": other.area, "staff": other.staff}  # fmt: skip
    return other


def fill(world, proven, room="*"):
    """Run every example that can be. What one has made is renamed, so that it does not stand in the next one's way."""
    for place, (name, example) in enumerate(examples(room).items()):
        if name in WIPING:
            continue
        models_of = [model for model in rooms_models() if model._meta.app_label == name.partition(".")[0]]
        before = {
            model: model._default_manager.order_by("-pk").values_list("pk", flat=True).first() for model in models_of
        }
        try:
            with transaction.atomic():
                actor, target, given = example(world)
        except Exception:
            continue
        try:
            with transaction.atomic():
                registry()[name].run(actor, target, door=proven, **given)
        except Exception:
            pass
        for model, last in before.items():
            renamed(model._default_manager.filter(pk__gt=last) if last else model._default_manager.all(), place)
    recall(world)


def renamed(rows, place):
    """Give rows other names where names must be unique."""
    columns = [field for field in rows.model._meta.concrete_fields if isinstance(field, models.CharField)]
    for field in [field for field in columns if field.unique and not field.primary_key and not field.choices]:
        for pk, text in rows.values_list("pk", field.attname):
            if text and len(text) < 60:  # longer ones are digests
                try:
                    with transaction.atomic():
                        rows.filter(pk=pk).update(**{field.attname: f"{text[: (field.max_length or 99) - 5]}-{place}"})
                except DatabaseError:
                    continue


def recall(world):
    """Give everybody back the account and role that an example may have ended."""
    for role, user in world.users.items():
        User.objects.filter(pk=user.pk).update(is_active=True)
        if role != "staff" and not user.granted.filter(role=role, ended=None).exists():
            unit = None if role in ADMINISTRATORS else world.north
            Grant.objects.create(user=user, role=role, unit=unit, by="test")


def foreign(south):
    """Return everything that lies in a unit or below."""
    found = []
    for model in rooms_models():
        if hasattr(model, "unit_path"):
            found += [thing for thing in model._default_manager.all() if _path(thing).startswith(south.path)]
    return found


def concerns(thing, world):
    """Say whether a thing names somebody of the first unit: an example may name its people by their numbers."""
    cast = {world.users[role].pk for role in ROLES}, {world.users[role].person_id for role in ROLES}
    if isinstance(thing, User | Person):  # an example may give somebody a role that reaches over both units
        account = thing if isinstance(thing, User) else User.objects.filter(person=thing).first()
        over = (
            account.granted.filter(ended=None, unit__isnull=False).values_list("unit__path", flat=True)
            if account
            else ()
        )
        return any(world.north.path.startswith(path) or path.startswith(world.north.path) for path in over)
    named = [
        (field.related_model, getattr(thing, field.attname))
        for field in thing._meta.concrete_fields
        if field.is_relation
    ]
    return any((model is User and pk in cast[0]) or (model is Person and pk in cast[1]) for model, pk in named)


def _path(thing):
    try:
        return thing.unit_path or ""
    except Exception:
        return ""


def mark(things):
    """Put the word into every text that people read; what only machines read stays as it is."""
    for thing in things:
        for field in thing._meta.concrete_fields:
            if not isinstance(field, models.CharField | models.TextField) or field.choices or field.primary_key:
                continue
            text = getattr(thing, field.attname) or ""
            if not isinstance(text, str) or re.fullmatch(r"[a-z0-9_.:/@+=-]*", text) or text.startswith(("{", "[")):
                continue
            marked = f"{MARK} {text}"[: field.max_length or None]
            try:
                with transaction.atomic():
                    type(thing)._default_manager.filter(pk=thing.pk).update(**{field.attname: marked})
            except DatabaseError:
                continue


def patterns(resolver=None, prefix=""):
    """Return every address as a pattern, with the page behind it."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), getattr(entry.callback, "view_class", None)


def parameters(template):
    return re.findall(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>", template)


def words_for(name):
    """Return what a parameter that is no key may be."""
    return {"form": ["html"]}.get(name, [])  # the other forms print the same blocks


def addresses(things):
    """Return all addresses with whether they name a foreign thing: a few of each kind that the room's pages could mean."""
    by_model = {}
    for thing in things:
        by_model.setdefault(type(thing), []).append(thing.pk)
    some = {model: sorted(keys)[-FEW:] for model, keys in by_model.items()}
    for template, page in patterns():
        if template.startswith(ELSEWHERE):
            continue
        action = page.action if page and issubclass(page, ActionPage) and hasattr(page, "action") else None
        if template.startswith("records/") and "name" in template:
            yield from of_records(template, some)
        elif action is not None and action.model is not None:
            yield from filled(template, some.get(action.model, []))
        else:
            room = page.__module__.removeprefix("shoumi.console.").removeprefix("areas.").split(".")[0] if page else ""
            yield from filled(
                template, [pk for model, keys in some.items() if model._meta.app_label == room for pk in keys]
            )


def of_records(template, some):
    """Return the addresses of every kind of record for things of its kind."""
    from shoumi.console.records import record

    for name, kind in record.registry().items():
        here = re.sub(r"\(\?P<name>[^)]*\)", name.replace(".", "\\."), template)
        yield from filled(here, some.get(kind.model, []))


def filled(template, keys):
    clean = template.replace("^", "").replace("$", "").replace("\\.", ".").replace("\\Z", "")
    names = [a or b for a, b in parameters(clean)]
    if not names:
        yield f"/{clean}", False
        return
    choices = [""]
    for part in re.split(r"(<(?:\w+:)?\w+>|\(\?P<\w+>[^)]*\))", clean):
        name = re.search(r"<(?:\w+:)?(\w+)>", part)
        if name is None:
            choices = [done + part for done in choices]
            continue
        named = re.match(r"\(\?P<\w+>([\w|-]+)\)$", part)
        number = part.startswith("<int:") or name[1] == "pk"
        values = [str(key) for key in keys] if number else words_for(name[1]) or (named[1].split("|") if named else [])
        choices = [done + value for done in choices for value in values]
    for address in choices:
        yield f"/{address}", True


def enter_as(user):
    from django.conf import settings
    from django.test import RequestFactory

    from shoumi.console.accounts import signin

    client = Client(raise_request_exception=False)
    request = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1")
    request.session = client.session
    signin.enter(request, user)
    request.session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def text_of(answer):
    """Return what an answer says; what is packed (a workbook, a PDF) is told by its key alone."""
    text = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode("utf-8", "replace")
    return text.replace(f'value="{MARK}"', "").replace(f"q={MARK}", "")


def around(text):
    place = text.lower().index(MARK.lower())
    return " ".join(text[max(0, place - 100) : place + 60].split())


@pytest.fixture
def two_worlds(world, proven):
    """The other unit full of things, marked; and the acts that made them."""
    spread_keys()
    other = mirrored(world)
    fill(other, proven)
    things = [thing for thing in foreign(world.south) if not concerns(thing, world)]
    mark(things)
    return SimpleNamespace(world=world, things=things)


def test_nothing_of_another_unit_is_shown(two_worlds, monkeypatch):
    """Examples may stand in one another's way here; what counts is that there is something of nearly every kind."""
    kinds = {type(thing) for thing in two_worlds.things}
    possible = {model for model in rooms_models() if hasattr(model, "unit_path")}
    missing = sorted(model._meta.label for model in possible - kinds)
    assert len(kinds) >= len(possible) * 2 / 3, missing
    refused = lambda _request, status, title, _what: HttpResponse(title, status=status)  # noqa: E731
    monkeypatch.setattr(
        views, "_say", refused
    )  # test_pages reads refusals; thousands of them are drawn for nothing here
    no_list_for_programs_holds_it(two_worlds)
    no_page_holds_it(two_worlds)


def no_page_holds_it(two_worlds):
    holes, seen, listed = (
        [],
        0,
        {f"/{template}" for template, page in patterns() if page and issubclass(page, ListPage)},
    )
    everything = list(addresses(two_worlds.things))
    assert len(everything) > 100
    for role in ROLES:
        browser = enter_as(two_worlds.world.users[role])
        for address, names_foreign in everything:
            if address in CROSSING:
                continue
            for query in ("", f"?q={MARK}", "?export=csv") if address in listed else ("",):
                answer = browser.get(address + query)
                seen += answer.status_code == 200
                if answer.status_code >= 500:
                    holes.append(f"{role} breaks {address}{query}")
                elif names_foreign and answer.status_code == 200:
                    holes.append(f"{role} opens {address}")
                elif MARK.lower() in text_of(answer).lower():
                    holes.append(f"{role} reads another unit at {address}{query}: {around(text_of(answer))}")
                if answer.status_code != 200:
                    break
    assert seen > 50
    assert not holes, "\n".join(holes)


def no_list_for_programs_holds_it(two_worlds):
    import json

    from shoumi.console.api.models import Token

    spec = importlib.util.spec_from_file_location("api_examples", Path(__file__).parent / "examples_api.py")
    api = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(api)
    for place, role in enumerate(ROLES):
        Token.objects.all().delete()
        secret = "shoumi_" + str(place) * 43
        api.token(two_worlds.world.users[role], secret=secret)
        for name in scopes.lists():
            answer = Client().get(f"/api/lists/{name}", headers={"Authorization": f"Bearer {secret}"})
            assert answer.status_code in {200, 403}, name
            assert MARK.lower() not in json.dumps(answer.json(), ensure_ascii=False).lower(), (role, name)


def test_no_act_changes_anything_in_another_unit(world, proven):
    """Each example alone, so that one does not stand in another's way."""
    holes, tried, other = [], 0, mirrored(world)
    for name, example in examples().items():
        action = registry()[name]
        if name in WIPING or name in CROSSING or action.model is None:
            continue
        with transaction.atomic():
            try:
                _actor, target, given = example(other)
            except Exception:
                target = None
            thing = action.model._default_manager.filter(pk=getattr(target, "pk", target)).first()
            if thing is not None and _path(thing).startswith(world.south.path):
                tried += 1
                holes += [
                    f"{role} does {name}" for role in ROLES if _done(action, world.users[role], thing, proven, given)
                ]
            transaction.set_rollback(True)
    assert tried > 20
    assert holes == []


def _done(action, user, thing, door, given):
    """Say whether somebody of one unit could do an act to a thing of the other."""
    try:
        with transaction.atomic():
            action.run(user, thing.pk, door=door, **given)
            transaction.set_rollback(True)
    except ActionError:
        return False
    return True


def grown(rows, times):
    """Copy rows of a list several times over, with whatever must be unique made so; return how many came of it."""
    count = 0
    for thing in list(rows[:10]):
        if not isinstance(thing, models.Model):
            continue
        for number in range(times):
            copy = type(thing)._default_manager.get(pk=thing.pk)
            copy.pk = copy.id = None
            copy._state.adding = True
            for field in copy._meta.concrete_fields:
                text = getattr(copy, field.attname)
                if isinstance(field, models.IntegerField) and not field.primary_key and text and _alone(copy, field):
                    setattr(copy, field.attname, text + 1000 * (number + 1))
                if isinstance(field, models.CharField) and isinstance(text, str) and text and _alone(copy, field):
                    setattr(copy, field.attname, f"{text[: (field.max_length or 50) - 8]}~{thing.pk % 1000}{number}")
            try:
                with transaction.atomic():
                    copy.save_base(raw=True, force_insert=True)
                    count += 1
            except Exception:
                continue
    return count


def _alone(thing, field):
    """Say whether a field must be unique, by itself or with others."""
    together = {name for one in thing._meta.constraints for name in getattr(one, "fields", ())}
    return (
        field.unique
        or field.name in together
        or field.name in {n for group in thing._meta.unique_together for n in group}
    )


# Lists that copying cannot make longer, each with the reason; their own room's tests count queries.
NOT_COPIED: dict[str, str] = {
    "assets.stocktakes": "a unit has one at a time; joined with its unit, its sums counted by the database",
    "findings.keys": "a person has one at a time; joined with person and unit",
    "findings.gaps": "its example settles it; test_cases counts with more",
}
LEAST = 4  # rows, before it can be told that each asks for itself


def test_no_list_asks_more_of_the_database_when_it_is_longer(world, proven, monkeypatch):
    """One row on the page and all of them: the same queries. Where examples leave few rows, they are copied."""
    wrong, places = [], {view: f"/{template}" for template, view in patterns() if view is not None}
    for room in sorted({page.__module__ for page in scopes.lists().values()}):
        pages = {name: page for name, page in scopes.lists().items() if page.__module__ == room}
        with transaction.atomic():
            for _ in range(LEAST + 1):
                note(world.dana, "test.event", door=proven, thing=world.north)
            for _ in range(3):
                fill(world, proven, room.removeprefix("shoumi.console.").removeprefix("areas.").split(".")[0])
                readers = {name: reader(page) for name, page in pages.items()}
                if all(many >= LEAST for _user, many in readers.values()):
                    break
            for name, page in pages.items():
                user, many = readers[name]
                many += grown(shown(page, user), LEAST) if many < LEAST else 0
                found = compared(enter_as(user), places[page], monkeypatch)
                wrong += [f"{name}: {many} rows"] if many < LEAST and name not in NOT_COPIED else []
                wrong += [f"{name}: {sql} once more for each of {many} rows" for sql in found]
            transaction.set_rollback(True)
    assert not wrong, "\n".join(wrong)


def reader(page):
    """Return who sees most of a list, and how much that is."""
    users = [user for user in User.objects.full().filter(is_active=True) if scopes.may_read(user, page)]
    counts = {user: shown(page, user).count() for user in users}
    user = max(counts, key=counts.get)
    return user, counts[user]


def compared(browser, address, monkeypatch):
    """Return the queries that come more often when the page has more rows. One or two more are kinds that one row had not."""
    from shoumi.console import lists

    found = {}
    for size in (1, 50):
        monkeypatch.setattr(lists, "PER_PAGE", size)
        found[size] = asked(browser, address)
    return sorted({sql for sql in found[50] if found[50].count(sql) > found[1].count(sql) + LEAST - 2})


def shown(page, user):
    """Return the rows of a list as an account sees them."""
    from django.test import RequestFactory

    view, request = page(), RequestFactory().get("/")
    request.user, request.session = user, {}
    view.setup(request)
    return view.rows()


def asked(browser, address):
    """Return the queries of a list's page, numbers taken out; what is read once only was read before."""
    browser.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(address).status_code == 200, address
    plain = [re.sub(r"'[^']*'|\d+", "n", query["sql"]) for query in queries]
    return [re.sub(r"n(, n)+", "n", re.sub(r"(\S+ = n)( OR \1)+", r"\1", sql)) for sql in plain]
