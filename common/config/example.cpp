#include "common/config/example.h"

#include <algorithm>

namespace countersign::config {
namespace {

constexpr std::size_t kWidth = 100;

std::string_view section_of(const Setting& setting) {
  const std::size_t dot = setting.key.find('.');
  return dot == std::string_view::npos ? std::string_view() : setting.key.substr(0, dot);
}

void add_comment(std::string& out, std::string_view indent, std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    if (!line.empty() && indent.size() + 2 + line.size() + 1 + word.size() > kWidth) {
      out.append(indent).append("# ").append(line).append("\n");
      line.clear();
    }
    if (!line.empty()) line.append(" ");
    line.append(word);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
  }
  out.append(indent).append("# ").append(line).append("\n");
}

// The rest of what is allowed is plain from the value below.
std::string range_of(const Setting& setting) {
  switch (setting.type) {
    case Type::duration:
    case Type::integer:
      return std::string(" From ").append(setting.least).append(" to ").append(setting.most).append(".");
    case Type::boolean: return " true or false.";
    case Type::permission: return " allow or refuse.";
    case Type::level_list: return " Of passkey, hardware and ssh-key.";
    case Type::endorser: return " registry or administrator.";
    case Type::host_name:
    case Type::group_list:
    case Type::origin:
    case Type::phone_origin:
    case Type::path:
    case Type::user_name:
    case Type::listen_address:
    case Type::push_host_list:
    case Type::contact:
    case Type::verdict:
    case Type::date:
    case Type::key_demand:
    case Type::message:
    case Type::user_list:
    case Type::system_group_list:
    case Type::service_list:
    case Type::network_list:
    case Type::fingerprint_list:
    case Type::rules:
    case Type::bastions: return "";
  }
  return "";
}

std::string comment_of(const Setting& setting) {
  const std::string text = std::string(setting.help) + range_of(setting);
  switch (setting.need) {
    case Need::required: return text + " Required.";
    case Need::optional: return text + " For example:";
    case Need::defaulted: return text;
  }
  return text;
}

// Every line behind a "#", its indentation kept.
void add_switched_off(std::string& out, std::string_view lines) {
  while (true) {
    const std::size_t end = lines.find('\n');
    out.append("#").append(lines.substr(0, end)).append("\n");
    if (end == std::string_view::npos) return;
    lines.remove_prefix(end + 1);
  }
}

bool section_is_active(const Schema& schema, std::string_view section) {
  return std::any_of(schema.settings.begin(), schema.settings.end(), [&](const Setting& setting) {
    return section_of(setting) == section && setting.need == Need::required;
  });
}

}  // namespace

std::string example_file(const Schema& schema) {
  std::string out = std::string("# ").append(schema.title).append(": ").append(schema.path).append("\n");
  out.append(
      "# A setting that is commented out has the value shown, unless it says \"for example\". Anything unknown,\n"
      "# repeated or out of range is an error, and then nothing of the file counts.\n");
  std::string_view section;
  for (const Setting& setting : schema.settings) {
    const bool top = section_of(setting).empty();
    if (top || section_of(setting) != section) out.append("\n");
    if (!top && section_of(setting) != section) {
      if (!section_is_active(schema, section_of(setting))) out.append("#");
      out.append(section_of(setting)).append(":\n");
    }
    section = section_of(setting);
    const std::string_view indent = top ? "" : "  ";
    add_comment(out, indent, comment_of(setting));
    const std::string_view name = setting.key.substr(top ? 0 : section.size() + 1);
    const bool active = setting.need == Need::required;
    if (schema_of_items(setting.type) != nullptr) {
      add_switched_off(out, std::string(name).append(":").append(setting.value));
      continue;
    }
    const bool whole_section_off = !top && !section_is_active(schema, section);
    if (whole_section_off) out.append("#").append(indent);
    if (!whole_section_off) out.append(indent).append(active ? "" : "#");
    out.append(name).append(": ").append(setting.value).append("\n");
  }
  return out;
}

}  // namespace countersign::config
