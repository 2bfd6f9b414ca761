/** People in a workspace of Slack who press, send in and command: requests as Slack signs them. */
import { createHmac, randomBytes } from "node:crypto";
import {
  type FakeBlock,
  type FakeMessage,
  type FakeView,
  type Member,
  nextStamp,
  slackId,
  type UrlEvent,
  type Whisper,
  type Workspace,
} from "./fake-workspace.ts";

/** An answer is taken so many times. */
const answers = 5;
/** Who it is where nobody is named. */
export const ann: Member = { user: "U0ANN" };

/** Somebody does something at a moment. */
export interface Moment {
  readonly by: Member;
  readonly at: Date;
}

export function signedRequest(
  { signingSecret }: Workspace,
  body: string,
  at: Date,
  contentType = "application/x-www-form-urlencoded",
): UrlEvent {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signature = `v0=${createHmac("sha256", signingSecret).update(`v0:${timestamp}:${body}`).digest("hex")}`;
  return {
    version: "2.0",
    headers: {
      "content-type": contentType,
      "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": signature,
    },
    requestContext: { http: { method: "POST" } },
    body: Buffer.from(body).toString("base64"),
    isBase64Encoded: true,
  };
}

function newTrigger({ triggers, counter }: Workspace, at: Date): string {
  const made = `${counter}.${Math.floor(at.getTime() / 1000)}.${randomBytes(8).toString("hex")}`;
  triggers.set(made, { at: at.getTime(), used: false });
  return made;
}

function newResponse({ responses, team, home, answersTo }: Workspace, at: Date): string {
  const path = `/actions/${team}/${slackId("R")}`;
  responses.set(path, { at: at.getTime(), left: answers });
  return `${answersTo ?? home}${path}`;
}

const from = ({ team, app }: Workspace, { user, team: own = team }: Member) => ({
  user: { id: user, username: "somebody", name: "somebody", team_id: own },
  team: { id: team, domain: "example" },
  api_app_id: app,
  token: "legacy",
});

const payloadRequest = (workspace: Workspace, payload: object, at: Date): UrlEvent =>
  signedRequest(
    workspace,
    new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
    at,
  );

/** What can be pressed: a message, something whispered, a dialog. */
export type Pressable = Pick<FakeMessage, "ts"> | Whisper | FakeView;

const buttonsIn = (workspace: Workspace, blocks: readonly FakeBlock[], action: string) =>
  blocks.flatMap(({ block_id, elements = [] }) =>
    elements.flatMap((element) =>
      element.action_id === action
        ? [{ ...element, block_id, action_ts: nextStamp(workspace) }]
        : [],
    ),
  );

/** Of what was whispered Slack sends no content. */
const contentOf = ({ ts, text, blocks }: FakeMessage) => ({
  message: { type: "message", ts, text, blocks },
});

/** @throws where there is no such button */
export function pressRequest(
  workspace: Workspace,
  on: Pressable,
  action: string,
  { by, at }: Moment,
): UrlEvent {
  const posted = "ts" in on ? workspace.messages.find(({ ts }) => ts === on.ts) : undefined;
  const blocks = posted?.blocks ?? ("blocks" in on ? on.blocks : []);
  const actions = buttonsIn(workspace, blocks, action);
  if (actions.length === 0) throw new Error(`there is no ${action} to press`);
  const trigger_id = newTrigger(workspace, at);
  const head = { type: "block_actions", ...from(workspace, by), trigger_id, actions };
  if ("callback_id" in on) {
    const container = { type: "view", view_id: on.id };
    return payloadRequest(workspace, { ...head, container, view: on }, at);
  }
  const { channel } = workspace;
  const container = {
    type: "message",
    channel_id: channel,
    is_ephemeral: !posted,
    message_ts: posted?.ts ?? nextStamp(workspace),
  };
  const where = { channel: { id: channel, name: "oncall" }, container };
  const content = posted ? contentOf(posted) : {};
  const response_url = newResponse(workspace, at);
  return payloadRequest(workspace, { ...head, ...where, ...content, response_url }, at);
}

/** What somebody fills in, by the name of the input. */
export type FilledIn = Readonly<
  Record<string, { readonly option?: string; readonly date?: string; readonly text?: string }>
>;

export function submitRequest(
  workspace: Workspace,
  view: FakeView,
  inputs: FilledIn,
  by: Member,
): UrlEvent {
  const values = Object.entries(inputs).map(([name, { option, date, text }]) => {
    const input = {
      selected_option: option === undefined ? null : { value: option },
      selected_date: date ?? null,
      value: text ?? null,
    };
    return [name, { [name]: input }] as const;
  });
  const state = { values: Object.fromEntries(values) };
  return payloadRequest(
    workspace,
    { type: "view_submission", ...from(workspace, by), view: { ...view, state } },
    workspace.now(),
  );
}

export function commandRequest(
  workspace: Workspace,
  text: string,
  { user, team = workspace.team }: Member,
  channel: string,
): UrlEvent {
  const at = workspace.now();
  const form = new URLSearchParams({
    token: "legacy",
    team_id: team,
    channel_id: channel,
    user_id: user,
    command: "/nightshift",
    text,
    api_app_id: workspace.app,
    response_url: newResponse(workspace, at),
    trigger_id: newTrigger(workspace, at),
  });
  return signedRequest(workspace, form.toString(), at);
}
