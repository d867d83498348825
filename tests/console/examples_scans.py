"""For every action of the room scans: who does it, to what, with which input, so that it succeeds."""

from __future__ import annotations

import json
import tempfile
import uuid

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone


def root(world, unit=None, folder=None):
    import os

    from shoumi.console.scans.models import Root

    address = os.path.realpath(folder or tempfile.mkdtemp(prefix="share-"))
    return Root.objects.create(address=address, label="Share", unit=unit or world.north, by="Alice")


def plan(world, announced=True, folder=None, **more):
    from shoumi.console.scans.models import Plan

    place = root(world, folder=folder)
    made = Plan.objects.create(name="Share", unit=world.north, addresses=[place.address], by="Dana", packs=["cn", "personal"],
                               ocr="off", announced=timezone.now() if announced else None, **more)  # fmt: skip
    made.told.set([world.north])
    return made


def run(world, state="waiting", folder=None, **more):
    from shoumi.console.scans import starting
    from shoumi.console.scans.models import Run

    made = starting.begin(plan(world, folder=folder), "Dana")
    Run.objects.filter(pk=made.pk).update(state=state, **more)
    return Run.objects.get(pk=made.pk)


def report_lines(*results):
    summary = {"type": "summary", "files": 3, "members": 0, "bytes": 100, "seconds": 1.0, "findings": {"high": 1},
               "gaps": {}, "skipped": {}, "version": "0", "packs": {}}  # fmt: skip
    return "".join(json.dumps(one) + "\n" for one in (*results, summary)).encode()


def document(world, text=None, **more):
    """Register a text that no other test has, and return its row."""
    from shoumi.console.action import Door
    from shoumi.console.scans.actions.documents import Register

    number = uuid.uuid4().hex[:8]  # the register outlives a test's database
    text = (
        text
        or f"第{number}号方案：沿江新建泵站三座，配套管线十二公里，分两期实施，首期于次年五月完成验收并移交运行单位管理。"
    )
    file = SimpleUploadedFile(f"plan-{number}.txt", text.encode())
    given = {"file": file, "level": "机密", "unit": world.north.pk, "readers": "keepers", **more}
    return Register.run(world.dana, door=Door("page", "", timezone.now()), **given).thing


def _define(world):
    place = root(world)
    return world.dana, None, {
        "name": "Share", "unit": world.north.pk, "addresses": place.address, "ocr": "off", "rhythm": "week", "at": "06:00",
        "told": [str(world.north.pk)],
    }  # fmt: skip


def _change(world):
    made = plan(world)
    return world.dana, made, {
        "name": "Share again", "unit": world.north.pk, "addresses": made.addresses[0], "ocr": "off", "rhythm": "never",
        "told": [str(world.north.pk)],
    }  # fmt: skip


def _register(world):
    text = f"登记文件样本第{uuid.uuid4().hex[:8]}号：港区西侧堆场改造为危险品专用仓库，消防与视频监控同步建设，年内投入使用。"
    file = SimpleUploadedFile("paper.txt", text.encode())
    return world.dana, None, {"file": file, "level": "机密", "unit": world.north.pk, "readers": "keepers"}


def _describe(world):
    row = document(world)
    return world.dana, row, {"level": "秘密", "unit": world.north.pk, "readers": "leaders"}


def _upload(world):
    return world.dana, None, {
        "file": SimpleUploadedFile("report.jsonl", report_lines()), "machine": "PC-7", "unit": world.north.pk,
        "addresses": "/share",
    }  # fmt: skip


def question(world):
    from shoumi.console.scans.models import Question

    return Question.objects.create(user=world.staff, note="May I send this?")


EXAMPLES = {
    "scans.root.allow": lambda w: (w.alice, None, {"address": tempfile.mkdtemp(), "label": "Share", "unit": w.root.pk}),
    "scans.root.forbid": lambda w: (w.alice, _of_alice(w), {"reason": "moved"}),
    "scans.plan.define": _define,
    "scans.plan.change": _change,
    "scans.plan.announce": lambda w: (w.dana, plan(w, announced=False), {"announcement": "The share is inspected."}),
    "scans.plan.start": lambda w: (w.dana, plan(w), {}),
    "scans.plan.end": lambda w: (w.dana, plan(w), {"reason": "moved"}),
    "scans.run.pause": lambda w: (w.dana, run(w, "running"), {}),
    "scans.run.resume": lambda w: (w.dana, run(w, "paused", wanted="pause"), {}),
    "scans.run.stop": lambda w: (w.dana, run(w, "running"), {"reason": "wrong place"}),
    "scans.upload": _upload,
    "scans.document.register": _register,
    "scans.document.change": _describe,
    "scans.document.release": lambda w: (w.dana, document(w), {"because": "order 12"}),
    "scans.document.forget": lambda w: (w.dana, document(w), {"reason": "registered by mistake"}),
    "scans.question.ask": lambda w: (w.staff, None, {"note": "May I send this?"}),
    "scans.question.answer": lambda w: (w.dana, question(w), {"answer": "No."}),
}


def _of_alice(world):
    return root(world, unit=world.north)
