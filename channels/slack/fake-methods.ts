/**
 * The methods of Slack's Web API that we use, with its limits and its errors; uploads and answers.
 * @see https://docs.slack.dev/reference/methods
 */
import { type FakeAnswer, jsonOf, type ReceivedRequest } from "../fake-server.ts";
import { refusedBlocks, refusedView } from "./fake-blocks.ts";
import {
  type FakeMessage,
  type FakeView,
  namedBlocks,
  nextStamp,
  slackId,
  type Workspace,
} from "./fake-workspace.ts";

type Methods = Readonly<Record<string, (form: URLSearchParams) => FakeAnswer>>;

const needed: Readonly<Record<string, string>> = {
  "chat.postMessage": "chat:write",
  "chat.postEphemeral": "chat:write",
  "chat.update": "chat:write",
  "files.getUploadURLExternal": "files:write",
  "files.completeUploadExternal": "files:write",
};
/** A trigger opens one dialog, within three seconds; an answer is taken within half an hour. */
const [triggerMs, answerMs] = [3000, 30 * 60_000] as const;
const mostText = 40_000;

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

function refusedText(form: URLSearchParams): FakeAnswer | undefined {
  const [text, blocks] = [form.get("text"), form.get("blocks")];
  if (!text && !blocks) return fails("no_text");
  if ((text?.length ?? 0) > mostText) return fails("msg_too_long");
  const wrong = blocks === null ? undefined : refusedBlocks(blocks);
  return wrong && fails(wrong.error, wrong.where);
}

function posting(workspace: Workspace): Methods {
  const { channel, messages, whispers } = workspace;
  return {
    "chat.postMessage"(form) {
      if (form.get("channel") !== channel) return fails("channel_not_found");
      const thread = form.get("thread_ts") ?? undefined;
      if (thread !== undefined && !messages.some(({ ts }) => ts === thread))
        return fails("thread_not_found");
      const refused = refusedText(form);
      if (refused) return refused;
      const ts = nextStamp(workspace);
      const made: FakeMessage = {
        channel,
        ts,
        text: form.get("text") ?? "",
        blocks: namedBlocks(form.get("blocks")),
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
        works({ message_ts: nextStamp(workspace) }, () =>
          whispers.push({
            text: form.get("text") ?? "",
            blocks: namedBlocks(form.get("blocks")),
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
              blocks: namedBlocks(form.get("blocks")),
              edited: found.edited + 1,
            }),
        )
      );
    },
  };
}

function sendingFiles(workspace: Workspace): Methods {
  const { channel, files, uploads, uploadsTo } = workspace;
  return {
    "files.getUploadURLExternal"(form) {
      const [name, length] = [form.get("filename"), Number(form.get("length"))];
      if (!name || !(length > 0))
        return fails("invalid_arguments", "[ERROR] missing filename or length");
      const file = slackId("F");
      return works(
        { upload_url: `${uploadsTo ?? workspace.home}/upload/v1/${file}`, file_id: file },
        () => uploads.set(file, { name, length }),
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
  };
}

function showingViews(workspace: Workspace): Methods {
  const { now, triggers, views } = workspace;
  return {
    "views.open"(form) {
      const trigger = triggers.get(form.get("trigger_id") ?? "");
      if (!trigger) return fails("invalid_trigger_id");
      if (trigger.used) return fails("exchanged_trigger_id");
      if (now().getTime() - trigger.at > triggerMs) return fails("expired_trigger_id");
      const refused = refusedView(form.get("view") ?? "");
      if (refused) return fails(refused.error, refused.where);
      const view = {
        ...(JSON.parse(form.get("view") ?? "{}") as FakeView),
        id: slackId("V"),
        hash: slackId("h"),
      };
      return works({ view }, () => {
        trigger.used = true;
        views.push(view);
      });
    },
    "views.update"(form) {
      const at = views.findIndex(({ id }) => id === form.get("view_id"));
      const found = views[at];
      if (!found) return fails("not_found");
      if (form.has("hash") && form.get("hash") !== found.hash) return fails("hash_conflict");
      const refused = refusedView(form.get("view") ?? "");
      if (refused) return fails(refused.error, refused.where);
      const view = {
        ...(JSON.parse(form.get("view") ?? "{}") as FakeView),
        id: found.id,
        hash: slackId("h"),
      };
      return works({ view }, () => void views.splice(at, 1, view));
    },
  };
}

const methodsOf = (workspace: Workspace): Methods => ({
  "auth.test": () => works({ team_id: workspace.team, user_id: workspace.bot, bot_id: "B0BOT" }),
  ...posting(workspace),
  ...sendingFiles(workspace),
  ...showingViews(workspace),
});

export function methodAnswer(
  workspace: Workspace,
  method: string,
  { headers, body }: ReceivedRequest,
): FakeAnswer {
  const { calls, token, scopes, refusing } = workspace;
  const form = new URLSearchParams(body);
  calls.push(method);
  if (!headers["content-type"]?.startsWith("application/x-www-form-urlencoded"))
    return fails("invalid_form_data");
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1] ?? form.get("token");
  if (!bearer) return fails("not_authed");
  if (bearer !== token) return fails("invalid_auth");
  const scope = needed[method];
  if (scope !== undefined && !scopes.includes(scope)) return fails("missing_scope");
  const refusal = refusing.get(method);
  if (refusal && refusal.times > 0) {
    refusal.times -= 1;
    return fails(refusal.error);
  }
  return (methodsOf(workspace)[method] ?? (() => fails("unknown_method")))(form);
}

export function uploadAnswer(
  { uploads }: Workspace,
  file: string,
  { bytes, headers }: ReceivedRequest,
): FakeAnswer {
  const upload = uploads.get(file);
  if (!upload) return { status: 404 };
  const boundary = headers["content-type"]?.split("boundary=")[1];
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

export function responseAnswer(
  { responses, whispers, now }: Workspace,
  path: string,
  body: string,
): FakeAnswer {
  const known = responses.get(path);
  if (!known || now().getTime() - known.at > answerMs) return { status: 404, body: "expired_url" };
  if (known.left === 0) return { status: 404, body: "used_url" };
  const reply = jsonOf(body);
  if (!reply) return { status: 400, body: "invalid_payload" };
  const blocks = reply.blocks === undefined ? undefined : JSON.stringify(reply.blocks);
  if (!reply.text && !blocks) return { status: 500, body: "no_text" };
  const wrong = blocks === undefined ? undefined : refusedBlocks(blocks);
  if (wrong) return { status: 400, body: wrong.error };
  return {
    status: 200,
    body: "ok",
    effect() {
      known.left -= 1;
      whispers.push({
        text: String(reply.text ?? ""),
        blocks: namedBlocks(blocks ?? null),
        replaces: reply.replace_original === true,
      });
    },
  };
}
