import type { Pages, Route } from './dialect.js';
import type { Input } from './input.js';

/** Rows that read their parameters themselves instead of declaring them: none is to be added. */

/** What an operation answered; its shape is the operation's own. */
// biome-ignore lint/suspicious/noExplicitAny: the one place where GraphQL's answer enters untyped.
export type Data = any;

/** What a dialect's document says of a parameter; rows know only how they read it. */
export interface ParameterText {
  text: string;
  example?: string;
  /** Where the row does not say so itself. */
  required?: boolean;
  /** The values it may have, where the row does not list them itself. */
  values?: readonly string[];
}

export interface UndeclaredRoute<Meaning = unknown>
  extends Omit<Route<Meaning>, 'parameters' | 'variables' | 'result' | 'fields' | 'pages'> {
  /** The operation's variables; throws INVALID_INPUT for a malformed parameter. */
  variables?(input: Input): Record<string, unknown>;
  fields?(input: Input): Readonly<Record<string, string>>;
  result?(data: Data): unknown;
  pages?: Pages<Data, Data>;
}
