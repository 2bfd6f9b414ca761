/**
 * Deregisters images (AMIs) of this account that nothing has used for months, and that newer ones of
 * the same name have replaced. First an image is disabled, and its owner told: what still needs it
 * fails at once, and whoever enables it keeps it. Only when nobody has for weeks is it looked at
 * again, and deregistered. An image costs nothing itself; its snapshots do, and go with it where the
 * settings say so and nothing else needs them.
 *
 * Used is what an instance runs or would start from, stopped ones too; what a launch template names by
 * default, at its latest, or in a version that a group or fleet names; what a launch configuration, a
 * spot request, a parameter or a recipe of Image Builder names; and what was launched lately. Shared
 * images, protected ones, those of AWS Backup, Data Lifecycle Manager, Image Builder and Nightshift
 * itself are left alone and named.
 */
import type { Image } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { automation } from "../../../sdk/automation.ts";
import { count } from "../../../sdk/counted.ts";
import { grace, graceTag } from "../../../sdk/grace.ts";
import { before, days, minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { type FoundImage, isRetirable, ownImagesIn, readsOfImages } from "./look.ts";
import { disabledMeanwhile, imageMark, retireImage } from "./retire-image.ts";

/** Days. */
const mostGrace = 90;

const snapshotsOf = ({ BlockDeviceMappings = [] }: Image): string[] =>
  [...new Set(BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []))].sort();

/** What becomes of its snapshots, which alone cost something. */
function fateOf(snapshots: number, goWithIt: boolean): string {
  const which = `its ${count(snapshots, "snapshot")}`;
  const unpriced = "what they cost is not known here";
  return goWithIt
    ? `with ${which}, where nothing else needs any; ${unpriced}`
    : `without ${which}, as \`snapshots\` is off in the settings; ${unpriced}`;
}

function wordsOn({ image, series }: FoundImage, day: string, goWithIt: boolean): string {
  const snapshots = snapshotsOf(image).length;
  const newer = series?.newer ?? 0;
  const replaced = `${count(newer, "newer image")} of ${series?.name} ${newer === 1 ? "is" : "are"} there`;
  const unused = `nothing has used it since ${day}; ${replaced}`;
  return snapshots ? `${unused}; ${fateOf(snapshots, goWithIt)}` : unused;
}

export default automation({
  id: "old-images",
  family: "cleanup",
  summary: "Disables images (AMIs) that nothing has used for months, and later deregisters them",
  on: [sweep("cron(40 3 * * ? *)", { window: minutes(30) })],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.gte(14), z.lte(3650)), 90)
      .check(z.describe("How long nothing must have used it.")),
    grace: z
      ._default(z.int().check(z.gte(1), z.lte(mostGrace)), 14)
      .check(
        z.describe(
          "How many days it is disabled, and its owner told, before it is deregistered; whoever enables it in that time keeps it.",
        ),
      ),
    newest: z
      ._default(z.int().check(z.gte(1), z.lte(1000)), 3)
      .check(z.describe("How many of each series stay, the newest of them, used or not.")),
    series: z
      ._default(z.array(z.string().check(z.minLength(1), z.maxLength(128))), [])
      .check(
        z.describe(
          "Names with `*` that are a series each, as `web-22.04-*`. Others are one where their names differ in dates, numbers and hashes alone; a number at a word's end, as in `db01`, tells machines apart.",
        ),
      ),
    snapshots: z
      ._default(z.boolean(), false)
      .check(
        z.describe(
          "Whether its snapshots go with it, where nothing else needs any of them. Where a retention rule of the Recycle Bin keeps images, have one that keeps snapshots too: an image comes back only where they are.",
        ),
      ),
  }),
  grace: grace({
    span: ({ grace }) => days(grace),
    atMost: days(mostGrace),
    mark: imageMark,
    meanwhile: disabledMeanwhile,
  }),
  reads: readsOfImages,
  writes: [retireImage],
  lost: [
    "The image, once it is deregistered, and what only its snapshots held, unless retention rules of the Recycle Bin keep both: then they come back as they were, with their ids, until the rules' time is over.",
  ],

  async *find({ read, only, now, config, note }): AsyncGenerator<FoundImage> {
    yield* ownImagesIn(read, { only, now, config, note });
  },

  target: ({ image: { ImageId, Tags }, keptBy }) => ({
    id: ImageId,
    tags: Tags ?? [],
    managed: keptBy,
  }),
  name: ({ image: { Name } }) => Name,
  state: ({ image: { Name, State, Description, Tags = [] } }) => ({
    Name,
    State,
    ...(Description !== undefined && { Description }),
    tags: Object.fromEntries(
      Tags.filter(({ Key = "" }) => !Key.startsWith("aws:") && Key !== graceTag)
        .map(({ Key = "", Value = "" }) => [Key, Value] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  }),
  becomes: () => null,
  counts: ({ usedBy, waits }) => usedBy === undefined && !waits,

  propose(found, { config, now, since }) {
    const { image, series, usedBy, waits } = found;
    const { ImageId } = image;
    if (!ImageId || !isRetirable(image) || usedBy !== undefined || waits) return;
    if (!series || series.newer < config.newest) return;
    if (!since || since > before(now, days(config.days))) return;
    return {
      because: wordsOn(found, since.toISOString().slice(0, 10), config.snapshots),
      call: retireImage({ ImageId, snapshots: config.snapshots ? snapshotsOf(image) : [] }),
    };
  },
});
