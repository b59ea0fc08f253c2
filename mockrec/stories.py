"""The commands about scenarios: check, scenarios, replay, scenario."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from mockrec.settings import SettingsError

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def replay_flags(parser: ArgumentParser) -> None:
    """What replay takes."""
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


def replay(arguments: Namespace) -> int:
    """Play them: 0 if everything expected was so, 1 if not, 2 if one cannot be played."""
    from mockrec.replay.command import run

    return run(arguments)


def check_flags(parser: ArgumentParser) -> None:
    """What check takes."""
    parser.add_argument(
        "sources", metavar="NAME|FILE", nargs="+", help="A shipped one, a file, or - for the input."
    )
    parser.add_argument("--strict", action="store_true", help="Let warnings count as errors.")


def check(arguments: Namespace) -> int:
    """0 if all of them can be played, 1 if not; what was found on the output, a line each."""
    from mockrec.playbook.findings import Severity
    from mockrec.playbook.sources import UnknownScenario, examined
    from mockrec.violations import printable

    try:
        found = [one for name in arguments.sources for one in examined(name).findings]
    except UnknownScenario as fault:
        raise SettingsError(printable(str(fault))) from None
    for finding in found:
        print(printable(str(finding)))
    bad = sum(finding.severity is Severity.ERROR for finding in found)
    told = f"{_counted(bad, 'error')}, {_counted(len(found) - bad, 'warning')}"
    print(f"mockrec: {told} in {_counted(len(arguments.sources), 'scenario')}", file=sys.stderr)
    return int(bool(found if arguments.strict else bad))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def scenarios_flags(parser: ArgumentParser) -> None:
    """What scenarios takes."""
    parser.add_argument("name", metavar="NAME", nargs="?", help="Print this one.")


def scenarios(arguments: Namespace) -> int:
    """A line for each shipped scenario, its name first; or one of them as it is."""
    from mockrec.playbook.sources import UnknownScenario, shipped, summaries
    from mockrec.violations import printable

    if arguments.name is None:
        lines = summaries()
        width = max(map(len, lines), default=0)
        for name, sentence in lines.items():
            print(printable(f"{name:{width}}  {sentence}".rstrip()))
        return 0
    try:
        print(shipped(arguments.name), end="")
    except UnknownScenario as fault:
        raise SettingsError(printable(str(fault))) from None
    return 0


def scenario_flags(parser: ArgumentParser) -> None:
    """What scenario takes: where the session comes from, and what that takes."""
    sources = parser.add_subparsers(metavar="SOURCE", dest="source", required=True)
    of_journal = _source(sources, "from-journal", "From the journal of a world.")
    of_journal.add_argument(
        "file", metavar="FILE", nargs="?", help="What the control plane tells of it; - is stdin."
    )
    of_journal.add_argument("--url", metavar="URL", help="Ask the server at this address.")
    of_journal.add_argument("--app", metavar="APPID", help="The world's App ID, with --url.")
    of_har = _source(sources, "from-har", "From a HAR file of a browser or a proxy.")
    of_har.add_argument("file", metavar="FILE", help="The HAR file; - is stdin.")
    of_har.add_argument("--app", metavar="APPID", help="Only calls of this App ID.")


def _source(sources: _SubParsersAction[ArgumentParser], name: str, about: str) -> ArgumentParser:
    own = sources.add_parser(name, help=about, description=about, allow_abbrev=False)
    own.set_defaults(parser=own)
    own.add_argument("-o", "--output", metavar="FILE", help="Write it there. Default: print it.")
    return own


def scenario(arguments: Namespace) -> int:
    """0 if the scenario answers as the session did, 1 if not in all, 2 if there is none."""
    from mockrec.retold import command

    of_journal = arguments.source == "from-journal"
    return command.from_journal(arguments) if of_journal else command.from_har(arguments)
