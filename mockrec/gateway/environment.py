"""The environment in which unmodified clients come here: proxies, certificates, names.

Whatever was set before is kept where it can be: our certificate is added to those that are trusted
already, and hosts that need no proxy still need none. Nothing of the service's own names is left to
chance, whichever variable a client looks at.
"""

from __future__ import annotations

import os
import re
import shlex
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from warnings import catch_warnings, simplefilter

from mockrec.api.listeners import Listeners
from mockrec.domain.hosts import HOSTS
from mockrec.gateway.homes import keep, made, needing

HOOKS: Final = Path(__file__).parent / "hooks"
APP_ID: Final = "0123456789abcdef0123456789abcdef"
"""The world that a client uses unless it is told another."""
LOCAL: Final = ("localhost", "127.0.0.1", "::1")
TRUSTSTORE_PASSWORD: Final = "changeit"  # noqa: S105  Java's own; there is no secret behind it

PROXIES: Final = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
CERTIFICATES: Final = (
    *("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"),
    *("AWS_CA_BUNDLE", "GIT_SSL_CAINFO", "DENO_CERT"),
)
"""Every variable that names a file of certificates to some client."""

_PEM: Final = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_SYSTEM: Final = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where systems keep the certificates they trust, should OpenSSL not know."""


@dataclass(frozen=True, slots=True)
class Here:
    """What a client has to know of a running mockrec, as URLs, and whom it has to trust."""

    http: str
    tls: str
    proxy: str
    authority: str
    """PEM."""
    app_id: str | None
    """Which world to use; None where the client may choose."""


class NotListening(Exception):
    """What a client would need is not there."""


def here(listeners: Listeners, app_id: str | None) -> Here:
    """What these listeners mean to a client; `NotListening` names those that are missing."""
    http, tls, proxy, authority = (
        getattr(listeners, name) for name in ("http", "tls", "proxy", "authority")
    )
    if not (tls and proxy and authority):
        missing = [f"--{name}" for name, where in (("tls", tls), ("proxy", proxy)) if not where]
        raise NotListening(f"the server at {http} was started without {' and '.join(missing)}")
    return Here(http, tls, proxy, authority, app_id)


def environment(here: Here, folder: Path, around: Mapping[str, str]) -> dict[str, str]:
    """What to add to the environment `around`; the files that it names are put into `folder`.

    Raises `OSError` if they cannot be written, `SettingsError` without the library for them.
    """
    folder = made(folder)
    trusted, store = folder / "bundle.pem", folder / "truststore.p12"
    content = bundle(here.authority, around).encode()
    if not (trusted.exists() and store.exists() and trusted.read_bytes() == content):
        keep(store, truststore(content.decode()))
        keep(trusted, content)
    return variables(here, trusted, store, around)


def variables(here: Here, trusted: Path, store: Path, around: Mapping[str, str]) -> dict[str, str]:
    """The variables alone: `trusted` is a file of PEM, `store` one of PKCS #12."""
    bypassed = ",".join(unproxied(around.get("NO_PROXY") or around.get("no_proxy") or ""))
    return {
        "MOCKREC_URL": here.http,
        "MOCKREC_APP_ID": here.app_id or around.get("MOCKREC_APP_ID") or APP_ID,
        "MOCKREC_GATEWAY": here.tls,
        **dict.fromkeys(PROXIES, here.proxy),
        "NO_PROXY": bypassed,
        "no_proxy": bypassed,
        "NODE_USE_ENV_PROXY": "1",
        **dict.fromkeys(CERTIFICATES, str(trusted)),
        "JAVA_TOOL_OPTIONS": _joined(around, "JAVA_TOOL_OPTIONS", _java(here, store)),
        "NODE_OPTIONS": _joined(around, "NODE_OPTIONS", (_node(),)),
        "PYTHONPATH": os.pathsep.join(_python(around)),
    }


def unproxied(before: str) -> list[str]:
    """The hosts that need no proxy: those of before, but for the service's, and this machine."""
    kept = [entry for entry in re.split(r"[\s,]+", before) if entry and not _covers(entry)]
    return list(dict.fromkeys([*kept, *LOCAL]))


def exports(added: Mapping[str, str]) -> str:
    """The variables as lines for ``eval`` in a POSIX shell."""
    return "".join(f"export {name}={shlex.quote(text)}\n" for name, text in added.items())


def _covers(entry: str) -> bool:
    """Whether an entry of NO_PROXY would keep clients from coming here."""
    name = entry.lower().partition(":")[0].lstrip("*.")
    return not name or any(host == name or host.endswith(f".{name}") for host in HOSTS)


def _joined(around: Mapping[str, str], name: str, ours: Iterable[str]) -> str:
    """Ours after what is there already; what is there twice is said once."""
    before = around.get(name, "")
    return " ".join([*filter(None, [before]), *(one for one in ours if one not in before)])


def _java(here: Here, store: Path) -> Iterator[str]:
    proxy = urlsplit(here.proxy)
    for scheme in ("http", "https"):
        yield f"-D{scheme}.proxyHost={proxy.hostname}"
        yield f"-D{scheme}.proxyPort={proxy.port}"
    yield _quoted(f"-Djavax.net.ssl.trustStore={store}", "'")
    yield "-Djavax.net.ssl.trustStoreType=PKCS12"
    yield f"-Djavax.net.ssl.trustStorePassword={TRUSTSTORE_PASSWORD}"


def _node() -> str:
    hook = str(HOOKS / "node.cjs").replace("\\", "\\\\").replace('"', '\\"')
    return f"--require={_quoted(hook, chr(34))}"


def _quoted(text: str, mark: str) -> str:
    return f"{mark}{text}{mark}" if " " in text else text


def _python(around: Mapping[str, str]) -> list[str]:
    before = [path for path in around.get("PYTHONPATH", "").split(os.pathsep) if path]
    return list(dict.fromkeys([str(HOOKS / "python"), *before]))


# --- who is trusted ----------------------------------------------------------------------------


def bundle(authority: str, around: Mapping[str, str]) -> str:
    """PEM of all that clients trusted so far, and of our authority; each once."""
    files = [around[name] for name in CERTIFICATES if around.get(name)]
    if not around.get("SSL_CERT_FILE"):
        files[:0] = _system()
    found = {pem: None for file in files for pem in _certificates(Path(file))}
    return "\n".join([*found, *(pem for pem in _PEM.findall(authority) if pem not in found), ""])


def truststore(bundle: str) -> bytes:
    """The same certificates as Java reads them: PKCS #12, each marked as trusted.

    Raises `SettingsError` without the library for it.
    """
    with needing("tls"):
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    trusted = []
    with catch_warnings():
        simplefilter("ignore")  # some systems keep certificates that bend the rules,
        for number, pem in enumerate(_PEM.findall(bundle)):
            with suppress(ValueError):  # and some that break them
                certificate = x509.load_pem_x509_certificate(pem.encode())
                trusted.append(pkcs12.PKCS12Certificate(certificate, f"{number}".encode()))
    password = BestAvailableEncryption(TRUSTSTORE_PASSWORD.encode())
    return pkcs12.serialize_java_truststore(trusted, password)


def _system() -> list[str]:
    """The file of certificates that this system trusts; as a last resort, certifi's."""
    known = (ssl.get_default_verify_paths().openssl_cafile, *_SYSTEM)
    for file in known:
        if file and Path(file).is_file():
            return [file]
    try:
        import certifi
    except ImportError:
        return []
    return [certifi.where()]


def _certificates(file: Path) -> list[str]:
    try:
        return _PEM.findall(file.read_text(encoding="utf-8", errors="replace"))
    except OSError:  # it helped nobody before either
        return []
