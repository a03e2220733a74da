"""The command line, for operators and for those who maintain the knowledge."""

from __future__ import annotations

import typer
from typer import Typer

from health_navigator import heap

# Libraries would load them for coloured tracebacks, a command line of their own and Fortran: twelve
# megabytes that nobody uses.
with heap.for_good(), heap.without("rich", "charset_normalizer"):
    from health_navigator.admin.commands import user_commands
    from health_navigator.cli.asking import ask, evaluate
    from health_navigator.cli.facilities import facilities
    from health_navigator.cli.knowledge import knowledge
    from health_navigator.cli.operating import doctor, jobs, transact
    from health_navigator.cli.serving import poll, serve
    from health_navigator.config import read_settings
    from health_navigator.errors import DatabaseAwayError, KnowledgeError, NavigatorError
    from health_navigator.i18n import DEFAULT_LOCALE, translator
    from health_navigator.telegram_bot.poster import poster

app = Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for command in (serve, poll, ask, evaluate, poster, doctor):
    app.command()(command)
app.add_typer(knowledge, name="knowledge")
app.add_typer(facilities, name="facilities")
app.add_typer(jobs, name="jobs")
app.add_typer(user_commands(transact, lambda: read_settings().keys()), name="user")

USAGE_ERROR = 2
AWAY = 1


def main() -> None:
    """Run the command; an error that a person can fix is one line on stderr and exit code 2."""
    try:
        app()
    except DatabaseAwayError as error:
        typer.echo(f"{error}: `health-navigator doctor` says why", err=True)
        raise SystemExit(AWAY) from None
    except KnowledgeError as error:
        report_problems(error)
        raise SystemExit(USAGE_ERROR) from None
    except NavigatorError as error:
        typer.echo(error, err=True)
        raise SystemExit(USAGE_ERROR) from None


def report_problems(error: KnowledgeError) -> None:
    """Print every problem on its own line, in the language of those who write the knowledge."""
    translate = translator(DEFAULT_LOCALE)
    for problem in sorted(error.problems, key=lambda each: (each.path, each.line)):
        typer.echo(problem.line_for(translate), err=True)
    typer.echo(translate("{count} problems").format(count=len(error.problems)), err=True)
