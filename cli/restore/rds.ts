/** What databases of RDS and its clusters have in common where they are restored. */
import type { Tag } from "@aws-sdk/client-rds";
import { snapshotPrefix } from "../../aws/rds/snapshot.ts";
import { tagIn, tagOf } from "../../functions/backup/backup-set.ts";
import { databaseDriller } from "../../functions/backup/drilled.ts";
import { UsageError } from "../../sdk/errors.ts";
import type { RestorePlace } from "./place.ts";
import { notDrilled, type RestorePoint, type Switching, stampOf } from "./point.ts";
import { drillProof } from "./proof.ts";

/** A snapshot of either kind. */
interface RdsSnapshot {
  readonly id: string | undefined;
  readonly type: string | undefined;
  readonly status: string | undefined;
  readonly at: Date | undefined;
  readonly makes: string;
  /** `db:orders` or `cluster:orders`. */
  readonly about: string;
  readonly tags: readonly Tag[] | undefined;
}

/** Of one that a plan of ours made, by its tags: what its drill found out, the ledger says. */
async function proofOf(place: RestorePlace, { about, tags = [] }: RdsSnapshot): Promise<string> {
  const slot = tagIn({ Tags: [...tags] }, tagOf.slot);
  return slot === undefined ? notDrilled : drillProof(place, databaseDriller, { about, slot });
}

export async function pointOfSnapshot(
  place: RestorePlace,
  snapshot: RdsSnapshot,
): Promise<RestorePoint> {
  const { id = "", type, status, at, makes } = snapshot;
  const ours = type === "manual" && id.startsWith(snapshotPrefix);
  return {
    id,
    at: at ?? new Date(0),
    what: ours ? "snapshot by a name of ours" : `snapshot of RDS, ${type ?? "unknown"}`,
    makes,
    proof: ours ? await proofOf(place, snapshot) : notDrilled,
    ...(status !== "available" && { refusal: `its state is ${status ?? "unknown"}` }),
  };
}

/** RDS takes 63 characters, letters, digits and single hyphens. */
export function newNameOf(name: string, at: Date, asked: string | undefined): string {
  const made = asked ?? `${name.slice(0, 40).replace(/-$/, "")}-restored-${stampOf(at)}`;
  if (/^[a-z](-?[a-z0-9]){0,62}$/i.test(made)) return made;
  throw new UsageError(
    `--name ${made} is not one of RDS: 1 to 63 letters, digits and single hyphens, a letter first`,
  );
}

/** Names are exchanged, so that nobody has to learn a new address. */
export function renaming(
  kind: "instance" | "cluster",
  { region, name, into }: { readonly region: string; readonly name: string; readonly into: string },
): Switching {
  const renamed = (from: string, to: string): string =>
    `aws rds modify-db-${kind} --region ${region} --db-${kind}-identifier ${from} --new-db-${kind}-identifier ${to} --apply-immediately`;
  const wait = (id: string): string =>
    `aws rds wait db-${kind}-available --region ${region} --db-${kind}-identifier ${id}`;
  const aside = `${name.slice(0, 56).replace(/-$/, "")}-before`;
  return {
    next: [wait(into), renamed(name, aside), wait(aside), renamed(into, name), wait(name)],
    back: [renamed(name, into), wait(into), renamed(aside, name), wait(name)],
    remove: [
      `aws rds delete-db-${kind} --region ${region} --db-${kind}-identifier ${into} --skip-final-snapshot`,
    ],
  };
}
