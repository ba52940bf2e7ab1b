import pytest
from pydantic import ValidationError

from monitor.alerts.escalation import Recipient, Role
from monitor.alerts.policy import Policy
from monitor.alerts.policy.addressing import those_concerned, without_doubles
from monitor.alerts.policy.check import check_policy
from monitor.alerts.subject import Subject
from monitor.contract.model import ContractVersion
from monitor.settings import Settings, parse_settings
from tests.support.cases import commitment

VERSION = ContractVersion.model_validate(
    {
        "id": "test",
        "version": "1",
        "title": {"fr": "Essai", "en": "Test"},
        "effective_from": "2020-01-01",
        "zone": "America/Toronto",
        "source": {"document": "test", "clause": "1"},
        "support_hours": "quebec-support",
        "business_days": "quebec-days",
        "providers": [
            {"id": "telus", "name": "TELUS", "rank": 1},
            {"id": "rogers", "name": "Rogers", "rank": 2},
        ],
        "commitments": [commitment()],
    }
)
MANAGER = Recipient(role="contract-manager", channel="mail", address="gestion@example.org")


def policy(**changes: object) -> Policy:
    steps = [{"id": "breach", "at": "breach", "notify": ["contract-manager"]}]
    return Policy.model_validate({"steps": steps} | changes)


def test_the_shipped_ladder():
    told = {step.id: (str(step.at), step.notify, step.urgent) for step in Settings().policy.steps}
    manager = Role.CONTRACT_MANAGER
    assert told == {
        "half": ("50%", (manager,), False),
        "warning": ("80%", (manager, Role.PROVIDER_DESK), False),
        "breach": ("breach", (manager, Role.ORGANIZATION_RESPONDENT, Role.PROVIDER_DESK), True),
        "complaint": ("breach + 4 h", (manager, Role.PROVIDER_COMPLAINTS), True),
        "adviser": ("breach + 2 d", (manager, Role.CSPQ_ADVISER), True),
    }


@pytest.mark.parametrize(
    ("section", "message"),
    [
        (
            "steps: [{id: a, at: half, notify: [x]}]",
            "policy.steps[a].at: 'half' is no moment of an obligation; write",
        ),
        ("steps: [{id: a, at: 50%, notify: []}]", "policy.steps[a].notify"),
        (
            "steps: [{id: a, at: 50%, notify: [x]}, {id: a, at: breach, notify: [x]}]",
            "two steps are named 'a'; give each its own id",
        ),
        ("steps: [{id: closed, at: breach, notify: [x]}]", "no step may be named 'closed'"),
        ("{closed_within: soon}", "'soon' is not a span of time; write"),
        ("{step: []}", "did you mean 'steps'?"),
    ],
)
def test_a_wrong_section_says_where_and_what_would_be_right(section, message):
    with pytest.raises(Exception, match=r"vigie\.yaml:1: policy") as refusal:
        parse_settings(
            f"policy: {{{section}}}" if section[0] != "{" else f"policy: {section}", "vigie.yaml"
        )
    assert message in str(refusal.value)


def test_a_policy_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        policy().steps = ()  # type: ignore[misc] # the point of the test


def test_selectors_narrow_the_policy_and_its_steps():
    steps = [
        {
            "id": "note",
            "at": "50%",
            "notify": ["contract-manager"],
            "commitments": ["delivery-local"],
        },
        {"id": "breach", "at": "breach", "notify": ["contract-manager"]},
    ]
    narrowed = policy(steps=steps, providers=["telus"])

    def ladder(provider: str, commitment: str) -> list[str]:
        subject = Subject(provider=provider, commitment=commitment)
        return [step.id for step in narrowed.ladder(subject)]

    assert ladder("telus", "delivery-local") == ["note", "breach"]
    assert ladder("telus", "password-reset") == ["breach"]
    assert ladder("rogers", "delivery-local") == []


def test_roles_lead_to_those_who_hold_them_for_this_provider_and_organization():
    holders = (
        Recipient(
            role="provider-desk", channel="mail", address="telus@example.org", provider="telus"
        ),
        Recipient(
            role="provider-desk", channel="mail", address="rogers@example.org", provider="rogers"
        ),
        Recipient(
            role="organization-respondent",
            channel="mail",
            address="msss@example.org",
            organization="msss",
        ),
        Recipient(role="organization-respondent", channel="mail", address="tous@example.org"),
        MANAGER,
    )

    def told(*roles: str, organization: str | None = "msss") -> list[str]:
        subject = Subject(provider="telus", commitment="x", organization=organization)
        people = those_concerned(holders, subject)
        return [person.address for role in roles for person in people if person.role == role]

    assert told("contract-manager", "provider-desk") == ["gestion@example.org", "telus@example.org"]
    assert told("organization-respondent") == ["msss@example.org", "tous@example.org"]
    assert told("organization-respondent", organization=None) == ["tous@example.org"]
    assert told("cspq-adviser") == []


def test_who_holds_two_roles_at_one_address_is_told_once():
    on_call = Recipient(role="on-call", channel="mail", address=MANAGER.address)
    assert without_doubles((on_call, MANAGER)) == (on_call,)
    on_two_channels = (MANAGER, Recipient(role="on-call", channel="sms", address=MANAGER.address))
    assert without_doubles(on_two_channels) == on_two_channels


def test_a_policy_that_leads_somewhere_has_no_fault():
    assert check_policy(Policy(), [VERSION]) == []
    assert check_policy(policy(commitments=["incident-resolution"]), [VERSION], [MANAGER]) == []


@pytest.mark.parametrize(
    ("changes", "recipients", "fault"),
    [
        (
            {"commitments": ["incident-resolutoin"]},
            [],
            (
                ("policy", "commitments", 0),
                "no commitment is named 'incident-resolutoin'",
                "did you mean 'incident-resolution'?",
            ),
        ),
        (
            {
                "steps": [
                    {
                        "id": "b",
                        "at": "breach",
                        "notify": ["contract-manager"],
                        "providers": ["bell"],
                    }
                ]
            },
            [],
            (
                ("policy", "steps", 0, "providers", 0),
                "no provider is named 'bell'",
                "known: rogers, telus",
            ),
        ),
        (
            {"steps": [{"id": "b", "at": "breach", "notify": ["contract-manger"]}]},
            [],
            (
                ("policy", "steps", 0, "notify", 0),
                "no role is named 'contract-manger'",
                "did you mean 'contract-manager'?",
            ),
        ),
        (
            {
                "steps": [
                    {"id": "b", "at": "breach", "notify": ["contract-manager"]},
                    {"id": "d", "at": "50%", "notify": ["on-call", "provider-desk"]},
                ]
            },
            [MANAGER],
            (
                ("policy", "steps", 1, "notify"),
                "step 'd' would reach nobody: no recipient holds 'on-call' or 'provider-desk'",
                "give a recipient one of these roles, or take the step out",
            ),
        ),
        (
            {},
            [MANAGER, Recipient(role="contrat-manager", channel="mail", address="x@example.org")],
            (
                ("recipients", 1, "role"),
                "no step notifies the role 'contrat-manager'",
                "use one that a step notifies: contract-manager",
            ),
        ),
        (
            {},
            [
                Recipient(
                    role="contract-manager",
                    channel="mail",
                    address="x@example.org",
                    provider="tellus",
                )
            ],
            (
                ("recipients", 0, "provider"),
                "no provider is named 'tellus'",
                "did you mean 'telus'?",
            ),
        ),
    ],
)
def test_a_name_that_leads_nowhere_is_found(changes, recipients, fault):
    assert check_policy(policy(**changes), [VERSION], recipients) == [fault]


def test_a_role_of_ones_own_is_known_once_somebody_holds_it():
    steps = [{"id": "b", "at": "breach", "notify": ["legal"]}]
    lawyer = Recipient(role="legal", channel="mail", address="droit@example.org")
    assert check_policy(policy(steps=steps), [VERSION], [lawyer]) == []
    assert check_policy(policy(steps=steps), [VERSION])[0][1] == "no role is named 'legal'"
