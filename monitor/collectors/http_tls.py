"""Whom a source trusts over TLS, and the certificate it shows of itself."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from monitor.errors import InputError
from monitor.locale.marking import N_


class TlsFiles(Protocol):
    """Files as the settings name them."""

    @property
    def ca_file(self) -> Path | None: ...

    @property
    def cert_file(self) -> Path | None: ...

    @property
    def key_file(self) -> Path | None: ...


@dataclass(frozen=True, slots=True)
class Tls:
    trusted: str | bool = True
    """A file of certificates; True: those of the system."""
    certificate: tuple[str, str] | None = None
    """Our own and its key, for servers that want to know who asks."""

    @classmethod
    def load(cls, files: TlsFiles | None, where: str) -> "Tls":
        """Try the files, so that what is wrong with them is said before anything is asked.

        Raises:
            InputError: one of them cannot be used.
        """
        if files is None:
            return cls()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if files.ca_file is not None:
            _try_authorities(context, files.ca_file, where)
        certificate = None
        if files.cert_file is not None and files.key_file is not None:
            _try_certificate(context, files.cert_file, files.key_file, where)
            certificate = (str(files.cert_file), str(files.key_file))
        return cls(str(files.ca_file) if files.ca_file is not None else True, certificate)


def _try_authorities(context: ssl.SSLContext, file: Path, where: str) -> None:
    try:
        context.load_verify_locations(cafile=file)
    except OSError as error:
        raise InputError(
            N_(
                "{where}.tls.ca_file: {file} cannot be read as certificates ({reason}): give a PEM"
                " file"
            ),
            where=where,
            file=str(file),
            reason=str(error),
        ) from None


def _try_certificate(context: ssl.SSLContext, cert: Path, key: Path, where: str) -> None:
    def refuse() -> str:
        # Without an answer of ours, OpenSSL would ask for it on the terminal.
        raise InputError(
            N_(
                "{where}.tls.key_file: {file} is encrypted; give a key without a passphrase,"
                " readable by the service's user alone"
            ),
            where=where,
            file=str(key),
        )

    try:
        context.load_cert_chain(cert, key, password=refuse)
    except ssl.SSLError as error:
        raise InputError(
            N_(
                "{where}.tls.cert_file: {cert} and {key} are no certificate and its key"
                " ({reason}): give both as PEM files"
            ),
            where=where,
            cert=str(cert),
            key=str(key),
            reason=error.reason or str(error),
        ) from None
    except OSError as error:
        raise InputError(
            N_(
                "{where}.tls.cert_file: {cert} or {key} cannot be read ({reason}): give both as"
                " PEM files"
            ),
            where=where,
            cert=str(cert),
            key=str(key),
            reason=error.strerror or "",
        ) from None
