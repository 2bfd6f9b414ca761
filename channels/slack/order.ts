/**
 * What the endpoint for Slack hands over, so that Slack has its answer within three seconds:
 * checked for its signature, parsed, nothing decided yet.
 */
import * as z from "zod/mini";

const text = (most: number) => z.string().check(z.maxLength(most));
const person = z.object({
  team: z.string().check(z.regex(/^T[A-Z0-9]{1,20}$/)),
  user: z.string().check(z.regex(/^[UW][A-Z0-9]{1,20}$/)),
  app: z.string().check(z.regex(/^A[A-Z0-9]{1,20}$/)),
});

/** Where the answer goes. */
const reply = {
  person,
  /** The same for the same request, however often it is worked on. */
  key: text(64),
  channel: z.optional(text(40)),
  respond: z.optional(text(500)),
};

/**
 * The message that was pressed on; a whispered one cannot be changed but through its own address.
 */
const shown = z.object({ ts: z.optional(text(40)), whispered: z.boolean(), message: z.unknown() });

const press = z.object({
  kind: z.literal("press"),
  ...reply,
  act: z.enum(["approve", "deny", "undo", "acknowledge", "snooze"]),
  value: text(2000),
  shown,
});
const exempt = z.object({
  kind: z.literal("exempt"),
  ...reply,
  run: text(300),
  target: z.int().check(z.nonnegative()),
  until: text(10),
  reason: text(300),
});
const command = z.object({ kind: z.literal("command"), ...reply, text: text(500) });

export const slackOrder = z.discriminatedUnion("kind", [press, exempt, command]);
export type SlackOrder = z.output<typeof slackOrder>;
export type Press = z.output<typeof press>;
export type ExemptOrder = z.output<typeof exempt>;
export type Command = z.output<typeof command>;
export type Reply = Pick<SlackOrder, "person" | "key" | "channel" | "respond">;
