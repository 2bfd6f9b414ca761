/** What a workspace of Slack holds, with one app in it. */
import { randomBytes } from "node:crypto";

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

export interface FakeSlackOptions {
  /** Time, as this workspace sees it. */
  readonly now?: () => Date;
  /** What the app was installed with. */
  readonly scopes?: readonly string[];
  /** Where files are to be sent, in place of this server. */
  readonly uploads?: string;
  /** Where requests say that answers go, in place of this server. */
  readonly answers?: string;
  /** The one channel that the app is in; `C0ONCALL` where absent. */
  readonly channel?: string;
}

/** As Slack names things: a letter for the kind, and something random. */
export const slackId = (kind: string): string =>
  `${kind}${randomBytes(5).toString("hex").toUpperCase()}`;

export interface Workspace extends Required<Pick<FakeSlackOptions, "now" | "scopes">> {
  readonly team: string;
  readonly app: string;
  readonly channel: string;
  readonly bot: string;
  readonly token: string;
  readonly signingSecret: string;
  /** Where it is reached, and where files are to be sent; known once it listens. */
  home: string;
  readonly uploadsTo: string | undefined;
  readonly answersTo: string | undefined;
  readonly messages: FakeMessage[];
  readonly files: FakeFile[];
  readonly views: FakeView[];
  readonly whispers: Whisper[];
  readonly calls: string[];
  readonly uploads: Map<string, { readonly name: string; readonly length: number; bytes?: Buffer }>;
  readonly triggers: Map<string, { readonly at: number; used: boolean }>;
  readonly responses: Map<string, { readonly at: number; left: number }>;
  readonly refusing: Map<string, { readonly error: string; times: number }>;
  /** How many time stamps were given. */
  counter: number;
}

export function openWorkspace({
  now = () => new Date(),
  scopes = ["chat:write", "files:write", "commands"],
  uploads: uploadsTo,
  answers: answersTo,
  channel = "C0ONCALL",
}: FakeSlackOptions): Workspace {
  return {
    now,
    scopes,
    team: "T0TEAM",
    app: "A0APP",
    channel,
    bot: "U0BOT",
    token: `xoxb-${randomBytes(12).toString("hex")}`,
    signingSecret: randomBytes(16).toString("hex"),
    home: "",
    uploadsTo,
    answersTo,
    messages: [],
    files: [],
    views: [],
    whispers: [],
    calls: [],
    uploads: new Map(),
    triggers: new Map(),
    responses: new Map(),
    refusing: new Map(),
    counter: 0,
  };
}

/** A time stamp, which names a message within its channel. */
export function nextStamp(workspace: Workspace): string {
  workspace.counter += 1;
  const seconds = Math.floor(workspace.now().getTime() / 1000);
  return `${seconds}.${String(workspace.counter).padStart(6, "0")}`;
}

/** Slack names blocks that have no name. */
export const namedBlocks = (blocks: string | null): FakeBlock[] =>
  (JSON.parse(blocks ?? "[]") as FakeBlock[]).map((block) => ({
    block_id: slackId("b"),
    ...block,
  }));
