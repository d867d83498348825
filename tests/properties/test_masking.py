"""No snippet and no name ever shows a secret, wherever detections stand and overlap."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shoumi.engine.detector import Detection
from shoumi.engine.finding import _secrets, snippet
from shoumi.engine.types import Segment
from shoumi.engine.view import View

PLAIN = "甲乙丙 丁\n-"
SECRET = "0123456789ABCDEFGH机密"


@given(
    st.lists(
        st.tuples(st.text(PLAIN, max_size=60), st.integers(1, 9000), st.sampled_from(["edges", "all"])), max_size=6
    )
)
def test_secrets_never_show(parts: list[tuple[str, int, str]]) -> None:
    text, found = "", []
    for plain, length, mask in parts:
        text += plain
        start = len(text.encode())
        text += (SECRET * (length // len(SECRET) + 1))[:length]
        found.append(Detection("r", start, len(text.encode()), "c", (), mask=mask))  # type: ignore[arg-type]
    view = View((Segment(text),))
    secrets = _secrets(view, found)
    for detection in found:
        shown = snippet(view, detection.start, detection.end, secrets)
        runs = "".join(char if char in SECRET else " " for char in shown).split()
        assert all(len(run) <= 4 for run in runs), shown  # two characters at the edge of each of two neighbours
