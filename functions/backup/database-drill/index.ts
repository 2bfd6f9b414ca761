/**
 * Restores snapshots of databases in rotation, of an instance of RDS and of a cluster of Aurora one a
 * night each, and never two of a kind at once. What is restored lies beside the original under a name
 * of its own, in the isolated network of the settings, never publicly accessible; it is looked at, its
 * recovery time measured, and deleted without a last snapshot. What a drill found out stands in the
 * ledger, and as a tag on the snapshot for people. Only snapshots are drilled that the ledger says
 * `database-backups` made. No query is made: what is in a database is not looked at.
 */
import type { Tag } from "@aws-sdk/client-rds";
import * as z from "zod/mini";
import { describeDBClusters, describeDBInstances } from "../../../aws/rds/database.ts";
import { describeDBClusterSnapshots, describeDBSnapshots } from "../../../aws/rds/snapshot.ts";
import { isThrowAwayDatabase, throwAwayDatabasePrefix } from "../../../aws/rds/throw-away.ts";
import { type AutomationSearch, automation } from "../../../sdk/automation.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { dollars } from "../../../sdk/money.ts";
import { hours } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { shownCost } from "../backup-drill/cost.ts";
import { setId, setNameOf } from "../backup-set.ts";
import { databaseMaker } from "../database-backups/back-up.ts";
import { type DrillWord, databaseDriller, drillText } from "../drilled.ts";
import {
  type DrillNight,
  drawnByLot,
  drillWordOf,
  isSettled,
  lookedUpTogether,
  turnOfNight,
  type WaitingBackup,
  waitingOf,
} from "../one-a-night.ts";
import { type OwnSnapshot, ownSnapshots } from "../prune-database-backups/pieces.ts";
import { namedValidator } from "../validator.ts";
import { databaseDrillConfig as config } from "./config.ts";
import { databaseDrillCost, shownDatabaseCost, usualDatabaseLength } from "./cost.ts";
import { type DatabaseDrill, databaseIn, drillCluster, drillDatabase } from "./drill-databases.ts";
import { type LookedAtNetwork, lookAtNetwork, networkReads } from "./network.ts";

const reads = [
  describeDBSnapshots,
  describeDBClusterSnapshots,
  describeDBInstances,
  describeDBClusters,
  ...networkReads,
] as const;
type Search = AutomationSearch<typeof config, typeof reads>;

interface Found {
  readonly about: string;
  readonly slot: string;
  /** Nothing where it is gone. */
  readonly snapshot: OwnSnapshot | undefined;
  /** The database's own; looked up for what may be drilled, and none of one that is gone. */
  readonly tags: readonly Tag[];
  /** What its last drill found out. */
  readonly word: DrillWord | undefined;
  readonly isTurn: boolean;
  /** Whether the ledger says that it is ours. */
  readonly isKnown: boolean;
  readonly network: LookedAtNetwork;
}

/** A snapshot that can be restored from. */
interface GoodSnapshot {
  readonly about: string;
  readonly slot: string;
  readonly snapshot: OwnSnapshot;
}

/** A cluster over several zones that is not Aurora's comes with instances of a class of its own. */
const isDrilled = ({ kind, engine }: OwnSnapshot): boolean =>
  kind === "instance" || engine?.startsWith("aurora") === true;

const good = (snapshots: readonly OwnSnapshot[]): GoodSnapshot[] =>
  snapshots
    .filter((snapshot) => snapshot.status === "available" && isDrilled(snapshot))
    .map((snapshot) => ({ about: snapshot.about, slot: snapshot.slot, snapshot }));

/** RDS knows no filter by tags: what was made by hand, of all databases, is read. */
async function allSnapshots({ read }: Search): Promise<OwnSnapshot[]> {
  const SnapshotType = "manual";
  const [ofInstances, ofClusters] = await Promise.all([
    Array.fromAsync(read(describeDBSnapshots({ SnapshotType }))),
    Array.fromAsync(read(describeDBClusterSnapshots({ SnapshotType }))),
  ]);
  return ownSnapshots(ofInstances, ofClusters);
}

const isCluster = (about: string): boolean => about.startsWith("cluster:");
const byName = (about: string) => ({
  Filters: [
    {
      Name: isCluster(about) ? "db-cluster-id" : "db-instance-id",
      Values: [databaseIn(about)],
    },
  ],
});

async function snapshotsOf({ read }: Search, about: string): Promise<OwnSnapshot[]> {
  const asked = { SnapshotType: "manual", ...byName(about) };
  if (isCluster(about))
    return ownSnapshots([], await Array.fromAsync(read(describeDBClusterSnapshots(asked))));
  return ownSnapshots(await Array.fromAsync(read(describeDBSnapshots(asked))), []);
}

async function tagsOf({ read }: Search, about: string): Promise<readonly Tag[]> {
  const [found] = isCluster(about)
    ? await Array.fromAsync(read(describeDBClusters(byName(about))))
    : await Array.fromAsync(read(describeDBInstances(byName(about))));
  return found?.TagList ?? [];
}

const made = z.object({ output: z.object({ SnapshotIds: z.array(z.string()) }) });

/** Both must say so: anybody may give a snapshot such a name and such tags. */
async function isOurs({ about, slot, snapshot }: GoodSnapshot, { remembered }: Search) {
  const record = made.safeParse(
    await remembered({ unit: databaseMaker, target: setId({ about, slot }) }),
  );
  return record.success && record.data.output.SnapshotIds.includes(snapshot.name);
}

const costOf = ({ hourly }: Search["config"]): number | undefined =>
  databaseDrillCost(hourly, usualDatabaseLength);

/** Its cost is compared with the budget where it is proposed. */
const nightOf = ({ now, remembered, config: { again } }: Search): DrillNight => ({
  unit: databaseDriller,
  remembered,
  now,
  again,
  budget: Number.POSITIVE_INFINITY,
});

const kinds = ["instance", "cluster"] as const;
type Kind = (typeof kinds)[number];

/** Of a drill that is at work, or that it left: by name, with its kind. */
async function drillDatabasesHere({ read }: Search): Promise<ReadonlyMap<string, Kind>> {
  const here = new Map<string, Kind>();
  for await (const instance of read(describeDBInstances({}))) {
    const { DBInstanceIdentifier: name = "", DBClusterIdentifier } = instance;
    if (isThrowAwayDatabase(name)) here.set(name, DBClusterIdentifier ? "cluster" : "instance");
  }
  for await (const { DBClusterIdentifier: name = "" } of read(describeDBClusters({})))
    if (isThrowAwayDatabase(name)) here.set(name, "cluster");
  return here;
}

type Waiting = WaitingBackup<GoodSnapshot> & { readonly isKnown: boolean };

/** One of each kind a night, and none as long as one of its kind is there that a drill made. */
async function whoseTurn(all: readonly Waiting[], search: Search): Promise<ReadonlySet<unknown>> {
  const here = await drillDatabasesHere(search);
  if (here.size)
    search.note(
      `${[...here.keys()].join(", ")} is there, which a drill made: none of its kind is begun beside it. Where no drill is at work, database-drill-leftovers takes it away.`,
    );
  const taken = new Set(here.values());
  const turns = kinds.flatMap((kind) => {
    const waiting = all.filter(({ isKnown, snapshot }) => isKnown && snapshot.kind === kind);
    return [...turnOfNight(waiting, !taken.has(kind), nightOf(search))];
  });
  return new Set(turns);
}

const networkOf = ({ read, region, config: { network } }: Search): Promise<LookedAtNetwork> =>
  lookAtNetwork(read, network, region);

/** Asked for by name: which is at work, or has just ended. */
async function* askedFor(search: Search, only: readonly string[]): AsyncIterable<Found> {
  const network = await networkOf(search);
  for (const id of only) {
    const name = setNameOf(id);
    if (!name) continue;
    const own = await snapshotsOf(search, name.about);
    const found = good(own).find(({ slot }) => slot === name.slot);
    const word = await drillWordOf(name, nightOf(search));
    const isTurn = found !== undefined && !isSettled(word, nightOf(search));
    yield {
      ...name,
      snapshot: found?.snapshot,
      word,
      isTurn,
      tags: await tagsOf(search, name.about),
      isKnown: isTurn && (await isOurs(found, search)),
      network,
    };
  }
}

/** Each database's newest good snapshot. */
async function waitingIn(snapshots: readonly GoodSnapshot[], search: Search): Promise<Waiting[]> {
  const tonight = nightOf(search);
  const all = await concurrently(
    drawnByLot(snapshots, tonight),
    async (ofOne) => {
      const waiting = await waitingOf(ofOne, () => costOf(search.config), tonight);
      const known = await Promise.all(waiting.map((each) => isOurs(each, search)));
      return waiting.map((each, at) => ({ ...each, isKnown: known[at] === true }));
    },
    { concurrency: lookedUpTogether },
  );
  return all.flat();
}

/** What a plan backs up, and no drill restores. */
function tellApart(snapshots: readonly OwnSnapshot[], { note }: Search): void {
  const apart = new Set(snapshots.filter((each) => !isDrilled(each)).map(({ about }) => about));
  if (!apart.size) return;
  const names = [...apart].sort();
  const more = names.length > 20 ? ` and ${names.length - 20} more` : "";
  note(
    `No drill restores ${names.slice(0, 20).join(", ")}${more}: of clusters only Aurora's are drilled. Restore one by hand from time to time (npx nightshift restore).`,
  );
}

export default automation({
  id: databaseDriller,
  family: "backup",
  summary:
    "Restores snapshots of databases in rotation into a network apart, checks them, and deletes all",
  on: [sweep("cron(10 3 * * ? *)", { window: hours(1) })],
  config,
  remembers: [databaseMaker, databaseDriller],
  named: namedValidator,
  // Room for those that fail and are tried again: one of each kind is proposed in a night.
  caps: () => ({ changes: 8, percent: 100 }),
  reads,
  writes: [drillDatabase, drillCluster],
  lost: ["That a snapshot was drilled is forgotten; the database of the drill is gone already."],

  async *find(search) {
    if (search.only) return yield* askedFor(search, search.only);
    const snapshots = await allSnapshots(search);
    tellApart(snapshots, search);
    const all = await waitingIn(good(snapshots), search);
    const network = await networkOf(search);
    const isRefused = "trouble" in network;
    if (isRefused && all.length) search.note(`No database is drilled: ${network.trouble}.`);
    const turns = isRefused ? new Set() : await whoseTurn(all, search);
    for (const each of all) {
      const isTurn = turns.has(each);
      const tags = isTurn ? await tagsOf(search, each.about) : [];
      yield { ...each, isTurn, tags, network } satisfies Found;
    }
  },

  target: ({ about, slot, snapshot, tags }) => ({
    id: setId({ about, slot }),
    tags: snapshot?.tags ?? [],
    within: { id: about, tags },
  }),

  name: ({ about, slot }) => `${about}, ${slot}`,

  state: ({ slot, word }) => ({ slot, drilled: word ? drillText(word) : "never" }),
  becomes: ({ slot }) => ({ slot, drilled: "with its result and the time that it took" }),

  propose(found, { config: { hourly, budget, slowest, class: asked, validator } }) {
    const { about, slot, snapshot, word, isTurn, isKnown, network } = found;
    if (!isKnown || !isTurn || !snapshot?.arn) return;
    if ("trouble" in network) throw new CannotJudge(`nothing may be restored: ${network.trouble}`);
    const cost = databaseDrillCost(hourly, usualDatabaseLength);
    if (budget !== undefined && cost !== undefined && cost > budget)
      throw new CannotJudge(
        `its drill would cost ${shownCost(cost)} an hour, and ${dollars(budget)} is what a drill may cost: raise \`budget\`, or exempt it`,
      );
    const drill: DatabaseDrill = {
      about,
      slot,
      name: databaseIn(about),
      source: { snapshot: snapshot.name, arn: snapshot.arn, engine: snapshot.engine ?? "" },
      network: network.network,
      class: asked,
      slowestMinutes: slowest,
      ...(hourly !== undefined && { hourly }),
      ...(validator !== undefined && { validator }),
    };
    const past = word ? `its drill found it ${word.result}` : "it was never restored";
    const because = `${past}: a drill of ${snapshot.gibibytes ?? "unknown"} GiB as ${throwAwayDatabasePrefix}…, for an hour or so; its cost is ${shownDatabaseCost(cost)}`;
    return snapshot.kind === "cluster"
      ? { because, call: drillCluster(drill) }
      : { because, call: drillDatabase(drill) };
  },
});
