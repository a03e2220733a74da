"""`user add|list|disable|reset`: the first administrator is made here, where no page can help."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncSession
from typer import Argument, Option, Typer

from health_navigator.admin import accounts, passwords, sessions
from health_navigator.admin.accounts import COMMAND_LINE
from health_navigator.admin.rights import Role
from health_navigator.admin.tables import Staff

Work = Callable[[AsyncSession], Awaitable[Any]]
Transact = Callable[[Work], Any]

Name = Annotated[str, Argument(help="The login: small letters, digits, dots, hyphens.")]
WithToken = Annotated[
    bool, Option("--token", help="Ask nothing; print an API token on the last line.")
]


def user_commands(transact: Transact, keys: Callable[[], Sequence[bytes]]) -> Typer:
    """The sub-commands; `transact` runs work in one transaction on the program's database."""
    app = Typer(no_args_is_help=True, help="Who may log in: add, list, disable, reset.")

    @app.command()
    def add(
        name: Name,
        role: Annotated[Role, Option(help="What the person may do.")],
        token: WithToken = False,
    ) -> None:
        """Make an account: with a password that is asked for, or with an API token."""
        password = None if token else _ask_password(name)

        async def work(session: AsyncSession) -> str:
            staff = await accounts.add(session, COMMAND_LINE, name, role, password)
            return await _token(session, staff) if token else ""

        _say(transact(work), f"{name} can log in as {role}.")

    @app.command("list")
    def list_() -> None:
        """Every account: name, role, and whether it is open."""
        for staff in transact(accounts.everybody):
            door = "disabled" if staff.disabled else "password" if staff.password else "tokens only"
            typer.echo(f"{staff.name}\t{staff.role}\t{door}")

    @app.command()
    def disable(name: Name) -> None:
        """Let nobody in by this name; ends all sessions and tokens."""
        transact(lambda session: accounts.disable(session, COMMAND_LINE, name))
        typer.echo(f"{name} is disabled.")

    @app.command()
    def reset(name: Name, token: WithToken = False) -> None:
        """A new password or token; opens a locked or disabled account, ends all its sessions."""
        password = None if token else _ask_password(name)

        async def work(session: AsyncSession) -> str:
            staff = await accounts.reset(session, COMMAND_LINE, name, password, keys())
            return await _token(session, staff) if token else ""

        _say(transact(work), f"{name} has a new password.")

    return app


async def _token(session: AsyncSession, staff: Staff) -> str:
    return await sessions.make_token(session, staff.name, "command line")


def _say(token: str, otherwise: str) -> None:
    typer.echo(token or otherwise)


def _ask_password(name: str) -> str:
    """Ask twice, hidden, until it is good enough."""
    while True:
        password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        faults = [*passwords.faults_of(password, name)]
        if not faults:
            return password
        for fault in faults:
            typer.echo(fault.text(), err=True)
