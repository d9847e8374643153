// config/schema.h: what a configuration file may hold: one table for each file.
//
// The table drives validation (config/reader.h), the example file (config/example.h) and the man page, so none of them
// can forget a key. Values are written here as they would stand in the file.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace countersign::config {

enum class Type {
  host_name,
  group_list,
  origin,
  phone_origin,
  permission,
  path,
  duration,
  boolean,
  integer,
  level_list,
  user_name,
  listen_address,
  endorser,
  push_host_list,
  contact,
  // In rules:
  verdict,
  date,
  key_demand,
  message,
  user_list,
  system_group_list,
  service_list,
  network_list,
  fingerprint_list,
  // Lists of mappings, each with a schema of its own:
  rules,
  bastions,
};

enum class Need { required, optional, defaulted };

struct Setting {
  std::string_view key;  // "challenge.timeout", or one word at the top level
  Type type;
  Need need;
  std::string_view value;  // the default; where there is none, an example
  std::string_view least;  // duration and integer: the range
  std::string_view most;
  std::string_view help;  // one or two sentences
};

struct Schema {
  std::string_view path;   // where the file lives
  std::string_view title;  // the example's first line
  std::span<const Setting> settings;
};

const Schema& host_schema();
const Schema& registry_schema();

// "a duration from 10s to 115s"
std::string allowed_text(const Setting& setting);

[[nodiscard]] bool is_list(Type type);
// What each mapping in a list of this type holds; nullptr for any other type.
const Schema* schema_of_items(Type type);

// Is `text` one value (for a list type: one item) that the setting allows?
base::Result<void> check_value(const Setting& setting, std::string_view text);

}  // namespace countersign::config
