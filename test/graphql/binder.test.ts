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
import type { RequestContext, SignedInContext } from '../../src/context.js';
import { buildBoundSchema } from '../../src/graphql/binder.js';
import { createGraphqlServer } from '../../src/graphql/server.js';
import { ABILITIES } from '../../src/policy.js';
import { Internal, Needs, OwnedBy, OwnerOnly, Public, SignedIn } from '../../src/schema/access.js';
import { AtMost, Paged } from '../../src/schema/list-bounds.js';

/** Fields are bound to methods in one way; a decorator that it does not carry out is refused at boot. */

// The metadata of classes is kept for the whole process, and other files build schemas in it.
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

  @Public()
  @Query(() => Thing)
  thing(
    @Arg('point', () => Point) point: Point,
    @Arg('by', () => Int, { nullable: true }) by?: number,
  ): Thing {
    return { id: point.x * this.factor, length: (by ?? 1) * point.y };
  }

  @Public()
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
  const seen: string[] = [];
  const contextValue = { seen, loaders: { clear: () => seen.push('loaders cleared') } };
  const ask = (text: string) => execute({ schema, document: parse(text), contextValue });
  const answer = await ask('{ thing(point: { x: 3 }, by: 2) { id size double } }');
  expect(answer).toEqual({ data: { thing: { id: 6, size: 14, double: 12 } } });
  expect(seen).toEqual([]);
  expect(await ask('mutation { change(many: [{ x: 1 }, { x: 2 }]) }')).toEqual({ data: { change: 2 } });
  expect(seen).toEqual(['changed', 'loaders cleared']);
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
  @Public()
  @Query(() => Int)
  secret(): number {
    return 1;
  }
}

@Authorized()
@Resolver()
class AuthorizedClass {
  @Public()
  @Query(() => Int)
  secret(): number {
    return 1;
  }
}

@Resolver()
class WithMiddleware {
  @UseMiddleware(pass)
  @Public()
  @Query(() => Int)
  watched(): number {
    return 1;
  }
}

@UseMiddleware(pass)
@Resolver()
class ClassWithMiddleware {
  @Public()
  @Mutation(() => Int)
  watched(): number {
    return 1;
  }

  @Public()
  @Query(() => Int)
  other(): number {
    return 1;
  }
}

@Resolver()
class OfGuarded {
  @Public()
  @Query(() => Guarded)
  guarded(): Guarded {
    return { id: 1, size: 1 };
  }
}

@Resolver(() => Thing)
class FieldWithMiddleware {
  @Public()
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
  @Public()
  @Query(() => Active)
  active(): Active {
    return new Active();
  }
}

@Resolver()
class WithCustomParameter {
  @Public()
  @Query(() => Int)
  twice(@createParameterDecorator(() => 2) two: number): number {
    return two;
  }
}

@Resolver()
class WithInfo {
  @Public()
  @Query(() => String)
  path(@Info() info: { fieldName: string }): string {
    return info.fieldName;
  }
}

@Resolver()
class WithArgs {
  @Public()
  @Query(() => Int)
  most(@Args(() => Bounds) { most }: Bounds): number {
    return most;
  }
}

@Resolver()
class WithPartOfContext {
  @Public()
  @Query(() => Int)
  viewer(@Ctx('viewer') viewer: number): number {
    return viewer;
  }
}

@Resolver()
class WithValidatedArgument {
  @Public()
  @Query(() => Int)
  least(@Arg('least', () => Int, { validate: true }) least: number): number {
    return least;
  }
}

@Resolver()
class WithBareParameter {
  @Public()
  @Query(() => Int)
  sum(@Arg('one', () => Int) one: number, other: number): number {
    return one + other;
  }
}

@Resolver()
class WithMethodOfInput {
  @Public()
  @Query(() => Int)
  twice(@Arg('of', () => Measured) of: Measured): number {
    return of.twice();
  }
}

abstract class Base {
  @Public()
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

@OwnedBy((letter: Letter) => letter.to)
@ObjectType()
class Letter {
  @Field(() => Int)
  to!: number;

  @OwnerOnly()
  @Field(() => String, { nullable: true })
  text!: string;

  @OwnerOnly(ABILITIES.reviewVerification)
  @Field(() => Int, { nullable: true, name: 'pages' })
  length!: number;
}

let reads = 0;

@Resolver(() => Letter)
class Letters {
  @Public()
  @Query(() => Letter)
  letter(): Letter {
    return { to: 1, text: 'dear', length: 2 };
  }

  @SignedIn()
  @Query(() => Int, { nullable: true })
  mine(@Ctx() ctx: SignedInContext): number {
    reads += 1;
    return ctx.viewer.userId;
  }

  @Needs(ABILITIES.recordIncome)
  @Mutation(() => Int, { nullable: true })
  book(@Ctx() ctx: SignedInContext): number {
    reads += 1;
    return ctx.viewer.userId;
  }

  @Internal()
  @Query(() => Int, { nullable: true })
  inside(): number {
    reads += 1;
    return 1;
  }

  @OwnerOnly()
  @FieldResolver(() => String, { nullable: true })
  signature(@Root() { to }: Letter): Promise<string> {
    reads += 1;
    return Promise.resolve(`to ${to}`);
  }
}

describe('the rules of fields', () => {
  const context = (userId?: number, ...abilities: string[]) =>
    ({
      requestId: 'r1',
      client: { door: 'anlife', locale: 'en', internal: false },
      viewer: userId ? { userId, sessionId: 1, originId: 1, abilities } : null,
      loaders: { clear: () => undefined },
    }) as unknown as RequestContext;
  const log = { error: () => undefined, warn: () => undefined, info: () => undefined };

  test('are kept interpreted and compiled, before the method is called', async () => {
    const server = await createGraphqlServer(build(Letters), { PLAYGROUND: true }, log as never);
    const ask = async (query: string, ctx: RequestContext) => {
      const { data, errors = [] } = await server.execute({ query }, ctx);
      return [data, ...errors.map(({ extensions }) => extensions?.code)];
    };
    const PRIVATE = '{ letter { to text pages signature } }';
    const hidden = { to: 1, text: null, pages: null, signature: null };
    const shown = { to: 1, text: 'dear', pages: 2, signature: 'to 1' };
    for (let time = 0; time < 5; time++) {
      reads = 0;
      expect(await ask('{ mine }', context())).toEqual([{ mine: null }, 'UNAUTHENTICATED']);
      expect(await ask('mutation { book }', context())).toEqual([{ book: null }, 'UNAUTHENTICATED']);
      expect(await ask('mutation { book }', context(1))).toEqual([{ book: null }, 'FORBIDDEN']);
      expect(await ask('{ inside }', context(1))).toEqual([{ inside: null }, 'FORBIDDEN']);
      expect(await ask(PRIVATE, context())).toEqual([{ letter: hidden }]);
      expect(await ask(PRIVATE, context(2))).toEqual([{ letter: hidden }]);
      expect(await ask(PRIVATE, context(2, ABILITIES.reviewVerification))).toEqual([
        { letter: { ...hidden, pages: 2 } },
      ]);
      expect(reads).toBe(0);
      expect(await ask(PRIVATE, context(1))).toEqual([{ letter: shown }]);
      expect(await ask(PRIVATE, context(2, ABILITIES.readPrivate))).toEqual([{ letter: shown }]);
      expect(await ask('{ mine }', context(3))).toEqual([{ mine: 3 }]);
      expect(await ask('mutation { book }', context(3, ABILITIES.everything))).toEqual([{ book: 3 }]);
      expect(reads).toBe(4);
    }
    await server.apollo.stop();
  });

  @Resolver()
  class Silent {
    @Query(() => Int)
    open(): number {
      return 1;
    }
  }

  @Resolver()
  class Twice {
    @Public()
    @SignedIn()
    @Query(() => Int)
    both(): number {
      return 1;
    }
  }

  @Resolver()
  class Ownerless {
    @OwnerOnly()
    @Query(() => Int, { nullable: true })
    whose(): number {
      return 1;
    }
  }

  @ObjectType()
  class Told {
    @Field(() => Int)
    id!: number;
  }

  // type-graphql drops what a method of another name than the property declares for the same field.
  @Resolver(() => Told)
  class Beside {
    @Public()
    @Query(() => Told)
    told(): Told {
      return { id: 1 };
    }

    @SignedIn()
    @FieldResolver(() => Int, { name: 'id' })
    number(): number {
      return 1;
    }
  }

  @ObjectType()
  class Counted {
    @AtMost(2)
    @Field(() => [Int])
    all!: number[];
  }

  @Resolver(() => Counted)
  class PageBeside {
    @Public()
    @Query(() => Counted)
    counted(): Counted {
      return { all: [1] };
    }

    @Paged()
    @FieldResolver(() => [Int], { name: 'all' })
    several(): number[] {
      return [1, 2];
    }
  }

  @ObjectType()
  class Lost {
    @OwnerOnly()
    @Field(() => Int, { nullable: true })
    secret!: number;
  }

  @Resolver()
  class OfLost {
    @Public()
    @Query(() => Lost)
    lost(): Lost {
      return { secret: 1 };
    }
  }

  @OwnedBy((sure: Sure) => sure.secret)
  @ObjectType()
  class Sure {
    @OwnerOnly()
    @Field(() => Int)
    secret!: number;
  }

  @Resolver()
  class OfSure {
    @Public()
    @Query(() => Sure)
    sure(): Sure {
      return { secret: 1 };
    }
  }

  @InputType()
  class Sealed {
    @OwnerOnly()
    @Field(() => Int, { nullable: true })
    x?: number | null;
  }

  @Resolver()
  class OfSealed {
    @Public()
    @Query(() => Int, { nullable: true })
    open(@Arg('sealed', () => Sealed) { x }: Sealed): number | null | undefined {
      return x;
    }
  }

  @Resolver()
  class Refused {
    @Public('whom the service knows')
    @Query(() => Int)
    known(): number {
      return 1;
    }
  }

  @Resolver()
  class Endless {
    @Public()
    @Query(() => [Int], { nullable: true })
    all(): number[] {
      return [1];
    }
  }

  test.each<[string, Class, string]>([
    ['a list without a bound', Endless, 'Query.all: nothing says how long the list may be'],
    [
      'a refusal of all that was asked',
      Refused,
      'Query.known: what some callers are refused has to be nullable',
    ],
    ['a query without one', Silent, 'Query.open: nothing says who may call it'],
    ['two for one method', Twice, 'Query.both: more than one rule says who may'],
    ['one beside the declaration of its field', Beside, 'Told.id: its “access” is lost'],
    ['a page beside the declaration of its field', PageBeside, 'Counted.all: its “page” is lost'],
    ['an owner of a query', Ownerless, 'Query.whose: a query or mutation has no owner'],
    ['a type that belongs to nobody', OfLost, 'Lost.secret: nothing says whom it belongs to'],
    ['what may not be null', OfSure, 'Sure.secret: what only the owner sees has to be nullable'],
    ['a rule for an input', OfSealed, 'Sealed.x: a rule for an input is not carried out here'],
  ])('%s is refused at boot', (_what, Class, message) => {
    expect(() => build(Class)).toThrow(message);
  });

  test('a method of anybody cannot be given a viewer', () => {
    class Unsound {
      // @ts-expect-error its context has a viewer.
      @Public()
      viewer(ctx: SignedInContext): number {
        return ctx.viewer.userId;
      }
    }
    expect(new Unsound().viewer(context(1) as SignedInContext)).toBe(1);
  });
});
