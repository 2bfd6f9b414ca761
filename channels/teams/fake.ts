/**
 * A workflow of Teams that posts what comes to its webhook: its limit, its errors, and a check of
 * the card.
 */
import {
  type Fake,
  type FakeAnswer,
  jsonOf,
  type ReceivedRequest,
  startFake,
} from "../fake-server.ts";

export interface FakeTeams extends Fake {
  /** The webhook's address: its signature is the secret. */
  readonly webhook: string;
  /** The cards, as JSON. */
  readonly cards: readonly string[];
}

/** Of the request's body; the channel refuses the card that is longer. */
const mostBytes = 28 * 1024;
const signature = "dGVhbXMtc2lnbmF0dXJlLW9mLWEtd2ViaG9vaw";

/** What is wrong with a card; nothing where it is one. */
function wrong(value: unknown): string | undefined {
  const message = value as {
    type?: unknown;
    attachments?: {
      contentType?: unknown;
      content?: { type?: unknown; version?: unknown; body?: unknown; actions?: unknown };
    }[];
  };
  const [attachment] = message?.attachments ?? [];
  if (message?.type !== "message" || message.attachments?.length !== 1)
    return "a message has one attachment";
  if (attachment?.contentType !== "application/vnd.microsoft.card.adaptive")
    return "the attachment is no Adaptive Card";
  const { type, version, body, actions } = attachment.content ?? {};
  // Teams shows cards up to 1.5.
  if (type !== "AdaptiveCard" || !/^1\.[0-5]$/.test(String(version)))
    return "no card of a version that Teams shows";
  if (
    !Array.isArray(body) ||
    body.some(
      (one: { type?: unknown; text?: unknown }) =>
        one?.type !== "TextBlock" || typeof one.text !== "string" || one.text === "",
    )
  )
    return "an element is invalid";
  if (
    !Array.isArray(actions) ||
    actions.length > 6 ||
    actions.some(({ type: kind, url }) => kind !== "Action.OpenUrl" || !URL.canParse(url))
  )
    return "an action is invalid";
  return undefined;
}

const code = (name: string, message: string) => ({ error: { code: name, message } });

export async function startTeams(): Promise<FakeTeams> {
  const cards: string[] = [];
  const path = "/workflows/8d1f3c8a7b6e4f21/triggers/manual/paths/invoke";
  function answer(asked: ReceivedRequest): FakeAnswer {
    if (asked.path !== path)
      return { status: 404, body: code("WorkflowNotFound", "The workflow could not be found.") };
    if (asked.query.get("sig") !== signature)
      return {
        status: 401,
        body: code("DirectApiAuthorizationRequired", "The request must be authenticated."),
      };
    if (Buffer.byteLength(asked.body) > mostBytes)
      return {
        status: 413,
        body: code("RequestEntityTooLarge", "The message size exceeds the limit."),
      };
    const reason = wrong(jsonOf(asked.body));
    if (reason) return { status: 400, body: code("TriggerInputSchemaMismatch", reason) };
    return { status: 202, effect: () => void cards.push(asked.body) };
  }
  const fake = await startFake(answer, {
    status: 404,
    body: code("WorkflowTriggerNotFound", "The workflow trigger could not be found."),
  });
  return {
    ...fake,
    cards,
    webhook: `${fake.url}${path}?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=${signature}`,
  };
}
