/**
 * Mail through Amazon SES: text and HTML, with the chart as a picture within.
 * @see https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
 */
import {
  type Attachment,
  type SESv2Client,
  SendEmailCommand,
  type SendEmailCommandInput,
} from "@aws-sdk/client-sesv2";
import { newsIn, type Outgoing } from "../../messages/outgoing.ts";
import { chartPng } from "../../messages/render/chart-png.ts";
import { asHtml } from "../../messages/render/html.ts";
import { tableCsv } from "../../messages/render/table.ts";
import { asText, type TextOptions, titleText } from "../../messages/render/text.ts";
import { chunks } from "../../sdk/chunks.ts";
import { digest } from "../../sdk/codec.ts";
import { isDenied } from "../../sdk/errors.ts";
import type { Table } from "../../sdk/message.ts";
import { cut, plain } from "../../sdk/plain.ts";
import type { Channel } from "../channel.ts";
import { TakenInPart, Undelivered } from "../undelivered.ts";
import type { Reached } from "./reached.ts";

export interface EmailParts {
  readonly name: string;
  /** An address that SES has verified. */
  readonly from: string;
  readonly to?: readonly string[] | undefined;
  /** Of whoever is called, by their key in the settings. */
  address(person: string): string | undefined;
  /** Who has a message already. */
  readonly reached: Reached;
  readonly client: Pick<SESv2Client, "send">;
}

/** SES takes 50 recipients a mail. */
const mostRecipients = 50;
const longestSubject = 200;
/** SES takes 40 MB a mail; many mailboxes 10. In characters. */
const mostCsv = 2_000_000;
const picture = "chart.png";
const file = "table.csv";

/**
 * All whom it is for.
 * @throws {Undelivered} when there is nobody to write to
 */
function recipients({ to, address, name }: EmailParts, message: Outgoing): string[] {
  const calls = newsIn(message)?.calls ?? [];
  const all = [...new Set(to ?? calls.flatMap((person) => address(person) ?? []))];
  if (all.length > 0) return all;
  if (to) throw new Undelivered(`the settings name no address in channels.${name}.to`);
  if (calls.length > 0)
    throw new Undelivered(
      `the settings know no address of whom is called: give ${calls.map((person) => `people.${person}`).join(" and ")} an email`,
    );
  throw new Undelivered(
    `channels.${name} has no \`to\`, so that it writes to whom is called, and nobody is called for this`,
    { forNobody: true },
  );
}

const pictureOf = (drawn: Uint8Array): Attachment => ({
  FileName: picture,
  RawContent: drawn,
  ContentType: "image/png",
  ContentDisposition: "INLINE",
  ContentId: picture,
  ContentTransferEncoding: "BASE64",
});

/** All rows, for a spreadsheet: with the mark by which it knows the text to be UTF-8. */
const fileOf = (table: Table): Attachment => ({
  FileName: file,
  RawContent: Buffer.from(`\ufeff${cut(tableCsv(table), mostCsv)}`),
  ContentType: "text/csv; charset=utf-8",
  ContentDisposition: "ATTACHMENT",
  ContentTransferEncoding: "BASE64",
});

/**
 * What the mail is made of. Names that belong to one matter let a mail program show them as one
 * conversation.
 */
export function mail(
  message: Outgoing,
  from: string,
  to: readonly string[],
  options: TextOptions,
): SendEmailCommandInput {
  const drawn = message.chart ? chartPng(message.chart, options.timeZone) : undefined;
  const attached = [
    ...(drawn ? [pictureOf(drawn)] : []),
    ...(message.table ? [fileOf(message.table)] : []),
  ];
  const news = newsIn(message);
  const matter = news ? (news.thread ?? news.group) : message.key;
  const [, domain = "nightshift.invalid"] = /@([\w.-]+)>?$/.exec(from) ?? [];
  return {
    FromEmailAddress: from,
    Destination: { ToAddresses: [...to] },
    Content: {
      Simple: {
        Subject: {
          Data: cut(plain(`[${message.severity}] ${titleText(message)}`), longestSubject),
          Charset: "UTF-8",
        },
        Body: {
          Text: { Data: asText(message, options), Charset: "UTF-8" },
          Html: { Data: asHtml(message, options, drawn && `cid:${picture}`), Charset: "UTF-8" },
        },
        Headers: [
          // No answer from absence notes, and no loop between programs.
          { Name: "Auto-Submitted", Value: "auto-generated" },
          ...(matter === undefined
            ? []
            : [{ Name: "References", Value: `<${digest([matter]).slice(0, 32)}@${domain}>` }]),
        ],
        ...(attached.length > 0 && { Attachments: attached }),
      },
    },
  };
}

/** It is about the sender or the account: another recipient changes nothing. */
const forAll = new Set([
  "AccountSuspendedException",
  "MailFromDomainNotVerifiedException",
  "SendingPausedException",
]);

/** What SES says, as whoever tries again needs it. Its own retries are over then. */
interface Refusal {
  readonly error: Undelivered;
  /** A recipient may be why. */
  readonly maybeRecipient: boolean;
}

const advice: Readonly<Record<string, string>> = {
  MessageRejected: "the sender, or in the sandbox a recipient, is not verified",
  MailFromDomainNotVerifiedException: "the sender's domain is not verified",
  AccountSuspendedException: "sending is suspended for this account",
  SendingPausedException: "sending is paused for this account",
  BadRequestException: "an address is not one that mail can be sent to",
};

function refusal(error: unknown): Refusal {
  const { name = "", $metadata } = error as {
    name?: string;
    $metadata?: { httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode;
  const said = `SES answered ${name || "nothing"}`;
  if (isDenied(error)) {
    const why = `${said}: the role of this channel may not send from that address`;
    return { error: new Undelivered(why, { status }), maybeRecipient: false };
  }
  // A quota of the day is no matter of minutes, but the next second may have room.
  const again =
    status === undefined ||
    status >= 500 ||
    status === 429 ||
    name === "TooManyRequestsException" ||
    name === "LimitExceededException" ||
    // Credentials of a role that have run out are followed by new ones.
    name.startsWith("ExpiredToken");
  return {
    error: new Undelivered(advice[name] ? `${said}: ${advice[name]}` : said, { again, status }),
    maybeRecipient: !again && !forAll.has(name),
  };
}

/** Sends one mail to some. @returns why it was not taken */
type SendTo = (to: readonly string[]) => Promise<Refusal | undefined>;

/** What became of the recipients of a message. */
interface Round {
  readonly took: string[];
  readonly missed: string[];
  /** What was said last, of some that were not reached. */
  refused?: Undelivered;
}

/**
 * To all together; where one of them may be why that is refused, to each by itself: SES sends a
 * mail to all of its recipients or to none.
 */
async function sendRound(round: Round, to: readonly string[], send: SendTo): Promise<void> {
  const refused = await send(to);
  if (!refused) {
    round.took.push(...to);
    return;
  }
  if (!round.refused?.again) round.refused = refused.error;
  if (!refused.maybeRecipient) return void (refused.error.again || round.missed.push(...to));
  if (to.length === 1) return void round.missed.push(...to);
  for (const address of to) await sendRound(round, [address], send);
}

export const email = (parts: EmailParts, options: TextOptions): Channel => ({
  name: parts.name,
  async send(message) {
    const { client, from, reached } = parts;
    const all = recipients(parts, message);
    const has = all.length > 1 ? await reached.of(message.id) : () => false;
    const send: SendTo = async (to) => {
      try {
        await client.send(new SendEmailCommand(mail(message, from, to, options)));
        return undefined;
      } catch (error) {
        return refusal(error);
      }
    };
    const left = all.filter((address) => !has(address));
    const round: Round = { took: [], missed: [] };
    for (const to of chunks(left, mostRecipients)) await sendRound(round, to, send);
    const { took, missed, refused } = round;
    if (!refused) return;
    // Who has it does not get it again when it comes again for the others.
    if (refused.again) await reached.add(message.id, took);
    if (refused.again || missed.length === all.length) throw refused;
    throw new TakenInPart(missed, refused.message);
  },
});
