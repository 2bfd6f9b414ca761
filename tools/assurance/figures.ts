/** What proofs have counted, kept for docs/assurance.md. `npm run assurance` counts anew. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";

const kept = join(import.meta.dirname, "figures.json");

const proof = z.strictObject({
  /** The day. */
  on: z.string(),
  /** Deaths of a process, or nights. */
  tried: z.int(),
  /** So many requests there are, at each of which it might die. */
  requests: z.optional(z.int()),
  orphans: z.optional(z.int()),
  keys: z.optional(z.int()),
  abandoned: z.optional(z.int()),
  /** Of AWS, each once: those that a renewal asks for. */
  operations: z.optional(z.array(z.string())),
});
export type ProofFigures = z.output<typeof proof>;
const figures = z.record(z.string(), proof);
export type AssuranceFigures = z.output<typeof figures>;

export const assuranceFigures = (): AssuranceFigures =>
  existsSync(kept) ? figures.parse(JSON.parse(readFileSync(kept, "utf8"))) : {};

/** Kept where `npm run assurance` counts; else nothing. */
export function addFigures(name: string, counted: Omit<ProofFigures, "on">): void {
  if (!process.env.NIGHTSHIFT_ASSURANCE) return;
  const on = new Date().toISOString().slice(0, 10);
  const all: AssuranceFigures = { ...assuranceFigures(), [name]: { on, ...counted } };
  const sorted = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(kept, `${JSON.stringify(sorted, null, 2)}\n`);
}
