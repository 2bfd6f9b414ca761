/** An incoming webhook of Slack: `ok`, or one word that says what is wrong. */
import {
  type Fake,
  type FakeAnswer,
  jsonOf,
  type ReceivedRequest,
  startFake,
} from "../fake-server.ts";

export interface FakeSlackWebhook extends Fake {
  /** The webhook's address: its path is the secret. */
  readonly webhook: string;
  readonly texts: readonly string[];
}

const path = ["services", "T00000000", "B00000000", "fakeWebhookPath"]
  .map((part) => `/${part}`)
  .join("");
const longest = 40_000;

export async function startSlackWebhook(): Promise<FakeSlackWebhook> {
  const texts: string[] = [];
  function answer({ path: asked, body }: ReceivedRequest): FakeAnswer {
    if (asked !== path) return { status: 404, body: "no_service" };
    const given = jsonOf(body);
    if (!given) return { status: 400, body: "invalid_payload" };
    const { text } = given;
    if (typeof text !== "string" || text === "") return { status: 400, body: "no_text" };
    if (text.length > longest) return { status: 400, body: "msg_too_long" };
    return { status: 200, body: "ok", effect: () => void texts.push(text) };
  }
  const fake = await startFake(answer, { status: 404, body: "no_service" });
  return { ...fake, texts, webhook: `${fake.url}${path}` };
}
