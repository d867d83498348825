"""The steps of a device's life, each with the facts it asks for. Which step leads where stands in ``lifecycle.py``."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Office
from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.assets import ledger, lifecycle, registers
from shoumi.console.assets.actions.devices import OWN, Described, keep, shown_numbers, written
from shoumi.console.assets.actions.fields import day, past, reach_of, somebody, staff, text
from shoumi.console.assets.models import Device, Event, Vendor


class Dated(ActionForm):
    """On which day it happened: today, or the day that a paper says."""

    on = day(_("Happened on"), _("Left empty: today."))

    def clean_on(self) -> Any:
        found = past(self, "on")
        device = self.action.device  # type: ignore[attr-defined]
        if found < device.since:
            raise forms.ValidationError(
                _("Not before %(day)s, when it became “%(state)s”.")
                % {"day": device.since.isoformat(), "state": device.get_state_display()}
            )
        return found


class Life(Action):
    """One step. Subclasses say which, with which facts, under which further conditions."""

    roles = ledger.KEEPERS
    model = Device
    step: ClassVar[lifecycle.Step]
    step_name: ClassVar[str] = ""
    Input = Dated

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.step_name = cls.name.rpartition(".")[2]

    @property
    def device(self) -> Device:
        """The device that takes the step."""
        found: Device = self.target
        return found

    def check(self) -> None:
        refusal = self.step.refusal(self.device.state)
        if refusal is not None:
            raise Unmet(refusal)
        self.fit()
        lifecycle.ask(self)

    def fit(self) -> None:
        """Raise Unmet when a further condition of the step does not hold."""

    def becomes(self) -> str:
        """Return the state after the step."""
        if self.step.target is None:
            raise NotImplementedError(self.name)
        return self.step.target

    def change(self) -> None:
        """Set what else changes with the step."""

    def write(self) -> Done:
        device, before = self.device, self.device.state
        self.change()
        device.state, device.since = self.becomes(), self.data["on"]
        keep(device, self.data.get("numbers"))
        facts = written(self.data)
        event = Event.objects.create(
            device=device, step=self.name, before=before, after=device.state, facts=facts,
            by=self.actor if getattr(self.actor, "pk", None) else None, by_name=self.actor.get_full_name(),
        )  # fmt: skip
        lifecycle.tell(self, event)
        return Done(device, {"from": before, "to": device.state, **facts})


class Register(Life):
    """A device that was bought, or released for another use, enters the ledger."""

    name = "assets.device.register"
    label = _("Enter in the ledger")
    step = lifecycle.STEPS["register"]

    class Input(Described, Dated):
        """Everything that the ledger holds."""

        unit = None
        field_order = (*Described.field_order, "on")

    def initial(self) -> dict[str, Any]:
        own = ("number", "kind", "make", "model", "place", "bought_on", "network", "note")
        return {**{name: getattr(self.target, name) for name in own}, **shown_numbers(self.target)}

    def change(self) -> None:
        for name in (*OWN, "number"):
            setattr(self.target, name, self.data[name])
        self.target.registered_on = self.data["on"]


class Use(Life):
    """A named person takes a device in use."""

    name = "assets.device.use"
    label = _("Put in use")
    step = lifecycle.STEPS["use"]

    class Input(Dated):
        """Who answers for it, who keeps it, where."""

        responsible = staff(_("Responsible person"), required=True)
        custodian = staff(_("Custodian"), hint=_("Staff number. Only where somebody else keeps it."))
        place = text(_("Place"))
        field_order = ("responsible", "custodian", "place", "on")

        def clean_responsible(self) -> Any:
            return somebody(self, "responsible")

        def clean_custodian(self) -> Any:
            return somebody(self, "custodian")

    def initial(self) -> dict[str, Any]:
        device = self.target
        return {
            "responsible": device.responsible.number if device.responsible else "",
            "custodian": device.custodian.number if device.custodian else "",
            "place": device.place,
        }

    def fit(self) -> None:
        if not self.device.level:
            raise Unmet(_("Decide its level first: nobody knows what may be kept on it."))
        error = ledger.unfit_person(self.data["responsible"], self.device.level)
        if error:
            raise Unmet(error)

    def becomes(self) -> str:
        return lifecycle.USED

    def change(self) -> None:
        device = self.device
        device.responsible, device.custodian = self.data["responsible"], self.data["custodian"]
        device.place = self.data["place"] or device.place


class _Reasoned(Dated):
    """Why."""

    reason = text(_("Reason"), 500, required=True, rows=2)
    field_order = ("reason", "on")


class Shelve(Life):
    """A device goes out of use and stays where it is, with its person."""

    name = "assets.device.shelve"
    label = _("Take out of use")
    step = lifecycle.STEPS["shelve"]
    Input = _Reasoned


class Repair(Life):
    """A device goes into repair."""

    name = "assets.device.repair"
    label = _("Send to repair")
    intro = _("Outside hands touch it only under supervision in the house (Implementing Regulations art. 27(7)).")
    step = lifecycle.STEPS["repair"]

    class Input(Dated):
        """What is broken, and who repairs it."""

        fault = text(_("Fault"), 500, required=True, rows=2)
        vendor = forms.ModelChoiceField(
            Vendor.objects, label=_("Vendor"), required=False, empty_label=_("our own technicians"),
            help_text=_("Only vendors with a valid certificate and a signed commitment are taken."),
        )  # fmt: skip
        field_order = ("fault", "vendor", "on")

        def limit(self) -> None:
            self.fields["vendor"].queryset = registers.vendors_for(reach_of(self))

    def fit(self) -> None:
        vendor = self.data["vendor"]
        lacks = registers.lacks(vendor, self.data["on"]) if vendor else []
        if lacks:
            raise Unmet(" ".join(str(sentence) for sentence in lacks))


class Repaired(Life):
    """A device comes back from repair."""

    name = "assets.device.repaired"
    label = _("Back from repair")
    step = lifecycle.STEPS["repaired"]

    class Input(Dated):
        """What was done."""

        result = text(_("What was done"), 500, required=True, rows=2, hint=_("Parts that were changed, with numbers."))
        field_order = ("result", "on")

    def becomes(self) -> str:
        last = self.device.events.filter(after=lifecycle.REPAIR).first()
        was_used = last is not None and last.before == lifecycle.USED
        return lifecycle.USED if was_used and self.device.responsible_id else lifecycle.REGISTERED


class Retire(Life):
    """A device is used no more. Its person answers for it until it was destroyed or released."""

    name = "assets.device.retire"
    label = _("Retire")
    step = lifecycle.STEPS["retire"]
    Input = _Reasoned


class Restore(Life):
    """A retired device that was not treated yet is taken back."""

    name = "assets.device.restore"
    label = _("Take back from retirement")
    step = lifecycle.STEPS["restore"]
    Input = _Reasoned


METHODS = (
    ("clear", _("clear: overwritten once, every address")),
    ("purge", _("purge: block erase, secure erase, degaussed")),
    ("crypto", _("cryptographic erase")),
    ("reset", _("reset to factory state, encrypted before")),
    ("memory", _("no disk inside: memory emptied, counters and lists reset")),
)


class Sanitise(Life):
    """What a device holds is removed."""

    name = "assets.device.sanitise"
    label = _("Record sanitising")
    intro = _("Nothing leaves yet: somebody else verifies the result first.")
    step = lifecycle.STEPS["sanitise"]
    grave = True

    class Input(Dated):
        """How, with what, by whom."""

        method = forms.ChoiceField(label=_("Method"), choices=METHODS, help_text="NIST SP 800-88r2, IEEE 2883-2022")
        tool = text(_("Tool and version"), 200, required=True)
        done_by = text(_("Carried out by"), 200, required=True)
        field_order = ("method", "tool", "done_by", "on")


class Reject(Life):
    """The verification found something: the device must be sanitised again, or destroyed."""

    name = "assets.device.reject"
    label = _("Not clean")
    intro = _("Something could be read again, or could not be read at all. It is sanitised again, or destroyed.")
    step = lifecycle.STEPS["reject"]

    class Input(Dated):
        """What was found."""

        found = text(_("What was found"), 1000, required=True, rows=3)
        field_order = ("found", "on")


class Verify(Life):
    """Somebody else looked, and nothing was left."""

    name = "assets.device.verify"
    label = _("Verify sanitising")
    intro = _("After this the device may leave. What could not be read is not clean.")
    step = lifecycle.STEPS["verify"]
    sensitive = True

    class Input(Dated):
        """How much was read, with what, and where the proof is."""

        examined = forms.ChoiceField(
            label=_("Examined"), choices=(("full", _("all of it")), ("sample", _("a sample of all its parts")))
        )
        unread = forms.BooleanField(label=_("Some of it could not be read"), required=False)
        tool = text(_("Tool and version"), 200, required=True)
        proof = text(_("Proof"), 300, required=True, hint=_("Number of the report, or the SHA-256 of its file."))
        field_order = ("examined", "unread", "tool", "proof", "on")

    def fit(self) -> None:
        if self.data["unread"]:
            raise Unmet(_("What was not read is not clean. Sanitise it again, or destroy it."))
        last = self.device.events.filter(after=lifecycle.SANITISED).first()
        same = last is not None and last.by_id is not None and last.by_id == getattr(self.actor, "pk", None)
        if same and not Office.current().small:
            raise Unmet(_("You recorded the sanitising. Somebody else verifies it."))


class Destroy(Life):
    """A device ends. Two people watched."""

    name = "assets.device.destroy"
    label = _("Record destruction")
    intro = _("This cannot be undone. Two people other than you were there, and sign the record.")
    step = lifecycle.STEPS["destroy"]
    sensitive = grave = True

    class Input(Dated):
        """How, where, and who watched."""

        method = forms.ChoiceField(
            label=_("Method"),
            choices=(
                ("designated", _("by the designated destruction unit")),
                ("shred", _("shredded or disintegrated")),
                ("melt", _("melted or incinerated")),
                ("crush", _("crushed and drilled")),
            ),
        )
        where = text(_("Where, and by whom"), 300, required=True)
        first = staff(_("First supervisor"), required=True)
        second = staff(_("Second supervisor"), required=True)
        reason = text(_("Reason"), 500, required=True, rows=2)
        field_order = ("method", "where", "first", "second", "reason", "on")

        def clean_first(self) -> Any:
            return somebody(self, "first", anywhere=True)

        def clean_second(self) -> Any:
            return somebody(self, "second", anywhere=True)

        def clean(self) -> dict[str, Any]:
            data: dict[str, Any] = super().clean()
            me = getattr(self.action.actor, "person_id", None)
            for name in ("first", "second"):
                if data.get(name) is not None and data[name].pk == me:
                    self.add_error(name, _("Two people other than you."))
            if data.get("first") is not None and data.get("first") == data.get("second"):
                self.add_error("second", _("Two different people."))
            return data


class _Leave(Life):
    """A device leaves the protection it had."""

    sensitive = grave = True

    class Input(Dated):
        """To whom, on which paper."""

        recipient = text(_("To whom"), 300, required=True)
        paper = text(_("Contract or receipt number"), 100, required=True)
        reason = text(_("Reason"), 500, required=True, rows=2)
        field_order = ("recipient", "paper", "reason", "on")


class Sell(_Leave):
    """Sold."""

    name = "assets.device.sell"
    label = _("Record sale")
    intro = _("Only a device that was sanitised and verified is sold. Its record closes.")
    step = lifecycle.STEPS["sell"]


class Donate(_Leave):
    """Given away."""

    name = "assets.device.donate"
    label = _("Record donation")
    intro = _("Only a device that was sanitised and verified is given away. Its record closes.")
    step = lifecycle.STEPS["donate"]


class Repurpose(Life):
    """Released for another use, perhaps at a lower level; registered anew."""

    name = "assets.device.repurpose"
    label = _("Release for another use")
    intro = _("Its label, level and person end here. It is registered anew for its other use.")
    step = lifecycle.STEPS["repurpose"]
    sensitive = grave = True
    Input = _Reasoned

    def change(self) -> None:
        device = self.device
        device.level, device.label, device.network = "", "", ""
        device.responsible = device.custodian = None
