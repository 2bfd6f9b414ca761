/**
 * Carries out what somebody asked for in Slack: with their identity, on exactly what they were
 * shown, once.
 */
import type { Context } from "aws-lambda";
import { accountOf } from "../../handlers/app/invocation.ts";
import { inOneLine, NotPossible } from "../../sdk/errors.ts";
import { slackAnswer } from "./answers.ts";
import { plainReply } from "./as-reply.ts";
import { may, refusalText } from "./may.ts";
import type { Command, SlackOrder } from "./order.ts";
import { provenOrder } from "./proven.ts";
import { claimSignature, closeClaim } from "./remembered.ts";
import { identityOf } from "./who.ts";
import { answerAsker } from "./work-answer.ts";
import { carryOutExemption } from "./work-exempt.ts";
import type { SlackWork } from "./work-parts.ts";
import { carryOutPress } from "./work-press.ts";

/**
 * @returns what Lambda calls with a request as Slack signed it. It rejects what Slack did not sign,
 * and when the request should come again: it is safe to repeat
 */
export function slackWorkHandler(host: SlackWork) {
  const { store, clock, log } = host;

  return async (
    payload: unknown,
    context: Pick<Context, "invokedFunctionArn" | "awsRequestId">,
  ): Promise<void> => {
    const proven = await provenOrder(host, payload);
    if (!proven) return;
    const { order, token, isLate } = proven;
    const claim = await claimSignature(store, token, context.awsRequestId, clock.now());
    // Lambda may deliver a request twice: what is shown meanwhile must not be overwritten.
    if (claim === "done") return;
    if (claim === "another's") {
      log.warn("A request of Slack is left to the invocation that has claimed it");
      return;
    }
    if (isLate) await answerAsker(host, order, tooLate);
    else await attempt(host, order, accountOf(context));
    await closeClaim(store, token, clock.now());
  };
}

const tooLate = plainReply(
  "That came too late to be carried out: what Slack signs is good for five minutes. Press it again, unless it is told as done.",
);

async function attempt(host: SlackWork, order: SlackOrder, account: string): Promise<void> {
  try {
    await carryOut(host, order, account);
  } catch (error) {
    await tellFailure(host, order, error);
    if (!(error instanceof NotPossible)) throw error;
  }
}

function carryOut(host: SlackWork, order: SlackOrder, account: string): Promise<void> {
  switch (order.kind) {
    case "press":
      return carryOutPress(host, order, account);
    case "exempt":
      return carryOutExemption(host, order, account);
    case "command":
      return answerCommand(host, order, account);
  }
}

async function tellFailure(host: SlackWork, order: SlackOrder, error: unknown): Promise<void> {
  const by = identityOf(order.person);
  if (error instanceof NotPossible) {
    host.log.warn("What was asked for in Slack is not possible", { by, why: inOneLine(error) });
    return answerAsker(host, order, plainReply(`That is not possible: ${error.message}.`));
  }
  host.log.error("What was asked for in Slack failed", { by, error: inOneLine(error) });
  return answerAsker(
    host,
    order,
    plainReply(
      "That failed on our side. It is tried again twice within four minutes; the log of nightshift-slack-work says why. What is done about it is told in the channel. If nothing is told by then, press it again.",
    ),
  );
}

async function answerCommand(host: SlackWork, order: Command, account: string): Promise<void> {
  const { settings, units, store, clock, asked } = host;
  const { person, channel, text } = order;
  if (!may("look", person, channel, settings))
    return answerAsker(host, order, plainReply(refusalText("look", person)));
  const answer = await slackAnswer(text, {
    settings,
    units,
    store,
    account,
    now: clock.now(),
    asked,
    decides: may("decide", person, undefined, settings),
  });
  return answerAsker(host, order, answer);
}
