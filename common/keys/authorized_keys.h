// keys/authorized_keys.h: lines of authorized_keys(5) with the options a record may carry (PROTOCOL.md section 6.1).
//
// An AuthorizedKey consists of checked parts, and what is printed is built from them, never copied: no text from
// outside reaches sshd unparsed. Any option that is not on the list refuses the line with bad_key_option, which names
// it; cert-authority, environment, principals and tunnel among them. Quoting is OpenSSH's (sshd(8), "AUTHORIZED_KEYS
// FILE FORMAT").
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/result.h"
#include "common/crypto/public_key.h"

namespace countersign::keys {

enum class OptionName {
  from,
  command,
  restrict_all,  // "restrict"
  no_agent_forwarding,
  no_port_forwarding,
  no_pty,
  no_user_rc,
  no_x11_forwarding,
  permitopen,
  permitlisten,
  expiry_time,
  verify_required,
};
std::string_view to_string(OptionName name);  // "no-X11-forwarding"

class Option {
 public:
  // bad_key_option unless `value` is one that the option may have; empty for an option without a value.
  static base::Result<Option> make(OptionName name, std::string value = {});

  [[nodiscard]] OptionName name() const { return name_; }
  [[nodiscard]] const std::string& value() const { return value_; }  // without its quotes
  friend bool operator==(const Option&, const Option&) = default;

 private:
  Option(OptionName name, std::string value) : name_(name), value_(std::move(value)) {}
  OptionName name_;
  std::string value_;
};

struct AuthorizedKey {
  std::vector<Option> options;  // in the order of the line; only permitopen and permitlisten may repeat
  crypto::PublicKey key;

  [[nodiscard]] const Option* find(OptionName name) const;  // the first of that name, or null
};

// A line as people write it: blanks around and between, names of options in any case, a comment, which is dropped.
// bad_key_option, or an error of keys/public_key_line.h.
base::Result<AuthorizedKey> parse_authorized_key(std::string_view line);

// "[OPTIONS ]TYPE BASE64", without a line end.
std::string print_record_key(const AuthorizedKey& key);

// Only what print_record_key writes, so that parse → print is identity; else bad_key_option or bad_public_key.
base::Result<AuthorizedKey> parse_record_key(std::string_view line);

}  // namespace countersign::keys
