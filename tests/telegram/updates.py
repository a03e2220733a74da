"""Updates as nobody would think of them: every shape of Telegram's, then broken at random."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

Json = Any

# Every character there is, halves of pairs too: JSON can carry them.
_any_text = st.text(st.characters(exclude_categories=()), max_size=40)
_said = st.sampled_from(
    (
        "hola",
        "me quiero morir",
        "dónde hay un hospital en Lima",
        "\0",
        "\ud83d",
        "﷽" * 4_096,
        "z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
        "\u202eatsih",
        "<b>&lt;",
        "/start",
        "/start " + "x" * 5_000,
        "/borrar@navigator_bot",
        "/",
        "' or 1=1 --",
        "%s {0} {named}",
        "٣٤ ١٢",
        "1e309",
        "no",
        "34",
    )
)
_long_text = st.builds(
    lambda piece, times: piece * times, st.text(max_size=3), st.integers(0, 3_000)
)
_text = st.one_of(_said, _any_text, _long_text)
_number = st.one_of(
    st.integers(-(2**70), 2**70), st.floats(), st.sampled_from((0, -1, 2**31, 2**63, 1e308))
)
_junk: st.SearchStrategy[Json] = st.recursive(
    st.one_of(st.none(), st.booleans(), _number, _any_text),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)
_file = {"file_id": "f", "file_unique_id": "u", "file_size": 1}
_somebody = {"id": 5, "is_bot": False, "first_name": "B"}
_content: st.SearchStrategy[dict[str, Json]] = st.one_of(
    st.fixed_dictionaries({"text": _text}),
    st.fixed_dictionaries(
        {"location": st.fixed_dictionaries({"latitude": _number, "longitude": _number})}
    ),
    st.fixed_dictionaries(
        {
            "text": _text,
            "entities": st.just([{"type": "bot_command", "offset": 0, "length": 9}]),
            "forward_origin": st.just({"type": "user", "date": 1, "sender_user": _somebody}),
        }
    ),
    st.fixed_dictionaries(
        {"photo": st.just([{**_file, "width": 1, "height": 1}]), "caption": _text}
    ),
    st.sampled_from(
        (
            {"contact": {"phone_number": "+51", "first_name": "x"}},
            {"sticker": {**_file, "type": "regular", "width": 1, "height": 1}},
            {"voice": {**_file, "duration": 1}},
            {"document": _file},
            {"dice": {"emoji": "🎲", "value": 6}},
            {"venue": {"location": {"latitude": 1, "longitude": 1}, "title": "", "address": ""}},
            {"poll": {"id": "1", "question": "?", "options": []}},
            {"new_chat_members": [_somebody]},
            {"left_chat_member": _somebody},
            {"pinned_message": {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}}},
            {"web_app_data": {"data": "x", "button_text": "y"}},
            {"successful_payment": {"currency": "PEN", "total_amount": 1}},
            {},
        )
    ),
)
_pressed = st.one_of(
    st.sampled_from(
        (
            "m",
            "x",
            "i",
            "i:c",
            "i:a:AAAA",
            "i:w",
            "e:sis-que-es",
            "e:none",
            "t:sis:99999999999999999999",
            "t:sis:-1",
            "k:vih",
            "p:vih:150101",
            "p:vih:x",
            "q",
            "s",
            "w:x",
            "l:xx",
            "d:suicidio",
            "::::",
            "",
        )
    ),
    _any_text,
)
_statuses = st.sampled_from(("member", "kicked", "left", "administrator", "restricted", "x"))
_kinds_of_chat = st.sampled_from(("private", "private", "private", "supergroup", "channel", "x"))
_others = st.sampled_from(
    ("channel_post", "inline_query", "poll", "message_reaction", "business_message", "x")
)


@st.composite
def contents(draw: st.DrawFn, chat_id: int) -> dict[str, Json]:
    """One update of this chat without its number, whole or broken."""
    whole = draw(st.one_of(*_shapes(chat_id)))
    return _broken(draw, deepcopy(whole)) if draw(st.booleans()) else whole


def _shapes(chat_id: int) -> list[st.SearchStrategy[dict[str, Json]]]:
    who = st.fixed_dictionaries(
        {
            **{name: st.just(value) for name, value in (_somebody | {"id": chat_id}).items()},
            "language_code": st.sampled_from(("es", "qu", "pt-br", "", "x" * 50)),
        }
    )
    chat = st.fixed_dictionaries({"id": st.just(chat_id), "type": _kinds_of_chat})
    frame = {"message_id": st.just(7), "date": st.just(1), "chat": chat, "from": who}
    message = st.builds(lambda head, body: head | body, st.fixed_dictionaries(frame), _content)
    member = st.fixed_dictionaries({"status": _statuses, "user": who})
    pressed = {"id": st.just("1"), "from": who, "data": _pressed, "chat_instance": st.just("1")}
    changed = {"chat": chat, "from": who, "date": st.just(1)}
    return [
        st.fixed_dictionaries({"message": message}),
        st.fixed_dictionaries({"edited_message": message}),
        st.fixed_dictionaries(
            {"callback_query": st.fixed_dictionaries(pressed, optional={"message": message})}
        ),
        st.fixed_dictionaries(
            {
                "my_chat_member": st.fixed_dictionaries(
                    {**changed, "old_chat_member": member, "new_chat_member": member}
                )
            }
        ),
        st.dictionaries(_others, st.one_of(message, _junk), max_size=2),
    ]


def _broken(draw: st.DrawFn, whole: dict[str, Json]) -> dict[str, Json]:
    """With one or two fields gone, or replaced by anything at all."""
    for _ in range(draw(st.integers(1, 2))):
        places = list(_places(whole))
        if places:
            owner, name = places[draw(st.integers(0, len(places) - 1))]
            if draw(st.booleans()):
                del owner[name]
            else:
                owner[name] = draw(_junk)
    return whole


def _places(owner: Json) -> Any:
    """Every field, with what holds it."""
    names = owner if isinstance(owner, dict) else range(len(owner))
    for name in list(names):
        yield owner, name
        if isinstance(owner[name], dict | list):
            yield from _places(owner[name])
