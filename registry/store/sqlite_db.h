// registry/store/sqlite_db.h: SQLite's C API with owners and Results. Internal to store.
//
// The C API rather than a C++ wrapper: every distribution has it, it throws nothing across this room, and what we need
// of a wrapper is these two classes. Only prepared statements; each is prepared once a connection and reused. A
// Database is used by one thread at a time.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/base/handle.h"
#include "common/base/result.h"

namespace countersign::registry::store {

class Database;

// One run of a prepared statement. Give it values in order, then step until false; it resets itself at the end.
class Query {
 public:
  Query(Query&& other) noexcept : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)) {}
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  Query& operator=(Query&&) = delete;
  ~Query();

  Query& with(std::int64_t value);
  Query& with(std::string_view value);
  Query& with(const std::optional<std::string>& value);
  Query& with(const std::optional<std::int64_t>& value);

  [[nodiscard]] base::Result<bool> step();  // true: a row; already_exists when a unique key or a reference refuses
  [[nodiscard]] base::Result<void> run();   // for statements without rows

  [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

 private:
  friend class Database;
  Query(Database& database, sqlite3_stmt* statement) : database_(&database), statement_(statement) {}
  Database* database_;
  sqlite3_stmt* statement_;  // belongs to the Database; null when it could not be prepared
  int next_ = 1;
  bool bound_ = true;
};

class Database {
 public:
  enum class Open { existing, create };
  static base::Result<std::unique_ptr<Database>> open(const std::string& path, Open how);

  // `sql` must be a literal: statements are kept by its text.
  [[nodiscard]] Query query(std::string_view sql);
  [[nodiscard]] base::Result<void> execute(const char* script);
  [[nodiscard]] std::int64_t changes() const { return sqlite3_changes64(handle_.get()); }
  [[nodiscard]] base::Error error(std::string_view what) const;

 private:
  using Handle = std::unique_ptr<sqlite3, base::Deleter<sqlite3_close_v2>>;
  using Statement = std::unique_ptr<sqlite3_stmt, base::Deleter<sqlite3_finalize>>;
  explicit Database(Handle handle) : handle_(std::move(handle)) {}
  Handle handle_;
  std::unordered_map<std::string_view, Statement> statements_;  // after handle_: finalized first
};

// BEGIN IMMEDIATE … COMMIT; rolled back when it goes without commit. Immediate, because a transaction that reads first
// and writes later can lose its turn without a retry being possible.
class Transaction {
 public:
  enum class Kind { write, read };
  explicit Transaction(Database& database, Kind kind = Kind::write)
      : database_(database), begun_(database.execute(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN")) {}
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  [[nodiscard]] const base::Result<void>& begun() const { return begun_; }
  [[nodiscard]] base::Result<void> commit();

 private:
  Database& database_;
  base::Result<void> begun_;
  bool done_ = false;
};

}  // namespace countersign::registry::store
