import { expect, test } from "vitest";
import { bytesText } from "./bytes.ts";

test.each([
  [0, "0 bytes"],
  [1, "1 byte"],
  [1023, "1023 bytes"],
  [1024, "1 KiB"],
  [1_048_575, "1 MiB"],
  [17_179_869_184, "16 GiB"],
  [17_180_000_000, "16 GiB"],
  [-1536, "-1.5 KiB"],
  [2 ** 60, "1024 PiB"],
])("%d is %s", (bytes, text) => expect(bytesText(bytes)).toBe(text));
