"""The commands of mockrec, a local stand-in for the Agora Cloud Recording API."""

from __future__ import annotations

import gc
import os
import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from mockrec import __version__, stories
from mockrec.domain.values import dataclass
from mockrec.settings import (
    FILE,
    FLAGS,
    SWITCH,
    Option,
    Settings,
    SettingsError,
    did_you_mean,
    idle,
    load,
    strays,
)

if TYPE_CHECKING:
    from mockrec.api.listeners import Listeners

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
    given = sys.argv[1:] if arguments is None else arguments
    try:
        _check_command(given)
        known, unknown = _parser().parse_known_args(given)
        if unknown:
            raise SettingsError(_unknown(known.parser, unknown[0]))
        return int(known.run(known))
    except SettingsError as fault:
        print(f"mockrec: {fault}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # who reads has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _check_command(given: Sequence[str]) -> None:
    names = [command.name for command in COMMANDS]
    if given and not given[0].startswith("-") and given[0] not in names:
        hint = did_you_mean(given[0], names) or f"; there are {', '.join(names)}"
        raise SettingsError(f"there is no command {given[0]!r}{hint}")


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
    settings = load(_given(arguments), os.environ)
    _warn(*idle(settings))

    gc.disable()  # whatever is imported stays: to look for garbage in it takes 10 ms
    from mockrec.server import serve

    gc.freeze()
    gc.enable()
    return serve(settings)


def _given(arguments: Namespace) -> dict[str, list[str]]:
    """The texts given to each setting's flag."""
    known = {option.name for option in FLAGS}
    return {name: texts for name, texts in vars(arguments).items() if texts and name in known}


def _warn(*more: str) -> None:
    for warning in (*strays(os.environ), *more):
        print(f"mockrec: warning: {warning}", file=sys.stderr)


# --- run ---------------------------------------------------------------------------------------


def _run_flags(parser: ArgumentParser) -> None:
    _settings_flags(parser)
    parser.add_argument("command", nargs="*", metavar="-- COMMAND", help="What to run.")


def _run(arguments: Namespace) -> int:
    """The exit code of the command. Nobody else's port is in the way: all of ours are free ones."""
    if not arguments.command:
        raise SettingsError("run: got no command, expected one after --, such as: -- pytest -q")
    free = {f"{name}port": ["0"] for name in ("", "tls_", "proxy_", "dns_")}
    listening = {"tls": ["true"], "proxy": ["true"]}
    settings = load({**free, **_given(arguments), **listening}, os.environ)
    _warn()

    from mockrec.server import run

    return run(settings, arguments.command)


# --- env, ca -----------------------------------------------------------------------------------


def _env_flags(parser: ArgumentParser) -> None:
    _url_flag(parser)
    _ca_flag(parser)
    for name in ("tls", "proxy"):
        text = f"Where the port of its --{name} is mapped to another, that one."
        parser.add_argument(f"--{name}-port", type=int, metavar="PORT", help=text)


def _env(arguments: Namespace) -> int:
    """Prints the environment, for ``eval``, or says on stderr why there is none."""
    from http.client import HTTPException

    from mockrec.gateway.environment import NotListening, environment, exports, here
    from mockrec.gateway.homes import ca_folder

    try:
        reached = here(_listeners(arguments), None)
    except NotListening as fault:
        return _failed(str(fault))
    except (OSError, ValueError, HTTPException) as fault:
        return _failed(f"no answer from {arguments.url}: {fault}")
    try:
        print(exports(environment(reached, ca_folder(arguments.ca_dir), os.environ)), end="")
    except OSError as fault:
        return _failed(f"cannot keep certificates: {fault}")
    return 0


def _listeners(arguments: Namespace) -> Listeners:
    """Where the server of ``--url`` is reached, as it says itself."""
    from urllib.parse import urlsplit

    from mockrec.api.listeners import Listeners

    url = arguments.url.rstrip("/")
    host = urlsplit(url).netloc.rpartition("@")[2].rpartition(":")[0] or "127.0.0.1"
    match _ask(f"{url}/_mockrec/listeners"):
        case {"tls": tls, "proxy": proxy, "authority": authority}:
            listeners = Listeners(url, tls, proxy, authority=authority).seen_from(host)
        case _:
            raise ValueError("that is not what a mockrec answers")
    if arguments.tls_port:
        listeners.tls = f"https://{host}:{arguments.tls_port}"
    if arguments.proxy_port:
        listeners.proxy = f"http://{host}:{arguments.proxy_port}"
    return listeners


def _ca_flag(parser: ArgumentParser) -> None:
    about = next(option.about for option in FLAGS if option.name == "ca_dir")
    default = os.environ.get("MOCKREC_CA_DIR")
    parser.add_argument("--ca-dir", metavar="DIR", default=default, help=about)


def _ca(arguments: Namespace) -> int:
    """Prints the path of the certificate that clients have to trust; it is made if need be."""
    from mockrec.api.listeners import CannotListen
    from mockrec.gateway.opening import authority_of

    try:
        print(authority_of(arguments.ca_dir).certificate)
    except CannotListen as fault:
        return _failed(str(fault))
    return 0


def _failed(why: str) -> int:
    print(f"mockrec: {why}", file=sys.stderr)
    return 1


# --- health ------------------------------------------------------------------------------------


def _url_flag(parser: ArgumentParser) -> None:
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
        match _ask(f"{url}/_mockrec/health"):
            case {"status": "ok", "version": str(version)}:
                print(f"mockrec {version} is well at {url}")
            case _:
                raise ValueError("that is not what a healthy mockrec answers")
    except (OSError, ValueError, HTTPException) as fault:
        print(f"mockrec: no good news from {url}: {fault}", file=sys.stderr)
        return 1
    return 0


def _ask(url: str) -> object:
    """What a control call answers. No proxy stands between."""
    import json
    from urllib.request import ProxyHandler, build_opener

    if not url.startswith(("http://", "https://")):
        raise ValueError("expected an address such as http://127.0.0.1:8080")
    with build_opener(ProxyHandler({})).open(url, timeout=HEALTH_TIMEOUT) as answer:
        return json.loads(answer.read(65_536))


COMMANDS: Final = (
    Command(
        "serve",
        "Serve the emulated API until interrupted.",
        _settings_flags,
        _serve,
        "Every flag --foo-bar is also the variable MOCKREC_FOO_BAR (lists separated by commas) "
        f"and the key foo_bar of {FILE}; a flag beats the environment, the environment the file.",
    ),
    Command("health", "Say whether a server is up and well: exit code 0 or 1.", _url_flag, _health),
    Command(
        "run",
        "Serve while a command runs, and send the unmodified clients in it here.",
        _run_flags,
        _run,
        "Takes the flags of serve; its exit code is that of the command.",
    ),
    Command(
        "replay",
        "Play scenarios with their own calls; print the timeline and each verdict.",
        stories.replay_flags,
        stories.replay,
        "Exit code 0 if everything expected was so, 1 if not, 2 if a scenario cannot be played.",
    ),
    Command(
        "env",
        "Print the environment that sends unmodified clients to a running server, for eval.",
        _env_flags,
        _env,
    ),
    Command("ca", "Print the path of the certificate that clients have to trust.", _ca_flag, _ca),
    Command(
        "check",
        "Say what is wrong with scenarios: exit code 0 if nothing is, else 1.",
        stories.check_flags,
        stories.check,
        "Every finding is a line FILE:LINE:COLUMN: error or warning: what was found.",
    ),
    Command(
        "scenarios",
        "List the shipped scenarios, or print one.",
        stories.scenarios_flags,
        stories.scenarios,
    ),
    Command(
        "scenario",
        "Tell a session again as a scenario, from a journal or a HAR file.",
        stories.scenario_flags,
        stories.scenario,
        "Exit code 0 if the scenario answers as the session did, 1 if not in all, 2 if there is "
        "none.",
    ),
)
