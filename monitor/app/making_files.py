"""Collectors of files and messages, made as the configuration describes them."""

from pathlib import Path

from pydantic import SecretStr

from monitor.collectors.base import Collector
from monitor.collectors.folder import Folder
from monitor.collectors.local_folder import LocalFolder
from monitor.errors import InputError
from monitor.locale.marking import N_
from monitor.settings import FolderSettings, MailboxSettings


def files_collector(source: FolderSettings) -> Collector:
    """The collector of a folder's files; nothing is looked at yet."""
    # Loaded for those who have such a folder.
    from monitor.collectors.files import FilesCollector  # noqa: PLC0415
    from monitor.collectors.files_walk import FilesTerms  # noqa: PLC0415

    return FilesCollector(
        name=source.name,
        provider=source.provider,
        folder=_folder(source),
        mapping=source.mapping,
        form=source.format,
        as_of=source.as_of,
        terms=FilesTerms(
            pattern=source.pattern,
            export=source.export,
            archives=source.archive is not None,
            reports=source.report_rejected,
        ),
    )


def mail_collector(source: MailboxSettings) -> Collector:
    """The collector of a mailbox; nothing is sent yet.

    Raises:
        InputError: its certificates cannot be read.
    """
    # Loaded for those who have such a mailbox.
    from monitor.collectors.imap import ImapCollector  # noqa: PLC0415
    from monitor.collectors.mailbox import ImapMailbox, MailAccount  # noqa: PLC0415

    account = MailAccount(
        host=source.host,
        port=source.port,
        security=source.security,
        username=source.username,
        password=source.password.get_secret_value(),
        folder=source.folder,
        ca_file=source.ca_file,
        timeout=source.timeout.total_seconds(),
    )
    try:
        mailbox = ImapMailbox(account)
    except OSError as error:
        raise InputError(
            N_("{key}: {path} cannot be read as certificates ({reason}): give a PEM file"),
            key=f"sources[{source.name}].ca_file",
            path=str(source.ca_file),
            reason=str(error),
        ) from None
    return ImapCollector(
        name=source.name,
        provider=source.provider,
        mailbox=mailbox,
        rules=source.rules,
        mapping=source.mapping,
        verified_by=source.verified_by,
    )


def _folder(source: FolderSettings) -> Folder:
    if source.sftp is not None:
        # Loaded for those who have such a server.
        from monitor.collectors.sftp import SftpAccount, SftpFolder  # noqa: PLC0415

        server = source.sftp
        account = SftpAccount(
            host=server.host,
            port=server.port,
            username=server.username,
            password=_shown(server.password),
            key_file=server.key_file,
            passphrase=_shown(server.passphrase),
            host_key=server.host_key,
            timeout=server.timeout.total_seconds(),
        )
        return SftpFolder(account, server.folder, source.archive)
    folder = source.folder or Path()
    # A relative archive lies within the folder, as on a server.
    return LocalFolder(folder, folder / source.archive if source.archive else None)


def _shown(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
