#include "common/config/host_config.h"

#include "common/config/phone.h"
#include "common/config/reader.h"
#include "common/config/rules.h"

namespace countersign::config {

std::optional<Phone> read_phone(const Values& values, Diagnostics& diagnostics) {
  if (!values.sound({"phone.origin", "phone.rp_id"})) return std::nullopt;
  if (!values.has("phone.origin")) {
    if (values.has("phone.rp_id")) {
      diagnostics.add(values.mark("phone.rp_id"), "phone.rp_id", "given without phone.origin");
    }
    return std::nullopt;
  }
  const base::Origin origin = values.origin("phone.origin");
  if (values.has("phone.rp_id") && values.text("phone.rp_id") != origin.host()) {
    diagnostics.not_allowed(values.mark("phone.rp_id"), "phone.rp_id", in_quotes(values.text("phone.rp_id")),
                            "the host of phone.origin, " + in_quotes(origin.host()));
  }
  return Phone{origin, origin.host()};
}

base::Result<HostConfig> parse_host_config(std::string_view text, std::string_view name_for_errors) {
  Diagnostics diagnostics(name_for_errors);
  const Values values = read_values(text, host_schema(), diagnostics);
  std::optional<Phone> phone = read_phone(values, diagnostics);
  policy::Rules rules = read_rules(values, name_for_errors, diagnostics);
  if (!diagnostics.empty()) return diagnostics.error();
  if (phone) phone->synced = values.text("phone.synced") == "allow";
  std::optional<std::string> ca;
  if (values.has("registry.ca")) ca = values.text("registry.ca");
  return HostConfig{
      .host = {.name = values.host_name("host.name"), .groups = values.groups("host.groups")},
      .registry = {.url = values.origin("registry.url"), .token = values.text("registry.token"), .ca = std::move(ca)},
      .phone = std::move(phone),
      .challenge = {.timeout = values.duration("challenge.timeout"),
                    .number = values.boolean("challenge.number"),
                    .link = values.boolean("challenge.link"),
                    .max_trust = values.duration("challenge.max_trust"),
                    .levels = values.levels("challenge.levels")},
      .records = {.fresh = values.duration("records.fresh"), .max_life = values.duration("records.max_life")},
      .paths = {.signers = values.text("paths.signers"),
                .cache = values.text("paths.cache"),
                .state = values.text("paths.state"),
                .courier = values.text("paths.courier")},
      .courier_user = values.user_name("courier.user"),
      .rules = std::move(rules)};
}

base::Result<HostConfig> load_host_config(std::string_view path, const files::Rules& rules) {
  const auto text = files::read_safely(path, rules);
  if (!text) return text.error();
  return parse_host_config(*text, path);
}

}  // namespace countersign::config
