"""Logs say what happened where, and nothing that people typed or hold."""

from __future__ import annotations

import io
import logging

from django.test import RequestFactory

from shoumi.console.logs import Discreet


def logged(**extra) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(Discreet())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    try:
        raise ValueError("the secret text of a form")
    except ValueError:
        logger.error("failed: %s", "q=secret", exc_info=True, extra=extra)
    return stream.getvalue()


def test_neither_query_nor_message_nor_traceback():
    request = RequestFactory().post("/accounts/people/?q=secret", {"password": "secret"})
    text = logged(request=request, status_code=500)
    assert "secret" not in text
    assert text.startswith("500 POST /accounts/people/ [ValueError test_logs.py:")
    assert text.count("\n") == 1


def test_one_time_links_are_left_out():
    request = RequestFactory().get("/accounts/invitation/yTy_zCTlGEbFAfYd3whrf2J57NNz1ZnHRnXa1lih9Bo/")
    assert "/accounts/invitation/…/" in logged(request=request)
