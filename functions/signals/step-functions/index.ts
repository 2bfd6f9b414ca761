/**
 * Step Functions: executions that fail, time out or are aborted. One failure is not mended by
 * another's success: nothing closes it.
 */
import * as z from "zod/mini";
import { cut } from "../../../sdk/plain.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { text } from "../../../sdk/signals/lenient.ts";
import {
  lastOf,
  matchesName,
  message,
  namesInEvent,
  unshouted,
} from "../../../sdk/signals/telling.ts";

const states = ["FAILED", "TIMED_OUT", "ABORTED"] as const;
const detail = z.object({
  executionArn: z.string(),
  stateMachineArn: z.string(),
  status: z.string(),
  name: text,
  error: text,
  cause: text,
});

export default signal({
  id: "step-functions",
  family: "signals",
  summary: "Tells of executions of Step Functions that fail",
  on: [
    {
      source: "aws.states",
      detailType: "Step Functions Execution Status Change",
      where: { status: states },
    },
  ],
  config: z.strictObject({
    critical: namesInEvent(
      "State machines whose failure is critical, `prod-*` names all that begin so.",
    ),
    ignore: namesInEvent("State machines that are not told."),
  }),
  detail,

  tell({ executionArn, stateMachineArn, status, name, error, cause }, { config, region }) {
    const machine = lastOf(stateMachineArn);
    if (matchesName(config.ignore, machine) || !states.some((one) => one === status))
      return undefined;
    return message({
      title: `The state machine ${machine} ${status === "ABORTED" ? "was aborted" : `has ${unshouted(status)}`}${error ? `: ${error}` : ""}`,
      severity:
        status === "ABORTED"
          ? "info"
          : matchesName(config.critical, machine)
            ? "critical"
            : "warning",
      affected: [stateMachineArn],
      facts: {
        execution: name ?? lastOf(executionArn),
        status,
        error,
        cause: cause && cut(cause, 500),
      },
      link: consolePage(
        region,
      )`states/home?region=${region}#/v2/executions/details/${executionArn}`,
      key: stateMachineArn,
    });
  },
});
