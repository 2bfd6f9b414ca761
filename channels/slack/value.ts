/**
 * What our buttons carry: which act, on what exactly. Read again, and checked, when somebody
 * presses one.
 */
import * as z from "zod/mini";

const id = z.string().check(z.minLength(1), z.maxLength(300));
const hash = z.string().check(z.regex(/^[0-9a-f]{16,64}$/));

/** `plan` and `hash`: exactly what was shown, whatever lies under that id now. */
export const planValue = z.object({ plan: id, hash });
/** `confirms`: the digest of what an undo has shown, where somebody confirms exactly that. */
export const runValue = z.object({ run: id, confirms: z.optional(hash) });
/** A group of incidents, and those of it that were shown and not over. */
export const incidentValue = z.object({
  group: id,
  incidents: z.array(id).check(z.minLength(1), z.maxLength(30)),
});
/** A page of a plan's targets. */
export const pageValue = z.object({
  plan: id,
  hash,
  page: z._default(z.int().check(z.nonnegative(), z.maximum(10_000)), 0),
});

/**
 * For how many hours what a schedule stops is kept on with one tap; each is a button of its own,
 * `keep.<hours>`.
 */
export const keeps = [4, 12] as const;
export const keepValue = z.object({ run: id, hours: z.int().check(z.minimum(1), z.maximum(24)) });
export type KeepValue = z.output<typeof keepValue>;

export type PlanValue = z.output<typeof planValue>;
export type RunValue = z.output<typeof runValue>;
export type IncidentValue = z.output<typeof incidentValue>;
export type PageValue = z.output<typeof pageValue>;

/** The `action_id`s of what can be pressed, and the `callback_id` of what can be sent in. */
export const acts = {
  approve: "approve",
  deny: "deny",
  targets: "targets",
  page: "page",
  undo: "undo",
  exempt: "exempt",
  keep: "keep",
  acknowledge: "acknowledge",
  snooze: "snooze",
  resolve: "resolve",
} as const;
export const forms = { exempt: "exempt", targets: "targets" } as const;

/**
 * For how many hours an incident can be snoozed with one tap; each is a button of its own,
 * `snooze.<hours>`.
 */
export const snoozes = [1, 8, 24] as const;
export const snoozeValue = z.object({
  ...incidentValue.shape,
  hours: z.int().check(z.minimum(1), z.maximum(72)),
});
export type SnoozeValue = z.output<typeof snoozeValue>;
