import { before, days } from "../../../sdk/time.ts";
import type { ReportFixture } from "../../../testing/fixture.ts";
import { record } from "../../../testing/recorded-answer.ts";

const secondsAt = (daysAgo: number): number =>
  Math.floor(before(new Date(), days(daysAgo)).getTime() / 1000);

const desktop = (WorkspaceId: string, more: object = {}) => ({
  WorkspaceId,
  DirectoryId: "d-906732325d",
  UserName: `user-of-${WorkspaceId}`,
  State: "AVAILABLE",
  WorkspaceProperties: { RunningMode: "ALWAYS_ON", ComputeTypeName: "STANDARD" },
  ...more,
});

export const fixture: ReportFixture = {
  settings: { config: { days: 30, except: ["the-auditor"] } },
  async seed(aws) {
    await record(aws, {
      path: "DescribeWorkspaces",
      answer: {
        Workspaces: [
          desktop("ws-left0000000"),
          // Decoys: one that is used, one with somebody at it, one that is being made, one that is to stay.
          desktop("ws-used0000000"),
          desktop("ws-taken000000"),
          desktop("ws-young000000", { State: "PENDING" }),
          desktop("ws-kept0000000", { UserName: "the-auditor" }),
        ],
      },
    });
    await record(aws, {
      path: "DescribeWorkspacesConnectionStatus",
      answer: {
        WorkspacesConnectionStatus: [
          {
            WorkspaceId: "ws-left0000000",
            ConnectionState: "DISCONNECTED",
            LastKnownUserConnectionTimestamp: secondsAt(90),
          },
          {
            WorkspaceId: "ws-used0000000",
            ConnectionState: "DISCONNECTED",
            LastKnownUserConnectionTimestamp: secondsAt(2),
          },
          {
            WorkspaceId: "ws-taken000000",
            ConnectionState: "CONNECTED",
            LastKnownUserConnectionTimestamp: secondsAt(40),
          },
        ],
      },
    });
  },
  told: { title: "Nobody has been connected to 1 WorkSpace in", severity: "info" },
};
