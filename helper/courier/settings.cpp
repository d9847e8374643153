#include "helper/courier/settings.h"

#include <algorithm>
#include <utility>

#include "common/config/host_config.h"
#include "common/files/safe_read.h"

namespace countersign::courier {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kTokenPrefix = "csh_";
constexpr std::size_t kTokenSize = 4 + 43;

bool is_base64url(std::uint8_t c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

Error bad_config(const Error& error) {
  const std::string first_line = error.detail.substr(0, error.detail.find('\n'));
  if (error.code == ErrorCode::bad_config) return {ErrorCode::bad_config, first_line};
  return {ErrorCode::bad_config, std::string(base::to_string(error.code)) + ": " + first_line};
}

}  // namespace

Result<base::SecretBytes> parse_token(base::SecretBytes content) {
  if (!content.empty() && content.back() == '\n') content.pop_back();
  const bool good = content.size() == kTokenSize &&
                    std::equal(kTokenPrefix.begin(), kTokenPrefix.end(), content.begin()) &&
                    std::all_of(content.begin() + kTokenPrefix.size(), content.end(), is_base64url);
  if (!good) return Error(ErrorCode::bad_config, "not a host token (expected csh_ and 43 characters)");
  return content;
}

Result<Settings> load_settings(const std::string& config_path) {
  Result<config::HostConfig> config = config::load_host_config(config_path);
  if (!config) return bad_config(config.error());
  const std::string& token_path = config->registry.token;
  const files::Rules rules{.owner = 0, .readers = files::Readers::owner_and_group, .max_bytes = 256};
  Result<base::SecretBytes> content = files::read_secret(token_path, rules);
  if (!content) return bad_config(content.error());
  Result<base::SecretBytes> token = parse_token(std::move(*content));
  if (!token) return token.error().within(token_path);
  return Settings{.registry = config->registry.url,
                  .ca_file = config->registry.ca.value_or(std::string()),
                  .token = std::move(*token)};
}

}  // namespace countersign::courier
