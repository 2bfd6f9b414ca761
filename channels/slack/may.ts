/**
 * Who may do what in Slack. Whoever is not named may do nothing, and see nothing but what stands in
 * the channel.
 */
import { isApprover } from "../../engine/same-person.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { identityOf, type SlackPerson } from "./who.ts";

export type Who = Pick<ParsedSettings, "approvers" | "people" | "channels">;

/**
 * `approvers` decide; whoever is called may also take an incident; whoever can read the channel may
 * look.
 */
export type Needs = "decide" | "take" | "look";

/** @param channel where it was asked, if anywhere */
export function may(
  needs: Needs,
  person: SlackPerson,
  channel: string | undefined,
  { approvers, people, channels }: Who,
): boolean {
  const ours = Object.values(channels).filter(
    (one) => one.kind === "slack" && one.team === person.team && one.app === person.app,
  );
  // Another workspace's member, in a channel that is shared with us, or another app: nobody we
  // know.
  if (ours.length === 0) return false;
  if (isApprover(identityOf(person), approvers)) return true;
  if (needs === "decide") return false;
  if (Object.values(people).some(({ slack }) => slack === person.user)) return true;
  return needs === "look" && ours.some((one) => one.kind === "slack" && one.channel === channel);
}

/** What whoever is refused reads. */
export function refusalText(needs: Needs, person: SlackPerson): string {
  const who = identityOf(person);
  switch (needs) {
    case "look":
      return "Nightshift answers in its own channel, and to the people whom its settings name. You are not among them, so nothing is shown here.";
    case "take":
      return `Only people whom Nightshift's settings name (\`people\` or \`approvers\`) may do that. To be one of them, have ${who} added. It is recorded that you tried.`;
    case "decide":
      return `Only the approvers whom Nightshift's settings name may do that. To be one of them, have ${who} added to \`approvers\`. It is recorded that you tried.`;
  }
}
