/**
 * The account in memory with what carries messages on: queues, the topic, timers, invocations. What
 * a call has set going, whoever plays AWS takes from here.
 */
import { createHash } from "node:crypto";
import {
  answerInJson,
  answerInXml,
  MemoryAws,
  type Request,
  type Response,
} from "../../../testing/memory/aws.ts";

/** A function called by another one. */
export interface Invocation {
  readonly name: string;
  readonly payload: unknown;
  /** Whether whoever calls waits for the answer. */
  readonly waits: boolean;
}

/** A one-shot schedule. */
export interface Timer {
  readonly at: Date;
  readonly payload: unknown;
}

/** Text fields of a request. */
const fieldOf = ({ input }: Request, name: string): string => {
  const value: unknown = input[name];
  return typeof value === "string" ? value : "";
};

/** What feeds a function here: the ledger's stream, the queues of both channels. */
function fedBy(request: Request): object[] {
  const sources = fieldOf(request, "FunctionName").endsWith("-tell")
    ? [":table/nightshift/stream/1"]
    : [":nightshift-channel-team", ":nightshift-channel-phone"];
  return sources.map((EventSourceArn) => ({ EventSourceArn, State: "Enabled" }));
}

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

/** A receipt handle is good for the letter that it was given out with. */
interface Queued {
  post(queue: string, body: string): void;
  later(queue: string, receipt: string, seconds: number): void;
}

export class HouseAws extends MemoryAws {
  /** Subjects of what was published. */
  readonly published: string[] = [];
  readonly timers = new Map<string, Timer>();
  readonly invocations: Invocation[] = [];
  readonly secrets = new Map<string, string>();
  queues: Queued = { post() {}, later() {} };

  override answer(
    ...[request, now, seen]: Parameters<MemoryAws["answer"]>
  ): ReturnType<MemoryAws["answer"]> {
    const response = this.#carried(request);
    return response ? { response, changed: [] } : super.answer(request, now, seen);
  }

  #carried(request: Request): Response | undefined {
    switch (request.service) {
      case "sqs":
        return answerInJson(200, this.#queue(request));
      case "sns":
        this.published.push(fieldOf(request, "Subject"));
        return answerInXml(
          200,
          `<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>`,
        );
      case "scheduler":
        return this.#timer(request);
      case "lambda":
        if (request.operation === "ListEventSourceMappings")
          return answerInJson(200, { EventSourceMappings: fedBy(request) });
        this.invocations.push(request.input as unknown as Invocation);
        return answerInJson(200, {});
      case "events":
        return answerInJson(200, { Rules: [] });
      case "ssm":
        return this.#secret(request);
      default:
        return undefined;
    }
  }

  #queue(request: Request): object {
    const queue = fieldOf(request, "QueueUrl").split("/").at(-1) ?? "";
    const body = fieldOf(request, "MessageBody");
    switch (request.operation) {
      case "GetQueueUrl":
        return { QueueUrl: `http://memory/${fieldOf(request, "QueueName")}` };
      case "SendMessage":
        this.queues.post(queue, body);
        return { MessageId: "1", MD5OfMessageBody: md5(body) };
      case "ChangeMessageVisibility":
        this.queues.later(
          queue,
          fieldOf(request, "ReceiptHandle"),
          Number(request.input.VisibilityTimeout),
        );
        return {};
      default:
        return { Attributes: { ApproximateNumberOfMessages: "0" } };
    }
  }

  #timer(request: Request): Response {
    if (request.operation !== "CreateSchedule") return answerInJson(200, { Schedules: [] });
    const name = fieldOf(request, "Name");
    if (this.timers.has(name))
      return answerInJson(409, { Message: "exists" }, { "x-amzn-errortype": "ConflictException" });
    const [, at = ""] = /^at\((.+)\)$/.exec(fieldOf(request, "ScheduleExpression")) ?? [];
    const { Input = "{}" } = request.input.Target as unknown as { readonly Input?: string };
    this.timers.set(name, { at: new Date(`${at}Z`), payload: JSON.parse(Input) });
    return answerInJson(200, { ScheduleArn: name });
  }

  #secret(request: Request): Response | undefined {
    const Value = this.secrets.get(fieldOf(request, "Name"));
    return Value === undefined ? undefined : answerInJson(200, { Parameter: { Value } });
  }
}
