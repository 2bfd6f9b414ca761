/**
 * How on-call is written in the settings. What needs more than one field is checked in
 * problems.ts.
 */
import * as z from "zod/mini";
import { hours, minutes, seconds } from "../../sdk/time.ts";
import { weekdays } from "../../sdk/weekdays.ts";
import {
  clockTime,
  day,
  nonEmpty,
  settingsKey,
  severity,
  someTime,
  span,
  timeZone,
  wallTime,
} from "../../settings/fields.ts";
import { matchField, narrowMatchField } from "../../settings/match-field.ts";

const handover = z.discriminatedUnion("every", [
  z.strictObject({ every: z.literal("day"), at: clockTime }),
  z.strictObject({ every: z.literal("week"), on: z.enum(weekdays), at: clockTime }),
]);

const rotated = z
  .array(z.string())
  .check(z.minLength(1, "is empty: name at least one of `people`"));

/** @param zone of a rotation that names none */
const rotationIn = (zone: string) =>
  z.strictObject({
    people: rotated,
    changes: z._default(z.array(z.strictObject({ from: day, people: rotated })), []),
    from: day,
    handover,
    timeZone: z._default(timeZone, zone),
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

/** What a deployment keeps of its rotations. Each names its zone. */
export const keptRotations = z.object({ rotations: z.record(z.string(), rotationIn("UTC")) });

const labels = z.array(z.enum(["severity", "family", "unit", "account", "region", "key"]));

/** @param zone of rotations that name none */
export const onCallField = (zone: string) =>
  z.strictObject({
    rotations: z.record(settingsKey, rotationIn(zone)),
    escalations: z._default(
      z.array(
        z.strictObject({
          match: z.optional(matchField),
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
          again: z.optional(
            z.strictObject({
              after: someTime,
              times: z.int().check(z.minimum(1), z.maximum(100)),
            }),
          ),
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
      z.array(
        z.strictObject({
          source: narrowMatchField,
          target: narrowMatchField,
          equal: z._default(labels, []),
        }),
      ),
      [],
    ),
    quietHours: z.optional(
      z.strictObject({
        from: clockTime,
        until: clockTime,
        except: z._default(severity, "critical"),
      }),
    ),
    digestAt: z.optional(clockTime),
  });
