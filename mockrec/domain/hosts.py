"""The names under which the service is reached, and the region that each of them stands for.

The table is the whole truth: a name that is not in it is nobody's here, and goes nowhere.
Source: docs/protocol.md#hosts.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

DOMAINS: Final = ("agora.io", "sd-rtn.com")
REGIONS: Final = (
    *("us-west-1", "us-east-1", "eu-west-1", "eu-central-1"),
    *("ap-southeast-1", "ap-northeast-1", "cn-east-1", "cn-east-2", "cn-north-1"),
)

HOSTS: Final[Mapping[str, str]] = MappingProxyType(
    {f"api.{domain}": "" for domain in DOMAINS}
    | {f"api-{region}.{domain}": region for region in REGIONS for domain in DOMAINS}
)
"""Every name, in lower case, with its region; the names for all of the world have none."""


def vendor_host(authority: str) -> str:
    """The name in `HOSTS` that a Host header or a URL means; empty where it means another.

    The port, the case of letters and a dot at the end make no difference.
    """
    name = authority if authority in HOSTS else _bare(authority)
    return name if name in HOSTS else ""


def _bare(authority: str) -> str:
    return authority.partition(":")[0].lower().removesuffix(".")
