/** `undo RUN|ACTION`: takes back what was done; of an undo: lets it be done again. */

import type { UndoPreview } from "../../engine/run/undo.ts";
import { isUndo } from "../../ledger/ids.ts";
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
import { undoCommandText, undoPreviewText } from "../io/undo-text.ts";
import { command } from "../io/words.ts";
import { connect } from "../place/account.ts";
import { createHere } from "../place/here.ts";
import { logTo } from "../place/log.ts";
import { openSession } from "../place/session.ts";
import { previewUndoThere, undoThere } from "../place/there.ts";

export async function undoCommand(
  id: string,
  options: Common & { readonly at?: string; readonly confirm?: string },
  io: Io,
): Promise<number> {
  const clock = clockOf(options.at);
  const { around, settings, file } = await openSession(options);
  const account = await connect(around, settings.home, io);
  onLoopbackOnly("undo", account.loopback, { at: options.at, settings: options.settings });

  const showing = { io, repeat: repeatOf(options), timeZone: settings.timeZone };
  /** What is about to be done is said before it is. */
  const shown = (preview: UndoPreview | undefined): void => {
    if (preview) io.say(undoPreviewText(preview));
  };
  let runs: readonly RunResult[];
  if (account.loopback) {
    const here = createHere({ account, settings, file, clock, log: logTo(io) });
    await here.prepare();
    if (!isUndo(id)) shown(await here.previewUndo(id));
    runs = await here.undo(id, options.confirm);
  } else {
    const waiting = `waiting for ${namesOf(settings).function("undo")}`;
    const preview = isUndo(id)
      ? undefined
      : await io.during(waiting, () => previewUndoThere(id, settings, account));
    const done = preview && !("shows" in preview) ? preview : undefined;
    if (preview && "shows" in preview) shown(preview);
    const asked = { id, confirms: options.confirm };
    const answer = done ?? (await io.during(waiting, () => undoThere(asked, settings, account)));
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
  if (isUndo(id) && runs.every(({ outcome }) => outcome === "nothing"))
    io.say(
      "Nothing is done again now, as nothing wrong is found there. The hold is lifted: a later run does it once it is so again.",
    );
  const confirm = runs.find((run) => run.confirm !== undefined)?.confirm;
  if (confirm !== undefined)
    io.say(
      `If what waits for your word was done as it stands there, confirm exactly that: ${undoCommandText(id, repeatOf(options))} --confirm ${confirm}`,
    );
  return exitOf(runs);
}
