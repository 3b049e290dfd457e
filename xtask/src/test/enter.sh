#!/bin/sh
# Runs a command in a Debian root file system: enter.sh ROOT [PATH]... -- COMMAND [ARGUMENT]...
#
# The command sees these files and directories of the machine, its devices and its processes; in
# ROOT it changes nothing, because all that it writes there goes to a file system in memory.
set -eu
if [ -z "${INSIDE-}" ]; then
    INSIDE=1 exec unshare --mount --propagation private sh "$0" "$@"
fi
unset INSIDE

root=$1
shift
memory=$root/mnt
mount -t tmpfs -o mode=755 tmpfs "$memory"
new=$memory/root
mkdir "$memory/changes" "$memory/work" "$new"
mount -t overlay -o "lowerdir=$root,upperdir=$memory/changes,workdir=$memory/work" overlay "$new"
for path in /dev /proc /sys; do
    mount --rbind "$path" "$new$path"
done
while [ "$1" != -- ]; do
    if [ -d "$1" ]; then
        mkdir -p "$new$1"
    else
        mkdir -p "$new${1%/*}"
        [ -e "$new$1" ] || : >"$new$1"
    fi
    mount --rbind "$1" "$new$1"
    shift
done
shift
# systemd-nspawn asks for one.
tr -d - </proc/sys/kernel/random/uuid >"$new/etc/machine-id"

directory=$PWD
cd "$new"
pivot_root . mnt
umount --lazy /mnt
cd "$directory"
unset LC_ALL LANGUAGE
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
exec "$@"
