#include "common/keys/authorized_keys.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/keys/line.h"
#include "common/keys/public_key_line.h"

namespace countersign::keys {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

enum class Takes { nothing, value };

struct OptionRule {
  OptionName name;
  std::string_view text;
  Takes takes;
  bool repeats;
};

constexpr std::array kRules{
    OptionRule{OptionName::from, "from", Takes::value, false},
    OptionRule{OptionName::command, "command", Takes::value, false},
    OptionRule{OptionName::restrict_all, "restrict", Takes::nothing, false},
    OptionRule{OptionName::no_agent_forwarding, "no-agent-forwarding", Takes::nothing, false},
    OptionRule{OptionName::no_port_forwarding, "no-port-forwarding", Takes::nothing, false},
    OptionRule{OptionName::no_pty, "no-pty", Takes::nothing, false},
    OptionRule{OptionName::no_user_rc, "no-user-rc", Takes::nothing, false},
    OptionRule{OptionName::no_x11_forwarding, "no-X11-forwarding", Takes::nothing, false},
    OptionRule{OptionName::permitopen, "permitopen", Takes::value, true},
    OptionRule{OptionName::permitlisten, "permitlisten", Takes::value, true},
    OptionRule{OptionName::expiry_time, "expiry-time", Takes::value, false},
    OptionRule{OptionName::verify_required, "verify-required", Takes::nothing, false},
};

const OptionRule& rule_of(OptionName name) {
  return *std::find_if(kRules.begin(), kRules.end(), [&](const OptionRule& rule) { return rule.name == name; });
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65535 && text.front() != '0';
}

bool is_host(std::string_view text) {
  return !text.empty() && text.size() < 1025 && std::all_of(text.begin(), text.end(), [](char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view(".-_*%:").find(c) != std::string_view::npos;
  });
}

// HOST:PORT with "*" for any port; an IPv6 address in brackets. permitlisten may leave the host out.
bool is_host_and_port(std::string_view text, bool host_may_be_missing) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return host_may_be_missing && (text == "*" || is_port(text));
  const std::string_view port = text.substr(colon + 1);
  std::string_view host = text.substr(0, colon);
  if (port != "*" && !is_port(port)) return false;
  if (host.starts_with('[') && host.ends_with(']')) return is_host(host.substr(1, host.size() - 2));
  return is_host(host) && host.find(':') == std::string_view::npos;
}

// Printing must be able to write it: no quote can be told from an escaped one behind a backslash at the end.
bool is_quotable(std::string_view value) {
  return !value.empty() && value.back() != '\\' && value.find('\t') == std::string_view::npos &&
         check_line(value, ErrorCode::bad_key_option);
}

bool is_allowed(OptionName name, std::string_view value) {
  switch (name) {
    case OptionName::from: return is_pattern_list(value, ".:-_/%");
    case OptionName::command: return true;
    case OptionName::permitopen: return is_host_and_port(value, false);
    case OptionName::permitlisten: return is_host_and_port(value, true);
    case OptionName::expiry_time: return parse_compact_time(value).has_value();
    case OptionName::restrict_all:
    case OptionName::no_agent_forwarding:
    case OptionName::no_port_forwarding:
    case OptionName::no_pty:
    case OptionName::no_user_rc:
    case OptionName::no_x11_forwarding:
    case OptionName::verify_required: return false;
  }
  return false;
}

Result<Option> to_option(const RawOption& raw) {
  const auto* const rule = std::find_if(kRules.begin(), kRules.end(), [&](const OptionRule& candidate) {
    return same_ignoring_case(candidate.text, raw.name);
  });
  if (rule == kRules.end()) {
    return Error(ErrorCode::bad_key_option, std::string(raw.name.substr(0, 64)) + ": the option is not allowed");
  }
  if (raw.value.has_value() != (rule->takes == Takes::value)) {
    return Error(ErrorCode::bad_key_option,
                 std::string(rule->text) + (raw.value ? ": takes no value" : ": needs =\"VALUE\""));
  }
  return Option::make(rule->name, raw.value.value_or(""));
}

Result<std::vector<Option>> to_options(const std::vector<RawOption>& raws) {
  std::vector<Option> options;
  for (const RawOption& raw : raws) {
    auto option = to_option(raw);
    if (!option) return option.error();
    const bool seen = std::any_of(options.begin(), options.end(),
                                  [&](const Option& other) { return other.name() == option->name(); });
    if (seen && !rule_of(option->name()).repeats) {
      return Error(ErrorCode::bad_key_option, std::string(to_string(option->name())) + ": given twice");
    }
    options.push_back(std::move(*option));
  }
  return options;
}

}  // namespace

std::string_view to_string(OptionName name) { return rule_of(name).text; }

Result<Option> Option::make(OptionName name, std::string value) {
  const OptionRule& rule = rule_of(name);
  const bool good = rule.takes == Takes::nothing ? value.empty() : is_quotable(value) && is_allowed(name, value);
  if (!good) return Error(ErrorCode::bad_key_option, std::string(rule.text) + ": the value is not allowed");
  return Option(name, std::move(value));
}

const Option* AuthorizedKey::find(OptionName name) const {
  const auto at =
      std::find_if(options.begin(), options.end(), [&](const Option& option) { return option.name() == name; });
  return at == options.end() ? nullptr : &*at;
}

Result<AuthorizedKey> parse_authorized_key(std::string_view line) {
  if (const auto clean = check_line(line, ErrorCode::bad_key_option); !clean) return clean.error();
  const auto raws = take_options(line, ErrorCode::bad_key_option);
  if (!raws) return raws.error();
  auto options = to_options(*raws);
  if (!options) return options.error();
  auto key = parse_public_key_file(line);
  if (!key) return key.error();
  return AuthorizedKey{std::move(*options), std::move(*key)};
}

std::string print_record_key(const AuthorizedKey& key) {
  std::string text;
  for (const Option& option : key.options) {
    if (!text.empty()) text.append(",");
    const bool valued = rule_of(option.name()).takes == Takes::value;
    text.append(print_option(to_string(option.name()), valued ? std::optional(option.value()) : std::nullopt));
  }
  if (!text.empty()) text.append(" ");
  return text.append(print_public_key(key.key));
}

Result<AuthorizedKey> parse_record_key(std::string_view line) {
  auto key = parse_authorized_key(line);
  if (key && print_record_key(*key) != line) {
    return Error(ErrorCode::bad_public_key, "not in its one spelling, [OPTIONS ]TYPE BASE64 without a comment");
  }
  return key;
}

}  // namespace countersign::keys
