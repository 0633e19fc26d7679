//! Wraps key material for an import.

use getrandom::SysRng;
use rsa::pkcs8::DecodePublicKey as _;
use rsa::rand_core::UnwrapErr;
use rsa::{Oaep, PublicKey};
use sha2::Sha256;

/// Encrypts material with RSAES_OAEP_SHA_256 under the public key of GetParametersForImport.
pub(crate) fn wrap(material: &[u8], public_key: &[u8]) -> Result<Vec<u8>, String> {
    let key = PublicKey::from_public_key_der(public_key);
    let key = key.map_err(|error| format!("the wrapping key is not an RSA key: {error}"))?;
    let wrapped = key.encrypt(&mut UnwrapErr(SysRng), Oaep::<Sha256>::new(), material);
    wrapped.map_err(|error| format!("the material cannot be wrapped: {error}"))
}
