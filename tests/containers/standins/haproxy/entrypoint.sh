#!/bin/sh
# As the published image: options alone are haproxy's, and haproxy runs master-worker (-W) without a daemon (-db).
set -eu
[ "${1:-haproxy}" = "${1#-}" ] || set -- haproxy "$@"
if [ "${1:-}" = haproxy ]; then
  shift
  set -- haproxy -W -db "$@"
fi
exec "$@"
