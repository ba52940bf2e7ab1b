import pytest

from monitor.access import Role, fitted_name
from monitor.openid.claims import ClaimRules, Rights, Why

ROLES = {"tous": Role.READER, "garde": Role.OPERATOR, "chefs": Role.ADMINISTRATOR}
RULES = ClaimRules(name="preferred_username", role="groups", roles=ROLES)
NESTED = ClaimRules(
    name="name",
    role="realm_access.roles",
    roles=ROLES,
    organization="org.code",
    organizations={"042": "ORG-101"},
)


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        ("garde", Role.OPERATOR),
        (["tous", "chefs", "garde"], Role.ADMINISTRATOR),
        (["others", " tous "], Role.READER),
        ([], None),
        (["others"], None),
        (None, None),
        ({"chefs": True}, None),
        ([["chefs"], 7], None),
        ("chefs garde", None),
    ],
)
def test_the_widest_of_what_is_mapped_counts_and_nothing_else(groups, role):
    found = RULES.rights({"groups": groups})
    assert found == (Why.NO_ROLE if role is None else Rights(role=role, organization=None))


@pytest.mark.parametrize(
    ("org", "found"),
    [
        ({"code": "042"}, "ORG-101"),
        ({"code": ["042", "042"]}, "ORG-101"),
        ({"code": ["043", "042"]}, "ORG-101"),
        ({"code": "043"}, None),
        ({}, None),
        ("042", None),
    ],
)
def test_a_reader_is_held_to_the_one_organisation_that_is_said(org, found):
    claims = {"realm_access": {"roles": ["tous"]}, "org": org}
    expected = Rights(role=Role.READER, organization=found) if found else Why.NO_ORGANIZATION
    assert NESTED.rights(claims) == expected


def test_of_two_organisations_none_is_meant():
    rules = ClaimRules(name="n", role="groups", roles=ROLES, organization="org")
    assert rules.rights({"groups": "tous", "org": ["A", "B"]}) is Why.NO_ORGANIZATION
    assert rules.rights({"groups": "tous", "org": "x" * 201}) is Why.NO_ORGANIZATION


def test_those_who_act_see_all_of_them():
    claims = {"realm_access": {"roles": ["tous", "garde"]}, "org": {"code": "042"}}
    assert NESTED.rights(claims) == Rights(role=Role.OPERATOR, organization=None)


def test_a_claim_whose_name_holds_dots_is_found_by_its_name():
    rules = ClaimRules(name="n", role="https://example.org/roles", roles=ROLES)
    assert rules.rights({"https://example.org/roles": "chefs"}) != Why.NO_ROLE


@pytest.mark.parametrize("subject", ["", "x" * 256, 7, None, "a\nb"])
def test_a_subject_that_is_none_is_nobody(subject):
    assert RULES.identity({"iss": "i", "sub": subject}) is None


def test_without_a_name_the_subject_is_one():
    found = RULES.identity({"iss": "i", "sub": "u-1"})
    assert found is not None
    assert (found.subject, found.name) == ("u-1", "u-1")


@pytest.mark.parametrize(
    ("liked", "fitted"),
    [
        ("marie.tremblay", "marie.tremblay"),
        ("marie@example.org", "marie@example.org"),
        (" <b>Zoé & 'O/\x07 ", "-b-Zoé----O--"),
        ("   ", "?"),
        ("x" * 100, "x" * 70),
    ],
)
def test_a_name_is_made_fit(liked, fitted):
    assert fitted_name(liked) == fitted
