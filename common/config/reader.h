// config/reader.h: a file's tree against its schema, giving values that are known to be allowed.
//
// Reports every fault: unknown keys (with a guess at what was meant), missing ones, values outside the schema. Settings
// that the file does not give have their default. The getters take keys of the schema only; any other key, or a getter
// that does not fit the key's type, is a bug and stops the program (base::BadResultAccess or std::out_of_range).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/host_pattern.h"
#include "common/base/ids.h"
#include "common/base/network.h"
#include "common/base/origin.h"
#include "common/config/diagnostics.h"
#include "common/config/document.h"
#include "common/config/schema.h"
#include "common/config/values.h"
#include "common/statement/values.h"

namespace countersign::config {

class Values {
 public:
  // Given in the file, or a default.
  [[nodiscard]] bool has(std::string_view key) const { return given_.count(std::string(key)) != 0; }
  // Have all of these passed the schema, so that checks across settings may look at them?
  [[nodiscard]] bool sound(std::initializer_list<std::string_view> keys) const;
  [[nodiscard]] Mark mark(std::string_view key) const;  // the start of the file for a default

  [[nodiscard]] std::string text(std::string_view key) const { return items(key).at(0); }
  [[nodiscard]] bool boolean(std::string_view key) const { return text(key) == "true"; }
  [[nodiscard]] std::int64_t integer(std::string_view key) const { return *parse_whole_number(text(key)); }
  [[nodiscard]] base::Milliseconds duration(std::string_view key) const { return *base::parse_duration(text(key)); }
  [[nodiscard]] base::HostName host_name(std::string_view key) const { return *base::HostName::parse(text(key)); }
  [[nodiscard]] base::UserName user_name(std::string_view key) const { return *base::UserName::parse(text(key)); }
  [[nodiscard]] base::Origin origin(std::string_view key) const { return *base::Origin::parse(text(key)); }
  [[nodiscard]] ListenAddress listen_address(std::string_view key) const { return *ListenAddress::parse(text(key)); }
  [[nodiscard]] std::vector<base::GroupName> groups(std::string_view key) const;
  [[nodiscard]] std::vector<statement::Level> levels(std::string_view key) const;
  [[nodiscard]] std::vector<base::HostPattern> host_patterns(std::string_view key) const;
  [[nodiscard]] std::vector<base::UserName> user_names(std::string_view key) const;
  [[nodiscard]] std::vector<base::ServiceName> services(std::string_view key) const;
  [[nodiscard]] std::vector<base::Network> networks(std::string_view key) const;
  [[nodiscard]] std::vector<statement::Fingerprint> fingerprints(std::string_view key) const;
  [[nodiscard]] const std::vector<std::string>& texts(std::string_view key) const { return items(key); }
  // The mappings of a list, in their order; none where it is not given.
  [[nodiscard]] const std::vector<Values>& mappings(std::string_view key) const;
  // Where this mapping begins.
  [[nodiscard]] Mark place() const { return place_; }

 private:
  friend class Reader;
  struct Given {
    std::vector<std::string> items;  // one for a scalar
    Mark mark;
  };
  [[nodiscard]] const std::vector<std::string>& items(std::string_view key) const;
  std::map<std::string, Given> given_;
  std::map<std::string, std::vector<Values>, std::less<>> mappings_;
  Mark place_;
  std::set<std::string_view> faulty_;  // keys of the schema
  bool has_tree_ = false;
};

// The values are complete and allowed when `diagnostics` is empty afterwards, and must not be used otherwise.
Values read_values(std::string_view text, const Schema& schema, Diagnostics& diagnostics);

}  // namespace countersign::config
