"""Where every channel brings what a person said, and gets what to say."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import perf_counter

from health_navigator import clock
from health_navigator.conversation import memory
from health_navigator.conversation.chat_order import ChatOrder
from health_navigator.conversation.dialogue import Dialogue
from health_navigator.conversation.models import Incoming, State, Turn
from health_navigator.db import Database
from health_navigator.knowledge.live import LiveKnowledge
from health_navigator.observability import Metrics


class Desk:
    """The dialogue over the knowledge in use, with the memory that conversations have."""

    def __init__(
        self, live: LiveKnowledge, database: Database, metrics: Metrics, keys: Sequence[bytes]
    ) -> None:
        self.live = live
        self._database = database
        self._metrics = metrics
        self._keys = keys
        self._order = ChatOrder()

    async def respond(
        self, incoming: Incoming, state: State | None, *, again: bool = False
    ) -> Turn:
        """Decide; off the event loop where a sentence may be encoded, which takes 20 ms.

        `again`: it failed before, perhaps in the encoder's native code, so do without that.
        """
        knowledge = self.live.snapshot.by_words() if again else self.live.snapshot
        dialogue = Dialogue(knowledge, clock.now(), self._keys)
        if knowledge.uses_meaning:
            return await asyncio.to_thread(dialogue.respond, incoming, state or State())
        # By words it takes four milliseconds; another thread would only wait for Python's lock.
        return dialogue.respond(incoming, state or State())

    async def converse(self, channel: str, chats: Sequence[str], incoming: Incoming) -> Turn:
        """One turn of a channel that delivers its reply at once, after the chat's earlier ones.

        Otherwise a slow answer could bring back what "delete everything" had deleted meanwhile.
        """
        started = perf_counter()
        async with self._order.turn(chats[0]):
            kept = await self._database.transact(memory.recall, chats)
            turn = await self.respond(incoming, memory.to_state(kept))
            await self._database.transact(memory.keep, chats, turn)
        self._metrics.count_turn(channel, turn, perf_counter() - started)
        return turn
