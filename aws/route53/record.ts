/**
 * Records of zones. How much of a zone a unit may change is part of its declaration: Route 53 tells
 * IAM the names, the types and the actions of a change, so that a role can be limited to them.
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html
 */
import {
  type ChangeAction,
  ChangeResourceRecordSetsCommand,
  type ChangeResourceRecordSetsCommandInput,
  ListResourceRecordSetsCommand,
  type ListResourceRecordSetsCommandInput,
  type ListResourceRecordSetsCommandOutput,
  Route53Client,
  type RRType,
} from "@aws-sdk/client-route-53";
import { type Conditions, paged, write } from "../../sdk/call.ts";

/** The SDK has no paginator for it. */
async function* pagesOfRecords(
  { client }: { readonly client: Route53Client },
  input: ListResourceRecordSetsCommandInput,
): AsyncGenerator<ListResourceRecordSetsCommandOutput> {
  let asked = input;
  for (;;) {
    const page = await client.send(new ListResourceRecordSetsCommand(asked));
    yield page;
    if (!page.IsTruncated) return;
    asked = {
      ...input,
      StartRecordName: page.NextRecordName,
      StartRecordType: page.NextRecordType,
      StartRecordIdentifier: page.NextRecordIdentifier,
    };
  }
}

/**
 * Sorted by the labels of the names from the right, then by type: from `StartRecordName` on, where
 * that is asked. Whoever wants one name stops at the first other one.
 */
export const listResourceRecordSets = paged(
  "route53:ListResourceRecordSets",
  Route53Client,
  pagesOfRecords,
  {
    items: ({ ResourceRecordSets }) => ResourceRecordSets,
    on: "arn:{partition}:route53:::hostedzone/*",
  },
);

/** What of all zones a unit may change. */
export interface RecordPower {
  /**
   * As Route 53 normalises them: in small letters, without the dot at the end; `*` and `?` are IAM's
   * wildcards.
   */
  readonly names: readonly string[];
  readonly type: RRType | readonly RRType[];
  readonly actions: readonly ChangeAction[];
}

const keys = {
  names: "route53:ChangeResourceRecordSetsNormalizedRecordNames",
  types: "route53:ChangeResourceRecordSetsRecordTypes",
  actions: "route53:ChangeResourceRecordSetsActions",
} as const;

/** `ForAllValues` alone is true of a request that names nothing. */
const limitedTo = ({ names, type, actions }: RecordPower): Conditions => ({
  "ForAllValues:StringLike": { [keys.names]: names },
  "ForAllValues:StringEquals": { [keys.types]: type, [keys.actions]: actions },
  Null: { [keys.names]: "false", [keys.types]: "false", [keys.actions]: "false" },
});

const on = "arn:{partition}:route53:::hostedzone/*";

/** Changes records within that power; each proposal, or the flow, says how it is taken back. */
/* @__NO_SIDE_EFFECTS__ */
export const recordChanges = (power: RecordPower) =>
  write("route53:ChangeResourceRecordSets", Route53Client, ChangeResourceRecordSetsCommand, {
    on,
    when: limitedTo(power),
  });

type RecordCreation = Omit<RecordPower, "actions">;

/** The same records, each exactly as it stands there, with another action. */
const withAction =
  (Action: ChangeAction) =>
  ({ HostedZoneId, ChangeBatch }: ChangeResourceRecordSetsCommandInput) => ({
    HostedZoneId,
    ChangeBatch: {
      Changes: (ChangeBatch?.Changes ?? []).map((change) => ({ ...change, Action })),
    },
  });

/**
 * Creates records, and can neither overwrite nor delete any: Route 53 refuses what is there already.
 * Its role in undo can only delete.
 */
/* @__NO_SIDE_EFFECTS__ */
export const recordCreation = (power: RecordCreation) =>
  write("route53:ChangeResourceRecordSets", Route53Client, ChangeResourceRecordSetsCommand, {
    on,
    when: limitedTo({ ...power, actions: ["CREATE"] }),
    inverse: [recordChanges({ ...power, actions: ["DELETE"] }), withAction("DELETE")],
  });

/**
 * Deletes records as they were read, all fields the same: Route 53 refuses it where one has changed. Its
 * role in undo can only create, and overwrites nothing that stands there by then.
 */
/* @__NO_SIDE_EFFECTS__ */
export const recordDeletion = (power: RecordCreation) =>
  write("route53:ChangeResourceRecordSets", Route53Client, ChangeResourceRecordSetsCommand, {
    on,
    when: limitedTo({ ...power, actions: ["DELETE"] }),
    uncertain:
      "who asks for the name meanwhile is told for a while that it is not there, and what the record points at does not come back with it",
    inverse: [recordChanges({ ...power, actions: ["CREATE"] }), withAction("CREATE")],
  });
