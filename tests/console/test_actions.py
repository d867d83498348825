"""Every action there is: refuses without permission, leaves exactly one entry when done, none when the input is wrong."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from shoumi.console.action import Action, Denied, Door, Gone, Invalid, Machine, Unmet, Unproven, registry
from shoumi.console.audit.models import Entry

EXAMPLES = {}
for path in sorted(Path(__file__).parent.glob("examples_*.py")):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    EXAMPLES |= module.EXAMPLES
ACTIONS = registry()


def test_every_action_has_an_example():
    assert set(ACTIONS) == set(EXAMPLES)


@pytest.mark.parametrize("name", ACTIONS)
def test_done_once_leaves_one_entry(name, world, proven):
    actor, target, given = EXAMPLES[name](world)
    before = Entry.objects.count()
    ACTIONS[name].run(actor, target, door=proven, **given)
    entries = Entry.objects.order_by("seq")[before:]
    assert [(e.action, e.outcome, e.actor, e.door) for e in entries] == [(name, "done", actor.username, "page")]


@pytest.mark.parametrize("name", ACTIONS)
def test_nobody_else_may(name, world, proven):
    actor, target, given = EXAMPLES[name](world)
    action = ACTIONS[name]
    others = [user for user in world.users.values() if not user.may_act(action) and user.pk]
    if action.personal or not others or actor.username == "setup":
        others = [Machine("stranger")]
    assert others
    before = Entry.objects.count()
    for count, other in enumerate(others, 1):
        with pytest.raises(Denied):
            action.run(other, target, door=proven, **given)
        assert Entry.objects.count() == before + count
        entry = Entry.objects.first()
        assert (entry.action, entry.outcome, entry.actor) == (name, "refused", other.username)


@pytest.mark.parametrize("name", [name for name, action in ACTIONS.items() if not action.personal and action.roles])
def test_a_closed_account_may_nothing(name, world, proven):
    actor, target, given = EXAMPLES[name](world)
    actor.is_active = False
    with pytest.raises(Denied):
        ACTIONS[name].run(actor, target, door=proven, **given)


@pytest.mark.parametrize("name", [name for name, action in ACTIONS.items() if action.sensitive])
def test_sensitive_actions_want_a_recent_proof(name, world, proven):
    from datetime import timedelta

    actor, target, given = EXAMPLES[name](world)
    before = Entry.objects.count()
    for proved in (None, proven.proved - timedelta(minutes=6), proven.proved + timedelta(hours=1)):
        with pytest.raises(Unproven):
            ACTIONS[name].run(actor, target, door=Door("page", "", proved), **given)
    assert Entry.objects.count() == before


@pytest.mark.parametrize(
    "name", [name for name, action in ACTIONS.items() if any(f.required for f in action.Input.base_fields.values())]
)
def test_wrong_input_changes_and_records_nothing(name, world, proven):
    actor, target, _given = EXAMPLES[name](world)
    before = Entry.objects.count()
    with pytest.raises(Invalid) as caught:
        ACTIONS[name].run(actor, target, door=proven)
    assert caught.value.form.errors
    assert Entry.objects.count() == before


@pytest.mark.parametrize("name", [name for name, action in ACTIONS.items() if action.model])
def test_what_does_not_exist_is_gone(name, world, proven):
    actor, _target, given = EXAMPLES[name](world)
    for missing in (987654, None, "x"):
        with pytest.raises(Gone):
            ACTIONS[name].run(actor, missing, door=proven, **given)


def test_an_action_declares_roles_or_is_nobodys(world):
    class Nobodys(Action):
        """Declares nothing."""

    with pytest.raises(Denied):
        Nobodys.run(world.alice)


def test_another_units_officer_is_refused_and_it_is_written_down(world, proven):
    action = ACTIONS["accounts.person.change"]
    given = {"number": "1", "name": "Eve", "category": "none", "unit": world.south.pk}
    with pytest.raises(Denied):
        action.run(world.dana, world.south_person, door=proven, **given)
    entry = Entry.objects.first()
    assert (entry.outcome, entry.unit, entry.subject) == (
        "refused",
        world.south.path,
        f"accounts.person:{world.south_person.pk}",
    )
    world.south_person.refresh_from_db()
    assert world.south_person.name == "Sutherland"


def test_moving_somebody_out_of_reach_is_not_even_offered(world, proven):
    given = {"number": "1", "name": "Eve", "category": "none", "unit": world.south.pk}
    with pytest.raises(Invalid):
        ACTIONS["accounts.person.change"].run(world.dana, world.north_person, door=proven, **given)


def test_a_failed_write_leaves_neither_change_nor_entry(world, proven, monkeypatch):
    from shoumi.console.accounts.models import Person

    action = ACTIONS["accounts.person.add"]

    def breaks(self):
        Person.objects.create(number="9", name="Half", unit=world.north)
        raise RuntimeError

    monkeypatch.setattr(action, "write", breaks)
    before = Entry.objects.count()
    with pytest.raises(RuntimeError):
        action.run(world.dana, None, door=proven, number="1", name="Eve", category="none", unit=world.north.pk)
    assert not Person.objects.filter(number="9").exists()
    assert Entry.objects.count() == before


def test_no_entry_holds_a_password_or_secret(world, proven):
    for name in ("accounts.password.change", "accounts.code.enrol"):
        actor, target, given = EXAMPLES[name](world)
        ACTIONS[name].run(actor, target, door=proven, **given)
        assert not any(str(value) in Entry.objects.first().facts for value in given.values())


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_refusals_are_sentences_in_every_language(language):
    from django.utils import translation

    with translation.override(language):
        sentences = {str(kind()) for kind in (Denied, Gone, Unproven, Unmet)}
    assert len(sentences) == 4
    assert all(sentence[-1] in ".。" and (sentence.isascii() == (language == "en")) for sentence in sentences)
