/** Answers to whoever pressed a button or gave a command, where only they see it. */

import type { Span } from "../../sdk/time.ts";
import { type Outside, outside } from "../outside.ts";
import { Undelivered } from "../undelivered.ts";
import type { Rendered } from "./rendered.ts";

/**
 * What Slack gave with the request; it takes five answers, for half an hour. Anything else is
 * nobody's business: exactly this host, written as Slack writes it, so that nobody can read it in
 * two ways.
 */
export const isResponseUrl = (text: string): boolean =>
  text.startsWith("https://hooks.slack.com/") && URL.canParse(text);

export interface SlackReply extends Rendered {
  /** In place of the message that was answered to, where only one person sees that too. */
  readonly replace?: boolean;
}

/** @param allowed which addresses are Slack's; of tests, the server that behaves like Slack */
export const responder =
  (way: Pick<Outside, "post">, allowed: (url: string) => boolean = isResponseUrl) =>
  async (url: string, { text, blocks, replace = false }: SlackReply): Promise<void> => {
    if (!allowed(url)) throw new Undelivered("the address to answer to is not Slack's");
    const { status } = await way.post(
      url,
      JSON.stringify({ response_type: "ephemeral", replace_original: replace, text, blocks }),
    );
    if (status !== 200)
      throw new Undelivered(`the answer was not taken: ${status}`, {
        again: status >= 500 || status === 429,
        status,
      });
  };

/** Slack is a server on this machine: for the embedded deployment, and for tests. */
export interface EmbeddedSlack {
  /** Of its Web API. */
  readonly url: string;
  /** Whether an address is one that it gave to answer to. */
  isResponse(url: string): boolean;
}

/** How answers go out to Slack. */
export const answersTo = (embedded: EmbeddedSlack | undefined, timeout?: Span) =>
  responder(
    outside({ loopback: embedded !== undefined, ...(timeout && { timeout }) }),
    embedded?.isResponse,
  );
