/**
 * Parses the team's policy. Only the bundle step and the command line do: what is deployed goes by
 * what was parsed.
 */
import * as z from "zod/mini";
import { problemsOf } from "../oncall/settings/check.ts";
import { filledIn, onCallFields } from "../oncall/settings/parse.ts";
import { days, minutes } from "../sdk/time.ts";
import { deploymentField, deploymentProblems, filledDeployment } from "./deployment.ts";
import { day, nonEmpty, region, span, timeZone, wallTimeOrDay, wholeNumber } from "./fields.ts";
import { type Freeze, moments } from "./freeze.ts";
import { shared, sharedOf } from "./names.ts";
import { explainIssues, type ParsedSettings, SettingsError } from "./settings.ts";

const eventPatterns = z.array(
  z.strictObject({ source: z.string(), detailType: z.optional(z.string()) }),
);

const unit = z.strictObject({
  enabled: z._default(z.boolean(), true),
  mode: z._default(z.enum(["watch", "ask", "act"]), "watch"),
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

const schema = z.strictObject({
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
  longestSecurityExemption: z._default(span, days(14)),
  approvers: z._default(z.array(approver), []),
  ...onCallFields,
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
  twoPersonRule: z._default(z.boolean(), false),
  irreversible: z._default(z.enum(["ask", "act"]), "ask"),
  untrustedPerHour: z._default(z.int().check(z.positive(), z.maximum(1000)), 20),
  units: z._default(z.record(z.string(), unit), {}),
});

/**
 * Parses a settings file's default export, all but the units' own configs.
 * The caller loads zod's English locale first (`z.config(en())`), without it the messages say only
 * "Invalid input".
 * @param now where given, what has ended by then is refused: a mute
 * @throws {SettingsError} that names each wrong field
 */
export function parseSettings(
  given: unknown,
  known: readonly string[],
  file = "nightshift.config.ts",
  now?: Date,
): ParsedSettings {
  const parsed = schema.safeParse(given);
  if (!parsed.success)
    throw new SettingsError(`${file} is not valid:\n${explainIssues(parsed.error)}`);
  const { data } = parsed;
  const regions = [...new Set(data.regions ?? [data.home])];
  const freezes = data.freezes.map((freeze) => {
    const zoned = { ...freeze, timeZone: freeze.timeZone ?? data.timeZone };
    return { ...zoned, ...moments(zoned) };
  });
  const named = [
    ...Object.keys(data.units).map((id) => [id, `units.${id}`] as const),
    ...data.exempt.flatMap(({ from = [] }, at) =>
      from.map((id, nth) => [id, `exempt[${at}].from[${nth}]`] as const),
    ),
    ...freezes.flatMap(({ units = [] }, at) =>
      units.map((id, nth) => [id, `freezes[${at}].units[${nth}]`] as const),
    ),
  ];
  const wrong = [
    ...named.flatMap(([id, field]) =>
      known.includes(id) ? [] : [`${field}: there is no unit ${id}; there are ${known.join(", ")}`],
    ),
    ...freezeProblems(freezes, [...new Set([...regions, data.home])]),
    ...problemsOf(data, { units: known, senders: shared, now }),
    ...deploymentProblems(data.deployment, {
      home: data.home,
      regions,
      units: known,
      functions: sharedOf(data),
      channels: Object.keys(data.channels),
    }),
  ];
  if (wrong.length) throw new SettingsError(`${file} is not valid:\n${wrong.join("\n")}`);
  const deployment = filledDeployment(data.deployment);
  return { ...data, ...filledIn(data, data.timeZone), deployment, regions, freezes };
}

const freezeProblems = (freezes: readonly Freeze[], regions: readonly string[]): string[] =>
  freezes.flatMap(({ from, until, begins, ends, regions: named = [] }, at) => [
    ...(ends > begins
      ? []
      : [`freezes[${at}].until: ${until} is not after its beginning, ${from}`]),
    ...named.flatMap((region, nth) =>
      regions.includes(region)
        ? []
        : [
            `freezes[${at}].regions[${nth}]: ${region} is none of the regions that are looked at: ${regions.join(", ")}`,
          ],
    ),
  ]);
