"""For every action of the room compilation: who does it, to what, with which input, so that it succeeds."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

PLAIN = "城市年鉴（送审稿）\n今年新建口袋公园十二处，绿化面积继续增加。\n"


def upload(text=PLAIN, name="yearbook.txt"):
    return SimpleUploadedFile(name, text.encode())


def door():
    from shoumi.console.action import Door

    return Door("page", "127.0.0.1", timezone.now())


def manuscript(world, state="compiling", items=(), text=PLAIN, **more):
    """Make a manuscript of the staff's, with items as (content, proposed, reviewed, approved)."""
    from shoumi.console.areas.compilation import store
    from shoumi.console.areas.compilation.models import Counter, Item, Manuscript, Version

    seats = {"reviewer": world.dana, "approver": world.approver, "publisher": world.area}
    values = {**(seats if state not in ("compiling", "reviewing", "examining") else {"publisher": world.area}), **more}
    thing = Manuscript.objects.create(
        number=Counter.following(), title="Yearbook", unit=world.north, compiler=world.staff, state=state, **values
    )
    token = store.token()
    data = text.encode()
    version = Version.objects.create(
        manuscript=thing, number=1, name="yearbook.txt", size=len(data), sha256=hashlib.sha256(data).hexdigest(),
        token=token, pages=1,
    )  # fmt: skip
    store.keep(token, "source", data)
    store.keep_json(token, "record", record(version))
    parts = [{"where": {"line": 1}, "inside": "", "text": text, "marks": [[0, 4, one[0]] for one in items]}]
    store.keep_json(token, "page-1", parts)
    for content, proposed, reviewed, approved in items:
        Item.objects.create(
            manuscript=thing, content=content, rule="cn.mark", category="state-secret", rank=1, first=1, last=1,
            level="秘密", proposed=proposed, reviewed=reviewed, reviewed_by="Dana" if reviewed else "",
            approved=approved, approved_by="Approver" if approved else "",
        )  # fmt: skip
    thing.recount()
    thing.save()
    return thing


def record(version):
    text = hashlib.sha256(b"text").hexdigest()
    return {
        "format": "shoumi-clearance-1",
        "file": {"name": version.name, "sha256": version.sha256, "text_sha256": text},
        "sentences": {"salt": "00", "digests": []}, "compiler": "Staff", "level": None, "term": None, "sources": [],
        "findings": {}, "gaps": [], "registry": "",
    }  # fmt: skip


def granted(world, thing):
    """Bring a manuscript through the approval of its approver."""
    from shoumi.console.approvals.actions import Approve
    from shoumi.console.approvals.models import Request
    from shoumi.console.areas.compilation.actions.clearing import PassOn

    settle(thing)
    PassOn.run(world.dana, thing, door=door(), reason="Ready")
    request = Request.objects.get(flow="compilation.clear", key=str(thing.pk), state="waiting")
    Approve.run(world.approver, request, door=door(), seen=request.digest, reason="")
    return thing


def settle(thing):
    """Let the current version stand on the registry of now."""
    from shoumi.console.scans import reviewing

    thing.versions.filter(number=thing.version).update(generation=reviewing.generation())


def key(user, seat):
    """Enrol a fresh key; return it with its private half."""
    from shoumi.console.areas.compilation.models import Key
    from shoumi.console.audit import keys

    private = Ed25519PrivateKey.generate()
    public = private.public_key()
    row = Key.objects.create(key=keys.name(public), public=keys.pem(public), holder=user, seat=seat)
    return row, private


def signing(world, items=()):
    from shoumi.console.areas.compilation.actions.clearing import MakeRecord

    thing = granted(
        world, manuscript(world, "reviewing", items or (("a" * 32, "keep", "keep", "keep"),), approver=world.approver)
    )
    MakeRecord.run(world.approver, thing, door=door())
    thing.refresh_from_db()
    return thing


def sign(thing, user, seat):
    """Return a genuine signature of a fresh key."""
    from shoumi.console.areas.compilation import store
    from shoumi.console.scans import reviewing

    _row, private = key(user, seat)
    return private.sign(reviewing.message(seat, store.take_json(thing.current.token, "signed"))).hex()


def cleared(world):
    from shoumi.console.areas.compilation.actions.clearing import Sign

    thing = signing(world)
    for user, seat in ((world.dana, "reviewer"), (world.approver, "approver")):
        Sign.run(user, thing, door=door(), signature=sign(thing, user, seat))
    thing.refresh_from_db()
    return thing


def proof(world, thing=None, answer="same", **more):
    from shoumi.console.areas.compilation import store
    from shoumi.console.areas.compilation.models import Proof

    thing = thing or cleared(world)
    values = {"state": "answered", "answer": answer, "version": thing.version, **more}
    return Proof.objects.create(
        manuscript=thing, name="proof.pdf", sha256="0" * 64, size=1, token=store.token(), by=world.area, **values
    )


def _item(world, state, *verdicts):
    thing = manuscript(world, state, (("a" * 32, *verdicts),))
    return thing.items.get()


def _public():
    from shoumi.console.audit import keys

    return keys.pem(Ed25519PrivateKey.generate().public_key())


DECIDED = {"verdict": "keep", "because": "From the published yearbook of 2025."}
EXAMPLES = {
    "compilation.add": lambda w: (w.staff, None, {"title": "Yearbook", "file": upload(), "publisher": "n-area"}),
    "compilation.upload": lambda w: (w.staff, manuscript(w), {"file": upload(PLAIN + "完。"), "note": "Shorter"}),
    "compilation.examine": lambda w: (w.staff, manuscript(w), {}),
    "compilation.submit": lambda w: (w.staff, manuscript(w, items=(("a" * 32, "keep", "", ""),)), {}),
    "compilation.send-back": lambda w: (w.dana, manuscript(w, "reviewing"), {"reason": "Take the plan out."}),
    "compilation.publisher": lambda w: (w.staff, manuscript(w), {"publisher": "n-leader"}),
    "compilation.withdraw": lambda w: (w.staff, manuscript(w), {"reason": "Not published."}),
    "compilation.item.propose": lambda w: (w.staff, _item(w, "compiling", "", "", ""), DECIDED),
    "compilation.item.review": lambda w: (w.dana, _item(w, "reviewing", "keep", "", ""), DECIDED),
    "compilation.item.judge": lambda w: (w.approver, _item(w, "approving", "keep", "keep", ""), DECIDED),
    "compilation.pass": lambda w: (w.dana, _ready(w), {"reason": "All settled."}),
    "compilation.record": lambda w: (
        w.approver,
        granted(w, manuscript(w, "reviewing", (("a" * 32, "keep", "keep", "keep"),), approver=w.approver)),
        {},
    ),
    "compilation.sign": lambda w: (w.dana, *_to_sign(w)),
    "compilation.key.enrol": lambda w: (w.dana, None, {"seat": "reviewer", "public": _public()}),
    "compilation.key.withdraw": lambda w: (w.dana, key(w.dana, "reviewer")[0], {"reason": "A new laptop."}),
    "compilation.proof.compare": lambda w: (w.area, cleared(w), {"file": upload()}),
    "compilation.proof.sign-off": lambda w: (w.area, proof(w), {}),
}


def _ready(world):
    thing = manuscript(world, "reviewing", (("a" * 32, "keep", "keep", ""),))
    settle(thing)
    return thing


def _to_sign(world):
    thing = signing(world)
    return thing, {"signature": sign(thing, world.dana, "reviewer")}
