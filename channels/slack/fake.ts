/**
 * A workspace of Slack with one app in it: the Web API's methods that we use, with its limits and
 * its errors, files, dialogs and answers; and people who press buttons, whose requests are signed
 * as Slack signs them.
 * @see https://docs.slack.dev/reference/methods
 */
import { type Fake, type FakeAnswer, type ReceivedRequest, startFake } from "../fake-server.ts";
import { methodAnswer, responseAnswer, uploadAnswer } from "./fake-methods.ts";
import {
  ann,
  commandRequest,
  type FilledIn,
  type Pressable,
  pressRequest,
  signedRequest,
  submitRequest,
} from "./fake-people.ts";
import {
  type FakeFile,
  type FakeMessage,
  type FakeSlackOptions,
  type FakeView,
  type Member,
  openWorkspace,
  type UrlEvent,
  type Whisper,
  type Workspace,
} from "./fake-workspace.ts";

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
  press(message: Pressable, action: string, by?: Member, at?: Date): UrlEvent;
  submit(view: FakeView, values: FilledIn, by?: Member): UrlEvent;
  command(text: string, by?: Member, channel?: string): UrlEvent;
  /** A request with this body, signed. */
  signed(body: string, contentType?: string, at?: Date): UrlEvent;
}

function answer(workspace: Workspace, asked: ReceivedRequest): FakeAnswer {
  const [, kind, ...rest] = asked.path.split("/");
  switch (kind) {
    case "api":
      return methodAnswer(workspace, rest.join("/"), asked);
    case "upload":
      return uploadAnswer(workspace, rest.at(-1) ?? "", asked);
    case "actions":
      return responseAnswer(workspace, asked.path, asked.body);
    default:
      return { status: 404 };
  }
}

export async function startFakeSlack(options: FakeSlackOptions = {}): Promise<FakeSlack> {
  const workspace = openWorkspace(options);
  const { now, channel, messages, refusing } = workspace;
  const fake = await startFake((asked) => answer(workspace, asked), {
    status: 200,
    body: { ok: false, error: "token_revoked" },
  });
  workspace.home = fake.url;
  return {
    ...fake,
    ...workspace,
    api: `${fake.url}/api/`,
    refuse: (method, error, times = 1) => void refusing.set(method, { error, times }),
    remove(ts) {
      const at = messages.findIndex((message) => message.ts === ts);
      if (at >= 0) messages.splice(at, 1);
    },
    isResponse: (url) => url.startsWith(`${fake.url}/actions/`),
    press: (on, action, by = ann, at = now()) => pressRequest(workspace, on, action, { by, at }),
    submit: (view, values, by = ann) => submitRequest(workspace, view, values, by),
    command: (text, by = ann, where = channel) => commandRequest(workspace, text, by, where),
    signed: (body, contentType, at = now()) => signedRequest(workspace, body, at, contentType),
  };
}
