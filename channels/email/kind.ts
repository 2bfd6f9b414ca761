import { SESv2Client } from "@aws-sdk/client-sesv2";
import type { Open } from "../channels.ts";
import { email } from "./email.ts";

export const open: Open<"email"> = (name, { from, to }, { clients, home, people, text }) =>
  // A mail that is sent again after no answer would be a second one: only throttling is tried again
  // by the SDK itself.
  email(
    {
      name,
      from,
      to,
      address: (person) => people[person]?.email,
      client: clients.get(SESv2Client, home, undefined, "throttling") as SESv2Client,
    },
    text,
  );
