"""How much contacts say: vCards (2.1, 3.0, 4.0) or an iPhone's address book in, counts out.

An entry is too detailed when it tells more than whom a number belongs to: the unit together with the post, a home
address, a birthday, relatives, or a note with numbers or secrets. Only counts leave this module.
"""

from __future__ import annotations

import quopri
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from shoumi.engine import encoding
from shoumi.engine.phone.answer import Answer, judged, reason
from shoumi.engine.types import Reason

_LINE: Final = re.compile(
    r"""^(?:[\w-]+\.)?(?P<name>[\w-]+)(?P<options>(?:;(?:"[^"]*"|[^":])*)?):(?P<value>.*)$""", re.DOTALL
)
_POSTS: Final = re.compile(
    r"[局处處科厅廳部院校司所队隊]长|[局處科廳部院校司所隊]長|主任|书记|書記|秘书|秘書|司令|参谋|參謀|首长|首長|总工|總工|政委"
    r"|\b(?:director|minister|general|secretary|commissioner|colonel)\b",
    re.IGNORECASE,
)
_TELLING: Final = re.compile(
    r"\d[\d -]{6,}\d|密[码碼]|口令|身份[证證]|账号|帳號|卡号|住址|家庭|车牌|車牌|[秘机绝機絕]密|保密|涉密"
    r"|\b(?:password|passcode|pin|address)\b",
    re.IGNORECASE,
)
_FOLDED: Final = re.compile(rb"\r?\n[ \t]")
_ENDS: Final = re.compile(r"\r\n|\n|\r")
_KINDS: Final = ("post", "address", "birthday", "relatives", "note")
_LONGEST: Final = 1 << 20  # characters of one value; pictures are longer and say nothing here


@dataclass(slots=True)
class Contacts:
    """How many entries there are, and how many tell each kind of detail."""

    total: int = 0
    detailed: int = 0
    kinds: dict[str, int] = field(default_factory=dict)

    def add(self, fields: dict[str, str]) -> None:
        """Count an entry; ``fields`` by name in lower case: fn, org, title, role, note, adr, bday, related, tel."""
        self.total += 1
        found = [kind for kind in _KINDS if _tells(kind, fields)]
        self.detailed += bool(found)
        for kind in found:
            self.kinds[kind] = self.kinds.get(kind, 0) + 1

    def answer(self) -> Answer:
        """Return the answer to P1."""
        counts = reason("contacts", total=self.total, detailed=self.detailed)
        bad: list[Reason] = [
            reason(f"contacts-{kind}", count=self.kinds[kind]) for kind in _KINDS if kind in self.kinds
        ]
        return judged("P1", [counts, *bad] if bad else (), [counts], known=self.total > 0)


def _tells(kind: str, fields: dict[str, str]) -> bool:
    if kind == "post":
        named = fields.get("title", "") + fields.get("role", "")
        return bool(fields.get("org") and named) or bool(
            _POSTS.search(fields.get("fn", "") + fields.get("org", "") + named)
        )
    if kind == "note":
        return bool(_TELLING.search(fields.get("note", "")))
    names = {
        "address": ("adr", "label", "geo"),
        "birthday": ("bday", "anniversary"),
        "relatives": ("related", "x-abrelatednames", "x-spouse"),
    }[kind]
    return any(fields.get(name, "").strip("; ") for name in names)


def read_cards(data: bytes) -> Contacts:
    """Return the counts of a vCard file, of any version and encoding."""
    if b"\0" not in data[:4096]:  # lines may be folded within a character
        data = _FOLDED.sub(b"", data)
    guess = encoding.detect(data[: 64 * 1024])
    contacts = Contacts()
    fields: dict[str, str] | None = None
    for name, value in _properties(data[guess.skip :].decode(guess.name, "replace")):
        if name == "begin":
            fields = {}
        elif name == "end" and fields is not None:
            contacts.add(fields)
            fields = None
        elif fields is not None:
            fields[name] = (fields.get(name, "") + " " + value).strip()
    if fields:  # cut off
        contacts.add(fields)
    return contacts


def is_card(data: bytes) -> bool:
    """Whether bytes are a vCard file."""
    return b"BEGIN:VCARD" in data[:4096].upper().replace(b"\0", b"")


def _properties(text: str) -> Iterator[tuple[str, str]]:
    for line in _unfolded(text):
        if (found := _LINE.match(line)) is None:
            continue
        options, value = found["options"].upper(), found["value"]
        if "QUOTED-PRINTABLE" in options:
            charset = re.search(r"CHARSET=\"?([\w-]+)", options)
            value = _quoted(value, charset.group(1) if charset else "utf-8")
        yield found["name"].lower(), re.sub(r"\\([,;\\])", r"\1", value.replace("\\n", "\n"))


def _unfolded(text: str) -> Iterator[str]:
    """Yield lines whose continuations (a space in front, or quoted-printable's ``=`` at the end) are joined."""
    waiting, size = "", 0
    soft = False
    for line in _ENDS.split(text):
        if waiting and (soft or line.startswith((" ", "\t"))):
            if size < _LONGEST:
                waiting += line if soft else line[1:]
            size += len(line)
        else:
            if waiting:
                yield waiting
            waiting, size = line, len(line)
        soft = waiting.endswith("=") and "QUOTED-PRINTABLE" in waiting[:200].upper()
        if soft:
            waiting = waiting[:-1]
    if waiting:
        yield waiting


def _quoted(value: str, charset: str) -> str:
    raw = quopri.decodestring(value.encode("latin-1", "replace"))
    try:
        return raw.decode("gb18030" if charset.upper() in ("GB2312", "GBK", "GB18030") else charset)
    except (LookupError, UnicodeDecodeError):
        return raw.decode("gb18030", "replace")


# ABMultiValue.property of an iPhone's address book: 3 telephone, 4 mail, 5 address, 12 anniversary, 23 related names.
_VALUES: Final = {3: "tel", 5: "adr", 12: "anniversary", 23: "related"}


def read_book(database: sqlite3.Connection) -> Contacts:
    """Return the counts of an iPhone's ``AddressBook.sqlitedb``. Raises sqlite3.Error when it is none."""
    columns = {str(row[1]).lower() for row in database.execute("pragma table_info(ABPerson)")}
    if "first" not in columns:
        raise sqlite3.DatabaseError("no ABPerson")
    wanted = [
        name
        for name in ("ROWID", "First", "Last", "Nickname", "Organization", "Department", "JobTitle", "Note", "Birthday")
        if name == "ROWID" or name.lower() in columns
    ]
    extra = _multiple(database)
    contacts = Contacts()
    for row in database.execute(f"select {', '.join(wanted)} from ABPerson"):  # noqa: S608  (names from the list above)
        entry = {name.lower(): str(value) for name, value in zip(wanted, row, strict=True) if value not in (None, "")}
        fields = {
            "fn": "".join(entry.get(name, "") for name in ("last", "first", "nickname")),
            "org": " ".join(filter(None, (entry.get("organization"), entry.get("department")))),
            "title": entry.get("jobtitle", ""),
            "note": entry.get("note", ""),
            "bday": entry.get("birthday", ""),
        }
        contacts.add(fields | dict.fromkeys(extra.get(row[0], ()), "x"))
    return contacts


def _multiple(database: sqlite3.Connection) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    try:
        rows: Iterable[tuple[int, int]] = database.execute("select record_id, property from ABMultiValue")
        for person, kind in rows:
            if kind in _VALUES:
                found.setdefault(person, set()).add(_VALUES[kind])
    except sqlite3.Error:  # the table is younger than the oldest phones
        return found
    return found
