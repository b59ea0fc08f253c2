"""The commands of mockrec, a local stand-in for the Agora Cloud Recording API."""

from __future__ import annotations

import gc
import os
import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from mockrec import __version__
from mockrec.settings import (
    FILE,
    FLAGS,
    SWITCH,
    Option,
    Settings,
    SettingsError,
    did_you_mean,
    load,
    strays,
)

# Start-up is measured (docs/design.md): what a command needs beyond this, it imports when it runs.

HEALTH_TIMEOUT: Final = 2.0  # seconds until a silent server counts as ill


@dataclass(frozen=True, slots=True)
class Command:
    """One command: a sentence about it, the arguments it takes, the function that does it."""

    name: str
    about: str
    add_arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]
    more: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says and answer the exit code; 2 is a setting that cannot be."""
    known, unknown = _parser().parse_known_args(arguments)
    try:
        if unknown:
            raise SettingsError(_unknown(known.parser, unknown[0]))
        return int(known.run(known))
    except SettingsError as fault:
        print(f"mockrec: {fault}", file=sys.stderr)
        return 2


def _parser() -> ArgumentParser:
    parser = ArgumentParser("mockrec", description=__doc__, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"mockrec {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        own = commands.add_parser(
            command.name,
            help=command.about,
            description=command.about,
            epilog=command.more,
            allow_abbrev=False,
        )
        command.add_arguments(own)
        own.set_defaults(run=command.run, parser=own)
    return parser


def _unknown(parser: ArgumentParser, argument: str) -> str:
    flags = re.findall(r"--[a-z-]+", parser.format_usage())
    word = argument.partition("=")[0]  # what follows may be a secret
    return f"{parser.prog} does not take {word!r}{did_you_mean(word, flags)}"


# --- serve -------------------------------------------------------------------------------------


def _settings_flags(parser: ArgumentParser) -> None:
    defaults = Settings()
    for option in FLAGS:
        parser.add_argument(
            option.flag,
            action="append",
            nargs="?" if option.kind is SWITCH else None,
            const="true" if option.kind is SWITCH else None,
            metavar=option.metavar,
            help=_help(option, defaults),
        )


def _help(option: Option, defaults: Settings) -> str:
    default = getattr(defaults, option.fields[0], None)
    stated = isinstance(default, str | int) and not isinstance(default, bool)
    return f"{option.about} Default: {default}." if stated else option.about


def _serve(arguments: Namespace) -> int:
    given = {name: texts for name, texts in vars(arguments).items() if isinstance(texts, list)}
    settings = load(given, os.environ)
    for stray in strays(os.environ):
        print(f"mockrec: warning: {stray}", file=sys.stderr)

    gc.disable()  # whatever is imported stays: to look for garbage in it takes 10 ms
    from mockrec.server import serve

    gc.freeze()
    gc.enable()
    return serve(settings)


# --- health ------------------------------------------------------------------------------------


def _health_flags(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--url",
        metavar="URL",
        default=os.environ.get("MOCKREC_URL")
        or f"http://127.0.0.1:{os.environ.get('MOCKREC_PORT') or Settings().port}",
        help="Ask the server at this address. Default: %(default)s.",
    )


def _health(arguments: Namespace) -> int:
    """0 if a mockrec says that it is well, 1 if not; both in one line."""
    from http.client import HTTPException

    url = arguments.url.rstrip("/")
    try:
        print(f"mockrec {_ask(f'{url}/_mockrec/health')} is well at {url}")
    except (OSError, ValueError, HTTPException) as fault:
        print(f"mockrec: no good news from {url}: {fault}", file=sys.stderr)
        return 1
    return 0


def _ask(url: str) -> str:
    """The version that the server at `url` answers with. No proxy stands between."""
    import json
    from urllib.request import ProxyHandler, build_opener

    if not url.startswith(("http://", "https://")):
        raise ValueError("expected an address such as http://127.0.0.1:8080")
    with build_opener(ProxyHandler({})).open(url, timeout=HEALTH_TIMEOUT) as answer:
        report = json.loads(answer.read(65_536))
    match report:
        case {"status": "ok", "version": str(version)}:
            return version
    raise ValueError("that is not what a healthy mockrec answers")


# --- replay ------------------------------------------------------------------------------------


def _replay_flags(parser: ArgumentParser) -> None:
    parser.add_argument(
        "stories", nargs="+", metavar="NAME|FILE", help="Shipped scenarios, or files; - is stdin."
    )
    parser.add_argument(
        "--against", metavar="URL", help="Play against this server. Default: in this process."
    )
    parser.add_argument("--junit", metavar="FILE", help="Write the verdicts as JUnit XML, too.")
    parser.add_argument(
        "--seed", type=int, metavar="N", help="Play with this seed instead of the scenario's own."
    )


def _replay(arguments: Namespace) -> int:
    from mockrec.replay.command import run

    return run(arguments)


COMMANDS: Final = (
    Command(
        "serve",
        "Serve the emulated API until interrupted.",
        _settings_flags,
        _serve,
        "Every flag --foo-bar is also the variable MOCKREC_FOO_BAR (lists separated by commas) "
        f"and the key foo_bar of {FILE}; a flag beats the environment, the environment the file.",
    ),
    Command(
        "health", "Say whether a server is up and well: exit code 0 or 1.", _health_flags, _health
    ),
    Command(
        "replay",
        "Play scenarios with their own calls; print the timeline and each verdict.",
        _replay_flags,
        _replay,
        "Exit code 0 if everything expected was so, 1 if not, 2 if a scenario cannot be played.",
    ),
)
