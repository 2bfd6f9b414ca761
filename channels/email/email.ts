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
import { digest } from "../../sdk/codec.ts";
import { isDenied } from "../../sdk/errors.ts";
import type { Table } from "../../sdk/message.ts";
import { cut, plain } from "../../sdk/plain.ts";
import type { Channel } from "../channel.ts";
import { Undelivered } from "../undelivered.ts";

export interface EmailParts {
  readonly name: string;
  /** An address that SES has verified. */
  readonly from: string;
  readonly to?: readonly string[] | undefined;
  /** Of whoever is called, by their key in the settings. */
  address(person: string): string | undefined;
  readonly client: Pick<SESv2Client, "send">;
}

/** SES takes 50 recipients a mail. */
const mostRecipients = 50;
const longestSubject = 200;
/** SES takes 40 MB a mail; many mailboxes 10. In characters. */
const mostCsv = 2_000_000;
const picture = "chart.png";
const file = "table.csv";

/** @throws {Undelivered} when there is nobody to write to */
function recipients({ to, address, name }: EmailParts, message: Outgoing): string[] {
  const called = (newsIn(message)?.calls ?? []).flatMap((person) => address(person) ?? []);
  const all = [...new Set(to ?? called)].slice(0, mostRecipients);
  if (all.length === 0)
    throw new Undelivered(
      to
        ? `the settings name no address in channels.${name}.to`
        : "nobody is called for it whose address the settings know",
    );
  return all;
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
  const matter = newsIn(message)?.group ?? message.key;
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

/** What SES says, as whoever tries again needs it. Its own retries are over then. */
function refusal(error: unknown): Undelivered {
  const { name = "", $metadata } = error as {
    name?: string;
    $metadata?: { httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode;
  const said = `SES answered ${name || "nothing"}`;
  if (isDenied(error))
    return new Undelivered(`${said}: the role of this channel may not send from that address`, {
      status,
    });
  const advice: Readonly<Record<string, string>> = {
    MessageRejected: "the sender, or in the sandbox a recipient, is not verified",
    MailFromDomainNotVerifiedException: "the sender's domain is not verified",
    AccountSuspendedException: "sending is suspended for this account",
    SendingPausedException: "sending is paused for this account",
  };
  // A quota of the day is no matter of minutes, but the next second may have room.
  const again =
    status === undefined ||
    status >= 500 ||
    status === 429 ||
    name === "TooManyRequestsException" ||
    name === "LimitExceededException";
  return new Undelivered(advice[name] ? `${said}: ${advice[name]}` : said, { again, status });
}

export const email = (parts: EmailParts, options: TextOptions): Channel => ({
  name: parts.name,
  async send(message) {
    const to = recipients(parts, message);
    try {
      await parts.client.send(new SendEmailCommand(mail(message, parts.from, to, options)));
    } catch (error) {
      throw refusal(error);
    }
  },
});
