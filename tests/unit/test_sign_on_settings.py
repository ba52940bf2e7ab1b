import pytest

from monitor.errors import InputError
from monitor.settings.loading import parse_settings

OIDC = 'issuer: "https://sso.example.org/realms/vigie", client_id: vigie, label: SSO'
ROLES = "roles: {tous: reader}"


def parsed(oidc, public='public_url: "https://vigie.example.org", '):
    return parse_settings(f"web: {{{public}oidc: {{{oidc}}}}}\n", "vigie.yaml").web.oidc


def test_a_secret_is_read_and_shown_nowhere(monkeypatch):
    monkeypatch.setenv("OIDC", "the-secret")
    found = parsed(f"{OIDC}, {ROLES}, client_secret: {{env: OIDC}}")
    assert found.client_secret.get_secret_value() == "the-secret"
    assert "the-secret" not in repr(found)
    assert (found.scopes, found.role_claim) == (("openid", "profile"), "groups")


@pytest.mark.parametrize(
    ("oidc", "said"),
    [
        (OIDC, r"web\.oidc\.roles"),
        (f"{OIDC}, roles: {{}}", r"web\.oidc\.roles"),
        (f"{OIDC}, roles: {{tous: chief}}", r"web\.oidc\.roles\.tous"),
        (f"{OIDC}, {ROLES}, client_secret: word", "a secret does not stand in this file"),
        (f"{OIDC}, {ROLES}, scopes: [profile]", "add openid"),
        (f"{OIDC}, {ROLES}, leeway: 6 min", "write 5 min at most"),
        (f"{OIDC}, {ROLES}, scope: x", r"web\.oidc\.scope"),
        (f'issuer: "http://sso.example.org", client_id: v, label: L, {ROLES}', "in the clear"),
        (f'issuer: "https://sso.example.org/?a=b", client_id: v, label: L, {ROLES}', "neither"),
    ],
)
def test_what_is_wrong_is_named(oidc, said):
    with pytest.raises(InputError, match=said):
        parsed(oidc)


def test_without_an_address_to_come_back_to_there_is_no_way_in():
    with pytest.raises(InputError, match="write where the board is"):
        parsed(f"{OIDC}, {ROLES}", public="")
