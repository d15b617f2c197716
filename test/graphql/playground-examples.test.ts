import { readFileSync } from 'node:fs';
import { buildSchema, getVariableValues, Kind, parse, validate } from 'graphql';
import { EXAMPLES } from '../../playground/examples.js';

describe('the example operations of the playground', () => {
  const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));

  test.each(
    EXAMPLES.map((example) => [/^(?:query|mutation) (\w+)/m.exec(example.query)?.[1], example] as const),
  )('the playground example %s is valid with all that follows it', (_, { query, variables }) => {
    const document = parse(query);
    expect(validate(schema, document)).toEqual([]);
    for (const definition of document.definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
      const { errors } = getVariableValues(schema, definition.variableDefinitions ?? [], variables);
      expect(errors).toBeUndefined();
    }
  });
});
