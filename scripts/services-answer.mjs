// Exits 0 when both a PostgreSQL and a Redis answer at the addresses given.
import { Redis } from 'ioredis';
import pg from 'pg';

const [, , postgresUrl, redisUrl] = process.argv;
const redis = new Redis(redisUrl, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 });
redis.on('error', () => {});
try {
  const client = new pg.Client({ connectionString: postgresUrl, connectionTimeoutMillis: 3000 });
  await client.connect();
  await client.query('select 1');
  await client.end();
  await redis.connect();
  await redis.ping();
} catch (error) {
  console.log(`no answer: ${error.message}`);
  process.exitCode = 1;
} finally {
  redis.disconnect();
}
