#!/bin/sh
# Writes a backup: backup.sh FOLDER [FILE.sqlite3]
# PostgreSQL is found by libpq's own variables (PGHOST, PGUSER, PGDATABASE, PGPASSFILE or
# PGPASSWORD): a password among the arguments could be read by everybody on the machine.
# What belongs to conversations is left out: a stolen backup tells nothing about who wrote.
set -eu
umask 077
folder=${1:?where to write the backup}
file=${2:-}
mkdir -p "$folder"
stamp=$(date -u +%Y%m%dT%H%M%SZ)

if [ -n "$file" ]; then
  target="$folder/health-navigator-$stamp.sqlite3"
  python3 - "$file" "$target.partial" <<'PYTHON'
import sqlite3
import sys

source, target = sys.argv[1:]
with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as live:
    live.execute("VACUUM INTO ?", (target,))
copy = sqlite3.connect(target)
copy.execute("PRAGMA secure_delete=ON")
there = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type='table'")}
for table in ("outgoing_message", "telegram_update", "conversation_state", "staff_session", "failed_login"):
    if table in there:
        copy.execute(f"DELETE FROM {table}")
copy.commit()
copy.execute("VACUUM")
if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
    sys.exit("the copy is damaged")
copy.close()
PYTHON
else
  target="$folder/health-navigator-$stamp.dump"
  if [ -n "${PASSWORD_FILE:-}" ]; then
    PGPASSWORD=$(cat "$PASSWORD_FILE")
    export PGPASSWORD
  fi
  pg_dump --format=custom --no-owner --no-privileges --file="$target.partial" \
    --exclude-table-data=outgoing_message --exclude-table-data=telegram_update \
    --exclude-table-data=conversation_state --exclude-table-data=staff_session \
    --exclude-table-data=failed_login
  # A dump that cannot be listed cannot be restored.
  pg_restore --list "$target.partial" >/dev/null
fi

mv "$target.partial" "$target"
if [ -n "${KEEP_DAYS:-}" ]; then
  find "$folder" -name 'health-navigator-*' -mtime "+$KEEP_DAYS" -delete
fi
echo "$target"
