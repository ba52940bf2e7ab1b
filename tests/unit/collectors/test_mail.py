"""Messages taken apart, whatever they are written in, and rules that are no rules."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor.collectors.mail import read_mail
from monitor.collectors.mail_rules import MailRule, recognise

AT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
HEADERS = ("From", "Subject", "Date", "Message-ID", "Content-Type", "Content-Transfer-Encoding")


def mail(*lines):
    return read_mail("\r\n".join(lines).encode("cp1252"), AT)


def test_words_in_any_charset_are_read():
    found = mail(
        "From: =?iso-8859-1?Q?T=E9lus?= <Avis@Telus.example>",
        "Subject: =?utf-8?B?UsOpdGFibGk=?=",
        " =?utf-8?Q?_D-1?=",
        "Date: Mon, 23 Nov 2026 09:00:00 -0500",
        "Content-Type: text/plain; charset=iso-8859-1",
        "",
        "Rétabli   à\t9 h",
    )
    assert (found.sender, found.domain) == ("Avis@Telus.example", "telus.example")
    assert (found.subject, found.text) == ("Rétabli D-1", "Rétabli à 9 h")
    assert found.sent_at == datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize("date", ["Mon, 23 Nov 2099 09:00:00 -0500", "hier", "", "0 Foo 99999999"])
def test_a_date_ahead_or_beyond_reading_is_that_of_arrival(date):
    assert mail(f"Date: {date}", "", "x").sent_at == AT


def test_a_message_without_a_number_of_its_own_is_known_by_its_headers():
    first, second = mail("Subject: a", "", "x"), mail("Subject: b", "", "x")
    assert first.identity != second.identity
    assert first.identity == mail("Received: elsewhere", "Subject: a", "", "x").identity


@given(st.binary(max_size=400))
def test_any_bytes_are_a_message(content):
    found = read_mail(content, AT)
    assert found.sent_at <= AT


@given(st.lists(st.tuples(st.sampled_from(HEADERS), st.text(max_size=40)), max_size=6), st.text())
def test_any_headers_are_read(headers, text):
    lines = [f"{name}: {value}" for name, value in headers]
    found = read_mail("\r\n".join([*lines, "", text]).encode("utf-8", "surrogateescape"), AT)
    rule = MailRule.model_validate({"from": "*@*", "subject": "(?P<ref>x)"})
    recognise([rule], found)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"from": "a@b"}, "nothing is read by this rule"),
        ({"from": "a@b", "subject": "Billet"}, "nothing is read by this rule"),
        ({"from": "a@b", "subject": "(?P<ref>"}, "this is not a regular expression (missing ), unterminated subpattern); correct it at character 1"),
        ({"from": "a@b", "subject": "(?P<ref>x)", "ignore": True}, "what is ignored is not read"),
        ({"from": "Avis <a@b>", "ignore": True}, "String should match pattern"),
    ],
)  # fmt: skip
def test_a_rule_that_is_none_is_refused(rule, said):
    with pytest.raises(ValidationError) as caught:
        MailRule.model_validate(rule)
    assert said in str(caught.value)
