"""What codes are and how they are judged, without opening anything."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

import pytest

from shoumi.cli import main
from shoumi.engine import messages
from shoumi.engine.qr import classify, judge, registrable, together

DATA = Path(__file__).parents[1] / "data" / "pictures"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("https://www.gov.cn/zhengce/", "url"), ("example.com/a", "url"), ("WIFI:T:WPA;S:x;P:y;;", "wifi"),
        ("BEGIN:VCARD\nN:Alice\nEND:VCARD", "contact"), ("MECARD:N:Alice;;", "contact"), ("tel:10086", "phone"),
        ("SMSTO:10086:hi", "sms"), ("mailto:alice@example.com", "mail"), ("geo:31.2,121.4", "place"),
        ("otpauth://totp/x?secret=ABC", "otp"), ("wxp://f2f0", "payment"), ("https://qr.alipay.com/x", "payment"),
        ("bitcoin:1abc", "payment"), ("https://weixin.qq.com/x/abc", "login"), ("https://weixin.qq.com/g/abc", "group"),
        ("https://example.com/a.apk", "app"), ("itms-services://?action=x", "app"), ("javascript:alert(1)", "script"),
        ("file:///etc/passwd", "file"), ("BEGIN:VEVENT\nEND:VEVENT", "event"), ("ZT-1024 第三柜", "text"),
        ("https://apps.apple.com/app/id1", "store"), ("myapp://open/x", "link"),
    ],
)  # fmt: skip
def test_kinds(text: str, kind: str) -> None:
    assert classify(text) == kind


@pytest.mark.parametrize(
    ("text", "verdict", "risk"),
    [
        ("https://www.gov.cn/", "plain", ""), ("https://github.com/a/b", "plain", ""), ("ZT-1024", "plain", ""),
        ("http://example.com/", "careful", "not-https"), ("https://3232235777/", "danger", "ip"),
        ("https://0x08080808/", "danger", "ip"), ("https://0300.0250.1.1/", "danger", "ip"),
        ("https://192.168.1.1/", "careful", "internal"), ("https://oa/todo", "careful", "internal"),
        ("https://alice@example.com/", "danger", "userinfo"), ("https://example.com:8443/", "careful", "port"),
        ("https://xn--pple-43d.com/", "danger", "mixed"), ("https://xn--fsqu00a.com/", "careful", "punycode"),
        ("https://alipay.com.example.top/", "danger", "posing"), ("https://www.a1ipay.com/", "danger", "posing"),
        ("https://taoba0.com/", "danger", "posing"), ("https://t.cn/A1", "careful", "shortened"),
        ("https://example.com/?next=https%253A%252F%252Fexample.org", "careful", "redirect"),
        ("https://example.com/#ZGFuYUBleGFtcGxlLmNvbQ==", "careful", "personal"),
        ("https://example.com/?id=11010519491231002X", "careful", "personal"),
        ("https://example.com/?token=abcdef123456", "careful", "secret"),
        ("https://example.com/a.exe", "danger", "program"), ("https://example.com/a.zip", "careful", "packed"),
        ("https://alice.github.io/", "careful", "hosted"), ("https://shebao-butie.xyz/x", "danger", "lure"),
        ("https://example.com/" + "a" * 400, "plain", "long"), ("https://[::1", "danger", "malformed"),
        ("WIFI:T:nopass;S:Free;;", "careful", "wifi-open"), ("WIFI:T:WEP;S:a;P:b;;", "danger", "wifi-open"),
        ("WIFI:T:WPA;S:a;P:Secret\\;1;H:true;;", "careful", "wifi-password"), ("tel:+442079460000", "careful", "abroad"),
        ("tel:16812345", "careful", "premium"), ("tel:13800138000", "plain", ""), ("SMSTO:10086:x", "careful", "short-number"),
        ("https://login.weixin.qq.com/l/a", "danger", "login"), ("https://work.weixin.qq.com/gm/a", "careful", "group"),
        ("otpauth://totp/a?secret=JBSW", "danger", "otp"), ("data:text/html,x", "danger", "script"),
    ],
)  # fmt: skip
def test_risks(text: str, verdict: str, risk: str) -> None:
    payload = judge(text)
    assert payload.verdict == verdict
    if risk:
        assert f"qr.risk.{risk}" in [entry.reason.code for entry in payload.risks]
    else:
        assert not payload.risks


@pytest.mark.parametrize(
    "text", ["https://www.icbc.com.cn/", "https://mp.weixin.qq.com/s/a", "https://u.wechat.com/a", "https://www.boc.cn/",
             "https://m.12306.cn/", "https://item.jd.com/1.html?a=1", "https://abc.edu.cn/login", "https://www.baidu.com/s?wd=工资"]
)  # fmt: skip
def test_real_homes_do_not_pose(text: str) -> None:
    assert not {"qr.risk.posing", "qr.risk.lure"} & {entry.reason.code for entry in judge(text).risks}


def test_registrable_domains() -> None:
    assert registrable("a.b.example.com.cn") == "example.com.cn"
    assert registrable("a.example.org") == "example.org"


def test_codes_at_one_place_with_several_domains() -> None:
    pair = [judge("https://a.example.com/"), judge("https://example.org/")]
    assert [risk.reason.code for risk in together(pair)] == ["qr.domains"]
    assert not together([judge("https://a.example.com/"), judge("https://b.example.com/"), judge("text")])


@pytest.mark.parametrize(
    "text", ["", "\0\0", "https://" + "[" * 50, "WIFI:" + ";" * 2000, "xn--" * 90, "https://xn--\x80.com", "0x" * 99]
)
def test_odd_payloads_are_judged(text: str) -> None:
    assert judge(text).verdict in ("plain", "careful", "danger")


def test_every_kind_and_risk_has_a_sentence() -> None:
    source = Path(messages.__file__).parents[1].joinpath("qr.py").read_text("utf-8")
    codes = {f"qr.{code}" for code in re.findall(r'"(risk\.[a-z-]+)"', source)}
    kinds = {f"qr.kind.{kind}" for kind in ("url", "text", "login", "group", "store", "app", "link", "wifi", "otp")}
    assert all(messages.known(code) for code in codes | kinds | {"qr.domains"})


def test_command_reads_pictures_offline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "socket", lambda *_, **__: pytest.fail("a connection was opened"))
    code = main(["--home", str(tmp_path), "qr", "-f", "jsonl", str(DATA / "codes.png")])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == 1
    assert {line["kind"]: line["verdict"] for line in lines} == {"url": "danger", "wifi": "careful"}


def test_command_masks_what_the_text_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--home", str(tmp_path), "--lang", "zh-Hans", "qr", "身份证号11010519491231002X"])
    shown = capsys.readouterr().out
    assert code == 1
    assert "不要扫描" in shown
    assert "11010519491231002X" not in shown


def test_command_without_a_code_or_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(tmp_path), "qr", str(DATA / "page.png")]) == 3
    assert main(["--home", str(tmp_path), "qr", str(tmp_path / "none.png")]) == 2
    assert main(["--home", str(tmp_path), "qr", "https://www.gov.cn/"]) == 0
    assert "no such file" in capsys.readouterr().err
