"""`chokan`: the verbs and their options. Exit codes: 0 done · 1 something is wrong · 2 used wrongly."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from bot import (
    cli_costs,
    cli_exchange,
    cli_feedback,
    cli_feeds,
    cli_ground,
    cli_keep,
    cli_read,
    cli_run,
    cli_setup,
    cli_status,
    cli_web,
)
from bot.cli_base import session_of

main = typer.Typer(
    name="chokan",
    help="Chokan (朝刊), the morning edition: every article in four honest sections.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@main.callback(invoke_without_command=True)
def _options(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Configuration file; default: ./chokan.toml", dir_okay=False)
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Log warnings and errors only.")] = False,
    show_version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    if show_version:
        typer.echo(f"chokan {version('chokan')}")
        raise typer.Exit
    context.obj = session_of(config, quiet=quiet)


main.command("run")(cli_run.run_verb)
main.command("setup")(cli_setup.setup_verb)
main.command("poll")(cli_run.poll_verb)
main.command("digest")(cli_read.digest_verb)
main.command("publish")(cli_run.publish_verb)
main.command("costs")(cli_costs.costs_verb)
main.command("ground")(cli_ground.ground_verb)
main.command("rank")(cli_read.rank_verb)
main.command("search")(cli_read.search_verb)
main.command("latest")(cli_read.latest_verb)
main.command("feedback")(cli_feedback.feedback_verb)
main.command("web")(cli_web.web_verb)
main.command("resume")(cli_run.resume_verb)
main.command("status")(cli_status.status_verb)
main.command("export")(cli_exchange.export_verb)
main.command("import")(cli_exchange.import_verb)
main.command("backup")(cli_keep.backup_verb)
main.command("restore")(cli_keep.restore_verb)
main.command("check")(cli_run.check_verb)
main.add_typer(cli_feeds.feeds, name="feeds")
