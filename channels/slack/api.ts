/**
 * Slack's Web API, through its own client: no retries of its own, no waiting, no log of what it
 * sends.
 */
import {
  LogLevel,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from "@slack/web-api";
import { cut, plain } from "../../sdk/plain.ts";
import { seconds } from "../../sdk/time.ts";
import { Undelivered } from "../undelivered.ts";
import type { Modal } from "./blocks.ts";
import type { Rendered } from "./rendered.ts";

/** Where a message stands. */
export interface SlackPlace {
  readonly channel: string;
  /** Its time stamp, which is its name within the channel. */
  readonly ts: string;
}

/** What we call of it; each rejects with `SlackUndelivered`. */
export interface SlackApi {
  post(
    channel: string,
    message: Rendered,
    thread?: { readonly ts: string; readonly broadcast: boolean },
  ): Promise<SlackPlace>;
  update(place: SlackPlace, message: Rendered): Promise<void>;
  /** Where only one person sees it. */
  whisper(channel: string, user: string, message: Rendered): Promise<void>;
  /** Shows a file in a thread. */
  upload(
    place: SlackPlace,
    file: {
      readonly name: string;
      readonly title: string;
      readonly alt: string;
      readonly bytes: Uint8Array;
    },
  ): Promise<void>;
  /** @returns the modal's id */
  open(trigger: string, view: Modal): Promise<string>;
  /** @param hash of the modal that is replaced: another change in between is not overwritten */
  replace(id: string, hash: string | undefined, view: Modal): Promise<void>;
  /** Whether the token is good. @returns the team, and who the app is there */
  test(): Promise<{ readonly team: string; readonly user: string }>;
}

export interface ApiOptions {
  readonly token: string;
  /** Ends in `/`. Slack's own where absent. */
  readonly url?: string;
  readonly timeoutMs?: number;
}

/**
 * What may pass by itself. Whatever else Slack answers is refused again, however often it is tried:
 * somebody must mend it, and meanwhile another way is taken at once. So is a word that is not known
 * here: being heard elsewhere is better than being late.
 * @see https://docs.slack.dev/reference/methods/chat.postMessage#errors
 */
const passing = new Set([
  "accesslimited",
  "external_channel_migrating",
  "fatal_error",
  "internal_error",
  "message_limit_exceeded",
  "org_login_required",
  "rate_limited",
  "ratelimited",
  "request_timeout",
  "service_unavailable",
  "team_added_to_org",
]);

const advice: Readonly<Record<string, string>> = {
  channel_not_found: "there is no such channel for the app: check `channel` in the settings",
  not_in_channel: "invite the app into the channel: /invite @nightshift",
  is_archived: "the channel is archived: name another in the settings",
  account_inactive: "the app's account is gone: install the app again and store its token",
  token_expired: "the bot token is over: install the app again and store its token",
  not_authed: "no bot token came with it: store the present one, see docs/slack.md",
  restricted_action: "who may post in that channel is restricted: let the app, or name another",
  team_access_not_granted: "the app is not installed in that workspace: install it there",
  team_disabled: "the workspace is switched off: name another in the settings",
  missing_scope: "the app lacks a scope: compare docs/slack.md and install it again",
  invalid_auth: "the bot token is not valid: store the present one, see docs/slack.md",
  token_revoked: "the bot token was revoked: install the app again and store its token",
};

/** Slack's own word for why. Nothing of what was sent is in it. */
export class SlackUndelivered extends Undelivered {
  /** Slack's error code; absent where it gave no answer of its own. */
  readonly code: string | undefined;
  constructor(
    message: string,
    verdict: ConstructorParameters<typeof Undelivered>[1],
    code?: string,
  ) {
    super(message, verdict);
    this.code = code;
  }
}

/** What became of a call, as whoever tries again and falls back needs it. */
export function undelivered(method: string, error: unknown): SlackUndelivered {
  const by = `Slack's ${method}`;
  if (error instanceof WebAPIRateLimitedError)
    return new SlackUndelivered(`${by}: too many requests`, {
      again: true,
      after: seconds(error.retryAfter),
      status: 429,
    });
  if (error instanceof WebAPIPlatformError) {
    const { error: code, response_metadata: metadata } = error.data;
    const said = cut(plain([code, ...(metadata?.messages ?? [])].join("; ")), 500);
    return new SlackUndelivered(
      `${by}: ${said}${advice[code] ? `: ${advice[code]}` : ""}`,
      { again: passing.has(code) },
      code,
    );
  }
  if (error instanceof WebAPIHTTPError)
    return new SlackUndelivered(`${by} answered ${error.statusCode}`, {
      again: error.statusCode >= 500 || error.statusCode === 408,
      status: error.statusCode,
    });
  if (error instanceof WebAPIRequestError)
    return new SlackUndelivered(
      `${by} could not be reached: ${cut(plain(error.original.message), 200)}`,
      { again: true },
    );
  return new SlackUndelivered(
    `${by}: ${error instanceof Error ? cut(plain(error.message), 200) : "failed"}`,
    { again: true },
  );
}

const quiet = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
};

/** Slack's client takes `reply_broadcast` as true or not at all. */
const inThread = ({ ts, broadcast }: { readonly ts: string; readonly broadcast: boolean }) =>
  broadcast ? ({ thread_ts: ts, reply_broadcast: true } as const) : { thread_ts: ts };

/** The token goes along with uploads too: to Slack's own hosts, whatever an answer names. */
const ours = ({ protocol, host }: URL): boolean =>
  protocol === "https:" && (host === "slack.com" || host === "files.slack.com");

const asked = async <T>(method: string, call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    throw undelivered(method, error);
  }
};
const shown = ({ text, blocks }: Rendered) => ({
  text,
  blocks: blocks as never[],
  parse: "none" as const,
  link_names: false,
});

function clientOf({ token, url, timeoutMs = 10_000 }: ApiOptions): WebClient {
  const allowed = (address: URL): boolean =>
    url === undefined ? ours(address) : address.origin === new URL(url).origin;
  const only: typeof fetch = async (to, init) => {
    const address = new URL(String(to));
    if (!allowed(address)) throw new Error("an address that is not Slack's");
    return fetch(address, init);
  };
  return new WebClient(token, {
    fetch: only,
    ...(url !== undefined && { slackApiUrl: url }),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: timeoutMs,
    logger: quiet,
    allowAbsoluteUrls: false,
  });
}

const messagesOf = (client: WebClient): Pick<SlackApi, "post" | "update" | "whisper"> => ({
  post: (channel, message, thread) =>
    asked("chat.postMessage", async () => {
      const { channel: at, ts } = await client.chat.postMessage({
        channel,
        ...shown(message),
        unfurl_links: false,
        unfurl_media: false,
        ...(thread && inThread(thread)),
      });
      if (!at || !ts) throw new Error("the answer names no message");
      return { channel: at, ts };
    }),
  update: ({ channel, ts }, message) =>
    asked("chat.update", async () => {
      await client.chat.update({ channel, ts, ...shown(message) });
    }),
  whisper: (channel, user, message) =>
    asked("chat.postEphemeral", async () => {
      await client.chat.postEphemeral({ channel, user, ...shown(message) });
    }),
});

const viewsOf = (client: WebClient): Pick<SlackApi, "open" | "replace"> => ({
  open: (trigger_id, view) =>
    asked("views.open", async () => {
      const { view: opened } = await client.views.open({ trigger_id, view: view as never });
      return opened?.id ?? "";
    }),
  replace: (view_id, hash, view) =>
    asked("views.update", async () => {
      const unchanged = hash === undefined ? {} : { hash };
      await client.views.update({ view_id, ...unchanged, view: view as never });
    }),
});

export function slackApi(options: ApiOptions): SlackApi {
  const client = clientOf(options);
  return {
    ...messagesOf(client),
    ...viewsOf(client),
    upload: ({ channel, ts }, { name, title, alt, bytes }) =>
      asked("files.uploadV2", async () => {
        await client.filesUploadV2({
          channel_id: channel,
          thread_ts: ts,
          filename: name,
          title,
          alt_text: alt,
          file: Buffer.from(bytes),
        });
      }),
    test: () =>
      asked("auth.test", async () => {
        const { team_id = "", user_id = "" } = await client.auth.test();
        return { team: team_id, user: user_id };
      }),
  };
}
