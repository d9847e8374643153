// crypto/private_numbers.h: the numbers of a key as OpenSSL holds them. For this room's .cpp files only.
#pragma once

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "common/crypto/import.h"
#include "common/encoding/wire.h"

namespace countersign::crypto {

// The SSH blob of the public half.
base::Result<base::Bytes> public_blob_of(const ImportedKey& key, KeyType type);

// Appends the fields that an openssh-key-v1 file has between the key type and the comment.
base::Result<void> write_private_fields(encoding::SecretWireWriter& writer, const ImportedKey& key, KeyType type);

// Reads those fields and imports the key they make. Errors of `reader` stay in it.
base::Result<ImportedKey> read_private_fields(encoding::WireReader& reader, KeyType type);

base::SecretBytes number_bytes(const BIGNUM* number);  // big-endian, without zero bytes in front

}  // namespace countersign::crypto
