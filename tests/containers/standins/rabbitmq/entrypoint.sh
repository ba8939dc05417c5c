#!/bin/sh
# Starts as the image's own user: as root, only to own the data first. Any other command runs as it was given.
set -eu
case "${1:-}" in
  rabbitmq*)
    if [ "$(id -u)" = 0 ]; then
      [ "$1" != rabbitmq-server ] || find /var/lib/rabbitmq \! -user rabbitmq -exec chown rabbitmq '{}' +
      exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups "$0" "$@"
    fi
    ;;
esac
exec "$@"
