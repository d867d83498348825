"""What a document's level means: from the level as an officer writes it to severity, rank and order.

The order is that of DESIGN's table: what hurts most first. Levels that are not known are taken for the level of an
organisation's own, medium.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from shoumi.engine.types import SEVERITIES, Severity


@dataclass(frozen=True, slots=True)
class Level:
    """``rank`` orders levels across schemes, higher is graver; ``years``: the longest term that the law allows."""

    name: str
    severity: Severity
    rank: int
    years: int | None = None


_KNOWN: Final = (
    (r"绝密|絕對?機密|絕密|top secret|极密|極密", Level("绝密", "critical", 90, 30)),
    (r"机密|機密|^secret\b|geheim|secret d[ée]fense", Level("机密", "critical", 80, 20)),
    (r"秘密|祕密|confidential(?! and)|vs-vertraulich|密件", Level("秘密", "high", 70, 10)),
    (
        r"核心商密|核心商业秘密|核心商業秘密|strictly confidential|restricted secret|极机密",
        Level("核心商密", "high", 60),
    ),
    (r"启用前|啟用前|exam", Level("启用前", "critical", 85)),
    (r"工作秘密|不予公开|official-sensitive|cui|controlled|限閱|vs-nfd|restricted", Level("工作秘密", "medium", 50)),
    (r"普通商密|商业秘密|商業秘密|company|社外秘|대외비", Level("普通商密", "medium", 40)),
    (r"内部|內部|internal|tlp:?amber", Level("内部", "medium", 30)),
    (r"公开|公開|public|tlp:?(?:clear|white)", Level("公开", "info", 0)),
)
_ORDER: Final = ("工作秘密", "核心商密", "普通商密", "启用前", "绝密", "机密", "秘密", "内部", "公开")


def level(text: str) -> Level:
    """Return what a level means; ``text`` as an officer wrote it."""
    written = text.strip().casefold()
    by_name = {entry.name: (pattern, entry) for pattern, entry in _KNOWN}
    for name in _ORDER:
        pattern, entry = by_name[name]
        if re.search(pattern, written):
            return entry
    return Level(text.strip(), "medium", 45)


def raised(severity: Severity) -> Severity:
    """Return one severity up; critical stays."""
    return SEVERITIES[max(0, SEVERITIES.index(severity) - 1)]
