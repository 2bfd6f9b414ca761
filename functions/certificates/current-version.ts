/** The version of a secret that its readers get, with the certificate that it holds. */
import { describeSecret } from "../../aws/secretsmanager/secret.ts";
import type { Reader } from "../../sdk/unit.ts";
import { labelOf } from "./version-label.ts";

export interface CurrentVersion {
  readonly version: string;
  /** As `serialOf` writes it; `null` where nobody of ours put it there. */
  readonly serial: string | null;
  /** When anything of the secret last changed, its labels included. */
  readonly changed: Date | undefined;
}

/** @returns nothing where the secret is not there, or holds nothing */
export async function currentVersion(
  read: Reader<readonly [typeof describeSecret]>,
  SecretId: string,
): Promise<CurrentVersion | undefined> {
  const secret = await read(describeSecret({ SecretId }));
  const prefix = labelOf("");
  for (const [version, stages] of Object.entries(secret?.VersionIdsToStages ?? {})) {
    if (!stages.includes("AWSCURRENT")) continue;
    const label = stages.find((stage) => stage.startsWith(prefix));
    const serial = label?.slice(prefix.length) ?? null;
    return { version, serial, changed: secret?.LastChangedDate };
  }
  return undefined;
}
