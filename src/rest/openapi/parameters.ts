import { AppError } from '../../errors/app-error.js';
import type { Dialect, Route } from '../dialect.js';
import type { ParameterDocument } from '../parameters.js';
import { type ReadParameter, RecordingInput } from './recording-input.js';

/** The parameters of rows that declare none, found out by letting them read. */

function schemaOf({ type, pattern, enum: values, nullable }: ReadParameter): ParameterDocument['schema'] {
  if (type === 'file') return { type: 'string', format: 'binary' };
  const plain = type === 'list' ? 'string' : type;
  return {
    type: nullable ? ([plain, 'null'] as never) : plain,
    ...(pattern && { pattern }),
    ...(values && { enum: nullable ? [...values, null] : [...values] }),
  };
}

/** A request as a client might make it: everything there but what is absent, and these values of the ones to choose. */
interface Scenario {
  absent: readonly string[];
  chosen: Readonly<Record<string, string>>;
}

interface Reading {
  /** Null when the row refuses the request. */
  variables: Record<string, unknown> | null;
  /** The parameter it is refused for. */
  missing?: string;
  asked: Map<string, ReadParameter>;
}

export const recorder = (dialect: Dialect): RecordingInput =>
  new RecordingInput(new Map(), new Set(), dialect.parameters ?? {}, {});

function read(dialect: Dialect, route: Route, { absent, chosen }: Scenario): Reading {
  const asked = new Map<string, ReadParameter>();
  const input = new RecordingInput(asked, new Set(absent), dialect.parameters ?? {}, chosen);
  try {
    if (route.owner) input.requiredInt(route.owner);
    return { variables: route.variables?.(input) ?? {}, asked };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { variables: null, asked, missing: error.details.field };
  }
}

/** The requests that a row takes: with everything there, each choice made, and one thing less. */
function soundScenarios(dialect: Dialect, route: Route): Scenario[] {
  const full: Scenario = { absent: [], chosen: {} };
  // What is asked for only in the absence of something else counts too.
  const askedWithout = (absent: readonly string[]) => [
    ...read(dialect, route, { ...full, absent }).asked.keys(),
  ];
  const first = askedWithout([]);
  const alternative = askedWithout(first).filter((name) => !first.includes(name));
  const names = [...new Set([...first, ...first.flatMap((name) => askedWithout([name])), ...alternative])];
  const choices = names.flatMap((name) =>
    (dialect.parameters?.[name]?.values ?? []).map((value) => ({
      absent: [],
      chosen: { [name]: value },
    })),
  );
  const sound = (scenario: Scenario) => read(dialect, route, scenario).variables !== null;
  const less = names.map((name) => ({ ...full, absent: [name] }));
  // Other parameters in the place of those first asked for.
  const instead = alternative.length > 0 ? [{ ...full, absent: first }] : [];
  return [full, ...choices, ...less, ...instead].filter(sound);
}

/** The fewest parameters that a scenario does with: what the row asks for when it is sent nothing, one by one. */
function neededIn(dialect: Dialect, route: Route, scenario: Scenario, names: readonly string[]): Set<string> {
  const needed = new Set<string>();
  const without = (given: ReadonlySet<string>) => ({
    ...scenario,
    absent: names.filter((name) => scenario.absent.includes(name) || !given.has(name)),
  });
  for (const _ of names) {
    const { variables, missing } = read(dialect, route, without(needed));
    if (variables) break;
    const usable = missing && !needed.has(missing) && !scenario.absent.includes(missing);
    // The one it names has been ruled out: another takes its place.
    const next = usable
      ? missing
      : names.find((name) => read(dialect, route, without(new Set([...needed, name]))).variables);
    if (next === undefined) break;
    needed.add(next);
  }
  return needed;
}

/** The parameters of a row, and variables for its operation as a sound request makes them. */
export function parametersOf(
  dialect: Dialect,
  route: Route,
): { parameters: ParameterDocument[]; variables: Record<string, unknown> } {
  const scenarios = soundScenarios(dialect, route);
  const asked = new Map<string, ReadParameter>();
  for (const scenario of scenarios) {
    for (const [name, one] of read(dialect, route, scenario).asked) asked.set(name, asked.get(name) ?? one);
  }
  const needed = scenarios.map((scenario) => neededIn(dialect, route, scenario, [...asked.keys()]));
  const isNeeded = (name: string) => needed.length > 0 && needed.every((names) => names.has(name));
  const parameters = [...asked].map(([name, one]) => parameterOf(dialect, name, one, isNeeded(name)));
  const [first] = scenarios;
  return { parameters, variables: (first && read(dialect, route, first).variables) ?? {} };
}

function parameterOf(
  dialect: Dialect,
  name: string,
  one: ReadParameter,
  isNeeded: boolean,
): ParameterDocument {
  const { text = '', example, required } = dialect.parameters?.[innermost(name)] ?? {};
  return { name, meaning: text, example, required: required ?? isNeeded, schema: schemaOf(one) };
}

/** What was read besides the parameters known: a request does without it. */
export const optionalOf = (
  dialect: Dialect,
  { asked }: RecordingInput,
  known: readonly ParameterDocument[],
): ParameterDocument[] =>
  [...asked]
    .filter(([name]) => known.every((parameter) => parameter.name !== name))
    .map(([name, one]) => parameterOf(dialect, name, one, false));

/** `number` of `data[id_card][number]`. */
const innermost = (name: string): string => /\[([^\]]+)\]$/.exec(name)?.[1] ?? name;
