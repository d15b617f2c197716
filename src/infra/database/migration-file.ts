import type { MigrationDiff } from '@mikro-orm/core';
import { TSMigrationGenerator } from '@mikro-orm/migrations';

/** `ignoreRoutines` holds for the way up alone: on the way down MikroORM takes the functions for new. */
const isOfTables = (sql: string): boolean => sql !== '' && !sql.startsWith('create or replace function');

/** Writes a new migration in the form that the others have. */
export class MigrationFile extends TSMigrationGenerator {
  override generateMigrationFile(className: string, { up, down }: MigrationDiff): string {
    return [
      `import { Migration } from '@mikro-orm/migrations';\n`,
      `export class ${className} extends Migration {`,
      `${this.method('up', up)}\n`,
      this.method('down', down.filter(isOfTables)),
      '}\n',
    ].join('\n');
  }

  private method(name: string, statements: readonly string[]): string {
    const lines = statements.map((sql) => this.createStatement(sql.replace(/;$/, ''), 4));
    return `  override ${name}(): void {\n${lines.join('')}  }`;
  }
}
