import type { Open } from "../channels.ts";
import { slackApi } from "../slack/api.ts";
import { slack } from "../slack/channel.ts";
import { refs } from "../slack/thread.ts";

export const open: Open<"slack"> = (
  name,
  { channel, token },
  { secrets, store, clock, log, text, people, urls },
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
    { ...text, member: (person) => people[person]?.slack },
  );
