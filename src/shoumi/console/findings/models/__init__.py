"""What the room keeps. No row holds a secret: places are shown by masked snippets, contents by keyed ids."""

from __future__ import annotations

from shoumi.console.findings.models.cases import Case, Step
from shoumi.console.findings.models.evidence import Evidence, Keyholder, Look, Reveal
from shoumi.console.findings.models.found import Decision, Finding, Gap, Inspection, Occurrence, within
from shoumi.console.findings.models.reports import Envelope, Message, Report, Rules
from shoumi.console.findings.models.selfcheck import Answer, SelfInspection

__all__ = [
    "Answer",
    "Case",
    "Decision",
    "Envelope",
    "Evidence",
    "Finding",
    "Gap",
    "Inspection",
    "Keyholder",
    "Look",
    "Message",
    "Occurrence",
    "Report",
    "Reveal",
    "Rules",
    "SelfInspection",
    "Step",
    "within",
]
