// What graphql-eslint has to say of the schema: every rule for schemas and every one for Relay, but for those below.
import graphql from '@graphql-eslint/eslint-plugin';

const schema = new URL('../schema.graphql', import.meta.url).pathname;

export default [
  {
    files: ['**/*.graphql'],
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema } } },
    plugins: { '@graphql-eslint': graphql },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      ...graphql.configs['flat/schema-all'].rules,
      ...graphql.configs['flat/schema-relay'].rules,

      // What belongs together stands together: the order is that of the code, and tells more than the alphabet.
      '@graphql-eslint/alphabetize': 'off',
      // A mutation of one thing takes its id (`follow(userId:)`); an input that holds an id alone would say no more.
      '@graphql-eslint/input-name': 'off',
      // There are mutations.
      '@graphql-eslint/no-root-type': ['error', { disallow: ['subscription'] }],
      // A report has a reporter, whatever it is a part of.
      '@graphql-eslint/no-typename-prefix': 'off',
      // A mutation answers what it changed, of which a client may ask more; `Query` has nothing that belongs to it.
      '@graphql-eslint/require-field-of-type-query-in-mutation-result': 'off',
      // What can be refused to a caller is nullable in `Query`; what everybody is given is not, nor what a mutation has
      // done. That is tested where it can be told apart (test/graphql/permissions.test.ts).
      '@graphql-eslint/require-nullable-result-in-root': 'off',
      // `@deprecated` has a reason and no date: the reason ends with the date.
      '@graphql-eslint/require-deprecation-date': 'off',
      // Mutations that answer a Boolean did so in 0.2.0, and clients read it.
      '@graphql-eslint/no-scalar-result-type-on-mutation': 'off',
      // Parts of a thing (pages, counters, money) have no id, and are kept where the thing is.
      '@graphql-eslint/strict-id-in-types': 'off',
      // Lists that cannot become long are no connections, and connections have `nodes` beside `edges`. Ids are unique
      // within a type, so there is no `Node` to be asked for by an id alone (docs/front-end.md, Relay).
      '@graphql-eslint/relay-edge-types': [
        'error',
        { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false },
      ],
      // Lists by a distance, a count of shared things, or a date of following are read from one end only.
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
    },
  },
];
