// Writes the types of the dialects' GraphQL operations beside their documents, from schema.graphql: `<api>.operations.ts`.
// With --check nothing is written, and it fails where one is out of date.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { plugin } from '@graphql-codegen/typescript-operations';
import { buildSchema, Kind, parse } from 'graphql';

const DOCUMENTS = 'src/rest/dialects';

const CONFIG = {
  // Scalars have the types they have in this process: rows and resolvers meet before anything becomes JSON.
  scalars: {
    ID: 'string',
    SafeInt: 'number',
    LocalDate: 'string',
    DateTime: { input: 'string', output: 'Date' },
    Upload: 'graphql-upload-ts#Upload',
  },
  strictScalars: true,
  immutableTypes: true,
  skipTypename: true,
  useTypeImports: true,
  namingConvention: 'keep',
  disableDescriptions: true,
};

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));

const capitalised = (word) => `${word[0].toUpperCase()}${word.slice(1)}`;

/** Each operation by its name, for rows to be typed by. */
const tableOf = (name, { definitions }) =>
  [
    `export type ${capitalised(name)}Operations = {`,
    ...definitions
      .filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
      .map((definition) => {
        const type = `${definition.name.value}${capitalised(definition.operation)}`;
        return `  ${definition.name.value}: { variables: ${type}Variables; data: ${type} };`;
      }),
    '};',
    '',
  ].join('\n');

async function typesOf(name) {
  const document = parse(readFileSync(path.join(DOCUMENTS, `${name}.graphql`), 'utf8'));
  const { prepend, content } = await plugin(schema, [{ document }], CONFIG, { outputFile: '' });
  const head = `// Written by \`npm run operations\` from schema.graphql and ${name}.graphql.`;
  return [head, ...prepend, content, tableOf(name, document)].join('\n').replace(/\n{3,}/g, '\n\n');
}

for (const file of readdirSync(DOCUMENTS).filter((one) => one.endsWith('.graphql'))) {
  const name = path.basename(file, '.graphql');
  const target = path.join(DOCUMENTS, `${name}.operations.ts`);
  const wanted = await typesOf(name);
  if (existsSync(target) && readFileSync(target, 'utf8') === wanted) continue;
  if (process.argv.includes('--check')) {
    console.error(`${target} is out of date: npm run operations`);
    process.exitCode = 1;
  } else {
    writeFileSync(target, wanted);
    console.log(`Wrote ${target}.`);
  }
}
