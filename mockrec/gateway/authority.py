"""Certificates for the names of the service, from an authority that can make no others.

An authority is made for this installation alone: it may speak for the service's names and for this
machine (critical name constraints), issues its one certificate, and its key is forgotten before
anything is written down. When it grows old all of it is made anew.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mockrec.domain.hosts import HOSTS
from mockrec.gateway.homes import keep, made

if TYPE_CHECKING:
    from mockrec.domain.moments import Millis

LOCAL_NAMES: Final = (
    x509.DNSName("localhost"),
    x509.IPAddress(IPv4Address("127.0.0.1")),
    x509.IPAddress(IPv6Address("::1")),
)
NAMES: Final = (*(x509.DNSName(host) for host in HOSTS), *LOCAL_NAMES)
"""Whom the certificate is for."""
_MAY: Final = (
    *(x509.DNSName(host) for host in (*HOSTS, "localhost")),
    x509.IPAddress(IPv4Network("127.0.0.0/8")),
    x509.IPAddress(IPv6Network("::1/128")),
)
"""For whom the authority may speak."""

LIFETIME: Final = timedelta(days=397)
"""What strict clients accept of a certificate; the authority need not live longer."""
RENEWAL: Final = timedelta(days=30)
"""So long before the end it is made anew."""
_LEEWAY: Final = timedelta(days=1)
"""Clocks differ: a container's may be behind."""

CERTIFICATE: Final = "ca.pem"
_SERVER: Final = "server.pem"


@dataclass(frozen=True, slots=True)
class Authority:
    """What is left of an authority: two files, and no key that could sign."""

    folder: Path

    @property
    def certificate(self) -> Path:
        """What clients have to trust, as PEM."""
        return self.folder / CERTIFICATE

    @property
    def server(self) -> Path:
        """The certificate for all `NAMES` with its key, as PEM."""
        return self.folder / _SERVER

    def context(self) -> ssl.SSLContext:
        """How a listener speaks TLS: HTTP/1.1, as the service does, at TLS 1.2 or newer."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        context.load_cert_chain(self.server)
        return context


def ensure(folder: Path, now: Millis) -> Authority:
    """The authority in this folder; one is made where there is none, or it is spoilt or old.

    The folder is for its owner's eyes alone. Of several processes one makes it, the others wait.
    Raises `OSError` if the folder cannot be written.
    """
    authority = Authority(made(folder))
    with _alone(authority.folder):
        if not _good(authority, _moment(now)):
            ca, server = _issued_at(_moment(now))
            keep(authority.server, server)
            keep(authority.certificate, ca)
    return authority


# --- made --------------------------------------------------------------------------------------


def _issued_at(now: datetime) -> tuple[bytes, bytes]:
    """A fresh authority's certificate, and the server's with its key; both as PEM."""
    root_key, root = root_of(now)
    key, leaf = issued(root_key, root, NAMES)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return root.public_bytes(Encoding.PEM), secret + leaf.public_bytes(Encoding.PEM)


def root_of(now: datetime) -> tuple[EllipticCurvePrivateKey, x509.Certificate]:
    """An authority that may speak for the service's names and this machine, and for no other."""
    key = generate_private_key(SECP256R1())
    # Each has a name of its own: a client that knows an older one must not take it for this.
    name = _name(f"mockrec local authority {x509.random_serial_number():x}"[:40])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - _LEEWAY)
        .not_valid_after(now + LIFETIME - _LEEWAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints(_MAY, excluded_subtrees=None), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def issued(
    root_key: EllipticCurvePrivateKey, root: x509.Certificate, names: tuple[x509.GeneralName, ...]
) -> tuple[EllipticCurvePrivateKey, x509.Certificate]:
    """A server's key and certificate for these names, good as long as the authority is."""
    key = generate_private_key(SECP256R1())
    identifier = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    authority = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
    server = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    certificate = (
        x509.CertificateBuilder(
            root.subject, _name("mockrec"), key.public_key(), x509.random_serial_number()
        )
        .not_valid_before(root.not_valid_before_utc)
        .not_valid_after(root.not_valid_after_utc)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(server, critical=False)
        .add_extension(authority, critical=False)
        .sign(root_key, hashes.SHA256())
    )
    return key, certificate


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


# --- kept --------------------------------------------------------------------------------------


def _good(authority: Authority, now: datetime) -> bool:
    """Whether both files are there, belong together, know all names, and will for a while."""
    try:
        root = x509.load_pem_x509_certificate(authority.certificate.read_bytes())
        served = authority.server.read_bytes()
        leaf, key = x509.load_pem_x509_certificate(served), load_pem_private_key(served, None)
        leaf.verify_directly_issued_by(root)
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (FileNotFoundError, ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    fresh = leaf.not_valid_before_utc <= now < leaf.not_valid_after_utc - RENEWAL
    return fresh and key.public_key() == leaf.public_key() and set(names) == set(NAMES)


def _moment(now: Millis) -> datetime:
    return datetime.fromtimestamp(now // 1_000, UTC)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """While this lasts, no other process is in the folder, where the platform has such locks."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        with suppress(OSError):
            os.close(lock)
