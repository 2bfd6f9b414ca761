/**
 * A workspace of Slack with one app in it: the Web API's methods that we use, with its limits and
 * its errors, files, dialogs and answers; and people who press buttons, whose requests are signed
 * as Slack signs them.
 * @see https://docs.slack.dev/reference/methods
 */
import { createHmac, randomBytes } from "node:crypto";
import {
  type Fake,
  type FakeAnswer,
  jsonOf,
  type ReceivedRequest,
  startFake,
} from "../fake-server.ts";
import { refusedBlocks, refusedView } from "./fake-blocks.ts";

export interface FakeMessage {
  readonly channel: string;
  readonly ts: string;
  readonly text: string;
  readonly blocks: readonly FakeBlock[];
  readonly thread?: string;
  readonly broadcast: boolean;
  readonly edited: number;
}
export interface FakeBlock {
  readonly type: string;
  readonly block_id?: string;
  readonly elements?: readonly {
    readonly type: string;
    readonly action_id?: string;
    readonly value?: string;
  }[];
  readonly [field: string]: unknown;
}
export interface FakeFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly bytes: Buffer;
  readonly channel: string;
  readonly thread: string | undefined;
}
export interface FakeView {
  readonly id: string;
  readonly hash: string;
  readonly callback_id: string;
  readonly private_metadata: string;
  readonly blocks: readonly FakeBlock[];
}
/** What only one person saw. */
export interface Whisper {
  readonly text: string;
  readonly blocks: readonly FakeBlock[];
  readonly replaces: boolean;
}
export interface Member {
  readonly user: string;
  readonly team?: string;
}
/** As a Lambda Function URL hands it over. */
export interface UrlEvent {
  readonly version: "2.0";
  readonly headers: Readonly<Record<string, string>>;
  readonly requestContext: { readonly http: { readonly method: "POST" } };
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

export interface FakeSlack extends Fake {
  /** Of the Web API, with its slash. */
  readonly api: string;
  readonly team: string;
  readonly app: string;
  readonly channel: string;
  readonly token: string;
  readonly signingSecret: string;
  /** In order of time. */
  readonly messages: readonly FakeMessage[];
  readonly files: readonly FakeFile[];
  readonly views: readonly FakeView[];
  readonly whispers: readonly Whisper[];
  /** The methods that were called, in their order. */
  readonly calls: readonly string[];
  /** Lets the next calls of a method be refused. */
  refuse(method: string, error: string, times?: number): void;
  remove(ts: string): void;
  /** Whether an address is one that this workspace gave to answer to. */
  isResponse(url: string): boolean;
  /** Somebody presses a button under a message, or under what was whispered to them. */
  press(
    message: Pick<FakeMessage, "ts"> | Whisper | FakeView,
    action: string,
    by?: Member,
    at?: Date,
  ): UrlEvent;
  submit(
    view: FakeView,
    values: Readonly<
      Record<string, { readonly option?: string; readonly date?: string; readonly text?: string }>
    >,
    by?: Member,
  ): UrlEvent;
  command(text: string, by?: Member, channel?: string): UrlEvent;
  /** A request with this body, signed. */
  signed(body: string, contentType?: string, at?: Date): UrlEvent;
}

export interface FakeSlackOptions {
  /** Time, as this workspace sees it. */
  readonly now?: () => Date;
  /** What the app was installed with. */
  readonly scopes?: readonly string[];
  /** Where files are to be sent, in place of this server. */
  readonly uploads?: string;
}

const needed: Readonly<Record<string, string>> = {
  "chat.postMessage": "chat:write",
  "chat.postEphemeral": "chat:write",
  "chat.update": "chat:write",
  "files.getUploadURLExternal": "files:write",
  "files.completeUploadExternal": "files:write",
};
/**
 * A trigger opens one dialog, within three seconds; an answer is taken five times, within half an
 * hour.
 */
const [triggerMs, answerMs, answers] = [3000, 30 * 60_000, 5] as const;
const mostText = 40_000;
const id = (kind: string) => `${kind}${randomBytes(5).toString("hex").toUpperCase()}`;

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: taken apart next
export async function startFakeSlack({
  now = () => new Date(),
  scopes = ["chat:write", "files:write", "commands"],
  uploads: elsewhere,
}: FakeSlackOptions = {}): Promise<FakeSlack> {
  const [team, app, channel, bot] = ["T0TEAM", "A0APP", "C0ONCALL", "U0BOT"];
  const token = `xoxb-${randomBytes(12).toString("hex")}`;
  const signingSecret = randomBytes(16).toString("hex");
  const messages: FakeMessage[] = [];
  const files: FakeFile[] = [];
  const uploads = new Map<
    string,
    { readonly name: string; readonly length: number; bytes?: Buffer }
  >();
  const views: FakeView[] = [];
  const whispers: Whisper[] = [];
  const calls: string[] = [];
  const triggers = new Map<string, { readonly at: number; used: boolean }>();
  const responses = new Map<
    string,
    { readonly at: number; left: number; readonly source: { ts?: string } }
  >();
  const refusing = new Map<string, { error: string; times: number }>();
  let counter = 0;
  let home = "";

  const fails = (error: string, where?: string): FakeAnswer => ({
    status: 200,
    body: {
      ok: false,
      error,
      ...(where && { response_metadata: { messages: [`[ERROR] ${where}`] } }),
    },
  });
  const works = (body: object, effect?: () => void): FakeAnswer => ({
    status: 200,
    body: { ok: true, ...body },
    ...(effect && { effect }),
  });
  /** Slack names blocks that have no name. */
  const kept = (blocks: string | null): FakeBlock[] =>
    (JSON.parse(blocks ?? "[]") as FakeBlock[]).map((block) => ({ block_id: id("b"), ...block }));
  const next = (): string => {
    counter += 1;
    return `${Math.floor(now().getTime() / 1000)}.${String(counter).padStart(6, "0")}`;
  };

  function refusedText(form: URLSearchParams): FakeAnswer | undefined {
    const [text, blocks] = [form.get("text"), form.get("blocks")];
    if (!text && !blocks) return fails("no_text");
    if ((text?.length ?? 0) > mostText) return fails("msg_too_long");
    const wrong = blocks === null ? undefined : refusedBlocks(blocks);
    return wrong && fails(wrong.error, wrong.where);
  }

  const methods: Readonly<Record<string, (form: URLSearchParams) => FakeAnswer>> = {
    "auth.test": () => works({ team_id: team, user_id: bot, bot_id: "B0BOT" }),
    "chat.postMessage"(form) {
      if (form.get("channel") !== channel) return fails("channel_not_found");
      const thread = form.get("thread_ts") ?? undefined;
      if (thread !== undefined && !messages.some(({ ts }) => ts === thread))
        return fails("thread_not_found");
      const refused = refusedText(form);
      if (refused) return refused;
      const ts = next();
      const made: FakeMessage = {
        channel,
        ts,
        text: form.get("text") ?? "",
        blocks: kept(form.get("blocks")),
        ...(thread && { thread }),
        broadcast: form.get("reply_broadcast") === "true",
        edited: 0,
      };
      return works({ channel, ts, message: made }, () => messages.push(made));
    },
    "chat.postEphemeral"(form) {
      if (form.get("channel") !== channel) return fails("channel_not_found");
      const refused = refusedText(form);
      return (
        refused ??
        works({ message_ts: next() }, () =>
          whispers.push({
            text: form.get("text") ?? "",
            blocks: kept(form.get("blocks")),
            replaces: false,
          }),
        )
      );
    },
    "chat.update"(form) {
      const at = messages.findIndex(({ ts }) => ts === form.get("ts"));
      const found = messages[at];
      if (form.get("channel") !== channel) return fails("channel_not_found");
      if (!found) return fails("message_not_found");
      const refused = refusedText(form);
      const { ts } = found;
      return (
        refused ??
        works(
          { channel, ts, text: form.get("text") },
          () =>
            void messages.splice(at, 1, {
              ...found,
              text: form.get("text") ?? "",
              blocks: kept(form.get("blocks")),
              edited: found.edited + 1,
            }),
        )
      );
    },
    "files.getUploadURLExternal"(form) {
      const [name, length] = [form.get("filename"), Number(form.get("length"))];
      if (!name || !(length > 0))
        return fails("invalid_arguments", "[ERROR] missing filename or length");
      const file = id("F");
      return works({ upload_url: `${elsewhere ?? home}/upload/v1/${file}`, file_id: file }, () =>
        uploads.set(file, { name, length }),
      );
    },
    "files.completeUploadExternal"(form) {
      const wanted = JSON.parse(form.get("files") ?? "[]") as { id: string; title?: string }[];
      const found = wanted.flatMap(({ id: file, title = "" }) => {
        const upload = uploads.get(file);
        return upload?.bytes
          ? [
              {
                id: file,
                name: upload.name,
                title,
                bytes: upload.bytes,
                channel: form.get("channel_id") ?? "",
                thread: form.get("thread_ts") ?? undefined,
              },
            ]
          : [];
      });
      if (found.length < wanted.length || found.length === 0) return fails("file_not_found");
      if (form.get("channel_id") !== channel) return fails("channel_not_found");
      return works({ files: found.map(({ id: file, title }) => ({ id: file, title })) }, () =>
        files.push(...found),
      );
    },
    "views.open"(form) {
      const trigger = triggers.get(form.get("trigger_id") ?? "");
      if (!trigger) return fails("invalid_trigger_id");
      if (trigger.used) return fails("exchanged_trigger_id");
      if (now().getTime() - trigger.at > triggerMs) return fails("expired_trigger_id");
      const refused = refusedView(form.get("view") ?? "");
      if (refused) return fails(refused.error, refused.where);
      const view = {
        ...(JSON.parse(form.get("view") ?? "{}") as FakeView),
        id: id("V"),
        hash: id("h"),
      };
      return works({ view }, () => {
        trigger.used = true;
        views.push(view);
      });
    },
    "views.update"(form) {
      const at = views.findIndex(({ id: one }) => one === form.get("view_id"));
      const found = views[at];
      if (!found) return fails("not_found");
      if (form.has("hash") && form.get("hash") !== found.hash) return fails("hash_conflict");
      const refused = refusedView(form.get("view") ?? "");
      if (refused) return fails(refused.error, refused.where);
      const view = {
        ...(JSON.parse(form.get("view") ?? "{}") as FakeView),
        id: found.id,
        hash: id("h"),
      };
      return works({ view }, () => void views.splice(at, 1, view));
    },
  };

  function called(method: string, { headers, body }: ReceivedRequest): FakeAnswer {
    const form = new URLSearchParams(body);
    calls.push(method);
    if (!headers["content-type"]?.startsWith("application/x-www-form-urlencoded"))
      return fails("invalid_form_data");
    const given = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1] ?? form.get("token");
    if (!given) return fails("not_authed");
    if (given !== token) return fails("invalid_auth");
    const scope = needed[method];
    if (scope !== undefined && !scopes.includes(scope)) return fails("missing_scope");
    const refusal = refusing.get(method);
    if (refusal && refusal.times > 0) {
      refusal.times -= 1;
      return fails(refusal.error);
    }
    return (methods[method] ?? (() => fails("unknown_method")))(form);
  }

  function uploaded(file: string, { bytes, headers }: ReceivedRequest): FakeAnswer {
    const upload = uploads.get(file);
    if (!upload) return { status: 404 };
    const boundary = /boundary=(.+)$/.exec(headers["content-type"] ?? "")?.[1];
    const start = boundary ? bytes.indexOf("\r\n\r\n") + 4 : 0;
    const end = boundary ? bytes.lastIndexOf(`\r\n--${boundary}--`) : bytes.length;
    const content = bytes.subarray(start, end);
    return content.length === upload.length
      ? {
          status: 200,
          body: `OK - ${content.length}`,
          effect: () => void Object.assign(upload, { bytes: content }),
        }
      : { status: 400, body: "length does not match" };
  }

  function answered(path: string, body: string): FakeAnswer {
    const known = responses.get(path);
    if (!known || now().getTime() - known.at > answerMs)
      return { status: 404, body: "expired_url" };
    if (known.left === 0) return { status: 404, body: "used_url" };
    const given = jsonOf(body);
    if (!given) return { status: 400, body: "invalid_payload" };
    const blocks = given.blocks === undefined ? undefined : JSON.stringify(given.blocks);
    if (!given.text && !blocks) return { status: 500, body: "no_text" };
    const wrong = blocks === undefined ? undefined : refusedBlocks(blocks);
    if (wrong) return { status: 400, body: wrong.error };
    return {
      status: 200,
      body: "ok",
      effect() {
        known.left -= 1;
        whispers.push({
          text: String(given.text ?? ""),
          blocks: kept(blocks ?? null),
          replaces: given.replace_original === true,
        });
      },
    };
  }

  const fake = await startFake(
    (asked) => {
      const [, kind, ...rest] = asked.path.split("/");
      if (kind === "api") return called(rest.join("/"), asked);
      if (kind === "upload") return uploaded(rest.at(-1) ?? "", asked);
      return kind === "actions" ? answered(asked.path, asked.body) : { status: 404 };
    },
    { status: 200, body: { ok: false, error: "token_revoked" } },
  );
  home = fake.url;

  const trigger = (at: Date): string => {
    const made = `${counter}.${Math.floor(at.getTime() / 1000)}.${randomBytes(8).toString("hex")}`;
    triggers.set(made, { at: at.getTime(), used: false });
    return made;
  };
  const response = (at: Date): string => {
    const path = `/actions/${team}/${id("R")}`;
    responses.set(path, { at: at.getTime(), left: answers, source: {} });
    return `${fake.url}${path}`;
  };
  const from = ({ user, team: own = team }: Member) => ({
    user: { id: user, username: "somebody", name: "somebody", team_id: own },
    team: { id: team, domain: "example" },
    api_app_id: app,
    token: "legacy",
  });
  const ann: Member = { user: "U0ANN" };

  function signed(
    body: string,
    contentType = "application/x-www-form-urlencoded",
    at = now(),
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
  const payload = (given: object, at?: Date) =>
    signed(new URLSearchParams({ payload: JSON.stringify(given) }).toString(), undefined, at);

  return {
    ...fake,
    api: `${fake.url}/api/`,
    team,
    app,
    channel,
    token,
    signingSecret,
    messages,
    files,
    views,
    whispers,
    calls,
    refuse: (method, error, times = 1) => void refusing.set(method, { error, times }),
    remove(ts) {
      const at = messages.findIndex((one) => one.ts === ts);
      if (at >= 0) messages.splice(at, 1);
    },
    isResponse: (url) => url.startsWith(`${fake.url}/actions/`),
    press(on, action, by = ann, at = now()) {
      const posted = "ts" in on ? messages.find(({ ts }) => ts === on.ts) : undefined;
      const blocks = posted?.blocks ?? ("blocks" in on ? on.blocks : []);
      const pressed = blocks.flatMap(({ block_id, elements = [] }) =>
        elements.flatMap((one) =>
          one.action_id === action ? [{ ...one, block_id, action_ts: next() }] : [],
        ),
      );
      if (pressed.length === 0) throw new Error(`there is no ${action} to press`);
      const view = "callback_id" in on ? on : undefined;
      return payload(
        {
          type: "block_actions",
          ...from(by),
          trigger_id: trigger(at),
          actions: pressed,
          ...(view
            ? { container: { type: "view", view_id: view.id }, view }
            : {
                channel: { id: channel, name: "oncall" },
                container: {
                  type: "message",
                  channel_id: channel,
                  is_ephemeral: !posted,
                  message_ts: posted?.ts ?? next(),
                },
                // Of what was whispered Slack sends no content.
                ...(posted && {
                  message: {
                    type: "message",
                    ts: posted.ts,
                    text: posted.text,
                    blocks: posted.blocks,
                  },
                }),
                response_url: response(at),
              }),
        },
        at,
      );
    },
    submit: (view, values, by = ann) =>
      payload({
        type: "view_submission",
        ...from(by),
        view: {
          ...view,
          state: {
            values: Object.fromEntries(
              Object.entries(values).map(([name, { option, date, text }]) => [
                name,
                {
                  [name]: {
                    selected_option: option === undefined ? null : { value: option },
                    selected_date: date ?? null,
                    value: text ?? null,
                  },
                },
              ]),
            ),
          },
        },
      }),
    command: (text, { user, team: own = team } = ann, where = channel) =>
      signed(
        new URLSearchParams({
          token: "legacy",
          team_id: own,
          channel_id: where,
          user_id: user,
          command: "/nightshift",
          text,
          api_app_id: app,
          response_url: response(now()),
          trigger_id: trigger(now()),
        }).toString(),
      ),
    signed,
  };
}
