#include "common/sshsig/client_data.h"

#include "common/encoding/base64.h"
#include "common/sshsig/json.h"

namespace countersign::sshsig {
namespace {

using base::ErrorCode;
using base::Result;

bool is_string(const JsonValue& value) { return value.kind == JsonValue::Kind::string; }

}  // namespace

Result<ClientData> parse_client_data(std::string_view json) {
  if (json.size() > max_client_data) return {ErrorCode::bad_client_data, "more than 8192 bytes"};
  ClientData data;
  int strings_seen = 0;
  bool cross_origin_is_boolean = true;
  const auto read = read_json_object(json, [&](const std::string& name, const JsonValue& value) {
    if (name == "type" && is_string(value)) {
      data.type = value.text;
      ++strings_seen;
    } else if (name == "challenge" && is_string(value)) {
      data.challenge = value.text;
      ++strings_seen;
    } else if (name == "origin" && is_string(value)) {
      data.origin = value.text;
      data.raw_origin = value.raw;
      ++strings_seen;
    } else if (name == "crossOrigin") {
      data.cross_origin = value.raw == "true";
      cross_origin_is_boolean = !is_string(value) && (value.raw == "true" || value.raw == "false");
    } else if (name == "topOrigin") {
      data.has_top_origin = true;
    }
  });
  if (!read) return read.error();
  if (strings_seen != 3) return {ErrorCode::bad_client_data, "type, challenge or origin is missing or no string"};
  if (!cross_origin_is_boolean) return {ErrorCode::bad_client_data, "crossOrigin is neither true nor false"};
  return data;
}

Result<void> check_client_data(std::string_view json, const ClientDataExpectation& expected) {
  const auto data = parse_client_data(json);
  if (!data) return data.error();
  const std::string challenge = encoding::base64url_encode(expected.challenge);
  if (data->type != "webauthn.get") return {ErrorCode::bad_client_data, "type is not webauthn.get"};
  if (data->challenge != challenge) {
    return {ErrorCode::signature_mismatch, "the challenge that was signed is for another message or namespace"};
  }
  if (data->raw_origin != expected.raw_origin) {
    return {ErrorCode::wrong_origin, "the signature's origin field is not the origin that was signed"};
  }
  if (data->origin != expected.origin) {
    return {ErrorCode::wrong_origin, "signed on " + data->origin + ", not on " + std::string(expected.origin)};
  }
  if (data->cross_origin || data->has_top_origin) {
    return {ErrorCode::wrong_origin, "signed inside a frame of another origin"};
  }
  std::string prefix = R"({"type":"webauthn.get","challenge":")" + challenge + R"(","origin":")";
  prefix.append(expected.raw_origin).push_back('"');
  if (!json.starts_with(prefix) || expected.raw_origin.find('"') != std::string_view::npos) {
    return {ErrorCode::bad_client_data, "does not begin with type, challenge and origin as OpenSSH expects"};
  }
  return {};
}

}  // namespace countersign::sshsig
