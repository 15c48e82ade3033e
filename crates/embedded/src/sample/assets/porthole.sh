#!/bin/sh
# Porthole's helper on the desktop: says which containers lie in port.
set -eu
case "${1:-}" in
  --version) echo "porthole @VERSION@" ;;
  *) docker ps --format '{{.Names}} is in port since {{.RunningFor}}' ;;
esac
