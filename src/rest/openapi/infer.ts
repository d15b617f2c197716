/** A JSON Schema (2020-12), as far as it is needed here. */
export interface JsonSchema {
  [keyword: string]: unknown;
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  additionalProperties?: JsonSchema;
  anyOf?: JsonSchema[];
}

/** The name in a sample of a key that may be any: the parameter a failure is about. */
export const ANY_KEY = '…';

function objectSchema(value: Record<string, unknown>): JsonSchema {
  const { [ANY_KEY]: anyValue, ...known } = value;
  const defined = Object.entries(known).filter(([, one]) => one !== undefined);
  return {
    type: 'object',
    properties: Object.fromEntries(defined.map(([key, one]) => [key, schemaOf(one)])),
    required: defined.map(([key]) => key),
    ...(anyValue !== undefined && { additionalProperties: schemaOf(anyValue) }),
  };
}

/** The schema that a value is an example of. */
export function schemaOf(value: unknown): JsonSchema {
  if (value === null) return { type: 'null' };
  if (Array.isArray(value)) return { type: 'array', items: value.map(schemaOf).reduce(merge, {}) };
  if (typeof value === 'object') return objectSchema(value as Record<string, unknown>);
  if (typeof value === 'number') return { type: Number.isInteger(value) ? 'integer' : 'number' };
  return { type: typeof value };
}

const isPlain = (schema: JsonSchema): boolean => schema.type !== 'object' && schema.type !== 'array';

function mergeObjects(one: JsonSchema, other: JsonSchema): JsonSchema {
  const properties: Record<string, JsonSchema> = { ...one.properties };
  for (const [key, schema] of Object.entries(other.properties ?? {})) {
    properties[key] = properties[key] ? merge(properties[key], schema) : schema;
  }
  const required = (one.required ?? []).filter((key) => other.required?.includes(key));
  const additional = one.additionalProperties ?? other.additionalProperties;
  return { type: 'object', properties, required, ...(additional && { additionalProperties: additional }) };
}

/** The schema that both are examples of. */
export function merge(one: JsonSchema, other: JsonSchema): JsonSchema {
  if (Object.keys(one).length === 0) return other;
  if (Object.keys(other).length === 0) return one;
  if (one.type === 'object' && other.type === 'object') return mergeObjects(one, other);
  if (one.type === 'array' && other.type === 'array') {
    return { type: 'array', items: merge(one.items ?? {}, other.items ?? {}) };
  }
  if (one.type && other.type && isPlain(one) && isPlain(other)) {
    const types = [...new Set([one.type, other.type].flat())];
    return { type: types.length === 1 ? types[0] : types };
  }
  const alternatives = [...(one.anyOf ?? [one])];
  for (const schema of other.anyOf ?? [other]) {
    const same = alternatives.findIndex(
      (known) => known.type === schema.type || (isPlain(known) && isPlain(schema)),
    );
    if (same === -1) alternatives.push(schema);
    else alternatives[same] = merge(alternatives[same] ?? {}, schema);
  }
  return { anyOf: alternatives };
}
