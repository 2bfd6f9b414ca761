/**
 * Parses the team's policy. Only the bundle step and the command line do: what is deployed goes by
 * what was parsed.
 */
import * as z from "zod/mini";
import { closest } from "../sdk/closest.ts";
import { isFields } from "../sdk/fields.ts";
import { days, minutes } from "../sdk/time.ts";
import { deploymentField, deploymentProblems, filledDeployment } from "./deployment.ts";
import {
  type Feature,
  functionsOf,
  type Known,
  matchesOf,
  type SectionFields,
  sharedOf,
} from "./feature.ts";
import {
  day,
  nonEmpty,
  pageAddress,
  region,
  span,
  timeZone,
  wallTimeOrDay,
  wholeNumber,
} from "./fields.ts";
import { type Freeze, moments } from "./freeze.ts";
import { meantIn } from "./meant.ts";
import { modes } from "./mode.ts";
import { shared } from "./names.ts";
import { explainIssues, type ParsedSettings, SettingsError } from "./settings.ts";
import { topicArn, topicProblems } from "./signal-topics.ts";
import { tellingFields } from "./telling-fields.ts";
import { matchProblems, tellingMatches, tellingProblems } from "./telling-problems.ts";
import { twoPersonField } from "./two-persons.ts";

const eventPatterns = z.array(
  z.strictObject({ source: z.string(), detailType: z.optional(z.string()) }),
);

const unit = z.strictObject({
  enabled: z._default(z.boolean(), true),
  mode: z._default(z.enum(modes), "watch"),
  formerly: z.optional(z.array(nonEmpty)),
  config: z._default(z.record(z.string(), z.unknown()), {}),
  on: z.optional(z.union([z.string(), eventPatterns])),
});

/**
 * Who IAM authenticated, or who Slack did: team, member and app together (rule: slack-endpoint).
 */
const approver = z
  .string()
  .check(
    z.regex(
      /^(arn:[\w-]+:(iam|sts)::\d{12}:.+|slack:T[A-Z0-9]+\/[UW][A-Z0-9]+\/A[A-Z0-9]+)$/,
      "must be the ARN of an IAM user or role, or slack:<team>/<member>/<app>, like slack:T0123ABCD/U0123ABCD/A0123ABCD",
    ),
  );

/** What the settings have without any feature. */
const frame = {
  version: z._default(z.literal(1), 1),
  home: region,
  regions: z.optional(z.array(region).check(z.minLength(1))),
  deployment: deploymentField,
  timeZone: z._default(timeZone, "UTC"),
  caps: z._default(
    z.strictObject({
      changes: z._default(wholeNumber, 25),
      percent: z._default(z.number().check(z.nonnegative(), z.maximum(100)), 20),
      floor: z._default(wholeNumber, 12),
    }),
    { changes: 25, percent: 20, floor: 12 },
  ),
  coolDown: z._default(span, minutes(30)),
  breaker: z._default(z.int().check(z.positive()), 5),
  exempt: z._default(
    z.array(
      z.strictObject({
        target: nonEmpty,
        until: z.optional(day),
        owner: nonEmpty,
        reason: nonEmpty,
        from: z.optional(z.array(z.string())),
      }),
    ),
    [],
  ),
  runbooks: z.optional(pageAddress),
  longestSecurityExemption: z._default(span, days(14)),
  approvers: z._default(z.array(approver), []),
  freezes: z._default(
    z.array(
      z.strictObject({
        from: wallTimeOrDay,
        until: wallTimeOrDay,
        timeZone: z.optional(timeZone),
        owner: nonEmpty,
        reason: nonEmpty,
        units: z.optional(
          z.array(z.string()).check(z.minLength(1, "is empty: leave it out where all are meant")),
        ),
        regions: z.optional(
          z.array(region).check(z.minLength(1, "is empty: leave it out where all are meant")),
        ),
      }),
    ),
    [],
  ),
  twoPersonRule: twoPersonField,
  irreversible: z._default(z.enum(["ask", "act"]), "ask"),
  untrustedPerHour: z._default(z.int().check(z.positive(), z.maximum(1000)), 20),
  signalTopics: z._default(z.array(topicArn), []),
  units: z._default(z.record(z.string(), unit), {}),
};

/** The form of settings files that this Nightshift reads. */
export const settingsVersion = 1;

export interface ParseOptions {
  /** The features that are there: the root's `features.ts`. */
  readonly features: readonly Feature[];
  /** The ids of all units in the registry. */
  readonly units: readonly string[];
  /** As messages name it. Default `nightshift.config.ts`. */
  readonly file?: string;
  /** Where given, what has ended by then is refused: a mute. */
  readonly now?: Date | undefined;
}

/**
 * Parses a settings file's default export, all but the units' own configs.
 * The caller loads zod's English locale first (`z.config(en())`), without it the messages say only
 * "Invalid input".
 * @throws {SettingsError} that names each wrong field
 */
export function parseSettings(
  written: unknown,
  { features, units, file = "nightshift.config.ts", now }: ParseOptions,
): ParsedSettings {
  refuseNewer(written, file);
  const schema = schemaOf(written, features);
  const parsed = schema.safeParse(written);
  if (!parsed.success)
    throw new SettingsError(
      `${file} is not valid:\n${explainIssues(parsed.error, [], meantIn(schema))}`,
    );
  const settings = filledIn(parsed.data, features);
  const called = features.flatMap(({ section }) => [...(section?.calls?.(settings) ?? [])]);
  const known: Known = { units, senders: shared, called: new Set(called), now };
  const wrong = [
    ...unitProblems(settings, units),
    ...formerProblems(settings, units),
    ...freezeProblems(settings.freezes, [...new Set([...settings.regions, settings.home])]),
    ...features.flatMap(({ section }) => [...(section?.problems?.(settings, known) ?? [])]),
    ...topicProblems(settings),
    ...deploymentProblems(settings, { units, queues: queueNames(settings, features) }),
    ...tellingProblems(settings, known),
    ...matchProblems(allMatches(settings, features), known),
  ];
  if (wrong.length) throw new SettingsError(`${file} is not valid:\n${wrong.join("\n")}`);
  return settings;
}

/** Before all else: what else is wrong with a file of another form says nothing. */
function refuseNewer(written: unknown, file: string): void {
  const theirs = isFields(written) ? written.version : undefined;
  if (typeof theirs !== "number" || theirs <= settingsVersion) return;
  throw new SettingsError(
    `${file} is not valid:\nversion: this file is for a newer Nightshift (version ${theirs}); this one reads ${settingsVersion}: upgrade the package`,
  );
}

/** The zone of what names none, before anything else is read: the schemas have it as a default. */
const zoneOf = (written: unknown): string => {
  const zone = isFields(written) ? frame.timeZone.safeParse(written.timeZone) : undefined;
  return zone?.data ?? "UTC";
};

/** What is read without regard to what is written: for the published JSON Schema. */
export const settingsSchema = (features: readonly Feature[]) => schemaOf(undefined, features);

const schemaOf = (written: unknown, features: readonly Feature[]) =>
  z.strictObject({
    ...frame,
    ...tellingFields,
    ...sectionFields({ timeZone: zoneOf(written) }, features),
  });

/** What the features add; their types are in `sections.ts`, where each feature declares its own. */
const sectionFields = (
  zoned: Pick<ParsedSettings, "timeZone">,
  features: readonly Feature[],
): SectionFields =>
  Object.assign({}, ...features.map(({ section }) => section?.fields(zoned) ?? {}));

type Read = z.output<ReturnType<typeof schemaOf>>;

/** With what follows from several fields. */
function filledIn({ version: _, ...read }: Read, features: readonly Feature[]): ParsedSettings {
  const { home, timeZone } = read;
  const people = Object.entries(read.people).map(([key, person]) => [
    key,
    { ...person, name: person.name ?? key, timeZone: person.timeZone ?? timeZone },
  ]);
  const freezes = read.freezes.map((freeze) => {
    const zoned = { ...freeze, timeZone: freeze.timeZone ?? timeZone };
    return { ...zoned, ...moments(zoned) };
  });
  const settings = {
    ...read,
    regions: [...new Set(read.regions ?? [home])],
    deployment: filledDeployment(read.deployment),
    people: Object.fromEntries(people),
    freezes,
    functions: sharedOf(read, features),
    routedTags: [],
  };
  const tags = allMatches(settings, features).flatMap(({ match }) =>
    Object.keys(match?.tags ?? {}),
  );
  return { ...settings, routedTags: [...new Set(tags)].sort() };
}

const queueNames = (settings: ParsedSettings, features: readonly Feature[]): string[] =>
  Object.values(functionsOf(features)).flatMap(({ queues }) =>
    (queues?.(settings) ?? []).map(({ name }) => name),
  );

const allMatches = (settings: ParsedSettings, features: readonly Feature[]) => [
  ...matchesOf(settings, features),
  ...tellingMatches(settings),
];

/** Ids that name no unit: what is meant for it would silently do nothing. */
function unitProblems(
  { units, exempt, freezes }: ParsedSettings,
  known: readonly string[],
): string[] {
  const named = [
    ...Object.keys(units).map((id) => [id, `units.${id}`] as const),
    ...exempt.flatMap(({ from = [] }, at) =>
      from.map((id, nth) => [id, `exempt[${at}].from[${nth}]`] as const),
    ),
    ...freezes.flatMap(({ units: frozen = [] }, at) =>
      frozen.map((id, nth) => [id, `freezes[${at}].units[${nth}]`] as const),
    ),
  ];
  return named
    .filter(([id]) => !known.includes(id))
    .map(([id, field]) => {
      const meant = closest(id, known);
      const question = meant ? `; did you mean ${meant}?` : "";
      return `${field}: there is no unit ${id}; there are ${known.join(", ")}${question}`;
    });
}

/** Former ids that belong to another: whose the ledger's records are would be uncertain. */
function* formerProblems({ units }: ParsedSettings, known: readonly string[]): Generator<string> {
  const owners = new Map<string, string>();
  for (const [id, { formerly = [] }] of Object.entries(units))
    for (const [at, former] of formerly.entries()) {
      const field = `units.${id}.formerly[${at}]`;
      const owner = owners.get(former);
      if (known.includes(former))
        yield `${field}: ${former} is a unit that there is. Leave it out here, or take that unit out of \`own\` or \`shipped\` first`;
      if (owner !== undefined)
        yield `${field}: ${former} is a former id of ${owner} too. Leave it with the one that acted under it`;
      owners.set(former, id);
    }
}

function* freezeProblems(
  freezes: readonly Freeze[],
  regions: readonly string[],
): Generator<string> {
  for (const [at, { from, until, begins, ends, regions: named = [] }] of freezes.entries()) {
    if (ends <= begins) yield `freezes[${at}].until: ${until} is not after its beginning, ${from}`;
    for (const [nth, region] of named.entries())
      if (!regions.includes(region))
        yield `freezes[${at}].regions[${nth}]: ${region} is none of the regions that are looked at: ${regions.join(", ")}`;
  }
}
