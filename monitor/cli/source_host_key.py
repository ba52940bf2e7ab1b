"""The key of an SFTP server, fetched for somebody to confirm: nothing is trusted unseen."""

import click

from monitor.cli.words import gettext
from monitor.collectors.base import SourceFault
from monitor.errors import InputError
from monitor.locale import N_

_PORT = 22


def confirmed_host_key(host: str, port: int | None, *, asks: bool) -> str:
    """The fingerprint of the key that a server shows, once somebody has said that it is the right.

    Args:
        host: the server's.
        port: None: the usual one.
        asks: whether somebody is there to be asked.

    Raises:
        InputError: it cannot be fetched, nobody is there, or it is not the right one.
    """
    # Paramiko takes a while to load, and few sources need it.
    from monitor.collectors.sftp_key import shown_key  # noqa: PLC0415

    where = f"{host}:{port or _PORT}"
    try:
        key = shown_key(host, port or _PORT)
    except SourceFault as fault:
        raise InputError(
            N_("--host-key: is missing, and cannot be fetched: {fault}"), fault=fault.said
        ) from None
    if not asks:
        raise InputError(
            N_(
                "--host-key: is missing; {where} shows {fingerprint} ({kind}): compare it with what"
                " who runs the server says, then give it"
            ),
            where=where,
            fingerprint=key.fingerprint,
            kind=key.kind,
        )
    shown = gettext("{where} shows the key {fingerprint} ({kind}).").format(
        where=where, fingerprint=key.fingerprint, kind=key.kind
    )
    click.echo(shown, err=True)
    if not click.confirm(gettext("Is it the one that who runs the server told you?"), err=True):
        raise InputError(N_("--host-key: not confirmed; nothing is written"))
    return key.fingerprint
