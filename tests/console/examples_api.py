"""For every action of the room api: who does it, to what, with which input, so that it succeeds."""

from __future__ import annotations


def token(user, scopes=("read",), secret="shoumi_" + "x" * 43, **more):
    """Return a token that opens what its scopes say."""
    from datetime import timedelta

    from django.utils import timezone

    from shoumi.console.api import tokens
    from shoumi.console.api.models import Token

    given = {"name": "test", "until": timezone.now() + timedelta(days=1), **more}
    return Token.objects.create(user=user, digest=tokens.digest(secret), hint=secret[:12], scopes=list(scopes), **given)


EXAMPLES = {
    "api.token.make": lambda w: (w.dana, None, {"name": "sync", "scopes": ["read", "accounts.person.add"], "days": 30}),
    "api.token.end": lambda w: (w.staff, token(w.staff), {}),
    "api.token.withdraw": lambda w: (w.bob, token(w.dana), {"reason": "lost laptop"}),
}
