/** For what the settings want two persons. */
import * as z from "zod/mini";

/** What a person does that may want another. */
export type TwoPersonAct = "approve" | "undo" | "exempt";

/**
 * `true`: whoever asked for a run, or whose call it answers, may not approve its plan. As an object,
 * `approve` (default `true`) says that; `undo`: nor may they, or whoever approved it, take back
 * what it did; `exempt`: nor have what it is about left alone. Both `false` by default.
 */
export type TwoPersonRule = boolean | { readonly [A in TwoPersonAct]?: boolean | undefined };

export const twoPersonField = z._default(
  z.union(
    [
      z.boolean(),
      z.strictObject({
        approve: z.optional(z.boolean()),
        undo: z.optional(z.boolean()),
        exempt: z.optional(z.boolean()),
      }),
    ],
    "write true, false, or { approve, undo, exempt }, each of them true or false",
  ),
  false,
);

/** Whether a rule is about what somebody does. */
export function twoPersonsFor(act: TwoPersonAct, rule: TwoPersonRule): boolean {
  if (typeof rule === "boolean") return rule && act === "approve";
  return rule[act] ?? act === "approve";
}
