/**
 * An account in memory that answers all requests of one moment together: how many requests a piece
 * of work makes, and in how many rounds one after the other, whatever the machine is busy with.
 */

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { HttpRequest } from "@smithy/types";
import { type Clients, createClients } from "../../engine/run/clients.ts";
import { createHost, type Host } from "../../engine/run/host.ts";
import { run } from "../../engine/run/run.ts";
import { createStore } from "../../ledger/dynamo.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { Start } from "../../ledger/start.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { noLog } from "../../sdk/log.ts";
import { after, clockAt, minutes } from "../../sdk/time.ts";
import { arnsOf } from "../../settings/arns.ts";
import type { UnitSettings } from "../../settings/settings.ts";
import { deployedIn, names } from "../deployed.ts";
import { testSettings } from "../host.ts";
import { MemoryAws, type Request, type Response, requestOf } from "./aws.ts";

const account = "123456789012";
const region = "eu-west-1";

/** What was asked of AWS, and how often somebody had to wait for an answer. */
export interface Work {
  readonly ledger: number;
  readonly reads: number;
  readonly writes: number;
  /** One after the other; of all services. */
  readonly rounds: number;
}

interface Waiting {
  readonly request: Request;
  answer(response: { readonly response: Response }): void;
}

const isRead = ({ operation }: Request): boolean =>
  /^(BatchGet|Get|Describe|List|Lookup)/.test(operation);

export interface CountedAccount {
  readonly aws: MemoryAws;
  readonly host: Host;
  readonly requests: readonly Request[];
  /** Runs the automation once. */
  deliver(start: Pick<Start, "kind" | "key"> & Partial<Start>): Promise<RunResult>;
  /** What something asks for. */
  workOf<T>(act: () => Promise<T>): Promise<{ readonly result: T; readonly work: Work }>;
}
/** An account with one automation in it that acts, whose ledger and AWS are counted together. */
export function countedAccount(
  unit: AnyAutomation,
  settings: Partial<UnitSettings> = {},
): CountedAccount {
  const aws = new MemoryAws(account, region);
  aws.caller = arnsOf(deployedIn(region), { account }).role(unit.id);
  const clock = clockAt(new Date("2026-11-21T02:00:00Z"));
  const requests: Request[] = [];
  let rounds = 0;
  let waiting: Waiting[] = [];

  const answerAll = (): void => {
    const all = waiting;
    waiting = [];
    rounds += 1;
    for (const { request, answer } of all) {
      const { response } = aws.answer(request, clock.now().getTime());
      answer({ response });
    }
  };
  /** Once nobody can go on without an answer. */
  const soon = (known: number): void => {
    setImmediate(() => {
      if (waiting.length === known) answerAll();
      else soon(waiting.length);
    });
  };
  const requestHandler = {
    metadata: { handlerProtocol: "http/1.1" },
    handle: (sent: HttpRequest) =>
      new Promise((answer) => {
        const request = requestOf(sent);
        requests.push(request);
        waiting.push({ request, answer });
        if (waiting.length === 1) soon(1);
      }),
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
  };
  const clients: Clients = createClients(clock, {
    endpoint: "http://memory",
    credentials: async () => ({ accessKeyId: "memory", secretAccessKey: "memory" }),
    requestHandler,
  });
  const host = createHost({
    account,
    settings: testSettings({ region }, unit, { mode: "act", ...settings }),
    clock,
    clients,
    store: createStore(clients.get(DynamoDBClient, region) as DynamoDBClient, names.table, clock),
    log: noLog,
    deadline: after(clock.now(), minutes(15)),
  });
  return {
    aws,
    host,
    requests,
    deliver: (start) => run(unit, { region, at: clock.now(), ...start }, host),
    async workOf(act) {
      const [from, before] = [requests.length, rounds];
      const result = await act();
      const made = requests.slice(from);
      const own = made.filter(({ service }) => service === "dynamodb");
      const calls = made.filter(({ service }) => service !== "dynamodb" && service !== "ssm");
      const reads = calls.filter(isRead);
      return {
        result,
        work: {
          ledger: own.length,
          reads: reads.length,
          writes: calls.length - reads.length,
          rounds: rounds - before,
        },
      };
    },
  };
}
