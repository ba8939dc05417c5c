#!/bin/sh
# As the published image: the first argument names the role, and each role has defaults, which later arguments override.
set -eu
if [ "$(id -u)" = 0 ]; then
  chown -R seaweed:seaweed /data
  exec setpriv --reuid=seaweed --regid=seaweed --init-groups "$0" "$@"
fi
role="${1:-}"
[ $# = 0 ] || shift
case "$role" in
  master) set -- master -mdir=/data -volumePreallocate -volumeSizeLimitMB=1024 "$@" ;;
  volume) set -- volume -dir=/data -max=0 "$@" ;;
  server) set -- server -dir=/data -volume.max=0 -master.volumePreallocate -master.volumeSizeLimitMB=1024 "$@" ;;
  *) set -- "$role" "$@" ;;
esac
exec /usr/bin/weed -logtostderr=true "$@"
