"""A view that held itself kept its block until the garbage collector came: hundreds of megabytes in large files."""

from __future__ import annotations

import gc
import weakref

import pytest

from shoumi.engine.types import Segment
from shoumi.engine.view import View


class Watched(View):
    __slots__ = ("__weakref__",)


@pytest.mark.parametrize("text", ["机密★10年", "full width ＡＢＣ"])
def test_a_view_goes_when_nobody_holds_it(text):
    gc.disable()
    try:
        view = Watched((Segment(text),))
        view.fold().source_span(0, 1)
        gone = weakref.ref(view)
        del view
        assert gone() is None
    finally:
        gc.enable()
