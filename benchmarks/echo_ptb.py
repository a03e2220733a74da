"""A bare echo bot in python-telegram-bot, with its own webhook server, on uvloop.

Usage: python echo_ptb.py PORT TELEGRAM_URL SECRET
"""

import asyncio
import sys

import uvloop
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

CONNECTIONS = 256


async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text(update.message.text or "")


def main(port: str, telegram: str, secret: str) -> None:
    asyncio.set_event_loop(uvloop.new_event_loop())
    application = (
        Application.builder()
        .token("1:echo")
        .base_url(f"{telegram}/bot")
        .concurrent_updates(CONNECTIONS)
        .connection_pool_size(CONNECTIONS)
        .build()
    )
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_webhook(
        listen="127.0.0.1",
        port=int(port),
        url_path="webhook",
        webhook_url="https://bot.example.org/webhook",
        secret_token=secret,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
