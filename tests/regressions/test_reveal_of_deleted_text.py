"""A finding in deleted text was revealed as the text that stands in its place: both count their characters from 0."""

from __future__ import annotations

from shoumi import scan
from shoumi.console.scans import child
from shoumi.demo import formats
from shoumi.engine import registry
from shoumi.engine.settings import Settings
from shoumi.engine.types import Match

NUMBER = "11010519491231002X"


def test_what_two_people_reveal_is_what_was_found(tmp_path):
    file = tmp_path / "list.docx"
    file.write_bytes(formats.docx(["领取名单", "名单已删除。"], deleted=f"身份证号：{NUMBER}"))
    (match,) = (event for event in scan(str(file)) if isinstance(event, Match))
    trail = [(step.kind, step.name) for step in match.trail.steps]
    place = child._Place(trail, match.locator.as_json(), list(match.span), match.data["hiding"])
    settings = Settings()
    child._examine(place, registry.source_of(str(file)).item(str(file), settings), settings)
    assert NUMBER in place.text
