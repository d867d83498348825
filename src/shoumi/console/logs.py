"""What may stand in a log line: the kind of event and the path, never what people typed.

Enters a log record, leaves it without request, query string, traceback locals or exception text.
"""

from __future__ import annotations

import logging


class Discreet(logging.Filter):
    """Keep path and exception type; drop arguments that could carry secrets."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if request is not None:
            record.msg = (
                f"{getattr(record, 'status_code', '')} {getattr(request, 'method', '')} {_path(request)}".strip()
            )
            record.args = None
        if record.exc_info and record.exc_info[0]:
            record.msg = f"{record.getMessage()} [{record.exc_info[0].__name__} {_place(record)}]"
            record.args = record.exc_info = record.exc_text = None
        return True


def _path(request: object) -> str:
    """Return the path; what follows an invitation or set-up link is a key and is left out."""
    parts = str(getattr(request, "path", "")).split("/")
    return "/".join("…" if len(part) > 30 else part for part in parts)


def _place(record: logging.LogRecord) -> str:
    trace = record.exc_info[2] if record.exc_info else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else ""
