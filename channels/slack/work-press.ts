/** Carries out what a button says: a decision, an undo, what somebody does with an incident. */
import { decideOn } from "../../engine/run/approve.ts";
import { runOf, unitOf } from "../../ledger/ids.ts";
import { planOrThrow } from "../../ledger/plans.ts";
import { runById } from "../../ledger/runs.ts";
import { timeText } from "../../messages/render/text.ts";
import { inOneLine, NotPossible } from "../../sdk/errors.ts";
import { after, hours } from "../../sdk/time.ts";
import { harmlessText } from "../mrkdwn.ts";
import type { Press } from "./order.ts";
import { parsedJson } from "./parsed-json.ts";
import { type News, renderedOf, restated, stateBlocks } from "./restate.ts";
import { decided } from "./restatement.ts";
import { acts, incidentValue, planValue, runValue, snoozes, snoozeValue } from "./value.ts";
import { identityOf, who } from "./who.ts";
import { stillMay } from "./work-answer.ts";
import { keepOn } from "./work-keep.ts";
import type { SlackWork } from "./work-parts.ts";

/** A press that is carried out: by whom, on what, when. */
interface PressWork {
  readonly host: SlackWork;
  readonly order: Press;
  /** What the button carries, to be checked. */
  readonly value: unknown;
  readonly by: string;
  /** As a message names them. */
  readonly name: string;
  readonly now: Date;
}

/** @throws {NotPossible} where the button carries nothing that can be done, or no longer */
export async function carryOutPress(host: SlackWork, order: Press, account: string): Promise<void> {
  const by = identityOf(order.person);
  const value = parsedJson(order.value);
  const press = { host, order, value, by, name: who(by), now: host.clock.now() };
  switch (order.act) {
    case acts.approve:
    case acts.deny:
      return decide(press, order.act);
    case acts.undo:
      return takeBack(press);
    case acts.keep:
      return keepOn({ ...press, restate: (news) => restate(press, news) }, account);
    case acts.acknowledge:
      return acknowledge(press);
    case acts.snooze:
      return snooze(press);
    case acts.resolve:
      return resolve(press);
  }
}

const whenText = ({ host, now }: PressWork): string => timeText(now, host.settings.timeZone);

/**
 * The message that was pressed on says what was done; whether or not that can be shown, it is
 * done.
 */
async function restate({ host, order }: PressWork, news: News): Promise<void> {
  const { person, channel, respond, shown } = order;
  const before = renderedOf(shown.message);
  try {
    if (shown.whispered || !before || channel === undefined || shown.ts === undefined) {
      if (respond === undefined) return;
      const made = restated(before ?? { text: "", blocks: [] }, news);
      return await host.respond(respond, { ...made, replace: true });
    }
    const api = await host.api(person);
    await api.update({ channel, ts: shown.ts }, restated(before, news));
  } catch (error) {
    host.log.warn("A message in Slack could not be brought up to date", {
      error: inOneLine(error),
    });
  }
}

async function decide(press: PressWork, verdict: "approve" | "deny"): Promise<void> {
  const { host, order, value, by, name, now } = press;
  const read = planValue.safeParse(value);
  if (!read.success) throw new NotPossible("the button carries nothing that can be decided on");
  const { plan: id, hash } = read.data;
  if (!(await stillMay(host, "decide", order, { act: verdict, on: id }))) return;
  if ((await planOrThrow(host.store, id)).hash !== hash)
    throw new NotPossible(
      `what lies under ${id} is another plan than the message shows: nothing is done`,
    );
  const { decision, plan } = await decideOn(host.store, host.settings, {
    plan: id,
    verdict,
    by,
    at: now,
  });
  host.log.info("decided", { plan: id, verdict: decision.verdict, by });
  const text = {
    approve: `✅ *Approved* by ${name}, ${whenText(press)}. It is being carried out.`,
    deny: `❌ *Denied* by ${name}, ${whenText(press)}. Nothing of it is done; a later run may propose it again.`,
  }[verdict];
  // Before it is handed over: what becomes of it must not be overwritten by this.
  await restate(press, { without: decided, blocks: stateBlocks(text) });
  if (decision.verdict === "approve")
    await host.invoke(plan.unit, { kind: "decision", plan: plan.id, region: plan.region });
}

async function takeBack(press: PressWork): Promise<void> {
  const { host, order, value, by, name } = press;
  const read = runValue.safeParse(value);
  if (!read.success) throw new NotPossible("the button carries nothing that can be taken back");
  const { run, confirms } = read.data;
  if (!(await stillMay(host, "decide", order, { act: acts.undo, on: run }))) return;
  // What is confirmed may be one action of a run.
  const named = confirms === undefined ? run : runOf(run);
  if (!(await runById(host.store, "unit", unitOf(run), named)))
    throw new NotPossible(`there is no record of ${run}`);
  const text = `↩️ ${name} takes it back, ${whenText(press)}. What comes of it is told in the thread.`;
  await restate(press, { without: [acts.undo], blocks: stateBlocks(text) });
  await host.undo({ id: run, by, key: order.key, ...(confirms && { confirms }) });
  host.log.info("an undo is ordered", { run, by });
}

/** What is done with all incidents that a button carries. */
interface Taken {
  readonly group: string;
  readonly incidents: readonly string[];
  readonly does:
    | { readonly verb: "ack" }
    | { readonly verb: "snooze"; readonly until: Date }
    | { readonly verb: "resolve"; readonly reason: string };
  /** What its message says from now on. */
  readonly news: News;
}

async function acknowledge(press: PressWork): Promise<void> {
  const { host, order, name } = press;
  const read = incidentValue.safeParse(press.value);
  if (!read.success) throw new NotPossible("the button carries no incident");
  const { incidents, group } = read.data;
  if (!(await stillMay(host, "take", order, { act: acts.acknowledge, on: group }))) return;
  const blocks = stateBlocks(`👀 ${name} has taken it, ${whenText(press)}.`);
  await takeAll(press, {
    group,
    incidents,
    does: { verb: "ack" },
    news: { without: [acts.acknowledge], blocks },
  });
}

async function snooze(press: PressWork): Promise<void> {
  const { host, order, name, now } = press;
  const read = snoozeValue.safeParse(press.value);
  if (!read.success) throw new NotPossible("the button carries no incident");
  const { incidents, group, hours: span } = read.data;
  if (!(await stillMay(host, "take", order, { act: acts.snooze, on: group }))) return;
  const until = after(now, hours(span));
  const blocks = stateBlocks(
    `💤 ${name} has snoozed it until ${timeText(until, host.settings.timeZone)}.`,
  );
  await takeAll(press, {
    group,
    incidents,
    does: { verb: "snooze", until },
    news: { without: snoozes.map((hour) => `${acts.snooze}.${hour}`), blocks },
  });
}

async function resolve(press: PressWork): Promise<void> {
  const { host, order, name } = press;
  const read = incidentValue.safeParse(press.value);
  if (!read.success) throw new NotPossible("the button carries no incident");
  const { incidents, group } = read.data;
  if (!(await stillMay(host, "take", order, { act: acts.resolve, on: group }))) return;
  const blocks = stateBlocks(`✅ ${name} says that it is over, ${whenText(press)}.`);
  await takeAll(press, {
    group,
    incidents,
    does: { verb: "resolve", reason: "said in Slack to be over" },
    news: { without: "all", blocks },
  });
}

/** One press is one act: it is told once, and one that is over meanwhile keeps nobody from the others. */
async function takeAll(press: PressWork, { group, incidents, does, news }: Taken): Promise<void> {
  const { host, order, by } = press;
  const [incident, ...others] = incidents;
  if (incident === undefined) throw new NotPossible("the button carries no incident");
  await restate(press, news);
  try {
    await host.incident({
      id: `slack.${order.key}`,
      incident,
      ...(others.length && { others }),
      by,
      ...does,
    });
  } catch (error) {
    if (!(error instanceof NotPossible)) throw error;
    const why = error.message;
    await restate(press, { without: [], blocks: stateBlocks(harmlessText(why, 600)) });
    throw error;
  }
  host.log.info("an incident is acted on", { group, act: order.act, by });
}
