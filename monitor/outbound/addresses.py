"""Which addresses a request may go to where it must stay out of the organisation's own network."""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

_NAT64 = IPv6Network("64:ff9b::/96")
"""RFC 6052: the last four bytes are an IPv4 address, which is where the request ends up."""


class PrivateAddressError(Exception):
    """A name leads to an address that is not on the public internet."""


def public_addresses(host: str, port: int) -> list[str]:
    """What a name leads to, each address on the public internet.

    One private address among several refuses them all: which one is connected to would be chance.

    Raises:
        PrivateAddressError: one of them is private, loopback, link-local or reserved.
        OSError: the name leads nowhere.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
    if not all(map(is_public, addresses)):
        raise PrivateAddressError(host)
    return addresses


def is_public(address: str) -> bool:
    """Whether an address is on the public internet, whatever it is wrapped in."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and (inner := _carried(ip)) is not None:
        ip = inner
    return ip.is_global and not ip.is_multicast


def is_loopback(url: str) -> bool:
    """Whether a web address is on this machine, where no proxy leads: it is for the way out."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _carried(ip: IPv6Address) -> IPv4Address | None:
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour
