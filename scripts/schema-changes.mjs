// What has changed in the schema since the last release: writes docs/schema-changelog.md, or with --check says whether it is
// up to date. Refuses a breaking change that schema/announced.json does not announce, and an announcement of none.
// `--schema FILE` looks at another schema than schema.graphql, and writes nothing.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { diff } from '@graphql-inspector/core';
import { buildSchema, isInputObjectType, isRequiredArgument, isRequiredInputField } from 'graphql';

const PAGE = 'docs/schema-changelog.md';
const { values } = parseArgs({ options: { check: { type: 'boolean' }, schema: { type: 'string' } } });

const read = (file) => readFileSync(file, 'utf8');
const numbersOf = (file) => file.split('.').map(Number);
/** The schema of the last release; those before it are kept for their readers. */
const last = readdirSync('schema')
  .filter((file) => file.endsWith('.graphql'))
  .sort((one, other) => {
    const [numbers, others] = [numbersOf(one), numbersOf(other)];
    return numbers[0] - others[0] || numbers[1] - others[1] || numbers[2] - others[2];
  })
  .at(-1);
const [before, after] = [`schema/${last}`, values.schema ?? 'schema.graphql'].map((file) =>
  buildSchema(read(file)),
);
const announced = JSON.parse(read('schema/announced.json'));

const isBreaking = ({ criticality }) => criticality.level === 'BREAKING';
const compared = await diff(before, after);

/** The inputs of a schema by their places: which have to be given, and of which exactly one field has. */
function demandsOf(schema) {
  const demands = new Map();
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInputObjectType(type)) demands.set(type.name, type.isOneOf);
    for (const field of Object.values(type.getFields?.() ?? {})) {
      if (isInputObjectType(type)) demands.set(`${type.name}.${field.name}`, isRequiredInputField(field));
      for (const argument of field.args ?? [])
        demands.set(`${type.name}.${field.name}.${argument.name}`, isRequiredArgument(argument));
    }
  }
  return demands;
}

/** What asks more of clients than it did, though it has the same type: the comparison does not count it. */
const [former, present] = [demandsOf(before), demandsOf(after)];
const narrowed = [...present]
  .filter(([path, demands]) => demands && former.get(path) === false)
  .map(([path]) => ({ path, message: `'${path}' asks more of clients`, criticality: { level: 'BREAKING' } }))
  .filter(({ path }) => !compared.some((change) => change.path === path && isBreaking(change)));

const changes = [...compared, ...narrowed];
const breaking = changes.filter(isBreaking);
const problems = [
  ...breaking
    .filter(({ message }) => announced[message] === undefined)
    .map(
      ({ path, message }) =>
        `${path} breaks clients: ${message}. Keep it, or announce it in schema/announced.json.`,
    ),
  ...Object.keys(announced)
    .filter((message) => !breaking.some((change) => change.message === message))
    .map((message) => `${message}: this is announced in schema/announced.json, but breaks nothing.`),
];

const places = (...types) =>
  changes
    .filter(({ type }) => types.includes(type))
    .toSorted((one, other) => (one.path < other.path ? -1 : 1));
const listed = (found, textOf) => [...new Set(found.map(textOf))].map((text) => `- ${text}`);
const section = (title, lines) => (lines.length === 0 ? [] : [`## ${title}`, '', ...lines, '']);

/** The reason of each thing that is deprecated, by its place in the schema. */
function deprecated() {
  const found = [];
  const note = (place, { deprecationReason }) => {
    if (deprecationReason) found.push(`- \`${place}\`: ${deprecationReason}`);
  };
  for (const type of Object.values(after.getTypeMap())) {
    for (const field of Object.values(type.getFields?.() ?? {})) {
      note(`${type.name}.${field.name}`, field);
      for (const argument of field.args ?? [])
        note(`${type.name}.${field.name}(${argument.name}:)`, argument);
    }
  }
  return found.sort();
}

const page = [
  '# Changes of the schema',
  '',
  `Since ${last.replace('.graphql', '')}, written by \`npm run schema:changes\`. What breaks clients is announced in`,
  '`schema/announced.json`; `npm run check` refuses what is not.',
  '',
  ...section(
    'What breaks clients',
    listed(breaking, ({ message }) => `${message.replaceAll("'", '`')}. ${announced[message]}`),
  ),
  ...section('Deprecated', deprecated()),
  ...section(
    'New types',
    listed(places('TYPE_ADDED'), ({ path }) => `\`${path}\``),
  ),
  ...section(
    'New fields and arguments of types that were there',
    listed(
      places('FIELD_ADDED', 'FIELD_ARGUMENT_ADDED', 'INPUT_FIELD_ADDED', 'ENUM_VALUE_ADDED'),
      ({ path }) => `\`${path}\``,
    ),
  ),
]
  .join('\n')
  .trimEnd();

if (values.check && !values.schema && read(PAGE) !== `${page}\n`)
  problems.push(`${PAGE} is not up to date: npm run schema:changes`);
if (!values.check && !values.schema) writeFileSync(PAGE, `${page}\n`);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
