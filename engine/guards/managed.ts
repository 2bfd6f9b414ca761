import type { Guard } from "./guard.ts";

/**
 * What others manage is held and named: they would undo the change, or break by it (rule:
 * managed-by-others).
 */
export const managed: Guard = {
  name: "managed",
  objection: ({ managed: by }) => (by ? `it is left alone on account of ${by}` : undefined),
};
