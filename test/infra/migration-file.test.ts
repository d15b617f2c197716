import { MigrationFile } from '../../src/infra/database/migration-file.js';

test('a new migration has the form of the others, and the way down leaves the functions alone', () => {
  const file = new MigrationFile({} as never, {} as never, {} as never);
  const diff = {
    up: ['alter table "users" add "x" int null;'],
    down: ['alter table "users" drop column "x";', '', 'create or replace function "name_key"() …', ''],
  };
  expect(
    file.generateMigrationFile('Migration1_x', diff),
  ).toBe(`import { Migration } from '@mikro-orm/migrations';

export class Migration1_x extends Migration {
  override up(): void {
    this.addSql(\`alter table "users" add "x" int null\`);
  }

  override down(): void {
    this.addSql(\`alter table "users" drop column "x"\`);
  }
}
`);
});
