"""Every change of state comes by here: actor, permission, precondition, write, one audit entry, one transaction.

A page, the API, the command line and the scheduler open the same door: ``SomeAction.run(actor, target, door=…, …)``.
An action is a class; what it may be asked, by whom and about which units is declared, and deny is the default.

    class CloseUnit(Action):
        name = "accounts.unit.close"          # in the audit trail, unique
        label = _("Close unit")               # on the button
        roles = frozenset({SYSTEM})           # nobody else; empty means nobody at all
        model = Unit                          # what ``target`` is, or None
        sensitive = True                      # asks for password and code again when they are older than five minutes

        class Input(ActionForm):              # fields, the same from every door
            reason = forms.CharField()

        def check(self) -> None: …            # precondition: raise Unmet(sentence)
        def write(self) -> Done: …            # the change; says what the audit entry holds

A refusal for lack of permission leaves an entry with the outcome "refused", written after the act was rolled back;
wrong input, an unmet precondition and a missing proof leave none. Doors must not wrap ``run`` in a transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, Protocol

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Office
from shoumi.console.audit import chain
from shoumi.console.audit.models import DONE, REFUSED
from shoumi.console.roles import Reach

PROOF_LASTS: Final = timedelta(minutes=5)
_REGISTRY: Final[dict[str, type[Action]]] = {}


class ActionError(Exception):
    """Why an action did not happen; ``sentence`` is for people, in their language, and says what to do."""

    sentence: Any = _("This could not be done.")

    def __init__(self, sentence: Any = None) -> None:
        super().__init__(sentence or self.sentence)
        self.sentence = sentence or self.sentence

    def __str__(self) -> str:
        return str(self.sentence)


class Denied(ActionError):
    """The actor has no right to it. Leaves a "refused" entry in the trail."""

    sentence = _("You do not have the right to do this. If your work needs it, ask your security administrator.")


class Gone(ActionError):
    """What it is about does not exist, or the actor may not know that it does."""

    sentence = _("This was not found. It may have been removed, or it belongs to a unit you do not answer for.")


class Unproven(ActionError):
    """A sensitive action whose actor has not shown password and code within the last five minutes."""

    sentence = _("This step needs your password and a one-time code again.")


class Unmet(ActionError):
    """A precondition does not hold; the sentence says which and what to do. ``links``: words and address of where."""

    def __init__(self, sentence: Any = None, links: Iterable[tuple[Any, str]] = ()) -> None:
        super().__init__(sentence)
        self.links = list(links)


class Again(Exception):
    """Something that takes long is made first, outside the transaction; then the act begins anew (``early``)."""

    def __init__(self, make: Callable[[], None]) -> None:
        super().__init__()
        self.make = make


_SHELF: Final[ContextVar[dict[Any, Any] | None]] = ContextVar("shelf", default=None)
_TRIES: Final = 4


def early(key: Any, make: Callable[[], Any]) -> Any:
    """Return what ``make`` makes, made while the act holds no transaction: SQLite has one lock for all who write.

    Inside an action's ``write``; the act is rolled back once, and finds it under the same key when it comes by again.
    ``make`` asks the database nothing. Elsewhere, and when others were quicker too often, it is made at once.
    """
    shelf = _SHELF.get()
    if shelf is None or connection.vendor != "sqlite":
        return make()
    if key not in shelf:
        raise Again(lambda: shelf.update({key: make()}))
    return shelf[key]


class Invalid(ActionError):
    """The input is wrong; ``form`` holds every field with its errors."""

    sentence = _("Something in the form needs your attention.")

    def __init__(self, form: forms.Form) -> None:
        super().__init__()
        self.form = form


class Actor(Protocol):
    """Who acts: a signed-in account, or a named part of the machine."""

    @property
    def username(self) -> str:
        """Return the account's name."""

    def get_full_name(self) -> str:
        """Return the name that records show."""

    def may_act(self, action: type[Action]) -> bool:
        """Say whether this actor may use the action at all."""

    def reach(self, roles: Iterable[str]) -> Reach:
        """Return how far these roles of the actor reach."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A part of the machine that acts by itself: first set-up, the scheduler. Does only what it is given."""

    username: str
    actions: frozenset[str] = frozenset()

    def get_full_name(self) -> str:
        """Return the name that records show."""
        return f"shoumi:{self.username}"

    def may_act(self, action: type[Action]) -> bool:
        """Allow what it was made for."""
        return action.name in self.actions

    def reach(self, roles: Iterable[str]) -> Reach:
        """Reach everywhere: what it may do at all is the limit."""
        del roles
        return Reach(("",))


@dataclass(frozen=True, slots=True)
class Door:
    """Where an act came in: ``page``, ``api``, ``command`` or ``machine``; when the actor last proved who they are."""

    kind: str = "machine"
    address: str = ""
    proved: datetime | None = None

    @property
    def proof_holds(self) -> bool:
        """Say whether the proof is recent; a proof from the future (a clock set back) is none."""
        return self.proved is not None and timedelta() <= timezone.now() - self.proved <= PROOF_LASTS


@dataclass(frozen=True, slots=True)
class Done:
    """What a write leaves: the thing it is about, and the facts that the audit entry keeps. Never a secret.

    ``result`` goes back to the door and nowhere else (a one-time link, for instance).
    """

    thing: models.Model | None
    facts: Mapping[str, Any] = field(default_factory=dict)
    result: Any = None


class ActionForm(forms.Form):
    """The input of an action. Fields that choose among things narrow their choices in ``limit``."""

    def __init__(self, *arguments: Any, action: Action, **options: Any) -> None:
        self.action = action
        super().__init__(*arguments, **options)
        self.limit()
        for one in self.fields.values():
            if isinstance(one, forms.ModelChoiceField) and one.required:
                one.empty_label = _("Please choose")

    def limit(self) -> None:
        """Narrow choices to what the actor may see."""

    @property
    def target(self) -> Any:
        """Return what the action is about."""
        return self.action.target


class Action:
    """One kind of change. Subclasses declare; ``run`` is the only way in."""

    name: ClassVar[str] = ""
    label: ClassVar[Any] = ""
    intro: ClassVar[Any] = ""  # one sentence above the form: what will happen
    roles: ClassVar[frozenset[str]] = frozenset()
    personal: ClassVar[bool] = False  # for every signed-in account, about itself only
    sensitive: ClassVar[bool] = False
    grave: ClassVar[bool] = False  # cannot be undone: the button is red, and the form asks for a reason
    model: ClassVar[type[models.Model] | None] = None
    Input: ClassVar[type[ActionForm]] = ActionForm

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.name and _REGISTRY.setdefault(cls.name, cls).__qualname__ != cls.__qualname__:
            raise TypeError(f"two actions are called {cls.name}")

    def __init__(self, actor: Actor, door: Door, target: Any = None) -> None:
        self.actor: Any = actor
        self.door, self.target = door, target
        self.data: dict[str, Any] = {}
        self.moment = timezone.now()  # the same when the act begins anew

    @classmethod
    def run(cls, actor: Actor, target: Any = None, *, door: Door | None = None, **given: Any) -> Done:
        """Do it, or raise an ActionError. ``target`` is the thing or its primary key; ``given`` the form's input."""
        act, outer, shelf = cls(actor, door or Door()), _SHELF.get(), dict[Any, Any]()
        for turn in range(_TRIES):
            token = _SHELF.set(outer if outer is not None else shelf if turn < _TRIES - 1 else None)
            try:
                with transaction.atomic():
                    return act._do(target, given)
            except Again as again:
                if outer is not None:
                    raise  # the outer act holds the transaction
                again.make()
            except Denied:
                with transaction.atomic():
                    act._record(REFUSED, Done(act.target))
                raise
            finally:
                _SHELF.reset(token)
        raise AssertionError("the last turn makes everything at once")

    @classmethod
    def open(cls, actor: Actor, target: Any = None, *, door: Door | None = None) -> Action:
        """Return the action for a page that shows its form; raise what ``run`` would raise before any input."""
        act = cls(actor, door or Door())
        act._admit()
        act._take(target, lock=False)
        act._permit()
        return act

    def form(self, given: Mapping[str, Any] | None = None) -> ActionForm:
        """Return the form, bound when input is given. Named arguments left out keep their declared initial value."""
        if given is None:
            return self.Input(action=self, initial=self.initial())
        files = {name: value for name, value in given.items() if isinstance(value, UploadedFile)}
        return self.Input(given, files, action=self, initial=self.initial())

    def _do(self, target: Any, given: Mapping[str, Any]) -> Done:
        self._admit()
        self._take(target, lock=True)
        self._permit()
        form = self.form(given)
        if not form.is_valid():
            raise Invalid(form)
        self.data = form.cleaned_data
        self._permit()
        if self.sensitive and not isinstance(self.actor, Machine) and not self.door.proof_holds:
            raise Unproven
        self.check()
        done = self.write()
        self._record(DONE, done)
        return done

    def _admit(self) -> None:
        """Refuse who may not use this action at all."""
        if not self.actor.may_act(type(self)):
            raise Denied

    def _take(self, target: Any, *, lock: bool) -> None:
        """Fetch the target afresh, locked where the database can; what the actor may not see is gone."""
        if self.model is None or target is None:
            if self.model is not None:
                raise Gone
            return
        rows = self.model._default_manager.all()
        key = target.pk if isinstance(target, models.Model) else target
        try:
            self.target = (rows.select_for_update(of=("self",)) if lock else rows).get(pk=key)
        except (self.model.DoesNotExist, ValueError, TypeError):
            raise Gone from None

    def _permit(self) -> None:
        """Refuse units that the actor's roles do not reach. Personal actions are about the actor alone."""
        if self.personal:
            if self.target is not None and self.owner() != getattr(self.actor, "pk", None):
                raise Denied
            return
        covers = self.actor.reach(self.roles)
        if not all(covers.covers(path) for path in self.units()):
            raise Denied

    def units(self) -> Iterable[str]:
        """Return the paths of all units this act touches; called before and after the input is known.

        Default: the target's unit. An action about the whole office returns the empty path.
        """
        return (self.target.unit_path,) if self.target is not None else ()

    def owner(self) -> Any:
        """Return whose the target of a personal action is: the primary key of an account."""
        return self.target.user_id

    def initial(self) -> dict[str, Any]:
        """Return what the form shows before anybody typed."""
        return {}

    def check(self) -> None:
        """Raise Unmet when a precondition does not hold."""

    def write(self) -> Done:
        """Make the change and say what was done."""
        raise NotImplementedError(f"{self.name} writes nothing")

    def _record(self, outcome: str, done: Done) -> None:
        note(self.actor, self.name, outcome=outcome, door=self.door, thing=done.thing, facts=done.facts)


def note(
    actor: Actor,
    name: str,
    *,
    outcome: str = DONE,
    door: Door,
    thing: models.Model | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Write one entry, within the caller's transaction; for actions and for events that are none (a failed sign-in)."""
    chain.append(
        actor=actor.username,
        actor_name=actor.get_full_name(),
        action=name,
        outcome=outcome,
        door=door.kind,
        address=door.address,
        mode=Office.current().mode,
        unit=getattr(thing, "unit_path", "") if thing is not None else "",
        subject=f"{thing._meta.label_lower}:{thing.pk}" if thing is not None else "",
        subject_name=str(thing) if thing is not None else "",
        facts=facts,
    )


def registry() -> dict[str, type[Action]]:
    """Return all actions by name, those of every installed room."""
    from django.utils.module_loading import autodiscover_modules

    autodiscover_modules("actions")
    return dict(sorted(_REGISTRY.items()))


def changes(thing: models.Model, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set fields and return what changed, as ``{field: [before, after]}`` in plain words for the audit entry."""
    changed: dict[str, Any] = {}
    for name, value in values.items():
        before = getattr(thing, name)
        if before != value:
            changed[name] = [plain(before), plain(value)]
            setattr(thing, name, value)
    return changed


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    if value is None or isinstance(value, str | int | bool):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
