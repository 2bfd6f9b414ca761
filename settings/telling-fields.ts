/** How people, routes and mutes are written: who is told what. */
import * as z from "zod/mini";
import { nonEmpty, settingsKey, severity, timeZone } from "./fields.ts";
import { matchField, narrowMatchField } from "./match-field.ts";
import { endOfMute } from "./route.ts";

const person = z.strictObject({
  name: z.optional(nonEmpty),
  email: z.optional(z.email()),
  slack: z.optional(
    z.string().check(z.regex(/^[UW][A-Z0-9]{2,}$/, "must be an id of Slack's, like U0123ABCD")),
  ),
  timeZone: z.optional(timeZone),
});

const route = z.strictObject({
  channel: z.string(),
  match: z.optional(matchField),
  atLeast: z.optional(severity),
  fallback: z.optional(z.string()),
  email: z.optional(z.array(z.email())),
});

const mute = z.strictObject({
  match: narrowMatchField,
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

export const tellingFields = {
  people: z._default(z.record(settingsKey, person), {}),
  routes: z._default(z.array(route), [{ channel: "sns" }]),
  mutes: z._default(z.array(mute), []),
};
