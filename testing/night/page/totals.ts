/** What it comes to. */
import { priceSource } from "../../../aws/pricing/prices.ts";
import { count } from "../../../sdk/counted.ts";
import { dollars } from "../../../sdk/money.ts";
import { plain } from "../../../sdk/plain.ts";
import type { Night } from "../one-night.ts";
import { actionsWith, canGoBack, isElsewhere, savingsOf, sum, wasDenied } from "./decided.ts";
import type { Sheet } from "./sheet.ts";

export function totals(sheet: Sheet, night: Night): void {
  const { runs, undo, messages, took, differences } = night;
  const [done, held] = [actionsWith(runs, "applied"), actionsWith(runs, "held")];
  const asked = actionsWith(runs, "waiting");
  const denied = asked.filter((action) => wasDenied(night, action));
  const waiting = asked.filter(
    (action) => !isElsewhere(night, action) && !wasDenied(night, action),
  );

  const changes = [
    `${done.length} made`,
    `${done.filter(({ verified }) => verified).length} verified`,
    `${done.filter(canGoBack).length} undoable`,
    `${undo?.actions.length ?? 0} undone`,
  ].join(", ");
  sheet.total(
    "changes",
    `${changes} · ${held.length} held · ${waiting.length} wait for you · ${denied.length} denied`,
  );

  const [later, never] = [savingsOf(waiting), savingsOf(denied)];
  const more = later ? `, and ${dollars(later)} once you approve` : "";
  const less = never ? ` · ${dollars(never)} denied` : "";
  const source = priceSource(night.account.regions[0] ?? "", "ec2");
  const by = source === undefined ? "" : `, by ${source}`;
  sheet.total("saves", `${dollars(savingsOf(done))} a month${more}${less}${by}`);

  const reads = sum(runs.map(({ calls }) => calls.reads));
  const writes = sum(runs.map(({ calls }) => calls.writes));
  const told = `${count(messages.length, "message")} told`;
  sheet.total(
    "calls",
    `${reads} reads and ${writes} writes to AWS in ${count(runs.length, "run")} · ${told} · ${took.toFixed(1)} s`,
  );

  const verdict = differences.length
    ? sheet.style("red", `no: ${count(differences.length, "difference")}`)
    : sheet.style("green", "yes: each thing is as it should be, by independent calls");
  sheet.total("as seeded", verdict);
  for (const difference of differences) sheet.paragraph(`✗ ${plain(difference)}`, "red");
}
