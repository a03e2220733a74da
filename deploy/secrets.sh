#!/bin/sh
# Makes the secrets that nobody has to think of, in secrets/, and asks for the bot's token.
# What is there already stays. Run it as root in the project's folder, before the first start.
set -eu
[ "$(id -u)" = 0 ] || { echo "run it as root: the bot's user must own the bot's secrets" >&2; exit 1; }
umask 077
mkdir -p secrets

random() {
  LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom | head -c 48
}

keep() {
  [ -s "secrets/$1" ] || printf '%s' "$2" >"secrets/$1"
}

keep postgres_password "$(random)"
keep navigator_webhook_secret "$(random)"
keep navigator_secret_key "$(random)"
keep navigator_database_url \
  "postgresql://navigator:$(cat secrets/postgres_password)@database/navigator"
if [ ! -s secrets/navigator_telegram_token ]; then
  printf 'Token from BotFather: ' >&2
  read -r token
  keep navigator_telegram_token "$token"
fi

# In the container the bot is nobody's user 65532 and must read its own, and only its own.
chown 65532 secrets/navigator_*
chmod 400 secrets/*
