"""For every action of the room records: who does it, to what, with which input, so that it succeeds."""

from __future__ import annotations

from shoumi.console.accounts.models import Person
from shoumi.console.records import Code, Facts, Heading, Label, Labels, Record, Signature, Signatures, Table, Text
from shoumi.console.records.record import registry
from shoumi.console.roles import OFFICER


def declared():
    """Return the record of the tests, declared once in a process: a sheet about a person, with every kind of block."""
    if "examples.person" in registry():
        return registry()["examples.person"]

    class PersonSheet(Record):
        name = "examples.person"
        title = "Personal sheet"
        model = Person
        roles = frozenset({OFFICER})

        def rows(self):
            return Person.objects.select_related("unit")

        def level(self, thing):
            return "secret" if thing.category == "important" else ""

        def reference(self, thing):
            return thing.number

        def blocks(self, thing):
            yield Heading("Heading")
            yield Text(thing.post or "First.\n\nSecond.", title="Words")
            yield Facts(
                [("Name", thing.name), ("Unit", thing.unit), ("Vetted", thing.vetted_on), ("Mail", thing.email)]
            )
            yield Table(("No.", "Thing", "Open"), [(1, "key", True), (2, thing.name, False)], title="Things")
            yield Signatures([Signature("Person", thing.name, thing.vetted_on), Signature("Officer")], title="Signed")
            yield Code(f"https://example.org/{thing.pk}", "Scan me")
            yield Labels([Label(f"P-{n}", f"P-{n}", (thing.name, "room 1")) for n in range(4)], title="Stickers")

    return registry()["examples.person"] or PersonSheet


def given(world, form="pdf"):
    """Return the input that issues the sheet of somebody in the unit north."""
    return {"record": declared().name, "key": str(world.north_person.pk), "form": form}


def _fetch(world):
    from shoumi.console.records.actions import IssueRecord

    made = IssueRecord.run(world.dana, **given(world)).result
    return world.dana, made, {}


EXAMPLES = {
    "records.issue": lambda w: (w.dana, None, given(w)),
    "records.fetch": _fetch,
}
