import { SESv2Client } from "@aws-sdk/client-sesv2";
import type { OpenChannel } from "../channels.ts";
import { email } from "./email.ts";
import { reachedIn } from "./reached.ts";
import type { EmailSetting } from "./setting.ts";

const open: OpenChannel<EmailSetting> = (
  name,
  { from, to },
  { clients, home, people, text, store, clock },
) =>
  // A mail that is sent again after no answer would be a second one: only throttling is tried again
  // by the SDK itself.
  email(
    {
      name,
      from,
      to,
      address: (person) => people[person]?.email,
      reached: reachedIn(store, name, clock),
      client: clients.get(SESv2Client, home, undefined, "throttling") as SESv2Client,
    },
    text,
  );

export default open;
