/**
 * A name server on this machine that answers what zones of the embedded AWS hold: for directories
 * that look at proofs, and for whoever waits until all servers know them.
 */
import { createSocket } from "node:dgram";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** Types of records, by their numbers (RFC 1035 and later). */
export const recordTypes = { A: 1, NS: 2, CNAME: 5, SOA: 6, TXT: 16, AAAA: 28, CAA: 257 } as const;
export type RecordType = keyof typeof recordTypes;

export interface DnsRecord {
  /** In small letters, without a dot at the end. */
  readonly name: string;
  readonly type: RecordType;
  /** An address, a name, or the text of a TXT record. */
  readonly value: string;
}

/** What there is of a name, of any type; `undefined`: there is no such name. */
export type DnsZone = (name: string) => Promise<readonly DnsRecord[] | undefined>;

export interface DnsServer {
  /** `address:port` */
  readonly address: string;
  /** How often it was asked for each name and type. */
  readonly asked: Map<string, number>;
  stop(): Promise<void>;
}

interface Question {
  readonly name: string;
  readonly type: number;
  /** The question as it came. */
  readonly raw: Buffer;
}

function questionIn(packet: Buffer): Question {
  const labels: string[] = [];
  let at = 12;
  for (let length = packet[at] ?? 0; length > 0; length = packet[at] ?? 0) {
    labels.push(packet.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = packet.readUInt16BE(at + 1);
  return { name: labels.join(".").toLowerCase(), type, raw: packet.subarray(12, at + 5) };
}

const nameBytes = (name: string): Buffer =>
  Buffer.concat([
    ...name
      .split(".")
      .filter(Boolean)
      .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, "latin1")])),
    Buffer.from([0]),
  ]);

/** Strings of at most 255 bytes each. */
function textBytes(text: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < text.length || at === 0; at += 255) {
    const part = text.subarray(at, at + 255);
    parts.push(Buffer.from([part.length]), part);
  }
  return Buffer.concat(parts);
}

function dataOf({ type, value }: DnsRecord): Buffer {
  if (type === "A") return Buffer.from(value.split(".").map(Number));
  if (type === "TXT") return textBytes(Buffer.from(value));
  return nameBytes(value);
}

function recordBytes(record: DnsRecord): Buffer {
  const data = dataOf(record);
  const head = Buffer.alloc(10);
  head.writeUInt16BE(recordTypes[record.type], 0);
  head.writeUInt16BE(1, 2);
  head.writeUInt32BE(1, 4);
  head.writeUInt16BE(data.length, 8);
  return Buffer.concat([nameBytes(record.name), head, data]);
}

/** Follows aliases, as a server does that asks others for whoever asks it. */
async function answersTo(
  { name, type }: Question,
  zone: DnsZone,
): Promise<DnsRecord[] | undefined> {
  const answers: DnsRecord[] = [];
  let asked = name;
  for (let turn = 0; turn < 8; turn += 1) {
    const found = await zone(asked);
    if (!found) return undefined;
    const wanted = found.filter((each) => recordTypes[each.type] === type);
    const alias = found.find((each) => each.type === "CNAME");
    if (wanted.length || !alias) return [...answers, ...wanted];
    answers.push(alias);
    asked = alias.value;
  }
  return answers;
}

/** NXDOMAIN, as RFC 1035 numbers it. */
const noSuchName = 3;

function packetOf(
  query: Buffer,
  { raw }: Question,
  found: readonly DnsRecord[] | undefined,
): Buffer {
  const answers = found ?? [];
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  // An answer, of a server with authority that also asks others.
  head.writeUInt16BE(0x8580 + (found ? 0 : noSuchName), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(answers.length, 6);
  return Buffer.concat([head, raw, ...answers.map(recordBytes)]);
}

/** Over TCP each packet comes after its length. */
function overTcp(socket: Socket, answer: (query: Buffer) => Promise<Buffer>): void {
  let held = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
      const end = 2 + held.readUInt16BE(0);
      const query = held.subarray(2, end);
      held = held.subarray(end);
      answer(query).then(
        (packet) => {
          const length = Buffer.alloc(2);
          length.writeUInt16BE(packet.length);
          socket.write(Buffer.concat([length, packet]));
        },
        () => socket.destroy(),
      );
    }
  });
}

/** @param port a free one where 0 */
export async function startDnsServer(zone: DnsZone, port = 0): Promise<DnsServer> {
  const asked = new Map<string, number>();
  const answer = async (query: Buffer): Promise<Buffer> => {
    const question = questionIn(query);
    const key = `${question.name} ${question.type}`;
    asked.set(key, (asked.get(key) ?? 0) + 1);
    return packetOf(query, question, await answersTo(question, zone));
  };
  const server = createServer((socket) => overTcp(socket, answer));
  await new Promise<void>((bound) => server.listen(port, "127.0.0.1", bound));
  const own = (server.address() as AddressInfo).port;
  const udp = createSocket("udp4");
  // What cannot be answered is not, like a server that is down.
  udp.on("message", (query, { address, port: to }) => {
    answer(query).then(
      (packet) => udp.send(packet, to, address),
      () => undefined,
    );
  });
  await new Promise<void>((bound) => udp.bind(own, "127.0.0.1", bound));
  udp.unref();
  server.unref();
  return {
    address: `127.0.0.1:${own}`,
    asked,
    async stop() {
      // Else a process that has nothing else to do ends here.
      udp.ref();
      server.close();
      await new Promise<void>((closed) => udp.close(() => closed()));
    },
  };
}
