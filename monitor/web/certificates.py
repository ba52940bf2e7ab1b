"""A certificate with its key, as a server shows it, and the days it holds for."""

import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import InputError
from monitor.locale.marking import N_, Said

if TYPE_CHECKING:
    from cryptography import x509


@dataclass(frozen=True, slots=True)
class Certificate:
    """Where both stand, in PEM; the certificate with those that vouch for it."""

    cert_file: Path
    key_file: Path
    key: str
    """The section that names them."""

    def context(self) -> ssl.SSLContext:
        """What a server speaks TLS by, 1.2 or later.

        Raises:
            InputError: the files cannot be used.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            # A daemon has nobody to ask for the password of a key.
            context.load_cert_chain(self.cert_file, self.key_file, password="")
        except (OSError, ssl.SSLError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error.__class__.__name__
            raise InputError(
                N_(
                    "{key}: {certificate} and {key_file} are no certificate with its key"
                    " ({reason}): give both as PEM, the key without a password"
                ),
                key=self.key,
                certificate=str(self.cert_file),
                key_file=str(self.key_file),
                reason=Said(reason),
            ) from None
        return context

    def fingerprint(self) -> str:
        """The SHA-256 of the certificate: what a program on this machine knows the server by.

        Raises:
            InputError: the file cannot be read.
        """
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - as below

        return self._read().fingerprint(SHA256()).hex()

    def held(self) -> tuple[datetime, datetime]:
        """From when until when it holds; both ends included.

        Raises:
            InputError: the file cannot be read.
        """
        found = self._read()
        return found.not_valid_before_utc, found.not_valid_after_utc

    def _read(self) -> "x509.Certificate":
        # Large, and asked for by commands alone.
        from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415

        try:
            return load_pem_x509_certificate(self.cert_file.read_bytes())
        except (OSError, ValueError):
            raise InputError(
                N_("{key}: {certificate} is no certificate in PEM"),
                key=self.key,
                certificate=str(self.cert_file),
            ) from None
