"""Everything else that arrives: sounds, pictures, edits, groups, floods, old and forged buttons."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.chat import DANGER, Chat, rows_of
from tests.support.database import run_in
from tests.support.server import Program
from tests.support.telegram import TelegramStandIn

from health_navigator.conversation.tables import ConversationState

FILE = {"file_id": "f", "file_unique_id": "u"}
SIZED = {**FILE, "width": 9, "height": 9}
STICKER = {**SIZED, "type": "regular", "is_animated": False, "is_video": False}
POLL = {
    "id": "1",
    "question": "?",
    "options": [{"persistent_id": "0", "text": "a", "voter_count": 0}],
    "total_voter_count": 0,
    "is_closed": False,
    "is_anonymous": True,
    "type": "regular",
    "allows_multiple_answers": False,
}
FORWARDED = {"type": "hidden_user", "sender_user_name": "x", "date": 0}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"voice": {**FILE, "duration": 3}}, "audios"),
        ({"audio": {**FILE, "duration": 3}}, "audios"),
        ({"video_note": {**FILE, "length": 9, "duration": 3}}, "audios"),
        ({"photo": [SIZED]}, "No puedo ver fotos"),
        ({"video": {**SIZED, "duration": 3}}, "No puedo ver fotos"),
        ({"document": FILE}, "No puedo ver fotos"),
        ({"sticker": STICKER}, "Solo puedo leer texto"),
        ({"contact": {"phone_number": "999", "first_name": "x"}}, "No necesito el número"),
        ({"poll": POLL}, "Solo puedo leer texto"),
        ({"dice": {"emoji": "🎲", "value": 1}}, "Solo puedo leer texto"),
        ({"text": "REENVÍEN: dan SIS", "forward_origin": FORWARDED}, "mensaje reenviado"),
    ],
)
def test_what_cannot_be_read_gets_one_warm_line_and_the_menu(
    chat: Chat, content: dict[str, Any], says: str
) -> None:
    (message,) = chat.does(chat.person.sends(**content))
    assert says in message.text
    assert len(message.text.splitlines()) == 1
    assert "Mpox" in message.labels


def test_danger_under_a_photo_or_forwarded_is_heard(chat: Chat) -> None:
    photo = chat.person.sends(photo=[SIZED], caption=DANGER)
    assert "113" in chat.does(photo)[-1].text
    forwarded = chat.person.sends(text=DANGER, forward_origin=FORWARDED)
    assert "opción 5" in chat.does(forwarded)[-1].text


def test_an_edit_is_answered_only_where_the_first_was_not_understood(chat: Chat) -> None:
    chat.says("que es el sis")
    assert chat.does(chat.person.edits("que es el sis?")) == []
    chat.says("qzxw plmk wvbn")
    (message,) = chat.does(chat.person.edits("que es el sis"))
    assert "Fuente:" in message.text


def test_danger_in_an_edit_is_heard(chat: Chat) -> None:
    chat.says("que es el sis")
    assert "113" in chat.does(chat.person.edits(DANGER))[-1].text


def test_a_live_location_is_answered_once(chat: Chat) -> None:
    chat.presses(chat.says("/cerca"), "Hospital")
    place = {"latitude": -12.0464, "longitude": -77.0428, "live_period": 900}
    assert "5. " in chat.does(chat.person.sends(location=place))[-1].text
    moved = chat.person.sends(location=place)
    moved["edited_message"] = moved.pop("message") | {"edit_date": int(time.time())}
    for _ in range(3):
        assert chat.does(moved) == []
        moved = moved | {"update_id": next(chat.person.numbers)}


def test_a_group_gets_the_link_and_nothing_more(chat: Chat, telegram: TelegramStandIn) -> None:
    for text in ("donde hago la prueba de vih", "/start", "/sis@navigator_bot"):
        (message,) = chat.does(chat.person.writes_in_group(text))
        assert message.text == "Solo respondo en privado, para protegerte."
        (button,) = message.buttons
        assert button.url == "https://t.me/navigator_bot"


def test_a_button_in_a_group_answers_nothing_there(chat: Chat) -> None:
    tap = chat.person.taps("e:vih-prueba")
    tap["callback_query"]["message"]["chat"] = {"id": -200, "type": "group", "title": "g"}
    (message,) = chat.does(tap)
    assert "en privado" in message.text


def test_who_blocks_the_bot_is_forgotten(chat: Chat, whole_bot: Program) -> None:
    before = rows_of(whole_bot, "select count(*) from conversation_state")
    chat.says("que es el sis")
    assert chat.does(chat.person.blocks()) == []
    assert rows_of(whole_bot, "select count(*) from conversation_state") == before


def test_a_flood_gets_one_notice_then_quiet_and_danger_is_still_answered(chat: Chat) -> None:
    sent = [chat.does(chat.person.writes(f"que es el sis {n}")) for n in range(25)]
    assert all(sent[:15])
    (notice,) = sent[15]
    assert "muy rápido" in notice.text
    assert "106" in notice.text
    assert not any(sent[16:])
    assert "113" in chat.says(DANGER).text


def test_in_a_flood_she_still_gets_the_numbers_and_may_still_delete(
    chat: Chat, whole_bot: Program
) -> None:
    before = rows_of(whole_bot, "select count(*) from conversation_state")
    for n in range(20):
        chat.does(chat.person.writes(f"que es el sis {n}"))
    assert "116" in chat.says("/emergencia").text
    assert "Ya no guardamos nada" in chat.says("/borrar").text
    assert rows_of(whole_bot, "select count(*) from conversation_state") == before


def test_what_a_newer_program_remembered_does_not_stop_the_chat(
    chat: Chat, whole_bot: Program
) -> None:
    """After a step back to an older version: what it does not know is left out."""
    chat.says("posta en Comas")
    run_in(whole_bot.settings.database_url, _remember_something_newer)
    assert chat.says("y hospital?").first_line.startswith("Hospital · Comas")


async def _remember_something_newer(session: AsyncSession) -> None:
    for state in await session.scalars(select(ConversationState)):
        state.body = {**state.body, "newer": ["?"]}


def test_thirty_taps_in_a_second_act_once(chat: Chat) -> None:
    updates = [chat.person.taps("t:mpox", message_id=5) for _ in range(30)]
    with ThreadPoolExecutor(10) as pool:
        codes = list(
            pool.map(lambda update: chat.program.deliver(update, 200).status_code, updates)
        )
    assert set(codes) == {200}
    assert len(chat.telegram.sent(chat.person.chat_id)) == 1


@pytest.mark.parametrize(
    "data",
    [
        "",
        "z",
        "e:nada",
        "e",
        "t:sis:99",
        "t:sis:-1",
        "t:sis:²",
        "k:nada",
        "p:hospital:999999",
        "p:nada:150101",
        "w:nada",
        "u:nada",
        "d:nada",
        "l:xx",
        "s",
        "q",
        "m:m:m:m",
        "\x00",
        "x" * 64,
        "ñ" * 32,
        "'; drop table entry; --",
    ],
)
def test_forged_or_old_buttons_lead_to_the_menu(chat: Chat, data: str) -> None:
    message = chat.taps(data)
    assert "Ese botón ya es viejo" in message.text
    assert "Mpox" in message.labels


@pytest.mark.parametrize("text", ["...", "???", "\x00", "\u200b\u200b", "!!", "—"])
def test_no_words_get_a_kind_line(chat: Chat, text: str) -> None:
    assert "No pude leer ninguna palabra" in chat.says(text).text


def test_danger_is_heard_in_a_whole_story(chat: Chat) -> None:
    told = chat.says("mi esposo me pega y tengo miedo. " + "hola " * 900).text
    assert told.startswith("105 (Policía)")


def test_leaving_is_neutral_and_forgets(someone: Callable[[], Chat], whole_bot: Program) -> None:
    chat = someone()
    before = rows_of(whole_bot, "select count(*) from conversation_state")
    chat.taps("e:violencia-pareja")
    message = chat.says("/salir")
    assert message.text == "Listo. Hasta luego."
    assert message.markup == {"remove_keyboard": True}
    assert rows_of(whole_bot, "select count(*) from conversation_state") == before


def test_deleting_echoes_nothing(chat: Chat) -> None:
    chat.says("hospital en Comas")
    message = chat.says("/borrar")
    assert "Comas" not in message.text
    assert "hospital" not in message.text.lower()


@pytest.mark.parametrize(
    "words",
    ["borrar", "Borra todo", "borra este chat", "por favor borra todo lo que te he dicho",
     "elimina la conversación", "quiero borrar mis mensajes", "bórralo ya", "apaga tudo"],
)  # fmt: skip
def test_words_delete_like_the_command_and_say_how_to_in_telegram(
    chat: Chat, whole_bot: Program, words: str
) -> None:
    chat.says("hospital en Comas")
    query = "select count(*) from conversation_state"
    ((before,),) = rows_of(whole_bot, query)
    message = chat.says(words)
    assert "Ya no guardamos nada" in message.text
    assert "lista de chats de Telegram" in message.text
    assert rows_of(whole_bot, query) == [(before - 1,)]


@pytest.mark.parametrize(
    "words", ["como borro esta conversacion", "se me borro la vista", "quiero limpiar mi cuerpo"]
)
def test_words_about_deleting_delete_nothing(chat: Chat, words: str) -> None:
    assert "Ya no guardamos nada" not in chat.says(words).text


def test_a_state_lives_for_half_an_hour(chat: Chat, whole_bot: Program) -> None:
    chat.says("hospital en Comas")
    query = "select max(julianday(expires_at)) - julianday('now') from conversation_state"
    ((days,),) = rows_of(whole_bot, query)
    assert 0 < days * 24 * 60 <= 30.1
