import type { GraphQLError } from 'graphql';

/** What lacks, is too much, or must not be null: the names of it that such messages of graphql-js begin with. */
const REASONS = [
  /^Field "(?:\w+\.)?(\w+)" (?:of required type "[^"]*" was not provided\.|is not defined by type "\w+"\.)/,
  /^Field "\w+" argument "(\w+)" of type "[^"]*" is required, but it was not provided\./,
  /^Unknown argument "(\w+)"/,
  /^Argument "(\w+)"/,
];
/** The place in a variable that is named behind what the client sent, and the name of the variable before it. */
const PLACES = [/ at "\w+(?:\.\w+|\[\d+\])*\.(\w+)(?:\[\d+\])*"; $/, /^Variable "\$(\w+)"/];

/**
 * The name of the one input that an error of graphql-js is about; undefined for an error about something else. The errors name
 * inputs in their messages alone, which repeat what the client sent.
 */
export function inputAtFault({ message, originalError }: GraphQLError): string | undefined {
  const reason = originalError?.message ?? message;
  const around = message.slice(0, message.length - (originalError ? reason.length : 0));
  const named = REASONS.map((pattern) => pattern.exec(reason)).find(Boolean);
  return (named ?? PLACES.map((pattern) => pattern.exec(around)).find(Boolean))?.[1];
}
