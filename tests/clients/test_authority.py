"""The certificates: for the service's names and this machine, and for nobody else, ever."""

from __future__ import annotations

import shutil
import ssl
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from mockrec.clock import wall_now
from mockrec.domain.hosts import HOSTS
from mockrec.gateway import authority as making
from mockrec.gateway.authority import LIFETIME, RENEWAL, Authority, ensure, issued, root_of

DAY = 24 * 3_600_000
TRUSTED = [*HOSTS, "localhost", "127.0.0.1", "::1"]
FOREIGN = [
    *("example.com", "agora.io", "www.agora.io", "console.agora.io", "sd-rtn.com"),
    *("api.agora.io.example.com", "xapi.agora.io", "192.0.2.1", "10.0.0.1"),
]


def certificate(path: Path) -> x509.Certificate:
    """The first certificate of a file."""
    return x509.load_pem_x509_certificate(path.read_bytes())


def general(name: str) -> x509.GeneralName:
    """A name or an address as a certificate has it."""
    try:
        return x509.IPAddress(IPv4Address(name))
    except ValueError:
        return x509.DNSName(name)


def handshake(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> None:
    """Let two parties meet in memory; raises what the client has against it."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(to_client, to_server, server_hostname=name)
    answering = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for party in (asking, answering):
            try:
                party.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert asking.version() in {"TLSv1.2", "TLSv1.3"}


# --- whom it is for ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", TRUSTED)
def test_a_client_that_trusts_it_believes_its_names(
    authority: Authority, trusting: ssl.SSLContext, name: str
) -> None:
    handshake(authority.context(), trusting, name)


@pytest.mark.parametrize("name", FOREIGN)
def test_and_no_other(authority: Authority, trusting: ssl.SSLContext, name: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        handshake(authority.context(), trusting, name)


def test_a_client_that_does_not_trust_it_does_not_believe_it(authority: Authority) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        handshake(authority.context(), ssl.create_default_context(), "api.agora.io")


@pytest.fixture
def forged(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Path, Path]:
    """An authority that did not forget its key, and what it signed for somebody else's name."""
    root_key, root = root_of(datetime.now(UTC))  # noqa: TID251
    key, leaf = issued(root_key, root, (general(request.param),))
    ca, server = tmp_path / "ca.pem", tmp_path / "server.pem"
    ca.write_bytes(root.public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    server.write_bytes(secret + leaf.public_bytes(Encoding.PEM))
    return ca, server


@pytest.mark.parametrize(
    ("forged", "name"), [(name, name) for name in FOREIGN], indirect=["forged"]
)
def test_even_its_own_signature_is_worth_nothing_for_a_foreign_name(
    forged: tuple[Path, Path], name: str
) -> None:
    ca, server = forged
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server)

    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        handshake(context, ssl.create_default_context(cafile=str(ca)), name)


@pytest.mark.skipif(not shutil.which("openssl"), reason="there is no openssl on this machine")
@pytest.mark.parametrize(
    ("forged", "verdict"),
    [("api.agora.io", "OK"), ("example.com", "permitted subtree violation")],
    indirect=["forged"],
)
def test_openssl_says_so_too(forged: tuple[Path, Path], verdict: str) -> None:
    ca, server = forged

    done = subprocess.run(
        ["openssl", "verify", "-CAfile", ca, server],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )

    assert verdict in done.stdout + done.stderr
    assert (done.returncode == 0) is (verdict == "OK")


def test_its_limits_are_critical(authority: Authority) -> None:
    extensions = certificate(authority.certificate).extensions

    assert extensions.get_extension_for_class(x509.NameConstraints).critical
    assert extensions.get_extension_for_class(x509.BasicConstraints).critical


# --- what is kept ------------------------------------------------------------------------------


def test_the_key_that_could_sign_is_nowhere(authority: Authority) -> None:
    root = certificate(authority.certificate)
    kept = b"".join(path.read_bytes() for path in authority.folder.iterdir())

    assert kept.count(b"PRIVATE KEY-----") == 2  # a beginning and an end
    key = load_pem_private_key(authority.server.read_bytes(), None)
    assert key.public_key() == certificate(authority.server).public_key() != root.public_key()


def test_it_is_for_its_owners_eyes(authority: Authority) -> None:
    assert stat.S_IMODE(authority.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in authority.folder.iterdir()} == {0o600}


def test_it_is_made_once(authority: Authority) -> None:
    before = authority.server.read_bytes()

    assert ensure(authority.folder, wall_now()) == authority
    assert authority.server.read_bytes() == before


def test_many_who_come_at_once_find_the_same(tmp_path: Path) -> None:
    def come(_: int) -> bytes:
        return ensure(tmp_path / "ca", wall_now()).server.read_bytes()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(come, range(16)))) == 1


def test_while_one_makes_it_the_others_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcntl = pytest.importorskip("fcntl", reason="this platform has no such locks")
    make, made = making._issued_at, []

    def watched(now: datetime) -> tuple[bytes, bytes]:
        with (tmp_path / ".lock").open("rb+") as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        made.append(now)
        return make(now)

    monkeypatch.setattr(making, "_issued_at", watched)
    ensure(tmp_path, wall_now())

    assert len(made) == 1


@pytest.mark.parametrize(
    ("days", "anew"),
    [
        (0, False),
        ((LIFETIME - RENEWAL).days - 2, False),
        ((LIFETIME - RENEWAL).days, True),
        (1_000, True),
        (-2, True),
    ],
)
def test_it_is_made_anew_before_it_ends(days: int, anew: bool, tmp_path: Path) -> None:
    authority = ensure(tmp_path, wall_now())
    before = [authority.server.read_bytes(), authority.certificate.read_bytes()]

    ensure(tmp_path, wall_now() + days * DAY)

    after = [authority.server.read_bytes(), authority.certificate.read_bytes()]
    assert [one != other for one, other in zip(before, after, strict=True)] == [anew, anew]


@pytest.mark.parametrize("file", ["ca.pem", "server.pem"])
@pytest.mark.parametrize("content", [None, b"", b"nonsense", "of another"])
def test_what_is_spoilt_is_made_anew(file: str, content: object, tmp_path: Path) -> None:
    authority = ensure(tmp_path / "ca", wall_now())
    path = authority.folder / file
    if content == "of another":
        content = (ensure(tmp_path / "other", wall_now()).folder / file).read_bytes()
    path.unlink()
    if isinstance(content, bytes):
        path.write_bytes(content)

    ensure(authority.folder, wall_now())

    trusting = ssl.create_default_context(cafile=str(authority.certificate))
    handshake(authority.context(), trusting, "api.agora.io")


def test_a_certificate_that_lacks_a_name_of_today_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockrec.gateway.authority.NAMES", (x509.DNSName("api.agora.io"),))
    ensure(tmp_path, wall_now())
    monkeypatch.undo()

    authority = ensure(tmp_path, wall_now())

    trusting = ssl.create_default_context(cafile=str(authority.certificate))
    handshake(authority.context(), trusting, "api.sd-rtn.com")
