"""Tokens of the API, kept from the command line."""

import click

from monitor.access import Scope
from monitor.cli.output import show_json, show_table
from monitor.cli.users import act_by, opened_desk
from monitor.cli.words import gettext, spoken
from monitor.errors import InputError
from monitor.locale import N_
from monitor.spans import parse_span


def add_token(
    ctx: click.Context,
    name: str,
    *,
    scopes: tuple[str, ...],
    organization: str | None,
    lasting: str,
    by: str | None,
) -> None:
    """Make a token, and show it.

    Raises:
        InputError: the name, the organisation or the span will not do.
    """
    try:
        span = parse_span(lasting)
    except ValueError as error:
        said = error.args[0]
        raise InputError(N_("--for: {problem}"), problem=said) from None
    with opened_desk(ctx) as desk:
        wanted = {Scope(scope) for scope in scopes}
        click.echo(desk.add_token(name, wanted, organization, span, act_by(by)))


def show_tokens(ctx: click.Context, *, as_json: bool) -> None:
    with opened_desk(ctx) as desk:
        found = desk.tokens()
        now = desk.now()
    if as_json:
        show_json(
            [
                {
                    "number": each.id,
                    "name": each.name,
                    "scopes": [scope.value for scope in each.scopes],
                    "organization": each.organization,
                    "ends_at": each.ends_at.isoformat(),
                    "revoked_at": each.revoked_at and each.revoked_at.isoformat(),
                }
                for each in found
            ]
        )
        return
    show_table(
        (gettext("Number"), gettext("Name"), gettext("May"), gettext("Organization"), ""),
        [
            (
                str(each.id),
                each.name,
                ", ".join(each.scopes),
                each.organization or "",
                gettext("revoked")
                if each.revoked_at is not None
                else gettext("ended")
                if each.ends_at <= now
                else gettext("until {instant}").format(
                    instant=spoken().date(each.ends_at.astimezone().date())
                ),
            )
            for each in found
        ],
    )


def revoke_token(ctx: click.Context, number: int, by: str | None) -> None:
    """Have a token open nothing any more.

    Raises:
        InputError: there is none of this number, or it is revoked already.
    """
    with opened_desk(ctx) as desk:
        desk.revoke_token(number, act_by(by))
    click.echo(gettext("Token {number}: opens nothing any more.").format(number=number))
