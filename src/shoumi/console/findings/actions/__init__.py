"""The actions of the room, gathered so that the registry finds them."""

from __future__ import annotations

from shoumi.console.findings.actions import cases, evidence, reports, selfcheck, triage

__all__ = ["cases", "evidence", "reports", "selfcheck", "triage"]
