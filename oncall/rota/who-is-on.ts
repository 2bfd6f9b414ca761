import type { ParsedSettings } from "../../settings/settings.ts";
import { onCallAt } from "./rotation.ts";

/**
 * What a step of an escalation names: a rotation, of which one person is on, or a person.
 * @returns asks for keys of `people`; of what is neither, nobody
 */
export const whoIsOn =
  ({ people, onCall }: Pick<ParsedSettings, "people" | "onCall">) =>
  (key: string, at: Date): readonly string[] => {
    const rotation = onCall?.rotations[key];
    if (rotation) return [onCallAt(rotation, at)];
    return people[key] ? [key] : [];
  };
