/**
 * Step Functions: executions that fail, time out or are aborted. One failure is not mended by
 * another's success: nothing closes it.
 */
import * as z from "zod/mini";
import { cut } from "../../../sdk/plain.ts";
import { namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { text } from "../../../sdk/signals/lenient.ts";
import { lastOf, prefixed } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";

const detail = z.object({
  executionArn: z.string(),
  stateMachineArn: z.string(),
  status: z.string(),
  name: text,
  error: text,
  cause: text,
});

export default stateSignal({
  id: "step-functions",
  family: "signals",
  summary: "Tells of executions of Step Functions that fail",
  on: [
    {
      source: "aws.states",
      detailType: "Step Functions Execution Status Change",
      where: { status: ["FAILED", "TIMED_OUT", "ABORTED"] },
    },
  ],
  config: z.strictObject({
    critical: namesInEvent(
      "State machines whose failure is critical, `prod-*` names all that begin so.",
    ),
    ignore: namesInEvent("State machines that are not told."),
  }),
  detail,

  subject({ executionArn, stateMachineArn }, { region }) {
    const page = consolePage(region);
    return {
      name: lastOf(stateMachineArn),
      affected: [stateMachineArn],
      link: page`states/home?region=${region}#/v2/executions/details/${executionArn}`,
      key: stateMachineArn,
    };
  },

  state: ({ detail }) => detail.status,
  states: {
    FAILED: {
      severity: "warning",
      mayBeCritical: true,
      title: ({ subject, detail: { error } }) =>
        `The state machine ${subject.name} has failed${prefixed(": ", error)}`,
    },
    TIMED_OUT: {
      severity: "warning",
      mayBeCritical: true,
      title: ({ subject, detail: { error } }) =>
        `The state machine ${subject.name} has timed out${prefixed(": ", error)}`,
    },
    ABORTED: {
      severity: "info",
      title: ({ subject, detail: { error } }) =>
        `The state machine ${subject.name} was aborted${prefixed(": ", error)}`,
    },
  },

  facts: ({ detail: { executionArn, name, status, error, cause } }) => ({
    execution: name ?? lastOf(executionArn),
    status,
    error,
    cause: cause && cut(cause, 500),
  }),
});
