"""For every action of the room notices: who does it, to what, with which input, so that it succeeds."""

from __future__ import annotations


def notice(user, **more):
    from shoumi.console.notices.models import Notice

    words = {"zh_hans": "有一件事", "zh_hant": "有一件事", "en": "Something happened."}
    return Notice.objects.create(user=user, **{**words, **more})


def channel(world, url="mailto://127.0.0.1:2525?from=shoumi@example.org", scope="personal", name="Mail"):
    from shoumi.console.notices import channels
    from shoumi.console.notices.models import Channel

    return Channel.objects.create(name=name, scope=scope, service="E-Mail", sealed=channels.seal(url, name))


def addressed(world):
    from shoumi.console.accounts.models import Person

    Person.objects.filter(pk=world.alice.person_id).update(email="alice@example.org")
    world.alice.person.email = "alice@example.org"
    return world.alice


EXAMPLES = {
    "notices.read": lambda w: (w.staff, notice(w.staff), {}),
    "notices.read-all": lambda w: (w.staff, None, {}),
    "notices.choose": lambda w: (w.staff, None, {"rhythm": "daily", "address": "", "language": "en"}),
    "notices.channel.add": lambda w: (
        w.alice,
        None,
        {"name": "Mail", "scope": "personal", "url": "mailtos://u:hunter2@smtp.example.org?from=shoumi@example.org"},
    ),
    "notices.channel.try": lambda w: (addressed(w), channel(w), {}),
    "notices.channel.remove": lambda w: (w.alice, channel(w), {"reason": "another server"}),
}
