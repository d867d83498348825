"""The ten answers: which checks there are, what an answer holds, and what all of them together amount to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from shoumi.engine.types import Json, Reason

Result: TypeAlias = Literal["pass", "fail", "unknown", "taught"]
# P1 contacts · P2 rooted or unlocked · P3 open Wi-Fi · P4 location · P5 codes of unknown origin · P6 careless photos ·
# P7 used as a USB stick · P8 jokes and rumours · P9 automatic backup · P10 selling old phones
CHECKS: Final = tuple(f"P{number}" for number in range(1, 11))
TAUGHT: Final = "P8"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one check; ``evidence`` are message codes with counts and settings, never anybody's data."""

    check: str
    result: Result
    evidence: tuple[Reason, ...] = ()

    def as_json(self, language: str) -> Json:
        """Return the contract's line: the check, its result, evidence and fix in words, and the evidence's codes."""
        from shoumi.engine import messages

        return {
            "type": "check",
            "check": self.check,
            "result": self.result,
            "title": messages.text(f"phone.{self.check}", language),
            "evidence": [messages.render(reason, language) for reason in self.evidence],
            "fix": messages.text(f"phone.{self.check}.do", language),
            "codes": [{"code": reason.code, **dict(reason.values)} for reason in self.evidence],
        }


@dataclass(frozen=True, slots=True)
class Report:
    """Ten answers in order. ``source``: bugreport, adb or ios-backup; ``encrypted``: a backup that was not opened."""

    source: str
    answers: tuple[Answer, ...]
    encrypted: bool = False

    @property
    def exit_code(self) -> int:
        """0 all pass or taught, 1 a fail, 3 none but something unknown."""
        results = {answer.result for answer in self.answers}
        return 1 if "fail" in results else 3 if "unknown" in results else 0


def reason(code: str, **values: str | int) -> Reason:
    """Return evidence: the code without its file's name, and its values."""
    return Reason(f"phone.{code}", tuple(values.items()))


def judged(check: str, bad: Iterable[Reason], good: Iterable[Reason] = (), *, known: bool) -> Answer:
    """Return a fail when anything is bad, a pass when enough is ``known``, else unknown; with what was seen."""
    bad, good = tuple(bad), tuple(good)
    if bad:
        return Answer(check, "fail", bad)
    return Answer(check, "pass" if known else "unknown", good or (() if known else (reason("silent"),)))


def complete(answers: Iterable[Answer], source: str, *, encrypted: bool = False) -> Report:
    """Return a report with all ten checks: what nobody answered is unknown, P8 is taught."""
    given = {answer.check: answer for answer in answers}
    given[TAUGHT] = Answer(TAUGHT, "taught", (reason("taught"),))
    silent = (reason("encrypted" if encrypted else "silent"),)
    return Report(source, tuple(given.get(check) or Answer(check, "unknown", silent) for check in CHECKS), encrypted)
