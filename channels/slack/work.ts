/**
 * Carries out what somebody asked for in Slack: with their identity, on exactly what they were
 * shown, once.
 */
import type { Context } from "aws-lambda";
import { accountOf } from "../../handlers/app/invocation.ts";
import { inOneLine, NotPossible, UsageError } from "../../sdk/errors.ts";
import { slackAnswer } from "./answers.ts";
import { plainReply } from "./as-reply.ts";
import { may, refusalText } from "./may.ts";
import { type Command, type SlackOrder, slackOrder } from "./order.ts";
import { markDone, wasDone } from "./remembered.ts";
import { identityOf } from "./who.ts";
import { answerAsker } from "./work-answer.ts";
import { carryOutExemption } from "./work-exempt.ts";
import type { SlackWork } from "./work-parts.ts";
import { carryOutPress } from "./work-press.ts";

/** @returns what Lambda calls with an order. It rejects when the order should come again: it is safe to repeat */
export function slackWorkHandler(host: SlackWork) {
  const { store, clock } = host;

  return async (payload: unknown, context: Pick<Context, "invokedFunctionArn">): Promise<void> => {
    const read = slackOrder.safeParse(payload);
    if (!read.success)
      throw new UsageError("an order of the endpoint for Slack that is not understood");
    const order = read.data;
    // Lambda may deliver an order twice: what is shown meanwhile must not be overwritten.
    if (await wasDone(store, order.key)) return;
    try {
      await carryOut(host, order, accountOf(context));
      await markDone(store, order.key, clock.now());
    } catch (error) {
      await tellFailure(host, order, error);
      if (!(error instanceof NotPossible)) throw error;
    }
  };
}

function carryOut(host: SlackWork, order: SlackOrder, account: string): Promise<void> {
  switch (order.kind) {
    case "press":
      return carryOutPress(host, order);
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
      "That failed on our side. It is tried again twice within a few minutes; the log of nightshift-slack-work says why. What is done about it is told in the channel.",
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
