"""Accounts of the board, kept from the command line."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from monitor.access import Role, account_name, organization_name
from monitor.access.passwords import kept_of
from monitor.alerts.interventions import Act, Via
from monitor.app.access_desk import AccessDesk
from monitor.cli.command import config_path
from monitor.cli.on_call import act_of
from monitor.cli.output import show_json, show_table
from monitor.cli.stored import opened_database
from monitor.cli.words import gettext
from monitor.clock.wall import SystemClock
from monitor.errors import InputError
from monitor.locale import N_
from monitor.settings import load_settings
from monitor.store.accounts import Accounts

_ROLES = {
    Role.READER: N_("reader"),
    Role.OPERATOR: N_("operator"),
    Role.ADMINISTRATOR: N_("administrator"),
}


def add_user(
    ctx: click.Context, name: str, role: str, organization: str | None, by: str | None
) -> None:
    """Add an account.

    Raises:
        InputError: the name, the password or the organisation will not do, or it is there already.
    """
    wanted, chosen = account_name(name), Role(role)
    organization_name(organization, chosen)
    with opened_desk(ctx) as desk:
        if wanted in {each.name for each in desk.accounts()}:
            raise InputError(N_("there is an account '{name}' already"), name=wanted)
        kept = kept_of(_asked_password())
        desk.add(wanted, chosen, organization, act_by(by), kept)
    text = gettext("{name}: may sign in, as {role}.")
    click.echo(text.format(name=wanted, role=gettext(_ROLES[chosen])))


def show_users(ctx: click.Context, *, as_json: bool) -> None:
    with opened_accounts(ctx) as accounts:
        found = accounts.all()
    now = SystemClock().now()
    locked = {
        each.name: each.locked_until is not None and now < each.locked_until for each in found
    }
    if as_json:
        show_json(
            [
                {
                    "name": each.name,
                    "role": each.role.value,
                    "organization": each.organization,
                    "made_at": each.made_at.isoformat(),
                    "locked": locked[each.name],
                    "disabled": each.disabled_at is not None,
                    "issuer": each.issuer,
                }
                for each in found
            ]
        )
        return
    show_table(
        (gettext("Name"), gettext("Role"), gettext("Organization"), ""),
        [
            (
                each.name,
                gettext(_ROLES[each.role]),
                each.organization or "",
                gettext("disabled")
                if each.disabled_at is not None
                else gettext("locked")
                if locked[each.name]
                else "",
            )
            for each in found
        ],
    )


def change_role(
    ctx: click.Context, name: str, role: str, organization: str | None, by: str | None
) -> None:
    """Have an account be another role's.

    Raises:
        InputError: there is none of this name, or the organisation will not do.
    """
    chosen = Role(role)
    with opened_desk(ctx) as desk:
        desk.change(name.strip(), chosen, organization, act_by(by))
    text = gettext("{name}: may sign in, as {role}.")
    click.echo(text.format(name=name.strip(), role=gettext(_ROLES[chosen])))


def disable_user(ctx: click.Context, name: str, by: str | None) -> None:
    """Have an account open nothing.

    Raises:
        InputError: there is none of this name.
    """
    with opened_desk(ctx) as desk:
        desk.disable(name.strip(), act_by(by))
    click.echo(gettext("{name}: may not sign in any more.").format(name=name.strip()))


def enable_user(ctx: click.Context, name: str, by: str | None) -> None:
    """Have an account open again what it opened.

    Raises:
        InputError: there is none of this name.
    """
    with opened_desk(ctx) as desk:
        desk.enable(name.strip(), act_by(by))
    click.echo(gettext("{name}: may sign in again.").format(name=name.strip()))


def remove_user(ctx: click.Context, name: str, by: str | None) -> None:
    """Take an account away.

    Raises:
        InputError: there is none of this name.
    """
    with opened_accounts(ctx) as accounts:
        accounts.remove(name.strip(), act_by(by), at=SystemClock().now())
    click.echo(gettext("{name}: may not sign in any more.").format(name=name.strip()))


def change_password(ctx: click.Context, name: str, by: str | None) -> None:
    """Give an account another password.

    Raises:
        InputError: there is none of this name, or the password will not do.
    """
    with opened_accounts(ctx) as accounts:
        if accounts.find(name.strip()) is None:
            raise InputError(
                N_("there is no account '{name}': 'vigie user list' has them all"),
                name=name.strip(),
            )
        kept = kept_of(_asked_password())
        accounts.set_password(name.strip(), kept, act_by(by), at=SystemClock().now())
    click.echo(gettext("{name}: has another password.").format(name=name.strip()))


@contextmanager
def opened_accounts(ctx: click.Context) -> Iterator[Accounts]:
    with opened_database(load_settings(config_path(ctx))) as database:
        yield Accounts(database)


@contextmanager
def opened_desk(ctx: click.Context) -> Iterator[AccessDesk]:
    with opened_database(load_settings(config_path(ctx))) as database:
        yield AccessDesk(database, SystemClock().now)


def act_by(by: str | None) -> Act:
    return Act(by=act_of(by, "-").by, why="", via=Via.CLI)


def _asked_password() -> str:
    """Typed twice on a terminal, unseen; else the first line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    asked: str = click.prompt(
        gettext("Password"), hide_input=True, confirmation_prompt=gettext("Once more")
    )
    return asked
