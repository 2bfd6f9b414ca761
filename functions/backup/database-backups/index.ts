/**
 * Takes a snapshot of databases of RDS in each slot: of an instance that stands by itself, or of a
 * cluster as a whole (Aurora, or one over several zones). What is backed up says a tag or a list; a
 * replica of what is backed up here needs no snapshot of its own. One that is being modified is
 * waited for; one that is stopped, or that RDS cannot read, is told. A slot has one snapshot,
 * whatever is delivered twice, and it counts when it can be restored.
 */
import type { DBClusterSnapshot, DBSnapshot } from "@aws-sdk/client-rds";
import { describeDBClusterSnapshots, describeDBSnapshots } from "../../../aws/rds/snapshot.ts";
import { automation } from "../../../sdk/automation.ts";
import { minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { setId, setNameIn, setNameOf, tagIn, tagOf } from "../backup-set.ts";
import { keepInWords } from "../retention.ts";
import { slotAt } from "../slot.ts";
import { backUpCluster, backUpInstance, databaseMaker } from "./back-up.ts";
import { databasePlan } from "./config.ts";
import { databasesTold } from "./left.ts";
import { chosenOf, databasePlanReads, listDatabases, type ProtectedDatabase } from "./protected.ts";
import { blockedBy } from "./status.ts";

const reads = [...databasePlanReads, describeDBSnapshots, describeDBClusterSnapshots] as const;
type Read = Reader<typeof reads>;

/** A snapshot of either kind. */
interface DatabaseSnapshot {
  readonly id: string;
  readonly status: string;
}

interface Found extends ProtectedDatabase {
  readonly slot: string;
  /** What there is of this slot. */
  readonly snapshots: readonly DatabaseSnapshot[];
}

type Listed = Pick<DBSnapshot & DBClusterSnapshot, "TagList" | "Status">;

function ourSet({ TagList = [] }: Listed): string | undefined {
  const name = setNameIn({ Tags: TagList });
  return name && tagIn({ Tags: TagList }, tagOf.unit) === databaseMaker ? setId(name) : undefined;
}

/** RDS knows no filter by tags: what was made by hand, of all databases, is read. */
async function madeSets(read: Read): Promise<ReadonlyMap<string, readonly DatabaseSnapshot[]>> {
  const SnapshotType = "manual";
  const [ofInstances, ofClusters] = await Promise.all([
    Array.fromAsync(read(describeDBSnapshots({ SnapshotType }))),
    Array.fromAsync(read(describeDBClusterSnapshots({ SnapshotType }))),
  ]);
  const all = [
    ...ofInstances.map((each) => ({ each, id: each.DBSnapshotIdentifier })),
    ...ofClusters.map((each) => ({ each, id: each.DBClusterSnapshotIdentifier })),
  ];
  const ours = all.flatMap(({ each, id = "" }) => {
    const set = ourSet(each);
    return set ? [{ set, snapshot: { id, status: each.Status ?? "" } }] : [];
  });
  return new Map(
    [...Map.groupBy(ours, ({ set }) => set)].map(([set, members]) => [
      set,
      members.map(({ snapshot }) => snapshot),
    ]),
  );
}

/** It is there, or is about to be. */
const isAlive = ({ status }: DatabaseSnapshot): boolean =>
  status === "available" || status === "creating";

const isReserved = (key = ""): boolean => key.startsWith("aws:") || key.startsWith("nightshift:");

export default automation({
  id: databaseMaker,
  family: "backup",
  summary: "Backs up databases of RDS and Aurora in each slot, by snapshots of their own",
  on: [sweep("cron(25 * * * ? *)", { window: minutes(10) })],
  config: databasePlan,
  exemptByName: true,
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 100 }),
  reads,
  writes: [backUpInstance, backUpCluster],
  lost: ["A snapshot that an undo deletes is gone, and with it what only it held."],

  remembers: [databaseMaker],

  async *find({ read, only, config: chosen, now, region, regions, remembered, note }) {
    const asked = only?.flatMap((id) => setNameOf(id) ?? []);
    const current = slotAt(now, chosen).name;
    const [databases, made] = await Promise.all([listDatabases(read), madeSets(read)]);
    const sets = [...made.keys()].flatMap((id) => setNameOf(id) ?? []);
    const history = { unit: databaseMaker, remembered };
    const looked = { databases, chosen, sets, place: { region, regions }, history };
    if (!only) for (const words of await databasesTold(looked)) note(words);
    for (const each of chosenOf(databases, chosen)) {
      const { about } = each;
      const names = asked?.filter((name) => name.about === about) ?? [{ about, slot: current }];
      for (const { slot } of names)
        yield { ...each, slot, snapshots: made.get(setId({ about, slot })) ?? [] } satisfies Found;
    }
  },

  target: ({ about, slot, tags, engine, status }) => ({
    id: setId({ about, slot }),
    tags: {},
    within: { id: about, tags },
    managed: blockedBy(engine, status),
  }),

  name: ({ about, slot }) => `${about}, ${slot}`,

  state: ({ slot, snapshots }) => ({
    slot,
    snapshots: snapshots
      .filter(isAlive)
      .map(({ id }) => id)
      .sort(),
  }),

  becomes: ({ about, slot }) => ({ slot, snapshots: [`one of ${about}`] }),

  propose({ about, slot, tags, snapshots, pointInTime }, { config: { keep } }) {
    if (snapshots.some(isAlive)) return;
    const noPoint = pointInTime ? "" : "; it cannot be restored to a point in time either";
    const backUp = {
      about,
      slot,
      tags: tags.filter(({ Key }) => !isReserved(Key)),
      keep: { ...keep },
      keepText: keepInWords(keep),
    };
    const because = `it has no snapshot of the slot ${slot}${noPoint}`;
    return about.startsWith("cluster:")
      ? { because, call: backUpCluster(backUp) }
      : { because, call: backUpInstance(backUp) };
  },
});
