import type { OpenChannel } from "../channels.ts";
import { slackApi } from "./api.ts";
import { slack } from "./channel.ts";
import type { SlackSetting } from "./setting.ts";
import { refs } from "./thread.ts";

const open: OpenChannel<SlackSetting> = (
  name,
  { channel, token },
  { secrets, store, clock, log, text, people, familyOf, urls },
) =>
  slack(
    {
      name,
      channel,
      api: async () =>
        slackApi({ token: await secrets.read(token), ...(urls?.slack && { url: urls.slack }) }),
      renewed: () => secrets.renewed(token),
      refs: refs(store, name, clock),
      log,
    },
    {
      ...text,
      member: (person) => people[person]?.slack,
      byHours: (unit) => familyOf?.(unit) === "hours",
    },
  );

export default open;
