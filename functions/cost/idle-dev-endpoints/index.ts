/**
 * Tells which development endpoints and interactive sessions of Glue have been there for days. AWS
 * measures nothing of what is done on them, and bills their workers by the hour all the time: so what
 * counts is how long one has been there unchanged. An endpoint that is made again has another address,
 * and what a session holds in memory goes with it: so this tells, and changes nothing.
 */
import type { DevEndpoint, Session } from "@aws-sdk/client-glue";
import * as z from "zod/mini";
import { getDevEndpoints, listSessions } from "../../../aws/glue/dev-endpoint.ts";
import { count } from "../../../sdk/counted.ts";
import { report } from "../../../sdk/report.ts";
import { before, days, inWords, minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";

/** What has been there for days. */
export interface StandingDevelopment {
  readonly kind: "dev endpoint" | "session";
  readonly name: string;
  /** In the words of the table: `5 × G.1X`. */
  readonly workers: string;
  readonly since: Date;
  /** What ends it by itself. */
  readonly ends: string;
}

/** One whose making failed is not billed. */
const isBilled = ({ Status }: DevEndpoint): boolean => Status === "READY";

const workersOf = (
  number: number | undefined,
  type: string | undefined,
  capacity: number | undefined,
): string => {
  if (number !== undefined && type) return `${number} × ${type}`;
  return capacity === undefined ? "not known" : `${capacity} DPU`;
};

/** Unchanged since then; nothing: AWS does not say. */
const sinceOf = ({ CreatedTimestamp, LastModifiedTimestamp }: DevEndpoint): Date | undefined =>
  LastModifiedTimestamp && CreatedTimestamp && LastModifiedTimestamp > CreatedTimestamp
    ? LastModifiedTimestamp
    : CreatedTimestamp;

function endpointRow(endpoint: DevEndpoint): StandingDevelopment | undefined {
  const since = sinceOf(endpoint);
  if (!since || !isBilled(endpoint)) return undefined;
  const { EndpointName = "", NumberOfWorkers, WorkerType, NumberOfNodes } = endpoint;
  const workers = workersOf(NumberOfWorkers, WorkerType, NumberOfNodes);
  return { kind: "dev endpoint", name: EndpointName, workers, since, ends: "nothing" };
}

function sessionRow(session: Session): StandingDevelopment | undefined {
  const { Id = "", Status, CreatedOn, IdleTimeout } = session;
  if (Status !== "READY" || !CreatedOn) return undefined;
  const workers = workersOf(session.NumberOfWorkers, session.WorkerType, session.MaxCapacity);
  const ends =
    IdleTimeout === undefined
      ? "not known"
      : `${inWords(minutes(IdleTimeout))} without a statement`;
  return { kind: "session", name: Id, workers, since: CreatedOn, ends };
}

export default report({
  id: "idle-dev-endpoints",
  family: "cost",
  summary: "Tells which development endpoints and sessions of Glue have been there for days",
  on: [sweep("cron(30 7 * * ? *)", { window: minutes(30) })],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.gte(1), z.lte(60)), 2)
      .check(z.describe("How long one must have been there, unchanged.")),
    except: z
      ._default(z.array(z.string().check(z.minLength(1))), [])
      .check(z.describe("Beginnings of names that are not told.")),
  }),
  reads: [getDevEndpoints, listSessions],

  async *find({ read, now, config }): AsyncGenerator<StandingDevelopment> {
    const earliest = before(now, days(config.days));
    const isTold = (row: StandingDevelopment | undefined): row is StandingDevelopment =>
      row !== undefined &&
      row.since <= earliest &&
      !config.except.some((beginning) => row.name.startsWith(beginning));
    for await (const endpoint of read(getDevEndpoints({}))) {
      const row = endpointRow(endpoint);
      if (isTold(row)) yield row;
    }
    for await (const session of read(listSessions({}))) {
      const row = sessionRow(session);
      if (isTold(row)) yield row;
    }
  },

  tell(found: readonly StandingDevelopment[], { region, config }) {
    if (!found.length) return undefined;
    const [have, them] = found.length === 1 ? ["has", "it"] : ["have", "them"];
    return {
      title: `${count(found.length, "development endpoint or session", "development endpoints and sessions")} of Glue in ${region} ${have} been there for ${count(config.days, "day")} or longer`,
      severity: "info",
      facts: {
        "how sure that is": `AWS measures nothing of what is done on ${them}: somebody may be at work`,
        price:
          "what they cost is not known here; their workers are paid for by the hour, used or not",
        "what to do":
          "Ask whoever made them: CloudTrail's CreateDevEndpoint and CreateSession say who. Then delete the endpoint, stop the session; a session with a shorter idle timeout ends by itself",
      },
      table: {
        columns: ["kind", "name", "workers", "since", "what ends it"],
        rows: found
          .toSorted((a, b) => a.since.getTime() - b.since.getTime())
          .map(({ kind, name, workers, since, ends }) => [
            ...[kind, name, workers, since.toISOString().slice(0, 10), ends],
          ]),
      },
      affected: found.map(({ name }) => name),
    };
  },
});
