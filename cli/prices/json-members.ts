/**
 * Reads single members out of a JSON document that is too large to be held: it is looked at as it
 * comes, what is not wanted is passed over, and only a wanted member is parsed.
 */

/** What is done with a member: its value is taken, its own members are looked at, or neither. */
export type Wanting = "take" | "enter" | "pass";

export interface MemberReader {
  /** @param path names from the document, whose own is empty and which is entered, to the member */
  readonly wanted: (path: readonly string[]) => Wanting;
  readonly take: (path: readonly string[], value: unknown) => void;
  /** Of a member that is taken, in bytes. */
  readonly most: number;
}

const byte = {
  quote: 0x22,
  backslash: 0x5c,
  open: 0x7b,
  close: 0x7d,
  openList: 0x5b,
  closeList: 0x5d,
  comma: 0x2c,
  colon: 0x3a,
} as const;

const isSpace = (code: number): boolean =>
  code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/** What comes next between values. */
type Expected = "value" | "key" | "colon" | "comma" | "end";

export class JsonMembers {
  readonly #reader: MemberReader;
  readonly #path: string[] = [];
  #entered = 0;
  #expected: Expected = "value";
  /** Set within a value. */
  #within: "key" | Wanting | undefined;
  #depth = 0;
  #inString = false;
  #isEscaped = false;
  #isLiteral = false;
  #pieces: Buffer[] = [];
  #size = 0;
  #offset = 0;

  constructor(reader: MemberReader) {
    this.#reader = reader;
  }

  /** The next part of the document. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length)
      at = this.#within === undefined ? this.#between(chunk, at) : this.#inside(chunk, at);
    this.#offset += chunk.length;
  }

  /** @throws where the document was not whole */
  end(): void {
    if (this.#expected !== "end") throw new Error("the document ends before it is whole");
  }

  #wrong(at: number): Error {
    return new Error(`the document is not JSON at byte ${this.#offset + at}`);
  }

  #between(chunk: Buffer, at: number): number {
    const code = chunk[at] ?? 0;
    if (isSpace(code)) return at + 1;
    if (this.#expected === "value") return this.#begin(code, at);
    if (this.#expected === "key" && code === byte.quote) {
      this.#start("key");
      return at;
    }
    if (this.#expected === "colon" && code === byte.colon) {
      this.#expected = "value";
      return at + 1;
    }
    if (this.#expected === "comma" && code === byte.comma) {
      this.#expected = "key";
      return at + 1;
    }
    const mayClose = this.#expected === "comma" || this.#expected === "key";
    if (mayClose && code === byte.close) {
      this.#entered -= 1;
      this.#ended();
      return at + 1;
    }
    throw this.#wrong(at);
  }

  #begin(code: number, at: number): number {
    const wanting = this.#reader.wanted(this.#path);
    if (wanting === "enter" && code === byte.open) {
      this.#entered += 1;
      this.#expected = "key";
      return at + 1;
    }
    if (this.#entered === 0) throw this.#wrong(at);
    if (code === byte.comma || code === byte.close || code === byte.colon) throw this.#wrong(at);
    this.#start(wanting === "take" ? "take" : "pass");
    return at;
  }

  #start(within: "key" | Wanting): void {
    this.#within = within;
    this.#depth = 0;
    this.#inString = false;
    this.#isLiteral = false;
    this.#pieces = [];
    this.#size = 0;
  }

  /** A member has come to its end. */
  #ended(): void {
    this.#path.pop();
    this.#expected = this.#entered === 0 ? "end" : "comma";
  }

  #keep(piece: Buffer): void {
    if (this.#within === "pass") return;
    this.#size += piece.length;
    if (this.#size > this.#reader.most)
      throw new Error(`${this.#path.join(".")} has more than ${this.#reader.most} bytes`);
    this.#pieces.push(Buffer.from(piece));
  }

  /** Up to the end of a value, or of what has come of it. */
  #inside(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length) {
      if (this.#inString) at = this.#pastString(chunk, at);
      else {
        const code = chunk[at] ?? 0;
        if (this.#endsLiteral(code)) return this.#finish(chunk, from, at);
        at += 1;
        this.#step(code);
      }
      if (this.#depth === 0 && !this.#inString && !this.#isLiteral)
        return this.#finish(chunk, from, at);
    }
    this.#keep(chunk.subarray(from));
    return at;
  }

  #endsLiteral(code: number): boolean {
    if (!this.#isLiteral || this.#depth > 0) return false;
    return code === byte.comma || code === byte.close || isSpace(code);
  }

  #step(code: number): void {
    if (code === byte.quote) this.#inString = true;
    else if (code === byte.open || code === byte.openList) this.#depth += 1;
    else if (code === byte.close || code === byte.closeList) this.#depth -= 1;
    else if (this.#depth === 0) this.#isLiteral = true;
  }

  #pastString(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length) {
      const code = chunk[at];
      at += 1;
      if (this.#isEscaped) this.#isEscaped = false;
      else if (code === byte.backslash) this.#isEscaped = true;
      else if (code === byte.quote) {
        this.#inString = false;
        return at;
      }
    }
    return at;
  }

  #finish(chunk: Buffer, from: number, to: number): number {
    const within = this.#within;
    this.#keep(chunk.subarray(from, to));
    this.#within = undefined;
    if (within === "pass") {
      this.#ended();
      return to;
    }
    const value = this.#parsed(to);
    if (within === "key") {
      this.#path.push(String(value));
      this.#expected = "colon";
      return to;
    }
    this.#reader.take(this.#path, value);
    this.#ended();
    return to;
  }

  #parsed(at: number): unknown {
    try {
      return JSON.parse(Buffer.concat(this.#pieces).toString("utf8")) as unknown;
    } catch {
      throw this.#wrong(at);
    }
  }
}
