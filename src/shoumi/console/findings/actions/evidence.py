"""Looking at what stands behind a masked place: two enrolled persons, a reason, and every look written down.

Where the source can be reached, its text is read again and never kept: that two people agree is then this program's
rule, since the machine can read the source. Where it was kept, it is sealed so that two people's keys are needed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Action, ActionForm, Denied, Done, Unmet
from shoumi.console.findings import sealing, sources, telling
from shoumi.console.findings.actions.triage import DECIDERS, why
from shoumi.console.findings.models import Evidence, Keyholder, Look, Occurrence, Reveal
from shoumi.console.roles import APPROVER, LEADER, OFFICER, SECURITY

HOLDERS: Final = frozenset({OFFICER, LEADER, APPROVER})
WAITS: Final = timedelta(hours=24)  # for the second person
SHOWN: Final = timedelta(minutes=15)  # after both agreed
LEAST: Final = 12


def secret(label: Any, hint: Any = "", *, required: bool = True) -> forms.CharField:
    """Return a field for a passphrase."""
    hidden = forms.PasswordInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, help_text=hint, max_length=200, widget=hidden, strip=False, required=required)


def enrolled(path: str) -> list[Keyholder]:
    """Return the keys of those who may see evidence of a unit."""
    rows = Keyholder.objects.filter(until=None, user__is_active=True).select_related("user__person__unit")
    return [row for row in rows if row.user.reach(HOLDERS).covers(path)]


def holder(user: Any) -> Keyholder | None:
    """Return the key of an account."""
    return Keyholder.objects.filter(user_id=getattr(user, "pk", None), until=None).first()


class Enrol(Action):
    """Somebody becomes one of those who may reveal evidence, two at a time."""

    name = "findings.key.enrol"
    label = _("Enrol for reveals")
    intro = _(
        "You choose a passphrase that opens your key. It is kept nowhere: "
        "who forgets it enrols anew, and can no longer "
        "open what was kept before."
    )
    roles = HOLDERS
    sensitive = True

    class Input(ActionForm):
        """The passphrase, twice."""

        passphrase = secret(_("Passphrase"), _("At least 12 characters; not the one you sign in with."))
        again = secret(_("The same again"))

        def clean(self) -> dict[str, Any]:
            data = super().clean()
            first = data.get("passphrase") or ""
            if first and len(first) < LEAST:
                self.add_error("passphrase", _("At least 12 characters."))
            if first and self.action.actor.check_password(first):
                self.add_error("passphrase", _("This is the password you sign in with. Choose another one."))
            if first != data.get("again"):
                self.add_error("again", _("The two are not the same."))
            return data

    def check(self) -> None:
        if holder(self.actor):
            raise Unmet(_("You are enrolled already."))

    def write(self) -> Done:
        public, wrapped = sealing.new_key(self.data["passphrase"])
        key = Keyholder.objects.create(user=self.actor, public=public, wrapped=wrapped, algorithm=sealing.KEY)
        return Done(key, {"public": public, "algorithm": sealing.KEY})


class WithdrawKey(Action):
    """Somebody no longer takes part in reveals; or their passphrase is forgotten."""

    name = "findings.key.withdraw"
    label = _("Withdraw enrolment")
    roles = frozenset({SECURITY})
    model = Keyholder
    grave = True

    class Input(ActionForm):
        """Why."""

        reason = why()

    def check(self) -> None:
        if self.target.until:
            raise Unmet(_("It is withdrawn already."))

    def write(self) -> Done:
        self.target.until = timezone.now()
        self.target.save()
        return Done(self.target, self.data)


class Keep(Action):
    """What stands at a place is kept, sealed to the enrolled persons, because the source may vanish."""

    name = "findings.evidence.keep"
    label = _("Keep evidence")
    intro = _(
        "The place is read once more and encrypted, so that two of the enrolled persons are needed to open it. Prefer "
        "leaving it where it is: then nothing of it is kept here."
    )
    roles = DECIDERS
    model = Occurrence

    class Input(ActionForm):
        """Why."""

        reason = why()

    def check(self) -> None:
        if Evidence.objects.filter(occurrence=self.target).exists():
            raise Unmet(_("It is kept already."))
        if len(enrolled(self.target.unit_path)) < 2:
            raise Unmet(_("Fewer than two persons are enrolled for this unit: nobody could open it."))

    def write(self) -> Done:
        try:
            text = sources.read(self.target)
        except sources.NotThere as error:
            raise Unmet(error.sentence) from error
        keys = {str(key.pk): key.public for key in enrolled(self.target.unit_path)}
        sealed, shares = sealing.seal(text, keys)
        Evidence.objects.create(
            occurrence=self.target, sealed=sealed, shares=shares, algorithm=sealing.ALGORITHM,
            by=self.actor.get_full_name(),
        )  # fmt: skip
        return Done(self.target.finding, {**self.data, "place": str(self.target)[:200], "holders": len(keys)})


class _Revealing(Action):
    """A step of revealing: its actor is enrolled, and proves it."""

    roles = HOLDERS
    sensitive = True

    def key(self) -> Keyholder:
        """Return the actor's enrolment."""
        found = holder(self.actor)
        if found is None:
            raise Unmet(_("You are not enrolled for reveals. Enrol first."))
        return found

    def private(self) -> X25519PrivateKey:
        """Return the actor's private key."""
        try:
            return sealing.open_key(self.key().wrapped, self.data.get("passphrase") or "")
        except sealing.WrongPassphrase as error:
            raise Unmet(_("This passphrase does not open your key.")) from error


class AskReveal(_Revealing):
    """The first of two asks to see what is masked."""

    name = "findings.reveal.ask"
    label = _("Ask to reveal")
    intro = _("A second enrolled person must agree within 24 hours. Both names, the reason and every look are kept.")
    model = Occurrence

    class Input(ActionForm):
        """Why it must be seen."""

        reason = why(hint=_("What cannot be decided without seeing it."))
        passphrase = secret(_("Your passphrase for reveals"))

    def check(self) -> None:
        others = [key for key in enrolled(self.target.unit_path) if key.user_id != self.actor.pk]
        self.key()
        if not others:
            raise Unmet(_("Nobody else is enrolled for this unit, so nobody could agree."))
        if waiting(self.target):
            raise Unmet(_("Somebody has asked already; it waits for a second person."))

    def write(self) -> Done:
        mine, private = self.key(), self.private()
        evidence = Evidence.objects.filter(occurrence=self.target).first()
        passed: dict[str, Any] = {}
        if evidence is not None:
            passed = self._pass_on(evidence, mine, private)
        made = Reveal.objects.create(
            occurrence=self.target, asked_by=self.actor, reason=self.data["reason"], passed=passed
        )
        told = [key.user for key in enrolled(self.target.unit_path) if key.user_id != self.actor.pk]
        address = reverse("findings:reveal", args=(made.pk,))
        sentence = format_lazy(_("{who} asks you to agree to a reveal."), who=self.actor.get_full_name())
        telling.say(told, sentence, address, urgency="amber", thing=made)
        return Done(made, {"reason": self.data["reason"], "place": str(self.target)[:200]})

    def _pass_on(self, evidence: Evidence, mine: Keyholder, private: X25519PrivateKey) -> dict[str, Any]:
        boxed = evidence.shares.get(str(mine.pk))
        if boxed is None:
            raise Unmet(_("This was kept before you enrolled: two others must open it."))
        share = sealing.unbox(private, boxed)
        others = {str(key.pk): key for key in enrolled(self.target.unit_path) if str(key.pk) in evidence.shares}
        return {pk: sealing.box(key.public, share) for pk, key in others.items() if key.pk != mine.pk}


def waiting(occurrence: Occurrence) -> Reveal | None:
    """Return the reveal of a place that waits for its second person."""
    since = timezone.now() - WAITS
    return occurrence.reveals.filter(agreed=None, refused=None, asked__gte=since).first()


class AgreeReveal(_Revealing):
    """The second person agrees and sees it."""

    name = "findings.reveal.agree"
    label = _("Agree and look")
    intro = _("You and the person who asked may look for 15 minutes. Each look is written down.")
    model = Reveal

    class Input(ActionForm):
        """The passphrase."""

        passphrase = secret(_("Your passphrase for reveals"))

    def check(self) -> None:
        reveal = self.target
        if reveal.agreed or reveal.refused:
            raise Unmet(_("It was decided already."))
        if reveal.asked < timezone.now() - WAITS:
            raise Unmet(_("More than 24 hours have passed. It must be asked anew."))
        if reveal.asked_by_id == self.actor.pk:
            raise Unmet(_("You asked for it: somebody else must agree."))
        self.key()

    def write(self) -> Done:
        reveal, private = self.target, self.private()
        evidence = Evidence.objects.filter(occurrence=reveal.occurrence_id).first()
        if evidence is None:
            text, origin = read(reveal.occurrence), "source"
            reveal.passed = {}
        else:
            text, origin = self._open(evidence, private), "kept"
            first = Keyholder.objects.filter(user=reveal.asked_by, until=None).first()
            keys = [key for key in (first, self.key()) if key is not None]
            reveal.passed = {str(key.pk): sealing.box(key.public, text.encode()) for key in keys}
        reveal.agreed_by, reveal.agreed = self.actor, timezone.now()
        reveal.save()
        Look.objects.create(reveal=reveal, by=self.actor.get_full_name(), origin=origin)
        sentence = format_lazy(_("{who} agreed: you may look for 15 minutes."), who=self.actor.get_full_name())
        telling.say([reveal.asked_by], sentence, reverse("findings:reveal", args=(reveal.pk,)), thing=reveal)
        return Done(reveal, {"asked_by": reveal.asked_by.username, "origin": origin}, text)

    def _open(self, evidence: Evidence, private: X25519PrivateKey) -> str:
        mine = str(self.key().pk)
        if mine not in evidence.shares or mine not in self.target.passed:
            raise Unmet(_("This was kept before you enrolled: two others must open it."))
        try:
            own, other = sealing.unbox(private, evidence.shares[mine]), sealing.unbox(private, self.target.passed[mine])
            return sealing.unseal(evidence.sealed, own, other)
        except sealing.Damaged as error:
            raise Unmet(_("The kept evidence is damaged and cannot be opened.")) from error


class RefuseReveal(_Revealing):
    """The second person does not agree."""

    name = "findings.reveal.refuse"
    label = _("Refuse")
    sensitive = False
    model = Reveal

    class Input(ActionForm):
        """Why."""

        reason = why()

    def check(self) -> None:
        if self.target.agreed or self.target.refused:
            raise Unmet(_("It was decided already."))
        if self.target.asked_by_id == self.actor.pk:
            raise Unmet(_("You asked for it: somebody else must agree."))

    def write(self) -> Done:
        reveal = self.target
        reveal.refused, reveal.passed, reveal.agreed_by = timezone.now(), {}, self.actor
        reveal.save()
        return Done(reveal, self.data)


class LookAgain(_Revealing):
    """One of the two looks, while it is open."""

    name = "findings.reveal.look"
    label = _("Look")
    model = Reveal

    class Input(ActionForm):
        """The passphrase."""

        passphrase = secret(_("Your passphrase for reveals"))

    def check(self) -> None:
        reveal = self.target
        if self.actor.pk not in (reveal.asked_by_id, reveal.agreed_by_id):
            raise Denied
        if not reveal.agreed:
            raise Unmet(_("A second person has not agreed yet."))
        if reveal.agreed < timezone.now() - SHOWN:
            raise Unmet(_("The 15 minutes have passed. It must be asked anew."))

    def write(self) -> Done:
        reveal, private = self.target, self.private()
        boxed = reveal.passed.get(str(self.key().pk))
        if boxed is not None:
            text, origin = sealing.unbox(private, boxed).decode(), "kept"
        else:
            text, origin = read(reveal.occurrence), "source"
        Look.objects.create(reveal=reveal, by=self.actor.get_full_name(), origin=origin)
        return Done(reveal, {"origin": origin}, text)


def read(occurrence: Occurrence) -> str:
    """Return the text of a place, read where it stands."""
    try:
        return sources.read(occurrence)
    except sources.NotThere as error:
        raise Unmet(error.sentence) from error
