/**
 * Lambda: asynchronous invocations that failed for good, as a function's on-failure destination
 * tells of them. The payload is the function's own and is not told. Its source is `lambda`, which
 * anybody may write: such a message is labelled and carries no link (rule: events-close-nothing).
 */
import * as z from "zod/mini";
import { cut } from "../../../sdk/plain.ts";
import { namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, number, text } from "../../../sdk/signals/lenient.ts";
import { prefixed } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";

const detail = z.object({
  requestContext: z.object({
    functionArn: z.string(),
    requestId: text,
    condition: text,
    approximateInvokeCount: number,
  }),
  responseContext: fields({ statusCode: number, functionError: text }),
  responsePayload: fields({ errorType: text, errorMessage: text }),
});

const why = new Map([
  ["RetriesExhausted", "after all retries"],
  ["EventAgeExceeded", "too old to be tried again"],
]);

type Result = z.output<typeof detail>;

const errorIn = ({ responsePayload: answer }: Result): string =>
  [answer?.errorType, answer?.errorMessage].filter(Boolean).join(": ");

const reasonIn = ({ requestContext: { condition = "" } }: Result): string | undefined =>
  why.get(condition);

export default stateSignal({
  id: "lambda",
  family: "signals",
  summary: "Tells of asynchronous Lambda invocations that failed for good",
  on: [{ source: "lambda", detailType: "Lambda Function Invocation Result - Failure" }],
  config: z.strictObject({
    critical: namesInEvent(
      "Functions whose failure is critical, `orders-*` names all that begin so.",
    ),
    ignore: namesInEvent("Functions that are not told."),
  }),
  detail,

  subject({ requestContext: { functionArn } }, { region }) {
    const name = functionArn.split(":")[6] ?? functionArn;
    return {
      name,
      affected: [functionArn],
      link: consolePage(region)`lambda/home?region=${region}#/functions/${name}?tab=monitoring`,
      // Without version or alias.
      key: functionArn.split(":").slice(0, 7).join(":"),
    };
  },

  state: () => "failed",
  states: {
    failed: {
      severity: "warning",
      mayBeCritical: true,
      title: ({ subject, detail: result }) =>
        `The function ${subject.name} failed${prefixed(" ", reasonIn(result))}${prefixed(": ", cut(errorIn(result), 200))}`,
    },
  },

  facts: ({ detail: result }) => ({
    request: result.requestContext.requestId,
    condition: result.requestContext.condition,
    tries: result.requestContext.approximateInvokeCount,
    error: result.responseContext?.functionError,
    said: cut(errorIn(result), 700),
  }),
});
