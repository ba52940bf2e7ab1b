"""Requests to one server known by its certificate, whatever name it is reached by."""

from typing import Any

from requests.adapters import HTTPAdapter


class PinnedAdapter(HTTPAdapter):
    """Talks to whoever shows the certificate of this SHA-256, and to nobody else.

    For a server on this machine: its certificate is for the name that others reach it by.
    """

    def __init__(self, fingerprint: str) -> None:
        self._fingerprint = fingerprint
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, assert_fingerprint=self._fingerprint, **kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ARG002 - the base's
        """Leave it to the fingerprint: who vouches for the certificate does not matter."""
        conn.cert_reqs, conn.ca_certs, conn.ca_cert_dir = "CERT_NONE", None, None
