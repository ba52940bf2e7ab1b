"""Sources that are files: exports in a folder, or on an SFTP server."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from monitor.collectors.mapping import MappingSettings
from monitor.collectors.stamps import MODIFIED, StampColumn, stamp_pattern
from monitor.collectors.table import TableForm
from monitor.contract.vocabulary import Slug
from monitor.locale.marking import N_, Said
from monitor.settings.fields import FileBeside, FilePath, Secret, Section, host_key
from monitor.spans import Span


class SftpSettings(Section):
    """An account on an SFTP server, and the one host key it may show."""

    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 22
    username: str
    password: Secret | None = None
    key_file: FileBeside | None = None
    """A private key, as `ssh-keygen` writes it."""
    passphrase: Secret | None = None
    host_key: Annotated[str, AfterValidator(host_key)]
    """`SHA256:…` as `ssh-keygen -lf` shows it, or the key itself: `ssh-ed25519 AAAA…`."""
    folder: str
    """Where the files are, as the account sees it."""
    timeout: Span = timedelta(seconds=30)
    """The longest the server may say nothing."""

    @model_validator(mode="after")
    def _can_log_in(self) -> Self:
        if (self.password is None) == (self.key_file is None):
            raise ValueError(
                Said(N_("an account is opened by a password or by a key_file; give one"))
            )
        if self.passphrase is not None and self.key_file is None:
            raise ValueError(Said(N_("a passphrase opens a key_file; give that too")))
        return self


def _way_to_tell(value: object) -> str:
    return "column" if isinstance(value, Mapping | StampColumn) else "text"


AsOf = Annotated[
    Annotated[str, AfterValidator(stamp_pattern), Tag("text")]
    | Annotated[StampColumn, Tag("column")],
    # So that each is told of its own mistakes alone.
    Discriminator(_way_to_tell),
]


class FolderSettings(Section):
    """Files of rows, CSV or XLSX, as they are left in a folder."""

    name: Slug
    provider: Slug
    kind: Literal["files"]
    folder: FilePath | None = None
    sftp: SftpSettings | None = None
    pattern: Annotated[str, Field(pattern=r"^[^/]+$")] = "*"
    """The names of the exports, with `*` and `?`."""
    export: Literal["snapshot", "changes"]
    """Whether a file lists every open case, or what changed since the file before."""
    as_of: AsOf = MODIFIED
    """When an export was made: when its file was last written, or as its name or a column says."""
    format: TableForm = TableForm()
    archive: str | None = None
    """A folder that files are moved to once they are read; None: they stay."""
    report_rejected: bool = True
    every: Span = timedelta(minutes=1)
    stale_after: Span
    """How much time may pass since the newest export was made: longer than between two of them."""
    gone_after: Annotated[int, Field(ge=1, le=1000)] = 3
    """Snapshots in a row that leave an open case out, after which it is taken to be gone."""
    mapping: MappingSettings

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.folder is None) == (self.sftp is None):
            raise ValueError(
                Said(N_("files lie in a folder or on a server; give either folder or sftp"))
            )
        if self.archive is not None and PurePosixPath(self.archive) == PurePosixPath():
            raise ValueError(Said(N_("archive is the folder itself; name another one")))
        return self

    @property
    def location(self) -> str:
        """Where the source is, for people."""
        if self.sftp is not None:
            return f"sftp://{self.sftp.host}:{self.sftp.port}/{self.sftp.folder.lstrip('/')}"
        return str(self.folder)
