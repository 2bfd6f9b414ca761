/** What whoever asked is told, where only they see it. */
import { inOneLine } from "../../sdk/errors.ts";
import { plainReply } from "./as-reply.ts";
import { may, type Needs, refusalText } from "./may.ts";
import type { ExemptOrder, Press, Reply } from "./order.ts";
import { recordRefusal, type SlackRefusal } from "./remembered.ts";
import type { SlackReply } from "./respond.ts";
import { identityOf } from "./who.ts";
import type { SlackWork } from "./work-parts.ts";

/** Through the address that came with the request, or else in the channel. It never rejects. */
export async function answerAsker(
  host: SlackWork,
  { person, channel, respond }: Reply,
  answer: SlackReply,
): Promise<void> {
  try {
    if (respond !== undefined) return await host.respond(respond, answer);
  } catch (error) {
    host.log.warn("An answer in Slack was not taken", { error: inOneLine(error) });
  }
  if (channel === undefined) return;
  try {
    const api = await host.api(person);
    await api.whisper(channel, person.user, answer);
  } catch (error) {
    host.log.error("An answer in Slack could not be given", {
      by: identityOf(person),
      error: inOneLine(error),
    });
  }
}

/** @returns whether the person may still do that; one who may not is recorded and told */
export async function stillMay(
  host: SlackWork,
  needs: Needs,
  order: Press | ExemptOrder,
  { act, on }: Pick<SlackRefusal, "act" | "on">,
): Promise<boolean> {
  const { person, channel, key } = order;
  if (may(needs, person, channel, host.settings)) return true;
  const by = identityOf(person);
  host.log.warn("Somebody in Slack is refused", { by, act, on });
  await recordRefusal(host.store, key, {
    at: host.clock.now(),
    by,
    act,
    on,
    why: "the settings do not name them",
  });
  await answerAsker(host, order, plainReply(refusalText(needs, person)));
  return false;
}
