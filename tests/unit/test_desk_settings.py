"""What `sources:` says of service desks: every mistake is one line with what would be right."""

import pytest

from monitor.errors import InputError
from monitor.settings import JiraSettings, ServiceNowSettings, parse_settings

SERVICENOW = """\
sources:
- name: t
  provider: telus
  kind: servicenow
  url: https://example.service-now.com
  query: company.name=TELUS
  mapping: servicenow-incident
"""
JIRA = """\
sources:
- name: t
  provider: telus
  kind: jira
  url: https://example.atlassian.net
  jql: project = SUP
  mapping: jira-service-request
"""
ORDERED = "sources[t].query: an order, or an alternative to all of it, cannot be joined"


def test_a_desk_needs_no_more_than_where_it_is_and_what_is_wanted():
    (servicenow,) = parse_settings(SERVICENOW, "vigie.yaml").sources
    (jira,) = parse_settings(JIRA, "vigie.yaml").sources
    assert isinstance(servicenow, ServiceNowSettings)
    assert isinstance(jira, JiraSettings)
    assert (servicenow.timezone, servicenow.mapping.timezone) == ("UTC", "UTC")
    assert (jira.product, jira.timezone) == ("cloud", "UTC")


@pytest.mark.parametrize(
    ("text", "written", "instead", "message"),
    [
        (SERVICENOW, "=TELUS", "=TELUS^NQactive=true", ORDERED),
        (SERVICENOW, "=TELUS", "=TELUS^ORDERBYnumber", ORDERED),
        (SERVICENOW, "query: company.name=TELUS", "query: ''", ORDERED),
        (SERVICENOW, "=TELUS", "=TELUS\n  timezone: Mars/Olympus", "sources[t].timezone: "),
        (SERVICENOW, "=TELUS", "=TELUS\n  display_value: some", "sources[t].display_value: 'some' is not one"),
        (SERVICENOW, "=TELUS", "=TELUS\n  jql: x", "sources[t].jql: is not a key known here"),
        (JIRA, "= SUP", "= SUP order  by created", "sources[t].jql: the order is Vigie's to give"),
        (JIRA, "  jql: project = SUP\n", "", "sources[t].jql: is missing; add 'jql'"),
        (JIRA, "= SUP", "= SUP\n  product: server", "sources[t].product: 'server' is not one"),
        (JIRA, "jira-service-request", "{use: jira-service-request, claims: {name: null}}", "sources[t].mapping.claims.name: is missing"),
        (JIRA, "jira-service-request", "{use: jira-service-request, claims: {due_at: 'a.('}}", "sources[t].mapping.claims.due_at: "),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line(text, written, instead, message):
    assert text.count(written) == 1
    with pytest.raises(InputError) as caught:
        parse_settings(text.replace(written, instead), "vigie.yaml")
    _, _, rest = str(caught.value).splitlines()[0].partition(": ")
    assert rest.startswith(message)
