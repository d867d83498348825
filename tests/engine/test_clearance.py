"""Clearance: two enrolled people, neither the compiler; what verification answers."""

from __future__ import annotations

import json

import pytest

from shoumi.engine import clearance
from shoumi.engine.errors import OutputError, UsageError
from shoumi.engine.home import Home
from shoumi.engine.review import Decision, review
from shoumi.engine.settings import Settings
from shoumi.engine.text_of import text_of

TEXT = "第一章 总则。本书介绍河道治理的经验。\n作者走访了十二个县，记录了各地的做法。\n附录列出了参考书目。\n"


@pytest.fixture
def office(tmp_path):
    home = Home(tmp_path / "home")
    keys = {}
    for name, role in (("Alice", "reviewer"), ("Bob", "approver"), ("Charlie", "compiler")):
        path = tmp_path / f"{name}.key"
        clearance.generate(path, b"geheim")
        keys[role] = path
        clearance.enroll(home, clearance.public_key(public(path)), name, role)
    manuscript = tmp_path / "book.txt"
    manuscript.write_text(TEXT)
    return home, keys, manuscript


def public(path):
    return path.with_name(path.name + ".pub")


def record(home, manuscript, compiler="Charlie"):
    return clearance.record(review(str(manuscript), home, Settings()), compiler)


def signed(home, keys, manuscript):
    both = record(home, manuscript)
    for role in clearance.ROLES:
        both = clearance.sign(home, both, role, keys[role], b"geheim")
    return json.loads(json.dumps(both))


def ask(path, both, *trusted):
    import hashlib

    keys = [clearance.public_key(public(key)) for key in trusted]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return clearance.verify(digest, text_of(str(path), Settings()), both, keys)


def test_same_file_other_layout_and_changed_text(tmp_path, office):
    home, keys, manuscript = office
    both = signed(home, keys, manuscript)
    trusted = (keys["reviewer"], keys["approver"])
    assert ask(manuscript, both, *trusted).answer == "same"
    page = tmp_path / "proof.html"
    page.write_text("<p>" + TEXT.replace("\n", "</p>\n<p>").replace("河道", "河 \n 道") + "</p>")
    assert ask(page, both, *trusted).answer == "layout"
    page.write_text(TEXT.replace("十二个县", "十三个县").replace("附录列出了参考书目。", "") + "后记增加一句。")
    verdict = ask(page, both, *trusted)
    assert verdict.answer == "changed"
    assert any("十三个县" in one.text for one in verdict.differences)


def test_a_key_that_the_clearance_brings_along_is_not_trusted(tmp_path, office):
    home, keys, manuscript = office
    both = signed(home, keys, manuscript)
    stranger = tmp_path / "stranger"
    clearance.generate(stranger, None)
    both["keys"] = [clearance.public_key(public(keys["reviewer"])).hex()]
    for trusted in ((stranger,), (keys["reviewer"],), (keys["reviewer"], stranger)):
        with pytest.raises(UsageError, match="no valid signature"):
            ask(manuscript, both, *trusted)


@pytest.mark.parametrize("what", ["record", "role", "signature", "algorithm"])
def test_nothing_that_was_signed_can_be_changed(office, what):
    home, keys, manuscript = office
    both = signed(home, keys, manuscript)
    first = both["signatures"][0]
    if what == "record":
        both["record"]["file"]["sha256"] = "0" * 64
    elif what == "role":
        both["signatures"] = [first, first | {"role": "approver"}]
    else:
        first[what] = "00"
    with pytest.raises(UsageError, match="no valid signature"):
        ask(manuscript, both, keys["reviewer"], keys["approver"])


def test_the_compiler_does_not_clear(office):
    home, keys, manuscript = office
    with pytest.raises(UsageError, match="not enrolled as reviewer"):
        clearance.sign(home, record(home, manuscript), "reviewer", keys["compiler"], b"geheim")
    with pytest.raises(UsageError, match="cannot clear"):
        clearance.sign(home, record(home, manuscript, "Alice"), "reviewer", keys["reviewer"], b"geheim")


def test_one_person_has_one_role(tmp_path, office):
    home, keys, _ = office
    with pytest.raises(UsageError, match="one person, one role"):
        clearance.enroll(home, clearance.public_key(public(keys["reviewer"])), "Alice", "approver")
    other = tmp_path / "second"
    clearance.generate(other, None)
    with pytest.raises(UsageError, match="one person, one role"):
        clearance.enroll(home, clearance.public_key(public(other)), "Alice", "approver")


def test_what_is_not_decided_is_not_signed(office):
    home, keys, manuscript = office
    manuscript.write_text(TEXT + "联系电话 13912345678\n")
    with pytest.raises(UsageError, match="not decided"):
        clearance.sign(home, record(home, manuscript), "reviewer", keys["reviewer"], b"geheim")
    (hit,) = review(str(manuscript), home, Settings()).hits
    for verdict, refused in (("remove", True), ("keep", False)):
        decisions = {hit.match.id: Decision(hit.match.id, verdict)}
        body = clearance.record(review(str(manuscript), home, Settings(), decisions), "Charlie")
        if refused:
            with pytest.raises(UsageError, match="removed or rewritten"):
                clearance.sign(home, body, "reviewer", keys["reviewer"], b"geheim")
        else:
            assert clearance.sign(home, body, "reviewer", keys["reviewer"], b"geheim")["signatures"]


def test_keys_need_their_passphrase_and_are_never_overwritten(office):
    home, keys, manuscript = office
    with pytest.raises(UsageError, match="passphrase"):
        clearance.sign(home, record(home, manuscript), "reviewer", keys["reviewer"], b"wrong")
    with pytest.raises(OutputError):
        clearance.generate(keys["reviewer"], None)
    assert keys["reviewer"].stat().st_mode & 0o777 == 0o600


def test_a_list_of_keys_that_somebody_changed_is_refused(office):
    home, *_ = office
    path = home.path / "clearance-keys.json"
    path.write_text(path.read_text().replace("Alice", "Mallory"))
    with pytest.raises(UsageError, match="was changed"):
        clearance.enrolled(home)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"record": {"format": "shoumi-clearance-1"}}', "\x00"])
def test_what_is_no_record_is_refused(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(UsageError):
        clearance.read(path)


def test_a_record_of_another_version_is_no_proof_of_a_change(tmp_path, office):
    home, keys, manuscript = office
    both = record(home, manuscript)
    both["folding"] = 1
    for role in clearance.ROLES:
        both = clearance.sign(home, both, role, keys[role], b"geheim")
    trusted = (keys["reviewer"], keys["approver"])
    assert ask(manuscript, both, *trusted).answer == "same"
    other = tmp_path / "other.txt"
    other.write_text(TEXT.replace("。", "。\n"))
    assert ask(other, both, *trusted).answer == "layout"
    other.write_text(TEXT.replace("十二", "十三"))
    with pytest.raises(UsageError, match="review the file again"):
        ask(other, both, *trusted)
