"""From an update to its reply: claim, decide, send outside any transaction, mark, finish.

Telegram is the queue: what is not Done is redelivered, and only what was not sent is sent then.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

import structlog
from sqlalchemy import Connection
from telegram.error import TelegramError

from health_navigator.conversation import memory
from health_navigator.conversation.chat_order import ChatOrder
from health_navigator.conversation.models import Incoming, State, Turn
from health_navigator.db import Database
from health_navigator.errors import DatabaseAwayError
from health_navigator.observability import Metrics, where_in_ours
from health_navigator.telegram_bot import ledger
from health_navigator.telegram_bot.messages import to_messages
from health_navigator.telegram_bot.sender import (
    ChatGoneError,
    ComeBackError,
    RefusedError,
    send,
)
from health_navigator.telegram_bot.tables import Stage
from health_navigator.telegram_bot.transport import PlainBot
from health_navigator.telegram_bot.updates import Arrived, Update, chat_keys, read_update

log = structlog.get_logger()

_BUSY_SECONDS = 1
_DATABASE_SECONDS = 2
_DATABASE_AWAY = "database away"
_RENEW_SECONDS = ledger.LEASE.total_seconds() / 3


class Respond(Protocol):
    """Decides what to say; `again` if this process or another has failed on it before."""

    def __call__(
        self, incoming: Incoming, state: State | None, *, again: bool
    ) -> Awaitable[Turn]: ...


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to do: Telegram may drop the update."""


@dataclass(frozen=True, slots=True)
class ComeBack:
    """Redeliver the update after this many seconds."""

    seconds: int


Verdict = Done | ComeBack


class Delivery:
    """Takes updates from claim to finish; one per process, any number of processes."""

    def __init__(
        self,
        bot: PlainBot,
        database: Database,
        respond: Respond,
        last_resort: Callable[[str | None], str],
        keys: Sequence[bytes],
        metrics: Metrics,
    ) -> None:
        self._bot = bot
        self._database = database
        self._respond = respond
        self._last_resort = last_resort
        self._keys = keys
        self._metrics = metrics
        self._order = ChatOrder()
        self._owner = secrets.token_hex(8)
        # Claims not yet given back because the database was away.
        self._unreleased: set[int] = set()

    async def handle(self, update: Update) -> Verdict:
        """Take one update to its end, or say when to deliver it again."""
        started = perf_counter()
        arrived = read_update(update, self._bot.private_link)
        if arrived is None:
            self._metrics.updates.labels(outcome="ignored").inc()
            log.info("update.ignored", update_id=update.update_id)
            return Done()
        chats = chat_keys(self._keys, arrived.chat_id)
        async with self._order.turn(chats[0], arrived.update_id):
            verdict = await self._claim_and_deliver(arrived, chats)
        self._metrics.update_seconds.observe(perf_counter() - started)
        return verdict

    async def _claim_and_deliver(self, arrived: Arrived, chats: tuple[str, ...]) -> Verdict:
        try:
            with self._metrics.step("claim"):
                claim, kept = await self._claim(arrived.update_id, chats)
        except DatabaseAwayError:
            return self._come_back(arrived, _DATABASE_AWAY, _DATABASE_SECONDS)
        except Exception as error:  # noqa: BLE001  unclaimed: only Telegram can bring it
            return self._failed(arrived, 0, error)
        match claim:
            case ledger.Finished():
                self._metrics.updates.labels(outcome="duplicate").inc()
                log.info("update.duplicate", update_id=arrived.update_id)
                return Done()
            case ledger.InWork():
                return self._come_back(arrived, "in work", _BUSY_SECONDS)
            case ledger.Claimed():
                return await self._deliver(arrived, chats, claim, kept)

    async def _claim(
        self, update_id: int, chats: tuple[str, ...]
    ) -> tuple[ledger.Claim, memory.Body | None]:
        if update_id in self._unreleased:
            await self._database.transact(ledger.release, update_id, self._owner)
            self._unreleased.discard(update_id)
        return await self._database.transact(_claim_and_recall, update_id, chats, self._owner)

    async def _deliver(
        self,
        arrived: Arrived,
        chats: tuple[str, ...],
        claim: ledger.Claimed,
        kept: memory.Body | None,
    ) -> Verdict:
        try:
            async with self._lease(arrived.update_id):
                await self._work(arrived, chats, claim, kept)
        except ChatGoneError:
            return await self._forget(arrived, chats)
        except ComeBackError as error:
            await self._release(arrived)
            return self._come_back(arrived, str(error), error.seconds)
        except DatabaseAwayError:
            await self._release(arrived)
            return self._come_back(arrived, _DATABASE_AWAY, _DATABASE_SECONDS)
        except Exception as error:  # noqa: BLE001  whatever it is, it must not block this chat
            await self._release(arrived, blame=type(error).__name__)
            return self._failed(arrived, claim.attempt, error)
        return Done()

    def _failed(self, arrived: Arrived, attempt: int, error: Exception) -> Verdict:
        blame = type(error).__name__
        log.error(
            "update.failed",
            update_id=arrived.update_id,
            attempt=attempt,
            error=blame,
            where=where_in_ours(error),
        )
        return self._come_back(arrived, blame, _BUSY_SECONDS)

    async def _work(
        self,
        arrived: Arrived,
        chats: tuple[str, ...],
        claim: ledger.Claimed,
        kept: memory.Body | None,
    ) -> None:
        if claim.is_hopeless:
            await self._park(arrived)
            return
        if arrived.callback_id and not claim.answered:
            await self._acknowledge(arrived.callback_id)
        if arrived.left:
            raise ChatGoneError
        if claim.answered:
            messages = await self._database.transact(ledger.unsent, arrived.update_id)
        else:
            messages = await self._answer(arrived, chats, kept, again=claim.attempt > 1)
        await self._send(arrived, messages)
        self._metrics.updates.labels(outcome="done").inc()

    async def _answer(
        self, arrived: Arrived, chats: tuple[str, ...], kept: memory.Body | None, *, again: bool
    ) -> Sequence[ledger.Waiting]:
        """Decide what to say, and store it with what the chat must remember, in one transaction."""
        started = perf_counter()
        incoming, state = arrived.incoming(chats), memory.to_state(kept)
        with self._metrics.step("decide"):
            turn = Turn((), state, "nothing")
            if incoming is not None:
                turn = await self._respond(incoming, state, again=again)
        with self._metrics.step("render"):
            messages = [message for reply in turn.replies for message in to_messages(reply)]
        with self._metrics.step("store"):
            await self._database.transact(_store, arrived.update_id, chats, turn, messages)
        milliseconds = round((perf_counter() - started) * 1000, 1)
        self._metrics.count_turn("telegram", turn, milliseconds / 1000)
        log.info(
            "update.answered",
            update_id=arrived.update_id,
            outcome=turn.outcome,
            entry=turn.entry,
            confidence=turn.confidence,
            milliseconds=milliseconds,
        )
        return list(enumerate(messages))

    async def _send(self, arrived: Arrived, messages: Sequence[ledger.Waiting]) -> None:
        """Send what the person has not received yet; the last mark closes the update."""
        for number, (position, message) in enumerate(messages, start=1):
            with self._metrics.step("send"):
                await send(self._bot, arrived.chat_id, message)
            if number < len(messages):
                await self._database.transact(ledger.mark_sent, arrived.update_id, position)
        with self._metrics.step("finish"):
            await self._database.transact(ledger.finish, arrived.update_id)

    async def _park(self, arrived: Arrived) -> None:
        """Set aside an update that keeps failing, and tell the person what to do.

        An operator sees it there. It is set aside even if Telegram refuses to deliver that message.
        """
        text = self._last_resort(arrived.locale)
        with suppress(ChatGoneError, RefusedError):
            await send(self._bot, arrived.chat_id, {"text": text, "plain": text})
        await self._database.transact(
            ledger.finish, arrived.update_id, Stage.PARKED, "failed too often"
        )
        self._metrics.updates.labels(outcome="parked").inc()
        log.error("update.parked", update_id=arrived.update_id)

    async def _forget(self, arrived: Arrived, chats: tuple[str, ...]) -> Verdict:
        try:
            await self._database.transact(_forget_and_finish, arrived.update_id, chats)
        except DatabaseAwayError:
            return self._come_back(arrived, _DATABASE_AWAY, _DATABASE_SECONDS)
        self._metrics.updates.labels(outcome="gone").inc()
        log.info("chat.gone", update_id=arrived.update_id)
        return Done()

    async def _release(self, arrived: Arrived, *, blame: str | None = None) -> None:
        try:
            await self._database.transact(
                ledger.release, arrived.update_id, self._owner, blame=blame
            )
        except DatabaseAwayError:
            # The lease ends by itself within seconds; the attempt is taken back once the database
            # is back.
            if blame is None:
                self._unreleased.add(arrived.update_id)

    async def _acknowledge(self, callback_id: str) -> None:
        """Stop the spinner on the person's button; late or failed, it does not matter."""
        try:
            await self._bot.answer_callback_query(callback_id)
        except TelegramError as error:
            log.info("tap.not_acknowledged", error=type(error).__name__)

    @asynccontextmanager
    async def _lease(self, update_id: int) -> AsyncIterator[None]:
        """Renew the claim while the block runs."""
        renewing = asyncio.create_task(self._renew(update_id))
        try:
            yield
        finally:
            renewing.cancel()

    async def _renew(self, update_id: int) -> None:
        while True:
            await asyncio.sleep(_RENEW_SECONDS)
            with suppress(DatabaseAwayError):
                await self._database.transact(ledger.renew, update_id, self._owner)

    def _come_back(self, arrived: Arrived, reason: str, seconds: int) -> ComeBack:
        self._metrics.updates.labels(outcome="postponed").inc()
        self._metrics.come_backs.labels(reason=reason).inc()
        log.info("update.postponed", update_id=arrived.update_id, reason=reason, seconds=seconds)
        return ComeBack(seconds)


def _claim_and_recall(
    connection: Connection, update_id: int, chats: tuple[str, ...], owner: str
) -> tuple[ledger.Claim, memory.Body | None]:
    claim = ledger.claim(connection, update_id, chats[0], owner)
    is_new = isinstance(claim, ledger.Claimed) and not claim.answered
    return claim, memory.recall(connection, chats) if is_new else None


def _store(
    connection: Connection,
    update_id: int,
    chats: tuple[str, ...],
    turn: Turn,
    messages: Sequence[ledger.Message],
) -> None:
    if turn.forget:
        _forget_everything(connection, chats)
    ledger.store_answer(connection, update_id, messages)
    # Last, because it counts: every process locks the same few rows until its transaction ends.
    memory.keep(connection, chats, turn)


def _forget_and_finish(connection: Connection, update_id: int, chats: tuple[str, ...]) -> None:
    _forget_everything(connection, chats)
    ledger.finish(connection, update_id)


def _forget_everything(connection: Connection, chats: tuple[str, ...]) -> None:
    memory.forget(connection, chats)
    ledger.forget_chat(connection, chats)
