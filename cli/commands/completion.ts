/** `completion`: a script that completes the command line in a shell. */
import type { Command } from "commander";
import { UsageError } from "../../sdk/errors.ts";
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";

interface Word {
  readonly name: string;
  readonly description: string;
  readonly options: readonly string[];
  readonly takesUnit: boolean;
  readonly words: readonly Word[];
}

const wordOf = (command: Command): Word => ({
  name: command.name(),
  description: command.description(),
  options: command.options.flatMap(({ long }) => long ?? []),
  takesUnit: command.registeredArguments.some((argument) => argument.name() === "unit"),
  words: command.commands.map(wordOf),
});

const choicesAfter = ({ options, words }: Word, units: readonly string[]): string =>
  [...words.map(({ name }) => name), ...units, ...options].join(" ");

function bash(top: Word, units: readonly string[]): string {
  const cases = top.words.map(
    (word) => `    ${word.name}) words="${choicesAfter(word, word.takesUnit ? units : [])}" ;;`,
  );
  return `_nightshift() {
  local words
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    *) words="" ;;
  esac
  [ "$COMP_CWORD" -eq 1 ] && words="${top.words.map(({ name }) => name).join(" ")}"
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _nightshift nightshift`;
}

/** In zsh the script for bash is understood as it is. */
const zsh = (top: Word, units: readonly string[]): string =>
  `autoload -Uz compinit bashcompinit && compinit && bashcompinit\n${bash(top, units)}`;

const quoted = (text: string): string => `'${text.replaceAll("'", "\\'")}'`;

function fish(top: Word, units: readonly string[]): string {
  const verbs = top.words.map(
    ({ name, description }) =>
      `complete -c nightshift -n __fish_use_subcommand -f -a ${name} -d ${quoted(description)}`,
  );
  const after = top.words.flatMap((word) => {
    const seen = `complete -c nightshift -n '__fish_seen_subcommand_from ${word.name}'`;
    const values = [...word.words.map(({ name }) => name), ...(word.takesUnit ? units : [])];
    return [
      ...(values.length ? [`${seen} -f -a ${quoted(values.join(" "))}`] : []),
      ...word.options.map((option) => `${seen} -l ${option.slice("--".length)}`),
    ];
  });
  return [...verbs, ...after].join("\n");
}

const shells: Readonly<Record<string, (top: Word, units: readonly string[]) => string>> = {
  bash,
  zsh,
  fish,
};

/** @throws {UsageError} for a shell that is not known */
export async function completion(shell: string, top: Command, io: Io): Promise<number> {
  const script = shells[shell];
  if (!script) throw new UsageError(`there is no completion for ${shell}; give bash, zsh or fish`);
  const { unitIds } = await import("../place/units.ts");
  io.print(script(wordOf(top), unitIds));
  return exit.done;
}
