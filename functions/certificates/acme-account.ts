/**
 * The account at a directory, and how a step ends that asks it something. The account's key is made
 * and stored in one step, and used in others; none of them answers it.
 */
import { createHash, createPrivateKey, generateKeyPairSync } from "node:crypto";
import * as z from "zod/mini";
import { createSecret, getSecretValue, putSecretValue } from "../../aws/secretsmanager/value.ts";
import { composedWrite, type UsePart } from "../../sdk/composed.ts";
import { NotPossible, TryAgain } from "../../sdk/errors.ts";
import {
  type AcmeProblem,
  AcmeRefusal,
  AcmeSession,
  type ComeAgain,
  type Directory,
} from "./acme-session.ts";

/** An account, by where its key is kept. */
export interface AcmeAccount {
  readonly directory: Directory;
  /** The name of the secret. */
  readonly secret: string;
  /** Mail addresses. */
  readonly contact: readonly string[];
  /** The name of a secret with `kid` and `hmacKey`, where the authority binds accounts. */
  readonly external?: string | undefined;
  /** ARN of the key that secrets are encrypted with; AWS's own where absent. */
  readonly kmsKey?: string | undefined;
  /** Days after which it gets another key; never where absent. */
  readonly keyDays?: number | undefined;
}

/**
 * How a step ended.
 * - `later`: the directory was not reached, or wants to be asked later
 * - `refused`: it will not do it, however often it is asked
 */
export type StepEnd<T> =
  | ({ readonly kind: "done" } & T)
  | { readonly kind: "later"; readonly why: string; readonly again?: ComeAgain }
  | { readonly kind: "refused"; readonly problem: AcmeProblem };

/** Those that pass by themselves. */
const passing = new Set([
  ...["rateLimited", "unreachable", "server", "serverInternal", "badNonce"],
  "orderNotReady",
]);

/** Gives what AWS says as it comes, and what the directory says as an end. */
export async function ended<T>(work: () => Promise<T>): Promise<StepEnd<T>> {
  try {
    return { kind: "done", ...(await work()) };
  } catch (error) {
    if (!(error instanceof AcmeRefusal)) throw error;
    const { problem, again } = error;
    if (!passing.has(problem.type)) return { kind: "refused", problem };
    return { kind: "later", why: error.message, ...(again && { again }) };
  }
}

const stored = z.object({
  directory: z.string(),
  key: z.string(),
  account: z.optional(z.string()),
  /** When the key was made. */
  made: z.optional(z.string()),
  /** The key that is to take its place, while the directory is told of it. */
  next: z.optional(z.string()),
});
type StoredAccount = z.output<typeof stored>;
const externalAccount = z.object({ kid: z.string(), hmacKey: z.string() });

export const readSecret = [getSecretValue] as const;
type ReadSecret = UsePart<typeof readSecret>;

interface AskedSecret {
  readonly SecretId: string;
  readonly VersionId?: string;
}

async function versionOfSecret<S extends z.ZodMiniObject>(
  use: ReadSecret,
  asked: AskedSecret,
  schema: S,
): Promise<{ readonly value: z.output<S>; readonly version: string } | undefined> {
  const answer = await use(getSecretValue(asked));
  if (answer?.SecretString === undefined) return undefined;
  const parsed = z.safeParse(schema, fromJson(answer.SecretString));
  if (parsed.success) return { value: parsed.data, version: answer.VersionId ?? "" };
  const fields = Object.keys(schema.shape).join(", ");
  throw new NotPossible(
    `the secret ${asked.SecretId} does not hold what is expected: it must be JSON with ${fields}`,
  );
}

/**
 * What a secret holds, by its schema.
 * @throws {NotPossible} where it holds something else; its value is not shown
 */
export const secretOf = async <S extends z.ZodMiniObject>(
  use: ReadSecret,
  asked: AskedSecret,
  schema: S,
): Promise<z.output<S> | undefined> => (await versionOfSecret(use, asked, schema))?.value;

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A session of the account, as it is stored. */
export async function sessionOf(use: ReadSecret, account: AcmeAccount): Promise<AcmeSession> {
  const found = await secretOf(use, { SecretId: account.secret }, stored);
  if (!found?.account)
    throw new NotPossible(
      `the secret ${account.secret} holds no account of ${account.directory.url}`,
    );
  return sessionOfStored(account, found);
}

const sessionOfStored = (
  { directory }: AcmeAccount,
  { key, account }: StoredAccount,
): AcmeSession => new AcmeSession(directory, { key, account });

/** Elliptic, as every directory takes it. */
const newAccountKey = (): string =>
  generateKeyPairSync("ec", {
    namedCurve: "prime256v1",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  }).privateKey;

const keeping = [getSecretValue, createSecret, putSecretValue] as const;

/** An account, at a time. */
export interface AccountAt {
  readonly account: AcmeAccount;
  readonly now: Date;
}

/** Makes the secret where there is none. */
export async function makeSecret(
  use: UsePart<readonly [typeof createSecret]>,
  {
    Name,
    kmsKey,
    unit = "renew-certificates",
  }: { readonly Name: string; readonly kmsKey: string | undefined; readonly unit?: string },
): Promise<void> {
  const Tags = [{ Key: "nightshift:unit", Value: unit }];
  try {
    await use(createSecret({ Name, Tags, ...(kmsKey && { KmsKeyId: kmsKey }) }));
  } catch (error) {
    const isThere = error instanceof Error && error.name === "ResourceExistsException";
    if (!isThere) throw error;
  }
}

/**
 * Stores it as the version that follows another. Two renewals that do so at once have the same
 * token: the second one is told that it came too late.
 * @throws {TryAgain} where another was faster
 */
async function storeAfter(
  use: UsePart<typeof keeping>,
  { secret, version }: { readonly secret: string; readonly version: string },
  account: StoredAccount,
): Promise<string> {
  const ClientRequestToken = createHash("sha256").update(`${secret} ${version}`).digest("hex");
  const SecretString = JSON.stringify(account);
  try {
    const input = { SecretId: secret, SecretString, ClientRequestToken };
    return (await use(putSecretValue(input))).VersionId ?? "";
  } catch (error) {
    const isLate = error instanceof Error && error.name === "ResourceExistsException";
    throw isLate ? new TryAgain(`another renewal has just changed ${secret}`) : error;
  }
}

const first = "the first version";

/** The account as it is stored: a version of its secret. */
interface AccountVersion {
  readonly value: StoredAccount;
  readonly version: string;
}

async function madeAccount(
  use: UsePart<typeof keeping>,
  { account: { secret, directory, kmsKey }, now }: AccountAt,
): Promise<AccountVersion> {
  const value = { directory: directory.url, key: newAccountKey(), made: now.toISOString() };
  await makeSecret(use, { Name: secret, kmsKey });
  return { value, version: await storeAfter(use, { secret, version: first }, value) };
}

/** With a key of its own where there is none yet. */
async function accountKept(
  use: UsePart<typeof keeping>,
  { account, now }: AccountAt,
): Promise<AccountVersion> {
  const { secret, directory } = account;
  const found = await versionOfSecret(use, { SecretId: secret }, stored);
  if (!found) return madeAccount(use, { account, now });
  if (found.value.directory !== directory.url)
    throw new NotPossible(
      `the secret ${secret} holds an account of ${found.value.directory}, and not of ${directory.url}: name another secret for each directory`,
    );
  createPrivateKey(found.value.key);
  return found;
}

/** What binds a new account, from the secret that the settings name. */
async function externalOf(use: ReadSecret, { external: SecretId }: AcmeAccount) {
  if (SecretId === undefined) return undefined;
  const external = await secretOf(use, { SecretId }, externalAccount);
  if (external) return external;
  throw new NotPossible(`there is no secret ${SecretId}, which is to hold kid and hmacKey`);
}

/** By its key, or by the one that was to take its place: whichever the directory knows. */
async function accountThere(
  { directory }: AcmeAccount,
  { key, next, account: known }: StoredAccount,
): Promise<{ readonly account: string; readonly key: string } | undefined> {
  if (known === undefined) return undefined;
  const keys = next === undefined ? [key] : [next, key];
  for (const each of keys) {
    const account = await new AcmeSession(directory, { key: each }).registered();
    if (account) return { account, key: each };
  }
  return undefined;
}

/**
 * The account, made where there is none. Its key is stored before the directory sees it. What binds
 * accounts is asked for where one is made alone: authorities take it once, and for some days.
 */
export const openAcmeAccount = composedWrite("acme:OpenAccount", {
  parts: keeping,
  passing: true,
  irreversible: "an account is kept for the next renewal",
  does: ({ account, now }: AccountAt, use) =>
    ended(async () => {
      const { value, version } = await accountKept(use, { account, now });
      const { directory, secret, contact } = account;
      const there = await accountThere(account, value);
      if (there?.account === value.account && there?.key === value.key)
        return { account: there.account };
      const key = there?.key ?? value.key;
      const external = there ? undefined : await externalOf(use, account);
      const session = new AcmeSession(directory, { key, external });
      const url = there?.account ?? (await session.register(contact));
      const { made } = value;
      await storeAfter(
        use,
        { secret, version },
        { directory: directory.url, key, account: url, made },
      );
      return { account: url };
    }),
});

/** When its key is changed. */
export interface KeyToChange extends AccountAt {
  /** A key that was made before then. */
  readonly madeBefore: Date;
}

/**
 * Gives the account another key when its own is old. The next one is stored beside it before the
 * directory is told of it, so that whatever comes in between, one of the two is the account's.
 */
export const changeAccountKey = composedWrite("acme:ChangeAccountKey", {
  parts: keeping,
  passing: true,
  irreversible: "the key that the account had before is worth nothing any more",
  does: ({ account, now, madeBefore }: KeyToChange, use) =>
    ended(async () => {
      const { secret, directory } = account;
      const { value, version } = await accountKept(use, { account, now });
      if (!value.account || new Date(value.made ?? 0) > madeBefore) return { changed: false };
      const next = value.next ?? newAccountKey();
      const announced = value.next
        ? version
        : await storeAfter(use, { secret, version }, { ...value, next });
      const there = await accountThere(account, { ...value, next });
      if (there?.key !== next) await sessionOfStored(account, value).changeKey(directory, next);
      await storeAfter(
        use,
        { secret, version: announced },
        {
          directory: directory.url,
          key: next,
          account: value.account,
          made: now.toISOString(),
        },
      );
      return { changed: true };
    }),
});
