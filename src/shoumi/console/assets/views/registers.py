"""The registers: vendors, engineers, house rules."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.action import Action
from shoumi.console.assets import ledger, registers
from shoumi.console.assets.actions import rules as acts
from shoumi.console.assets.actions import vendors as vendor_acts
from shoumi.console.assets.models import Engineer, Rules, RulesVersion, Vendor
from shoumi.console.assets.views.base import Form, history
from shoumi.console.lists import Column, Filter, ListPage, pairs, yes_no
from shoumi.console.pages import Page


def _standing(vendor: Vendor) -> Any:
    if vendor.ended_on:
        return _("used no more")
    if registers.lacks(vendor):
        return _("not qualified")
    soon = vendor.valid_until and (vendor.valid_until - timezone.localdate()).days <= registers.WARN_DAYS
    return _("ends soon") if soon else _("qualified")


def _tone(vendor: Vendor) -> str:
    if vendor.ended_on:
        return ""
    soon = vendor.valid_until and (vendor.valid_until - timezone.localdate()).days <= registers.WARN_DAYS
    return "amber" if soon or registers.lacks(vendor) else "jade"


class Vendors(ListPage):
    """Who may be let near a device."""

    name = "assets.vendors"
    title = gettext_lazy("Vendors")
    roles = ledger.READERS
    search = ("name", "certificate", "scope", "contact", "engineers__name")
    order = ("name",)
    empty = gettext_lazy(
        "Firms that repair, sanitise or destroy, with certificate and commitment. Nobody else is let near a device."
    )
    columns = (
        Column("name", gettext_lazy("Vendor name"), lambda v: v.name, "name"),
        Column("standing", gettext_lazy("State"), _standing, "", "badge", tone=_tone),
        Column("certificate", gettext_lazy("Certificate number"), lambda v: v.certificate, "certificate"),
        Column("scope", gettext_lazy("Scope"), lambda v: v.scope),
        Column("until", gettext_lazy("Valid until"), lambda v: v.valid_until, "valid_until", "day"),
        Column("committed", gettext_lazy("Commitment"), lambda v: v.committed_on, "committed_on", "day"),
        Column("unit", gettext_lazy("Kept by unit"), lambda v: v.unit.name, "unit__name", shown=False),
        Column("contact", gettext_lazy("Contact"), lambda v: v.contact, shown=False),
    )
    filters = (
        Filter("state", gettext_lazy("State"),
               pairs((("wrong", gettext_lazy("not qualified")), ("soon", gettext_lazy("ends soon")))),
               lambda rows, value: rows.filter(
                   registers.unqualified() if value == "wrong" else registers.expiring())),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        reach = self.request.user.reach(self.roles)
        return Vendor.objects.filter(registers.visible(reach)).select_related("unit").distinct()

    def address(self, row: Any) -> str:
        return reverse("assets:vendor", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        may = self.request.user.may_act(vendor_acts.AddVendor)
        return [(_("Add vendor"), reverse("assets:vendor-add"))] if may else []


class OneVendor(Page):
    """A vendor with its engineers."""

    roles = ledger.READERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        reach = request.user.reach(self.roles)
        rows = Vendor.objects.filter(registers.visible(reach)).select_related("unit")
        vendor = rows.filter(pk=pk).first()
        if vendor is None:
            return self.see(rows.none(), pk)  # raises Http404
        engineers = Engineer.objects.filter(vendor=vendor).select_related("vendor").order_by("ended_on", "name")
        return self.show(
            "assets/vendor.html",
            vendor=vendor,
            standing=(_standing(vendor), _tone(vendor)),
            lacks=[] if vendor.ended_on else registers.lacks(vendor),
            engineers=[(one, [] if one.ended_on else registers.lacks(one)) for one in engineers],
            change=request.user.reach(ledger.KEEPERS).covers(vendor.unit.path) and not vendor.ended_on,
            history=history(vendor, reach),
        )


class VendorAdd(Form):
    """Add a vendor."""

    action, thing, lists = vendor_acts.AddVendor, "assets:vendor", "assets:vendors"


class VendorChange(Form):
    """Change a vendor."""

    action, thing = vendor_acts.ChangeVendor, "assets:vendor"


class VendorEnd(Form):
    """End a vendor."""

    action, thing = vendor_acts.EndVendor, "assets:vendor"


class EngineerAdd(Form):
    """Add an engineer."""

    action, thing = vendor_acts.AddEngineer, "assets:vendor"

    def address(self, done: Any) -> str:
        return reverse("assets:vendor", args=(done.thing.vendor_id,))


class _OfEngineer(Form):
    """A form about an engineer leads back to the vendor."""

    def address(self, done: Any) -> str:
        return reverse("assets:vendor", args=(done.thing.vendor_id,))

    def back(self, act: Action) -> str:
        return reverse("assets:vendor", args=(act.target.vendor_id,))


class EngineerChange(_OfEngineer):
    """Change an engineer."""

    action = vendor_acts.ChangeEngineer


class EngineerEnd(_OfEngineer):
    """End an engineer."""

    action = vendor_acts.EndEngineer


class AllRules(ListPage):
    """House rules, and who has not acknowledged them."""

    name = "assets.rules"
    title = gettext_lazy("House rules")
    roles = ledger.READERS
    search = ("rules__title",)
    order = ("rules__title", "-version")
    empty = gettext_lazy(
        "What everybody keeps to when a computer breaks or a phone is sold. Issue the first; people acknowledge it."
    )
    columns = (
        Column("title", gettext_lazy("Title"), lambda v: v.rules.title, "rules__title"),
        Column("version", gettext_lazy("Version"), lambda v: v.version, "version", "number"),
        Column("unit", gettext_lazy("For unit"), lambda v: v.rules.unit.name, "rules__unit__name"),
        Column("issued", gettext_lazy("Published on"), lambda v: v.issued_on, "issued_on", "day"),
        Column("state", gettext_lazy("State"),
               lambda v: _("in force") if v.current else _("used no more") if v.rules.ended_on else _("replaced"),
               "current", "badge", tone=lambda v: "jade" if v.current else ""),
    )  # fmt: skip
    filters = (
        Filter("current", gettext_lazy("State"), yes_no(gettext_lazy("in force"), gettext_lazy("not in force")),
               lambda rows, value: rows.filter(current=value == "yes")),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        reach = self.request.user.reach(self.roles)
        rows = RulesVersion.objects.filter(registers.visible(reach, "rules__unit"))
        return rows.select_related("rules__unit")

    def address(self, row: Any) -> str:
        return reverse("assets:rules-version", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        may = self.request.user.may_act(acts.AddRules)
        return [(_("Issue house rules"), reverse("assets:rules-add"))] if may else []


class OneVersion(Page):
    """A text of house rules. Whom it binds may read it; who answers for people sees who has not acknowledged."""

    anybody = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = RulesVersion.objects.select_related("rules__unit").filter(pk=pk).first()
        reach = request.user.reach(ledger.READERS)
        bound = version is not None and version.rules.bound().filter(pk=request.user.person_id).exists()
        reads = version is not None and bool(reach) and (
            RulesVersion.objects.filter(registers.visible(reach, "rules__unit"), pk=pk).exists()
        )  # fmt: skip
        if version is None or not (bound or reads):
            return self.see(RulesVersion.objects.none(), pk)  # raises Http404
        waiting = version.waiting().filter(reach.within("unit__path")) if reads and version.current else None
        mine = version.acknowledgements.filter(person=request.user.person_id).first()
        return self.show(
            "assets/rules.html",
            version=version,
            mine=mine,
            asked=bound and version.current and mine is None,
            waiting=None if waiting is None else waiting.select_related("unit").order_by("unit__path", "number")[:100],
            left=0 if waiting is None else waiting.count(),
            known=version.acknowledgements.count(),
            keeps=request.user.reach(ledger.KEEPERS).covers(version.rules.unit.path) and version.current,
            earlier=RulesVersion.objects.filter(rules=version.rules).exclude(pk=pk),
        )


class RulesAdd(Form):
    """Issue house rules."""

    action, lists = acts.AddRules, "assets:rules"

    def address(self, done: Any) -> str:
        return _current(done.thing)


class _OfRules(Form):
    """A form about house rules leads back to their current text."""

    def address(self, done: Any) -> str:
        return _current(done.thing)

    def back(self, act: Action) -> str:
        return _current(act.target)


def _current(rules: Rules) -> str:
    version = rules.versions.first()
    return reverse("assets:rules-version", args=(version.pk,)) if version else reverse("assets:rules")


class RulesRevise(_OfRules):
    """Issue a new version."""

    action = acts.ReviseRules


class RulesEnd(_OfRules):
    """End house rules."""

    action = acts.EndRules


class RulesAcknowledge(Form):
    """Acknowledge a version."""

    action, thing = acts.AcknowledgeRules, "assets:rules-version"
    template = "assets/acknowledge.html"


class RulesPaper(Form):
    """Enter a signature on paper."""

    action, thing = acts.EnterAcknowledgement, "assets:rules-version"
