"""The door of the emulated service: who asks, may they, and is what they say well-formed?

The checks stand in the order in which the service makes them (docs/protocol.md#decisions): route,
credentials, App ID, rate, JSON, schema. The first that fails is the answer.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from aiohttp import HttpVersion11, web

from mockrec import contract
from mockrec.api.keys import PATIENCE
from mockrec.documents import Unreadable, read
from mockrec.domain.problems import (
    BAD_CHANNEL_NAME,
    BAD_CREDENTIALS,
    BAD_EXPIRY,
    BAD_LAYOUT,
    BODY_CHECK,
    INVALID_APP_ID,
    NO_SERVICE_SELECTED,
    NOT_JSON,
    RATE_LIMITED,
    TOO_LARGE,
    TOO_SLOW,
    UNAUTHORIZED,
    Problem,
    Profile,
    Refusal,
    quoted,
)
from mockrec.domain.task import Mode
from mockrec.domain.values import dataclass

if TYPE_CHECKING:
    from mockrec.domain.moments import Millis
    from mockrec.domain.rules import Rule
    from mockrec.engine import Engine
    from mockrec.realm import Realm
    from mockrec.violations import Violation

LARGEST_BODY: Final = 1024 * 1024

_MODES: Final = {str(mode): mode for mode in Mode}
_NO_SERVICE: Final = "services"
_BY_RULE: Final = {"V3": BAD_EXPIRY, "V5": BAD_CHANNEL_NAME, _NO_SERVICE: NO_SERVICE_SELECTED}
_NO_BODY: Final = b""
_LONGEST_REPEATED: Final = 1_024
"""The longest name that a channel may have (docs/protocol.md#rules, V5)."""


@dataclass(slots=True)
class Call:
    """A request on its way in; it fills up as the checks go on."""

    operation: str
    path: Mapping[str, str]
    realm: Realm | None = None
    came: Millis | None = None
    """When it came to this world, unless the world was made for it."""
    raw: bytes = _NO_BODY
    body: Any = None
    remarks: str = ""
    rule: Rule | None = None
    """The rule of a scenario that befell it."""

    @property
    def mode(self) -> Mode:
        """The mode of the path; a mode that there is none of was refused before."""
        return _MODES[self.path["mode"]]


def identify(request: web.Request, call: Call, engine: Engine) -> Realm:
    """Credentials, App ID and rate; the world that the request is for."""
    app_id = call.path["appid"]
    known = call.realm = engine.known(app_id)
    if known is not None:
        call.came = known.shown()
    authenticate(request, engine.credentials if known is None else known.credentials)
    if known is None and not engine.admits(app_id):
        raise Refusal(INVALID_APP_ID, "expected 32 lower-case hex digits, or a registered App ID")
    realm = call.realm = known or engine.realm(app_id)
    if not engine.within_rate(realm):
        raise Refusal(RATE_LIMITED, f"more than {realm.world.policy.qps} requests in this second")
    return realm


def authenticate(request: web.Request, known: tuple[tuple[str, str], ...]) -> None:
    """Whether the caller may come in: with any credentials where none are set."""
    given = _credentials(request)
    if known and not any(_same(given, one) for one in known):
        raise Refusal(BAD_CREDENTIALS, "customer id and secret are not known here")


async def receive(request: web.Request, call: Call, realm: Realm) -> None:
    """Read the body and hold it against its schema; fills in ``call.body``."""
    call.raw = await body(request)
    policy = realm.world.policy
    if policy.strict:
        _check_content_type(request)
    try:
        call.body = read(call.raw)
    except Unreadable as error:
        raise Refusal(NOT_JSON, str(error)) from None
    judge(call, policy.profile, strict=policy.strict)


async def go_ahead(request: web.Request) -> None:
    """Let a client send its body that waits for leave; whatever else is expected is passed over."""
    if request.headers["Expect"].lower() == "100-continue" and request.version == HttpVersion11:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the response itself has not begun


async def body(request: web.Request) -> bytes:
    """The body; a `Refusal` if it is too large, comes too slowly, or is spoilt on the way."""
    patience = request.app[PATIENCE].body
    try:
        if request.content.is_eof():  # it came with its head: nothing to wait for, and no timer
            return await request.read()
        async with asyncio.timeout(patience):
            return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise Refusal(TOO_LARGE, f"expected at most {LARGEST_BODY} bytes") from None
    except TimeoutError:
        raise Refusal(TOO_SLOW, f"the body did not come within {patience:g} s") from None
    except web.RequestPayloadError:
        raise Refusal(NOT_JSON, "the transfer encoding of the body is broken") from None


def check_mode(call: Call) -> None:
    """A mode that there is none of is a bad parameter (docs/protocol.md#routes)."""
    mode = call.path.get("mode")
    if mode is not None and mode not in _MODES:
        raise Refusal(BODY_CHECK, f"mode: got {quoted(mode)}, expected individual, mix or web")


def judge(call: Call, profile: Profile, *, strict: bool) -> None:
    """Hold the body against the schema of its operation and mode."""
    mode = call.path.get("mode")
    if call.operation == "updateLayout" and mode != Mode.MIX:
        raise Refusal(
            BAD_LAYOUT, f"mode: got {quoted(str(mode))}, expected mix: only it has a layout"
        )
    verdict = contract.check(call.operation, mode, call.body, profile=profile, strict=strict)
    if verdict.remarks:
        call.remarks = "; ".join(map(str, verdict.remarks))
    if verdict.violations:
        detail = "; ".join(map(str, verdict.violations))
        raise Refusal(_problem(call.operation, verdict.violations), detail)


def who(call: Call) -> tuple[str | None, str | None]:
    """Channel and uid of a body that was refused, each as it was sent if it is a text to repeat."""
    body = call.body if isinstance(call.body, dict) else {}
    return _repeatable(body.get("cname")), _repeatable(body.get("uid"))


def _repeatable(said: object) -> str | None:
    return said if isinstance(said, str) and len(said) <= _LONGEST_REPEATED else None


def _problem(operation: str, violations: tuple[Violation, ...]) -> Problem:
    """The most general word that fits: a special one only where nothing else is wrong."""
    if operation == "updateLayout":
        return BAD_LAYOUT
    rules = {violation.rule for violation in violations}
    if _NO_SERVICE in rules:
        rules -= {"V16"}  # a web recording without its service lacks the service's settings, too
    return _BY_RULE.get(rules.pop(), BODY_CHECK) if len(rules) == 1 else BODY_CHECK


def _credentials(request: web.Request) -> tuple[str, str]:
    header = request.headers.get("Authorization")
    if header is None:
        raise Refusal(UNAUTHORIZED, "the Authorization header is missing")
    return _read_credentials(header)


@lru_cache(maxsize=64)  # a client sends the same header with every request
def _read_credentials(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        # Another scheme is as good as none; the credentials alone are credentials gone wrong.
        problem = UNAUTHORIZED if encoded else BAD_CREDENTIALS
        raise Refusal(problem, "expected Basic authorization")
    try:
        customer, colon, secret = base64.b64decode(encoded.strip(), validate=True).partition(b":")
    except (binascii.Error, ValueError):
        raise Refusal(BAD_CREDENTIALS, "what follows Basic is not base64") from None
    if not colon:
        raise Refusal(BAD_CREDENTIALS, "expected base64 of id:secret, there is no colon in it")
    return customer.decode("utf-8", "replace"), secret.decode("utf-8", "replace")


def _same(given: tuple[str, str], known: tuple[str, str]) -> bool:
    """Compare without telling by the time it takes."""
    return hmac.compare_digest(":".join(given).encode(), ":".join(known).encode())


def _check_content_type(request: web.Request) -> None:
    media_type = request.headers.get("Content-Type", "application/json").partition(";")[0]
    if media_type.strip().lower() != "application/json":
        got = json.dumps(media_type)  # a header may hold bytes that are no text
        raise Refusal(NOT_JSON, f"Content-Type: got {got}, expected application/json")
