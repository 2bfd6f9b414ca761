/**
 * Carries out what somebody asked for in Slack: with their identity, on exactly what they were
 * shown, once.
 */
import type { Context } from "aws-lambda";
import { writeExemption } from "../../engine/exempt.ts";
import { decideOn } from "../../engine/run/approve.ts";
import { accountOf } from "../../handlers/app/invocation.ts";
import type { Log } from "../../handlers/app/log.ts";
import type { Order } from "../../ingest/start.ts";
import { unitOf } from "../../ledger/ids.ts";
import { planOrThrow } from "../../ledger/plans.ts";
import { runById } from "../../ledger/runs.ts";
import type { Store } from "../../ledger/store.ts";
import { timeText } from "../../messages/render/text.ts";
import { inOneLine, NotPossible, UsageError } from "../../sdk/errors.ts";
import { after, type Clock, hours } from "../../sdk/time.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { harmlessText } from "../mrkdwn.ts";
import { type SlashQuestion, slackAnswer } from "./answers.ts";
import type { SlackApi } from "./api.ts";
import { plainReply } from "./as-reply.ts";
import { latestExemption, type UnitsShown } from "./exempt-until.ts";
import { may, type Needs, refusalText, type Who } from "./may.ts";
import { type Command, type ExemptOrder, type Press, type Reply, slackOrder } from "./order.ts";
import { markDone, recordRefusal, wasDone } from "./remembered.ts";
import type { SlackReply } from "./respond.ts";
import { type News, renderedOf, restated, stateBlocks } from "./restate.ts";
import { decided } from "./restatement.ts";
import { acts, incidentValue, planValue, runValue, snoozes, snoozeValue } from "./value.ts";
import { identityOf, type SlackPerson, who } from "./who.ts";

/** What somebody does with an incident. */
export type IncidentAct = {
  readonly id: string;
  readonly incident: string;
  readonly by: string;
} & ({ readonly verb: "ack" } | { readonly verb: "snooze"; readonly until: Date });

export interface SlackWorkParts {
  readonly settings: Who & ParsedSettings;
  readonly units: UnitsShown;
  /** Writes `slack#…`, `decision#…` and `exempt#…`; reads all that its answers show. */
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Of the app that a person used. */
  api(person: SlackPerson): Promise<SlackApi>;
  respond(url: string, answer: SlackReply): Promise<void>;
  /** Hands an order to a unit's own function, without waiting for it. */
  invoke(unit: string, order: Order): Promise<void>;
  /** Hands it to the undo function, without waiting for it: what comes of it is told. */
  undo(request: { readonly id: string; readonly by: string; readonly key: string }): Promise<void>;
  /** Hands it to the incidents function; what comes of it is told. */
  incident(act: IncidentAct): Promise<void>;
  /** For answers. */
  readonly asked: SlashQuestion;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @returns what Lambda calls with an order. It rejects when the order should come again: it is safe to repeat */
export function slackWorkHandler(host: SlackWorkParts) {
  const { settings, units, store, clock, log } = host;

  return async (payload: unknown, context: Pick<Context, "invokedFunctionArn">): Promise<void> => {
    const given = slackOrder.safeParse(payload);
    if (!given.success)
      throw new UsageError("an order of the endpoint for Slack that is not understood");
    const order = given.data;
    // Lambda may deliver an order twice: what is shown meanwhile must not be overwritten.
    if (await wasDone(store, order.key)) return;
    try {
      if (order.kind === "press") await press(order);
      else if (order.kind === "exempt") await leaveAlone(order, accountOf(context as Context));
      else await command(order, accountOf(context as Context));
      await markDone(store, order.key, clock.now());
    } catch (error) {
      if (error instanceof NotPossible) {
        log.warn("What was asked for in Slack is not possible", {
          by: identityOf(order.person),
          why: inOneLine(error),
        });
        await say(order, plainReply(`That is not possible: ${error.message}.`));
        return;
      }
      log.error("What was asked for in Slack failed", {
        by: identityOf(order.person),
        error: inOneLine(error),
      });
      await say(
        order,
        plainReply(
          "That failed on our side. It is tried again twice within a few minutes; the log of nightshift-slack-work says why. What is done about it is told in the channel.",
        ),
      );
      throw error;
    }
  };

  /**
   * Where only they see it: through the address that came with the request, or else in the channel.
   */
  async function say({ person, channel, respond }: Reply, answer: SlackReply): Promise<void> {
    try {
      if (respond !== undefined) return await host.respond(respond, answer);
    } catch (error) {
      log.warn("An answer in Slack was not taken", { error: inOneLine(error) });
    }
    if (channel === undefined) return;
    await host
      .api(person)
      .then((api) => api.whisper(channel, person.user, answer))
      .catch((error: unknown) =>
        log.error("An answer in Slack could not be given", {
          by: identityOf(person),
          error: inOneLine(error),
        }),
      );
  }

  async function allowed(
    needs: Needs,
    order: Press | ExemptOrder,
    act: string,
    on: string,
  ): Promise<boolean> {
    if (may(needs, order.person, order.channel, settings)) return true;
    const by = identityOf(order.person);
    log.warn("Somebody in Slack is refused", { by, act, on });
    await recordRefusal(store, order.key, {
      at: clock.now(),
      by,
      act,
      on,
      why: "the settings do not name them",
    });
    await say(order, plainReply(refusalText(needs, order.person)));
    return false;
  }

  /**
   * The message that was pressed on says what was done; whether or not that can be shown, it is
   * done.
   */
  async function restate({ person, channel, respond, shown }: Press, news: News): Promise<void> {
    const before = renderedOf(shown.message);
    try {
      if (shown.whispered || !before || channel === undefined || shown.ts === undefined) {
        if (respond !== undefined)
          await host.respond(respond, {
            ...restated(before ?? { text: "", blocks: [] }, news),
            replace: true,
          });
        return;
      }
      await (await host.api(person)).update({ channel, ts: shown.ts }, restated(before, news));
    } catch (error) {
      log.warn("A message in Slack could not be brought up to date", { error: inOneLine(error) });
    }
  }

  async function press(order: Press): Promise<void> {
    const { act, person, key } = order;
    const [by, name, now] = [identityOf(person), who(identityOf(person)), clock.now()];
    const when = timeText(now, settings.timeZone);
    const value = parsedJson(order.value);
    switch (act) {
      case acts.approve:
      case acts.deny: {
        const read = planValue.safeParse(value);
        if (!read.success)
          throw new NotPossible("the button carries nothing that can be decided on");
        const { plan: id, hash } = read.data;
        if (!(await allowed("decide", order, act, id))) return;
        if ((await planOrThrow(store, id)).hash !== hash)
          throw new NotPossible(
            `what lies under ${id} is another plan than the message shows: nothing is done`,
          );
        const { decision, plan } = await decideOn(store, settings, {
          plan: id,
          verdict: act,
          by,
          at: now,
        });
        log.info("decided", { plan: id, verdict: decision.verdict, by });
        // Before it is handed over: what becomes of it must not be overwritten by this.
        await restate(order, {
          without: decided,
          blocks: stateBlocks(
            act === "approve"
              ? `✅ *Approved* by ${name}, ${when}. It is being carried out.`
              : `❌ *Denied* by ${name}, ${when}. Nothing of it is done; a later run may propose it again.`,
          ),
        });
        if (decision.verdict === "approve")
          await host.invoke(plan.unit, { kind: "decision", plan: plan.id, region: plan.region });
        return;
      }
      case acts.undo: {
        const read = runValue.safeParse(value);
        if (!read.success)
          throw new NotPossible("the button carries nothing that can be taken back");
        const { run } = read.data;
        if (!(await allowed("decide", order, act, run))) return;
        if (!(await runById(store, "unit", unitOf(run), run)))
          throw new NotPossible(`there is no record of ${run}`);
        await restate(order, {
          without: [acts.undo],
          blocks: stateBlocks(
            `↩️ ${name} takes it back, ${when}. What comes of it is told in the thread.`,
          ),
        });
        await host.undo({ id: run, by, key });
        log.info("an undo is ordered", { run, by });
        return;
      }
      case acts.acknowledge:
      case acts.snooze: {
        const read = (act === acts.snooze ? snoozeValue : incidentValue).safeParse(value);
        if (!read.success) throw new NotPossible("the button carries no incident");
        const { incidents, group } = read.data;
        if (!(await allowed("take", order, act, group))) return;
        const hoursOf = "hours" in read.data ? Number(read.data.hours) : 0;
        const until = after(now, hours(hoursOf));
        await restate(order, {
          without:
            act === acts.acknowledge
              ? [acts.acknowledge]
              : snoozes.map((hour) => `${acts.snooze}.${hour}`),
          blocks: stateBlocks(
            act === acts.acknowledge
              ? `👀 ${name} has taken it, ${when}.`
              : `💤 ${name} has snoozed it until ${timeText(until, settings.timeZone)}.`,
          ),
        });
        const impossible: string[] = [];
        for (const incident of incidents)
          try {
            await host.incident({
              id: `slack.${key}.${incident}`,
              incident,
              by,
              ...(act === acts.acknowledge ? { verb: "ack" } : { verb: "snooze", until }),
            });
          } catch (error) {
            // One that is over meanwhile keeps nobody from taking the others.
            if (!(error instanceof NotPossible)) throw error;
            impossible.push(error.message);
          }
        if (impossible.length === incidents.length) {
          await restate(order, {
            without: [],
            blocks: stateBlocks(harmlessText(impossible.join("; "), 600)),
          });
          throw new NotPossible(impossible.join("; "));
        }
        log.info("an incident is acted on", { group, act, by });
      }
    }
  }

  /**
   * As `npx nightshift exempt` does, but narrower: this automation alone, there alone, not for
   * long.
   */
  async function leaveAlone(order: ExemptOrder, account: string): Promise<void> {
    const { person, run: id, target: at, until, reason } = order;
    const [by, now] = [identityOf(person), clock.now()];
    if (!(await allowed("decide", order, acts.exempt, id))) return;
    const run = await runById(store, "unit", unitOf(id), id);
    const action = run?.actions[at];
    if (!run || !action) throw new NotPossible(`there is no such target in the record of ${id}`);
    if (run.account !== account) throw new NotPossible(`${id} was in another account`);
    const latest = latestExemption(run.automation, units, settings, now);
    if (until < now.toISOString().slice(0, 10) || until > latest)
      throw new NotPossible(`${until} is no day from today to ${latest}`);
    const named = Object.entries(settings.people).find(([, { slack }]) => slack === person.user);
    const owner = named ? (named[1].email ?? named[1].name ?? named[0]) : by;
    const written = await writeExemption(store, [
      {
        account,
        region: run.region,
        target: action.target,
        until,
        owner,
        reason,
        from: [run.automation],
        by,
        at: now,
      },
    ]);
    log.info("an exemption", { target: action.target, by });
    const what = `${action.target} is exempt from ${run.automation} in ${run.region} until ${until}`;
    await say(
      order,
      plainReply(
        written
          ? `${what}. Everybody is told. Past that day it still holds, until somebody removes it: npx nightshift unexempt ${action.target}`
          : `${what}: it was so already.`,
      ),
    );
  }

  async function command(order: Command, account: string): Promise<void> {
    if (!may("look", order.person, order.channel, settings))
      return say(order, plainReply(refusalText("look", order.person)));
    const answer = await slackAnswer(order.text, {
      settings,
      units,
      store,
      account,
      now: clock.now(),
      asked: host.asked,
      decides: may("decide", order.person, undefined, settings),
    });
    await say(order, answer);
  }
}
