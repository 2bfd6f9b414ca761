/** CloudWatch Logs: log groups, their retention and their tags. */
import { arnOf } from "../../sdk/arn.ts";
import { TransactionRefused } from "./table.ts";

interface Group {
  retentionInDays?: number;
  tags: Record<string, string>;
}

export class MemoryLogs {
  readonly groups: Map<string, Group>;
  /** As it is now, to look at later. */
  readonly copy: () => MemoryLogs;
  readonly #arn: (name: string) => string;

  constructor(account: string, region: string, groups = new Map<string, Group>()) {
    this.groups = groups;
    this.copy = () => new MemoryLogs(account, region, structuredClone(groups));
    this.#arn = (name) =>
      arnOf({ service: "logs", region, account, resource: `log-group:${name}` });
  }

  /** @returns the answer, and the group that is changed, if any */
  answer(
    operation: string,
    input: Readonly<Record<string, never>>,
  ): { readonly body: object; readonly changed?: readonly string[] } {
    const name = (input.logGroupName as string | undefined) ?? "";
    switch (operation) {
      case "DescribeLogGroups": {
        const prefix = (input.logGroupNamePrefix as string | undefined) ?? "";
        const sorted = [...this.groups]
          .filter(([one]) => one.startsWith(prefix))
          .sort(([a], [b]) => (a < b ? -1 : 1));
        // A page's limit is not kept to: whoever asks for one reads one.
        return {
          body: {
            logGroups: sorted.map(([logGroupName, { retentionInDays }]) => ({
              logGroupName,
              arn: `${this.#arn(logGroupName)}:*`,
              logGroupArn: this.#arn(logGroupName),
              ...(retentionInDays && { retentionInDays }),
            })),
          },
        };
      }
      case "ListTagsForResource": {
        const arn = input.resourceArn as unknown as string;
        return { body: { tags: this.#group(arn.slice(arn.indexOf("log-group:") + 10)).tags } };
      }
      case "PutRetentionPolicy":
        this.#group(name).retentionInDays = input.retentionInDays as unknown as number;
        return { body: {}, changed: [name] };
      case "DeleteRetentionPolicy":
        delete this.#group(name).retentionInDays;
        return { body: {}, changed: [name] };
      default:
        throw new TransactionRefused("UnknownOperationException", operation);
    }
  }

  #group(name: string): Group {
    const found = this.groups.get(name);
    if (!found)
      throw new TransactionRefused(
        "ResourceNotFoundException",
        "The specified log group does not exist",
      );
    return found;
  }
}
