#include "common/statement/values.h"

#include <algorithm>
#include <charconv>

#include "common/crypto/digest.h"
#include "common/crypto/public_key.h"
#include "common/crypto/random.h"
#include "common/encoding/base64.h"

namespace countersign::statement {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// One word of several; the words are what to_string prints.
template <typename Enum, std::size_t N>
Result<Enum> parse_word(std::string_view text, const std::array<Enum, N>& words) {
  std::string expected;
  for (const Enum word : words) {
    if (text == to_string(word)) return word;
    expected.append(expected.empty() ? "expected " : ", ").append(to_string(word));
  }
  return Error(ErrorCode::bad_text, std::move(expected));
}

// A whole number without sign or leading zero.
Result<std::uint64_t> parse_number(std::string_view text, std::uint64_t least, std::uint64_t most) {
  std::uint64_t value = 0;
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  const bool is_number = read.ec == std::errc{} && read.ptr == end && (text.size() == 1 || text.front() != '0');
  if (is_number && value >= least && value <= most) return value;
  return Error(ErrorCode::bad_number, "expected a whole number from " + std::to_string(least) + " to " +
                                          std::to_string(most) + " without leading zero");
}

std::vector<std::string_view> split_at_spaces(std::string_view text) {
  std::vector<std::string_view> words;
  for (;;) {
    const std::size_t space = text.find(' ');
    words.push_back(text.substr(0, space));
    if (space == std::string_view::npos) return words;
    text.remove_prefix(space + 1);
  }
}

}  // namespace

Result<Hash32> Hash32::parse(std::string_view text) {
  const auto bytes = encoding::base64url_decode(text);
  if (!bytes || bytes->size() != size) {
    return Error(ErrorCode::bad_base64, "expected 43 characters of canonical unpadded base64url");
  }
  std::array<std::uint8_t, size> array{};
  std::copy(bytes->begin(), bytes->end(), array.begin());
  return Hash32(array);
}

Hash32 Hash32::of(base::ByteView data) { return Hash32(crypto::sha256(data)); }

Hash32 Hash32::random() {
  const base::Bytes bytes = crypto::random_bytes(size);
  std::array<std::uint8_t, size> array{};
  std::copy(bytes.begin(), bytes.end(), array.begin());
  return Hash32(array);
}

std::string Hash32::str() const { return encoding::base64url_encode(bytes_); }

Result<Fingerprint> Fingerprint::parse(std::string_view text) {
  constexpr std::string_view kPrefix = "SHA256:";
  const Error bad(ErrorCode::bad_base64, "expected SHA256: and 43 characters of canonical unpadded base64");
  if (!text.starts_with(kPrefix)) return bad;
  const auto bytes = encoding::base64_decode_unpadded(text.substr(kPrefix.size()));
  if (!bytes || bytes->size() != 32) return bad;
  return Fingerprint(std::string(text));
}

Fingerprint Fingerprint::of(base::ByteView key_blob) { return Fingerprint(crypto::fingerprint(key_blob)); }

std::string_view to_string(Level level) {
  switch (level) {
    case Level::passkey: return "passkey";
    case Level::hardware: return "hardware";
    case Level::ssh_key: return "ssh-key";
  }
  return "";
}
Result<Level> parse_level(std::string_view text) {
  return parse_word(text, std::array{Level::passkey, Level::hardware, Level::ssh_key});
}

std::string_view to_string(Decision decision) {
  switch (decision) {
    case Decision::approve: return "approve";
    case Decision::deny: return "deny";
    case Decision::report: return "report";
  }
  return "";
}
Result<Decision> parse_decision(std::string_view text) {
  return parse_word(text, std::array{Decision::approve, Decision::deny, Decision::report});
}

std::string_view to_string(Via via) {
  switch (via) {
    case Via::registry: return "registry";
    case Via::prompt: return "prompt";
  }
  return "";
}
Result<Via> parse_via(std::string_view text) { return parse_word(text, std::array{Via::registry, Via::prompt}); }

Result<LoginNumber> LoginNumber::of(int value) {
  if (value < 10 || value > 99) return Error(ErrorCode::bad_number, "expected a number from 10 to 99");
  return LoginNumber(value);
}

Result<LoginNumber> LoginNumber::parse(std::string_view text) {
  const auto value = parse_number(text, 10, 99);
  if (!value) return value.error();
  return LoginNumber(static_cast<int>(*value));
}

LoginNumber LoginNumber::random() {
  // 180 is the largest multiple of 90 in a byte: what lies above would make some numbers likelier than others.
  for (;;) {
    const std::uint8_t byte = crypto::random_bytes(1).front();
    if (byte < 180) return LoginNumber(10 + byte % 90);
  }
}

Result<HostOrGroup> HostOrGroup::parse(std::string_view text) {
  if (text.starts_with('@')) {
    auto group = base::GroupName::parse(text.substr(1));
    if (!group) return group.error();
    return HostOrGroup(*group);
  }
  auto host = base::HostName::parse(text);
  if (!host) return host.error();
  return HostOrGroup(*host);
}

bool HostOrGroup::covers(const base::HostName& host, const std::vector<base::GroupName>& groups) const {
  if (!is_group()) return text_ == host.str();
  const std::string_view name = std::string_view(text_).substr(1);
  return std::ranges::any_of(groups, [&](const base::GroupName& group) { return group.str() == name; });
}

Result<HostScope> HostScope::of(std::vector<HostOrGroup> members) {
  if (members.empty()) return Error(ErrorCode::bad_text, "expected at least one host or @group");
  std::ranges::sort(members);
  members.erase(std::unique(members.begin(), members.end()), members.end());  // clang 14 knows no subrange
  return HostScope(std::move(members));
}

Result<HostScope> HostScope::parse(std::string_view text) {
  if (text == "*") return all();
  std::vector<HostOrGroup> members;
  for (const std::string_view word : split_at_spaces(text)) {
    auto member = HostOrGroup::parse(word);
    if (!member) return member.error();
    members.push_back(std::move(*member));
  }
  auto scope = of(std::move(members));
  if (scope && scope->str() != text) {
    return Error(ErrorCode::bad_text, "expected hosts and groups sorted by byte and each once: " + scope->str());
  }
  return scope;
}

std::string HostScope::str() const {
  if (is_all()) return "*";
  std::string text;
  for (const HostOrGroup& member : members_) {
    if (!text.empty()) text.push_back(' ');
    text.append(member.str());
  }
  return text;
}

bool HostScope::covers(const base::HostName& host, const std::vector<base::GroupName>& groups) const {
  return is_all() ||
         std::ranges::any_of(members_, [&](const HostOrGroup& member) { return member.covers(host, groups); });
}

template <typename ParseAddress>
Result<Connection> Connection::read(std::string_view text, ParseAddress parse_address) {
  const auto words = split_at_spaces(text);
  if (words.size() != 4) {
    return Error(ErrorCode::bad_text, "expected CLIENT-ADDRESS CLIENT-PORT SERVER-ADDRESS SERVER-PORT");
  }
  auto client = parse_address(words[0]);
  if (!client) return client.error();
  const auto client_port = parse_number(words[1], 1, 65535);
  if (!client_port) return client_port.error();
  auto server = parse_address(words[2]);
  if (!server) return server.error();
  const auto server_port = parse_number(words[3], 1, 65535);
  if (!server_port) return server_port.error();
  if (client->is_console() || server->is_console()) {
    return Error(ErrorCode::bad_text, "expected network addresses at both ends");
  }
  return Connection(std::move(*client), static_cast<std::uint16_t>(*client_port), std::move(*server),
                    static_cast<std::uint16_t>(*server_port));
}

Result<Connection> Connection::parse(std::string_view text) { return read(text, base::Address::parse); }
Result<Connection> Connection::normalize(std::string_view text) { return read(text, base::Address::normalize); }

std::string Connection::str() const {
  return client_.str() + ' ' + std::to_string(client_port_) + ' ' + server_.str() + ' ' + std::to_string(server_port_);
}

Result<base::Seconds> parse_seconds(std::string_view text) {
  const Error bad(ErrorCode::bad_number, "expected a duration in seconds, such as 28800s");
  if (!text.ends_with('s')) return bad;
  // Nine digits are 31 years; more would only invite overflow.
  const auto count = parse_number(text.substr(0, text.size() - 1), 0, 999'999'999);
  if (!count) return bad;
  return base::Seconds{*count};
}

std::string print_seconds(base::Seconds seconds) { return std::to_string(seconds.count()) + "s"; }

Result<std::uint64_t> parse_serial(std::string_view text) { return parse_number(text, 1, max_serial); }

}  // namespace countersign::statement
