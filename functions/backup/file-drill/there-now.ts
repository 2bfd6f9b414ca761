/** How many of a kind the account has now: for people, who see whether the set is far behind. */
import { stacksPage } from "../../../aws/cloudformation/template.ts";
import { functionsPage } from "../../../aws/lambda/function-code.ts";
import { hostedZonesPage } from "../../../aws/route53/zone.ts";
import { parametersPage } from "../../../aws/ssm/parameter-backup.ts";
import { count } from "../../../sdk/counted.ts";
import { isDenied } from "../../../sdk/errors.ts";
import type { Reader } from "../../../sdk/unit.ts";
import type { FileKind } from "../file-backups/config.ts";

const listHostedZones = hostedZonesPage();
const describeParameters = parametersPage();
const describeStacks = stacksPage();
const listFunctions = functionsPage();

export const thereReads = [
  listHostedZones,
  describeParameters,
  describeStacks,
  listFunctions,
] as const;
type Read = Reader<typeof thereReads>;

interface Page {
  readonly here: number;
  /** Where the next page begins; nothing after the last. */
  readonly next: string | undefined;
}

/** As those that are written: of others there is no template. */
const unmade: readonly (string | undefined)[] = ["REVIEW_IN_PROGRESS", "DELETE_COMPLETE"];

const pageOf: Readonly<Record<FileKind, (read: Read, next?: string) => Promise<Page>>> = {
  async zones(read, next) {
    const answer = await read(listHostedZones(next ? { Marker: next } : {}));
    return { here: answer.HostedZones?.length ?? 0, next: answer.NextMarker };
  },
  async parameters(read, next) {
    const more = next ? { NextToken: next } : {};
    const answer = await read(describeParameters({ MaxResults: 50, ...more }));
    return { here: answer.Parameters?.length ?? 0, next: answer.NextToken };
  },
  async templates(read, next) {
    const { Stacks = [], NextToken } = await read(describeStacks(next ? { NextToken: next } : {}));
    const made = Stacks.filter(({ StackStatus }) => !unmade.includes(StackStatus));
    return { here: made.length, next: NextToken };
  },
  async code(read, next) {
    const answer = await read(listFunctions(next ? { Marker: next } : {}));
    return { here: answer.Functions?.length ?? 0, next: answer.NextMarker };
  },
};

/** @returns nothing where that may not be seen */
export async function thereNow(read: Read, about: FileKind): Promise<number | undefined> {
  let all = 0;
  let next: string | undefined;
  try {
    do {
      const page: Page = await pageOf[about](read, next);
      all += page.here;
      next = page.next || undefined;
    } while (next !== undefined);
  } catch (error) {
    if (!isDenied(error)) throw error;
    return undefined;
  }
  return all;
}

const wordOf: Readonly<Record<FileKind, string>> = {
  zones: "zone",
  parameters: "parameter",
  templates: "stack",
  code: "function",
};

export const thingsOf = (about: FileKind, number: number): string => count(number, wordOf[about]);

/** What is told of it: what came and went since then is not told apart. */
export function sinceThen(about: FileKind, inSet: number, now: number | undefined): string {
  if (now === undefined) return "not known: its role may not list them";
  const has = `${thingsOf(about, now)} in the account now`;
  if (now === inSet) return `${has}, as many as in the set`;
  return now > inSet
    ? `${has}, ${now - inSet} more than in the set`
    : `${has}, ${inSet - now} fewer than in the set`;
}
