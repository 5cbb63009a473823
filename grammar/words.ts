/**
 * Gives words and two symbols the type that their neighbours decide. One look at the token before and
 * after is enough, which is why the parser needs no backtracking:
 *
 * - `<` opens generic arguments after a TYPE_NAME, and directly after a NAME (no space);
 * - `softmax` is a keyword before `over`, `learn` and `last` before another word, `custom` before `(`;
 * - `/` belongs to `above a / below b` when `below` follows.
 */
import type { IToken, TokenType } from "chevrotain";
import type { Token } from "./token.js";
import * as t from "./tokens.js";

/** Sets token types in place. */
export function assignWords(tokens: readonly Token[]): void {
  for (const token of tokens) {
    if (token.tokenType !== t.Name) continue;
    const type = t.wordTypes.get(token.image);
    if (type !== undefined) retype(token, type);
  }
  for (let k = 0; k < tokens.length; k++) {
    const token = tokens[k];
    const next = tokens[k + 1] as Token | undefined;
    switch (token.tokenType) {
      case t.Less:
        if (k > 0 && opensGenerics(tokens[k - 1], token, tokens[k - 2]))
          retype(token, t.GenericOpen);
        break;
      case t.Slash:
        if (next?.tokenType === t.words.below) retype(token, t.SlashBelow);
        break;
      case t.words.softmax:
        if (next?.tokenType !== t.words.over) retype(token, t.Name);
        break;
      case t.words.custom:
        if (next?.tokenType !== t.LeftParen) retype(token, t.Name);
        break;
      case t.words.learn:
      case t.words.last:
        if (next === undefined || !t.isWord(next.tokenType)) retype(token, t.Name);
        break;
      default:
    }
  }
}

function opensGenerics(before: Token, less: Token, twoBefore: Token | undefined): boolean {
  if (before.tokenType === t.TypeName) return true;
  // A declaration's own name may stand apart from its generics even when it is in lower case.
  if (twoBefore !== undefined && t.isReserved(twoBefore.tokenType) && less.firstOnLine === false) {
    if (declaring.has(twoBefore.tokenType) && t.isWord(before.tokenType)) return true;
  }
  return less.joined && t.isWord(before.tokenType) && !t.isReserved(before.tokenType);
}

const declaring = new Set<TokenType>([
  t.words.neuron,
  t.words.layer,
  t.words.function,
  t.words.equilibrium,
  t.words.model,
]);

/** Changes what a token is for the parser. */
export function retype(token: IToken, type: TokenType): void {
  token.tokenType = type;
  if (type.tokenTypeIdx !== undefined) token.tokenTypeIdx = type.tokenTypeIdx;
}

/** The same token as another type. */
export function retyped(token: Token, type: TokenType): Token {
  const copy = { ...token };
  retype(copy, type);
  return copy;
}
