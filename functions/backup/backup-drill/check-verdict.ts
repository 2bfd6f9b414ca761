/**
 * What the script has found, as a verdict. Strict: what it did not say, and what it said in other
 * words, proves nothing.
 */
import { count } from "../../../sdk/counted.ts";
import type { DrillVerdict } from "../drill-told.ts";
import type { WantedFile } from "./check.ts";
import { scriptWord } from "./check-script.ts";

/** As it was asked for. */
export interface AskedOfScript {
  /** Ids of the snapshots, in the order of the volumes. */
  readonly snapshots: readonly string[];
  readonly files: readonly WantedFile[];
}

interface SeenSystem {
  readonly volume: number;
  readonly type: string;
  readonly isMounted: boolean;
  /** What its check ended with. */
  readonly code: number;
}

interface SeenOther {
  readonly volume: number;
  readonly type: string;
}

interface SeenFile {
  readonly volume: number;
  readonly file: number;
  /** A checksum, or why there is none. */
  readonly word: string;
}

interface Said {
  readonly volumes: ReadonlyMap<number, string>;
  readonly systems: readonly SeenSystem[];
  readonly others: readonly SeenOther[];
  readonly files: readonly SeenFile[];
  readonly isWhole: boolean;
}

/** @param output what the script wrote */
export function saidByScript(output: string): Said {
  const volumes = new Map<number, string>();
  const systems: SeenSystem[] = [];
  const others: SeenOther[] = [];
  const files: SeenFile[] = [];
  let isWhole = false;
  for (const line of output.split("\n")) {
    const [by, what, first, second, third = "", ...rest] = line.trim().split(" ");
    if (by !== scriptWord) continue;
    const volume = Number(first);
    if (what === "volume") volumes.set(volume, second ?? "");
    if (what === "fs")
      systems.push({ volume, type: third, isMounted: rest[0] === "1", code: Number(rest[1]) });
    if (what === "other") others.push({ volume, type: third });
    if (what === "file") files.push({ volume, file: Number(second), word: third });
    if (what === "end") isWhole = true;
  }
  return { volumes, systems, others, files, isWhole };
}

const notProven = (why: string): DrillVerdict => ({
  result: "unknown",
  why: `not proven, because ${why}`,
});
const bad = (why: string): DrillVerdict => ({ result: "bad", why });

/** What stands beside a file system on a volume that is whole all the same. */
const harmless = new Set(["none", "swap", "vfat"]);

/** e2fsck says by this bit that errors stay, xfs_repair by its only one. */
const hasErrors = ({ type, code }: SeenSystem): boolean =>
  type === "xfs" ? code === 1 : code < 32 && (code & 4) === 4;

function verdictOnSystem(seen: SeenSystem, name: string): DrillVerdict | undefined {
  const { type, isMounted, code } = seen;
  const named = `the ${type} on the volume of ${name}`;
  const checker = type === "xfs" ? "xfs_repair" : "e2fsck";
  if (hasErrors(seen)) return bad(`${named} has errors: ${checker} ended with ${code}`);
  if (code !== 0)
    return notProven(
      `the check of ${named} ended with ${code}${code === 137 ? ", as where memory runs out: name a larger `check.type`" : ""}`,
    );
  return isMounted ? undefined : notProven(`${named} could not be mounted`);
}

function verdictOnVolume(at: number, name: string, said: Said): DrillVerdict | undefined {
  if (said.volumes.get(at) !== "seen")
    return notProven(`the volume of ${name} did not show on the instance`);
  const own = said.systems.filter(({ volume }) => volume === at);
  const verdicts = own.flatMap((seen) => verdictOnSystem(seen, name) ?? []);
  const worst = verdicts.find(({ result }) => result === "bad") ?? verdicts[0];
  if (worst) return worst;
  const others = said.others.filter(({ volume }) => volume === at).map(({ type }) => type);
  const unread = others.filter((type) => !harmless.has(type));
  const held = unread.length ? unread : others;
  if (unread.length || !own.length)
    return notProven(
      `the volume of ${name} holds what is not read here: ${held.join(", ") || "nothing"}`,
    );
  return undefined;
}

function verdictOnFile(
  { path, sha256 }: WantedFile,
  words: readonly string[],
): DrillVerdict | undefined {
  if (!words.length) return bad(`${path} is not there`);
  const sums = words.filter((word) => /^[0-9a-f]{64}$/.test(word));
  if (sha256 === undefined ? sums.length : sums.includes(sha256)) return undefined;
  if (words.includes("unreadable")) return bad(`${path} cannot be read to its end`);
  if (sums.length) return bad(`${path} has another SHA-256 than it must: ${sums.join(", ")}`);
  return notProven(`${path} is no file, or a link that leads out of its file system`);
}

/** So many checksums that nobody gave are told. */
const mostTold = 5;

function sumsTold({ files }: AskedOfScript, said: Said): string {
  const told = said.files.flatMap(({ file, word }) => {
    const wanted = files[file];
    return wanted && wanted.sha256 === undefined ? [`${wanted.path} ${word.slice(0, 16)}…`] : [];
  });
  return told.length ? `; SHA-256 of ${told.slice(0, mostTold).join(", ")}` : "";
}

/** What it must have said for all that was asked to be good. */
export function verdictOnScript(asked: AskedOfScript, output: string): DrillVerdict {
  const said = saidByScript(output);
  const found = asked.snapshots.flatMap((name, at) => verdictOnVolume(at, name, said) ?? []);
  const worst = found.find(({ result }) => result === "bad");
  if (worst) return worst;
  if (!said.isWhole)
    return notProven("the check said less than all: its output was cut, or it died");
  if (found[0]) return found[0];
  const wrong = asked.files.flatMap((file, nth) => {
    const words = said.files.filter((seen) => seen.file === nth).map(({ word }) => word);
    return verdictOnFile(file, words) ?? [];
  });
  const first = wrong.find(({ result }) => result === "bad") ?? wrong[0];
  if (first) return first;
  const files = asked.files.length
    ? `, ${count(asked.files.length, "file")} read${sumsTold(asked, said)}`
    : "";
  return {
    result: "good",
    why: `${count(said.systems.length, "file system")} without errors${files}`,
  };
}
