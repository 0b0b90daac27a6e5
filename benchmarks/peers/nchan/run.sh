#!/bin/sh
# nginx with nchan in one process, so that its CPU time and memory are those of one process id.
# Usage: run.sh PORT NGINX NCHAN_MODULE SCRATCH_FOLDER
set -eu
port="$1" nginx="$2" module="$3" scratch="$4"
here="$(cd "$(dirname "$0")" && pwd)"

rm -rf "$scratch/$port"
mkdir -p "$scratch/$port"
sed -e "s|@PORT@|$port|" -e "s|@MODULE@|$module|" "$here/nginx.conf" >"$scratch/$port/nginx.conf"
exec "$nginx" -p "$scratch/$port/" -c nginx.conf -e stderr
