import type { Guard } from "./guard.ts";

/** What its owner kept in a time of grace is not marked again the next night. */
export const ownersNo: Guard = {
  name: "owner",
  async objection({ target }, { kept, now }) {
    const word = await kept?.(target);
    if (!word || word.until <= now) return undefined;
    const [since, until] = [word.since, word.until].map((at) => at.toISOString().slice(0, 10));
    return `its owner kept it on ${since}, and is not asked again before ${until}; \`npx nightshift unexempt ${target}\` lifts that`;
  },
};
