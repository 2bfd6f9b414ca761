/** What Slack sends when somebody presses, sends in or commands: only the fields that are used. */
import * as z from "zod/mini";

const id = z.string().check(z.minLength(1), z.maxLength(100));
const user = z.object({ id, team_id: z.optional(z.nullable(id)) });
const from = {
  api_app_id: id,
  user,
  team: z.optional(z.nullable(z.object({ id }))),
  trigger_id: z.optional(z.string().check(z.maxLength(300))),
};

export const blockActions = z.object({
  type: z.literal("block_actions"),
  ...from,
  actions: z
    .array(
      z.object({
        action_id: id,
        value: z.optional(z.nullable(z.string().check(z.maxLength(2000)))),
      }),
    )
    .check(z.minLength(1)),
  container: z.optional(
    z.object({ is_ephemeral: z.optional(z.boolean()), message_ts: z.optional(z.string()) }),
  ),
  channel: z.optional(z.nullable(z.object({ id }))),
  message: z.optional(
    z.nullable(
      z.object({
        ts: z.optional(z.string()),
        text: z.optional(z.string()),
        blocks: z.optional(z.array(z.unknown())),
      }),
    ),
  ),
  view: z.optional(z.nullable(z.object({ id, hash: z.optional(z.string()) }))),
  response_url: z.optional(z.nullable(z.string())),
});

const chosen = z.object({
  value: z.optional(z.nullable(z.string())),
  selected_date: z.optional(z.nullable(z.string())),
  selected_option: z.optional(z.nullable(z.object({ value: z.string() }))),
});
export const viewSubmission = z.object({
  type: z.literal("view_submission"),
  ...from,
  view: z.object({
    id,
    callback_id: z.string(),
    private_metadata: z._default(z.string(), ""),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), chosen)) }),
  }),
});

export type BlockActions = z.output<typeof blockActions>;
export type ViewSubmission = z.output<typeof viewSubmission>;

export const slashCommand = z.object({
  command: z.string(),
  text: z._default(z.string(), ""),
  team_id: id,
  user_id: id,
  api_app_id: id,
  channel_id: id,
  response_url: z.string(),
});
export type SlashCommand = z.output<typeof slashCommand>;

export const urlVerification = z.object({
  type: z.literal("url_verification"),
  challenge: z.string().check(z.maxLength(500)),
});
