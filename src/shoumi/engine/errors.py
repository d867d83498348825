"""Everything that can go wrong, as one tree.

    ShoumiError
    ├── UsageError            the command or call is wrong: exit code 2, says what to do
    │   ├── AddressError      an address that does not exist or cannot be read
    │   ├── ExtraNeeded       something was asked for that an extra would do, and it is not installed
    │   └── RuleError         a rule pack that is refused: file, line, reason
    ├── OutputError           a report cannot be written (full disk, closed pipe, no permission)
    └── Unexamined            content that cannot be examined, or not wholly: becomes a Gap
        ├── Encrypted  TooLarge  Unsupported  MissingExtra  NoText  Corrupt
        └── Changed  Special  Denied  Unreachable  LimitReached  TimedOut

Containers and extractors raise an ``Unexamined`` when it ends the blob; what they yielded before stays valid.
"""

from __future__ import annotations

from typing import ClassVar

from shoumi.engine.types import GapReason


class ShoumiError(Exception):
    """Base of all errors that Shoumi raises on purpose."""


class UsageError(ShoumiError):
    """The command or call is wrong; the message says what to do instead."""


class AddressError(UsageError):
    """An address that does not exist or cannot be read."""


class ExtraNeeded(UsageError):  # noqa: N818  (a state of the installation)
    """Something was asked for that needs an extra; the message names the command that installs it."""


class RuleError(UsageError):
    """A rule pack is refused."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}")
        self.file, self.line, self.reason = file, line, reason


class OutputError(ShoumiError):
    """A report cannot be written; the message names the file and the cause."""


class Unexamined(ShoumiError):  # noqa: N818  (a state of content, not a mistake)
    """Content that cannot be examined; ``reason`` is the Gap's."""

    reason: ClassVar[GapReason] = "unsupported"


class Encrypted(Unexamined):
    """Needs a password that nobody gave."""

    reason = "encrypted"


class TooLarge(Unexamined):
    """Larger than a limit allows to be examined at all."""

    reason = "too-large"


class Unsupported(Unexamined):
    """A format that nothing here reads."""

    reason = "unsupported"


class MissingExtra(Unexamined):
    """A format that an extra or a system package would read; the message names it."""

    reason = "missing-extra"


class NoText(Unexamined):
    """A document that should carry text and shows none."""

    reason = "no-text"


class Corrupt(Unexamined):
    """Damaged content; what could be read was read."""

    reason = "corrupt"


class Changed(Unexamined):
    """Content changed while it was read."""

    reason = "changed"


class Special(Unexamined):
    """A device, pipe, socket or link that is never opened."""

    reason = "special"


class Denied(Unexamined):
    """The system refuses access."""

    reason = "denied"


class Unreachable(Unexamined):
    """A remote address that does not answer."""

    reason = "unreachable"


class LimitReached(Unexamined):
    """A limit on depth, members, bytes or matches cut the examination short."""

    reason = "limit"


class TimedOut(Unexamined):
    """The time limit cut the examination short."""

    reason = "timeout"
