/** Roles and users that nobody has used for long, by what IAM itself has seen. */
import type { RoleDetail, User } from "@aws-sdk/client-iam";
import {
  getAccessKeyLastUsed,
  getAccountAuthorizationDetails,
  listAccessKeys,
  listUsers,
} from "../../../aws/iam/identity-use.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { orUnread, type Unread } from "../../../sdk/unread.ts";

export const readsOfIdentities = [
  getAccountAuthorizationDetails,
  listUsers,
  listAccessKeys,
  getAccessKeyLastUsed,
] as const;

/** A role or a user that nobody has used since then, or of which that cannot be said. */
export interface UnusedIdentity {
  readonly kind: "role" | "user";
  readonly name: string;
  readonly path: string;
  readonly madeAt: Date;
  /** Absent: never, as far as IAM remembers. */
  readonly usedAt?: Date | undefined;
  /** Of a user: access keys that are active. */
  readonly activeKeys?: number;
  readonly unreadable?: string;
}

interface LookingAtIdentities {
  readonly read: Reader<typeof readsOfIdentities>;
  /** What was used, or made, after it is in use. */
  readonly earliest: Date;
  readonly except: readonly string[];
}

/** Services and Identity Center make these and take them away. */
const othersPaths = ["/aws-service-role/", "/aws-reserved/"];

/** IAM is asked about so many at a time. */
const concurrency = 4;

function latest(moments: readonly (Date | undefined)[]): Date | undefined {
  const known = moments.filter((at) => at !== undefined);
  return known.length ? new Date(Math.max(...known.map((at) => at.getTime()))) : undefined;
}

interface Life {
  readonly madeAt: Date | undefined;
  readonly usedAt: Date | undefined;
}

/** Made before, and not used since. */
const isUnused = ({ madeAt, usedAt }: Life, earliest: Date): boolean =>
  !!madeAt && madeAt <= earliest && !(usedAt && usedAt > earliest);

const isExcepted = (name: string, { except }: LookingAtIdentities): boolean =>
  except.some((beginning) => name.startsWith(beginning));

function unusedRole(role: RoleDetail, looking: LookingAtIdentities): UnusedIdentity | undefined {
  const { RoleName: name = "", Path: path = "/", CreateDate: madeAt } = role;
  const usedAt = role.RoleLastUsed?.LastUsedDate;
  if (othersPaths.some((beginning) => path.startsWith(beginning))) return undefined;
  if (isExcepted(name, looking)) return undefined;
  const known = { madeAt, usedAt };
  return madeAt && isUnused(known, looking.earliest)
    ? { kind: "role", name, path, madeAt, usedAt }
    : undefined;
}

interface KeyUse {
  readonly active: number;
  readonly usedAt: Date | undefined;
}

async function keyUseOf(
  UserName: string | undefined,
  read: LookingAtIdentities["read"],
): Promise<KeyUse> {
  const keys = await Array.fromAsync(read(listAccessKeys({ UserName })));
  const used: (Date | undefined)[] = [];
  for (const { AccessKeyId } of keys) {
    const answer = await read(getAccessKeyLastUsed({ AccessKeyId }));
    used.push(answer.AccessKeyLastUsed?.LastUsedDate);
  }
  const active = keys.filter(({ Status }) => Status === "Active").length;
  return { active, usedAt: latest(used) };
}

const isUnread = (answer: KeyUse | Unread): answer is Unread => "unreadable" in answer;

async function unusedUser(
  { UserName: name = "", Path: path = "/", CreateDate: madeAt, PasswordLastUsed }: User,
  looking: LookingAtIdentities,
): Promise<UnusedIdentity | undefined> {
  const byPassword = { madeAt, usedAt: PasswordLastUsed };
  if (!madeAt || isExcepted(name, looking) || !isUnused(byPassword, looking.earliest))
    return undefined;
  const user = { kind: "user" as const, name, path, madeAt };
  const keys = await orUnread(keyUseOf(name, looking.read));
  if (isUnread(keys)) {
    const isGone = keys.unreadable.includes("NoSuchEntity");
    return isGone ? undefined : { ...user, usedAt: PasswordLastUsed, ...keys };
  }
  const usedAt = latest([PasswordLastUsed, keys.usedAt]);
  if (!isUnused({ madeAt, usedAt }, looking.earliest)) return undefined;
  return { ...user, usedAt, activeKeys: keys.active };
}

/** Page by page: each role comes with all of its policies. */
export async function* unusedIdentities(
  looking: LookingAtIdentities,
): AsyncGenerator<UnusedIdentity> {
  const { read } = looking;
  for await (const role of read(getAccountAuthorizationDetails({ Filter: ["Role"] }))) {
    const unused = unusedRole(role, looking);
    if (unused) yield unused;
  }
  const users = await Array.fromAsync(read(listUsers({})));
  const judged = await concurrently(users, (user) => unusedUser(user, looking), { concurrency });
  for (const each of judged) if (each) yield each;
}
