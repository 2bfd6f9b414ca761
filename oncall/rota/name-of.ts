import type { Person } from "../../settings/person.ts";

/**
 * How somebody is called who was authenticated: a person's key, `slack:<team>/<user>/<app>`, or an
 * ARN. Who is nobody of the settings is called by the last of it.
 * @returns asks for a name
 */
export const nameOf =
  (people: Readonly<Record<string, Person>>) =>
  (who: string): string => {
    const [key, person] =
      Object.entries(people).find(
        ([name, one]) =>
          name === who ||
          ends(who).some((end) => end === one.slack || end === one.email || end === name),
      ) ?? [];
    return person?.name ?? key ?? ends(who).at(-1) ?? who;
  };

/** What may name a person: Slack's user, the user or the session of an ARN. */
function ends(who: string): string[] {
  const slack = /^slack:[^/]+\/([^/]+)\/[^/]+$/.exec(who)?.[1];
  if (slack) return [slack];
  return who.startsWith("arn:") ? [who.split("/").at(-1) ?? who] : [];
}
