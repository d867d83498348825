"""Servers that die and wires that break: what was cut is taken up again, or said, and never lost or doubled."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from shoumi.engine.remote import address, connect, login, stream
from shoumi.engine.types import Gap

_spec = importlib.util.spec_from_file_location("remote_tree", Path(__file__).with_name("tree.py"))
tree = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(tree)
PASSWORD, TREE, run, marks = tree.PASSWORD, tree.TREE, tree.run, tree.marks


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Wait for milliseconds where a user would wait for seconds."""
    monkeypatch.setattr(stream, "WAITS", (0.01, 0.02, 0.05))
    monkeypatch.setenv("SHOUMI_REMOTE_PASSWORD", PASSWORD)
    connect._open.clear()
    login._asked.clear()
    stream._silent.clear()


def through(server, wire):
    """Return a server's address through a wire that can be cut, and the wire."""
    place = address.parse(server.address)
    one = wire(place.port)
    return server.address.replace(f":{place.port}", f":{one.port}"), one


@pytest.mark.parametrize("name", ["s3", "apache"])
def test_a_download_that_breaks_goes_on_where_it_broke(name, request, wire, tmp_path, monkeypatch):
    server = request.getfixturevalue(name)
    for key, value in server.environment.items():
        monkeypatch.setenv(key, value)
    where, one = through(server, wire)
    one.limit = 3_000_000
    _, events = run(tmp_path, f"{where}/large.txt")
    assert one.cuts == 1
    assert [event for event in events if isinstance(event, Gap)] == []
    assert len(events) == 1


@pytest.mark.parametrize("name", ["s3", "apache"])
def test_a_server_that_dies_is_a_gap_and_the_next_scan_completes_it(name, request, wire, tmp_path, monkeypatch):
    server = request.getfixturevalue(name)
    for key, value in server.environment.items():
        monkeypatch.setenv(key, value)
    where, one = through(server, wire)

    one.limit, one.dies = 3_000_000, True
    broken, events = run(tmp_path, where)
    assert broken.exit_code in {1, 3}
    assert {event.reason for event in events if isinstance(event, Gap)} == {"unreachable"}
    one.down = False
    whole, events = run(tmp_path, where)
    assert len(marks(events, where)) == 3
    assert whole.summary.files == len(TREE)
    assert [event for event in events if isinstance(event, Gap)] == []
    again, twice = run(tmp_path, where)
    assert twice == events
    assert again.summary.unchanged == len(TREE)


def test_nobody_answers_is_said_once_and_quickly(tmp_path):
    scan, events = run(tmp_path, "webdav://127.0.0.1:9/x")
    assert scan.exit_code == 2
    assert "does not answer" in str(scan.errors[0])
    assert [event.reason for event in events] == ["unreachable"]


def test_a_file_that_changes_under_the_download_is_no_whole_file(apache, wire, tmp_path):
    where, one = through(apache, wire)
    path = apache.folder / "moving.txt"
    path.write_text("a" * 6_000_000)
    place = address.parse(f"{where}/moving.txt")
    one.limit = 2_000_000
    reader = stream.Stream(place, place.path)
    size = len(reader.read(1_000_000))
    path.write_text("b" * 6_000_001)
    with pytest.raises(stream.Changed):
        reader.readall()
    path.unlink()
    assert size < 6_000_000
