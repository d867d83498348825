"""The look's promises: enough contrast in both themes, nothing inline, nothing from elsewhere, everything labelled."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from shoumi.console import rooms

CSS = (rooms.HERE / "static/shoumi/shoumi.css").read_text()
TEMPLATES = sorted(rooms.HERE.rglob("templates/**/*.html"))


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))


LIGHT = tokens(CSS.partition("@media (prefers-color-scheme: dark)")[0])
DARK = LIGHT | tokens(CSS.partition("@media (prefers-color-scheme: dark)")[2].partition("*, *::before")[0])


def luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_contrast(theme):
    for text in ("ink", "ink-2", "seal", "amber", "jade", "link"):
        for ground in ("paper", "surface"):
            assert contrast(theme[text], theme[ground]) >= 4.5, (text, ground)
    assert contrast(theme["on"], theme["seal"]) >= 4.5
    for ground in ("paper", "surface"):
        assert contrast(theme["edge"], theme[ground]) >= 3  # borders of fields, WCAG 1.4.11
        assert contrast(theme["link"], theme[ground]) >= 3  # the focus ring


def test_colours_stand_only_in_the_tokens():
    rest = CSS[CSS.index("*, *::before") :].partition("@media print")[0]
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", rest)) <= {"#fff"}  # a QR code stays black on white


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_templates_are_plain(path: Path):
    text = path.read_text("utf-8")
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*src=)", text)
    assert not re.search(r"(src|href)=\"(https?:)?//", text)


def test_style_and_script_fetch_nothing():
    script = (rooms.HERE / "static/shoumi/shoumi.js").read_text()
    for text in (CSS, script):
        assert "http" not in text
        assert "@import" not in text
        assert "eval(" not in text
    assert "url(" not in CSS


class Labels(HTMLParser):
    """Collects inputs, labels, ids and headings of a page."""

    def __init__(self):
        super().__init__()
        self.inputs, self.labels, self.ids, self.headings, self.described = [], set(), [], [], []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if "id" in given:
            self.ids.append(given["id"])
        if (
            tag in {"input", "select", "textarea"}
            and given.get("type") not in {"hidden", "checkbox"}
            and "hidden" not in given
        ):
            self.inputs.append(given)
        if tag == "label" and "for" in given:
            self.labels.add(given["for"])
        if re.fullmatch(r"h\d", tag):
            self.headings.append(int(tag[1]))
        self.described += given.get("aria-describedby", "").split()


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("officer", "/"),
        ("officer", "/accounts/people/"),
        ("officer", "/accounts/people/add/"),
        ("officer", "/accounts/people/import/"),
        ("system", "/accounts/units/"),
        ("system", "/accounts/people/1/account/"),
        ("security", "/accounts/office/change/"),
        ("security", "/accounts/office/mode/"),
        ("audit", "/audit/"),
        ("audit", "/audit/checkpoints/"),
        ("audit", "/audit/keys/enrol/"),
        ("staff", "/accounts/me/"),
        ("staff", "/accounts/me/password/"),
        ("staff", "/keys/"),
    ],
)
def test_every_field_has_a_label_and_every_page_one_heading(world, enter, who, address):
    answer = enter(world.users[who]).get(address)
    assert answer.status_code == 200
    page = Labels()
    page.feed(answer.content.decode())
    assert [given for given in page.inputs if given.get("id") not in page.labels] == []
    assert len(page.ids) == len(set(page.ids))
    assert set(page.described) <= set(page.ids)
    assert page.headings.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(page.headings, page.headings[1:], strict=False))


def test_a_wrong_form_ties_errors_to_fields(world, enter):
    answer = enter(world.dana).post("/accounts/people/add/", {"number": "kept", "vetted_on": "2999-01-01"})
    text = answer.content.decode()
    page = Labels()
    page.feed(text)
    assert answer.status_code == 422
    assert 'value="kept"' in text
    assert {"id_name-error", "id_vetted_on-error"} <= set(page.described) <= set(page.ids)
    assert 'aria-invalid="true"' in text
