"""Verification on bare rows: each way of tampering is found and named by its number; no other verdict changes."""

from __future__ import annotations

import copy

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from shoumi.console.audit import canonical, keys
from shoumi.console.audit.verify import sentences, verify

KEY = Ed25519PrivateKey.generate()
NAME = keys.name(KEY.public_key())
TRUST = {NAME: keys.pem(KEY.public_key())}


def chain(count: int) -> list[dict]:
    rows, previous = [], canonical.START
    for seq in range(1, count + 1):
        row = dict.fromkeys(canonical.FIELDS, "")
        row |= {
            "seq": seq,
            "at": f"2026-11-22T08:00:{seq:02}.000000Z",
            "algorithm": "sha256",
            "previous": previous,
            "facts": f'{{"n":{seq}}}',
        }
        row["digest"] = previous = canonical.digest(row)
        rows.append(row)
    return rows


def rewritten(rows: list[dict]) -> list[dict]:
    """Recompute everything, as whoever rules the database could."""
    previous, rows = canonical.START, copy.deepcopy(rows)
    for seq, row in enumerate(rows, 1):
        row |= {"seq": seq, "previous": previous}
        row["digest"] = previous = canonical.digest(row)
    return rows


def point(rows: list[dict], seq: int) -> dict:
    at, digest = "2026-11-22T09:00:00.000000Z", rows[seq - 1]["digest"]
    return {
        "seq": seq,
        "digest": digest,
        "at": at,
        "key": NAME,
        "signature": KEY.sign(canonical.statement(seq, digest, at, NAME)).hex(),
    }


def test_a_whole_chain():
    rows = chain(9)
    verdict = verify(rows, [point(rows, 6)], TRUST)
    assert (verdict.whole, verdict.head, verdict.covered, verdict.tail) == (True, 9, 6, (7, 9))
    assert any("entries 7 to 9 are covered by no checkpoint" in line for line in sentences(verdict))
    assert verify([], [], {}).whole


@pytest.mark.parametrize("field", canonical.FIELDS)
def test_an_edit_of_any_field_is_found(field):
    rows = chain(5)
    rows[2][field] = 77 if field == "seq" else "2020-01-01T00:00:00.000000Z" if field == "at" else "x"
    assert not verify(rows, [], {}).whole


def test_an_edit_with_its_own_digest_mended_breaks_the_next_link():
    rows = chain(5)
    rows[2]["actor"] = "x"
    rows[2]["digest"] = canonical.digest(rows[2])
    assert any("entry 4 does not follow" in problem for problem in verify(rows, [], {}).problems)


def test_removal_is_named():
    rows = chain(9)
    assert "entries 4 to 6 are missing" in verify(rows[:3] + rows[6:], [], {}).problems
    assert "entry 1 is missing" in verify(rows[1:], [], {}).problems


def test_changed_order_is_named():
    rows = chain(5)
    rows[1], rows[2] = rows[2], rows[1]
    assert any("the order was changed" in problem for problem in verify(rows, [], {}).problems)


def test_a_cut_off_end_is_named_when_a_checkpoint_covers_it():
    rows = chain(9)
    checkpoints = [point(rows, 7)]
    assert any("the end was cut off" in problem for problem in verify(rows[:5], checkpoints, TRUST).problems)
    assert verify(rows[:8], checkpoints, TRUST).whole  # beyond the checkpoint nobody can tell, and the verdict said so


def test_a_rewritten_chain_is_named_when_a_checkpoint_covers_it():
    rows = chain(9)
    checkpoints = [point(rows, 7)]
    rows[3]["actor"] = "x"
    new = rewritten(rows)
    assert verify(new, [], {}).whole
    assert any("the chain was written anew" in problem for problem in verify(new, checkpoints, TRUST).problems)


def test_signatures_must_be_genuine_and_trusted():
    rows = chain(5)
    good = point(rows, 5)
    assert any("not genuine" in problem for problem in verify(rows, [{**good, "seq": 4}], TRUST).problems)
    assert any("not genuine" in problem for problem in verify(rows, [{**good, "signature": "zz"}], TRUST).problems)
    assert "a checkpoint is incomplete" in verify(rows, [{"seq": True}, {}], TRUST).problems
    other = verify(rows, [good], {})
    assert (other.whole, other.covered) == (True, 0)
    assert any("not trusted here" in note for note in other.notes)


def test_a_clock_set_back_is_a_note_and_no_break():
    rows = chain(5)
    rows[3]["at"] = "2020-01-01T00:00:00.000000Z"
    verdict = verify(rewritten(rows), [], {})
    assert verdict.whole
    assert any("the clock stood earlier at entry 4" in note for note in verdict.notes)


def test_an_unknown_algorithm_is_no_reason_to_trust():
    rows = chain(3)
    rows[1]["algorithm"] = "none"
    assert any("unknown algorithm" in problem for problem in verify(rows, [], {}).problems)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 7), st.sampled_from(canonical.FIELDS), st.text(max_size=6))
def test_any_edit_of_any_entry(place, field, text):
    rows = chain(8)
    if rows[place][field] == text:
        return
    rows[place][field] = text
    assert not verify(rows, [], {}).whole


def test_wrapped_keys(tmp_path):
    keys.make(tmp_path / "k", "correct horse battery")
    assert (tmp_path / "k").stat().st_mode & 0o777 == 0o600
    assert "ENCRYPTED" in (tmp_path / "k").read_text()
    keys.load(tmp_path / "k", "correct horse battery")
    for phrase in ("wrong", ""):
        with pytest.raises(keys.KeyProblem):
            keys.load(tmp_path / "k", phrase)
    with pytest.raises(keys.KeyProblem):
        keys.make(tmp_path / "k", "correct horse battery")
    with pytest.raises(keys.KeyProblem):
        keys.public("-----BEGIN PUBLIC KEY-----\nxx\n-----END PUBLIC KEY-----")
