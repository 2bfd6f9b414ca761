/** Who a person is to Slack, and to us. */
import { code, harmlessText } from "../mrkdwn.ts";
import type { BlockActions } from "./payload.ts";

/** As payloads name a person; all three together are the identity (rule: slack-endpoint). */
export interface SlackPerson {
  readonly team: string;
  readonly user: string;
  readonly app: string;
}

/** `slack:T…/U…/A…`, as the settings' approvers name it. */
export const identityOf = ({ team, user, app }: SlackPerson): string =>
  `slack:${team}/${user}/${app}`;

/**
 * Whoever pressed or sent in: the workspace that they belong to, else the one that it happened in.
 */
export const personOf = ({
  user,
  team,
  api_app_id,
}: Pick<BlockActions, "user" | "team" | "api_app_id">): SlackPerson => ({
  team: user.team_id ?? team?.id ?? "",
  user: user.id,
  app: api_app_id,
});

const identity = /^slack:(T[A-Z0-9]+)\/([UW][A-Z0-9]+)\/(A[A-Z0-9]+)$/;

/** How a message names whoever did something: a member of the workspace by their name there. */
export function who(by: string, member?: (person: string) => string | undefined): string {
  const [, , user = member?.(by)] = identity.exec(by) ?? [];
  if (user !== undefined && /^[UW][A-Z0-9]+$/.test(user)) return `<@${user}>`;
  return by.startsWith("arn:")
    ? code(by.split(":").slice(5).join(":") || by)
    : harmlessText(by, 200);
}

/** Somebody whom the settings name: called by Slack where it knows them. */
export const called = (
  person: string,
  member: ((person: string) => string | undefined) | undefined,
): string => {
  const user = member?.(person);
  return user !== undefined && /^[UW][A-Z0-9]+$/.test(user)
    ? `<@${user}>`
    : harmlessText(person, 80);
};
