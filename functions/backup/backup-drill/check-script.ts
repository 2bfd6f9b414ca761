/**
 * The script that looks at restored volumes. It runs on an instance that is made for it, on volumes
 * that are made for it: a file system is mounted read only, as at a boot, which plays its journal
 * back, taken off again, checked without a change, and its files are read. Nothing on it is run. What
 * it says are lines of numbers and plain words: what a volume holds cannot say anything by itself.
 */
import type { WantedFile } from "./check.ts";

/** Each line that is read begins so. */
export const scriptWord = "nightshift";

/** So long it waits for a volume that was attached to show. */
const secondsToShow = 120;

/** @returns as one word of a shell, whatever is in it */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * `volume N seen|absent` · `fs N NTH TYPE MOUNTED CODE` · `other N NTH TYPE` · `file N NTH SUM|WORD`
 * · `end`.
 */
const parts = `set -u
export LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
at=$(mktemp -d) || exit 70
say() { echo "${scriptWord} $*"; }
word() { printf %s "$1" | tr -cd 'A-Za-z0-9_' | cut -c1-20; }
held() {
  within=$(readlink -f -- "$at$2") || return 0
  [ -e "$within" ] || return 0
  case $within in "$at"/*) ;; *) say file $volume $1 outside; return 0 ;; esac
  [ -f "$within" ] || { say file $volume $1 special; return 0; }
  sum=$(sha256sum < "$within") || { say file $volume $1 unreadable; return 0; }
  say file $volume $1 "\${sum%% *}"
}
system() {
  case $3 in
    ext2|ext3|ext4) check='e2fsck -fn'; how=ro,nosuid,nodev,noexec ;;
    xfs) check='xfs_repair -n'; how=ro,nosuid,nodev,noexec,nouuid ;;
    *) say other $volume $2 "$(word "\${3:-none}")"; return 0 ;;
  esac
  mounted=0
  if mount -t "$3" -o "$how" "$1" "$at"; then
    mounted=1
    umount "$at" || exit 71
  fi
  $check "$1" > /dev/null 2>&1
  say fs $volume $2 $3 $mounted $?
  if [ $mounted = 1 ] && mount -t "$3" -o "$how" "$1" "$at"; then
    files
    umount "$at" || exit 72
  fi
}
volume() {
  volume=$1
  tries=0
  while [ ! -b "$2" ]; do
    tries=$((tries + 1))
    [ $tries -le ${secondsToShow} ] || { say volume $volume absent; return 0; }
    sleep 1
  done
  say volume $volume seen
  nth=0
  for device in $(lsblk -nrpo NAME "$2"); do
    type=$(blkid -p -o value -s TYPE "$device")
    table=$(blkid -p -o value -s PTTYPE "$device")
    [ -n "$type" ] || [ -z "$table" ] || continue
    system "$device" $nth "$type"
    nth=$((nth + 1))
  done
}`;

/** Where udev shows a volume of EBS by its id. */
const deviceOf = (volume: string): string =>
  `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume.replaceAll("-", "")}`;

/**
 * @param devices paths, one for each volume
 * @returns its lines
 */
export function checkScript(devices: readonly string[], files: readonly WantedFile[]): string[] {
  const asked = files.map(({ path }, nth) => `  held ${nth} ${quoted(path)}`);
  return [
    ...parts.split("\n"),
    "files() {",
    "  :",
    ...asked,
    "}",
    ...devices.map((device, nth) => `volume ${nth} ${quoted(device)}`),
    "say end",
  ];
}

/** @param volumes ids, as they are attached */
export const checkScriptFor = (
  volumes: readonly string[],
  files: readonly WantedFile[],
): string[] => checkScript(volumes.map(deviceOf), files);
