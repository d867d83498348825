"""Identifiers: check digits and ranges, surroundings, columns, lists and combinations. All numbers are made up here."""

from __future__ import annotations

import datetime

import pytest

from shoumi.engine.detectors import _abroad, _arithmetic, _china  # noqa: F401
from shoumi.engine.detectors._verdict import CHECKS, Asked, Refused, Valid
from shoumi.engine.home import Home
from shoumi.engine.inspector import Inspector
from shoumi.engine.settings import Settings
from shoumi.engine.types import Document, Locator, Match, Segment, Trail

TODAY = datetime.date(2026, 1, 2)
SERIOUS = ("medium", "high", "critical")


@pytest.fixture(scope="module")
def inspector(tmp_path_factory):
    return Inspector(Settings(packs=("personal",), today=TODAY), Home(tmp_path_factory.mktemp("home")))


@pytest.fixture
def find(inspector):
    def run(*segments):
        parts = tuple(Segment(part) if isinstance(part, str) else part for part in segments)
        return [match for match in inspector.inspect(Document(Trail(), parts)) if isinstance(match, Match)]

    return run


def resident(body):
    return body + next(last for last in "0123456789X" if _arithmetic.mod_11_2(body + last))


def card(body):
    return body + next(last for last in "0123456789" if _arithmetic.luhn(body + last))


def verdict(name, text, **params):
    return CHECKS[name](text, Asked(TODAY, params))


@pytest.mark.parametrize(
    "body",
    [
        "44030519700203001",  # a county made after the birth
        "31011519600203002",
        "50010119700203003",
        "81000019900203004",  # permits of people from Hong Kong, Macau, Taiwan
        "82000019900203005",
        "83000019900203006",
        "91115619850203007",  # a foreign permanent resident
        "11010120240229008",  # a leap day
    ],
)
def test_resident_ids_that_usual_libraries_reject(body):
    assert isinstance(verdict("resident-id", resident(body)), Valid)


@pytest.mark.parametrize("body", ["11010120990203001", "11010120230229001", "77010119900203001", "11010119901303001"])
def test_resident_ids_that_cannot_be(body):
    assert isinstance(verdict("resident-id", resident(body)), Refused)


def test_every_single_wrong_digit_of_a_resident_id_is_noticed():
    number = resident("11010119850203001")
    for place in range(17):
        for other in "0123456789":
            wrong = number[:place] + other + number[place + 1 :]
            if wrong != number:
                assert not _arithmetic.mod_11_2(wrong)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("uscc", "91350100M000100Y43", "91350100M000100Y44"),
        ("uscc", "N2110108MF01ABCD3E", "N2110108MF01ABCD3F"),
        ("organisation-code", "D2143569-X", "D2143569-1"),
        ("hk-id", "K034567(9)", "K034567(8)"),
        ("tw-id", "A234567893", "A234567894"),
        ("jp-my-number", "123456789018", "123456789019"),
        ("sg-nric", "S1234567D", "S1234567E"),
        ("verhoeff", "234123412346", "234123412345"),
        ("th-pin", "1234567890121", "1234567890122"),
        ("uk-nhs", "9434765919", "9434765918"),
        ("de-idnr", "36574261809", "36574261808"),
        ("fr-nir", "255081416802538", "255081416802539"),
        ("it-codice-fiscale", "RCCMNL83S18D969H", "RCCMNL83S18D969I"),
        ("es-dni", "54362315K", "54362315L"),
        ("nl-bsn", "111222333", "111222334"),
        ("be-nn", "85073003328", "85073003329"),
        ("pl-pesel", "44051401359", "44051401358"),
        ("se-pn", "8112189876", "8112189875"),
        ("no-fnr", "11077941012", "11077941013"),
        ("fi-hetu", "131052-308T", "131052-308U"),
        ("ch-ahv", "756.9217.0769.85", "756.9217.0769.86"),
        ("tr-tckn", "10000000146", "10000000147"),
        ("br-cpf", "529.982.247-25", "529.982.247-26"),
        ("au-tfn", "123456782", "123456783"),
        ("mx-curp", "BOXW310820HNERXN09", "BOXW310820HNERXN08"),
        ("iban", "DE02120300000000202051", "DE02120300000000202052"),
        ("lei", "5493001KJTIIGC8Y1R12", "5493001KJTIIGC8Y1R13"),
        ("vin", "1M8GDM9AXKP042788", "1M8GDM9A1KP042788"),
        ("luhn", "490154203237518", "490154203237519"),
    ],
)
def test_check_digits(name, right, wrong):
    assert isinstance(verdict(name, right), Valid)
    assert isinstance(verdict(name, wrong), Refused)


@pytest.mark.parametrize(
    "text",
    [
        "身份证{id}，请保密",
        "ID={id}&next",
        "张三_{id}_档案",
        "号码：{spaced}",
        "{wide}",
        "{split}",
    ],
)
def test_resident_id_in_its_surroundings(find, text):
    number = resident("11010119850203001")
    forms = {
        "id": number,
        "spaced": f"{number[:6]} {number[6:14]} {number[14:]}",
        "wide": "".join(chr(ord(char) + 0xFEE0) for char in number),
        "split": number[:5] + "\u200b" + number[5:],
    }
    matches = find(text.format(**forms))
    assert [(match.rule, match.severity) for match in matches] == [("personal.resident-id", "high")]
    assert number[4:14] not in matches[0].snippet


@pytest.mark.parametrize("text", ["{id}1", "a{id}", "{id}b", "0.{id}", "1{id}"])
def test_resident_id_inside_something_longer(find, text):
    assert not [match for match in find(text.format(id=resident("11010119850203001"))) if match.severity in SERIOUS]


@pytest.mark.parametrize(
    "text",
    [
        "pi = 3.14159265358979323846",
        "550e8400-e29b-41d4-a716-446655440000",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "ts=1391234567890 id=20240101123456789",
        "ISBN 978-7-111-54742-6 EAN 6901234567892",
        "订单号：13912345678",
        "4111 1111 1111 1111, 4242424242424242",
        "手机 13800138000",
        "alice@example.com icon@2x.png",
        "+1 555 010 0199",
        "192.168.1.1 1.2.3.4",
        "护照办理 E12345670X 零件 G12345678",
        "51E8 5210 5212 5213 5214 5215",
    ],
)
def test_look_alikes_are_no_findings(find, text):
    assert [match for match in find(text) if match.severity in SERIOUS] == []


def test_a_mobile_number_weighs_less_without_context(find):
    assert [match.severity for match in find("手机 13912345678")] == ["medium"]
    assert [match.severity for match in find("张三：13912345678")] == ["medium"]
    assert [match.severity for match in find("x = 13912345678")] == ["low"]


def test_the_heading_of_a_column_is_context(find):
    heading = Segment("护照号", Locator(cell="A1"))
    cell = Segment("E12345670", Locator(cell="A2"), joint="\n", label="护照号")
    assert [(match.rule, match.severity) for match in find(heading, cell)] == [("personal.passport", "high")]
    far = Segment("02345671", Locator(cell="A900"), joint="\n", label="台胞证号码")
    assert [match.rule for match in find(far)] == ["personal.taiwan-compatriot-permit"]


def rows(count):
    for number in range(count):
        person = resident(f"1101011985{1 + number % 12:02}{1 + number % 28:02}{1 + number // 28:03}")
        yield f"王芳,{person},139{number:04}5678"


@pytest.mark.parametrize(("count", "severity"), [(10, "high"), (499, "high"), (500, "critical")])
def test_lists_of_people(find, count, severity):
    matches = [match for match in find("\n".join(rows(count))) if match.rule == "personal.people-list"]
    assert [(match.severity, match.data["count"]) for match in matches] == [(severity, count)]


def test_a_few_people_are_no_list_but_combinations(find):
    matches = find("\n".join(rows(3)))
    assert [match.rule for match in matches].count("personal.combination") == 3
    assert "personal.people-list" not in [match.rule for match in matches]


def test_health_beside_a_number_is_a_combination(find):
    number = resident("11010119850203001")
    assert "personal.combination" in [match.rule for match in find(f"患者身份证 {number}，诊断：乙肝")]
    assert "personal.combination" not in [match.rule for match in find(f"身份证 {number}")]


def test_the_same_number_has_the_same_id_in_any_form(find):
    number = resident("11010119850203001")
    plain, spaced = find(f"身份证 {number}")[0], find(f"证件 {number[:6]} {number[6:14]} {number[14:]}")[0]
    assert plain.id == spaced.id


def test_an_address_is_reported_once_a_document(find):
    assert len(find("a: dana@corp.cn\n" * 50)) == 1


def test_a_card_of_each_length_of_unionpay(find):
    for length in range(16, 20):
        number = card("622202" + "1357902468135"[: length - 7])
        assert [match.severity for match in find(f"卡号 {number}")] == ["high"]


def test_a_column_of_addresses_is_a_list(find):
    cells = [
        Segment(f"p{number}@corp.cn", Locator(cell=f"B{number}"), joint="\n", label="邮箱") for number in range(12)
    ]
    assert "personal.people-list" in [match.rule for match in find(*cells)]
    assert {match.severity for match in find("\n".join(cell.text for cell in cells))} == {"info"}
