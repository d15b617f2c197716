import 'reflect-metadata';
import { ApolloServer } from '@apollo/server';
import fastifyApollo, { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import { ReflectMetadataProvider } from '@mikro-orm/decorators/legacy';
import { type EntityManager, MikroORM } from '@mikro-orm/postgresql';
import Fastify from 'fastify';
import { GraphQLSafeInt } from 'graphql-scalars';
import {
  Arg,
  buildSchema,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { Address, Currency, Session, User, UserExtra, Verification } from './plain.entities.js';
import { City, Hobby, Image, Province, UserStatus } from './plain.references.js';
import { ageOf, STORAGE_URL, tokenHash } from './values.js';

/** What the gateway would be without care: its libraries, used as their own documentation shows. */

interface Context {
  em: EntityManager;
  viewer: User | null;
}

@InputType()
class UserFilter {
  @Field(() => ID, { nullable: true })
  since?: string;
}

@ObjectType()
class PageInfo {
  @Field()
  hasNextPage!: boolean;
}

@ObjectType()
class UserConnection {
  @Field(() => [User])
  nodes!: User[];

  @Field()
  pageInfo!: PageInfo;
}

@ObjectType()
class RankEntry {
  @Field(() => Int)
  position!: number;

  @Field(() => GraphQLSafeInt)
  amount!: number;

  @Field(() => User)
  user!: User;
}

@ObjectType()
class Rank {
  @Field(() => [RankEntry])
  entries!: RankEntry[];
}

@Resolver(() => User)
class UserResolver {
  @Query(() => User, { nullable: true })
  me(@Ctx() { viewer }: Context): User | null {
    return viewer;
  }

  @Query(() => User, { nullable: true })
  user(@Ctx() { em }: Context, @Arg('id', () => ID) id: string): Promise<User | null> {
    return em.findOne(User, { id: Number(id), status: { $ne: UserStatus.DELETED } });
  }

  @Query(() => UserConnection)
  async users(
    @Ctx() { em }: Context,
    @Arg('filter', () => UserFilter, { nullable: true }) filter: UserFilter,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
  ): Promise<UserConnection> {
    const found = await em.find(
      User,
      { status: UserStatus.ACTIVE, id: { $lt: Number(filter.since) } },
      {
        populate: ['avatar', 'city.province', 'hobbies', 'verification', 'extra'],
        orderBy: { id: 'desc' },
        limit: first + 1,
      },
    );
    return { nodes: found.slice(0, first), pageInfo: { hasNextPage: found.length > first } };
  }

  @Query(() => Rank)
  async rank(
    @Ctx() { em }: Context,
    @Arg('first', () => Int, { defaultValue: 100 }) first: number,
  ): Promise<Rank> {
    const found = await em.find(
      Currency,
      { totalIncome: { $gt: '0' }, user: { status: UserStatus.ACTIVE } },
      { populate: ['user'], orderBy: { totalIncome: 'desc', user: { id: 'asc' } }, limit: first },
    );
    const entries = found.map(({ user, totalIncome }, index) => ({
      position: index + 1,
      amount: Number(totalIncome),
      user,
    }));
    return { entries };
  }

  @Query(() => [Address])
  addresses(@Ctx() { em, viewer }: Context): Promise<Address[]> {
    if (!viewer) throw new Error('UNAUTHENTICATED');
    return em.find(Address, { user: viewer }, { orderBy: { id: 'desc' } });
  }

  @FieldResolver(() => String)
  nickname(@Root() user: User): string {
    return user.nickname ?? user.name;
  }

  @FieldResolver(() => Int, { nullable: true })
  age(@Root() user: User): number | null {
    return user.birthday ? ageOf(user.birthday) : null;
  }

  @FieldResolver(() => String, { nullable: true })
  phone(@Root() user: User, @Ctx() { viewer }: Context): string | null {
    return viewer?.id === user.id ? user.phone : null;
  }

  @FieldResolver(() => String, { nullable: true })
  email(@Root() user: User, @Ctx() { viewer }: Context): string | null {
    return viewer?.id === user.id ? user.email : null;
  }

  @FieldResolver(() => [Hobby])
  hobbies(@Root() user: User): Hobby[] {
    return user.hobbies.getItems();
  }
}

@Resolver(() => Image)
class ImageResolver {
  @FieldResolver(() => String)
  url(@Root() image: Image): string {
    return `${STORAGE_URL}/${image.key}`;
  }
}

@Resolver(() => City)
class CityResolver {
  @FieldResolver(() => String)
  province(@Root() city: City): string {
    return city.province.name;
  }
}

const orm = await MikroORM.init({
  entities: [Address, City, Currency, Hobby, Image, Province, Session, User, UserExtra, Verification],
  metadataProvider: ReflectMetadataProvider,
  clientUrl: process.env.DATABASE_URL,
  pool: { min: 0, max: 10 },
});

async function viewerOf(em: EntityManager, authorization: string | undefined): Promise<User | null> {
  if (!authorization) return null;
  const session = await em.findOne(
    Session,
    {
      tokenHash: tokenHash(authorization),
      revokedAt: null,
      expiresAt: { $gt: new Date() },
      user: { status: UserStatus.ACTIVE },
    },
    { populate: ['user'] },
  );
  return session?.user ?? null;
}

const app = Fastify();
const server = new ApolloServer<Context>({
  schema: await buildSchema({ resolvers: [UserResolver, ImageResolver, CityResolver] }),
  plugins: [fastifyApolloDrainPlugin(app)],
  stopOnTerminationSignals: false,
});
await server.start();
app.get('/readyz', async () => ({ status: 'ok' }));
await app.register(fastifyApollo(server), {
  context: async (request) => {
    const em = orm.em.fork() as EntityManager;
    return { em, viewer: await viewerOf(em, request.headers.authorization) };
  },
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
process.on('SIGTERM', () => {
  void Promise.all([app.close(), orm.close()]).then(() => process.exit(0));
});
