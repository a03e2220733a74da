#!/bin/sh
# Puts a backup back: restore.sh BACKUP [FILE.sqlite3]
# Stop the bot first. What is in the database now is replaced; libpq's variables name it.
set -eu
umask 077
backup=${1:?which backup}
file=${2:-}

if [ -n "$file" ]; then
  rm -f "$file-wal" "$file-shm"
  cp "$backup" "$file.partial"
  # Root restores, but the service must be able to open it.
  owner=$file
  [ -e "$owner" ] || owner=$(dirname "$file")
  [ "$(id -u)" != 0 ] || chown --reference="$owner" "$file.partial"
  mv "$file.partial" "$file"
else
  if [ -n "${PASSWORD_FILE:-}" ]; then
    PGPASSWORD=$(cat "$PASSWORD_FILE")
    export PGPASSWORD
  fi
  statements=$(mktemp)
  trap 'rm -f "$statements"' EXIT
  pg_restore --no-owner --no-privileges --file="$statements" "$backup"
  # All or nothing, and nothing stays of what a newer program may have made.
  psql --quiet --no-psqlrc --single-transaction --set=ON_ERROR_STOP=1 --output=/dev/null \
    --dbname="${PGDATABASE:?name the database}" \
    --command='SET client_min_messages = warning' \
    --command='DROP SCHEMA public CASCADE' --command='CREATE SCHEMA public' \
    --file="$statements"
fi
echo "restored $backup"
