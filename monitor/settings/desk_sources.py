"""Sources that are service desks: ServiceNow and Jira Service Management."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator

from monitor.clock.zones import zone
from monitor.locale.marking import N_, Said
from monitor.settings.http_sources import HttpSource


def _zone(name: str) -> str:
    zone(name)
    return name


_Zone = Annotated[str, AfterValidator(_zone)]

_NEW_QUERY = re.compile(r"\^NQ|\^?ORDERBY|^\^|\^EQ$")
_ORDERED = re.compile(r"\border\s+by\b", re.IGNORECASE)


def _conditions(query: str) -> str:
    if not query or _NEW_QUERY.search(query):
        raise ValueError(
            Said(
                N_(
                    "an order, or an alternative to all of it, cannot be joined to what is asked"
                    " for; write conditions alone, such as 'company.name=TELUS'"
                )
            )
        )
    return query


def _unordered(jql: str) -> str:
    if not jql or _ORDERED.search(jql):
        raise ValueError(
            Said(
                N_(
                    "the order is Vigie's to give; write which issues are wanted and no more, such"
                    " as 'project = SUP'"
                )
            )
        )
    return jql


class ServiceNowSettings(HttpSource):
    """A table of an instance. `url` is the instance's: https://example.service-now.com."""

    kind: Literal["servicenow"]
    query: Annotated[str, AfterValidator(_conditions)] | None = None
    """Which rows are wanted, as an encoded query; None: all that the account may see."""
    timezone: _Zone = "UTC"
    """The account's: in it, the instance reads the times of a query."""
    display_value: Literal["none", "all"] = "none"
    """`all`: columns come as objects of `value` and `display_value`."""
    audit: bool = False
    """Read the states that rows went through from `sys_audit`."""
    slas: bool = False
    """Read the provider's own service levels from `task_sla`."""


class JiraSettings(HttpSource):
    """The issues of a query. `url` is the site's: https://example.atlassian.net."""

    kind: Literal["jira"]
    product: Literal["cloud", "data-center"] = "cloud"
    jql: Annotated[str, AfterValidator(_unordered)]
    """Which issues are wanted."""
    timezone: _Zone = "UTC"
    """The account's, by its profile: in it, Jira reads the times of a query."""
    slas: bool = False
    """Read the provider's own service levels of each request."""
