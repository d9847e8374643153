// encoding/base64.h: base64, base64url and hex, with exactly one text for each byte sequence.
//
// Decoders take the whole input and accept only what the encoder of the same name would have printed: no white space,
// no missing or extra padding, no bits set behind the last byte. So decode → encode is identity, and two texts never
// stand for the same bytes. Everything else is bad_base64.
#pragma once

#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/base/result.h"

namespace countersign::encoding {

std::string base64_encode(base::ByteView bytes);
std::string base64_encode_unpadded(base::ByteView bytes);  // as in "SHA256:…" fingerprints
std::string base64url_encode(base::ByteView bytes);        // unpadded

base::Result<base::Bytes> base64_decode(std::string_view text);           // padded
base::Result<base::Bytes> base64_decode_unpadded(std::string_view text);  // unpadded
base::Result<base::Bytes> base64url_decode(std::string_view text);        // unpadded

// The same for secrets: nothing is left behind in memory that is not wiped.
base::SecretBytes base64_encode_secret(base::ByteView bytes);
base::Result<base::SecretBytes> base64_decode_secret(std::string_view text);

std::string hex_encode(base::ByteView bytes);                 // lower case
base::Result<base::Bytes> hex_decode(std::string_view text);  // lower case only, even length; else bad_text

}  // namespace countersign::encoding
