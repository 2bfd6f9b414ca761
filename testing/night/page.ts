/** The night on one page of a terminal. */
import { timeText } from "../../messages/render/text.ts";
import type { Night } from "./one-night.ts";
import { automationPart } from "./page/automation.ts";
import { type Paper, Sheet } from "./page/sheet.ts";
import { digestPart, incidentsPart, tellerPart } from "./page/told.ts";
import { totals } from "./page/totals.ts";
import { weekPart } from "./page/week.ts";

export function page(night: Night, paper: Paper): string {
  const { account, configured } = night;
  const sheet = new Sheet(paper);
  const at = timeText(account.now, configured.settings.timeZone);
  const where = `${at} · account ${account.id} · ${account.regions.join(", ")} · embedded AWS`;
  sheet.line();
  sheet.line(`${sheet.style("bold", "Nightshift")}  ${sheet.style("dim", where)}`);
  sheet.line();
  for (const unit of configured.units) {
    if (!unit.enabled) continue;
    if (unit.kind === "automation") automationPart(sheet, night, unit);
    else tellerPart(sheet, night, unit);
  }
  incidentsPart(sheet, night);
  digestPart(sheet, night);
  weekPart(sheet, night);
  totals(sheet, night);
  return sheet.text();
}
