/**
 * That an order is about to be placed, as a label on the key that it is for: written before the
 * directory is asked, and taken away when it refuses. The step that orders is carried out until its
 * answer is in the ledger, and a key has one order: where it finds a label, an order was placed of
 * which nobody knows what became of it, for the process has died, or the answer was lost.
 */
import { describeSecret } from "../../aws/secretsmanager/secret.ts";
import { updateSecretVersionStage } from "../../aws/secretsmanager/value.ts";
import type { UsePart } from "../../sdk/composed.ts";
import type { KeyVersion } from "./certificate-key.ts";
import { versionsOf } from "./secret-versions.ts";

/** With how many orders there were, behind it. */
const prefix = "nightshift-ordering-";

export const intending = [describeSecret, updateSecretVersionStage] as const;
type Use = UsePart<typeof intending>;

/** How many orders were placed for the key of which nothing is known. */
export async function ordersInDoubt(use: Use, { secret, version }: KeyVersion): Promise<number> {
  const labels = new Map(await versionsOf(use, secret)).get(version) ?? [];
  const counts = labels.filter((label) => label.startsWith(prefix));
  return Math.max(0, ...counts.map((label) => Number(label.slice(prefix.length))));
}

/** Another one is about to be placed. A label that an earlier renewal has left moves here. */
export async function intendOrder(use: Use, { secret, version }: KeyVersion, number: number) {
  const VersionStage = `${prefix}${number}`;
  const holder = (await versionsOf(use, secret)).find(([, labels]) =>
    labels.includes(VersionStage),
  )?.[0];
  if (holder === version) return;
  const from = holder === undefined ? {} : { RemoveFromVersionId: holder };
  await use(
    updateSecretVersionStage({
      ...{ SecretId: secret, VersionStage, MoveToVersionId: version },
      ...from,
    }),
  );
}

/** The directory has refused that one: there is none of it. */
export async function noOrder(use: Use, { secret, version }: KeyVersion, number: number) {
  const VersionStage = `${prefix}${number}`;
  const labels = new Map(await versionsOf(use, secret)).get(version) ?? [];
  if (!labels.includes(VersionStage)) return;
  await use(
    updateSecretVersionStage({ SecretId: secret, VersionStage, RemoveFromVersionId: version }),
  );
}
