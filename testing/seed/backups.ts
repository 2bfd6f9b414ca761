/** The sets of snapshots that the night makes. */
import { DescribeSnapshotsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { setId, setNameIn } from "../../functions/backup/backup-set.ts";
import { slotAt } from "../../functions/backup/slot.ts";
import { volumePlan } from "../../functions/backup/volume-backups/config.ts";
import type { SeededAccount, Thing } from "./thing.ts";

/** What the plan selects has a set of the slot that the night lies in. */
export function backupsOf(instances: readonly Thing[], now: Date): Thing[] {
  const slot = slotAt(now, volumePlan.parse({})).name;
  return instances.map(({ region, id, name }) => ({
    unit: "volume-backups",
    region,
    id: setId({ about: id, slot }),
    name: `${name}, ${slot}`,
    expected: "changed",
    after: "is complete",
  }));
}

export async function backupsNow(
  account: SeededAccount,
  region: string,
): Promise<readonly (readonly [id: string, state: string])[]> {
  const { Snapshots = [] } = await account
    .client(EC2Client, region)
    .send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
  const sets = Map.groupBy(Snapshots, (snapshot) => {
    const name = setNameIn(snapshot);
    return name ? setId(name) : "";
  });
  sets.delete("");
  return [...sets].map(([id, members]) => {
    const isWhole = members.every(({ State }) => State === "completed");
    return [id, isWhole ? "is complete" : "is being made"] as const;
  });
}
