/** The command line, in this process: what it prints where, and how it exits. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { usePrices } from "../../aws/pricing/prices.ts";
import { main } from "../../cli/main.ts";
import type { Mode } from "../../settings/mode.ts";
import type { TestAccount } from "../setup/aws.ts";
import { testPrices } from "../setup/prices.ts";

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** stdout as the one document that it must be. */
  // biome-ignore lint/suspicious/noExplicitAny: each verb's own shape, which is what the tests look at
  readonly json: any;
}

class Heard extends Writable {
  text = "";
  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk;
    done();
  }
}

export async function cli(...args: readonly string[]): Promise<Ended> {
  const [stdout, stderr] = [new Heard(), new Heard()];
  const code = await main(args, { stdout, stderr });
  // The command line goes by those of the project, which has none.
  usePrices(testPrices);
  return {
    code,
    out: stdout.text,
    err: stderr.text,
    get json() {
      return JSON.parse(stdout.text);
    },
  };
}

const folder = mkdtempSync(join(tmpdir(), "nightshift-cli-"));
let files = 0;

/** @returns the path of a file with this content */
export function file(content: string | object, ending = "json"): string {
  files += 1;
  const path = join(folder, `${files}.${ending}`);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

export const settingsFile = (settings: object): string =>
  file(`export default ${JSON.stringify(settings)};`, "mjs");

/** Settings in which the test's account may approve, and log-retention has a mode. */
export const settingsFor = (aws: TestAccount, mode: Mode, rest: object = {}): string =>
  settingsFile({
    home: aws.region,
    approvers: [`arn:aws:iam::${aws.account}:role/test`],
    units: { "log-retention": { mode } },
    ...rest,
  });

/** CreateLogGroup as CloudTrail tells it. */
export const created = (aws: TestAccount, name: string, rest: object = {}): object => ({
  version: "0",
  id: "7bf73129-1428-4cd3-a780-95db273d1602",
  "detail-type": "AWS API Call via CloudTrail",
  source: "aws.logs",
  account: aws.account,
  time: "2026-11-20T22:03:12Z",
  region: aws.region,
  resources: [],
  detail: {
    eventSource: "logs.amazonaws.com",
    eventName: "CreateLogGroup",
    userIdentity: { type: "IAMUser", arn: `arn:aws:iam::${aws.account}:user/bob` },
    requestParameters: { logGroupName: name },
  },
  ...rest,
});
