"""Drives and file servers, on real ones: everything is found, again only what changed, and no password is ever shown."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from shoumi.engine.errors import AddressError
from shoumi.engine.remote import address, connect, login, stream
from shoumi.engine.source import Policy
from shoumi.engine.types import Gap, Match

_spec = importlib.util.spec_from_file_location("remote_tree", Path(__file__).with_name("tree.py"))
tree = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(tree)
MARK, PASSWORD, PHONE, TREE, run, marks = tree.MARK, tree.PASSWORD, tree.PHONE, tree.TREE, tree.run, tree.marks


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Forget connections and answers of other tests: each server is met anew. Wait for milliseconds, not seconds."""
    monkeypatch.setattr(stream, "WAITS", (0.01, 0.02, 0.05))
    connect._open.clear()
    login._asked.clear()
    stream._silent.clear()


def test_everything_is_found_on_each_server(server, tmp_path):
    scan, events = run(tmp_path, server.address)
    assert [event for event in events if isinstance(event, Gap)] == []
    wanted = {name.replace("?", server.question) for name, text in TREE.items() if "★" in text}
    assert set(marks(events, server.address)) == wanted
    assert scan.summary.files == len(TREE)
    assert scan.summary.bytes == sum(len(text.encode()) for text in TREE.values())
    assert {event.area for event in events} == {"drives"}
    shown = repr(events)
    assert PASSWORD not in shown
    assert PHONE not in shown


def test_an_unchanged_drive_is_not_read_again(server, tmp_path):
    _, first = run(tmp_path, server.address)
    again, second = run(tmp_path, server.address)
    assert again.summary.unchanged == len(TREE)
    assert second == first


def test_a_changed_file_is_read_again(apache, tmp_path, monkeypatch):
    monkeypatch.setenv("SHOUMI_REMOTE_PASSWORD", PASSWORD)
    path = apache.folder / "changing.txt"
    path.write_text("nothing")
    run(tmp_path, apache.address)
    path.write_text(f"now it says\n{MARK}\n")
    _, events = run(tmp_path, apache.address)
    path.unlink()
    assert "changing.txt" in marks(events, apache.address)


def test_one_file_is_an_address(server, tmp_path):
    where = f"{server.address}/reports/2026/a&b='c'.txt"
    scan, events = run(tmp_path, where)
    assert marks(events, where) == {"": "critical"}
    assert scan.summary.files == 1


def test_include_and_exclude(server, tmp_path):
    _, events = run(tmp_path, server.address, policy=Policy(exclude=("reports", "large.txt")))
    assert set(marks(events, server.address)) == {f"通知/放假 安排{server.question}#%.txt"}


def test_what_is_not_there_is_said_and_the_others_are_scanned(server, tmp_path):
    scan, events = run(tmp_path, f"{server.address}/nowhere", server.address)
    assert scan.exit_code == 2
    assert "nowhere" in str(scan.errors[0])
    assert len(marks(events, server.address)) == 3


def test_a_wrong_password_is_a_clear_refusal(apache, samba, tmp_path, monkeypatch):
    monkeypatch.setenv("SHOUMI_REMOTE_PASSWORD", "wrong and secret")
    for server in (apache, samba):
        scan, events = run(tmp_path, server.address)
        assert scan.exit_code == 2
        assert "refuses" in str(scan.errors[0])
        assert "wrong and secret" not in str(scan.errors) + str(events)


def test_an_unknown_ssh_host_is_refused(sshd, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    scan, _ = run(tmp_path, sshd.address)
    assert scan.exit_code == 2


def test_links_on_a_server_are_not_followed(sshd, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", sshd.environment["HOME"])
    link = sshd.folder / "zz-link"
    link.symlink_to("/etc")
    _, events = run(tmp_path, sshd.address)
    link.unlink()
    gaps = [event for event in events if isinstance(event, Gap)]
    assert [(gap.reason, gap.trail.steps[0].name.rpartition("/")[2]) for gap in gaps] == [("special", "zz-link")]


def test_shares_of_a_nextcloud_raise_what_is_found(nextcloud, tmp_path, monkeypatch):
    monkeypatch.setenv("SHOUMI_REMOTE_PASSWORD", PASSWORD)
    _, events = run(tmp_path, nextcloud.address)
    found = {(event.path.rpartition("/")[2], event.rule): event for event in events}
    letter, phone = found["放假 安排?#%.txt", "cn.mark"], found["放假 安排?#%.txt", "personal.mobile"]
    assert letter.data["share"] == phone.data["share"] == "external"  # by mail, though its folder is shared inside
    assert phone.severity == "high"  # medium where it is private
    assert found["a&b='c'.txt", "cn.mark"].data["share"] == "public-link"  # by the folder above
    assert found["large.txt", "cn.mark"].data["share"] == "private"


def test_a_public_bucket_is_said(s3, seaweed, tmp_path, monkeypatch):
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    files = tree.bucket(seaweed[0], "open")
    files.pipe("open/notice.txt", f"联系 手机 {PHONE}\n".encode())
    everyone = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::open/*"}
    files.call_s3(
        "put_bucket_policy", Bucket="open", Policy=json.dumps({"Version": "2012-10-17", "Statement": [everyone]})
    )
    _, events = run(tmp_path, s3.address.replace("/share", "/open"))
    (match,) = [event for event in events if isinstance(event, Match)]
    assert (match.data["share"], match.severity) == ("public-link", "high")
    _, events = run(tmp_path, s3.address)
    assert {event.data.get("share") for event in events} <= {"private", None}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("gopher://host/x", "nothing here reads"),
        ("webdav://dana:secret9@host/x", "no password in an address"),
        ("webdav:///x", "no host"),
        ("nextcloud://host/x", "say whose files"),
    ],
)
def test_wrong_addresses_say_what_to_do(wrong, says, tmp_path):
    scan, _ = run(tmp_path, wrong)
    assert scan.exit_code == 2
    assert says in str(scan.errors[0])
    assert "secret9" not in str(scan.errors[0])


def test_addresses_keep_odd_names():
    place = address.parse("s3://bucket/a b/100%?#x")
    assert (place.host, place.path) == ("bucket", "a b/100%?#x")
    assert place.address(place.path) == "s3://bucket/a b/100%?#x"
    with pytest.raises(AddressError):
        address.parse("s3://")


def test_logins_do_not_show_the_password():
    assert "secret" not in repr(login.Login("dana", "secret"))
