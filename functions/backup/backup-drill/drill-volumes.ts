/** One drill: volumes are made of a set of snapshots, looked at, and taken away again. */
import type { Volume } from "@aws-sdk/client-ec2";
import { describeSnapshots } from "../../../aws/ec2/snapshot.ts";
import { throwAwayTag, throwAwayVolumes, wordOnSnapshots } from "../../../aws/ec2/throw-away.ts";
import { describeVolumes } from "../../../aws/ec2/volume.ts";
import { describeAvailabilityZones } from "../../../aws/ec2/zone.ts";
import { compareText } from "../../../sdk/compare.ts";
import { count } from "../../../sdk/counted.ts";
import { type Carrier, flow } from "../../../sdk/flow.ts";
import { after, hours, inWords, minutes, seconds } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { oursByTag, tagOf } from "../backup-set.ts";
import { type Drill, type DrillVerdict, drillMessage } from "../drill-told.ts";
import { type DrillWord, drilledTag, driller, drillText, drillWordIn } from "../drilled.ts";
import {
  checkedWith,
  unknownMeans,
  type Validated,
  validated,
  validatorReads,
} from "../validator.ts";
import type { VolumeCheck } from "./check.ts";
import { checkPlaceReads, type LookedAtPlace, lookAtPlace } from "./check-place.ts";
import {
  type CheckEnd,
  checkDeclared,
  checkReads,
  checkVolumes,
  checkWrites,
  notProven,
} from "./check-volumes.ts";
import { drillCost, shownCost, summedCosts, type VolumePrice } from "./cost.ts";

/** What is to be restored, and what it must come to. */
export interface VolumeDrill extends Drill {
  readonly snapshots: readonly { readonly id: string; readonly gigabytes: number }[];
  /** Nothing where it was not known. */
  readonly price?: VolumePrice;
  /** What is looked at on what was restored. */
  readonly check?: VolumeCheck;
  /** Why the check that the settings ask for is not made, as it reads after "because". */
  readonly unchecked?: string;
}

const reads = [
  describeSnapshots,
  describeVolumes,
  describeAvailabilityZones,
  ...validatorReads,
  ...checkPlaceReads,
  ...checkReads,
] as const;
type Read = Reader<typeof reads>;

const { restore, remove } = throwAwayVolumes();
export const drillVolumeWrites = { restore, remove, ...checkDeclared };
const { put, takeOff } = wordOnSnapshots(drilledTag);

const writes = [restore, remove, ...checkWrites, put] as const;
type Aws = Carrier<typeof reads, typeof writes>;

/** Until then it must be there: the drill itself says how long. */
const patience = hours(6);

async function firstZone(read: Read): Promise<string> {
  const { AvailabilityZones = [] } = await read(
    describeAvailabilityZones({
      Filters: [
        { Name: "zone-type", Values: ["availability-zone"] },
        { Name: "state", Values: ["available"] },
      ],
    }),
  );
  const [zone] = AvailabilityZones.flatMap(({ ZoneName }) => ZoneName ?? []).sort(compareText);
  if (zone === undefined) throw new Error("there is no availability zone to restore it in");
  return zone;
}

const idsOf = ({ snapshots }: VolumeDrill): string[] => snapshots.map(({ id }) => id);

/** Whoever finds it later must know what it is, and that nobody needs it. */
function tagsOf(drill: VolumeDrill, { carries, began }: Aws) {
  const said = {
    Name: `drill of ${drill.name ?? drill.about}, ${drill.slot}`.slice(0, 256),
    [throwAwayTag]: carries.action,
    [tagOf.unit]: driller,
    [tagOf.action]: carries.action,
    [tagOf.run]: carries.run,
    "nightshift:expires": after(began, patience).toISOString(),
  };
  return Object.entries(said).map(([Key, Value]) => ({ Key, Value }));
}

/** @returns the volumes that were made, in the order of the snapshots */
async function restored(drill: VolumeDrill, zone: string | undefined, aws: Aws) {
  const AvailabilityZone = zone ?? (await aws.look("where it is restored", firstZone));
  const TagSpecifications = [{ ResourceType: "volume" as const, Tags: tagsOf(drill, aws) }];
  const made: string[] = [];
  for (const { id } of drill.snapshots) {
    const input = {
      SnapshotId: id,
      AvailabilityZone,
      VolumeType: "gp3" as const,
      TagSpecifications,
    };
    const { VolumeId = "" } = await aws.write(restore(input));
    made.push(VolumeId);
  }
  return made;
}

const byId = (Values: readonly string[]) => ({
  Filters: [{ Name: "volume-id", Values: [...Values] }],
});

/** What is seen of a restored volume. */
interface Seen {
  readonly id: string;
  readonly state: string;
  readonly gigabytes: number;
}

const seenIn = (volumes: readonly Volume[], ids: readonly string[]): Seen[] =>
  ids.map((id) => {
    const volume = volumes.find(({ VolumeId }) => VolumeId === id);
    return { id, state: volume?.State ?? "gone", gigabytes: volume?.Size ?? 0 };
  });

/** EC2 lets one of a snapshot whose key cannot be used be made, and takes it away soon after. */
const goneWhy =
  "EC2 took it away again, as it does where the snapshot's key is disabled or not let to be used";

function verdictOn(drill: VolumeDrill, seen: readonly Seen[]): DrillVerdict {
  for (const [at, { id, state, gigabytes }] of seen.entries()) {
    const { id: of, gigabytes: wanted } = drill.snapshots[at] ?? { id: "", gigabytes: 0 };
    const about = `the volume ${id} of ${of}`;
    if (state === "gone") return { result: "bad", why: `${about}: ${goneWhy}` };
    if (state === "creating")
      return { result: "unknown", why: `${about} was not there after ${inWords(patience)}` };
    if (state !== "available") return { result: "bad", why: `${about} is ${state}` };
    if (gigabytes < wanted)
      return { result: "bad", why: `${about} has ${gigabytes} GB in place of ${wanted}` };
  }
  return { result: "good", why: `${count(seen.length, "volume")} restored, whole by size` };
}

/** Reads lag: what was just made and does not show yet is still to come. */
const lag = minutes(10);

const looked = (drill: VolumeDrill, made: readonly string[], { until, began }: Aws) =>
  until(
    "all volumes are restored",
    async (read, now) => {
      const seen = seenIn(await Array.fromAsync(read(describeVolumes(byId(made)))), made);
      const isToCome = ({ state }: Seen) =>
        state === "creating" || (state === "gone" && now < after(began, lag));
      const verdict = verdictOn(drill, seen);
      const waits = seen.some(isToCome) && now < after(began, patience);
      return waits ? undefined : { ...verdict, at: now };
    },
    { every: minutes(1), atMost: hours(7) },
  );

/** What the last drills of the same took, the oldest first. */
async function trendOf(read: Read, about: string): Promise<DrillWord[]> {
  const Filters = [...oursByTag.Filters, { Name: `tag:${tagOf.about}`, Values: [about] }];
  const words = new Map<number, DrillWord>();
  for await (const snapshot of read(describeSnapshots({ ...oursByTag, Filters }))) {
    const word = drillWordIn(snapshot);
    if (word) words.set(word.at.getTime(), word);
  }
  return [...words.values()].sort((a, b) => a.at.getTime() - b.at.getTime()).slice(-20);
}

const checkedWords = "that EC2 makes whole volumes of it; what is on them was not read here";
const readWords =
  "that EC2 makes whole volumes of it, that each file system on them is without errors once its journal is played back, and that the files of the settings are there; no program was run on it";

/** Where the check is made; nothing where none is asked for. */
async function placeOf({ check, unchecked }: VolumeDrill, { look }: Aws) {
  if (unchecked !== undefined) return { trouble: unchecked };
  return check && look("where it is checked", (read) => lookAtPlace(read, check));
}

/** What was found on the volumes, where they are there and a check is asked for. */
async function checked(
  drill: VolumeDrill,
  { own, made, looked }: Restoring,
  aws: Aws,
): Promise<CheckEnd | undefined> {
  if (!looked || own.result !== "good") return undefined;
  if ("trouble" in looked) return { verdict: notProven(looked.trouble), cost: 0 };
  const { check } = drill;
  if (!check) return undefined;
  const snapshots = idsOf(drill);
  const { place } = looked;
  return checkVolumes({ check, place, volumes: made, snapshots, tags: tagsOf(drill, aws) }, aws);
}

interface Restoring {
  /** What EC2 made of it. */
  readonly own: DrillVerdict;
  readonly made: readonly string[];
  readonly looked: LookedAtPlace | undefined;
}

/** Both, and what is left. */
function together(own: DrillVerdict, end: CheckEnd | undefined): DrillVerdict {
  if (!end) return own;
  const { verdict, left } = end;
  const more =
    left === undefined
      ? ""
      : `. The instance is still there: ${left}. \`drill-leftovers\` takes it away`;
  return { result: verdict.result, why: `${own.why}; ${verdict.why}${more}` };
}

/** As the word on the snapshots says it. */
function howFar(end: CheckEnd | undefined, { isValidated }: Validated): string {
  if (isValidated) return "validated";
  return end?.verdict.result === "good" ? "read" : "restored";
}

export const drillVolumes = flow({
  id: "drill-volumes",
  reads,
  writes,
  longest: hours(24),

  async carry(drill: VolumeDrill, aws) {
    const place = await placeOf(drill, aws);
    const zone = place && "place" in place ? place.place.zone : undefined;
    const made = await restored(drill, zone, aws);
    const { at, ...own } = await looked(drill, made, aws);
    const end = await checked(drill, { own, made, looked: place }, aws);
    const seen = together(own, end);
    const restoring = { own: seen, backups: idsOf(drill), restored: made };
    const verdict = await validated(drill, restoring, aws);
    const { result, why } = verdict;
    for (const VolumeId of made) await aws.write(remove({ VolumeId }));
    const trend = await aws.look("its drills before", (read) => trendOf(read, drill.about));
    const took = (at.getTime() - aws.began.getTime()) / 1000;
    const word = { at, result, seconds: Math.round(took), checked: howFar(end, verdict) };
    const text = drillText(word);
    await aws.write(put({ Resources: idsOf(drill), Tags: [{ Key: drilledTag, Value: text }] }));
    const gigabytes = drill.snapshots.reduce((sum, each) => sum + each.gigabytes, 0);
    const cost = summedCosts(
      drillCost(gigabytes, seconds(took), drill.price),
      end === undefined ? 0 : end.cost,
    );
    const known = {
      why,
      trend,
      checked: checkedWith(
        end?.verdict.result === "good" ? readWords : checkedWords,
        drill,
        verdict,
      ),
      unknown:
        end?.verdict.result === "unknown"
          ? "was restored, and what is on it is not proven"
          : unknownMeans(own.result === "unknown", own),
      backups: idsOf(drill),
    };
    await aws.tell(drillMessage(drill, word, { ...known, cost: shownCost(cost, drill.price?.by) }));
    const output = { ...word, why, text, marked: idsOf(drill) };
    return cost === undefined ? output : { ...output, cost };
  },

  inverse: [
    takeOff,
    (drill, { text }) => ({
      Resources: idsOf(drill),
      Tags: [{ Key: drilledTag, Value: text }],
    }),
  ],
});
