#!/bin/sh
# The embedded database on a disk that runs full under load: mounts a small file system (needs root), runs
# FullDiskTest on it and takes it away again.
set -eu
cd "$(dirname "$0")/../../.."
disk=$(mktemp -d)
mount -t tmpfs -o size="${SIZE:-48m}" tmpfs "$disk"
trap 'umount "$disk"; rmdir "$disk"' EXIT
./mvnw -q -B test -Dtest=FullDiskTest -Dquirkwatch.small-disk="$disk"
