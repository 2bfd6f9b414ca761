/** Sets of `file-backups` in a test's account, and what is in them. */
import { createHash } from "node:crypto";
import { onTestFinished } from "vitest";
import { filesIn, keyIn, weekly } from "../../functions/backup/file-backups/fixture.ts";
import unit from "../../functions/backup/file-backups/index.ts";
import { fileManifest } from "../../functions/backup/file-backups/manifest.ts";
import { actionsOf } from "../../ledger/actions.ts";
import type { UnitSettings } from "../../settings/settings.ts";
import type { TestAccount } from "../../testing/account.ts";
import type { TestDelivery } from "../../testing/delivery.ts";
import { open } from "./delivery.ts";

const region = "eu-west-1";
const hash = (text: string) => createHash("sha256").update(text).digest("hex");

const buckets = [{ region, bucket: "files-{account}-{region}" }];
/** With a key of their own. */
export const keyed = [{ region, bucket: "files-{account}-{region}", key: keyIn(region) }];

/** Of zones and parameters, unless the settings say other kinds. */
export async function openedSets(
  seed: (aws: TestAccount) => Promise<unknown>,
  { config = {}, ...settings }: Partial<UnitSettings> = {},
): Promise<TestDelivery> {
  const delivery = await open(
    unit,
    seed,
    { config: { ...weekly, kinds: ["zones", "parameters"], buckets, ...config }, ...settings },
    true,
  );
  onTestFinished(() => delivery.close());
  return delivery;
}

export const recordsOf = ({ store }: TestDelivery, { id }: { readonly id: string }) =>
  actionsOf(store, "unit", unit.id, id);
export const outcomes = async (delivery: TestDelivery, run: { readonly id: string }) =>
  (await recordsOf(delivery, run)).map(({ outcome, verified }) => [outcome, verified]);

/** Manifests that are there, by what they are of. */
export async function manifestsIn({ aws }: TestDelivery) {
  const files = await filesIn(aws);
  const manifests = [...files].flatMap(([key, content]) =>
    key.endsWith("/manifest.json") ? [fileManifest.parse(JSON.parse(content))] : [],
  );
  return { files, manifests };
}

/** What of a manifest's files is not there as it says. */
export async function wrongIn(delivery: TestDelivery): Promise<string[]> {
  const { files, manifests } = await manifestsIn(delivery);
  return manifests.flatMap(({ account, region: at, about, slot, files: named }) =>
    named.flatMap(({ name, sha256, bytes }) => {
      const content = files.get(`nightshift-files/${account}/${at}/${about}/${slot}/${name}`) ?? "";
      return hash(content) === sha256 && Buffer.byteLength(content) === bytes ? [] : [name];
    }),
  );
}

/** Of the first file that ends so. */
export async function contentOf(delivery: TestDelivery, ending: string): Promise<string> {
  const files = await filesIn(delivery.aws);
  return [...files].find(([key]) => key.endsWith(ending))?.[1] ?? "";
}
