#!/bin/sh
# The published image's own check, by name and by answer.
set -eu
if [ "$(echo PING | nc -N 127.0.0.1 3310)" != PONG ]; then
  echo "ERROR: Unable to contact server"
  exit 1
fi
echo "Clamd is up"
