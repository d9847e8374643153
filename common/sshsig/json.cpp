#include "common/sshsig/json.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>

#include "common/base/utf8.h"
#include "common/encoding/text.h"

namespace countersign::sshsig {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using Member = std::function<void(const std::string&, const JsonValue&)>;

constexpr int max_depth = 8;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Fails stickily: after the first error nothing more is read, and every function returns quickly.
class JsonReader {
 public:
  explicit JsonReader(std::string_view json) : all_(json), rest_(json) {}

  void read_object(int depth, const Member* member);
  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }

  Result<void> finish() {
    if (!error_ && !rest_.empty()) fail("bytes after the object");
    if (error_) return *error_;
    return {};
  }

 private:
  void fail(std::string_view problem) {
    if (error_) return;
    error_.emplace(ErrorCode::bad_client_data,
                   "byte " + std::to_string(all_.size() - rest_.size() + 1) + ": " + std::string(problem));
    rest_ = {};
  }
  [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!take(c)) fail(std::string("expected '") + c + "'");
  }

  JsonValue read_value(int depth);
  JsonValue read_string();
  void read_escape(std::string& out);
  char32_t read_code_unit();
  void read_array(int depth);
  void read_number();
  void read_digits();
  void read_literal();

  std::string_view all_;
  std::string_view rest_;
  std::optional<Error> error_;
};

char32_t JsonReader::read_code_unit() {
  char32_t unit = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = peek();
    unit <<= 4;
    if (is_digit(c)) {
      unit |= static_cast<char32_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      unit |= static_cast<char32_t>(c - 'a' + 10);
    } else if (c >= 'A' && c <= 'F') {
      unit |= static_cast<char32_t>(c - 'A' + 10);
    } else {
      fail("expected four hex digits");
      return 0;
    }
    rest_.remove_prefix(1);
  }
  return unit;
}

// What follows a backslash.
void JsonReader::read_escape(std::string& out) {
  constexpr std::string_view names = "\"\\/bfnrt";
  constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  if (const std::size_t at = names.find(peek()); !rest_.empty() && at != std::string_view::npos) {
    rest_.remove_prefix(1);
    out.push_back(meanings[at]);
    return;
  }
  if (!take('u')) return fail("an unknown escape");
  char32_t code = read_code_unit();
  if (code >= 0xd800 && code <= 0xdbff) {
    const bool paired = take('\\') && take('u');
    const char32_t low = paired ? read_code_unit() : 0;
    if (low < 0xdc00 || low > 0xdfff) return fail("half a surrogate pair");
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  } else if (code >= 0xdc00 && code <= 0xdfff) {
    return fail("half a surrogate pair");
  }
  encoding::append_utf8(out, code);
}

JsonValue JsonReader::read_string() {
  JsonValue value{JsonValue::Kind::string, {}, {}};
  expect('"');
  const std::string_view start = rest_;
  while (!error_ && peek() != '"') {
    if (rest_.empty()) {
      fail("the string does not end");
    } else if (static_cast<unsigned char>(peek()) < 0x20) {
      fail("a control character in a string");
    } else if (take('\\')) {
      read_escape(value.text);
    } else {
      value.text.push_back(peek());
      rest_.remove_prefix(1);
    }
  }
  value.raw = start.substr(0, start.size() - rest_.size());
  expect('"');
  return value;
}

void JsonReader::read_digits() {
  if (!is_digit(peek())) fail("expected a digit");
  while (is_digit(peek())) rest_.remove_prefix(1);
}

void JsonReader::read_number() {
  take('-');
  if (!take('0')) read_digits();
  if (take('.')) read_digits();
  if (take('e') || take('E')) {
    if (!take('+')) take('-');
    read_digits();
  }
}

void JsonReader::read_literal() {
  for (const std::string_view word : {"true", "false", "null"}) {
    if (rest_.starts_with(word)) return rest_.remove_prefix(word.size());
  }
  fail("expected a value");
}

JsonValue JsonReader::read_value(int depth) {
  const std::string_view start = rest_;
  const char c = peek();
  if (c == '"') return read_string();
  JsonValue value;
  if (c == '{') {
    value.kind = JsonValue::Kind::object;
    read_object(depth, nullptr);
  } else if (c == '[') {
    value.kind = JsonValue::Kind::array;
    read_array(depth);
  } else if (c == '-' || is_digit(c)) {
    value.kind = JsonValue::Kind::number;
    read_number();
  } else {
    read_literal();
  }
  value.raw = start.substr(0, start.size() - rest_.size());
  return value;
}

void JsonReader::read_object(int depth, const Member* member) {
  if (depth >= max_depth) return fail("nested too deeply");
  expect('{');
  skip_blanks();
  if (take('}')) return;
  std::set<std::string> names;
  do {
    skip_blanks();
    const JsonValue name = read_string();
    if (!error_ && !names.insert(name.text).second) fail("a name stands twice");
    skip_blanks();
    expect(':');
    skip_blanks();
    const JsonValue value = read_value(depth + 1);
    skip_blanks();
    if (!error_ && member != nullptr) (*member)(name.text, value);
  } while (take(','));
  expect('}');
}

void JsonReader::read_array(int depth) {
  if (depth >= max_depth) return fail("nested too deeply");
  expect('[');
  skip_blanks();
  if (take(']')) return;
  do {
    skip_blanks();
    read_value(depth + 1);
    skip_blanks();
  } while (take(','));
  expect(']');
}

}  // namespace

Result<void> read_json_object(std::string_view json, const Member& member) {
  if (!base::is_utf8(json)) return {ErrorCode::bad_client_data, "not UTF-8"};
  JsonReader reader(json);
  reader.read_object(0, &member);
  return reader.finish();
}

}  // namespace countersign::sshsig
