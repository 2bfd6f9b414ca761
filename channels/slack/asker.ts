/** Whoever asks for something in Slack: which app they used, whether they may, what they are told. */
import { inOneLine, NotPossible } from "../../sdk/errors.ts";
import { SlackUndelivered } from "./api.ts";
import { plainReply } from "./as-reply.ts";
import type { Asker, SlackApp } from "./endpoint-parts.ts";
import { may, type Needs, refusalText } from "./may.ts";
import { recordRefusal, type SlackRefusal } from "./remembered.ts";
import { identityOf } from "./who.ts";

/** The app that signed is the one that the request names; nothing where it is another. */
export const appOf = ({ from, person }: Pick<Asker, "from" | "person">): SlackApp | undefined =>
  from.find(({ app, team }) => app === person.app && team === person.team);

type Wish = Pick<SlackRefusal, "act" | "on">;

/** @returns whether the person may; one who may not is recorded and told */
export async function permitted(asker: Asker, needs: Needs, wish: Wish): Promise<boolean> {
  if (may(needs, asker.person, asker.channel, asker.endpoint.settings)) return true;
  await refuse(asker, needs, wish);
  return false;
}

export async function refuse(asker: Asker, needs: Needs, { act, on }: Wish): Promise<void> {
  const { endpoint, person, key } = asker;
  endpoint.log.warn("Somebody in Slack is refused", { by: identityOf(person), act });
  await recordRefusal(endpoint.store, key, {
    at: endpoint.clock.now(),
    by: identityOf(person),
    act,
    on,
    why: "the settings do not name them",
  });
  await tellAsker(asker, refusalText(needs, person));
}

/** Best effort: Slack has its answer in any case. */
export async function tellAsker({ endpoint, answer }: Asker, text: string): Promise<void> {
  if (!answer) return;
  try {
    await endpoint.respond(answer, plainReply(text));
  } catch (error) {
    endpoint.log.warn("An answer in Slack was not taken", { error: inOneLine(error) });
  }
}

/** What whoever asked reads when it did not work. */
export function failureText(error: unknown): string {
  if (error instanceof NotPossible) return `That is not possible: ${error.message}.`;
  if (error instanceof SlackUndelivered && error.code === "expired_trigger_id")
    return "Slack waited too long for the dialog. Nothing was changed: press it again.";
  return "That did not work, and nothing was changed. Try it again; if it stays so, the log of nightshift-slack says why.";
}
