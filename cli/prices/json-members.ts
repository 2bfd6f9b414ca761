/**
 * Reads single members out of a JSON document that is too large to be held: what is not wanted is
 * passed over as it comes, and only a wanted member is put together.
 */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import Assembler from "stream-json/assembler.js";
import { parser } from "stream-json/parser.js";

type Token = parser.Token;

/** What is done with a member: its value is taken, its own members are looked at, or neither. */
export type Wanting = "take" | "enter" | "pass";

export interface MemberReader {
  /** @param path names from the document, whose own is empty and which is entered, to the member */
  readonly wanted: (path: readonly string[]) => Wanting;
  readonly take: (path: readonly string[], value: unknown) => void;
  /** Characters that the names and texts of a member that is taken may have. */
  readonly most: number;
}

/** How a token changes the depth that it stands in. */
const step = ({ name }: Token): number => {
  if (name === "startObject" || name === "startArray") return 1;
  return name === "endObject" || name === "endArray" ? -1 : 0;
};

class Members {
  readonly #reader: MemberReader;
  readonly #path: string[] = [];
  #taking: Assembler | undefined;
  #size = 0;
  /** Set within what is passed over. */
  #depth = 0;

  constructor(reader: MemberReader) {
    this.#reader = reader;
  }

  next(token: Token): void {
    if (this.#taking) this.#take(this.#taking, token);
    else if (this.#depth > 0) this.#pass(token);
    else if (token.name === "keyValue") this.#path.push(token.value);
    else if (token.name === "endObject") this.#path.pop();
    else this.#begin(token);
  }

  #begin(token: Token): void {
    const wanting = this.#reader.wanted(this.#path);
    if (wanting === "enter" && token.name === "startObject") return;
    if (!this.#path.length) throw new Error("the document is not an object");
    if (wanting !== "take") {
      this.#pass(token);
      return;
    }
    this.#size = 0;
    this.#taking = new Assembler();
    this.#take(this.#taking, token);
  }

  #pass(token: Token): void {
    this.#depth += step(token);
    if (this.#depth === 0) this.#path.pop();
  }

  #take(assembler: Assembler, token: Token): void {
    if ("value" in token) this.#size += String(token.value).length;
    if (this.#size > this.#reader.most)
      throw new Error(`${this.#path.join(".")} has more than ${this.#reader.most} characters`);
    assembler.consume(token);
    if (!assembler.done) return;
    this.#taking = undefined;
    this.#reader.take(this.#path, assembler.current);
    this.#path.pop();
  }
}

/**
 * @param chunks the document, in UTF-8, as it comes
 * @throws where it is not whole, or not JSON
 */
export async function readMembers(
  chunks: AsyncIterable<Buffer>,
  reader: MemberReader,
): Promise<void> {
  const members = new Members(reader);
  const tokenized = parser.asStream({ packValues: true, streamValues: false });
  // The parser's own errors say where its grammar stood, and not of what.
  tokenized.on("error", (error) => {
    if (error.message.startsWith("Parser "))
      error.message = `the document is not JSON, or not whole (${error.message})`;
  });
  await pipeline(Readable.from(chunks), tokenized, async (tokens: AsyncIterable<Token>) => {
    for await (const token of tokens) members.next(token);
  });
}
