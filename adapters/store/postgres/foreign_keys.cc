#include "adapters/store/postgres/foreign_keys.h"

#include <string>

namespace keelson {
namespace {

// Stores the declarations of the foreign keys and returns the statements that drop them. Covers the service's
// own tables only, not tables of other applications that reference them. Keeps the declarations that an
// interrupted transfer by an older program version has stored, and appends the new declarations.
constexpr char kStoreDeclarations[] = R"(
WITH keys AS (
  SELECT oid, conrelid::regclass AS owner, quote_ident(conname) AS name FROM pg_constraint
  WHERE contype = 'f' AND conrelid IN (
    'credentials'::regclass, 'sessions'::regclass, 'email_tokens'::regclass, 'orders'::regclass,
    'order_references'::regclass, 'order_lines'::regclass, 'order_payments'::regclass,
    'refunds'::regclass)
), kept AS (
  INSERT INTO settings (name, value)
  SELECT $1, convert_to(string_agg(
    format('ALTER TABLE %s ADD CONSTRAINT %s %s;', owner, name, pg_get_constraintdef(oid)), '' ORDER BY oid), 'UTF8')
  FROM keys HAVING count(*) > 0
  ON CONFLICT (name) DO UPDATE SET value = settings.value || excluded.value
)
SELECT coalesce(string_agg(format('ALTER TABLE %s DROP CONSTRAINT %s;', owner, name), ''), '') FROM keys)";

}  // namespace

void PgForeignKeys::Suspend() {
  RunScriptFrom(kStoreDeclarations);
}

void PgForeignKeys::Restore() {
  RunScriptFrom(
      "WITH kept AS (DELETE FROM settings WHERE name = $1 RETURNING value) "
      "SELECT coalesce((SELECT convert_from(value, 'UTF8') FROM kept), '')");
}

void PgForeignKeys::RunScriptFrom(const char* sql) {
  PgResult result;
  connection_.Queue(sql, PgParameters(kForeignKeysSetting).view(), PgConnection::kAnyNumber, &result);
  connection_.Finish(Deadline::Never());
  std::string script;
  result.Read(0, script);
  connection_.RunScript(script, Deadline::Never());
}

}  // namespace keelson
