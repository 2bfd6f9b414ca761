/** `approve PLAN` and `deny PLAN`: a person's word on a plan that waits. */

import { emptyWhereMissing } from "../../ledger/create.ts";
import { planById } from "../../ledger/plans.ts";
import { isDenied } from "../../sdk/errors.ts";
import { plain } from "../../sdk/plain.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { exit, exitOf } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { json, oneOrMore, runJson } from "../io/json.ts";
import { type Common, clockOf, configOf, onLoopbackOnly } from "../io/options.ts";
import { repeatOf } from "../io/repeat.ts";
import { runText } from "../io/show.ts";
import { command, quoted, utcText } from "../io/words.ts";
import { type CallerAccount, connect } from "../place/account.ts";
import { type DecidedBefore, decidedBefore, sayingWhatBecame } from "../place/decided-before.ts";
import { createHere, type DecisionAnswer } from "../place/here.ts";
import { ledgerIn } from "../place/ledger.ts";
import { logTo } from "../place/log.ts";
import { openSession } from "../place/session.ts";
import { decideThere } from "../place/there.ts";

export interface DecideOptions extends Common {
  readonly at?: string;
  readonly config?: string;
}

const participles = { approve: "approved", deny: "denied" } as const;

const said = ({ verdict, plan, by }: DecisionAnswer): string =>
  plain(`${plan} is ${participles[verdict]} by ${by}`);

/** That it is not the first to say so: by whom, when, and what became of it. */
const saidBefore = ({ decision, became }: DecidedBefore): string => {
  const { plan, verdict, by, at } = decision;
  return plain(`${plan} was ${participles[verdict]} before, by ${by} at ${utcText(at)}. ${became}`);
};

/** What is said on a real account, where nobody waits for what comes of it. */
function saidThere(decided: DecisionAnswer, before: DecidedBefore | undefined): string {
  if (before) return saidBefore(before);
  const then =
    decided.verdict === "approve"
      ? `The unit's own function carries it out now; \`${command} history ${quoted(decided.plan)}\` shows what comes of it.`
      : "Nothing of it is done.";
  return `${said(decided)}. ${then}`;
}

/**
 * Of the plan as it lies in the ledger now; nothing for whoever may not read that: an approver
 * needs no right but to decide.
 */
async function hashOf(
  id: string,
  account: CallerAccount,
  settings: ParsedSettings,
): Promise<string | undefined> {
  try {
    const store = emptyWhereMissing(ledgerIn(account, settings));
    return (await planById(store, id))?.hash;
  } catch (error) {
    if (isDenied(error)) return undefined;
    throw error;
  }
}

export async function decideCommand(
  verdict: DecisionAnswer["verdict"],
  id: string,
  options: DecideOptions,
  io: Io,
): Promise<number> {
  const [clock, config] = [clockOf(options.at), configOf(options.config)];
  const { around, settings, file } = await openSession(options);
  const account = await connect(around, settings.home, io);
  onLoopbackOnly(verdict, account.loopback, {
    at: options.at,
    config: options.config,
    settings: options.settings,
  });

  const before = await decidedBefore(ledgerIn(account, settings), id, clock.now());
  if (!account.loopback) {
    const hash = await hashOf(id, account, settings);
    const order = { plan: id, verdict, ...(hash !== undefined && { hash }) };
    const decided = await sayingWhatBecame(before, () => decideThere(order, settings, account));
    io.print(options.json ? json({ ...decided, run: null }) : saidThere(decided, before));
    return exit.done;
  }
  const here = createHere({
    account,
    settings,
    file,
    clock,
    log: logTo(io),
    ...(options.config !== undefined && { config }),
  });
  await here.prepare();
  const { decided, runs } = await sayingWhatBecame(before, () => here.decide(id, verdict));
  const { plan, by, at } = decided;
  const showing = { io, repeat: repeatOf(options), timeZone: settings.timeZone };
  if (options.json)
    io.print(
      json({ plan, verdict, by, at, run: runs.length ? oneOrMore(runs.map(runJson)) : null }),
    );
  else if (before?.state === "carried-out") io.print(saidBefore(before));
  else
    io.print(
      [
        before
          ? saidBefore(before)
          : `${said(decided)}.${runs.length ? "" : " Nothing of it is done."}`,
        ...runs.map((run) => runText(run, showing, clock.now())),
      ].join("\n\n"),
    );
  return exitOf(runs);
}
