/** How many columns of a terminal a text takes, and what may be printed at all. */

/** Ranges of characters that take two columns: East Asian wide ones and emoji. */
const wide: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x23e9, 0x23f3],
  [0x2614, 0x2615],
  [0x26aa, 0x26ab],
  [0x2705, 0x2705],
  [0x274c, 0x274e],
  [0x2753, 0x2757],
  [0x2795, 0x2797],
  [0x2b1b, 0x2b1c],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe4f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x1fa70, 0x1faff],
  [0x20000, 0x3fffd],
];

/** Columns of one character: 0 for combining marks, 2 for wide ones, else 1. */
export function columnsOf(character: string): number {
  if (/^[\p{Mn}\p{Me}\u200b-\u200d\ufe0f]$/u.test(character)) return 0;
  const code = character.codePointAt(0) ?? 0;
  return wide.some(([low, high]) => code >= low && code <= high) ? 2 : 1;
}

/** Columns of a text that has neither tabs nor line ends. */
export function textColumns(text: string): number {
  return [...text].reduce((sum, character) => sum + columnsOf(character), 0);
}

/** True for characters that would move the cursor, colour or reorder what follows on a terminal. */
export function isUnsafe(character: string): boolean {
  return /^[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]$/u.test(character);
}

/** The text with unsafe characters shown as U+FFFD. */
export function safeText(text: string): string {
  return [...text].map((one) => (one !== "\n" && isUnsafe(one) ? "\ufffd" : one)).join("");
}
