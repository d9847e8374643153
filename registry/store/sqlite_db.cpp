#include "registry/store/sqlite_db.h"

#include <fcntl.h>

#include <cerrno>
#include <system_error>

namespace countersign::registry::store {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr int kBusyTimeoutMs = 5000;

// SQLite would create the file with the umask's mode; -wal and -shm then take the mode of the file.
Result<void> create_file(const std::string& path) {
  const base::Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (fd) return {};
  const ErrorCode code = errno == EEXIST ? ErrorCode::already_exists : ErrorCode::io_error;
  return Error(code, path + ": " + std::generic_category().message(errno));
}

}  // namespace

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query& Query::with(std::int64_t value) {
  bound_ = bound_ && sqlite3_bind_int64(statement_, next_++, value) == SQLITE_OK;
  return *this;
}

Query& Query::with(std::string_view value) {
  // Never a null pointer: that would bind NULL for an empty text.
  const char* const data = value.empty() ? "" : value.data();
  bound_ = bound_ &&
           sqlite3_bind_text(statement_, next_++, data, static_cast<int>(value.size()), SQLITE_TRANSIENT) == SQLITE_OK;
  return *this;
}

Query& Query::with(const std::optional<std::string>& value) {
  if (value) return with(std::string_view(*value));
  bound_ = bound_ && sqlite3_bind_null(statement_, next_++) == SQLITE_OK;
  return *this;
}

Query& Query::with(const std::optional<std::int64_t>& value) {
  if (value) return with(*value);
  bound_ = bound_ && sqlite3_bind_null(statement_, next_++) == SQLITE_OK;
  return *this;
}

Result<bool> Query::step() {
  if (statement_ == nullptr || !bound_) return database_->error("statement");
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  if (code == SQLITE_CONSTRAINT) return Error(ErrorCode::already_exists, database_->error("statement").detail);
  return database_->error("statement");
}

Result<void> Query::run() {
  const auto stepped = step();
  if (!stepped) return stepped.error();
  return {};
}

std::string Query::text(int column) const {
  const unsigned char* const bytes = sqlite3_column_text(statement_, column);
  if (bytes == nullptr) return {};
  return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, Open how) {
  if (how == Open::create) {
    const auto created = create_file(path);
    if (!created) return created.error();
  }
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  Handle handle(raw);
  if (code != SQLITE_OK) {
    const bool missing = code == SQLITE_CANTOPEN;
    return Error(missing ? ErrorCode::not_found : ErrorCode::io_error, path + ": " + sqlite3_errstr(code));
  }
  sqlite3_busy_timeout(raw, kBusyTimeoutMs);
  std::unique_ptr<Database> database(new Database(std::move(handle)));
  // FULL: a key that was taken away must not come back after a power cut.
  const auto ready = database->execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF");
  if (!ready) return ready.error().within(path);
  return database;
}

Query Database::query(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    if (code != SQLITE_OK) return {*this, nullptr};
    found = statements_.emplace(sql, Statement(raw)).first;
  }
  return {*this, found->second.get()};
}

Result<void> Database::execute(const char* script) {
  if (sqlite3_exec(handle_.get(), script, nullptr, nullptr, nullptr) != SQLITE_OK) return error("statement");
  return {};
}

Error Database::error(std::string_view what) const {
  return Error(ErrorCode::io_error, "database: " + std::string(what) + ": " + sqlite3_errmsg(handle_.get()));
}

Transaction::~Transaction() {
  if (begun_ && !done_) (void)database_.execute("ROLLBACK").has_value();
}

Result<void> Transaction::commit() {
  auto committed = database_.execute("COMMIT");
  done_ = committed.has_value();
  return committed;
}

}  // namespace countersign::registry::store
