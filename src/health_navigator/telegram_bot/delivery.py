"""From an update to its reply: claim, answer, send outside any transaction, mark, done.

Telegram is the queue: what is not Done is redelivered, and only what was not sent is sent then.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from time import perf_counter

import structlog
from telegram import Bot, Update
from telegram.error import TelegramError

from health_navigator.conversation import memory
from health_navigator.conversation.models import Incoming, State, Turn
from health_navigator.db import Database
from health_navigator.errors import DatabaseAwayError
from health_navigator.observability import Metrics
from health_navigator.telegram_bot import ledger
from health_navigator.telegram_bot.chat_order import ChatOrder
from health_navigator.telegram_bot.messages import to_messages
from health_navigator.telegram_bot.sender import ChatGoneError, ComeBackError, send
from health_navigator.telegram_bot.tables import Stage
from health_navigator.telegram_bot.updates import Arrived, chat_keys, read_update

log = structlog.get_logger()

_BUSY_SECONDS = 1
_DATABASE_SECONDS = 2
_DATABASE_AWAY = "database away"
_RENEW_SECONDS = ledger.LEASE.total_seconds() / 3

Respond = Callable[[Incoming, State | None], Awaitable[Turn]]


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to do: Telegram may forget the update."""


@dataclass(frozen=True, slots=True)
class ComeBack:
    """Redeliver the update after so many seconds."""

    seconds: int


Verdict = Done | ComeBack


class Delivery:
    """The journey of updates; one per process, any number of processes."""

    def __init__(
        self,
        bot: Bot,
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
        # Claims that could not be given back because the database was away by then.
        self._unreleased: set[int] = set()

    async def handle(self, update: Update) -> Verdict:
        """Bring one update to its end, or say when to come back with it."""
        started = perf_counter()
        arrived = read_update(update)
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
                claim = await self._claim(arrived.update_id, chats[0])
        except DatabaseAwayError:
            return self._come_back(arrived, _DATABASE_AWAY, _DATABASE_SECONDS)
        match claim:
            case ledger.Finished():
                self._metrics.updates.labels(outcome="duplicate").inc()
                log.info("update.duplicate", update_id=arrived.update_id)
                return Done()
            case ledger.InWork():
                return self._come_back(arrived, "in work", _BUSY_SECONDS)
            case ledger.Claimed():
                return await self._deliver(arrived, chats, claim)

    async def _claim(
        self, update_id: int, chat: str
    ) -> ledger.Claimed | ledger.Finished | ledger.InWork:
        async with self._database.session() as session:
            if update_id in self._unreleased:
                await ledger.release(session, update_id, self._owner)
            claim = await ledger.claim(session, update_id, chat, self._owner)
        self._unreleased.discard(update_id)
        return claim

    async def _deliver(
        self, arrived: Arrived, chats: tuple[str, ...], claim: ledger.Claimed
    ) -> Verdict:
        try:
            async with self._lease(arrived.update_id):
                await self._work(arrived, chats, claim)
        except ChatGoneError:
            return await self._forget(arrived, chats)
        except ComeBackError as error:
            await self._release(arrived)
            return self._come_back(arrived, str(error), error.seconds)
        except DatabaseAwayError:
            await self._release(arrived)
            return self._come_back(arrived, _DATABASE_AWAY, _DATABASE_SECONDS)
        except Exception as error:  # noqa: BLE001  whatever it is, it must not block this chat
            blame = type(error).__name__
            log.error(
                "update.failed",
                update_id=arrived.update_id,
                attempt=claim.attempt,
                error=blame,
                where=_where(error),
            )
            await self._release(arrived, blame=blame)
            return self._come_back(arrived, blame, _BUSY_SECONDS)
        return Done()

    async def _work(self, arrived: Arrived, chats: tuple[str, ...], claim: ledger.Claimed) -> None:
        if claim.is_hopeless:
            await self._park(arrived)
            return
        if arrived.callback_id and not claim.answered:
            await self._acknowledge(arrived.callback_id)
        if arrived.left:
            raise ChatGoneError
        if not claim.answered:
            await self._answer(arrived, chats)
        await self._send_rest(arrived)
        self._metrics.updates.labels(outcome="done").inc()

    async def _answer(self, arrived: Arrived, chats: tuple[str, ...]) -> None:
        """Decide what to say and keep it, in one transaction, with what the chat must remember."""
        started = perf_counter()
        with self._metrics.step("recall"):
            async with self._database.session() as session:
                state = await memory.recall(session, chats)
        incoming = arrived.incoming(chats)
        with self._metrics.step("decide"):
            turn = await self._respond(incoming, state) if incoming else Turn((), state, "nothing")
            messages = [message for reply in turn.replies for message in to_messages(reply)]
        with self._metrics.step("keep"):
            async with self._database.session() as session:
                if turn.forget:
                    await self._forget_everything(session, chats)
                await memory.keep(session, chats, turn)
                await ledger.store_answer(session, arrived.update_id, messages)
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

    async def _send_rest(self, arrived: Arrived) -> None:
        """Send what the person has not got yet; the last mark closes the update."""
        async with self._database.session() as session:
            waiting = await ledger.unsent(session, arrived.update_id)
        for number, (position, message) in enumerate(waiting, start=1):
            with self._metrics.step("send"):
                await send(self._bot, arrived.chat_id, message)
            if number < len(waiting):
                async with self._database.session() as session:
                    await ledger.mark_sent(session, arrived.update_id, position)
        with self._metrics.step("finish"):
            async with self._database.session() as session:
                await ledger.finish(session, arrived.update_id)

    async def _park(self, arrived: Arrived) -> None:
        """Set a poisoned update aside where an operator sees it, and tell the person what to do."""
        text = self._last_resort(arrived.locale)
        with suppress(ChatGoneError):
            await send(self._bot, arrived.chat_id, {"text": text, "plain": text})
        async with self._database.session() as session:
            await ledger.finish(session, arrived.update_id, Stage.PARKED, "failed too often")
        self._metrics.updates.labels(outcome="parked").inc()
        log.error("update.parked", update_id=arrived.update_id)

    async def _forget(self, arrived: Arrived, chats: tuple[str, ...]) -> Verdict:
        try:
            async with self._database.session() as session:
                await self._forget_everything(session, chats)
                await ledger.finish(session, arrived.update_id)
        except DatabaseAwayError:
            return self._come_back(arrived, _DATABASE_AWAY, _DATABASE_SECONDS)
        self._metrics.updates.labels(outcome="gone").inc()
        log.info("chat.gone", update_id=arrived.update_id)
        return Done()

    @staticmethod
    async def _forget_everything(session: memory.Session, chats: tuple[str, ...]) -> None:
        await memory.forget(session, chats)
        await ledger.forget_chat(session, chats)

    async def _release(self, arrived: Arrived, *, blame: str | None = None) -> None:
        try:
            async with self._database.session() as session:
                await ledger.release(session, arrived.update_id, self._owner, blame=blame)
        except DatabaseAwayError:
            # The lease ends by itself within seconds; the attempt is taken back when it is back.
            if blame is None:
                self._unreleased.add(arrived.update_id)

    async def _acknowledge(self, callback_id: str) -> None:
        """Stop the spinner on the person's button; too late or failed, it does not matter."""
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
                async with self._database.session() as session:
                    await ledger.renew(session, update_id)

    def _come_back(self, arrived: Arrived, reason: str, seconds: int) -> ComeBack:
        self._metrics.updates.labels(outcome="postponed").inc()
        self._metrics.come_backs.labels(reason=reason).inc()
        log.info("update.postponed", update_id=arrived.update_id, reason=reason, seconds=seconds)
        return ComeBack(seconds)


def _where(error: BaseException) -> str:
    """File and line of our code where it broke; never the message, which may quote a person."""
    place = ""
    trace = error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        if "health_navigator" in frame.f_code.co_filename:
            place = f"{frame.f_globals.get('__name__')}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
