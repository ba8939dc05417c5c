#!/bin/sh
# CLAMD_CONF_<Setting>=value adds to or replaces clamd's configuration, as in the published image.
set -eu
[ "$(id -u)" != 0 ] || chown -R clamav:clamav /var/lib/clamav
# A volume over the database folder hides the signature that came with the image.
[ -e /var/lib/clamav/eicar.hdb ] || cp /usr/share/clamav/eicar.hdb /var/lib/clamav/
config=/tmp/clamd.conf
names="$(env | sed -n 's/^CLAMD_CONF_\([A-Za-z]*\)=.*/\1/p')"
cp /etc/clamav/clamd.conf "$config"
for name in $names; do
  sed -i "/^$name /d" "$config"
  printenv "CLAMD_CONF_$name" | sed "s|^|$name |" >>"$config"
done
rm -f /tmp/clamd.sock
exec clamd --foreground --config-file="$config"
