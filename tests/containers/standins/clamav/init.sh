#!/bin/sh
# CLAMD_CONF_<Setting>=value replaces a line of clamd's configuration, as in the published image, and with its limits:
# /init writes to /etc/clamav and owns the data (root, a writable tree), /init-unprivileged does neither.
set -eu
config=/etc/clamav/clamd.conf
if [ "${0##*/}" = init-unprivileged ]; then
  config=/tmp/clamd.conf
  cp /etc/clamav/clamd.conf "$config"
else
  chown -R clamav:clamav /var/lib/clamav
fi
# A volume over the database folder hides the signature that came with the image.
[ -e /var/lib/clamav/eicar.hdb ] || cp /usr/share/clamav/eicar.hdb /var/lib/clamav/
for name in $(env | sed -n 's/^CLAMD_CONF_\([A-Za-z]*\)=.*/\1/p'); do
  sed -i "/^$name /d" "$config"
  printenv "CLAMD_CONF_$name" | sed "s|^|$name |" >>"$config"
done
rm -f /tmp/clamd.sock
exec clamd --foreground --config-file="$config"
