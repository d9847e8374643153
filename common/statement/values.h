// statement/values.h: the value types of statements (PROTOCOL.md section 2), each with exactly one spelling.
//
// Every type is made by parse(), which takes only what str() prints, or from parts that are already checked; so a
// statement built from values parses, and parse → print is identity. Faults are bad_text, bad_number or bad_base64 with
// the expectation in the detail; the grammar adds line and column.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/address.h"
#include "common/base/bytes.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/origin.h"
#include "common/base/result.h"

namespace countersign::statement {

// 32 bytes as canonical unpadded base64url.
class Hash32 {
 public:
  static constexpr std::size_t size = 32;

  static base::Result<Hash32> parse(std::string_view text);
  static Hash32 from_bytes(const std::array<std::uint8_t, size>& bytes) { return Hash32(bytes); }
  static Hash32 of(base::ByteView data);  // SHA-256
  static Hash32 of(std::string_view text) { return of(base::as_bytes(text)); }
  static Hash32 random();  // a nonce, from the system's generator

  [[nodiscard]] std::string str() const;
  [[nodiscard]] const std::array<std::uint8_t, size>& bytes() const { return bytes_; }
  friend auto operator<=>(const Hash32&, const Hash32&) = default;

 private:
  explicit Hash32(const std::array<std::uint8_t, size>& bytes) : bytes_(bytes) {}
  std::array<std::uint8_t, size> bytes_;
};

// "SHA256:" and 43 characters of canonical unpadded base64, as ssh-keygen -lf prints it.
class Fingerprint {
 public:
  static base::Result<Fingerprint> parse(std::string_view text);
  static Fingerprint of(base::ByteView key_blob);

  [[nodiscard]] const std::string& str() const { return text_; }
  friend auto operator<=>(const Fingerprint&, const Fingerprint&) = default;

 private:
  explicit Fingerprint(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// How an approver's key is held, the strongest first.
enum class Level { passkey, hardware, ssh_key };
std::string_view to_string(Level level);  // "ssh-key"
base::Result<Level> parse_level(std::string_view text);

enum class Decision { approve, deny, report };
std::string_view to_string(Decision decision);
base::Result<Decision> parse_decision(std::string_view text);

enum class Via { registry, prompt };
std::string_view to_string(Via via);
base::Result<Via> parse_via(std::string_view text);

// The two digits on the terminal, 10 to 99.
class LoginNumber {
 public:
  static base::Result<LoginNumber> parse(std::string_view text);
  static base::Result<LoginNumber> of(int value);
  static LoginNumber random();

  [[nodiscard]] int value() const { return value_; }
  [[nodiscard]] std::string str() const { return std::to_string(value_); }
  friend bool operator==(const LoginNumber&, const LoginNumber&) = default;

 private:
  explicit LoginNumber(int value) : value_(value) {}
  int value_;
};

// "web-01" or "@web".
class HostOrGroup {
 public:
  HostOrGroup(const base::HostName& host) : text_(host.str()) {}           // NOLINT: both are what it stands for
  HostOrGroup(const base::GroupName& group) : text_("@" + group.str()) {}  // NOLINT
  static base::Result<HostOrGroup> parse(std::string_view text);

  [[nodiscard]] bool is_group() const { return text_.front() == '@'; }
  [[nodiscard]] const std::string& str() const { return text_; }
  // Is it this host, or a group this host belongs to?
  [[nodiscard]] bool covers(const base::HostName& host, const std::vector<base::GroupName>& groups) const;
  friend auto operator<=>(const HostOrGroup&, const HostOrGroup&) = default;

 private:
  std::string text_;
};

// `hosts:` of a record: "*", or hosts and groups, sorted by byte, each once, one space between.
class HostScope {
 public:
  static HostScope all() { return HostScope({}); }
  // Sorts and drops repetitions. bad_text for an empty list: a scope of nobody cannot be written.
  static base::Result<HostScope> of(std::vector<HostOrGroup> members);
  static base::Result<HostScope> parse(std::string_view text);

  [[nodiscard]] bool is_all() const { return members_.empty(); }
  [[nodiscard]] const std::vector<HostOrGroup>& members() const { return members_; }  // empty for "*"
  [[nodiscard]] std::string str() const;
  [[nodiscard]] bool covers(const base::HostName& host, const std::vector<base::GroupName>& groups) const;
  friend bool operator==(const HostScope&, const HostScope&) = default;

 private:
  explicit HostScope(std::vector<HostOrGroup> members) : members_(std::move(members)) {}
  std::vector<HostOrGroup> members_;
};

// SSH_CONNECTION: both ends of the TCP connection.
class Connection {
 public:
  static base::Result<Connection> parse(std::string_view text);
  static base::Result<Connection> normalize(std::string_view text);  // as the environment has it

  [[nodiscard]] const base::Address& client() const { return client_; }
  [[nodiscard]] const base::Address& server() const { return server_; }
  [[nodiscard]] std::uint16_t client_port() const { return client_port_; }
  [[nodiscard]] std::uint16_t server_port() const { return server_port_; }
  [[nodiscard]] std::string str() const;
  friend bool operator==(const Connection&, const Connection&) = default;

 private:
  Connection(base::Address client, std::uint16_t client_port, base::Address server, std::uint16_t server_port)
      : client_(std::move(client)), server_(std::move(server)), client_port_(client_port), server_port_(server_port) {}
  template <typename ParseAddress>
  static base::Result<Connection> read(std::string_view text, ParseAddress parse_address);

  base::Address client_;
  base::Address server_;
  std::uint16_t client_port_;
  std::uint16_t server_port_;
};

// A duration in seconds: "28800s".
base::Result<base::Seconds> parse_seconds(std::string_view text);
std::string print_seconds(base::Seconds seconds);

// A record's serial: 1 to 2^53 − 1, so that every implementation can hold it.
inline constexpr std::uint64_t max_serial = (std::uint64_t{1} << 53U) - 1;
base::Result<std::uint64_t> parse_serial(std::string_view text);

}  // namespace countersign::statement
