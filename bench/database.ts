import pg from 'pg';

/** One statement that belongs to no transaction, such as `create database`; its rows, if it has any. */
export async function onServer<R = unknown>(url: string, sql: string): Promise<R[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql).finally(() => client.end());
  return rows as R[];
}
