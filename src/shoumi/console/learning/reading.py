"""Lessons and letters as people write them: one Markdown file a language. Enters its text, leaves its parts.

    ---
    title: …                    minutes and pass_mark may follow
    summary: …
    ---
    Text in Markdown. A heading "## Case …" (## 案例…) begins a case.

    # Quiz                      or 测验, 測驗; letters have none
    ## A question?
    - [x] a right answer
    - [ ] a wrong one
    > Why.

HTML is never passed through, and pictures are not loaded: what an office uploads cannot bring a script or a tracker.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import yaml
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

MOST_CHARACTERS: Final = 200_000
QUIZ: Final = re.compile(r"^# +(?:quiz|测验|測驗) *$", re.I | re.M)
_FRONT: Final = re.compile(r"\A---\n(.*?)\n---\n", re.S)
_CASE: Final = re.compile(r"^## +(?:case\b|案例)", re.I | re.M)
_OPTION: Final = re.compile(r"^- \[([ xX])\] +(.+)$")
_MARKDOWN: Final = (
    MarkdownIt("commonmark", {"html": False})
    .enable("table")
    .disable(["image", "html_block", "html_inline", "autolink"])
)


class Unreadable(Exception):
    """A text that is no lesson or letter; the sentence says where and what to do."""

    def __init__(self, sentence: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Question:
    """One question: what is asked, the options, which of them are right (from 0), and why."""

    text: str
    options: tuple[str, ...]
    right: frozenset[int]
    why: str

    @property
    def several(self) -> bool:
        """Say whether more than one option is right."""
        return len(self.right) > 1


@dataclass(frozen=True, slots=True)
class Text:
    """A lesson or a letter in one language."""

    title: str
    summary: str
    body: str
    questions: tuple[Question, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def cases(self) -> int:
        """Return how many cases it tells."""
        return len(_CASE.findall(self.body))

    @property
    def shape(self) -> tuple[Any, ...]:
        """Return what all languages of one edition have in common: cases, questions, options, right answers."""
        return self.cases, tuple((len(question.options), question.right) for question in self.questions)

    @property
    def html(self) -> SafeString:
        """Return the body as HTML that holds nothing but text, headings, lists, tables, quotes and links."""
        return render(self.body)


@lru_cache(maxsize=128)
def read(source: str) -> Text:
    """Return the parts of a text, or raise Unreadable."""
    source = source.replace("\r\n", "\n").lstrip("\ufeff")
    if len(source) > MOST_CHARACTERS:
        raise Unreadable(_("The text is longer than %(n)d characters. Make two of it.") % {"n": MOST_CHARACTERS})
    front = _FRONT.match(source)
    facts = _facts(front.group(1)) if front else {}
    title = str(facts.get("title") or "").strip()
    if not title:
        raise Unreadable(_("The text must begin with a line ---, a line “title: …” and a line ---."))
    body = source[front.end() :] if front else source
    parts = QUIZ.split(body, maxsplit=1)
    questions = tuple(_questions(parts[1])) if len(parts) == 2 else ()
    if not parts[0].strip():
        raise Unreadable(_("There is no text between the head and the quiz."))
    return Text(title[:200], str(facts.get("summary") or "").strip()[:500], parts[0].strip(), questions, facts)


def _facts(text: str) -> dict[str, Any]:
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 2
        raise Unreadable(_("Line %(n)d of the head cannot be read. Put values in quotes.") % {"n": line}) from error
    return found if isinstance(found, dict) else {}


def _questions(text: str) -> list[Question]:
    return [_question(place, part) for place, part in enumerate(re.split(r"^## +", text, flags=re.M)[1:], 1)]


def _question(place: int, text: str) -> Question:
    lines = text.strip().split("\n")
    options: list[str] = []
    right: set[int] = set()
    why: list[str] = []
    for line in lines[1:]:
        option = _OPTION.match(line.strip())
        if option:
            if option.group(1) != " ":
                right.add(len(options))
            options.append(option.group(2).strip())
        elif line.startswith(">"):
            why.append(line.lstrip("> ").strip())
        elif line.strip():
            raise Unreadable(_("Question %(n)d: “%(line)s” is neither an option nor an explanation.")
                             % {"n": place, "line": line.strip()[:60]})  # fmt: skip
    if len(options) < 2 or not right or len(right) == len(options):
        raise Unreadable(_("Question %(n)d needs two options or more, a right one (- [x]) and a wrong one (- [ ]).")
                         % {"n": place})  # fmt: skip
    if not why:
        raise Unreadable(_("Question %(n)d has no explanation. Add a line that begins with >.") % {"n": place})
    return Question(lines[0].strip(), tuple(options), frozenset(right), " ".join(why))


def render(text: str) -> SafeString:
    """Return Markdown as safe HTML."""
    return mark_safe(_MARKDOWN.render(text))  # noqa: S308  (HTML in the text is escaped by the parser)


def plain(text: str) -> str:
    """Return a letter as paragraphs without markup, each point in its own: for the printed form and its digest."""
    lines = [line.strip().replace("**", "") for line in text.split("\n")]
    return "\n\n".join(line for line in lines if line)
