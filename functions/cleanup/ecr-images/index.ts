/**
 * Deletes images of ECR that nothing runs: those without a tag, and, where the settings say so, old
 * tagged ones that newer ones have replaced. A push that moves a tag leaves the image before without
 * one, and nobody is told.
 *
 * An index of several platforms and what it names are judged as one: what a kept one names is kept,
 * and an index goes with what only it names; so does what is attached to an image, as its signature.
 * Nothing is proposed that a running task, a service, the latest revision of a family of task
 * definitions or a function names, by digest or by tag, nor what was pushed or pulled lately. What
 * pods of EKS run AWS does not say: their pulls alone are seen. Repositories with a lifecycle policy
 * are left to that, and those that let others in are left alone and named.
 *
 * A deleted image does not come back. So a person is asked before.
 */
import * as z from "zod/mini";
import { legalHoldOn } from "../../../aws/ec2/snapshot-keepers.ts";
import { batchDeleteImage } from "../../../aws/ecr/image.ts";
import { automation } from "../../../sdk/automation.ts";
import { count } from "../../../sdk/counted.ts";
import { isLike } from "../../../sdk/exempt-from.ts";
import { before, days, minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { deleteImageIndex } from "./delete-index.ts";
import { type FoundGroup, groupsOfRegistry, imageId, pushedOf, readsOfRegistry } from "./look.ts";

/** A group, and the rule that its time is over by. */
interface Found extends FoundGroup {
  readonly rule?: "untagged" | "tagged" | undefined;
}

interface Rules {
  readonly tagged?: { readonly newest: number } | undefined;
  readonly keep: readonly string[];
}

/** What is archived somebody has put away. */
const isActive = ({ group: { root, members } }: FoundGroup): boolean =>
  [root, ...members].every(({ imageStatus = "ACTIVE" }) => imageStatus === "ACTIVE");

function ruleFor(found: FoundGroup, { tagged, keep }: Rules): Found["rule"] {
  const { imageTags = [] } = found.group.root;
  if (!isActive(found)) return undefined;
  if (imageTags.length === 0) return "untagged";
  if (!tagged || found.newer < tagged.newest) return undefined;
  const stays = imageTags.some((tag) => keep.some((pattern) => isLike(tag, pattern)));
  return stays ? undefined : "tagged";
}

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

function wordsOn({ group, own, pulled, rule, newer }: Found, since: Date): string {
  const pushed = pushedOf(group);
  const what =
    rule === "untagged"
      ? "it has no tag"
      : `${count(newer, "newer tagged image")} of its repository are there`;
  return [
    `${what}, and since ${dayOf(since)} no task, no service, no latest revision of a task definition and no function of this region names it`,
    `pushed ${pushed ? `on ${dayOf(pushed)}` : "at a time that is not known"}`,
    pulled ? `last pulled on ${dayOf(pulled)}` : "never pulled, as far as ECR knows",
    ...(own.length ? [`${count(own.length, "image")} that only it names go with it`] : []),
    "what it saves is not known: others may have the same layers; pods of EKS and older revisions of task definitions are not seen",
  ].join("; ");
}

const digestsOf = (found: Found): readonly string[] => [...found.own].sort();

export default automation({
  id: "ecr-images",
  family: "cleanup",
  summary: "Deletes images of ECR without a tag, and old ones by rule, that nothing runs",
  on: [sweep("cron(55 3 * * ? *)", { window: minutes(30) })],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.gte(7), z.lte(3650)), 30)
      .check(
        z.describe(
          "How long an image must have had no tag, and nothing must have run, pushed or pulled it.",
        ),
      ),
    tagged: z
      .optional(
        z.strictObject({
          days: z
            .int()
            .check(
              z.gte(30),
              z.lte(3650),
              z.describe("How long nothing must have run, pushed or pulled it."),
            ),
          newest: z
            .int()
            .check(
              z.gte(1),
              z.lte(10_000),
              z.describe("How many of each repository stay, the newest of them, used or not."),
            ),
        }),
      )
      .check(z.describe("Old images with a tag go too, by this rule; absent: they stay.")),
    keep: z
      ._default(z.array(z.string().check(z.minLength(1), z.maxLength(300))), ["latest"])
      .check(z.describe("Tags, with `*`, whose images stay whatever their age: `prod-*`.")),
  }),
  reads: readsOfRegistry,
  writes: [batchDeleteImage, deleteImageIndex],

  async *find({ read, pages, only, account, config, note }): AsyncGenerator<Found> {
    for await (const found of groupsOfRegistry(read, { only, account, pages, note }))
      yield { ...found, rule: ruleFor(found, config) };
  },

  target: ({ home, group }) => ({
    id: imageId({ home, group }),
    tags: { untaggable: "images of ECR carry no tags of AWS: their repository does" },
    within: { id: home.arn, tags: home.tags },
    managed: legalHoldOn([...home.tags]) ?? home.keptBy,
  }),
  name({ home, group: { root } }) {
    const [tag] = root.imageTags ?? [];
    return tag === undefined ? undefined : `${home.name}:${tag}`;
  },
  state: (found) => ({
    digest: found.group.root.imageDigest,
    tags: [...(found.group.root.imageTags ?? [])].sort(),
    images: digestsOf(found),
  }),
  becomes: () => null,
  counts: ({ rule, usedBy }) => (usedBy === undefined && rule) || false,

  propose(found, { config, now, since }) {
    const { home, group, rule, usedBy, pulled } = found;
    const long = rule === "tagged" ? config.tagged?.days : config.days;
    if (rule === undefined || long === undefined || usedBy !== undefined) return;
    const limit = before(now, days(long));
    const pushed = pushedOf(group);
    if (!since || since > limit || !pushed || pushed > limit) return;
    if (pulled && pulled > limit) return;
    const { imageDigest } = group.root;
    if (!imageDigest) return;
    const because = wordsOn(found, since);
    const { name: repositoryName } = home;
    const parts = digestsOf(found);
    return parts.length === 0
      ? { because, call: batchDeleteImage({ repositoryName, imageIds: [{ imageDigest }] }) }
      : { because, call: deleteImageIndex({ repositoryName, index: imageDigest, parts }) };
  },
});
