"""The same words on the command line.

Thin: each command asks the desk and prints. With ``--json`` one JSON object goes to standard output and nothing else. Exit
status: 0 answered, 1 the question was refused (one line on standard error says why and what would be accepted), 2 wrong usage.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Final

import typer

from policygraph import __version__
from policygraph.cli import law, looking, trade
from policygraph.cli.options import app, faults_of
from policygraph.errors import BadData, BadRule, PolicygraphError, nearest

__all__ = ["app", "law", "looking", "main", "trade"]

MOST_FAULTS: Final = 50
"""Faults told of a data directory; then only how many there are."""
LONGEST_LINE: Final = 1_000
"""Characters of a line of refusal, whatever was asked."""
_WrongUsage: type[Exception] = typer.BadParameter.__mro__[1]
"""Any wrong use of options and arguments; typer keeps the class in different places from one release to the next."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; ends the process with its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    raise SystemExit(_status(list(sys.argv[1:] if arguments is None else arguments)))


def _status(arguments: list[str]) -> int:
    """Run one command and tell its exit status; whatever goes wrong is told in plain lines."""
    try:
        with typer.main.get_command(app).make_context("policygraph", list(arguments)) as context:
            context.command.invoke(context)
        if sys.stdout is not None:
            sys.stdout.flush()
    except typer.Exit as leaving:
        return int(leaving.exit_code)
    except _WrongUsage as error:
        return _refused(_usage(error, arguments), 2)
    except (BadData, BadRule) as error:
        faults = [f"{place}: {text}" for place, text in faults_of(error)]
        more = len(faults) - MOST_FAULTS
        return _refused([*faults[:MOST_FAULTS], *([f"and {more:,} more faults; mend these first"] if more > 0 else [])])
    except PolicygraphError as error:
        return _refused([f"policygraph: {error}"])
    except BrokenPipeError:
        _abandon_output()
        return 0
    except OSError as error:
        _abandon_output()
        return _refused([f"policygraph: {error.filename or 'the output'} cannot be read or written: {error.strerror or error}"])
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except Exception as error:
        if os.environ.get("POLICYGRAPH_TRACEBACK"):
            raise
        if type(error).__name__ == "OutOfMemoryException":  # of DuckDB, which is loaded only where something needs it
            return _refused(["policygraph: the question does not fit into the memory it was given; give more, for example --memory 4GB"])
        said = f"{type(error).__name__}: {error}"
        return _refused([f"policygraph: a mistake in the program, not in the question ({said}); POLICYGRAPH_TRACEBACK=1 shows where"])
    return 0


def _refused(lines: Iterable[str], status: int = 1) -> int:
    for line in lines:
        told = " ".join(line.split())
        half = LONGEST_LINE // 2  # what was asked stands at the beginning, and what is accepted at the end
        print(told if len(told) <= LONGEST_LINE else f"{told[:half]} ... {told[-half:]}", file=sys.stderr)
    return status


def _usage(error: Any, arguments: list[str]) -> list[str]:
    """Say in one line what is wrong with the options or arguments; without any, show the help."""
    if not arguments:
        print(error.ctx.get_help(), file=sys.stderr)
        return []
    path = error.ctx.command_path if error.ctx else "policygraph"
    names = [str(command.name or getattr(command.callback, "__name__", "")) for command in app.registered_commands]
    said = error.format_message().rstrip(".?")
    if path == "policygraph" and arguments[0] in said and not arguments[0].startswith("-"):
        near = nearest(arguments[0], names, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"use {', '.join(names)}"
        return [f"policygraph: there is no command '{arguments[0]}'; {hint}"]
    return [f"policygraph: {said}; see '{path} --help'"]


def _abandon_output() -> None:
    """Let what is still to be written go nowhere, where nobody reads it any more or no room is left."""
    if sys.stdout is not None:
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError:
            return


def _version(wanted: bool) -> None:
    if wanted:
        print(f"policygraph {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the version and stop.")] = False,
) -> None:
    """Take the options that stand before a command."""
