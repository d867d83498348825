"""Requests, what was decided about them, and by whom.

A request is about one thing of any room (``kind`` and ``key``), bound to a snapshot of its facts by SHA-256. It is
never deleted. At most one request about a thing is open in one flow; the database itself sees to that.
"""

from __future__ import annotations

import json
from typing import Any, Final

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Person, Unit, User
from shoumi.console.levels import LEVELS
from shoumi.console.levels import OPEN as NO_LEVEL

WAITING, RETURNED, GRANTED = "waiting", "returned", "granted"
SPENT, REFUSED, WITHDRAWN, LAPSED = "spent", "refused", "withdrawn", "lapsed"
OPEN: Final = (WAITING, RETURNED, GRANTED)
STATES: Final = (
    (WAITING, _("waiting")),
    (RETURNED, _("returned for change")),
    (GRANTED, _("granted")),
    (SPENT, _("used")),
    (REFUSED, _("refused")),
    (WITHDRAWN, _("withdrawn")),
    (LAPSED, _("lapsed")),
)
TONES: Final = {WAITING: "amber", RETURNED: "amber", GRANTED: "jade", REFUSED: "seal"}
APPROVE, RETURN, REFUSE = "approve", "return", "refuse"
VERDICTS: Final = ((APPROVE, _("approved")), (RETURN, _("returned for change")), (REFUSE, _("refused")))


class Request(models.Model):
    """Somebody asks for something to be approved."""

    flow = models.CharField(_("kind"), max_length=100)
    kind = models.CharField(max_length=100)
    key = models.CharField(max_length=60)
    title = models.CharField(_("concerning"), max_length=300)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="requests", verbose_name=_("unit"))
    applicant = models.ForeignKey(User, models.PROTECT, related_name="requests", verbose_name=_("asked by"))
    about = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField(_("reason"))
    snapshot = models.TextField()  # canonical JSON: exactly what the digest is over
    digest = models.CharField(max_length=64)
    before = models.TextField(blank=True)  # the snapshot of the round before
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=WAITING)
    step = models.PositiveSmallIntegerField(default=0)
    round = models.PositiveSmallIntegerField(default=1)
    raised = models.PositiveSmallIntegerField(default=0)  # how often this step went to the next leader up
    asked = models.DateTimeField(_("asked"), default=timezone.now)
    due = models.DateTimeField(_("due"), null=True, blank=True)
    reminded = models.BooleanField(default=False)
    settled = models.DateTimeField(_("decided"), null=True, blank=True)
    until = models.DateTimeField(_("good until"), null=True, blank=True)
    spent = models.DateTimeField(_("used"), null=True, blank=True)
    why = models.CharField(max_length=500, blank=True)  # why it lapsed or was withdrawn

    class Meta:
        ordering = ("-asked", "-pk")
        verbose_name = _("request")
        indexes = (
            models.Index(fields=("flow", "kind", "key"), name="request_thing"),
            models.Index(fields=("state", "due"), name="request_state"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("flow", "kind", "key"), condition=Q(state__in=OPEN), name="one_open_request"
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def unit_path(self) -> str:
        """The path of the unit it concerns."""
        return self.unit.path

    @property
    def user_id(self) -> int:
        """Whose it is: the applicant's."""
        return self.applicant_id

    @property
    def facts(self) -> dict[str, Any]:
        """What was asked, as it was then."""
        return json.loads(self.snapshot)

    @property
    def overdue(self) -> bool:
        """Say whether the step should have been signed by now."""
        return self.state == WAITING and self.due is not None and self.due < timezone.now()

    @property
    def tone(self) -> str:
        """The colour of its state's badge."""
        return "seal" if self.overdue else TONES.get(self.state, "")

    def thing(self) -> Any:
        """Return what it is about; None when its room is gone, or the thing itself."""
        try:
            return apps.get_model(self.kind)._default_manager.filter(pk=self.key).first()
        except (LookupError, ValueError):
            return None


class Decision(models.Model):
    """One signature, or a return or refusal. Only ever added."""

    request = models.ForeignKey(Request, models.PROTECT, related_name="decisions")
    round = models.PositiveSmallIntegerField()
    step = models.PositiveSmallIntegerField()
    raised = models.PositiveSmallIntegerField(default=0)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    verdict = models.CharField(_("decision"), max_length=10, choices=VERDICTS)
    reason = models.TextField(_("reason"), blank=True)
    digest = models.CharField(max_length=64)  # of what was signed
    at = models.DateTimeField(_("time"), default=timezone.now)

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("decision")
        constraints = (
            models.UniqueConstraint(fields=("request", "round", "step", "user"), name="nobody_signs_a_step_twice"),
        )

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} · {self.user.person.name}"


class Matter(models.Model):
    """Something for which no room has a form of its own: a request in words (签报)."""

    title = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("what is proposed"))
    level = models.CharField(_("level"), max_length=20, choices=LEVELS, default=NO_LEVEL)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("asked by"))

    class Meta:
        verbose_name = _("general request")

    def __str__(self) -> str:
        return self.title

    @property
    def unit_path(self) -> str:
        """The path of the unit it concerns."""
        return self.unit.path

    @property
    def user_id(self) -> int:
        """Whose it is: the applicant's."""
        return self.by_id
