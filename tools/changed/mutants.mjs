// Small changes of a Solidity source, each of which some test should notice.
import { createHash } from "node:crypto";

/** What stands for what. Spaces keep signs of arithmetic apart from others. */
const SWAPS = [
  [/(?<![<>=!])<(?![<=])/g, "<="],
  [/(?<!<)<=/g, "<"],
  [/(?<![=>])>(?![>=])/g, ">="],
  [/(?<!>)>=/g, ">"],
  [/(?<![=!<>])==/g, "!="],
  [/!=/g, "=="],
  [/ \+ /g, " - "],
  [/ - /g, " + "],
  [/ \* /g, " / "],
  [/ \/ /g, " * "],
  [/ % /g, " * "],
  [/ & /g, " | "],
  [/ \| /g, " & "],
  [/&&/g, "||"],
  [/\|\|/g, "&&"],
  [/\+=/g, "-="],
  [/-=/g, "+="],
  [/\|=/g, "&="],
  [/<<(?!=)/g, ">>"],
  [/>>(?!=)/g, "<<"],
  [/\+\+/g, "--"],
  [/!(?![=])/g, ""],
  [/\btrue\b/g, "false"],
  [/\bfalse\b/g, "true"],
  [/ (onlyEnrolments|onlyStudies|onlyDisputes|onlyHospital|restricted|nonReentrant)\b/g, ""],
];
/** In assembly only. */
const ASSEMBLY_SWAPS = [
  [/\badd\(/g, "sub("],
  [/\bsub\(/g, "add("],
  [/\bmul\(/g, "add("],
  [/\band\(/g, "or("],
  [/\bshr\(/g, "shl("],
  [/\bshl\(/g, "shr("],
  [/\beq\(/g, "lt("],
  [/\bgt\(/g, "lt("],
  [/\blt\(/g, "gt("],
];
const NUMBER = /(?<![\w.])(0x[0-9a-fA-F]+|\d[\d_]*)(?![\w.]|\.\d)/g;
const STATEMENT = /^\s*(?!return\b|import\b|pragma\b|using\b|error\b|event\b)(?:if \(.*\) )?[\w.[\]()]+.*;\s*$/;
const DECLARATION = /^\s*(?:type |struct |mapping\b|uint\d* |u?int\d+ |bytes\d* |bool |address |I?[A-Z]\w*(?:\.\w+)? (?:memory|storage|calldata|private|public|internal|constant|immutable)|I[A-Z]\w+ (?:public|private)|\w+\[?\]? (?:public|private|internal|constant|immutable)|\((?:u?int|address|bool|bytes))/;

/** Comments and strings blanked out, places kept. */
const masked = (text) => text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"[^"\n]*"|hex"[^"]*"/g, (found) => found.replace(/[^\n]/g, " "));

/** Lines that hold code which runs. */
const isCode = (line) => /\S/.test(line) && !/^\s*(?:import|pragma|using|error|event|library|contract|abstract|struct|enum|type|modifier|[{})]+;?)/.test(line);

export const mutantsOf = (file, text) => {
  const lines = text.split("\n");
  const code = masked(text).split("\n");
  const seen = new Map();
  const mutants = [];
  let assembly = false;
  code.forEach((line, index) => {
    if (/\bassembly\b/.test(line)) assembly = true;
    const changes = isCode(line) ? changesOf(line, assembly, code[index - 1] ?? "") : [];
    for (const { from, to, put } of changes) {
      const after = lines[index].slice(0, from) + put + lines[index].slice(to);
      if (after === lines[index]) continue;
      const name = `${file}\n${lines[index].trim()}\n${after.trim()}\n${from}`;
      const nth = seen.get(name) ?? 0;
      seen.set(name, nth + 1);
      const id = createHash("sha256").update(`${name}\n${nth}`).digest("hex").slice(0, 12);
      const changed = [...lines.slice(0, index), after, ...lines.slice(index + 1)].join("\n");
      mutants.push({ id, file, line: index + 1, before: lines[index].trim(), after: after.trim(), text: changed });
    }
    if (assembly && /^ {0,8}\}/.test(line)) assembly = false;
  });
  return mutants;
};

const changesOf = (line, assembly, previous) => {
  const changes = [];
  const swaps = assembly ? ASSEMBLY_SWAPS : SWAPS;
  // A loop without an end tells nothing, and one that goes too far always fails
  const head = line.match(/^\s*for \([^;]*;/)?.[0].length ?? -1;
  for (const [sign, put] of swaps) {
    for (const found of line.matchAll(sign)) {
      if (head >= 0 && found.index >= head) continue;
      changes.push({ from: found.index, to: found.index + found[0].length, put });
    }
  }
  for (const found of line.matchAll(NUMBER)) {
    const value = BigInt(found[0].replaceAll("_", ""));
    changes.push({ from: found.index, to: found.index + found[0].length, put: `${value + 1n}` });
  }
  const begins = /[;{}]\s*$|^\s*$/.test(previous);
  const whole = STATEMENT.test(line) && begins && !DECLARATION.test(line) && !/^\s*let /.test(line);
  if (whole) changes.push({ from: line.search(/\S/), to: line.length, put: "" });
  return changes;
};
