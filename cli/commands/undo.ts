/** `undo RUN|ACTION`: takes back what was done; of an undo: lets it be done again. */

import type { RunResult } from "../../ledger/result.ts";
import { count } from "../../sdk/counted.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { namesOf } from "../../settings/names.ts";
import { exit, exitOf } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { json, oneOrMore, runJson } from "../io/json.ts";
import { type Common, clockOf, onLoopbackOnly } from "../io/options.ts";
import { repeatOf } from "../io/repeat.ts";
import { runText } from "../io/show.ts";
import { command } from "../io/words.ts";
import { connect } from "../place/account.ts";
import { createHere } from "../place/here.ts";
import { logTo } from "../place/log.ts";
import { openSession } from "../place/session.ts";
import { undoThere } from "../place/there.ts";

export async function undoCommand(
  id: string,
  options: Common & { readonly at?: string },
  io: Io,
): Promise<number> {
  const clock = clockOf(options.at);
  const { around, settings, file } = await openSession(options);
  const account = await connect(around, settings.home, io);
  onLoopbackOnly("undo", account.loopback, { at: options.at, settings: options.settings });

  const showing = { io, repeat: repeatOf(options), timeZone: settings.timeZone };
  let runs: readonly RunResult[];
  if (account.loopback) {
    const here = createHere({ account, settings, file, clock, log: logTo(io) });
    await here.prepare();
    runs = await here.undo(id);
  } else {
    const answer = await io.during(`waiting for ${namesOf(settings).function("undo")}`, () =>
      undoThere(id, settings, account),
    );
    if ("again" in answer) {
      io.print(
        options.json
          ? json(answer)
          : `${count(answer.again, "run")} will do again what ${id} had taken back, guarded anew. \`${command} history\` shows what comes of it.`,
      );
      return exit.done;
    }
    runs = [answer];
  }
  if (!runs.length) throw new NotPossible(`${id}: nothing came of it`);
  io.print(
    options.json
      ? json(oneOrMore(runs.map(runJson)))
      : runs.map((run) => runText(run, showing, clock.now())).join("\n\n"),
  );
  return exitOf(runs);
}
