/**
 * The secrets of channels: read when they are needed, kept in memory for some minutes, read again
 * once they are refused.
 */

import type { Clients } from "../engine/run/clients.ts";
import { after, before, type Clock, minutes, seconds } from "../sdk/time.ts";
import { type SecretPlace, type SecretRef, secretPlace } from "../settings/secret-ref.ts";
import { Undelivered } from "./undelivered.ts";

/** Where secrets lie. Answers what is there, `undefined` where there is nothing. */
export type Vault = (place: SecretPlace) => Promise<string | undefined>;

export interface Secrets {
  /** @throws {Undelivered} that names where it lies, never what lies there */
  read(ref: SecretRef): Promise<string>;
  /**
   * Reads it again, but not more often than once a minute, so that a channel that is revoked costs
   * nothing.
   * @returns whether it is another one now
   */
  renewed(ref: SecretRef): Promise<boolean>;
}

const kept = minutes(5);
const soonest = seconds(60);

interface Known {
  readonly at: Date;
  readonly value: Promise<string>;
}

export function secrets(vault: Vault, clock: Clock): Secrets {
  const known = new Map<SecretRef, Known>();

  function fresh(ref: SecretRef): Promise<string> {
    const one: Known = { at: clock.now(), value: lookedUp(ref, vault) };
    known.set(ref, one);
    // What could not be read is not remembered.
    one.value.catch(() => known.get(ref) === one && known.delete(ref));
    return one.value;
  }
  return {
    async read(ref) {
      const one = known.get(ref);
      return one && after(one.at, kept) > clock.now() ? one.value : fresh(ref);
    },
    async renewed(ref) {
      const one = known.get(ref);
      if (one && one.at > before(clock.now(), soonest)) return false;
      return (await one?.value) !== (await fresh(ref));
    },
  };
}

/** An error of what holds secrets may repeat them: only its name and the place are said. */
async function lookedUp(ref: SecretRef, vault: Vault): Promise<string> {
  const place = secretPlace(ref);
  let text: string | undefined;
  try {
    text = await vault(place);
  } catch (error) {
    const { name, $fault, $retryable } = error as {
      name?: unknown;
      $fault?: unknown;
      $retryable?: unknown;
    };
    // Credentials of a role that have run out are followed by new ones.
    const passes = /Throttl|Expired/.test(String(name));
    const again = $fault !== "client" || $retryable !== undefined || passes;
    throw new Undelivered(`its secret ${ref} could not be read (${String(name)})`, {
      again,
      untilMended: !again,
    });
  }
  const value =
    place.service === "secretsmanager" && place.key !== undefined ? member(text, place.key) : text;
  if (!value)
    throw new Undelivered(
      `its secret ${ref} is not there or empty: put it there, then it is read within minutes`,
      { untilMended: true },
    );
  // Ends of lines come with many ways of writing a secret, and are part of none.
  return value.trim();
}

function member(json: string | undefined, key: string): string | undefined {
  try {
    const value = (JSON.parse(json ?? "") as Readonly<Record<string, unknown>>)[key];
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Secrets Manager and Parameter Store of the home region. Each client is loaded only where a secret
 * lies there.
 */
export const awsVault =
  (clients: Clients, home: string): Vault =>
  async (place) => {
    if (place.service === "ssm") {
      const { GetParameterCommand, SSMClient } = await import("@aws-sdk/client-ssm");
      const { Parameter } = await (
        clients.get(SSMClient, home) as InstanceType<typeof SSMClient>
      ).send(new GetParameterCommand({ Name: place.name, WithDecryption: true }));
      return Parameter?.Value;
    }
    const { GetSecretValueCommand, SecretsManagerClient } = await import(
      "@aws-sdk/client-secrets-manager"
    );
    const { SecretString } = await (
      clients.get(SecretsManagerClient, home) as InstanceType<typeof SecretsManagerClient>
    ).send(new GetSecretValueCommand({ SecretId: place.name }));
    return SecretString;
  };

/**
 * Does something with secrets; when it is refused, and one of them has been replaced meanwhile,
 * once more with what is there now.
 */
export async function withSecrets<const R extends readonly SecretRef[], T>(
  from: Secrets,
  refs: R,
  use: (...values: { [K in keyof R]: string }) => Promise<T>,
): Promise<T> {
  const values = async () =>
    (await Promise.all(refs.map((ref) => from.read(ref)))) as unknown as { [K in keyof R]: string };
  try {
    return await use(...(await values()));
  } catch (error) {
    // A revoked webhook answers 404 or 410, PagerDuty calls a wrong key a bad request: any refusal
    // may be a key's.
    if (!(error instanceof Undelivered) || error.again || error.status === undefined) throw error;
    const renewed = await Promise.all(refs.map((ref) => from.renewed(ref)));
    if (!renewed.some(Boolean)) throw error;
    return use(...(await values()));
  }
}
