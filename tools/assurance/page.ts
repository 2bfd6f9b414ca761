/** docs/assurance.md, from the figures that are kept: `node tools/assurance/page.ts` writes it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type AssuranceFigures, assuranceFigures, type ProofFigures } from "./figures.ts";

const nightsOfRetention = "nights of retention";

const number = (count: number): string => count.toLocaleString("en");

const sum = (all: readonly ProofFigures[], field: "tried" | "orphans" | "keys" | "abandoned") =>
  all.reduce((total, figures) => total + (figures[field] ?? 0), 0);

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;

/** The whole page. */
export function assurancePage(figures: AssuranceFigures = assuranceFigures()): string {
  const renewals = Object.entries(figures).filter(([name]) => name !== nightsOfRetention);
  const all = renewals.map(([, each]) => each);
  const nights = figures[nightsOfRetention]?.tried ?? 0;
  const days = [...new Set(Object.values(figures).map(({ on }) => on))].sort();
  const rows = renewals.map(
    ([name, { tried, requests = tried, orphans = 0, keys = 0, abandoned = 0 }]) =>
      row([name, `${number(tried)} of ${number(requests)}`, orphans, keys, abandoned]),
  );
  return `${[
    "# Assurance",
    "Written by `npm run assurance`, which carries out the proofs below and takes an hour or two: against the embedded AWS and the real Pebble, on one machine. No figure comes from a real account.",
    `Counted ${days.join(", ") || "never"}.`,
    [
      row(["what was counted", "figure"]),
      row(["---", "---"]),
      row(["crash points tried in a renewal", number(sum(all, "tried"))]),
      row(["records left in a zone, or taken from others", number(sum(all, "orphans"))]),
      row(["private keys seen outside Secrets Manager", number(sum(all, "keys"))]),
      row(["years of retention simulated", number(Math.floor(nights / 365))]),
    ].join("\n"),
    "## Renewals that die",
    "The process that carries a renewal ends before one of its requests has arrived, or right after it took effect; nothing that it would have sent then arrives, and another process carries on. In the end one certificate was imported, one order was finished, its own records are gone, those of others stand, nothing was told twice, and no lock or flow is left. Each private key that was stored is looked for in every request (Secrets Manager's and ACM's import left out), in the ledger, messages, logs, and in what the directory was asked and said.",
    [
      row(["where it dies", "tried", "records left", "keys seen", "orders that were placed again"]),
      row(["---", "---", "---", "---", "---"]),
      ...rows,
    ].join("\n"),
    "Where a process dies between the directory's answer and its record in the ledger, the other process finds the order in the account's list and goes on with it. A directory that has no such list is asked for another one, and the first ends by itself, as directories let orders do: five are placed at most for a key.",
    "## Retention",
    `${number(nights)} nights were pruned one after another, in four time zones, leap days, changes of the clock and missed nights among them: the newest was there after each, and at the end what one pruning would have kept.`,
    "## What is not counted here",
    "Renewals are carried by the ledger here; the durable functions of AWS are tried with a flow of their own (`engine/flows/every-request.test.ts`). Drills of restores die at chosen requests only, in their own tests. Pebble is no public authority, and moto is not AWS.",
  ].join("\n\n")}\n`;
}

if (import.meta.main)
  writeFileSync(join(import.meta.dirname, "../../docs/assurance.md"), assurancePage());
