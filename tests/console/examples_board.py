"""Examples of every action of this room, for the walk through all actions."""

from __future__ import annotations


def _officer(world):
    from shoumi.console.accounts.models import Grant, User

    Grant.objects.create(user=world.dana, role="officer", unit=world.root, by="test")
    return User.objects.full().get(pk=world.dana.pk)


EXAMPLES = {"board.keep": lambda world: (_officer(world), None, {})}
