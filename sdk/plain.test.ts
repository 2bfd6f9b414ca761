import * as fc from "fast-check";
import { expect, test } from "vitest";
import { cut, plain, plainJson, unlinked } from "./plain.ts";

test.each([
  ["web\nDone (0)", "web\\nDone (0)"],
  ["a\rb\tc", "a\\rb\\tc"],
  ["\u0001", "\\x01"],
  ["\u001b[2Jgone", "\\x1b[2Jgone"],
  ["txt.\u202egpj.exe", "txt.\\u{202e}gpj.exe"],
  ["pay\u200bpal", "pay\\u{200b}pal"],
  ["\u009b31m", "\\x9b31m"],
  ["half \ud83d", "half \ufffd"],
  ["Zürich 東京 🌙", "Zürich 東京 🌙"],
])("what controls, reorders or hides text is shown as an escape: %j", (given, shown) =>
  expect(plain(given)).toBe(shown),
);

test("no control character is left, whatever the text", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      (text) => !/[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/u.test(plain(text)),
    ),
  );
});

test("a text is cut to its length and never inside a character", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 20 }), (text, max) => {
      const short = cut(text, max);
      return (
        short.length <= max &&
        (short.isWellFormed() || !text.isWellFormed()) &&
        (text.length > max || short === text)
      );
    }),
  );
});

test.each([
  ["see https://evil.example/x", "see https[:]//evil.example/x"],
  ["www.evil.example", "www[.]evil.example"],
  ["javascript:alert(1)", "javascript[:]alert(1)"],
  ["state: failed", "state: failed"],
])("nothing makes a link of it: %s", (given, shown) => expect(unlinked(given)).toBe(shown));

test("JSON text means the same, and obeys nobody", () => {
  const value = { name: "txt.\u202egpj \u009b31m 🌙 \u{e0041}", more: [1] };
  const shown = plainJson(JSON.stringify(value, null, 1));
  expect(shown).toBe(
    '{\n "name": "txt.\\u202egpj \\u009b31m 🌙 \\udb40\\udc41",\n "more": [\n  1\n ]\n}',
  );
  expect(JSON.parse(shown)).toEqual(value);
});
