/** The verbs of on-call: `incident …` and `oncall`. */
import type { AddVerb, Carry, FeatureVerbs } from "../cli/io/verbs.ts";

/** `incident …`: each does one thing with incidents. */
function incidentVerbs(verb: AddVerb, carry: Carry): void {
  const verbs = () => import("./commands/incident.ts");
  verb("list", "open incidents, worst first, then those that are over")
    .option("--limit <number>", "how many", "20")
    .action((options) => carry(async (io) => (await verbs()).incidentListCommand(options, io)));
  verb("show <id>", "all of one: what it affects, its timeline, what Nightshift did").action(
    (id, options) => carry(async (io) => (await verbs()).show(id, options, io)),
  );
  verb("ack <id>", "you have it: nobody else is called").action((id, options) =>
    carry(async (io) => (await verbs()).ack(id, options, io)),
  );
  verb("snooze <id>", "quiet for a time; told anew if it is still open then")
    .requiredOption("--for <span>", "like 30m, 2h or 1d, at most 14d")
    .action((id, options) => carry(async (io) => (await verbs()).snooze(id, options, io)));
  verb("resolve <id>", "it is over, because you say so")
    .requiredOption("--reason <why>", "why")
    .action((id, options) => carry(async (io) => (await verbs()).resolveIncident(id, options, io)));
  verb("note <id> <text>", "a line for its timeline").action((id, text, options) =>
    carry(async (io) => (await verbs()).incidentNoteCommand(id, text, options, io)),
  );
  verb("report <id>", "a page for those who look at it afterwards, in Markdown")
    .option("--out <file>", "writes it there, and the chart beside it as SVG")
    .action((id, options) =>
      carry(async (io) => (await verbs()).incidentReportCommand(id, options, io)),
    );
}

const addVerbs: FeatureVerbs = ({ verb, group, carry }) => {
  const about = "what is open and who has it; takes, quiets, ends and reports it";
  incidentVerbs(group("incident", about), carry);
  verb("oncall", "who is on call now and next, by the settings")
    .option("--at <time>", "as if it were this time, e.g. 2026-12-24T18:00:00Z")
    .action((options) =>
      carry(async (io) => (await import("./commands/oncall.ts")).oncall(options, io)),
    );
};

export default addVerbs;
