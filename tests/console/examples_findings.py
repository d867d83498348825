"""For every action of the room findings: who does it, to what, with which input, so that it succeeds."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

PASSPHRASE = "four lanterns by the river"


def found(world, number=1, unit=None, places=1, **more):
    from shoumi.console.findings.models import Finding, Inspection, Occurrence

    unit = unit or world.north
    inspection, _new = Inspection.objects.get_or_create(
        number=f"I-{unit.code}", defaults={"series": f"plan:{unit.code}", "name": "Share", "unit": unit, "by": "test"}
    )
    values = {"rank": 1, "rule": "personal.resident-id", "category": "personal", "path": "/share/a.txt", **more}
    finding = Finding.objects.create(content=f"{number:032x}", unit=unit, places=places, **values)
    for place in range(places):
        Occurrence.objects.create(
            key=f"{unit.pk}-{number}-{place}", finding=finding, series=inspection.series, seen=inspection,
            path="/share/a.txt", trail=[{"kind": "file", "name": "/share/a.txt"}], locator={"line": 1}, start=0, end=4,
        )  # fmt: skip
    return finding


def gap(world, unit=None):
    from shoumi.console.findings.models import Gap

    seen = found(world, 77, unit).occurrences.get().seen
    return Gap.objects.create(key="g", inspection=seen, path="/share/b.zip", trail=[], reason="encrypted")


def case(world, state="new", findings=(), **more):
    from shoumi.console.findings import opening
    from shoumi.console.findings.models import Case

    made = opening.open_case(title="Marked plan", unit=world.north, kind="other", by="Dana", findings=findings)
    values = {"state": state, "order": "Take it down", **more}
    if state != "new":
        values = {"responsible": world.north_person, "leader": world.leader.person, "ordered": timezone.now(),
                  "deadline": timezone.localdate(), **values}  # fmt: skip
    for name, value in values.items():
        setattr(made, name, value)
    made.save()
    return Case.objects.get(pk=made.pk)


def keyholder(user):
    from shoumi.console.findings import sealing
    from shoumi.console.findings.models import Keyholder

    public, wrapped = sealing.new_key(PASSPHRASE)
    return Keyholder.objects.create(user=user, public=public, wrapped=wrapped, algorithm=sealing.KEY)


def readable(text="机密★10年"):
    """Let every place be read as this text, as a source would."""
    from shoumi.console.findings import sources

    sources._READERS[:] = [lambda _occurrence: text]


def asked(world, kept=False):
    """Return a reveal that Dana asked for."""
    from shoumi.console.action import Door
    from shoumi.console.findings.actions import evidence
    from shoumi.console.findings.models import Reveal

    readable()
    place = found(world).occurrences.get()
    keyholder(world.dana), keyholder(world.leader)
    door = Door("page", "", timezone.now())
    if kept:
        evidence.Keep.run(world.dana, place, door=door, reason="may vanish")
    evidence.AskReveal.run(world.dana, place, door=door, reason="to decide", passphrase=PASSPHRASE)
    return Reveal.objects.get()


def looked(world):
    from shoumi.console.action import Door
    from shoumi.console.findings.actions import evidence

    reveal = asked(world)
    evidence.AgreeReveal.run(world.leader, reveal, door=Door("page", "", timezone.now()), passphrase=PASSPHRASE)
    return reveal


def report(world, **more):
    from shoumi.console.findings.actions.reports import receive

    return receive("A plan was photographed.", world.north, [], **more)


def self_inspection(world, answered=False):
    from shoumi.console.findings.checklist import QUESTIONS
    from shoumi.console.findings.models import Answer, SelfInspection

    made = SelfInspection.objects.create(number="S-1", unit=world.north, due=timezone.localdate(), by="Dana")
    if answered:
        for number, key in enumerate(QUESTIONS):
            verdict, note = ("no", "missing") if number == 3 else ("yes", "")
            Answer.objects.create(inspection=made, question=key, verdict=verdict, note=note, by="Dana")
    return made


def _machine(*names):
    from shoumi.console.action import Machine

    return Machine("scheduler", frozenset(names))


def _envelope(world):
    from shoumi.console.action import Machine
    from shoumi.console.findings.models import Envelope

    made = Envelope.objects.create(code="c", text="A plan was photographed.", unit=world.north)
    return Machine("anonymous", frozenset({"findings.report.anonymous"})), made, {}


def _recheck(world):
    return world.dana, case(world, "ordered"), {"how": "hand", "clean_now": "on", "note": "looked at the shelf"}


def _clean(world):
    return case(world, "checking", checked=timezone.now() + timedelta(seconds=1), clean=True)


def _false(world):
    return found(world, state="false", until=timezone.localdate())


def _incident(world):
    return case(world, "ordered", incident=True, discovered=timezone.now() - timedelta(hours=3))


def _in_case(world):
    made = case(world, findings=[found(world)])
    return world.dana, made, {"findings": [str(made.findings.get().pk)], "reason": "by mistake"}


def _ended(world):
    return case(world, "closed", closed=timezone.now())


_FORM = {"authority": "市保密局", "superior": "市政府", "happened": "x", "content": "x", "measures": "x"}
EXAMPLES = {
    "findings.dismiss": lambda w: (w.dana, None, {"findings": [str(found(w).pk)], "reason": "a sample",
                                                  "until": timezone.localdate().isoformat()}),
    "findings.reconsider": lambda w: (w.dana, None, {"findings": [str(_false(w).pk)], "reason": "it is real"}),
    "findings.assign": lambda w: (w.dana, None, {"findings": [str(found(w).pk)], "to": w.area.pk}),
    "findings.gap.settle": lambda w: (w.dana, None, {"gaps": [str(gap(w).pk)], "note": "opened with its keeper"}),
    "findings.case.open": lambda w: (w.dana, None, {"findings": [str(found(w).pk)], "title": "Plan on the share",
                                                    "unit": w.north.pk, "kind": "finding", "rank": "0"}),
    "findings.case.add": lambda w: (w.dana, None, {"findings": [str(found(w).pk)], "case": case(w).pk}),
    "findings.case.order": lambda w: (w.dana, case(w), {"order": "Take it down", "responsible": "n-norma",
                                      "leader": "n-leader", "deadline": timezone.localdate().isoformat()}),
    "findings.case.answer": lambda w: (w.dana, case(w, "ordered"), {"answer": "taken down"}),
    "findings.case.recheck": _recheck,
    "findings.case.close": lambda w: (w.dana, _clean(w), {"closing": "nothing left"}),
    "findings.case.except": lambda w: (w.leader, case(w, "checking"), {"reason": "kept under seal until May"}),
    "findings.case.reopen": lambda w: (w.dana, _ended(w), {"reason": "seen again"}),
    "findings.case.release": _in_case,
    "findings.case.incident": lambda w: (w.dana, case(w), {"discovered": "2026-01-02 10:00", "reason": "it was sent out"}),
    "findings.case.report": lambda w: (w.dana, _incident(w), {
        "reported": timezone.localtime().strftime("%Y-%m-%dT%H:%M"), **_FORM}),
    "findings.case.account": lambda w: (w.dana, case(w, "ordered"), {"accountability": "warned by the leader"}),
    "findings.case.escalate": lambda w: (_machine("findings.case.escalate"), case(
        w, "ordered", deadline=timezone.localdate() - timedelta(days=1)), {}),
    "findings.key.enrol": lambda w: (w.dana, None, {"passphrase": PASSPHRASE, "again": PASSPHRASE}),
    "findings.key.withdraw": lambda w: (w.bob, keyholder(w.dana), {"reason": "other work"}),
    "findings.evidence.keep": lambda w: (readable(), keyholder(w.dana), keyholder(w.leader)) and (
        w.dana, found(w).occurrences.get(), {"reason": "may vanish"}),
    "findings.reveal.ask": lambda w: (readable(), keyholder(w.dana), keyholder(w.leader)) and (
        w.dana, found(w).occurrences.get(), {"reason": "to decide", "passphrase": PASSPHRASE}),
    "findings.reveal.agree": lambda w: (w.leader, asked(w), {"passphrase": PASSPHRASE}),
    "findings.reveal.refuse": lambda w: (w.leader, asked(w), {"reason": "not needed"}),
    "findings.reveal.look": lambda w: (w.dana, looked(w), {"passphrase": PASSPHRASE}),
    "findings.report.file": lambda w: (w.staff, None, {"text": "A plan was photographed.", "unit": "north"}),
    "findings.report.anonymous": _envelope,
    "findings.report.answer": lambda w: (w.dana, report(w), {"text": "Where was it?"}),
    "findings.report.end": lambda w: (w.dana, report(w), {"outcome": "taken down"}),
    "findings.report.case": lambda w: (w.dana, report(w), {"title": "Photograph", "unit": "north", "rank": "1"}),
    "findings.report.rules": lambda w: (w.bob, None, {"anonymous": "on"}),
    "findings.self.begin": lambda w: (w.dana, None, {"unit": w.north.pk, "due": timezone.localdate().isoformat()}),
    "findings.self.answer": lambda w: (w.dana, self_inspection(w), {"rules-1": "yes", "rules-2": "no",
                                                                    "rules-2-note": "two have not"}),
    "findings.self.end": lambda w: (w.dana, self_inspection(w, True), {"conclusion": "mostly in order"}),
}  # fmt: skip
