import { AppError } from '../../errors/app-error.js';
import type { Dialect, Route } from '../dialect.js';
import { type ReadParameter, RecordingInput } from './recording-input.js';

/** What a dialect's document says of a parameter; rows know only how they read it. */
export interface ParameterText {
  text: string;
  example?: string;
  /** The values it may have, where the row does not list them itself. */
  values?: readonly string[];
}

export interface Parameter extends ReadParameter {
  name: string;
  required: boolean;
  text: string;
  example?: string;
}

/** A request as a client might make it: everything there but what is absent, and these values of the ones to choose. */
interface Scenario {
  absent: readonly string[];
  chosen: Readonly<Record<string, string>>;
}

interface Reading {
  /** Null when the row refuses the request. */
  variables: Record<string, unknown> | null;
  asked: Map<string, ReadParameter>;
}

function read(dialect: Dialect, route: Route, { absent, chosen }: Scenario): Reading {
  const asked = new Map<string, ReadParameter>();
  const input = new RecordingInput(asked, new Set(absent), dialect.parameters, chosen);
  try {
    if (route.owner) input.requiredInt(route.owner);
    return { variables: route.variables?.(input) ?? {}, asked };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { variables: null, asked };
  }
}

/** The requests that a row takes: with everything there, or where that is too much, with one thing less. */
function soundScenarios(dialect: Dialect, route: Route): Scenario[] {
  const full: Scenario = { absent: [], chosen: {} };
  const names = [...read(dialect, route, full).asked.keys()];
  const choices = names.flatMap((name) =>
    (dialect.parameters[name]?.values ?? []).map((value) => ({ absent: [], chosen: { [name]: value } })),
  );
  const sound = (scenario: Scenario) => read(dialect, route, scenario).variables !== null;
  const taken = [full, ...choices].filter(sound);
  return taken.length > 0 ? taken : names.map((name) => ({ ...full, absent: [name] })).filter(sound);
}

/** The parameters of a row, and variables for its operation as a sound request makes them. */
export function parametersOf(
  dialect: Dialect,
  route: Route,
): { parameters: Parameter[]; variables: Record<string, unknown> } {
  const scenarios = soundScenarios(dialect, route);
  const asked = new Map<string, ReadParameter>();
  for (const scenario of scenarios) {
    for (const [name, one] of read(dialect, route, scenario).asked) asked.set(name, asked.get(name) ?? one);
  }
  const refusedWithout = (name: string) =>
    scenarios.every(
      ({ absent, chosen }) => read(dialect, route, { absent: [...absent, name], chosen }).variables === null,
    );
  const parameters = [...asked].map(([name, one]) => {
    const { text = '', example } = dialect.parameters[innermost(name)] ?? {};
    return { name, ...one, text, example, required: refusedWithout(name) };
  });
  const [first] = scenarios;
  return { parameters, variables: (first && read(dialect, route, first).variables) ?? {} };
}

/** `number` of `data[id_card][number]`. */
const innermost = (name: string): string => /\[([^\]]+)\]$/.exec(name)?.[1] ?? name;
