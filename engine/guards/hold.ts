import type { Guard } from "./guard.ts";

/**
 * What was undone is left alone: otherwise the next sweep would do it again (rule: state-and-undo).
 */
export const hold: Guard = {
  name: "hold",
  async holds({ target, within, state }, { holds, now }) {
    const held = (await holds()).find(
      (one) =>
        one.until > now &&
        (one.target === target ||
          (within !== null && one.within === within && one.state === state)),
    );
    return (
      held &&
      `${held.by} undid this; it is left alone until ${held.until.toISOString().slice(0, 10)}, or until the undo is taken back: \`npx nightshift undo ${held.action}.undo\``
    );
  },
};
