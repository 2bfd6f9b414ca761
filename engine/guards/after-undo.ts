import type { Hold } from "../../ledger/holds.ts";
import type { Candidate, Guard } from "./guard.ts";

/** What comes back may have a new id: it is the same state within the same container. */
const covers = (hold: Hold, { target, within, state }: Candidate): boolean =>
  hold.target === target ||
  // What it is about beside its target cannot be known: whatever lies within something is held.
  (within !== null && hold.unreadable !== undefined) ||
  (within !== null && hold.within === within && hold.state === state);

/**
 * What was undone is left alone: otherwise the next sweep would do it again (rule: state-and-undo).
 */
export const afterUndo: Guard = {
  name: "hold",
  async objection(candidate, { holds, now }) {
    const standing = (await holds()).filter(({ until }) => until > now);
    const hold = standing.find((each) => covers(each, candidate));
    if (!hold) return undefined;
    if (hold.unreadable !== undefined)
      return `what was undone there cannot be read, so that it holds: ${hold.unreadable}`;
    const day = hold.until.toISOString().slice(0, 10);
    return `${hold.by} undid this; it is left alone until ${day}, or until the undo is taken back: \`npx nightshift undo ${hold.action}.undo\``;
  },
};
