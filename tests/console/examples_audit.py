"""For every action of the room audit: who does it, to what, with which input, so that it succeeds."""

from __future__ import annotations

from functools import cache


@cache
def private():
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.generate()


def enrolled(world):
    from django.utils import timezone

    from shoumi.console.audit import keys
    from shoumi.console.audit.models import SigningKey

    key = private().public_key()
    return SigningKey.objects.create(
        key=keys.name(key),
        algorithm="ed25519",
        public=keys.pem(key),
        holder="charlie",
        holder_name="Charlie",
        since=timezone.now(),
    )


def signed(world):
    """Put an entry into the chain and return a checkpoint over it."""
    from django.db import transaction
    from django.utils import timezone

    from shoumi.console.action import Door, note
    from shoumi.console.audit import canonical, stored

    with transaction.atomic():
        note(world.charlie, "test.event", door=Door())
    key = enrolled(world)
    seq, digest = stored.head()
    at = canonical.moment(timezone.now())
    signature = private().sign(canonical.statement(seq, digest, at, key.key)).hex()
    return canonical.dumps({"seq": seq, "digest": digest, "at": at, "key": key.key, "signature": signature})


def _pem(world):
    from shoumi.console.audit import keys

    return keys.pem(private().public_key())


EXAMPLES = {
    "audit.key.enrol": lambda w: (w.charlie, None, {"public": _pem(w)}),
    "audit.key.withdraw": lambda w: (w.charlie, enrolled(w), {"reason": "new laptop"}),
    "audit.checkpoint": lambda w: (w.charlie, None, {"statement": signed(w)}),
}
