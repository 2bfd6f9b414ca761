/**
 * Parses what the settings say of on-call. What needs more than one field is checked in
 * check-on-call.ts.
 */
import * as z from "zod/mini";
import { channelSchemas } from "../../channels/declarations.ts";
import { hours, minutes, seconds } from "../../sdk/time.ts";
import {
  clockTime,
  day,
  nonEmpty,
  severity,
  someTime,
  span,
  timeZone,
  wallTime,
} from "../../settings/fields.ts";
import { builtIn, endOfMute } from "./ends.ts";
import type {
  Grouping,
  Inhibition,
  OnCall,
  Override,
  Person,
  QuietHours,
  Rotation,
} from "./on-call.ts";

/** With what was left out filled in. */
export interface ParsedPerson extends Person {
  readonly name: string;
  readonly timeZone: string;
}
export interface ParsedRotation extends Rotation {
  readonly timeZone: string;
  readonly overrides: readonly Override[];
}
export interface ParsedOnCall extends OnCall {
  readonly rotations: Readonly<Record<string, ParsedRotation>>;
  readonly escalations: NonNullable<OnCall["escalations"]>;
  readonly group: Required<{ readonly [K in keyof Grouping]: NonNullable<Grouping[K]> }>;
  readonly inhibit: readonly (Inhibition & Required<Pick<Inhibition, "equal">>)[];
  readonly quietHours?:
    | (QuietHours & { readonly except: NonNullable<QuietHours["except"]> })
    | undefined;
}

/** Routes, queues and messages name it. */
const name = z
  .string()
  .check(
    z.regex(
      /^[a-z][a-z0-9-]{0,31}$/,
      "must be written in small letters, digits and hyphens, at most 32 of them",
    ),
  );
const id = (pattern: RegExp, like: string) =>
  z.string().check(z.regex(pattern, `must be an id of Slack's, like ${like}`));

const person = z.strictObject({
  name: z.optional(nonEmpty),
  email: z.optional(z.email()),
  slack: z.optional(id(/^[UW][A-Z0-9]{2,}$/, "U0123ABCD")),
  timeZone: z.optional(timeZone),
});

const weekdays = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;
const handover = z.discriminatedUnion("every", [
  z.strictObject({ every: z.literal("day"), at: clockTime }),
  z.strictObject({ every: z.literal("week"), on: z.enum(weekdays), at: clockTime }),
]);

const rotation = z.strictObject({
  people: z.array(z.string()).check(z.minLength(1, "is empty: name at least one of `people`")),
  from: day,
  handover,
  timeZone: z.optional(timeZone),
  overrides: z._default(
    z.array(
      z.strictObject({
        from: wallTime,
        until: wallTime,
        person: z.string(),
        reason: z.optional(nonEmpty),
      }),
    ),
    [],
  ),
});

/** `*` only at the end, where it stands for any rest. */
const pattern = z
  .string()
  .check(z.regex(/^[^*]*\*?$/, "may have one * only, at its end, for any rest"), z.minLength(1));
const patterns = z.optional(
  z
    .array(pattern)
    .check(z.minLength(1, "is empty, so that nothing would fit: leave it out where all fit")),
);
const match = z.strictObject({
  severity: z.optional(z.array(severity).check(z.minLength(1))),
  family: patterns,
  unit: patterns,
  account: patterns,
  region: patterns,
  tags: z.optional(z.record(z.string(), z.array(pattern).check(z.minLength(1)))),
});
const some = match.check(
  z.refine(
    (given) => Object.values(given).some((field) => field !== undefined),
    "fits everything: name at least one of severity, family, unit, account, region, tags",
  ),
);

const labels = z.array(z.enum(["severity", "family", "unit", "account", "region", "key"]));

const onCall = z.strictObject({
  rotations: z.record(name, rotation),
  escalations: z._default(
    z.array(
      z.strictObject({
        match: z.optional(match),
        steps: z
          .array(
            z.strictObject({
              after: span,
              call: z
                .array(z.string())
                .check(z.minLength(1, "is empty: name a rotation or a person")),
            }),
          )
          .check(z.minLength(1, "is empty: name at least one step")),
      }),
    ),
    [],
  ),
  group: z._default(
    z.strictObject({
      by: z._default(labels, ["unit", "account", "region"]),
      wait: z._default(span, seconds(30)),
      interval: z._default(someTime, minutes(5)),
      repeat: z._default(someTime, hours(4)),
    }),
    {
      by: ["unit", "account", "region"],
      wait: seconds(30),
      interval: minutes(5),
      repeat: hours(4),
    },
  ),
  inhibit: z._default(
    z.array(z.strictObject({ source: some, target: some, equal: z._default(labels, []) })),
    [],
  ),
  quietHours: z.optional(
    z.strictObject({ from: clockTime, until: clockTime, except: z._default(severity, "critical") }),
  ),
  digestAt: z.optional(clockTime),
});

const channel = z.discriminatedUnion("kind", channelSchemas);

const route = z.strictObject({
  channel: z.string(),
  match: z.optional(match),
  atLeast: z.optional(severity),
  fallback: z.optional(z.string()),
  email: z.optional(z.array(z.email())),
});

const mute = z.strictObject({
  match: some,
  until: z
    .string(
      "must say when the mute ends: a day, like 2026-12-01, or a time in UTC, like 2026-12-01T06:00Z",
    )
    .check(
      z.refine(
        (text) => endOfMute(text) !== undefined,
        "must be a day, like 2026-12-01, or a time in UTC, like 2026-12-01T06:00Z",
      ),
    ),
  owner: nonEmpty,
  reason: nonEmpty,
});

export const onCallFields = {
  people: z._default(z.record(name, person), {}),
  onCall: z.optional(onCall),
  channels: z._default(
    z.record(
      name.check(
        z.refine(
          (key) => !(builtIn as readonly string[]).includes(key),
          "is the name of what is there by itself: give the channel another",
        ),
      ),
      channel,
    ),
    {},
  ),
  routes: z._default(z.array(route), [{ channel: "sns" }]),
  mutes: z._default(z.array(mute), []),
};

/** As the schema gives it. */
export type OnCallPart = z.output<z.ZodMiniObject<typeof onCallFields, z.core.$strict>>;

/**
 * With names and time zones, which people and rotations have from elsewhere where they say none.
 */
export function filledIn(
  { people, onCall: given }: OnCallPart,
  timeZone: string,
): {
  readonly people: Readonly<Record<string, ParsedPerson>>;
  readonly onCall: ParsedOnCall | undefined;
} {
  const zoned = <T extends { readonly timeZone?: string | undefined }>(one: T) => ({
    ...one,
    timeZone: one.timeZone ?? timeZone,
  });
  const each = <T, U>(all: Readonly<Record<string, T>>, fill: (one: T, key: string) => U) =>
    Object.fromEntries(Object.entries(all).map(([key, one]) => [key, fill(one, key)] as const));
  return {
    people: each(people, (one, key) => ({ ...zoned(one), name: one.name ?? key })),
    onCall: given && { ...given, rotations: each(given.rotations, zoned) },
  };
}
