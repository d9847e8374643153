#include "common/config/registry_config.h"

#include "common/config/phone.h"
#include "common/config/reader.h"

namespace countersign::config {
namespace {

std::optional<RegistryConfig::Tls> read_tls(const Values& values, Diagnostics& diagnostics) {
  if (!values.sound({"tls.certificate", "tls.key"})) return std::nullopt;
  const bool certificate = values.has("tls.certificate");
  const bool key = values.has("tls.key");
  if (certificate && key) return RegistryConfig::Tls{values.text("tls.certificate"), values.text("tls.key")};
  if (certificate) diagnostics.add(values.mark("tls.certificate"), "tls.certificate", "given without tls.key");
  if (key) diagnostics.add(values.mark("tls.key"), "tls.key", "given without tls.certificate");
  return std::nullopt;
}

void check_listener(const Values& values, bool tls, Diagnostics& diagnostics) {
  if (!values.sound({"listen", "behind_proxy", "tls.certificate", "tls.key"})) return;
  if (!values.listen_address("listen").loopback && !tls && !values.boolean("behind_proxy")) {
    diagnostics.not_allowed(values.mark("listen"), "listen", in_quotes(values.text("listen")) + " with plain HTTP",
                            "a loopback address, or tls, or behind_proxy: true");
  }
}

void check_lives(const Values& values, Diagnostics& diagnostics) {
  if (!values.sound({"records.resign_after", "records.life"})) return;
  if (values.duration("records.resign_after") >= values.duration("records.life")) {
    diagnostics.not_allowed(values.mark("records.resign_after"), "records.resign_after",
                            base::format_duration(values.duration("records.resign_after")),
                            "less than records.life, " + base::format_duration(values.duration("records.life")));
  }
}

std::optional<std::string> given_text(const Values& values, std::string_view key) {
  return values.has(key) ? std::optional(values.text(key)) : std::nullopt;
}

RegistryConfig::Push read_push(const Values& values) {
  const base::Origin url = values.origin("url");
  const std::string signing_key = values.text("signing_key");
  return {
      .contact = given_text(values, "push.contact").value_or(url.is_https() ? url.str() : ""),
      .hosts = values.host_patterns("push.hosts"),
      .private_hosts = values.host_patterns("push.private_hosts"),
      .ca = given_text(values, "push.ca"),
      .vapid_key =
          given_text(values, "push.vapid_key").value_or(signing_key.substr(0, signing_key.rfind('/')) + "/vapid_key")};
}

}  // namespace

base::Result<RegistryConfig> parse_registry_config(std::string_view text, std::string_view name_for_errors) {
  Diagnostics diagnostics(name_for_errors);
  const Values values = read_values(text, registry_schema(), diagnostics);
  std::optional<RegistryConfig::Tls> tls = read_tls(values, diagnostics);
  std::optional<Phone> phone = read_phone(values, diagnostics);
  check_listener(values, tls.has_value(), diagnostics);
  check_lives(values, diagnostics);
  if (!diagnostics.empty()) return diagnostics.error();
  return RegistryConfig{
      .listen = values.listen_address("listen"),
      .url = values.origin("url"),
      .behind_proxy = values.boolean("behind_proxy"),
      .database = values.text("database"),
      .signing_key = values.text("signing_key"),
      .tls = std::move(tls),
      .phone = std::move(phone),
      .registry_endorses = values.text("approvers.endorsed_by") == "registry",
      .records = {.life = values.duration("records.life"), .resign_after = values.duration("records.resign_after")},
      .challenge_max_life = values.duration("challenge.max_life"),
      .push = read_push(values),
      .limits = {.connections = values.integer("limits.connections"),
                 .body = values.integer("limits.body"),
                 .pending_per_user = values.integer("limits.pending_per_user"),
                 .challenges_per_minute = values.integer("limits.challenges_per_minute")}};
}

base::Result<RegistryConfig> load_registry_config(std::string_view path, const files::Rules& rules) {
  const auto text = files::read_safely(path, rules);
  if (!text) return text.error();
  return parse_registry_config(*text, path);
}

}  // namespace countersign::config
