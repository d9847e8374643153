#include "common/statement/grammar.h"

#include <algorithm>
#include <array>

#include "common/base/utf8.h"
#include "common/encoding/text.h"
#include "common/sshsig/armor.h"
#include "common/statement/kinds.h"

namespace countersign::statement {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kHeadWord = "countersign ";
constexpr std::size_t kArmorLine = 70;
constexpr std::array kKinds{Kind::record,    Kind::approver, Kind::challenge, Kind::answer, Kind::trust,
                            Kind::enrolment, Kind::host,     Kind::session,   Kind::signin, Kind::change};

// Foreign text inside a message: short, and cut between characters.
std::string quoted(std::string_view text) {
  constexpr std::size_t kMost = 60;
  const bool cut = text.size() > kMost;
  if (cut) {
    std::size_t end = kMost;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) --end;
    text = text.substr(0, end);
  }
  return "\"" + std::string(text) + (cut ? "…\"" : "\"");
}

std::string found_but(std::string_view found, std::string_view expected) {
  return "found " + quoted(found) + ", " + std::string(expected);
}

// The column, from 1, of the first character of `line` that clean text may not hold.
std::size_t unclean_column(std::string_view line) {
  std::size_t at = 0;
  while (at < line.size()) {
    const base::CodePoint point = base::decode_utf8(line.substr(at));
    if (!point.valid || !encoding::check_text(line.substr(at, point.length))) break;
    at += point.length;
  }
  return at + 1;
}

bool is_base64_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '=';
}

std::string_view line_at(std::string_view text) { return text.substr(0, text.find('\n')); }

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::record: return "record";
    case Kind::approver: return "approver";
    case Kind::challenge: return "challenge";
    case Kind::answer: return "answer";
    case Kind::trust: return "trust";
    case Kind::enrolment: return "enrolment";
    case Kind::host: return "host";
    case Kind::session: return "session";
    case Kind::signin: return "signin";
    case Kind::change: return "change";
  }
  return "";
}

std::string name_space(Kind kind) { return std::string(to_string(kind)).append(".v1@countersign"); }

bool is_signed(Kind kind) { return kind != Kind::challenge; }

Error fault_at(std::size_t line, std::size_t column, std::string_view detail, ErrorCode code) {
  std::string text = "line " + std::to_string(line) + ", column " + std::to_string(column) + ": ";
  return {code, text.append(detail)};
}

// One pass over the text. Holds one line ahead; every step returns the first fault it meets.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Statement> run(std::optional<Kind> wanted) {
    if (text_.size() > max_statement) {
      return Error(ErrorCode::too_large, "a statement of " + std::to_string(text_.size()) +
                                             " bytes, expected at most " + std::to_string(max_statement));
    }
    if (auto done = read_head(wanted); !done) return done.error();
    if (auto done = next_line(); !done) return done.error();
    if (auto done = read_fields(rules_of(statement_.kind_)); !done) return done.error();
    statement_.message_size_ = line_start_;
    if (auto done = read_end(); !done) return done.error();
    statement_.text_ = text_;
    return std::move(statement_);
  }

 private:
  Error fault(std::size_t column, std::string_view detail, ErrorCode code = ErrorCode::bad_statement) const {
    return fault_at(line_number_, column, detail, code);
  }

  // Steps to the next line. At the end of the text the line is empty and at_end_ is set.
  Result<void> next_line() {
    line_start_ = next_start_;
    ++line_number_;
    at_end_ = line_start_ == text_.size();
    const std::string_view rest = text_.substr(line_start_);
    line_ = line_at(rest);
    if (line_.size() > max_line) {
      return fault(max_line + 1, "a line longer than " + std::to_string(max_line) + " bytes", ErrorCode::too_large);
    }
    if (const auto clean = encoding::check_text(line_); !clean) {
      return fault(unclean_column(line_), "found a control character or bytes that are not UTF-8, expected text");
    }
    if (!at_end_ && line_.size() == rest.size()) return fault(line_.size() + 1, "found no LF at the end of the line");
    next_start_ = line_start_ + line_.size() + (at_end_ ? 0 : 1);
    return {};
  }

  // "countersign KIND v1". The version goes first: what another version calls its kinds is not for us to judge.
  Result<void> read_head(std::optional<Kind> wanted) {
    if (auto done = next_line(); !done) return done;
    if (!line_.starts_with(kHeadWord)) return fault(1, found_but(line_, "expected \"countersign KIND v1\""));
    const std::string_view rest = line_.substr(kHeadWord.size());
    const std::size_t space = rest.find(' ');
    if (space == std::string_view::npos) return fault(line_.size() + 1, "found no version, expected \" v1\"");
    const std::string_view word = rest.substr(0, space);
    const std::string_view version = rest.substr(space + 1);
    const std::size_t version_column = kHeadWord.size() + space + 2;
    const bool is_version = version.size() >= 2 && version.size() <= 10 && version[0] == 'v' && version[1] != '0' &&
                            std::ranges::all_of(version.substr(1), [](char c) { return c >= '0' && c <= '9'; });
    if (!is_version) return fault(version_column, found_but(version, "expected \"v1\""));
    if (version != "v1")
      return fault(version_column, found_but(version, "expected v1"), ErrorCode::unsupported_version);
    const auto kind = std::ranges::find(kKinds, word, [](Kind k) { return to_string(k); });
    if (kind == kKinds.end() || (wanted && *wanted != *kind)) {
      const std::string expected = wanted ? "expected " + std::string(to_string(*wanted)) : "expected a known kind";
      return fault(kHeadWord.size() + 1, found_but(word, expected), ErrorCode::wrong_kind);
    }
    statement_.kind_ = *kind;
    return {};
  }

  [[nodiscard]] std::string_view name_of_line() const { return line_.substr(0, line_.find(':')); }
  [[nodiscard]] bool is_field(std::string_view name) const {
    return line_.size() > name.size() && line_[name.size()] == ':' && line_.starts_with(name);
  }

  Result<void> read_fields(std::span<const FieldRule> rules) {
    for (const FieldRule& rule : rules) {
      const bool repeats = rule.count == Count::any || rule.count == Count::at_least_one;
      std::size_t count = 0;
      while (is_field(rule.name) && (repeats || count == 0)) {
        if (++count > rule.most) {
          return fault(1, found_but(rule.name, "expected at most " + std::to_string(rule.most) + " of them"));
        }
        if (auto done = read_field(rule); !done) return done;
        if (auto done = read_fields(rule.follow); !done) return done;
      }
      if (count == 0 || repeats) expected_.push_back(rule.name);
      if (count == 0 && (rule.count == Count::one || rule.count == Count::at_least_one)) return unexpected();
    }
    return {};
  }

  Result<void> read_field(const FieldRule& rule) {
    const std::size_t colon = rule.name.size();
    const std::string_view rest = line_.substr(colon + 1);
    if (!rest.starts_with(' ')) return fault(colon + 2, found_but(rest, "expected one space and a value"));
    const std::string_view text = rest.substr(1);
    const std::size_t column = colon + 3;
    if (text.empty()) return fault(column, "found no value");
    if (text.starts_with(' ')) return fault(column, "found a second space, expected a value");
    if (text.ends_with(' ')) return fault(line_.size(), "found a space at the end of the line");
    auto value = rule.parse(text);
    if (!value) {
      return fault(column, found_but(text, std::string(rule.name) + ": " + base::to_string(value.error())));
    }
    statement_.fields_.push_back({rule.name, std::string(text), std::move(*value), line_number_, line_start_});
    expected_.clear();
    return next_line();
  }

  // The line is no field that may stand here.
  [[nodiscard]] Error unexpected() const {
    std::string expected;
    for (const std::string_view name : expected_) {
      expected.append(expected.empty() ? "expected " : " or ").append(quoted(name));
    }
    if (at_end_) return fault(1, "found the end of the statement, " + expected);
    return fault(1, found_but(name_of_line(), expected));
  }

  // What follows the fields: the armor of a signed kind, and nothing.
  Result<void> read_end() {
    if (is_signed(statement_.kind_)) {
      expected_.push_back(sshsig::armor_header);
      return line_ == sshsig::armor_header ? read_armor() : Result<void>(unexpected());
    }
    if (at_end_) return {};
    return fault(1, found_but(name_of_line(), "expected the end of the statement"));
  }

  // Checks line by line, to say where the fault is, what parse_armor_exact then decides on as a whole.
  Result<void> read_armor() {
    const std::size_t start = line_start_;
    const std::size_t first_line = line_number_;
    for (bool last = false;;) {
      if (auto done = next_line(); !done) return done;
      if (line_ == sshsig::armor_footer && line_number_ > first_line + 1) break;
      if (at_end_) return fault(1, "found the end of the statement, expected " + quoted(sshsig::armor_footer));
      const auto bad = std::ranges::find_if_not(line_, is_base64_character);
      const std::size_t good = static_cast<std::size_t>(bad - line_.begin());
      if (last || good < line_.size() || line_.empty() || line_.size() > kArmorLine) {
        return fault(last ? 1 : std::min(good, kArmorLine) + 1, "expected base64 in lines of 70, then the footer");
      }
      last = line_.size() < kArmorLine;
    }
    if (next_start_ != text_.size()) {
      ++line_number_;
      return fault(1, "found bytes after the armor, expected the end of the statement");
    }
    auto blob = sshsig::parse_armor_exact(text_.substr(start));
    if (!blob) return fault_at(first_line + 1, 1, base::to_string(blob.error()));
    auto signature = sshsig::parse_signature(*blob);
    if (!signature) return fault_at(first_line + 1, 1, base::to_string(signature.error()));
    statement_.signature_ = std::move(*signature);
    return {};
  }

  std::string_view text_;
  Statement statement_;
  std::string_view line_;
  std::size_t line_number_ = 0;
  std::size_t line_start_ = 0;
  std::size_t next_start_ = 0;
  bool at_end_ = false;
  std::vector<std::string_view> expected_;  // names that might have stood where the line is
};

Result<Statement> Statement::parse(std::string_view text) { return Parser(text).run(std::nullopt); }
Result<Statement> Statement::parse(std::string_view text, Kind kind) { return Parser(text).run(kind); }

std::string Statement::print() const {
  Writer writer(kind_);
  for (const Field& field : fields_) writer.field(field.name, field.text);
  std::string text = writer.take();
  if (signature_) text.append(sshsig::print_armor(sshsig::serialize(*signature_)));
  return text;
}

Writer::Writer(Kind kind) : text_(kHeadWord) { text_.append(to_string(kind)).append(" v1\n"); }

Writer& Writer::field(std::string_view name, std::string_view value) {
  text_.append(name).append(": ").append(value).push_back('\n');
  return *this;
}

}  // namespace countersign::statement
