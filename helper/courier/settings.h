// courier/settings.h: what the courier takes from the host's configuration, and its token.
//
// The token is read from its file at each run, by a safe open, and wiped with the object. Every fault is bad_config,
// with the first line of what is wrong.
#pragma once

#include <string>

#include "common/base/bytes.h"
#include "common/base/origin.h"
#include "common/base/result.h"

namespace countersign::courier {

struct Settings {
  base::Origin registry;
  std::string ca_file;  // empty: the system's store
  base::SecretBytes token;
};

base::Result<Settings> load_settings(const std::string& config_path);

// `csh_` and 43 characters of base64url, one LF at the end or none; else bad_config, which does not quote it.
base::Result<base::SecretBytes> parse_token(base::SecretBytes content);

}  // namespace countersign::courier
