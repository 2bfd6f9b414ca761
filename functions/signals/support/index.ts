/**
 * AWS Support: cases that are opened, answered by AWS, resolved, so that an answer does not wait
 * unread in the console.
 */
import * as z from "zod/mini";
import { consolePage, globalRegion } from "../../../sdk/signals/console-link.ts";
import { text } from "../../../sdk/signals/lenient.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";

const detail = z.object({
  "event-name": z.string(),
  "case-id": text,
  "display-id": text,
  origin: text,
});

type Update = z.output<typeof detail>;

function byWhom({ origin }: Update): string {
  if (!origin) return "";
  return origin === "AWS" ? ", by AWS" : ", by us";
}

export default stateSignal({
  id: "support",
  family: "signals",
  summary: "Tells of cases at AWS Support: opened, answered, resolved",
  on: [{ source: "aws.support", detailType: "Support Case Update" }],
  config: z.strictObject({}),
  detail,

  subject({ "case-id": id, "display-id": number }, { account, region }) {
    const name = number ?? id;
    if (!name) throw new Error("the event names no case");
    return {
      name,
      affected: [],
      link: consolePage(globalRegion(region))`support/home#/case/?displayId=${name}`,
      key: `support/${account}/${name}`,
    };
  },

  state({ detail: { "event-name": name, origin } }) {
    // Our own words need not be told to us.
    const ours = name === "AddCommunicationToCase" && origin?.toUpperCase() === "CUSTOMER";
    return ours ? undefined : name;
  },
  states: {
    CreateCase: {
      severity: "info",
      title: ({ subject, detail }) => `The support case ${subject.name} is opened${byWhom(detail)}`,
    },
    ReopenCase: {
      severity: "info",
      title: ({ subject, detail }) =>
        `The support case ${subject.name} is opened again${byWhom(detail)}`,
    },
    AddCommunicationToCase: {
      severity: "info",
      title: ({ subject, detail }) =>
        `The support case ${subject.name} has an answer${byWhom(detail)}`,
    },
    ResolveCase: {
      over: "told",
      title: ({ subject }) => `The support case ${subject.name} is resolved`,
    },
  },

  facts: ({ subject, detail: { "event-name": event, origin } }) => ({
    case: subject.name,
    event,
    from: origin,
  }),
});
