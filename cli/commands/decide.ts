/** `approve PLAN` and `deny PLAN`: a person's word on a plan that waits. */

import { plain } from "../../sdk/plain.ts";
import { exit, exitOf } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { json, oneOrMore, runJson } from "../io/json.ts";
import { type Common, clockOf, configOf, onLoopbackOnly } from "../io/options.ts";
import { repeatOf } from "../io/repeat.ts";
import { runText } from "../io/show.ts";
import { command } from "../io/words.ts";
import { connect } from "../place/account.ts";
import { createHere, type DecisionAnswer } from "../place/here.ts";
import { logTo } from "../place/log.ts";
import { openSession } from "../place/session.ts";
import { decideThere } from "../place/there.ts";

export interface DecideOptions extends Common {
  readonly at?: string;
  readonly config?: string;
}

const said = ({ verdict, plan, by }: DecisionAnswer): string =>
  plain(`${plan} is ${verdict === "approve" ? "approved" : "denied"} by ${by}`);

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

  if (!account.loopback) {
    const decided = await decideThere(id, verdict, settings, account);
    const then =
      verdict === "approve"
        ? `The unit's own function carries it out now; \`${command} history\` shows what comes of it.`
        : "Nothing of it is done.";
    io.print(options.json ? json({ ...decided, run: null }) : `${said(decided)}. ${then}`);
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
  const { decided, runs } = await here.decide(id, verdict);
  const { plan, by, at } = decided;
  const showing = { io, repeat: repeatOf(options), timeZone: settings.timeZone };
  if (options.json)
    io.print(
      json({ plan, verdict, by, at, run: runs.length ? oneOrMore(runs.map(runJson)) : null }),
    );
  else
    io.print(
      [
        `${said(decided)}.${runs.length ? "" : " Nothing of it is done."}`,
        ...runs.map((run) => runText(run, showing, clock.now())),
      ].join("\n\n"),
    );
  return exitOf(runs);
}
