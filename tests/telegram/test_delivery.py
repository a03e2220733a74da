"""From a webhook call to the sent reply: each promise of delivery, over HTTP, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from aiohttp import web

from tests.support.server import SECRET, Program, settings_for, telegram_settings
from tests.support.telegram import Person, TelegramStandIn, failure
from tests.support.waiting import wait_until


def test_a_question_is_answered_with_its_source(
    bot: Program, telegram: TelegramStandIn, ana: Person
) -> None:
    response = bot.post_update(ana.writes("que es el sis"))
    assert response.status_code == 200
    (message,) = telegram.sent(ana.chat_id)
    assert message["parse_mode"] == "HTML"
    assert "Fuente:" in message["text"]
    assert "Verificado:" in message["text"]
    assert message["reply_markup"]["inline_keyboard"]


def test_a_wrong_secret_is_refused(bot: Program, telegram: TelegramStandIn, ana: Person) -> None:
    assert bot.post_update(ana.writes("hola"), secret="wrong").status_code == 403
    assert bot.post_update(ana.writes("hola"), secret="").status_code == 403
    assert bot.post_update(ana.writes("hola"), secret=SECRET + "x").status_code == 403
    assert not telegram.sent()


def test_a_duplicate_is_silent(bot: Program, telegram: TelegramStandIn, ana: Person) -> None:
    update = ana.writes("hola")
    assert bot.post_update(update).status_code == 200
    assert bot.post_update(update).status_code == 200
    assert len(telegram.sent(ana.chat_id)) == 1


def test_a_huge_body_is_refused(bot: Program) -> None:
    response = bot.client.post(
        "/telegram/webhook",
        content=b"x" * 1_100_000,
        headers={"X-Telegram-Bot-Api-Secret-Token": SECRET},
    )
    assert response.status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b'"text"',
        b'{"update_id": "x"}',
        b'{"update_id": 5}',
        b'{"update_id": 6, "message": {"message_id": 1}}',
        b'{"update_id": 7, "message": 3}',
        b'{"update_id": 8, "poll": {"id": "1", "question": "?", "options": []}}',
        b'{"update_id": 9, "channel_post": {"message_id": 1, "date": 0, "chat": {"id": 1}}}',
        b'{"update_id": true}',
    ],
)
def test_what_cannot_be_read_gets_200(
    sqlite_bot: Program, telegram: TelegramStandIn, body: bytes
) -> None:
    response = sqlite_bot.client.post(
        "/telegram/webhook", content=body, headers={"X-Telegram-Bot-Api-Secret-Token": SECRET}
    )
    assert response.status_code == 200
    assert not telegram.sent()


def test_flood_control_is_passed_on_and_only_the_unsent_is_sent_again(
    bot: Program, telegram: TelegramStandIn, ana: Person
) -> None:
    telegram.answers_with(failure(429, "Too Many Requests", retry_after=7))
    update = ana.writes("hola")
    response = bot.post_update(update)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "7"
    assert bot.post_update(update).status_code == 200
    assert len(telegram.sent(ana.chat_id)) == 1


@pytest.mark.parametrize("trouble", [500, 502, 401, "cut"])
def test_telegrams_trouble_postpones_the_update_however_often(
    sqlite_bot: Program, telegram: TelegramStandIn, ana: Person, trouble: int | str
) -> None:
    update = ana.writes("hola")
    for _ in range(8):
        telegram.answers_with(failure(trouble) if isinstance(trouble, int) else trouble)
        response = sqlite_bot.post_update(update)
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) >= 1
    assert sqlite_bot.post_update(update).status_code == 200
    assert len(telegram.sent(ana.chat_id)) == 1


@pytest.mark.parametrize("status", [200, 502])
@pytest.mark.parametrize("text", ["", "<html>Bad Gateway</html>", "[1]"])
def test_what_is_no_answer_of_telegrams_postpones_the_update(
    sqlite_bot: Program, telegram: TelegramStandIn, ana: Person, status: int, text: str
) -> None:
    update = ana.writes("hola")
    for _ in range(7):
        telegram.answers_with(web.Response(status=status, text=text))
        assert sqlite_bot.post_update(update).status_code == 503
    assert sqlite_bot.post_update(update).status_code == 200
    assert len(telegram.sent(ana.chat_id)) == 1


def test_a_person_who_blocked_the_bot_is_forgotten_and_not_retried(
    bot: Program, telegram: TelegramStandIn, ana: Person
) -> None:
    telegram.answers_with(failure(403, "Forbidden: bot was blocked by the user"))
    assert bot.post_update(ana.writes("hola")).status_code == 200
    assert not telegram.sent(ana.chat_id)


def test_blocking_the_bot_is_answered_with_silence(
    bot: Program, telegram: TelegramStandIn, ana: Person
) -> None:
    bot.post_update(ana.writes("que es el sis"))
    before = len(telegram.sent(ana.chat_id))
    assert bot.post_update(ana.blocks()).status_code == 200
    assert len(telegram.sent(ana.chat_id)) == before


def test_refused_markup_is_sent_plain_once(
    bot: Program, telegram: TelegramStandIn, ana: Person
) -> None:
    telegram.answers_with(failure(400, "Bad Request: can't parse entities: Unsupported start tag"))
    assert bot.post_update(ana.writes("que es el sis")).status_code == 200
    (message,) = telegram.sent(ana.chat_id)
    assert "parse_mode" not in message
    assert "<b>" not in message["text"]


def test_our_own_fifth_failure_parks_the_update_and_tells_the_person(
    bot: Program, telegram: TelegramStandIn, ana: Person
) -> None:
    """Telegram refuses the message as it stands: that is our mistake, and must block nobody."""
    update = ana.writes("hola")
    for _ in range(5):
        telegram.answers_with(failure(400, "Bad Request: BUTTON_DATA_INVALID"))
        assert bot.post_update(update).status_code == 503
    assert bot.post_update(update).status_code == 200
    (message,) = telegram.sent(ana.chat_id)
    assert "106" in message["text"]
    assert "105" in message["text"]
    assert bot.post_update(update).status_code == 200
    assert len(telegram.sent(ana.chat_id)) == 1
    assert bot.post_update(ana.writes("gracias")).status_code == 200
    assert len(telegram.sent(ana.chat_id)) == 2


def test_an_update_is_parked_even_where_telegram_refuses_the_last_resort(
    sqlite_bot: Program, telegram: TelegramStandIn, ana: Person
) -> None:
    update = ana.writes("hola")
    telegram.answers_with(*(failure(400, "Bad Request: BUTTON_DATA_INVALID") for _ in range(6)))
    assert [sqlite_bot.post_update(update).status_code for _ in range(6)] == [503] * 5 + [200]
    assert not telegram.sent(ana.chat_id)
    assert sqlite_bot.post_update(ana.writes("gracias")).status_code == 200
    assert len(telegram.sent(ana.chat_id)) == 1


@pytest.mark.parametrize(
    "refusal",
    [
        failure(400, "Bad Request: not enough rights to send text messages to the chat"),
        failure(400, "Bad Request: CHAT_WRITE_FORBIDDEN"),
        failure(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1001),
    ],
)
def test_a_group_in_which_it_may_not_write_is_left_in_peace(
    sqlite_bot: Program, telegram: TelegramStandIn, ana: Person, refusal: web.Response
) -> None:
    telegram.answers_with(refusal)
    assert sqlite_bot.post_update(ana.writes_in_group("hola")).status_code == 200
    assert not telegram.sent(-100)


def test_a_tap_is_acknowledged_before_it_is_answered(
    bot: Program, telegram: TelegramStandIn, ana: Person
) -> None:
    assert bot.post_update(ana.taps("m")).status_code == 200
    order = [
        call.method
        for call in telegram.calls
        if call.method in ("answerCallbackQuery", "sendMessage")
    ]
    assert order == ["answerCallbackQuery", "sendMessage"]


def test_forty_parallel_calls_are_answered_in_order_in_each_chat(
    bot: Program, telegram: TelegramStandIn, numbers: Iterator[int]
) -> None:
    people = [Person(90_000 + n, numbers) for n in range(8)]
    updates = [
        (person, person.taps(f"t:sis:{n}", message_id=n)) for n in range(5) for person in people
    ]
    barrier = threading.Barrier(8)

    def post_all_of(person: Person) -> None:
        barrier.wait(10)
        for owner, update in updates:
            if owner is person:
                assert bot.deliver(update, tries=100).status_code == 200

    def post(update: dict[str, object]) -> int:
        return bot.deliver(update, tries=100).status_code

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(post_all_of, people))
    for person in people:
        assert len(telegram.sent(person.chat_id)) == 5
    with ThreadPoolExecutor(40) as pool:
        again = [person.writes("hola") for _ in range(5) for person in people]
        assert set(pool.map(post, again)) == {200}
    assert len(telegram.sent()) == 80


def test_a_slow_telegram_holds_no_other_chat(
    bot: Program, telegram: TelegramStandIn, ana: Person, numbers: Iterator[int]
) -> None:
    goes_on = threading.Event()
    telegram.answers_with(goes_on)
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(bot.post_update, ana.writes("hola"))
        beto = Person(ana.chat_id + 1, numbers)
        wait_until(lambda: not telegram.script)
        assert bot.post_update(beto.writes("hola")).status_code == 200
        assert telegram.sent(beto.chat_id)
        assert not telegram.sent(ana.chat_id)
        goes_on.set()
        assert slow.result().status_code == 200
    assert telegram.sent(ana.chat_id)


def test_the_bot_introduces_itself_and_sets_its_webhook(
    tmp_path: Path, telegram: TelegramStandIn, few_entries: Path
) -> None:
    values = telegram_settings(telegram.url, knowledge_dir=few_entries)
    with Program(settings_for(tmp_path, **values)).running():
        telegram.wait_for("setWebhook")
        telegram.wait_for("setMyShortDescription", times=4)
    (webhook,) = telegram.called("setWebhook")
    assert webhook["url"] == "https://bot.example.org/telegram/webhook"
    assert webhook["secret_token"] == SECRET
    assert set(webhook["allowed_updates"]) == {
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
    }
    languages = [body.get("language_code") for body in telegram.called("setMyCommands")]
    assert languages == [None, "es", "en", "pt"]
