"""The `fedi` command: its groups, loaded only when they are used, and errors as one sentence."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import click

from fedi.cli.context import DEFAULT_CONFIG, Context
from fedi.config import version
from fedi.errors import FediError

# name: (module:attribute, help). The help stands here too, so that `fedi --help` imports none of them.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "serve": ("fedi.cli.serving:serve", "Run the server."),
    "demo": ("fedi.cli.demo:demo", "Two servers on loopback, with people and posts, to try."),
    "user": ("fedi.cli.user:user", "Make accounts, list them, hand out access tokens."),
    "invite": ("fedi.cli.invite:invite", "Links by which people may join."),
    "post": ("fedi.cli.acting:post", "Post as a local person."),
    "follow": ("fedi.cli.acting:follow", "Follow somebody as a local person."),
    "site": ("fedi.cli.site:group", "What the server says of itself: texts, rules, emojis."),
    "queue": ("fedi.cli.queue:queue", "What waits, why, and what was given up."),
    "block": ("fedi.cli.block:block", "Block other servers."),
    "domain": ("fedi.cli.domain:domain", "Domains that are hosted here."),
    "db": ("fedi.cli.db:db", "Bring the database up to date, and check it."),
    "doctor": ("fedi.cli.doctor:doctor", "Check the whole installation and say what to do."),
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        return cast(click.Command, getattr(importlib.import_module(module), attribute))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=DEFAULT_CONFIG,
    envvar="FEDI_CONFIG",
    show_default=True,
    help="Settings file.",
)
@click.option("--verbose", is_flag=True, help="Show the detail of an error.")
@click.version_option(version(), message="fedi %(version)s")
@click.pass_context
def program(ctx: click.Context, path: Path, verbose: bool) -> None:
    """A social network anyone can run: a fediverse server."""
    ctx.obj = Context(path, verbose)


def main() -> None:
    """Run the command line and exit: 0 on success, 2 with one sentence on stderr when it was refused."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit status."""
    try:
        status = program.main(arguments, prog_name="fedi", standalone_mode=False)
    except FediError as error:
        click.echo(error.public, err=True)
        if "--verbose" in arguments:
            click.echo(f"{error.detail}\n{traceback.format_exc()}", err=True)
        return 2
    except click.ClickException as error:
        command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "fedi"
        click.echo(f"{error.format_message()} See {command} --help.", err=True)
        return 2
    except (click.Abort, KeyboardInterrupt):
        return 130
    return status if isinstance(status, int) else 0
