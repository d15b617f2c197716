import 'reflect-metadata';
import { execute, type GraphQLSchema, parse } from 'graphql';
import {
  Arg,
  Args,
  ArgsType,
  Authorized,
  type BuildSchemaOptions,
  Ctx,
  createParameterDecorator,
  Field,
  FieldResolver,
  getMetadataStorage,
  Info,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
  UseMiddleware,
} from 'type-graphql';
import { buildBoundSchema } from '../../src/graphql/binder.js';

/** Fields are bound to methods in one way, and what that way would leave out is refused at boot. */

// What classes say of themselves is kept for the whole process, and other files build schemas in it.
const storage = getMetadataStorage();
const before = Object.entries(storage).map(([name, list]) => [name, [...list]] as const);
afterAll(() => void Object.assign(storage, Object.fromEntries(before)));

type Class = new () => object;

const build = (Resolver: Class, options: Partial<BuildSchemaOptions> = {}): GraphQLSchema =>
  buildBoundSchema([new Resolver()], { authChecker, ...options });

const pass = async (_data: unknown, next: () => Promise<unknown>) => next();
const authChecker = () => true;

@InputType()
class Point {
  @Field(() => Int)
  x!: number;

  @Field(() => Int, { defaultValue: 7 })
  y!: number;
}

@ObjectType()
class Thing {
  @Field(() => Int)
  id!: number;

  @Field(() => Int, { name: 'size' })
  length!: number;
}

@Resolver(() => Thing)
class Whole {
  private readonly factor = 2;

  @Query(() => Thing)
  thing(
    @Arg('point', () => Point) point: Point,
    @Arg('by', () => Int, { nullable: true }) by?: number,
  ): Thing {
    return { id: point.x * this.factor, length: (by ?? 1) * point.y };
  }

  @Mutation(() => Int)
  change(@Ctx() ctx: { seen: string[] }, @Arg('many', () => [Point]) many: Point[]): number {
    ctx.seen.push('changed');
    return many.length;
  }

  @FieldResolver(() => Int)
  double(@Root() { id }: Thing): number {
    return id * this.factor;
  }
}

test('methods are called with root, context and arguments, properties read by their own name', async () => {
  const schema = build(Whole);
  const ask = (text: string, contextValue = { seen: [] as string[] }) =>
    execute({ schema, document: parse(text), contextValue });
  const answer = await ask('{ thing(point: { x: 3 }, by: 2) { id size double } }');
  expect(answer).toEqual({ data: { thing: { id: 6, size: 14, double: 12 } } });
  const contextValue = { seen: [] as string[] };
  expect(await ask('mutation { change(many: [{ x: 1 }, { x: 2 }]) }', contextValue)).toEqual({
    data: { change: 2 },
  });
  expect(contextValue.seen).toEqual(['changed']);
});

@ArgsType()
class Bounds {
  @Field(() => Int)
  most!: number;
}

@InputType()
class Measured {
  @Field(() => Int)
  x!: number;

  twice(): number {
    return this.x * 2;
  }
}

@ObjectType()
class Guarded {
  @Authorized()
  @Field(() => Int)
  id!: number;

  @UseMiddleware(pass)
  @Field(() => Int)
  size!: number;
}

@ObjectType()
class Active {
  @Field(() => Int)
  computed(): number {
    return 1;
  }
}

@Resolver()
class AuthorizedMethod {
  @Authorized('admin')
  @Query(() => Int)
  secret(): number {
    return 1;
  }
}

@Authorized()
@Resolver()
class AuthorizedClass {
  @Query(() => Int)
  secret(): number {
    return 1;
  }
}

@Resolver()
class WithMiddleware {
  @UseMiddleware(pass)
  @Query(() => Int)
  watched(): number {
    return 1;
  }
}

@UseMiddleware(pass)
@Resolver()
class ClassWithMiddleware {
  @Mutation(() => Int)
  watched(): number {
    return 1;
  }

  @Query(() => Int)
  other(): number {
    return 1;
  }
}

@Resolver()
class OfGuarded {
  @Query(() => Guarded)
  guarded(): Guarded {
    return { id: 1, size: 1 };
  }
}

@Resolver(() => Thing)
class FieldWithMiddleware {
  @Query(() => Thing)
  thing(): Thing {
    return { id: 1, length: 1 };
  }

  @UseMiddleware(pass)
  @FieldResolver(() => Int)
  watched(): number {
    return 1;
  }
}

@Resolver()
class OfActive {
  @Query(() => Active)
  active(): Active {
    return new Active();
  }
}

@Resolver()
class WithCustomParameter {
  @Query(() => Int)
  twice(@createParameterDecorator(() => 2) two: number): number {
    return two;
  }
}

@Resolver()
class WithInfo {
  @Query(() => String)
  path(@Info() info: { fieldName: string }): string {
    return info.fieldName;
  }
}

@Resolver()
class WithArgs {
  @Query(() => Int)
  most(@Args(() => Bounds) { most }: Bounds): number {
    return most;
  }
}

@Resolver()
class WithPartOfContext {
  @Query(() => Int)
  viewer(@Ctx('viewer') viewer: number): number {
    return viewer;
  }
}

@Resolver()
class WithValidatedArgument {
  @Query(() => Int)
  least(@Arg('least', () => Int, { validate: true }) least: number): number {
    return least;
  }
}

@Resolver()
class WithBareParameter {
  @Query(() => Int)
  sum(@Arg('one', () => Int) one: number, other: number): number {
    return one + other;
  }
}

@Resolver()
class WithMethodOfInput {
  @Query(() => Int)
  twice(@Arg('of', () => Measured) of: Measured): number {
    return of.twice();
  }
}

abstract class Base {
  @Query(() => Int)
  inherited(): number {
    return 1;
  }
}
Resolver()(Base);

@Resolver()
class Inheriting extends Base {}

test.each<[string, string, Class, Partial<BuildSchemaOptions>?]>([
  ['@Authorized on a method', 'Query.secret', AuthorizedMethod],
  ['@Authorized on a class', 'Query.secret', AuthorizedClass],
  ['@Authorized on a property', 'Guarded.id', OfGuarded],
  ['@UseMiddleware on a method', 'Query.watched', WithMiddleware],
  ['@UseMiddleware on a class', 'Query.other', ClassWithMiddleware],
  ['@UseMiddleware on a field resolver', 'Thing.watched', FieldWithMiddleware],
  ['a field that is a method of its type', 'Active.computed', OfActive],
  ['a parameter decorator of its own', 'Query.twice', WithCustomParameter],
  ['@Info', 'Query.path', WithInfo],
  ['@Args', 'Query.most', WithArgs],
  ['a part of the context', 'Query.viewer', WithPartOfContext],
  ['a validated argument', 'Query.least', WithValidatedArgument],
  ['a parameter without a decorator', 'Query.sum', WithBareParameter],
  ['an input with a method', 'Measured', WithMethodOfInput],
  ['a method that was inherited', 'Query.inherited', Inheriting],
  ['a global middleware', 'buildSchema', Whole, { globalMiddlewares: [pass] }],
  ['validation of everything', 'buildSchema', Whole, { validate: true }],
])('%s is refused at boot, naming %s', (_what, place, Class, options = {}) => {
  expect(() => build(Class, options)).toThrow(
    new RegExp(`^${place}: .* is not carried out here \\(src/graphql/binder.ts\\)$`),
  );
});
