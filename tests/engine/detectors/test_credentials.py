"""Credentials: real values are found and masked, placeholders and code are none. All values are made up here."""

from __future__ import annotations

import base64
import random
import string

import pytest

from shoumi.engine.home import Home
from shoumi.engine.inspector import Inspector
from shoumi.engine.settings import Settings
from shoumi.engine.types import Document, Match, Segment, Trail


@pytest.fixture(scope="module")
def inspector(tmp_path_factory):
    return Inspector(Settings(packs=("credentials",)), Home(tmp_path_factory.mktemp("home")))


@pytest.fixture
def find(inspector):
    def run(text):
        document = Document(Trail(), (Segment(text),))
        return [match for match in inspector.inspect(document) if isinstance(match, Match)]

    return run


def letters(count, seed=1, alphabet=string.ascii_letters + string.digits):
    return "".join(random.Random(seed).choices(alphabet, k=count))


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ('DB_PASSWORD="Vq7!kd92Lm"', "Vq7!kd92Lm"),
        ("spring.datasource.password: Vq7kd92Lm#", "Vq7kd92Lm#"),
        ("jdbc:mysql://10.0.0.1/hr?user=root&password=Vq7kd92Lm_", "Vq7kd92Lm_"),
        ("<password>Vq7!kd92Lm</password>", "Vq7!kd92Lm"),
        ("系统登录密码：Vq7kd92Lm，请勿外传", "Vq7kd92Lm"),
        ("口令是 vq7kd92lm", "vq7kd92lm"),
        ("redis://:Vq7kd92Lm@cache:6379/0", "Vq7kd92Lm"),
        ("sshpass -p Vq7kd92Lm! ssh a@b", "Vq7kd92Lm!"),
        ("Authorization: Basic " + base64.b64encode(b"bob:Vq7kd92Lm!").decode(), None),
        ("WIFI:T:WPA;S:office;P:Vq7kd92Lm;;", "Vq7kd92Lm"),
    ],
)
def test_passwords_are_found_and_never_shown(find, text, secret):
    matches = find(text)
    assert [match.severity for match in matches] == ["high"]
    assert secret is None or all(secret[at : at + 3] not in matches[0].snippet for at in range(len(secret) - 3))


@pytest.mark.parametrize(
    "text",
    [
        "password = getpass()",
        "password: Optional[str] = None",
        "password=${DB_PASSWORD}",
        "password = config['db']['password']",
        'password = "changeme"',
        'password = "your_password_here1"',
        "password: <password>",
        "PASS: binutils-all/x86-64/compressed-1a",
        "password: string",
        "def check(password, *, length=12)",
        "密码：******",
        "请输入密码：",
        "密码长度不少于8位",
        "token = P11_KIT_URI_FOR_OBJECT_ON_TOKEN_AND_MODULE",
        "mysql://user:password@localhost/db",
        "http://localhost:8080/path@2",
        "-----BEGIN RSA PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE...\n-----END RSA PRIVATE KEY-----",
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_" + "x" * 36,
        "sk-" + "0" * 48,
    ],
)
def test_placeholders_and_code_are_none(find, text):
    assert [match.rule for match in find(text) if match.severity != "low"] == []


def test_a_token_shows_at_most_what_tells_its_kind(find):
    token = "ghp_" + letters(36)
    (match,) = find(f"token={token}")
    assert match.rule == "credentials.github-token"
    assert match.snippet.startswith("token=ghp_****")


def test_a_private_key_is_critical_in_every_wrapping(find):
    body = letters(192, alphabet=string.ascii_letters + string.digits + "+/")
    lines = [body[at : at + 64] for at in range(0, 192, 64)]
    for kind in ("", "RSA ", "EC ", "SM2 ", "OPENSSH ", "ENCRYPTED "):
        for newline in ("\n", "\r\n", "\\n", "\n    "):
            text = newline.join((f"-----BEGIN {kind}PRIVATE KEY-----", *lines, f"-----END {kind}PRIVATE KEY-----"))
            (match,) = find(f'key: "{text}"')
            assert (match.rule, match.severity) == ("credentials.private-key", "critical")
            assert lines[0][:8] not in match.snippet


def test_a_special_rule_stands_for_the_general_one(find):
    key = letters(32)
    assert [match.rule for match in find(f'api_key = "sk-{key}"')] == ["credentials.ai-api-key"]
