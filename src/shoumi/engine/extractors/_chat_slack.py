"""Slack's export: an archive of channels, people and one file a day in, conversations and messages out.

Every member that is no part of the export goes on as an item, so that nothing in the archive is left out.
"""

from __future__ import annotations

import codecs
import re
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from typing import Any, Final

from shoumi.engine.blob import Blob
from shoumi.engine.chat import Conversation, Message, Note, Part
from shoumi.engine.errors import Unexamined
from shoumi.engine.extractors._chat_json import Walk
from shoumi.engine.extractors._chat_records import Records, blocks
from shoumi.engine.extractors._package import Package
from shoumi.engine.types import Gap

_DAY: Final = re.compile(r"(?:.*/)?(?P<channel>[^/]+)/\d{4}-\d\d-\d\d\.json")
_LISTS: Final = ("channels.json", "groups.json", "dms.json", "mpims.json")


def is_archive(names: Iterable[str]) -> bool:
    """Whether an archive's names are those of an export."""
    plain = {name.rpartition("/")[2] for name in names}
    return "users.json" in plain and bool(plain & set(_LISTS)) and any(map(_DAY.fullmatch, names))


def read(blob: Blob) -> Iterator[Part]:
    """Yield channel after channel, days in order, then what else the archive holds."""
    package = Package(blob)
    names = {name.rpartition("/")[2]: name for name in package}
    people = {str(user.get("id")): _called(user) for user in _loaded(package, names.get("users.json"))}
    titles = {
        str(channel.get("id")): str(
            channel.get("name") or ", ".join(people.get(str(one), str(one)) for one in channel.get("members") or ())
        )
        for listed in _LISTS
        for channel in _loaded(package, names.get(listed))
    }
    days: dict[str, list[str]] = defaultdict(list)
    for name in package:
        if found := _DAY.fullmatch(name):
            days[found["channel"]].append(name)
    unread: list[str] = []
    for channel, files in days.items():
        yield Conversation(titles.get(channel, channel), "slack")
        for name in sorted(files):
            read_whole = yield from _day(package, name, people)
            unread += () if read_whole else (name,)
    told = {name for files in days.values() for name in files}
    for entry in (*package.entries.values(), *package.shadowed):
        if entry.name not in told and not entry.name.endswith("/"):
            yield package.item(entry, "chat")
    for name in unread:  # last: a bomb among them uses up what all members may unpack to
        package.damaged.pop(name, None)  # the item itself says so
        yield package.item(package.entries[name], "chat")
    yield from package.gaps()


def _day(package: Package, name: str, people: dict[str, str]) -> Generator[Part, None, bool]:
    """Yield the messages of a day; False when there was none, so that the file is examined as what it is.

    What follows a damaged or endless value is given as text, once, with one Gap.
    """
    reader, count = Records(people), 0
    walk = Walk(codecs.iterdecode(package.chunks(name), "utf-8-sig", "replace"))
    try:
        for path, value in walk:
            for part in reader.take(path, value):
                count += isinstance(part, Message)
                if not isinstance(part, Conversation):
                    yield part
    except Unexamined as error:
        if not count:
            return False
        yield from (Note(block, "rest") for block in blocks(walk.rest()))
        if name not in package.damaged:
            yield Gap(error.reason, f"{name}: {error}; what follows was read as plain text")
    yield from reader.finish()
    return True


def _loaded(package: Package, name: str | None) -> list[dict[str, Any]]:
    if name is None:
        return []
    try:
        values = [value for _, value in Walk(iter((package.read(name).decode("utf-8", "replace"),)))]
    except Unexamined:
        return []  # it goes on as an item of its own, and is named there
    return [value for value in values if isinstance(value, dict)]


def _called(user: dict[str, Any]) -> str:
    profile = user.get("profile") if isinstance(user.get("profile"), dict) else {}
    names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))  # type: ignore[union-attr]
    return next((str(name) for name in names if name), str(user.get("id", "")))
