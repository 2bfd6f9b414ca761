/**
 * Tells which resources lack tags that the settings require. AWS lists by tags only what has a tag or
 * had one: what never had any is not seen, and nothing here ever says that all is tagged. Of the first by
 * name CloudTrail is asked who made them.
 */
import * as z from "zod/mini";
import { lookupEvents } from "../../../aws/cloudtrail/event.ts";
import { getResources } from "../../../aws/tag/tagged-resource.ts";
import { count } from "../../../sdk/counted.ts";
import { report } from "../../../sdk/report.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { type Creator, creatorsOf } from "./creators.ts";
import { byNameThenArn, type Lacking, type LackingKind, lackingKinds } from "./lacking.ts";

const tagKey = z.string().check(
  z.minLength(1, "must be the key of a tag, like owner"),
  z.maxLength(128, "must be the key of a tag: at most 128 characters"),
  z.refine(
    (key) => !key.toLowerCase().startsWith("aws:"),
    "must be a key that people can set: AWS alone writes those that begin with aws:",
  ),
);

/** A kind, and who made those of it that are told by name. */
export interface ToldKind extends LackingKind {
  /** By ARN; absent: it is not asked, or not of those that are told. */
  readonly creators: ReadonlyMap<string, Creator>;
}

const sum = (
  kinds: readonly LackingKind[],
  of: "lacking" | "made" | "otherwise" | "exempt" | "doubtful",
): number => kinds.reduce((total, kind) => total + kind[of], 0);

function titleOf(region: string, lacking: number, doubtful: number): string {
  if (!lacking) {
    const [is, an] = doubtful === 1 ? ["is", "a tag"] : ["are", "tags"];
    return `${count(doubtful, "resource")} in ${region} ${is} exempt from required tags by ${an} whose end is past or that cannot be read`;
  }
  const lack = lacking === 1 ? "lacks" : "lack";
  return `${count(lacking, "resource")} in ${region} ${lack} required tags`;
}

function makerInWords({ madeBy }: Lacking, creator: Creator | undefined): string {
  if (madeBy) return `, made by ${madeBy}`;
  if (!creator || "unknown" in creator) return "";
  const day = creator.at ? ` on ${creator.at.toISOString().slice(0, 10)}` : "";
  return `, made by ${creator.who}${day}`;
}

const inWords = (lacking: Lacking, creators: ToldKind["creators"]): string =>
  `${lacking.name || "without a name"} lacks ${lacking.lacks.join(", ")}${makerInWords(lacking, creators.get(lacking.arn))}`;

/** How who made them is known, and of how many it is not, and why. */
function creatorsInWords(creators: ToldKind["creators"]): string {
  if (!creators.size) return "not looked up; the runbook says how CloudTrail is asked";
  const why = [...creators.values()].flatMap((each) => ("unknown" in each ? [each.unknown] : []));
  const unknown = [...Map.groupBy(why, (each) => each)].map(
    ([words, { length }]) => `; not known of ${length}: ${words}`,
  );
  return `by CloudTrail, which knows the last 90 days, and of those that are told by name alone${unknown.join("")}`;
}

/** Those that are told by name, whatever their kind. */
const firstOf = (kinds: readonly LackingKind[], names: number): Lacking[] =>
  kinds
    .flatMap(({ first }) => first)
    .sort(byNameThenArn)
    .slice(0, names);

function exemptions(kinds: readonly LackingKind[]): string | undefined {
  const [exempt, doubtful] = [sum(kinds, "exempt"), sum(kinds, "doubtful")];
  if (!exempt) return undefined;
  const counted = `${count(exempt, "resource")} without them by the tag nightshift:exempt`;
  if (!doubtful) return counted;
  const doubted = kinds.find((kind) => kind.doubted)?.doubted;
  return `${counted}; the tag of ${doubtful} of these still exempts although its end is past or it cannot be read, ${doubted} among them: correct or remove it`;
}

function facts(kinds: readonly ToldKind[], first: readonly Lacking[], keys: readonly string[]) {
  const creators = new Map(kinds.flatMap((kind) => [...kind.creators]));
  const [lacking, made] = [sum(kinds, "lacking"), sum(kinds, "made")];
  const otherwise = sum(kinds, "otherwise");
  const exempt = exemptions(kinds);
  return {
    required: keys.join(", "),
    ...(first.length > 0 && {
      [first.length < lacking ? `first ${first.length} by name` : "by name"]: first
        .map((lacking) => inWords(lacking, creators))
        .join("; "),
    }),
    ...(made > 0 && {
      "made by others": `${made} of ${lacking}: by stacks, groups, clusters or services of AWS. Tag those where they are made, else the next that is made has no tag again`,
    }),
    ...(otherwise > 0 && {
      "spelt otherwise": `${otherwise} of ${lacking} have the key in other letters: to AWS, owner and Owner are two tags`,
    }),
    ...(exempt && { exempt }),
    "not seen":
      "what never had a tag, and kinds that AWS does not list by tags: AWS lists only what has a tag or had one, so this is never all that lacks them",
    creators: creatorsInWords(creators),
    "what to do":
      "Ask whoever made them whose they are, and tag them there: in the stack, in Terraform, in the pipeline. What is meant to be without goes into `except` by its kind, or gets the tag nightshift:exempt",
  };
}

export default report({
  id: "untagged-resources",
  family: "cost",
  summary: "Tells which resources lack tags that the settings require, by service and type",
  on: [sweep("cron(40 7 ? * MON *)", { window: minutes(30) })],
  config: z.strictObject({
    required: z
      ._default(
        z.array(tagKey).check(
          z.minLength(1, "must name a tag, like owner; without any, switch the report off"),
          z.maxLength(20, "must name at most 20 tags"),
          z.refine(
            (keys) => new Set(keys).size === keys.length,
            "must not name a tag twice: take one of them away",
          ),
        ),
        ["owner"],
      )
      .check(
        z.describe(
          "Keys of tags that each resource is to have, with a value; `Owner` is not `owner`.",
        ),
      ),
    except: z
      ._default(z.array(z.string().check(z.minLength(1))), [])
      .check(z.describe("Kinds that are not told, as the table names them: `ec2:snapshot`.")),
    names: z
      ._default(z.int().check(z.gte(1), z.lte(100)), 10)
      .check(z.describe("So many are told by name, the first in their order.")),
    creators: z
      ._default(z.boolean(), true)
      .check(
        z.describe(
          "Whether CloudTrail is asked who made those that are told by name: of each a request or two, of which it answers two a second for the whole account.",
        ),
      ),
  }),
  reads: [getResources, lookupEvents],

  async *find({ read, now, config }): AsyncGenerator<ToldKind> {
    const kinds = await lackingKinds(read(getResources({})), { ...config, now });
    const first = config.creators ? firstOf(kinds, config.names) : [];
    const all = await creatorsOf(read, first);
    for (const kind of kinds) {
      const creators = new Map(
        kind.first.flatMap(({ arn }) => {
          const creator = all.get(arn);
          return creator ? [[arn, creator] as const] : [];
        }),
      );
      if (kind.lacking || kind.exempt) yield { ...kind, creators };
    }
  },

  tell(found: readonly ToldKind[], { region, config: { required, names } }) {
    const [lacking, doubtful] = [sum(found, "lacking"), sum(found, "doubtful")];
    if (!lacking && !doubtful) return undefined;
    const first = firstOf(found, names);
    const rows = found
      .filter((kind) => kind.lacking)
      .sort((a, b) => b.lacking - a.lacking || (a.kind < b.kind ? -1 : 1))
      .map((kind) => [kind.kind, kind.lacking, kind.seen, kind.made]);
    return {
      title: titleOf(region, lacking, doubtful),
      severity: "info",
      facts: facts(found, first, required),
      table: { columns: ["service and type", "lacking", "listed", "made by others"], rows },
      affected: lacking
        ? first.flatMap(({ arn }) => arn || [])
        : found.flatMap(({ doubted }) => doubted ?? []),
    };
  },
});
