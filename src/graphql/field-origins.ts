import { getMetadataStorage } from 'type-graphql';

type Storage = ReturnType<typeof getMetadataStorage>;

/** What makes a field whose value is there already. */
export type Property = Storage['fields'][number];
/** What makes a field by calling a resolver. */
export type Method = Storage['queries'][number] | Storage['fieldResolvers'][number];

/** Of an object type, and not of a resolver. */
const isOwn = (method: Method): boolean => 'kind' in method && method.kind === 'internal';

/** What type-graphql knows of the fields that some resolvers make, and of the types they are of. */
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

  /** The object whose method it is; undefined for one of an object type. */
  resolverOf = ({ target }: Method): object | undefined =>
    this.resolvers.find((resolver) => resolver.constructor === target);

  method = (type: string, field: string): Method | undefined => this.methods.get(`${type}.${field}`);

  /** Of the class of a type, or one that it inherits from. */
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

  /** How often `@Extensions` says something under this key of what makes a field; all but one would be lost. */
  declarations(key: string, maker: Method | Property): number {
    const name = 'methodName' in maker ? maker.methodName : maker.name;
    const { fieldExtensions } = this.storage;
    return fieldExtensions.filter(
      ({ target, fieldName, extensions }) =>
        target === maker.target && fieldName === name && key in extensions,
    ).length;
  }

  /** Whether the objects of an input's class could do something that plain ones cannot. */
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
