"""A manuscript on its way to print: its versions, what was found in it, who decided what, signatures, proofs.

Text is never kept here: it lies sealed in the home folder (``store.py``), and with it what shows text.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Final

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from shoumi.console.accounts.models import Unit
from shoumi.console.findings.models.found import CATEGORIES, RANKS

EXAMINING, COMPILING, REVIEWING, APPROVING = "examining", "compiling", "reviewing", "approving"
SIGNING, CLEARED, PRINTED, WITHDRAWN = "signing", "cleared", "printed", "withdrawn"
STATES: Final = (
    (EXAMINING, _("being examined")),
    (COMPILING, _("with the compiler")),
    (REVIEWING, _("with the reviewer")),
    (APPROVING, _("with the approver")),
    (SIGNING, _("to be signed")),
    (CLEARED, _("cleared for print")),
    (PRINTED, _("proof signed off")),
    (WITHDRAWN, _("withdrawn")),
)
ENDED: Final = (PRINTED, WITHDRAWN)
KEEP, DECLASSIFIED, REMOVE, REWRITE, ASK = "keep", "declassified", "remove", "rewrite", "ask"
VERDICTS: Final = (
    (KEEP, _("may stay")),
    (DECLASSIFIED, _("was declassified or released")),
    (REMOVE, _("remove")),
    (REWRITE, _("rewrite")),
    (ASK, _("ask the owner first")),
)
SETTLED: Final = (KEEP, DECLASSIFIED)  # everything else keeps a manuscript from going on
COMPILER, REVIEWER, APPROVER = "compiler", "reviewer", "approver"
SIGNERS: Final = (REVIEWER, APPROVER)
SEATS: Final = ((COMPILER, _("compiler")), (REVIEWER, _("reviewer")), (APPROVER, _("approver")))
SAME, LAYOUT, CHANGED = "same", "layout", "changed"
ANSWERS: Final = (
    (SAME, _("the same file as was cleared")),
    (LAYOUT, _("the same text as was cleared, in another layout")),
    (CHANGED, _("the text differs from what was cleared")),
)


_YEARS: Final = re.compile(r"(\d+) *(?:y|年)")


def spoken(term: str) -> str:
    """Return a term in the reader's language: the engine writes ten years as 10y or as the mark has it."""
    found = _YEARS.fullmatch(term)
    count = int(found[1]) if found else 0
    return ngettext("%(n)d year", "%(n)d years", count) % {"n": count} if found else term


class Counter(models.Model):
    """Numbers of manuscripts, by year."""

    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    @classmethod
    def following(cls) -> str:
        """Return the next number, within the caller's transaction."""
        year = timezone.localdate().year
        cls.objects.get_or_create(year=year)
        row = cls.objects.select_for_update().get(year=year)
        row.last += 1
        row.save()
        return f"M-{year}-{row.last:04d}"


def _account(label: Any, name: str, *, empty: bool = True) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=empty, blank=empty, related_name=name, verbose_name=label
    )


class Manuscript(models.Model):
    """One work before publication. The counts are kept with it, so that no list counts rows."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    title = models.CharField(_("title"), max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="manuscripts", verbose_name=_("unit"))
    compiler = _account(_("compiler"), "compiled", empty=False)
    reviewer = _account(_("reviewer"), "reviewed")
    approver = _account(_("approver"), "approved_manuscripts")
    publisher = _account(_("publisher"), "published")
    state = models.CharField(_("state"), max_length=12, choices=STATES, default=EXAMINING, db_index=True)
    since = models.DateTimeField(_("in this state since"), default=timezone.now)
    made = models.DateTimeField(_("entered"), default=timezone.now)
    version = models.PositiveIntegerField(_("version"), default=1)
    level = models.CharField(_("inherited level"), max_length=60, blank=True)
    term = models.CharField(_("inherited term"), max_length=60, blank=True)
    items_count = models.PositiveIntegerField(_("to decide"), default=0)
    unsettled = models.PositiveIntegerField(_("undecided"), default=0)  # without the approver's or the reviewer's yes
    gaps_count = models.PositiveIntegerField(_("not examined"), default=0)
    problem = models.CharField(_("problem"), max_length=500, blank=True)
    returned = models.TextField(_("why it came back"), blank=True)

    class Meta:
        ordering = ("-made", "-pk")
        verbose_name = _("manuscript")

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def unit_path(self) -> str:
        """The path of its unit."""
        return self.unit.path

    @property
    def spoken_term(self) -> str:
        """The inherited term in words."""
        return spoken(self.term)

    @property
    def current(self) -> Version:
        """The version that counts."""
        return self.versions.get(number=self.version)

    @property
    def present(self) -> Any:
        """The items that stand in the current version."""
        return self.items.filter(last=self.version)

    def enter(self, state: str) -> None:
        """Come into a state."""
        self.state, self.since = state, timezone.now()

    def recount(self) -> None:
        """Count what is to decide and what is not settled by both."""
        present = self.present
        self.items_count = present.count()
        self.unsettled = present.exclude(reviewed__in=SETTLED, approved__in=SETTLED).count()

    def snapshot(self) -> dict[str, Any]:
        """Return what the responsible approver approves: this text with these decisions, and nothing else."""
        version = self.current
        lines = sorted(self.present.values_list("content", "reviewed", "reviewed_because", "reviewed_by"))
        text = json.dumps([list(line) for line in lines], ensure_ascii=False)
        return {
            "number": self.number, "title": self.title, "version": self.version, "sha256": version.sha256,
            "level": self.level, "term": self.term, "items": len(lines),
            "decisions": hashlib.sha256(text.encode()).hexdigest(),
        }  # fmt: skip


class Version(models.Model):
    """An uploaded file. ``token`` names the folder in which it lies sealed, as long as it is the current one."""

    manuscript = models.ForeignKey(Manuscript, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    name = models.CharField(_("file"), max_length=200)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    token = models.CharField(max_length=40, unique=True)
    uploaded = models.DateTimeField(_("uploaded"), default=timezone.now)
    note = models.CharField(_("what changed"), max_length=500, blank=True)
    pieces = models.PositiveIntegerField(_("pieces read"), default=0)
    pages = models.PositiveIntegerField(default=0)
    sources = models.JSONField(default=list)
    gaps = models.JSONField(default=list)
    generation = models.CharField(max_length=100, blank=True)
    record_digest = models.CharField(max_length=64, blank=True)  # of the record that is signed; empty before

    class Meta:
        ordering = ("-number",)
        verbose_name = _("version")
        constraints = (models.UniqueConstraint(fields=("manuscript", "number"), name="one_version_of_a_number"),)

    def __str__(self) -> str:
        return f"{self.manuscript} · {self.number}"

    @property
    def unit_path(self) -> str:
        """The path of the manuscript's unit."""
        return self.manuscript.unit_path


class Item(models.Model):
    """Something found in a manuscript, by content: it keeps its decisions from version to version."""

    manuscript = models.ForeignKey(Manuscript, models.CASCADE, related_name="items")
    content = models.CharField(max_length=64)
    rule = models.CharField(max_length=100)
    category = models.CharField(_("category"), max_length=20, choices=CATEGORIES)
    rank = models.PositiveSmallIntegerField(_("severity"), choices=RANKS)
    codes = models.JSONField(default=list)
    document = models.CharField(max_length=80, blank=True)
    level = models.CharField(_("level"), max_length=60, blank=True)
    term = models.CharField(_("term"), max_length=60, blank=True)
    length = models.PositiveIntegerField(_("characters"), default=0)
    coverage = models.FloatField(_("part of the document"), default=0)
    page = models.PositiveIntegerField(_("page"), default=1)
    places = models.PositiveIntegerField(_("places"), default=1)
    where = models.JSONField(default=dict)
    first = models.PositiveIntegerField(_("first in version"))
    last = models.PositiveIntegerField()
    proposed = models.CharField(_("the compiler proposes"), max_length=12, choices=VERDICTS, blank=True)
    proposed_because = models.TextField(blank=True)
    reviewed = models.CharField(_("reviewer"), max_length=12, choices=VERDICTS, blank=True)
    reviewed_because = models.TextField(blank=True)
    reviewed_by = models.CharField(max_length=200, blank=True)
    approved = models.CharField(_("approver"), max_length=12, choices=VERDICTS, blank=True)
    approved_because = models.TextField(blank=True)
    approved_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("page", "pk")
        verbose_name = _("item of a manuscript")
        constraints = (models.UniqueConstraint(fields=("manuscript", "content"), name="one_item_of_a_content"),)
        indexes = (models.Index(fields=("manuscript", "last")),)

    def __str__(self) -> str:
        return f"{self.manuscript.number} · {self.pk}"

    @property
    def unit_path(self) -> str:
        """The path of the manuscript's unit."""
        return self.manuscript.unit_path

    @property
    def spoken_term(self) -> str:
        """The term in words."""
        return spoken(self.term)

    @property
    def settled(self) -> bool:
        """Say whether reviewer and approver both let it stand."""
        return self.reviewed in SETTLED and self.approved in SETTLED

    @property
    def percent(self) -> int:
        """How much of the document it is."""
        return round(self.coverage * 100)


class Decision(models.Model):
    """What somebody decided about an item, in one of the three seats; nothing is overwritten."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="decisions")
    seat = models.CharField(_("as"), max_length=10, choices=SEATS)
    verdict = models.CharField(_("decision"), max_length=12, choices=VERDICTS)
    because = models.TextField(_("reason"))
    by = _account(_("by"), "+", empty=False)
    at = models.DateTimeField(_("time"), default=timezone.now)
    version = models.PositiveIntegerField(_("version"))

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = _("decision about an item")

    def __str__(self) -> str:
        return f"{self.item} · {self.get_seat_display()}"

    @property
    def unit_path(self) -> str:
        """The path of the manuscript's unit."""
        return self.item.unit_path


class Key(models.Model):
    """The public half of a signing key; the private half stays with its holder."""

    key = models.CharField(_("key"), max_length=64, unique=True)
    public = models.TextField()
    holder = _account(_("holder"), "clearance_keys", empty=False)
    seat = models.CharField(_("signs as"), max_length=10, choices=SEATS[1:])
    since = models.DateTimeField(_("since"), default=timezone.now)
    until = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        ordering = ("-since", "-pk")
        verbose_name = _("clearance key")

    def __str__(self) -> str:
        return self.key

    @property
    def unit_path(self) -> str:
        """The path of the holder's unit."""
        return self.holder.unit_path

    @property
    def user_id(self) -> int:
        """Whose it is."""
        return self.holder_id


class Signature(models.Model):
    """One of the two signatures under the record of a version."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="signatures")
    seat = models.CharField(_("signed as"), max_length=10, choices=SEATS[1:])
    by = _account(_("by"), "+", empty=False)
    key = models.ForeignKey(Key, models.PROTECT, related_name="signatures")
    signature = models.CharField(max_length=200)
    at = models.DateTimeField(_("time"), default=timezone.now)

    class Meta:
        ordering = ("seat",)
        verbose_name = _("signature of a clearance")
        constraints = (models.UniqueConstraint(fields=("version", "seat"), name="one_signature_of_a_seat"),)

    def __str__(self) -> str:
        return f"{self.version} · {self.get_seat_display()}"

    @property
    def unit_path(self) -> str:
        """The path of the manuscript's unit."""
        return self.version.unit_path


WAITING, ANSWERED, FAILED = "waiting", "answered", "failed"


class Proof(models.Model):
    """A file that the publisher compared with the clearance. Differences show text and lie sealed."""

    manuscript = models.ForeignKey(Manuscript, models.CASCADE, related_name="proofs")
    version = models.PositiveIntegerField(_("version"))
    name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(_("size"))
    token = models.CharField(max_length=40, unique=True)
    uploaded = models.DateTimeField(_("uploaded"), default=timezone.now)
    by = _account(_("by"), "+", empty=False)
    state = models.CharField(max_length=10, default=WAITING)
    answer = models.CharField(_("result of the comparison"), max_length=10, choices=ANSWERS, blank=True)
    differences = models.PositiveIntegerField(_("differences"), default=0)
    problem = models.CharField(_("problem"), max_length=500, blank=True)
    signed = models.DateTimeField(_("proof signed off"), null=True, blank=True)
    signed_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-uploaded", "-pk")
        verbose_name = _("proof sheet")

    def __str__(self) -> str:
        return f"{self.manuscript.number} · {self.name}"

    @property
    def unit_path(self) -> str:
        """The path of the manuscript's unit."""
        return self.manuscript.unit_path
