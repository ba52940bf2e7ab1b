"""The certificates that servers show, as configured."""

from monitor.settings.scraping import ServerTlsSettings
from monitor.web.certificates import Certificate


def certificate_of(tls: ServerTlsSettings | None, key: str) -> Certificate | None:
    """What a server shows; `key` is the section that says so."""
    return None if tls is None else Certificate(tls.cert_file, tls.key_file, key)
