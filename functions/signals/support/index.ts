/**
 * AWS Support: cases that are opened, answered by AWS, resolved, so that an answer does not wait
 * unread in the console.
 */
import * as z from "zod/mini";
import { signal } from "../../../sdk/signal.ts";
import { consolePage, globalRegion } from "../../../sdk/signals/console-link.ts";
import { text } from "../../../sdk/signals/lenient.ts";
import { message } from "../../../sdk/signals/telling.ts";

const detail = z.object({
  "event-name": z.string(),
  "case-id": text,
  "display-id": text,
  origin: text,
});

const says = new Map([
  ["CreateCase", "is opened"],
  ["ReopenCase", "is opened again"],
  ["AddCommunicationToCase", "has an answer"],
  ["ResolveCase", "is resolved"],
]);

export default signal({
  id: "support",
  family: "signals",
  summary: "Tells of cases at AWS Support: opened, answered, resolved",
  on: [{ source: "aws.support", detailType: "Support Case Update" }],
  config: z.strictObject({}),
  detail,

  tell({ "event-name": name, "case-id": id, "display-id": number, origin }, { account, region }) {
    const what = says.get(name);
    // Our own words need not be told to us.
    if (!what || (name === "AddCommunicationToCase" && origin?.toUpperCase() === "CUSTOMER"))
      return undefined;
    const shown = number ?? id;
    if (!shown) throw new Error("the event names no case");
    return message({
      title: `The support case ${shown} ${what}${origin && name !== "ResolveCase" ? `, by ${origin === "AWS" ? "AWS" : "us"}` : ""}`,
      severity: "info",
      facts: { case: shown, event: name, from: origin },
      link: consolePage(globalRegion(region))`support/home#/case/?displayId=${shown}`,
      key: `support/${account}/${shown}`,
      closes: name === "ResolveCase",
    });
  },
});
