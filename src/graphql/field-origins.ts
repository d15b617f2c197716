import { getMetadataStorage } from 'type-graphql';

type Storage = ReturnType<typeof getMetadataStorage>;

/** A field whose value is a property of the object. */
export type Property = Storage['fields'][number];
/** A field whose value comes from a method. */
export type Method = Storage['queries'][number] | Storage['fieldResolvers'][number];

/** True for a method of an object type, false for one of a resolver. */
const isOwn = (method: Method): boolean => 'kind' in method && method.kind === 'internal';

/** The metadata that type-graphql keeps of the fields of a schema that is built from these resolvers. */
export class FieldOrigins {
  private readonly storage = getMetadataStorage();
  private readonly methods: ReadonlyMap<string, Method>;

  constructor(private readonly resolvers: readonly object[]) {
    const { queries, mutations, fieldResolvers, objectTypes } = this.storage;
    const isUsed = (one: Method) => isOwn(one) || this.resolverOf(one) !== undefined;
    const nameOf = new Map<unknown, string>(objectTypes.map(({ target, name }) => [target, name]));
    const pairs = (type: string, methods: readonly Method[]) =>
      methods.filter(isUsed).map((one): [string, Method] => [`${type}.${one.schemaName}`, one]);
    this.methods = new Map([
      ...pairs('Query', queries),
      ...pairs('Mutation', mutations),
      ...fieldResolvers.flatMap((one) => pairs(nameOf.get(one.getObjectType?.()) ?? '', [one])),
    ]);
  }

  /** The resolver that has the method; undefined when an object type has it. */
  resolverOf = ({ target }: Method): object | undefined =>
    this.resolvers.find((resolver) => resolver.constructor === target);

  method = (type: string, field: string): Method | undefined => this.methods.get(`${type}.${field}`);

  /** The property of a type's class, or of one that it inherits from. */
  property(type: string, field: string): Property | undefined {
    const { objectTypes } = this.storage;
    let target: unknown = objectTypes.find(({ name }) => name === type)?.target;
    while (typeof target === 'function') {
      const own = objectTypes.find((one) => one.target === target)?.fields ?? [];
      const found = own.find(({ schemaName }) => schemaName === field);
      if (found) return found;
      target = Object.getPrototypeOf(target);
    }
    return undefined;
  }

  /** The keys that `@Extensions` sets on a method or property; of a key that comes twice, all but one would be lost. */
  declarations(maker: Method | Property): string[] {
    const name = 'methodName' in maker ? maker.methodName : maker.name;
    return this.storage.fieldExtensions
      .filter(({ target, fieldName }) => target === maker.target && fieldName === name)
      .flatMap(({ extensions }) => Object.keys(extensions));
  }

  /** True when objects of an input's class have methods, which plain objects have not. */
  hasMethods(input: string): boolean {
    const Class = this.storage.inputTypes.find(({ name }) => name === input)?.target;
    let prototype: unknown = Class?.prototype;
    while (prototype && prototype !== Object.prototype) {
      if (Object.getOwnPropertyNames(prototype).length > 1) return true;
      prototype = Object.getPrototypeOf(prototype);
    }
    return false;
  }
}
