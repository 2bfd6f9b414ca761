/**
 * The account at a directory, and how a step ends that asks it something. The account's key is made
 * and stored in one step, and used in others; none of them answers it.
 */
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import * as z from "zod/mini";
import { createSecret, getSecretValue, putSecretValue } from "../../aws/secretsmanager/value.ts";
import { composedWrite, type UsePart } from "../../sdk/composed.ts";
import { NotPossible } from "../../sdk/errors.ts";
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
const passing = new Set(["rateLimited", "unreachable", "server", "serverInternal", "badNonce"]);

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
});
const externalAccount = z.object({ kid: z.string(), hmacKey: z.string() });

export const readSecret = [getSecretValue] as const;
type ReadSecret = UsePart<typeof readSecret>;

/**
 * What a secret holds, by its schema.
 * @throws {NotPossible} where it holds something else; its value is not shown
 */
export async function secretOf<T>(
  use: ReadSecret,
  asked: { readonly SecretId: string; readonly VersionId?: string },
  schema: z.ZodMiniType<T>,
): Promise<T | undefined> {
  const answer = await use(getSecretValue(asked));
  if (answer?.SecretString === undefined) return undefined;
  const parsed = z.safeParse(schema, fromJson(answer.SecretString));
  if (parsed.success) return parsed.data;
  throw new NotPossible(
    `the secret ${asked.SecretId} does not hold what is expected: it must be JSON with ${fieldsOfSchema(schema)}`,
  );
}

const fieldsOfSchema = (schema: z.ZodMiniType): string => {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input" });
  return Object.keys(properties).join(", ");
};

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
  return new AcmeSession(account.directory, { key: found.key, account: found.account });
}

/** Elliptic, as every directory takes it. */
const newAccountKey = (): string =>
  generateKeyPairSync("ec", {
    namedCurve: "prime256v1",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  }).privateKey;

const keeping = [getSecretValue, createSecret, putSecretValue] as const;

/** Makes the secret where there is none. */
export async function makeSecret(
  use: UsePart<readonly [typeof createSecret]>,
  { Name, kmsKey }: { readonly Name: string; readonly kmsKey: string | undefined },
): Promise<void> {
  const Tags = [{ Key: "nightshift:unit", Value: "renew-certificates" }];
  try {
    await use(createSecret({ Name, Tags, ...(kmsKey && { KmsKeyId: kmsKey }) }));
  } catch (error) {
    const isThere = error instanceof Error && error.name === "ResourceExistsException";
    if (!isThere) throw error;
  }
}

async function accountKey(use: UsePart<typeof keeping>, account: AcmeAccount) {
  const { secret, directory, kmsKey } = account;
  const found = await secretOf(use, { SecretId: secret }, stored);
  if (found && found.directory !== directory.url)
    throw new NotPossible(
      `the secret ${secret} holds an account of ${found.directory}, and not of ${directory.url}: name another secret for each directory`,
    );
  if (found) {
    createPrivateKey(found.key);
    return found;
  }
  const made = { directory: directory.url, key: newAccountKey() };
  await makeSecret(use, { Name: secret, kmsKey });
  await use(putSecretValue({ SecretId: secret, SecretString: JSON.stringify(made) }));
  return { ...made, account: undefined };
}

/** The account, made where there is none. Its key is stored before the directory sees it. */
export const openAcmeAccount = composedWrite("acme:OpenAccount", {
  parts: keeping,
  passing: true,
  irreversible: "an account is kept for the next renewal",
  does: (account: AcmeAccount, use) =>
    ended(async () => {
      const { key, account: known } = await accountKey(use, account);
      const { external: SecretId, directory, secret } = account;
      const external = SecretId ? await secretOf(use, { SecretId }, externalAccount) : undefined;
      if (SecretId && !external)
        throw new NotPossible(`there is no secret ${SecretId}, which is to hold kid and hmacKey`);
      const session = new AcmeSession(directory, { key, external });
      const url = await session.register(account.contact);
      if (url !== known) {
        const value = JSON.stringify({ directory: directory.url, key, account: url });
        await use(putSecretValue({ SecretId: secret, SecretString: value }));
      }
      return { account: url };
    }),
});
