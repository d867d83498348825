"""The pages of people, units, accounts and the office."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console import roles
from shoumi.console.accounts import departures, importing, signin, todos
from shoumi.console.accounts.actions import accounts, own, people, rights, units
from shoumi.console.accounts.models import CATEGORIES, NONE, Grant, Office, Person, Unit, User
from shoumi.console.action import Action, Gone
from shoumi.console.audit.models import Entry
from shoumi.console.lists import Column, Filter, ListPage, as_csv, as_xlsx, pairs, yes_no
from shoumi.console.pages import ActionPage, Page
from shoumi.console.roles import APPROVER, AREA, GRANTED, LEADER, OFFICER, SECURITY, SYSTEM

PEOPLE = frozenset({SYSTEM, OFFICER, LEADER, APPROVER, AREA})
UNITS = frozenset({SYSTEM, OFFICER, LEADER})
ACCOUNTS = frozenset({SYSTEM, SECURITY})


def _state(person: Person) -> Any:
    if person.departed_on is None:
        return gettext_lazy("in post")
    return gettext_lazy("cooling-off") if person.cooling else gettext_lazy("left")


def _in_state(rows: QuerySet, state: str) -> QuerySet:
    today = timezone.localdate()
    if state == "post":
        return rows.filter(departed_on=None)
    if state == "cooling":
        return rows.filter(cooling_until__gte=today)
    return rows.exclude(departed_on=None).exclude(cooling_until__gte=today)


def _lacks(rows: QuerySet, what: str) -> QuerySet:
    lack: dict[str, Callable[[], Q]] = {
        "vetting": todos.vetting_missing,
        "training": todos.untrained,
        "commitment": lambda: Q(committed_on=None),
    }
    return rows.filter(lack[what](), departed_on=None).exclude(category=NONE)


def _units(wanted: frozenset[str]) -> Any:
    return lambda user: [(str(unit.pk), f"{'· ' * unit.depth}{unit.name}") for unit in Unit.within(user.reach(wanted))]


def _below(column: str) -> Any:
    def apply(rows: QuerySet, value: str) -> QuerySet:
        unit = Unit.objects.filter(pk=value).first()
        return rows.filter(**{f"{column}__startswith": unit.path}) if unit else rows.none()

    return apply


class People(ListPage):
    """Everybody in one's units."""

    name = "accounts.people"
    title = gettext_lazy("People")
    roles = PEOPLE
    search = ("number", "name", "post", "email", "unit__name")
    also = ("account",)
    order = ("number",)
    empty = gettext_lazy(
        "Everybody who works here, with clearance, vetting and commitments. Add a person, or import a list."
    )
    columns = (
        Column("name", gettext_lazy("Name"), lambda p: p.name, "name"),
        Column("number", gettext_lazy("Staff number"), lambda p: p.number, "number"),
        Column("unit", gettext_lazy("Unit"), lambda p: p.unit.name, "unit__name"),
        Column("post", gettext_lazy("Post"), lambda p: p.post, "post"),
        Column("category", gettext_lazy("Clearance"), lambda p: p.get_category_display(), "category", "badge"),
        Column("vetted", gettext_lazy("Vetted on"), lambda p: p.vetted_on, "vetted_on", "day"),
        Column("trained", gettext_lazy("Trained on"), lambda p: p.trained_on, "trained_on", "day", shown=False),
        Column("committed", gettext_lazy("Commitment"), lambda p: p.committed_on, "committed_on", "day", shown=False),
        Column("joined", gettext_lazy("In post since"), lambda p: p.joined_on, "joined_on", "day", shown=False),
        Column("cooling", gettext_lazy("Cooling-off until"), lambda p: p.cooling_until, "cooling_until", "day",
               shown=False),
        Column("state", gettext_lazy("State"), _state, "departed_on", "badge",
               tone=lambda p: "amber" if p.cooling else ""),
    )  # fmt: skip
    filters = (
        Filter("unit", gettext_lazy("Unit"), _units(PEOPLE), _below("unit__path")),
        Filter("category", gettext_lazy("Clearance"), pairs(CATEGORIES),
               lambda rows, value: rows.filter(category=value)),
        Filter("state", gettext_lazy("State"), pairs((
            ("post", gettext_lazy("in post")), ("cooling", gettext_lazy("cooling-off")), ("left", gettext_lazy("left")),
        )), _in_state),
        Filter("lack", gettext_lazy("Lacking"), pairs((
            ("vetting", gettext_lazy("valid vetting")), ("training", gettext_lazy("training within a year")),
            ("commitment", gettext_lazy("signed commitment")),
        )), _lacks),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        without = self.request.GET.get("account") == "no" and self.request.user.holds(ACCOUNTS)
        return self._mine().filter(account=None, departed_on=None) if without else self._mine()

    def _mine(self) -> QuerySet:
        return Person.objects.filter(self.request.user.reach(self.roles).within("unit__path")).select_related("unit")

    def address(self, row: Any) -> str:
        return reverse("accounts:person", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        if not self.request.user.may_act(people.AddPerson):
            return []
        return [(_("Add person"), reverse("accounts:person-add")), (_("Import list"), reverse("accounts:import"))]


class OnePerson(Page):
    """A person: facts, history, the next step."""

    roles = PEOPLE

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self.see(Person.objects.select_related("unit"), pk)
        reach = request.user.reach({OFFICER, LEADER, SYSTEM})
        history = Entry.objects.filter(reach.within("unit"), subject=f"accounts.person:{pk}")
        return self.show(
            "accounts/person.html",
            person=person,
            state=_state(person),
            due=person.vetting_due(Office.current()),
            today=timezone.localdate(),
            history=history[:30],
            change=request.user.reach(people.KEEPERS).covers(person.unit_path) and not person.departed_on,
            account=User.objects.filter(person=person).first() if request.user.holds(ACCOUNTS) else None,
            may_open=request.user.reach(accounts.OpenAccount.roles).covers(person.unit_path) and not person.departed_on,
        )


class Units(ListPage):
    """The tree of one's units."""

    name = "accounts.units"
    title = gettext_lazy("Units")
    roles = UNITS
    search = ("name", "code", "leader__name")
    order = ("path",)
    empty = gettext_lazy(
        "The units of the office, each with a responsible leader. Add the first below the topmost one."
    )
    columns = (
        Column("name", gettext_lazy("Unit name"), lambda u: f"{'· ' * u.depth}{u.name}", "name"),
        Column("code", gettext_lazy("Code"), lambda u: u.code, "code"),
        Column("leader", gettext_lazy("Responsible leader"), lambda u: u.leader.name if u.leader else _("nobody"),
               "leader__name", "badge", tone=lambda u: "" if u.leader else "amber"),
    )  # fmt: skip
    filters = (
        Filter("leader", gettext_lazy("Responsible leader"), yes_no(gettext_lazy("named"), gettext_lazy("nobody")),
               lambda rows, value: rows.filter(leader__isnull=value == "no")),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        return Unit.within(self.request.user.reach(self.roles)).select_related("leader")

    def address(self, row: Any) -> str:
        return reverse("accounts:unit", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        return [(_("Add unit"), reverse("accounts:unit-add"))] if self.request.user.may_act(units.AddUnit) else []


class OneUnit(Page):
    """A unit: leader, people, units below, history."""

    roles = UNITS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        unit = self.see(Unit.objects.select_related("leader"), pk, "path")
        below = Unit.objects.filter(path__startswith=unit.path)
        return self.show(
            "accounts/unit.html",
            unit=unit,
            children=unit.children.filter(closed_on=None).select_related("leader"),
            people=Person.objects.filter(unit__in=below, departed_on=None).count(),
            history=Entry.objects.filter(request.user.reach(self.roles).within("unit"), subject=f"accounts.unit:{pk}")[
                :30
            ],
            change=request.user.reach(units.ChangeUnit.roles).covers(unit.path) and unit.closed_on is None,
        )


class Accounts(ListPage):
    """Accounts and their roles."""

    name = "accounts.accounts"
    title = gettext_lazy("Accounts")
    roles = ACCOUNTS
    search = ("username", "person__name", "person__number")
    order = ("username",)
    empty = gettext_lazy(
        "Accounts open the console to a person. The system administrator opens them, one for each person."
    )
    columns = (
        Column("username", gettext_lazy("Account"), lambda u: u.username, "username"),
        Column("person", gettext_lazy("Person"), lambda u: u.person.name, "person__name"),
        Column("unit", gettext_lazy("Unit"), lambda u: u.person.unit.name, "person__unit__name"),
        Column("roles", gettext_lazy("Roles"), lambda u: ", ".join(
            str(g.get_role_display()) for g in u.granted.all() if g.ended is None) or _("Staff")),
        Column("factor", gettext_lazy("Second factor"), lambda u: _("enrolled") if u.code_secret else _("not yet"),
               "", "badge", tone=lambda u: "" if u.code_secret else "amber"),
        Column("last", gettext_lazy("Last sign-in"), lambda u: u.last_login, "last_login", "moment"),
        Column("state", gettext_lazy("State"), lambda u: _("open") if u.is_active else _("closed"), "is_active",
               "badge"),
    )  # fmt: skip
    filters = (
        Filter("role", gettext_lazy("Role"), pairs(GRANTED),
               lambda rows, value: rows.filter(granted__role=value, granted__ended=None).distinct()),
        Filter("open", gettext_lazy("State"), yes_no(gettext_lazy("open"), gettext_lazy("closed")),
               lambda rows, value: rows.filter(is_active=value == "yes")),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        covered = self.request.user.reach(self.roles)
        return User.objects.full().filter(covered.within("person__unit__path")).prefetch_related("granted")

    def address(self, row: Any) -> str:
        return reverse("accounts:account", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        may = self.request.user.may_act(accounts.OpenAccount)
        return [(_("People without account"), f"{reverse('accounts:people')}?account=no")] if may else []


class OneAccount(Page):
    """An account: its person, roles, sessions, and what each administrator may do."""

    roles = ACCOUNTS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        account = self.see(User.objects.full(), pk, "person__unit__path")
        me = request.user
        steps = [
            (action.label, reverse("accounts:account-step", args=(pk, slug)), action.grave)
            for slug, action in STEPS.items()
            if me.may_act(action) and me.pk != account.pk and account.is_active
        ]
        return self.show(
            "accounts/account.html",
            account=account,
            grants=account.granted.select_related("unit").order_by("ended", "role"),
            visits=account.visits.all() if me.holds({SECURITY}) else (),
            locked=signin.locked_until(account.username),
            rights=me.may_act(rights.GrantRole) and account.is_active,
            steps=steps,
        )


class OfficePage(Page):
    """The office's limits and how its administrators are kept apart."""

    roles = ACCOUNTS

    def get(self, request: HttpRequest) -> HttpResponse:
        office = Office.current()
        facts = [
            (field.verbose_name, getattr(office, field.name))
            for field in Office._meta.fields
            if field.name == "name" or field.get_internal_type() == "PositiveSmallIntegerField"
        ]
        holders = Grant.objects.filter(role__in=roles.ADMINISTRATORS, ended=None).select_related("user__person__unit")
        change = request.user.may_act(rights.ChangeOffice)
        return self.show("accounts/office.html", facts=facts, holders=holders, change=change)


class Me(Page):
    """One's own page: facts, roles, sessions."""

    anybody = True

    def get(self, request: HttpRequest) -> HttpResponse:
        me = request.user
        return self.show(
            "accounts/me.html",
            person=me.person,
            grants=me.granted.filter(ended=None).select_related("unit"),
            visits=me.visits.all(),
            current=request.session.session_key,
            names=roles.NAMES,
        )


class _Form(ActionPage):
    """A form that leads back to a list or a thing."""

    lists = "accounts:people"
    thing = ""

    def address(self, done: Any) -> str:
        return reverse(self.thing, args=(done.thing.pk,)) if self.thing and done.thing else reverse(self.lists)

    def back(self, act: Action) -> str:
        return reverse(self.thing, args=(act.target.pk,)) if act.target is not None else reverse(self.lists)


class PersonAdd(_Form):
    """Add a person."""

    action, thing = people.AddPerson, "accounts:person"


class PersonChange(_Form):
    """Change a person."""

    action, thing = people.ChangePerson, "accounts:person"


class PersonDepart(_Form):
    """Record a departure."""

    action, thing = people.Depart, "accounts:person"
    template = "accounts/depart.html"

    def more(self, act: Action) -> dict[str, Any]:
        return {"unsettled": departures.unsettled(act.target)}


class UnitAdd(_Form):
    """Add a unit."""

    action, thing, lists = units.AddUnit, "accounts:unit", "accounts:units"


class UnitChange(_Form):
    """Change a unit."""

    action, thing, lists = units.ChangeUnit, "accounts:unit", "accounts:units"


class UnitClose(_Form):
    """Close a unit."""

    action, lists = units.CloseUnit, "accounts:units"

    def back(self, act: Action) -> str:
        return reverse("accounts:unit", args=(act.target.pk,))


class Import(ActionPage):
    """Read a list."""

    action = people.UploadPeople
    template = "accounts/import.html"

    def after(self, done: Any) -> HttpResponse:
        return redirect("accounts:import-plan", pk=done.result.pk)

    def back(self, act: Action) -> str:
        del act
        return reverse("accounts:people")


class ImportPlan(ActionPage):
    """What the list would change, row by row, before anything is written."""

    action = people.ImportPeople
    template = "accounts/import_plan.html"

    def more(self, act: Action) -> dict[str, Any]:
        if act.target.user_id != self.request.user.pk:
            raise Gone
        return {"plan": importing.plan(act.target.rows, self.request.user.reach(act.roles)), "upload": act.target}

    def after(self, done: Any) -> HttpResponse:
        added, changed, left = done.result
        text = _("Imported: %(added)d new, %(changed)d changed, %(left)d left out.")
        messages.success(self.request, text % {"added": added, "changed": changed, "left": left})
        return redirect("accounts:people")

    def back(self, act: Action) -> str:
        del act
        return reverse("accounts:import")


class Template(Page):
    """The empty list to fill in, with the columns in one's own language and one row as an example."""

    roles = people.KEEPERS

    def get(self, request: HttpRequest, form: str) -> HttpResponse:
        unit = Unit.within(request.user.reach(self.roles)).last()
        example = ["2024001", _("Alice (example)"), unit.code if unit else "0", "", "general", "alice@example.org"]
        heads = [importing.head(field) for field in importing.FIELDS]
        table = [heads, [*example, "2024-03-01", "2024-02-01", "2024-02-20", "2024-03-01"]]
        return as_csv("people", table) if form == "csv" else as_xlsx("people", table, _("People"))


class AccountOpen(_Form):
    """Open an account; the link is shown once, on the answer to this very request."""

    action = accounts.OpenAccount

    def back(self, act: Action) -> str:
        return reverse("accounts:person", args=(act.target.pk,))

    def after(self, done: Any) -> HttpResponse:
        return _link(self, done)


STEPS: dict[str, type[Action]] = {
    "invite": accounts.InviteAgain,
    "unlock": accounts.Unlock,
    "reset-code": accounts.ForgetCode,
    "end-sessions": accounts.EndSessions,
    "close": accounts.CloseAccount,
}


class AccountStep(ActionPage):
    """One of the steps about an account; the address names which."""

    def setup(self, request: HttpRequest, *arguments: Any, **options: Any) -> None:
        super().setup(request, *arguments, **options)
        self.action = STEPS[options["step"]]  # type: ignore[misc]  # one class serves all steps

    def back(self, act: Action) -> str:
        return reverse("accounts:account", args=(act.target.pk,))

    def address(self, done: Any) -> str:
        return reverse("accounts:account", args=(done.thing.pk,))

    def after(self, done: Any) -> HttpResponse:
        return _link(self, done) if done.result else super().after(done)


def _link(page: Page, done: Any) -> HttpResponse:
    link = page.request.build_absolute_uri(reverse("accounts:invitation", args=(done.result,)))
    return page.show("accounts/link.html", links=[("", done.thing, link)])


class RoleGrant(_Form):
    """Give a role."""

    action, thing = rights.GrantRole, "accounts:account"


class RoleWithdraw(_Form):
    """Withdraw a role."""

    action, thing = rights.WithdrawRole, "accounts:account"

    def back(self, act: Action) -> str:
        return reverse("accounts:account", args=(act.target.user_id,))


class OfficeChange(_Form):
    """Change the limits."""

    action, lists = rights.ChangeOffice, "accounts:office"


class ModeChange(_Form):
    """Declare a small office, or end it."""

    action, lists = rights.ChangeMode, "accounts:office"


class PasswordChange(_Form):
    """Change one's password."""

    action, lists = own.ChangePassword, "accounts:me"

    def after(self, done: Any) -> HttpResponse:
        signin.enter(self.request, User.objects.full().get(pk=self.request.user.pk))
        return super().after(done)


class SessionEnd(_Form):
    """End one of one's sessions."""

    action, lists = own.EndSession, "accounts:me"

    def back(self, act: Action) -> str:
        del act
        return reverse("accounts:me")

    def address(self, done: Any) -> str:
        del done
        return reverse("accounts:me")
