"""A kind of record, declared by the room whose things it is about. ``records.py`` of any room is found by itself.

    class Destruction(Record):
        name = "custody.destruction"
        title = _("Certificate of destruction")
        model = Carrier
        roles = frozenset({OFFICER, LEADER})          # over the thing's unit; nobody else, unless ``may`` says so

        def level(self, thing): return thing.level                     # a key of levels.py, or words
        def blocks(self, thing): yield Facts([(_("Title"), thing.title)]); yield Signatures([…])

It then stands at ``records/custody.destruction/<key>.html``, ``.pdf`` and ``.xlsx``:
``{% url 'records:record' 'custody.destruction' carrier.pk 'pdf' %}``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from django.db import models

from shoumi.console.records.blocks import Block

FORMS: Final = ("html", "pdf", "xlsx")
_RECORDS: Final[dict[str, Record]] = {}


class Record:
    """One kind of record. Subclasses declare; one object of each is kept."""

    name: ClassVar[str] = ""
    title: ClassVar[Any] = ""
    model: ClassVar[type[models.Model]]
    roles: ClassVar[frozenset[str]] = frozenset()
    forms: ClassVar[tuple[str, ...]] = FORMS
    landscape: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.name:
            known = _RECORDS.setdefault(cls.name, cls())
            if type(known).__qualname__ != cls.__qualname__:
                raise TypeError(f"two records are called {cls.name}")

    def rows(self) -> Any:
        """Return the things it can be about, with what the blocks need."""
        return self.model._default_manager.all()

    def find(self, key: Any) -> Any:
        """Return one thing, or None."""
        try:
            return self.rows().filter(pk=key).first()
        except (ValueError, TypeError):
            return None

    def may(self, user: Any, thing: Any) -> bool:
        """Say whether an account may read and issue it."""
        return user.reach(self.roles).covers(self.unit_path(thing))

    def unit_path(self, thing: Any) -> str:
        """Return the path of the unit that it concerns."""
        return thing.unit_path

    def heading(self, thing: Any) -> Any:
        """Return the title of this one."""
        del thing
        return self.title

    def level(self, thing: Any) -> Any:
        """Return the level that is printed and inherited: a key of ``levels``, or words; empty for none."""
        del thing
        return ""

    def reference(self, thing: Any) -> str:
        """Return the thing's own number, where it has one."""
        del thing
        return ""

    def blocks(self, thing: Any) -> Iterable[Block]:
        """Yield what it is made of."""
        raise NotImplementedError(f"the record {self.name} is made of nothing")

    def back(self, thing: Any) -> str:
        """Return the page of the thing itself."""
        del thing
        return ""


def registry() -> dict[str, Record]:
    """Return all records by name, those of every installed room."""
    from django.utils.module_loading import autodiscover_modules

    autodiscover_modules("records")
    return dict(sorted(_RECORDS.items()))


def find(name: str) -> Record | None:
    """Return a record by its name."""
    return _RECORDS.get(name) or registry().get(name)


def level_words(level: Any) -> str:
    """Return a level in words as a mark shows it, in capitals where a script has them; nothing for none."""
    from shoumi.console.levels import NAMES, OPEN

    return "" if level in {"", None, OPEN} else str(NAMES.get(level, level)).upper()
