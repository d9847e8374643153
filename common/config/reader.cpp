#include "common/config/reader.h"

#include <algorithm>

namespace countersign::config {
namespace {

std::string found_text(const Node& node) {
  switch (node.kind) {
    case Node::Kind::nothing: return "nothing";
    case Node::Kind::scalar: return in_quotes(node.text);
    case Node::Kind::list: return "a list";
    case Node::Kind::map: return "a mapping";
  }
  return {};
}

std::string_view section_of(std::string_view key) {
  const std::size_t dot = key.find('.');
  return dot == std::string_view::npos ? std::string_view() : key.substr(0, dot);
}
std::string_view last_of(std::string_view key) {
  const std::size_t dot = key.find('.');
  return dot == std::string_view::npos ? key : key.substr(dot + 1);
}

}  // namespace

Mark Values::mark(std::string_view key) const {
  const auto at = given_.find(std::string(key));
  return at == given_.end() ? Mark{} : at->second.mark;
}

const std::vector<std::string>& Values::items(std::string_view key) const { return given_.at(std::string(key)).items; }

bool Values::sound(std::initializer_list<std::string_view> keys) const {
  return has_tree_ &&
         std::none_of(keys.begin(), keys.end(), [&](std::string_view key) { return faulty_.count(key) != 0; });
}

std::vector<base::GroupName> Values::groups(std::string_view key) const {
  std::vector<base::GroupName> names;
  for (const std::string& item : items(key)) names.push_back(*base::GroupName::parse(item));
  return names;
}

std::vector<statement::Level> Values::levels(std::string_view key) const {
  std::vector<statement::Level> levels;
  for (const std::string& item : items(key)) levels.push_back(*statement::parse_level(item));
  return levels;
}

std::vector<base::HostPattern> Values::host_patterns(std::string_view key) const {
  std::vector<base::HostPattern> patterns;
  for (const std::string& item : items(key)) patterns.push_back(*base::HostPattern::parse(item));
  return patterns;
}

std::vector<base::UserName> Values::user_names(std::string_view key) const {
  std::vector<base::UserName> names;
  for (const std::string& item : items(key)) names.push_back(*base::UserName::parse(item));
  return names;
}

std::vector<base::ServiceName> Values::services(std::string_view key) const {
  std::vector<base::ServiceName> names;
  for (const std::string& item : items(key)) names.push_back(*base::ServiceName::parse(item));
  return names;
}

std::vector<base::Network> Values::networks(std::string_view key) const {
  std::vector<base::Network> networks;
  for (const std::string& item : items(key)) networks.push_back(*base::Network::parse(item));
  return networks;
}

std::vector<statement::Fingerprint> Values::fingerprints(std::string_view key) const {
  std::vector<statement::Fingerprint> fingerprints;
  for (const std::string& item : items(key)) fingerprints.push_back(*statement::Fingerprint::parse(item));
  return fingerprints;
}

const std::vector<Values>& Values::mappings(std::string_view key) const {
  static const std::vector<Values> none;
  const auto at = mappings_.find(key);
  return at == mappings_.end() ? none : at->second;
}

class Reader {
 public:
  // `above` stands before the keys of a mapping in a list: "rules.".
  Reader(const Schema& schema, Diagnostics& diagnostics, std::string above = "")
      : schema_(schema), diagnostics_(diagnostics), above_(std::move(above)) {}

  Values read(const Node& root) {
    values_.place_ = root.mark;
    if (root.kind != Node::Kind::map) {
      const std::string key = above_.substr(0, above_.empty() ? 0 : above_.size() - 1);
      diagnostics_.not_allowed(root.mark, key, found_text(root), "a mapping of settings");
      return std::move(values_);
    }
    values_.has_tree_ = true;
    for (const Entry& entry : root.entries) {
      if (const Setting* setting = find("", entry.key)) {
        read_setting(*setting, entry.value);
      } else if (is_section(entry.key)) {
        read_section(entry);
      } else {
        unknown("", entry);
      }
    }
    complete();
    return std::move(values_);
  }

 private:
  // By section and word, never by the joined key: "host.name" is not a way to write host: {name: ...}.
  [[nodiscard]] const Setting* find(std::string_view section, std::string_view word) const {
    const auto at = std::find_if(schema_.settings.begin(), schema_.settings.end(), [&](const Setting& setting) {
      return section_of(setting.key) == section && last_of(setting.key) == word;
    });
    return at == schema_.settings.end() ? nullptr : &*at;
  }
  [[nodiscard]] bool is_section(std::string_view name) const {
    return std::any_of(schema_.settings.begin(), schema_.settings.end(), [&](const Setting& setting) {
      return !section_of(setting.key).empty() && section_of(setting.key) == name;
    });
  }

  void read_section(const Entry& section) {
    sections_[section.key] = section.mark;
    if (section.value.kind != Node::Kind::map) {
      diagnostics_.not_allowed(section.value.mark, above_ + section.key, found_text(section.value),
                               "a mapping of settings");
      return;
    }
    for (const Entry& entry : section.value.entries) {
      const Setting* setting = find(section.key, entry.key);
      if (setting != nullptr) {
        read_setting(*setting, entry.value);
      } else {
        unknown(section.key, entry);
      }
    }
  }

  void unknown(const std::string& section, const Entry& entry) {
    std::vector<std::string_view> near;       // what could stand here
    std::vector<std::string_view> elsewhere;  // the same word in another section
    for (const Setting& setting : schema_.settings) {
      if (section_of(setting.key) == section) near.push_back(last_of(setting.key));
      if (section.empty()) near.push_back(section_of(setting.key));
      if (last_of(setting.key) == entry.key) elsewhere.push_back(setting.key);
    }
    std::string hint = did_you_mean(entry.key, near);
    if (hint.empty() && !elsewhere.empty()) hint = ", did you mean " + in_quotes(elsewhere.front()) + "?";
    diagnostics_.add(entry.mark, above_ + (section.empty() ? entry.key : section + "." + entry.key),
                     "unknown key" + hint);
  }

  void read_setting(const Setting& setting, const Node& node) {
    seen_.push_back(setting.key);
    const bool list = is_list(setting.type);
    if (node.kind != (list ? Node::Kind::list : Node::Kind::scalar)) {
      diagnostics_.not_allowed(node.mark, named(setting), found_text(node), allowed_text(setting));
      values_.faulty_.insert(setting.key);
      return;
    }
    if (const Schema* schema = schema_of_items(setting.type)) return read_mappings(setting, *schema, node);
    Values::Given given{{}, node.mark};
    bool good = true;
    if (list) {
      for (const Node& item : node.items) good = read_item(setting, item, given.items) && good;
    } else {
      good = read_item(setting, node, given.items);
    }
    if (!good) values_.faulty_.insert(setting.key);
    if (good) values_.given_.insert_or_assign(std::string(setting.key), std::move(given));
  }

  void read_mappings(const Setting& setting, const Schema& schema, const Node& node) {
    std::vector<Values>& mappings = values_.mappings_[std::string(setting.key)];
    for (const Node& item : node.items) {
      mappings.push_back(Reader(schema, diagnostics_, named(setting) + ".").read(item));
    }
  }

  [[nodiscard]] std::string named(const Setting& setting) const { return above_ + std::string(setting.key); }

  [[nodiscard]] bool read_item(const Setting& setting, const Node& item, std::vector<std::string>& items) {
    if (item.kind != Node::Kind::scalar) {
      diagnostics_.not_allowed(item.mark, named(setting), found_text(item), allowed_text(setting));
      return false;
    }
    if (!check_value(setting, item.text)) {
      diagnostics_.not_allowed(item.mark, named(setting), in_quotes(item.text), allowed_text(setting));
    } else if (std::find(items.begin(), items.end(), item.text) != items.end()) {
      diagnostics_.add(item.mark, named(setting), in_quotes(item.text) + " given twice");
    } else {
      items.push_back(item.text);
      return true;
    }
    return false;
  }

  // Defaults, which go through the same checks as the file, and what is missing.
  void complete() {
    for (const Setting& setting : schema_.settings) {
      if (std::find(seen_.begin(), seen_.end(), setting.key) != seen_.end()) continue;
      if (setting.need == Need::required) {
        const auto section = sections_.find(std::string(section_of(setting.key)));
        diagnostics_.add(section == sections_.end() ? values_.place_ : section->second, named(setting),
                         "missing, needed is " + allowed_text(setting));
        values_.faulty_.insert(setting.key);
      } else if (setting.need == Need::defaulted) {
        if (const auto node = parse_document(setting.value, diagnostics_)) {
          read_setting(setting, *node);
          values_.given_.at(std::string(setting.key)).mark = Mark{};
        }
      }
    }
  }

  const Schema& schema_;
  Diagnostics& diagnostics_;
  std::string above_;
  Values values_;
  std::map<std::string, Mark> sections_;
  std::vector<std::string_view> seen_;
};

Values read_values(std::string_view text, const Schema& schema, Diagnostics& diagnostics) {
  const auto root = parse_document(text, diagnostics);
  return root ? Reader(schema, diagnostics).read(*root) : Values();
}

}  // namespace countersign::config
