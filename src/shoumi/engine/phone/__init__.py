"""What a phone says about the ten don'ts: a bug report, a device on the cable or a backup in, ten answers out.

    check("bugreport.zip") · check("adb:") · check("/backup/00008110-…")  →  Report

Nothing but settings, lists of apps and of networks, and the fields of contacts is looked at; private messages are not
read, and no name, number or network of anybody stands in an answer. What the data do not tell is "unknown", never
"pass".
"""

from __future__ import annotations

from shoumi.engine.phone.answer import Answer, Report
from shoumi.engine.phone.opening import check

__all__ = ["Answer", "Report", "check"]
