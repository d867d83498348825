"""Lessons and letters with their editions, who must do them, who did.

An edition that was published never changes; answers and signatures stay with theirs. Nothing is deleted but drafts.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shoumi.console import roles
from shoumi.console.accounts.models import CORE, GENERAL, IMPORTANT, NONE, Person, Unit, User
from shoumi.console.learning import reading
from shoumi.console.records.models import Issue

LESSON, LETTER = "lesson", "letter"
KINDS: Final = ((LESSON, _("lesson")), (LETTER, _("letter")))
COMMITMENT, ACKNOWLEDGEMENT, RESPONSIBILITY = "commitment", "acknowledgement", "responsibility"
DECLARATION, DEPARTURE = "declaration", "departure"
FAMILIES: Final = (
    (COMMITMENT, _("commitment")),
    (ACKNOWLEDGEMENT, _("acknowledgement")),
    (RESPONSIBILITY, _("responsibility letter")),
    (DECLARATION, _("declaration")),
    (DEPARTURE, _("departure commitment")),
)
AREAS: Final = (
    ("devices", _("devices and repair")),
    ("compilation", _("compiled documents")),
    ("exams", _("examinations")),
    ("drives", _("cloud drives")),
    ("messaging", _("messaging")),
    ("phones", _("phones")),
    ("holidays", _("holidays")),
)
BEFORE_POST, YEARLY, BEFORE_DEPARTURE, SPECIAL = "before-post", "yearly", "before-departure", "special"
MOMENTS: Final = (
    (BEFORE_POST, _("before taking a post")),
    (YEARLY, _("every year")),
    (BEFORE_DEPARTURE, _("before leaving")),
    (SPECIAL, _("once, by a day")),
)
CLEARED: Final = "cleared"
CLEARANCES: Final = (
    ("", _("everybody")),
    (CLEARED, _("cleared people")),
    (GENERAL, _("general")),
    (IMPORTANT, _("important")),
    (CORE, _("core")),
    (NONE, _("not cleared")),
)
QUIZ, SIGNED, PAPER, WAIVED, LAPSED = "quiz", "signed", "paper", "waived", "lapsed"
WAYS: Final = (
    (QUIZ, _("quiz passed")),
    (SIGNED, _("signed")),
    (PAPER, _("on paper")),
    (WAIVED, _("waived")),
    (LAPSED, _("no longer needed")),
)
DONE: Final = (QUIZ, SIGNED, PAPER)
SOON: Final = timedelta(days=7)


class Material(models.Model):
    """A lesson or a letter, whatever its edition, for a unit and all below; for the topmost one: the whole office."""

    kind = models.CharField(_("kind"), max_length=10, choices=KINDS)
    slug = models.SlugField(max_length=80, unique=True)
    family = models.CharField(_("kind of letter"), max_length=20, choices=FAMILIES, blank=True)
    area = models.CharField(_("area"), max_length=20, choices=AREAS, blank=True)
    position = models.PositiveSmallIntegerField(default=500)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("for unit"))
    shipped = models.BooleanField(default=False)  # comes with Shoumi; its text may still be changed here
    title_hans = models.CharField(max_length=200, blank=True)
    title_hant = models.CharField(max_length=200, blank=True)
    title_en = models.CharField(max_length=200, blank=True)
    current = models.ForeignKey("Edition", models.PROTECT, null=True, blank=True, related_name="+")
    counts_from = models.PositiveIntegerField(default=1)  # an older edition than this must be done again
    retired_on = models.DateField(_("retired on"), null=True, blank=True)

    class Meta:
        ordering = ("position", "slug")
        verbose_name = _("lesson or letter")

    def __str__(self) -> str:
        return self.title

    @property
    def unit_path(self) -> str:
        """The path of the unit that it is for."""
        return self.unit.path

    @property
    def title(self) -> str:
        """Its title in the language of the page, or in one that it has."""
        own = {"zh-hans": self.title_hans, "zh-hant": self.title_hant, "en": self.title_en}
        first = own.get(get_language() or "", "")
        return first or next((title for title in own.values() if title), self.slug)

    @property
    def draft(self) -> Edition | None:
        """Its draft, if there is one."""
        return self.editions.filter(published_on=None).first()

    def entitle(self, texts: dict[str, str]) -> None:
        """Take the titles of an edition's texts."""
        titles = {language: reading.read(source).title for language, source in texts.items()}
        self.title_hans, self.title_hant = titles.get("zh-hans", ""), titles.get("zh-hant", "")
        self.title_en = titles.get("en", "")


class Edition(models.Model):
    """One edition: a Markdown text for each language. A draft until it is published."""

    material = models.ForeignKey(Material, models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField(_("edition"))
    texts = models.JSONField(default=dict)
    pass_mark = models.PositiveSmallIntegerField(_("pass mark (%)"), default=75)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=10)
    digest = models.CharField(max_length=64, blank=True)  # of the shipped texts it was taken from
    made = models.DateTimeField(default=timezone.now)
    note = models.CharField(_("what is new"), max_length=500, blank=True)
    published_on = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.CharField(_("published by"), max_length=200, blank=True)

    class Meta:
        ordering = ("-number",)
        verbose_name = _("edition")
        constraints = (
            models.UniqueConstraint(fields=("material", "number"), name="editions_are_numbered"),
            models.UniqueConstraint(fields=("material",), condition=Q(published_on=None), name="one_draft"),
        )

    def __str__(self) -> str:
        return f"{self.material} · {self.number}"

    @property
    def unit_path(self) -> str:
        """Where its lesson or letter belongs."""
        return self.material.unit_path

    def language(self, wanted: str = "") -> str:
        """Return the language in which it can be shown: the wanted one, the page's, or one it has."""
        order = (wanted, get_language() or "", "zh-hans", "zh-hant", "en")
        return next((one for one in order if one in self.texts), next(iter(self.texts), ""))

    def text(self, language: str = "") -> reading.Text:
        """Return the text in a language, or in the one it can be shown in."""
        return reading.read(self.texts[self.language(language)])


class Requirement(models.Model):
    """Who must do a lesson or sign a letter, and when."""

    material = models.ForeignKey(Material, models.PROTECT, related_name="requirements")
    moment = models.CharField(_("when"), max_length=20, choices=MOMENTS)
    clearance = models.CharField(_("clearance"), max_length=10, choices=CLEARANCES, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=roles.GRANTED, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("in unit"))
    days = models.PositiveSmallIntegerField(_("days to do it"), default=30)
    until = models.DateField(_("due on"), null=True, blank=True)
    since = models.DateTimeField(_("since"), default=timezone.now)
    by = models.CharField(_("required by"), max_length=200)
    ended = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        ordering = ("material", "moment", "pk")
        verbose_name = _("requirement")

    def __str__(self) -> str:
        return f"{self.material} · {self.get_moment_display()}"

    @property
    def unit_path(self) -> str:
        """Whom it reaches: a unit and all below."""
        return self.unit.path

    @property
    def whom(self) -> str:
        """Who it is for, in words."""
        parts = [self.get_clearance_display(), self.get_role_display() if self.role else ""]
        return " · ".join(str(part) for part in (*parts, self.unit.name if self.unit.parent_id else "") if part)


class Assignment(models.Model):
    """One person has to do one thing by a day. Open until ``ended_on``; ``way`` says how it ended."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="assignments", verbose_name=_("person"))
    material = models.ForeignKey(Material, models.PROTECT, related_name="assignments")
    requirement = models.ForeignKey(Requirement, models.PROTECT, null=True, blank=True, related_name="assignments")
    moment = models.CharField(_("when"), max_length=20, choices=MOMENTS)
    made = models.DateTimeField(_("assigned"), default=timezone.now)
    due_on = models.DateField(_("due"))
    reminded_on = models.DateField(_("reminded"), null=True, blank=True)
    ended_on = models.DateField(_("done on"), null=True, blank=True)
    way = models.CharField(_("how"), max_length=10, choices=WAYS, blank=True)
    edition = models.ForeignKey(Edition, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        ordering = ("due_on", "pk")
        verbose_name = _("assignment")
        indexes = (
            models.Index(fields=("ended_on", "due_on"), name="learning_open"),
            models.Index(fields=("material", "person", "ended_on"), name="learning_last"),
        )
        constraints = (
            models.UniqueConstraint(fields=("person", "material"), condition=Q(ended_on=None), name="open_once"),
        )

    def __str__(self) -> str:
        return f"{self.person.name} · {self.material}"

    @property
    def unit_path(self) -> str:
        """The path of the person's unit."""
        return self.person.unit.path

    @property
    def overdue(self) -> bool:
        """Say whether its day has passed and it is not done."""
        return self.ended_on is None and self.due_on < timezone.localdate()

    @property
    def state(self) -> Any:
        """Its state in words."""
        if self.ended_on is not None:
            return self.get_way_display()
        if self.overdue:
            return _("overdue")
        return _("due soon") if self.due_on <= timezone.localdate() + SOON else _("to do")

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        if self.ended_on is not None:
            return "jade" if self.way in DONE else ""
        return "seal" if self.overdue else "amber" if self.due_on <= timezone.localdate() + SOON else ""


class Attempt(models.Model):
    """One try at a quiz: the order that was drawn, what was answered, how it ended."""

    user = models.ForeignKey(User, models.PROTECT, related_name="attempts")
    person = models.ForeignKey(Person, models.PROTECT, related_name="attempts", verbose_name=_("person"))
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="attempts")
    count = models.PositiveIntegerField(_("attempt"), default=1)
    order = models.JSONField()  # [[question, [options as shown]], …]
    answers = models.JSONField(default=list)  # [[options chosen, by their own number], …], in that order
    began = models.DateTimeField(_("began"), default=timezone.now)
    ended = models.DateTimeField(_("ended"), null=True, blank=True)
    right = models.PositiveSmallIntegerField(_("right"), default=0)
    passed = models.BooleanField(_("passed"), default=False)

    class Meta:
        ordering = ("-began", "-pk")
        verbose_name = _("attempt")
        indexes = (models.Index(fields=("person", "edition"), name="learning_attempts"),)

    def __str__(self) -> str:
        return f"{self.person.name} · {self.edition}"

    @property
    def unit_path(self) -> str:
        """The path of the person's unit."""
        return self.person.unit.path

    @property
    def number(self) -> str:
        """The number on the certificate."""
        return f"L{timezone.localtime(self.began).year}-{self.pk:06d}"

    @property
    def needed(self) -> int:
        """Return how many answers must be right."""
        return -(-len(self.order) * self.edition.pass_mark // 100)


class Signature(models.Model):
    """A letter that was signed with password and code; its text's digest, and the PDF that records keeps."""

    user = models.ForeignKey(User, models.PROTECT, related_name="signatures")
    person = models.ForeignKey(Person, models.PROTECT, related_name="signatures", verbose_name=_("person"))
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="signatures")
    language = models.CharField(_("language"), max_length=10)
    name = models.CharField(_("name"), max_length=200)
    unit_name = models.CharField(_("unit"), max_length=200)
    post = models.CharField(_("post"), max_length=200, blank=True)
    category = models.CharField(_("clearance"), max_length=10)
    at = models.DateTimeField(_("signed"), default=timezone.now)
    digest = models.CharField(_("digest of the text"), max_length=64)
    issue = models.ForeignKey(Issue, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = _("signed letter")

    def __str__(self) -> str:
        return f"{self.name} · {self.edition}"

    @property
    def unit_path(self) -> str:
        """The path of the person's unit."""
        return self.person.unit.path

    @property
    def number(self) -> str:
        """Its number among the signed letters."""
        return f"C{timezone.localtime(self.at).year}-{self.pk:06d}"
