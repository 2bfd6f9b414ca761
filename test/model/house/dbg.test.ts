import { test } from "vitest";
import { watched } from "./watches.ts";
test("dbg", async () => {
  const { house, problems } = await watched("alarm", { faults: [{ of: process.env.OF ?? "incidents", at: Number(process.env.AT ?? 3), fault: (process.env.FAULT ?? "denied") as never, lasts: Number(process.env.LASTS ?? 1) }] });
  console.log(problems);
  console.log((house.made.get(process.env.OF ?? "incidents") ?? []).map(({ operation, input }, at) => `${at} ${operation} ${JSON.stringify(input).slice(0, 230)}`).join("\n"));
  console.log(house.slack.messages.map(({ text, thread, edited, ts }) => `${ts} ${thread} ${edited} ${text}`).join("\n"));
  console.log(house.lost, house.phone.opened);
});
