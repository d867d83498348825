"""Telling people: in the inbox always, by mail and group robots as office and person chose.

    tell([officer], format_lazy(gettext_lazy("Overdue: {carrier}."), carrier=loan.carrier), address, urgency="seal")

Belongs to the caller's transaction. What leaves the console says only that something waits in Shoumi, never what.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def tell(users: Iterable[Any], sentence: Any, address: str = "", *, urgency: str = "plain", thing: Any = None) -> None:
    """Put a sentence into people's inboxes, in all three languages. ``sentence``: lazy, else TypeError.

    ``address``: where the thing is on this console; ``urgency``: seal (goes out at once), amber or plain. With
    ``thing``, nobody is told the same about it twice while the first waits unread.
    """
    from shoumi.console.notices import telling

    telling.tell(users, sentence, address, urgency, thing)
