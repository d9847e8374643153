#include "common/config/values.h"

#include <algorithm>
#include <charconv>

#include "common/base/address.h"
#include "common/base/clock.h"
#include "common/base/host_pattern.h"
#include "common/base/ids.h"
#include "common/base/network.h"
#include "common/base/origin.h"
#include "common/config/schema.h"
#include "common/statement/values.h"

namespace countersign::config {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

template <typename T>
Result<void> without_value(const Result<T>& result) {
  if (!result) return result.error();
  return {};
}

Result<void> out_of_range(bool inside) {
  if (!inside) return Error(ErrorCode::bad_number);
  return {};
}

Result<void> check_duration(const Setting& setting, std::string_view text) {
  const auto value = base::parse_duration(text);
  if (!value) return value.error();
  return out_of_range(*value >= *base::parse_duration(setting.least) && *value <= *base::parse_duration(setting.most));
}

Result<void> check_integer(const Setting& setting, std::string_view text) {
  const auto value = parse_whole_number(text);
  if (!value) return value.error();
  return out_of_range(*value >= *parse_whole_number(setting.least) && *value <= *parse_whole_number(setting.most));
}

Result<void> check_phone_origin(std::string_view text) {
  const auto origin = base::Origin::parse(text);
  if (!origin) return origin.error();
  if (origin->is_https() || origin->host() == "localhost") return {};
  return Error(ErrorCode::bad_text, "browsers have passkeys only for https and http://localhost");
}

// RFC 8292 section 2.1: a mailto: or https: URI. It goes between quotation marks in a JSON text.
Result<void> check_contact(std::string_view text) {
  constexpr std::string_view kMail = "mailto:";
  constexpr std::size_t kLongest = 256;
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~+@:/").find(c) != std::string_view::npos;
  };
  const Error bad(ErrorCode::bad_text);
  if (text.size() > kLongest || !std::all_of(text.begin(), text.end(), plain)) return bad;
  if (text.starts_with(kMail)) {
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos || at == kMail.size()) return bad;
    return without_value(base::HostName::parse(text.substr(at + 1)));
  }
  const std::size_t slash = text.find('/', std::string_view("https://").size());
  const auto origin = base::Origin::parse(text.substr(0, slash));
  if (!origin || !origin->is_https()) return bad;
  return {};
}

// The file's bytes are fit to be shown already (config/document.h).
Result<void> check_message(std::string_view text) {
  constexpr std::size_t kLongest = 200;
  const Error bad(ErrorCode::bad_text);
  if (text.empty() || text.size() > kLongest || text.front() == ' ' || text.back() == ' ') return bad;
  if (text.find_first_of("\n\t") != std::string_view::npos) return bad;
  return {};
}

bool is_loopback(base::ByteView address) {
  if (address.size() == 4) return address.front() == 127;
  return address.back() == 1 && std::all_of(address.begin(), address.end() - 1, [](auto byte) { return byte == 0; });
}

}  // namespace

Result<ListenAddress> ListenAddress::parse(std::string_view text) {
  const Error bad(ErrorCode::bad_text);
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return bad;
  std::string_view host = text.substr(0, colon);
  const bool brackets = host.front() == '[' && host.back() == ']';
  if (brackets) host = host.substr(1, host.size() - 2);
  const auto address = base::Address::normalize(host);
  const auto port = parse_whole_number(text.substr(colon + 1));
  if (!address || !port || *port < 1 || *port > 65535) return bad;
  const bool is_ipv6 = address->bytes().size() == 16;
  if (is_ipv6 != brackets || host.find('%') != std::string_view::npos) return bad;
  return ListenAddress{address->str(), static_cast<std::uint16_t>(*port), is_loopback(address->bytes())};
}

Result<base::Time> parse_date(std::string_view text) {
  return base::parse_time(std::string(text).append("T00:00:00Z"));
}

Result<std::int64_t> parse_whole_number(std::string_view text) {
  const Error bad(ErrorCode::bad_number);
  if (text.empty() || text.size() > 15 || (text.size() > 1 && text.front() == '0')) return bad;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0 || text.front() == '-') return bad;
  return value;
}

Result<void> check_absolute_path(std::string_view text) {
  const Error bad(ErrorCode::bad_text);
  if (text.size() < 2 || text.size() > 1024 || text.front() != '/' || text.back() == '/') return bad;
  while (!text.empty()) {
    text.remove_prefix(1);  // the slash
    const std::string_view part = text.substr(0, text.find('/'));
    if (part.empty() || part == "." || part == "..") return bad;
    for (const char c : part) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return bad;
    }
    text.remove_prefix(part.size());
  }
  return {};
}

std::string allowed_text(const Setting& setting) {
  const std::string range = std::string(setting.least).append(" to ").append(setting.most);
  switch (setting.type) {
    case Type::host_name: return "a host name of a-z, 0-9, \".\" and \"-\"";
    case Type::group_list: return "a list of group names of a-z, 0-9, \"_\", \".\" and \"-\", such as [web]";
    case Type::origin: return "https://HOST or https://HOST:PORT, lower case, no path (http only for this machine)";
    case Type::phone_origin: return "https://HOST or https://HOST:PORT, lower case, no path, or http://localhost:PORT";
    case Type::path: return "an absolute path without \".\", \"..\" and empty parts";
    case Type::duration: return "a duration from " + range;
    case Type::boolean: return "true or false";
    case Type::permission: return "allow or refuse";
    case Type::integer: return "a whole number from " + range;
    case Type::level_list: return "a list of passkey, hardware and ssh-key";
    case Type::user_name: return "a user name";
    case Type::push_host_list: return "a list of HOST, '*.HOST' and HOST:PORT, lower case";
    case Type::contact: return "mailto:NAME@HOST or an https:// address";
    case Type::verdict: return "challenge, allow or deny";
    case Type::date: return "a day such as 2027-01-31";
    case Type::key_demand: return "record or any";
    case Type::message: return "one line of at most 200 bytes";
    case Type::user_list: return "a list of user names";
    case Type::system_group_list: return "a list of groups of the system";
    case Type::service_list: return "a list of PAM services, such as [sshd, sudo]";
    case Type::network_list:
      return "a list of addresses and networks, such as [10.0.0.0/8, '2001:db8::/32'], no bit set behind the prefix";
    case Type::fingerprint_list:
      return "a list of key fingerprints, such as [\"SHA256:...\"], as ssh-keygen -l prints them";
    case Type::rules: return "a list of rules";
    case Type::bastions: return "a list of bastions, each with name and addresses";
    case Type::listen_address: return "ADDRESS:PORT with a numeric address, [ADDRESS]:PORT for IPv6";
    case Type::endorser: return "registry or administrator";
  }
  return {};
}

Result<void> check_value(const Setting& setting, std::string_view text) {
  switch (setting.type) {
    case Type::host_name: return without_value(base::HostName::parse(text));
    case Type::group_list: return without_value(base::GroupName::parse(text));
    case Type::origin: return without_value(base::Origin::parse(text));
    case Type::phone_origin: return check_phone_origin(text);
    case Type::path: return check_absolute_path(text);
    case Type::duration: return check_duration(setting, text);
    case Type::boolean: return out_of_range(text == "true" || text == "false");
    case Type::permission: return out_of_range(text == "allow" || text == "refuse");
    case Type::integer: return check_integer(setting, text);
    case Type::level_list: return without_value(statement::parse_level(text));
    case Type::user_name: return without_value(base::UserName::parse(text));
    case Type::push_host_list: return without_value(base::HostPattern::parse(text));
    case Type::contact: return check_contact(text);
    case Type::verdict: return out_of_range(text == "challenge" || text == "allow" || text == "deny");
    case Type::date: return without_value(parse_date(text));
    case Type::key_demand: return out_of_range(text == "record" || text == "any");
    case Type::message: return check_message(text);
    case Type::user_list: return without_value(base::UserName::parse(text));
    case Type::system_group_list: return without_value(base::UserName::parse(text));
    case Type::service_list: return without_value(base::ServiceName::parse(text));
    case Type::network_list: return without_value(base::Network::parse(text));
    case Type::fingerprint_list: return without_value(statement::Fingerprint::parse(text));
    case Type::rules:
    case Type::bastions: break;  // mappings, never text
    case Type::listen_address: return without_value(ListenAddress::parse(text));
    case Type::endorser: return out_of_range(text == "registry" || text == "administrator");
  }
  return Error(ErrorCode::internal);
}

}  // namespace countersign::config
