"""The interface for programs: what a token opens and what not, problems, repeats, limits; fuzzed; its shape kept."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from django.test import Client
from django.utils import timezone

from shoumi.console.accounts.models import Person, User
from shoumi.console.action import registry
from shoumi.console.api import calls, described, scopes, tokens
from shoumi.console.api.models import Answer, Token
from shoumi.console.audit.models import Entry
from shoumi.console.jobs import enqueue, work

SECRET = "shoumi_" + "x" * 43
GOLDEN = Path(__file__).parent / "golden/api.txt"
_spec = importlib.util.spec_from_file_location("api_examples", Path(__file__).parent / "examples_api.py")
examples = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(examples)
ADD = {"number": "5", "name": "Eve", "category": "none"}


class Program:
    """A program with a token."""

    def __init__(self, secret=SECRET, language="en"):
        self.client, self.headers = Client(), {"Authorization": f"Bearer {secret}", "Accept-Language": language}

    def get(self, path, **data):
        return self.client.get(f"/api/{path}", data, headers=self.headers)

    def post(self, path, given=None, /, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(
            f"/api/{path}", json.dumps(given or {}), "application/json", headers={**self.headers, **named}
        )


def problem(answer, status, kind):
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content
    found = answer.json()
    assert (found["type"], found["status"]) == (f"urn:shoumi:problem:{kind}", status)
    assert found["title"]
    return found


@pytest.fixture
def dana(world):
    """A program of Dana's that may add people and read lists."""
    examples.token(world.dana, ("read", "accounts.person.add", "accounts.person.change"))
    return Program()


def test_an_action_by_a_program_is_the_same_as_by_a_page(world, dana):
    answer = dana.post("actions/accounts.person.add", {**ADD, "unit": world.north.pk})
    made = Person.objects.get(number="5")
    assert answer.json() == {
        "action": "accounts.person.add",
        "thing": {"kind": "accounts.person", "id": made.pk, "name": "Eve (5)"},
        "result": None,
    }
    entry = Entry.objects.first()
    assert (entry.action, entry.actor, entry.door, entry.outcome) == ("accounts.person.add", "dana", "api", "done")


def test_another_unit_is_out_of_reach(world, dana):
    assert problem(dana.post("actions/accounts.person.add", {**ADD, "unit": world.south.pk}), 422, "invalid")["errors"]
    given = {"number": "1", "name": "Eve", "category": "none", "unit": world.north.pk}
    problem(dana.post(f"actions/accounts.person.change/{world.south_person.pk}", given), 404, "missing")
    problem(dana.get(f"actions/accounts.person.change/{world.south_person.pk}"), 404, "missing")
    rows = dana.get("lists/accounts.people").json()["rows"]
    assert rows
    assert not any("Sutherland" in json.dumps(row) for row in rows)


def test_a_scope_is_a_limit_and_the_attempt_is_written_down(world, dana):
    before = Entry.objects.count()
    problem(dana.post(f"actions/accounts.person.depart/{world.north_person.pk}", {"reason": "x"}), 403, "denied")
    problem(dana.post("actions/accounts.unit.add", {"name": "x", "code": "y"}), 403, "denied")
    assert Entry.objects.filter(outcome="refused").count() == Entry.objects.count() - before == 2
    assert not Person.objects.exclude(departed_on=None).exists()


def test_rights_of_the_account_are_the_outer_limit(world):
    examples.token(world.staff, ("accounts.person.add", "read"))
    problem(Program().post("actions/accounts.person.add", {**ADD, "unit": world.north.pk}), 403, "denied")
    problem(Program().get("lists/accounts.people"), 403, "denied")
    assert Program().get("lists/notices.inbox").status_code == 200


def test_reading_by_list(world):
    examples.token(world.dana, ("accounts.people",))
    assert Program().get("lists/accounts.people").status_code == 200
    problem(Program().get("lists/accounts.units"), 403, "denied")
    problem(Program().get("lists/nothing"), 404, "missing")


def test_a_list_is_searched_filtered_sorted_and_paged_as_its_page(world, dana):
    for number in range(60):
        Person.objects.create(number=f"p{number:02}", name=f"Person {number:02}", unit=world.north, category="core")
    all_of = dana.get("lists/accounts.people", category="core", sort="-number").json()
    assert (all_of["count"], all_of["pages"], len(all_of["rows"])) == (60, 2, 50)
    assert all_of["rows"][0]["cells"]["number"] == "p59"
    assert all_of["rows"][0]["address"] == f"/accounts/people/{all_of['rows'][0]['id']}/"
    assert len(dana.get("lists/accounts.people", category="core", page=2).json()["rows"]) == 10
    assert dana.get("lists/accounts.people", q="Person 07").json()["count"] == 1
    for wrong in ({"page": 9}, {"page": "x"}, {"category": "x"}, {"sort": "x"}, {"colour": "red"}):
        found = problem(dana.get("lists/accounts.people", **wrong), 422, "invalid")
        assert list(found["errors"]) == list(wrong)


def test_without_a_token_nothing(world):
    examples.token(world.dana)
    for secret in ("", "x", "shoumi_wrong", SECRET + "y"):
        answer = Program(secret).get("lists/accounts.people")
        problem(answer, 401, "no-token")
        assert answer["WWW-Authenticate"] == "Bearer"
    signed_in = Client()
    assert signed_in.get("/api/lists/accounts.people").status_code == 401


def test_a_session_is_no_token(world, enter):
    assert enter(world.dana).get("/api/lists/accounts.people").status_code == 401


def test_a_token_ends_at_once_runs_out_and_falls_with_its_account(world, dana):
    token = Token.objects.get()
    now = timezone.now()
    dead = (
        {"ended": now}, {"until": now - timedelta(seconds=1)}, {"made": now + timedelta(hours=1)},
    )  # fmt: skip
    for change in dead:
        before = {name: getattr(token, name) for name in change}
        Token.objects.update(**change)
        problem(dana.get("lists/accounts.people"), 401, "no-token")
        Token.objects.update(**before)
    assert dana.get("lists/accounts.people").status_code == 200
    User.objects.filter(pk=world.dana.pk).update(is_active=False)
    problem(dana.get("lists/accounts.people"), 401, "no-token")


def test_tokens_are_made_shown_once_and_ended_on_pages(world, enter):
    client = enter(world.dana, Client())
    assert "accounts.person.add" in client.get("/api/tokens/make/").content.decode()
    assert "accounts.role.grant" not in client.get("/api/tokens/make/").content.decode()
    page = client.post("/api/tokens/make/", {"name": "sync", "scopes": ["read", "accounts.person.add"], "days": 30})
    secret = page.content.decode().split("shoumi_")[1][:43]
    token = Token.objects.get()
    assert tokens.digest("shoumi_" + secret) == token.digest
    assert Program("shoumi_" + secret).get("lists/accounts.people").status_code == 200
    pages = ("/api/", f"/api/tokens/{token.pk}/", "/api/?export=csv")
    assert not any(secret[10:] in client.get(path).content.decode() for path in pages)
    assert not Entry.objects.filter(facts__contains=secret).exists()
    other = enter(world.staff, Client())
    assert other.get(f"/api/tokens/{token.pk}/").status_code == 404
    assert "sync" not in other.get("/api/").content.decode()
    assert "sync" in enter(world.bob, Client()).get("/api/").content.decode()
    assert client.post(f"/api/tokens/{token.pk}/end/").status_code == 302
    problem(Program("shoumi_" + secret).get("lists/accounts.people"), 401, "no-token")


def test_nobody_makes_a_token_for_what_they_may_not_do(world, proven):
    from shoumi.console.action import Invalid

    for scope in ("accounts.role.grant", "accounts.accounts", "api.token.make", "nonsense"):
        with pytest.raises(Invalid):
            registry()["api.token.make"].run(world.dana, door=proven, name="x", scopes=[scope], days=1)


def test_no_program_makes_tokens_or_passwords(world):
    closed = {"api.token.make", "api.token.end", "accounts.password.change", "accounts.code.enrol", "accounts.setup"}
    assert not closed & scopes.names()
    examples.token(world.dana, sorted(closed))
    for name in closed:
        problem(Program().post(f"actions/{name}", {}, Shoumi_Code="123456"), 404, "missing")


def test_a_sensitive_step_wants_a_code_and_says_how(world):
    examples.token(world.alice, ("accounts.account.open",))
    path, given = f"actions/accounts.account.open/{world.north_person.pk}", {"username": "norma"}
    found = problem(Program().post(path, given), 403, "proof-needed")
    assert "Shoumi-Code" in found["detail"]
    problem(Program().post(path, given, Shoumi_Code="000000"), 403, "proof-needed")
    assert not User.objects.filter(username="norma").exists()
    right = pyotp.TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").at(int(time.time()))
    done = Program().post(path, given, Shoumi_Code=right)
    assert done.status_code == 200
    assert len(done.json()["result"]) > 30  # the one-time link's token
    again = {"username": "norma2"}
    problem(Program().post(f"actions/accounts.account.open/{world.south_person.pk}", again, Shoumi_Code=right), 403,
            "proof-needed")  # fmt: skip


def test_wrong_codes_lock_the_account(world):
    examples.token(world.alice, ("accounts.account.open",))
    path = f"actions/accounts.account.open/{world.north_person.pk}"
    answers = [Program().post(path, {"username": "norma"}, Shoumi_Code="000000").status_code for _ in range(6)]
    assert answers == [403] * 5 + [429]


def test_the_same_key_is_done_once(world, dana):
    given = {**ADD, "unit": world.north.pk}
    first = dana.post("actions/accounts.person.add", given, Idempotency_Key="a1")
    again = dana.post("actions/accounts.person.add", given, Idempotency_Key="a1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert Person.objects.filter(number="5").count() == 1
    other = {**given, "number": "6"}
    problem(dana.post("actions/accounts.person.add", other, Idempotency_Key="a1"), 409, "repeated")
    assert dana.post("actions/accounts.person.add", other, Idempotency_Key="a2").status_code == 200
    assert b"Eve" not in bytes(Answer.objects.first().sealed)


def test_a_key_of_what_failed_may_be_used_again(world, dana):
    problem(dana.post("actions/accounts.person.add", ADD, Idempotency_Key="k"), 422, "invalid")
    assert (
        dana.post("actions/accounts.person.add", {**ADD, "unit": world.north.pk}, Idempotency_Key="k").status_code
        == 200
    )


def test_a_key_whose_request_was_cut_short_says_so(world, dana, monkeypatch):
    monkeypatch.setattr(tokens, "seal", lambda *_: 1 / 0)
    given = {**ADD, "unit": world.north.pk}
    with pytest.raises(ZeroDivisionError):
        dana.post("actions/accounts.person.add", given, Idempotency_Key="k")
    monkeypatch.undo()
    found = problem(dana.post("actions/accounts.person.add", given, Idempotency_Key="k"), 409, "repeated")
    assert "Look whether it was done" in found["detail"]
    assert Person.objects.filter(number="5").count() == 1


def test_keys_belong_to_their_token_and_are_forgotten(world, dana):
    examples.token(world.dana, ("accounts.person.add",), "shoumi_" + "z" * 43)
    given = {**ADD, "unit": world.north.pk}
    assert dana.post("actions/accounts.person.add", given, Idempotency_Key="k").status_code == 200
    other = Program("shoumi_" + "z" * 43).post("actions/accounts.person.add", given, Idempotency_Key="k")
    problem(other, 422, "invalid")  # done anew, and the number is taken
    Answer.objects.update(made=timezone.now() - timedelta(days=2))
    enqueue("api.forget")
    work()
    assert not Answer.objects.exists()


def test_a_limit_per_minute_and_token(world, dana, monkeypatch):
    monkeypatch.setattr(tokens, "PER_MINUTE", 3)
    answers = [dana.get("lists/accounts.people") for _ in range(5)]
    statuses = [answer.status_code for answer in answers]
    assert statuses[:3] == [200] * 3
    if 429 in statuses:  # unless a minute began in between
        assert answers[statuses.index(429)]["Retry-After"] == "60"
    Token.objects.update(minute=int(time.time() // 60), count=3)
    problem(dana.get("lists/accounts.people"), 429, "too-many")
    Token.objects.update(minute=0)
    assert dana.get("lists/accounts.people").status_code == 200


@pytest.mark.parametrize(
    ("content", "kind", "status", "name"),
    [
        ("{", "application/json", 400, "unreadable"),
        ("[]", "application/json", 400, "unreadable"),
        ('{"name": NaN}', "application/json", 400, "unreadable"),
        ("[" * 100_000, "application/json", 400, "unreadable"),
        ("name=x", "application/x-www-form-urlencoded", 415, "media-type"),
        ("<a/>", "text/xml", 415, "media-type"),
        ('{"name": 5}', "application/json", 422, "invalid"),
        ('{"name": ["x"]}', "application/json", 422, "invalid"),
        ('{"door": "page"}', "application/json", 422, "invalid"),
        ('{"actor": 1}', "application/json", 422, "invalid"),
        ("\xff\xfe", "application/json", 400, "unreadable"),
        ('{"name": "' + "x" * 9_000_000 + '"}', "application/json", 413, "too-large"),
    ],
)
def test_bad_content_is_a_problem_with_a_name(world, dana, content, kind, status, name):
    answer = dana.client.post("/api/actions/accounts.person.add", content.encode("latin-1"), kind, headers=dana.headers)
    problem(answer, status, name)


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_problems_speak_the_callers_language(world, dana, language):
    found = problem(Program(language=language).post("actions/accounts.person.add", {}), 422, "invalid")
    assert found["title"].isascii() == (language == "en")
    assert found["errors"]["name"][0].isascii() == (language == "en")


def test_a_form_is_described_as_it_stands_for_this_account(world, dana):
    found = dana.get("actions/accounts.person.add").json()
    unit = next(field for field in found["fields"] if field["name"] == "unit")
    assert str(world.north.pk) in [key for key, _label in unit["choices"]]
    assert str(world.south.pk) not in [key for key, _label in unit["choices"]]
    problem(dana.get("actions/accounts.unit.add"), 403, "denied")


def test_what_is_not_there_is_a_problem_too(world, dana):
    for path in ("nothing", "actions/", "actions/x", "actions/accounts.person.add/5", "actions/accounts.person.change"):
        problem(dana.get(path), 404, "missing")
        problem(dana.post(path), 404, "missing")


def test_the_description_is_valid_and_complete(world, dana):
    from jsonschema import Draft202012Validator

    found = dana.get("openapi.json").json()
    assert found["openapi"] == "3.1.0"
    posts = {path.split("/")[3] for path, verbs in found["paths"].items() if "post" in verbs}
    assert posts == {*scopes.actions(), *calls.registry()}
    bodies = found["paths"]["/api/calls/scans.check"]["post"]["requestBody"]["content"]
    assert set(bodies) == {"application/json", "multipart/form-data"}
    assert {path.split("/")[3] for path in found["paths"] if "/lists/" in path} == set(scopes.lists())
    for verbs in found["paths"].values():
        for operation in verbs.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                Draft202012Validator.check_schema(content["schema"])
    ids = [operation["operationId"] for verbs in found["paths"].values() for operation in verbs.values()]
    assert len(ids) == len(set(ids))


def test_every_list_answers(world):
    for user in world.users.values():
        Token.objects.all().delete()
        examples.token(user)
        for name, page in scopes.lists().items():
            answer = Program().get(f"lists/{name}")
            assert answer.status_code == (200 if scopes.may_read(user, page) else 403), (user, name)


def test_the_shape_of_the_interface_changes_only_on_purpose(tmp_path):
    """After a wanted change: python -m shoumi.console.api.golden tests/console/golden/api.txt."""
    environment = {**os.environ, "DATABASE_URL": ""}
    command = [sys.executable, "-m", "shoumi.console.api.golden", str(tmp_path / "now")]
    subprocess.run(command, env=environment, check=True)
    assert (tmp_path / "now").read_text().splitlines() == GOLDEN.read_text().splitlines()


@pytest.mark.walk
@pytest.mark.filterwarnings("ignore")
def test_fuzzed_it_never_breaks_and_keeps_its_word(world, monkeypatch):
    """Every operation with a few made-up requests, for the account that may do most: no 5xx, answers as described."""
    import schemathesis
    from django.core.wsgi import get_wsgi_application
    from hypothesis import HealthCheck, Phase, settings

    monkeypatch.setattr(tokens, "PER_MINUTE", 1_000_000)
    token = examples.token(world.alice, sorted(scopes.names()))
    schema = schemathesis.openapi.from_dict(described.openapi())
    schema.app = get_wsgi_application()
    asked = 0
    for user, many in ((world.alice, 2), (world.dana, 1)):
        Token.objects.filter(pk=token.pk).update(user=user)
        for result in schema.get_all_operations():
            operation = result.ok()

            @settings(
                max_examples=many, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            @__import__("hypothesis").given(case=operation.as_strategy())
            def once(case):
                nonlocal asked
                asked += 1
                answer = case.call(headers={"Authorization": f"Bearer {SECRET}"})
                assert answer.status_code < 500, case.as_curl_command()
                case.validate_response(answer, checks=_checks())

            once()
    assert asked > 100


def _checks():
    from schemathesis import checks
    from schemathesis.specs.openapi import checks as openapi

    return [
        checks.not_a_server_error, openapi.status_code_conformance, openapi.content_type_conformance,
        openapi.response_schema_conformance,
    ]  # fmt: skip
