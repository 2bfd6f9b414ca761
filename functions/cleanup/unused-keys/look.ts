/** Keys of KMS that nobody has used for long, by what KMS itself has seen. */
import type { GetKeyLastUsageResponse, KeyMetadata } from "@aws-sdk/client-kms";
import { describeKey, listGrants, listKeys } from "../../../aws/kms/key.ts";
import { getKeyLastUsage, listAliases } from "../../../aws/kms/use.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { inOneLine } from "../../../sdk/errors.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { orUnread, type Unread } from "../../../sdk/unread.ts";

export const readsOfKeys = [
  listKeys,
  listAliases,
  describeKey,
  getKeyLastUsage,
  listGrants,
] as const;

/** A key that nobody has used since then, or of which that cannot be said. */
export interface UnusedKey {
  readonly id: string;
  /** Its aliases without `alias/`, or else its description. */
  readonly name: string;
  readonly madeAt?: Date | undefined;
  readonly isDisabled: boolean;
  /** Absent: not since KMS began to keep that. */
  readonly usedAt?: Date | undefined;
  /** For what, as KMS calls it: `Decrypt`. */
  readonly usedFor?: string | undefined;
  /** Since when KMS keeps that. */
  readonly keptSince?: Date | undefined;
  /** By which others may use it: services make one for what they encrypt with it. */
  readonly grants?: number;
  /** Regions that hold replicas of it. */
  readonly replicas?: readonly string[];
  /** Why it is not known whether it is used. */
  readonly unknown?: string;
}

interface LookingAtKeys {
  readonly read: Reader<typeof readsOfKeys>;
  /** What was used, or made, after it is in use. */
  readonly earliest: Date;
  readonly except: readonly string[];
}

/** KMS is asked about so many at a time. */
const concurrency = 4;

const isUnread = <T extends object>(answer: T | Unread): answer is Unread => "unreadable" in answer;

/** One that was taken away for good meanwhile. */
const isGone = ({ unreadable }: Unread): boolean => unreadable.includes("NotFoundException");

const beginning = "alias/";

/** By the id of their key; AWS's own have a key of AWS's, or none yet. */
async function aliasesOf(read: LookingAtKeys["read"]): Promise<ReadonlyMap<string, string[]>> {
  const aliases = await Array.fromAsync(read(listAliases({})));
  const byKey = Map.groupBy(aliases, ({ TargetKeyId = "" }) => TargetKeyId);
  const plain = (name = "") => (name.startsWith(beginning) ? name.slice(beginning.length) : name);
  return new Map(
    [...byKey].map(([id, all]) => [id, all.map(({ AliasName }) => plain(AliasName)).sort()]),
  );
}

/** The account's own, which it pays for until it is deleted. Not those that are on their way out. */
const isOwn = ({ KeyManager, KeyState, CreationDate }: KeyMetadata, earliest: Date): boolean =>
  KeyManager === "CUSTOMER" &&
  (KeyState === "Enabled" || KeyState === "Disabled") &&
  CreationDate !== undefined &&
  CreationDate <= earliest;

type Judgement = "used" | "unused" | "unknown";

function judged({ KeyLastUsage, TrackingStartDate }: GetKeyLastUsageResponse, earliest: Date) {
  const usedAt = KeyLastUsage?.Timestamp;
  if (usedAt && usedAt > earliest) return "used" satisfies Judgement;
  // What was before KMS began to keep it, it does not tell.
  if (!TrackingStartDate || TrackingStartDate > earliest) return "unknown" satisfies Judgement;
  return "unused" satisfies Judgement;
}

const shortly = (at: Date | undefined): string =>
  at ? `only since ${at.toISOString().slice(0, 10)}` : "not at all";

async function withGrants(key: UnusedKey, read: LookingAtKeys["read"]): Promise<UnusedKey> {
  const grants = await orUnread(Array.fromAsync(read(listGrants({ KeyId: key.id }))));
  if (isUnread(grants)) return { ...key, unknown: `its grants: ${grants.unreadable}` };
  return { ...key, grants: grants.length };
}

async function useOf(
  key: UnusedKey,
  { read, earliest }: LookingAtKeys,
): Promise<UnusedKey | undefined> {
  const answer = await orUnread(read(getKeyLastUsage({ KeyId: key.id })));
  if (isUnread(answer)) return isGone(answer) ? undefined : { ...key, unknown: answer.unreadable };
  const { KeyLastUsage, TrackingStartDate } = answer;
  const found: UnusedKey = {
    ...key,
    usedAt: KeyLastUsage?.Timestamp,
    usedFor: KeyLastUsage?.Operation,
    keptSince: TrackingStartDate,
  };
  const judgement: Judgement = judged(answer, earliest);
  if (judgement === "used") return undefined;
  if (judgement === "unknown")
    return { ...found, unknown: `KMS keeps its use ${shortly(TrackingStartDate)}` };
  return withGrants(found, read);
}

async function unusedKey(
  id: string,
  names: readonly string[],
  looking: LookingAtKeys,
): Promise<UnusedKey | undefined> {
  const { read, earliest, except } = looking;
  if (names.some((name) => except.some((start) => name.startsWith(start)))) return undefined;
  const answer = await orUnread(read(describeKey({ KeyId: id })));
  const named = names.join(", ");
  if (isUnread(answer))
    return isGone(answer)
      ? undefined
      : { id, name: named, isDisabled: false, unknown: answer.unreadable };
  const { KeyMetadata: key } = answer;
  if (!key || !isOwn(key, earliest)) return undefined;
  const replicas = key.MultiRegionConfiguration?.ReplicaKeys ?? [];
  return useOf(
    {
      id,
      name: named || inOneLine(key.Description ?? ""),
      madeAt: key.CreationDate,
      isDisabled: key.KeyState === "Disabled",
      replicas: replicas.map(({ Region = "" }) => Region),
    },
    looking,
  );
}

export async function* unusedKeys(looking: LookingAtKeys): AsyncGenerator<UnusedKey> {
  const { read } = looking;
  const aliases = await aliasesOf(read);
  const keys = await Array.fromAsync(read(listKeys({})));
  const found = await concurrently(
    keys,
    ({ KeyId = "" }) => unusedKey(KeyId, aliases.get(KeyId) ?? [], looking),
    { concurrency },
  );
  for (const each of found) if (each) yield each;
}
