/**
 * Lambda: asynchronous invocations that failed for good, as a function's on-failure destination
 * tells of them. The payload is the function's own and is not told. Its source is `lambda`, which
 * anybody may write: such a message is labelled and carries no link (rule: events-close-nothing).
 */
import * as z from "zod/mini";
import { cut } from "../../../sdk/plain.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { fields, number, text } from "../../../sdk/signals/lenient.ts";
import { matchesName, message, namesInEvent } from "../../../sdk/signals/telling.ts";

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

export default signal({
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

  tell({ requestContext: request, responseContext, responsePayload: answer }, { config, region }) {
    const name = request.functionArn.split(":")[6] ?? request.functionArn;
    if (matchesName(config.ignore, name)) return undefined;
    const error = [answer?.errorType, answer?.errorMessage].filter(Boolean).join(": ");
    const given = why.get(request.condition ?? "");
    return message({
      title: `The function ${name} failed${given ? ` ${given}` : ""}${error ? `: ${cut(error, 200)}` : ""}`,
      severity: matchesName(config.critical, name) ? "critical" : "warning",
      affected: [request.functionArn],
      facts: {
        request: request.requestId,
        condition: request.condition,
        tries: request.approximateInvokeCount,
        error: responseContext?.functionError,
        said: error && cut(error, 700),
      },
      link: consolePage(region)`lambda/home?region=${region}#/functions/${name}?tab=monitoring`,
      key: request.functionArn.split(":").slice(0, 7).join(":"),
    });
  },
});
