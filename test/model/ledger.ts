/** What the ledger in memory holds, as plain records. */

import type { ActionRecord } from "../../ledger/actions.ts";
import type { RunResult } from "../../ledger/result.ts";
import { type Outgoing, runIn } from "../../messages/outgoing.ts";
import { parse } from "../../sdk/codec.ts";
import type { MemoryAws } from "../../testing/memory/aws.ts";

export interface Kept {
  readonly pk: string;
  readonly sk: string;
  readonly state: string | undefined;
  readonly body: unknown;
}

/** All items of one type. */
export const items = ({ table }: MemoryAws, type: string): Kept[] =>
  [...table.all()].flatMap((item) =>
    item.type?.S === type
      ? [
          {
            pk: item.pk?.S ?? "",
            sk: item.sk?.S ?? "",
            state: item.state?.S,
            body: parse(item.body?.S ?? "null"),
          },
        ]
      : [],
  );

export const actionsIn = (aws: MemoryAws, writer: "unit" | "undo"): ActionRecord[] =>
  items(aws, "action").flatMap(({ pk, body }) =>
    pk.startsWith(`${writer}#`) ? [body as ActionRecord] : [],
  );
export const messagesIn = (aws: MemoryAws): Outgoing[] =>
  items(aws, "message").map(({ body }) => body as Outgoing);
export const runsIn = (aws: MemoryAws): RunResult[] =>
  items(aws, "run").map(({ body }) => body as RunResult);

/** What a person would read, without times and counts of calls. */
const content = (message: Outgoing): string => {
  const { kind, title, severity, facts } = message;
  const run = runIn(message);
  return JSON.stringify([
    kind,
    title,
    severity,
    facts,
    run?.id,
    run?.actions.map(({ id, outcome, held, error }) => [id, outcome, held?.by, error]),
  ]);
};

/** What is not as it must be in any ledger in which nothing is under way. */
export function problemsIn(aws: MemoryAws): string[] {
  const found: string[] = [];
  for (const { pk, sk } of items(aws, "lock")) found.push(`a lock is left: ${pk} ${sk}`);
  const done = [...actionsIn(aws, "unit"), ...actionsIn(aws, "undo")];
  for (const { id, outcome } of done)
    if (outcome === "intended") found.push(`nobody knows what became of ${id}`);
  const applied = Map.groupBy(
    actionsIn(aws, "unit").filter(({ outcome }) => outcome === "applied"),
    ({ run, target }) => `${run} on ${target}`,
  );
  for (const [what, { length }] of applied)
    if (length > 1) found.push(`${length} applied actions of ${what}`);

  const told = messagesIn(aws);
  // Each setting of an exemption is a matter of its own, though it says the same.
  const repeatable = told.filter(({ kind }) => kind !== "exemption");
  for (const [what, same] of Map.groupBy(repeatable, content)) {
    const ids = new Set(same.map(({ id }) => id));
    if (ids.size > 1) found.push(`one content has ${ids.size} messages: ${what}`);
  }
  for (const [id, same] of Map.groupBy(told, ({ id: one }) => one)) {
    const contents = new Set(same.map(content));
    if (contents.size > 1)
      found.push(`${id} says ${contents.size} things: ${[...contents].join(" and ")}`);
  }
  const says = told.flatMap((message) => {
    const run = runIn(message);
    return run ? run.actions.map((action) => ({ run: run.id, action })) : [];
  });
  const toldOf = new Set(says.flatMap(({ action: { id, outcome } }) => [`${id} ${outcome}`]));
  const toldHeld = new Set(says.map(({ action: { target, held } }) => `${target} ${held?.by}`));
  for (const { id, actions } of runsIn(aws))
    for (const { id: action, target, outcome, held } of actions)
      if (
        outcome === "held"
          ? held?.by !== "own-echo" &&
            held?.by !== "changed" &&
            !toldHeld.has(`${target} ${held?.by}`)
          : !toldOf.has(`${action} ${outcome}`)
      )
        found.push(`nobody was told that ${action} of ${id} is ${held?.by ?? outcome}`);
  const toldAtAll = new Set(says.map(({ action: { id } }) => id));
  // An undo that died before it was told is told as done already, or as done again since, when it
  // is asked for again.
  const isTold = (id: string, outcome: string) =>
    toldOf.has(`${id} ${outcome}`) ||
    (id.endsWith(".undo") && outcome === "applied" && toldAtAll.has(id));
  // What failed in an attempt that died before it could say so is told by the next one, beside what
  // becomes of it now.
  const isNoted = (id: string) =>
    told.some(({ facts = {} }) => Object.values(facts).some((fact) => fact.includes(`(${id})`)));
  for (const { id, outcome } of done)
    if (
      outcome === "applied"
        ? !isTold(id, outcome)
        : outcome === "failed" && !isTold(id, outcome) && !isNoted(id)
    )
      found.push(`nobody was told that ${id} is ${outcome}`);
  return found;
}
