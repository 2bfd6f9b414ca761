/** What people exempted in the ledger, as `history` shows it. */

import {
  type ExemptionChange,
  exemptionChanges,
  exemptionsAt,
  type LedgerExemption,
} from "../../ledger/exemptions.ts";
import type { Store } from "../../ledger/store.ts";
import { compareText } from "../../sdk/compare.ts";
import { plain } from "../../sdk/plain.ts";
import { endOfDay } from "../../sdk/tags.ts";
import { everyRegion } from "../../settings/every-region.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import type { Io } from "./io.ts";
import { table } from "./table.ts";
import { command, quoted, utcText } from "./words.ts";

/** Of all regions, or of one target; by target. */
export async function exemptionsIn(
  store: Store,
  account: string,
  settings: ParsedSettings,
  target?: string,
): Promise<LedgerExemption[]> {
  const each = await Promise.all(
    everyRegion(settings).map((region) => exemptionsAt(store, { account, region })),
  );
  return each
    .flat()
    .filter((exemption) => target === undefined || exemption.target === target)
    .sort((a, b) => compareText(a.target, b.target));
}

export const exemptionJson = ({
  target,
  region,
  until,
  owner,
  reason,
  from,
  by,
  at,
}: LedgerExemption): object => ({
  target,
  region,
  until,
  owner,
  reason,
  from,
  by,
  at: at.toISOString(),
});

/** A day that is over is named: it holds all the same. */
const untilText = (until: string, now: Date): string =>
  `${until}${(endOfDay(until) ?? now) < now ? " (over; still holds)" : ""}`;

export const exemptionTable = (exemptions: readonly LedgerExemption[], io: Io, now: Date): string =>
  table(
    io,
    [
      { title: "exempt" },
      { title: "region" },
      { title: "until" },
      { title: "from", least: 12 },
      { title: "owner", least: 12, optional: true },
      { title: "reason", least: 20, below: true },
    ],
    exemptions.map(({ target, region, until, from, owner, reason }) => [
      target,
      region,
      untilText(until, now),
      from?.join(", ") ?? "all",
      owner,
      reason,
    ]),
  );

/** When one target was exempted, and when no longer, newest first. */
export async function changesOf(
  store: Store,
  account: string,
  target: string,
): Promise<ExemptionChange[]> {
  const changes = (await exemptionChanges(store)).map((change) => ({
    ...change,
    exemptions: change.exemptions.filter(
      (exemption) => exemption.target === target && exemption.account === account,
    ),
  }));
  return changes.filter(({ exemptions }) => exemptions.length).reverse();
}

export const changeJson = ({ verb, by, at, exemptions }: ExemptionChange): object => ({
  verb,
  by,
  at: at.toISOString(),
  exemptions: exemptions.map(exemptionJson),
});

export function changeText({ verb, by, at, exemptions }: ExemptionChange, io: Io): string {
  const [first] = exemptions;
  if (!first) return "";
  const from = first.from?.join(", ") ?? "every automation";
  const regions = exemptions.map(({ region }) => region).join(", ");
  const lines = [
    `from ${from} in ${regions}, until ${first.until}: ${first.reason} (${first.owner})`,
    `by ${by}`,
  ];
  if (verb === "exempt") lines.push(`to remove it: ${command} unexempt ${quoted(first.target)}`);
  const became = verb === "exempt" ? "exempted" : "no longer exempt";
  return [
    `${utcText(at)}  ${io.paint("bold", plain(first.target))}  ${became}`,
    ...lines.map((line) => `    ${plain(line)}`),
  ].join("\n");
}
