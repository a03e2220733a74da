"""A bare echo bot in aiogram, as its documentation shows a webhook, on uvloop.

Usage: python echo_aiogram.py PORT TELEGRAM_URL SECRET
"""

import sys

import uvloop
from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

router = Router()


@router.message()
async def echo(message: Message) -> None:
    await message.answer(message.text or "")


def main(port: str, telegram: str, secret: str) -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(telegram))
    bot = Bot("1:echo", session=session)
    dispatcher = Dispatcher()
    dispatcher.include_router(router)
    app = web.Application()
    SimpleRequestHandler(dispatcher, bot, secret_token=secret).register(app, path="/webhook")
    setup_application(app, dispatcher, bot=bot)
    web.run_app(
        app, host="127.0.0.1", port=int(port), access_log=None, loop=uvloop.new_event_loop()
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
