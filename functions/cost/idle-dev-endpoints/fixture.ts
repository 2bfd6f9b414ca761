import { before, days } from "../../../sdk/time.ts";
import type { ReportFixture } from "../../../testing/fixture.ts";
import { record } from "../../../testing/recorded-answer.ts";

const secondsAt = (daysAgo: number): number =>
  Math.floor(before(new Date(), days(daysAgo)).getTime() / 1000);

const endpoint = (EndpointName: string, daysAgo: number, Status = "READY") => ({
  ...{ EndpointName, Status, NumberOfNodes: 5, GlueVersion: "1.0" },
  CreatedTimestamp: secondsAt(daysAgo),
  LastModifiedTimestamp: secondsAt(daysAgo),
});
const session = (Id: string, daysAgo: number, Status = "READY") => ({
  ...{ Id, Status, WorkerType: "G.1X", NumberOfWorkers: 5, IdleTimeout: 2880 },
  CreatedOn: secondsAt(daysAgo),
});

export const fixture: ReportFixture = {
  settings: { config: { days: 2, except: ["kept-"] } },
  async seed(aws) {
    // Decoys: new ones, one that failed, one that is to stay, a session that is over.
    const DevEndpoints = [
      endpoint("forgotten", 60),
      endpoint("new", 1),
      endpoint("failed", 60, "FAILED"),
      endpoint("kept-for-training", 60),
    ];
    const Sessions = [
      session("notebook-of-ann", 9),
      session("new", 1),
      session("over", 9, "TIMEOUT"),
    ];
    await record(aws, { path: "GetDevEndpoints", answer: { DevEndpoints } });
    await record(aws, {
      path: "ListSessions",
      answer: { Ids: Sessions.map(({ Id }) => Id), Sessions },
    });
  },
  told: { title: "2 development endpoints and sessions of Glue in", severity: "info" },
};
