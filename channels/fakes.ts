/** A server for each kind of channel that refuses what the real one refuses, for tests. Made by `npm run generate`. */
export const fakes = {
  pagerduty: () => import("./pagerduty/fake.ts"),
  slack: () => import("./slack/fake.ts"),
  "slack-webhook": () => import("./slack-webhook/fake.ts"),
  teams: () => import("./teams/fake.ts"),
  webhook: () => import("./webhook/fake.ts"),
};
