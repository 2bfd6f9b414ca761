/** `scp`: the service control policy for the organisation, from the settings alone. */
import {
  longestServiceControlPolicy,
  peopleIn,
  serviceControlPolicy,
  serviceControlPolicyText,
} from "../../lib/iam/service-control-policy.ts";
import { partitionOf } from "../../sdk/arn.ts";
import { UsageError } from "../../sdk/errors.ts";
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import type { Common } from "../io/options.ts";
import { openSession } from "../place/session.ts";

export async function scp(options: Common, io: Io): Promise<number> {
  const { settings } = await openSession(options);
  const partition = partitionOf(settings.home);
  const people = peopleIn(settings.approvers, partition);
  const { deployment } = settings;
  const text = serviceControlPolicyText(serviceControlPolicy({ deployment, partition, people }));
  if (text.length > longestServiceControlPolicy)
    throw new UsageError(
      `the service control policy would have ${text.length} characters, and AWS takes ${longestServiceControlPolicy}: \`approvers\` names ${people.length} roles or users, each of which stands in it twice. Name one role that they take on`,
    );
  if (!settings.approvers.some((approver) => approver.startsWith("arn:")))
    io.say(
      `the settings' \`approvers\` names nobody whom IAM knows: put the role of those on call in place of ${people.join(", ")}`,
    );
  io.say(
    "Deploy first, then attach it to the account or its unit: docs/deployment.md says whom it lets through, and whom it does not bind.",
  );
  io.print(text.trimEnd());
  return exit.done;
}
