"""Whose address a request came from, as limits and locks count it."""

from ipaddress import IPv6Address, ip_address, ip_network

from litestar.types import Scope

SUBSCRIBER_BITS = 64
"""One subscriber owns a whole IPv6 network of this size and can take a new address for each request."""


def client_address(scope: Scope) -> str:
    """The address of the caller; the server has put the first untrusted one of X-Forwarded-For there."""
    client = scope["client"]
    return client[0] if client else ""


def counted_as(address: str) -> str:
    """IPv4 as it is (mapped into IPv6 too), IPv6 by its network; what is no address stays as it is."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ip_network((int(found), SUBSCRIBER_BITS), strict=False))
    return str(found)
