/** `undo RUN|ACTION`: takes back what was done; of an undo: lets it be done again. */
import { NotPossible } from "../../core/errors.ts";
import type { RunResult } from "../../core/run/result.ts";
import { connect } from "../cli/account.ts";
import { exit, exitOf } from "../cli/exit.ts";
import { createHere } from "../cli/here.ts";
import type { Io } from "../cli/io.ts";
import { json, oneOrMore, runJson } from "../cli/json.ts";
import { logTo } from "../cli/log.ts";
import { type Common, clockOf, onLoopbackOnly } from "../cli/options.ts";
import { repeatOf } from "../cli/repeat.ts";
import { begin } from "../cli/session.ts";
import { runText } from "../cli/show.ts";
import { undoThere } from "../cli/there.ts";
import { command, count } from "../cli/words.ts";

export async function undo(
  id: string,
  options: Common & { readonly at?: string },
  io: Io,
): Promise<number> {
  const clock = clockOf(options.at);
  const { around, settings, file } = await begin(options);
  const account = await connect(around, settings.home, io);
  onLoopbackOnly("undo", account.loopback, { at: options.at, settings: options.settings });

  let runs: readonly RunResult[];
  if (account.loopback) {
    const here = createHere({ account, settings, file, clock, log: logTo(io) });
    await here.prepare();
    runs = await here.undo(id);
  } else {
    const answer = await undoThere(id, settings.home, account);
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
      : runs
          .map((run) => runText(run, io, repeatOf(options), settings.timeZone, clock.now()))
          .join("\n\n"),
  );
  return exitOf(runs);
}
