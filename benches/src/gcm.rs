//! AES-256-GCM as the library composes it.

/// The library's own file, which is private there.
#[path = "../../src/primitives/gcm.rs"]
#[expect(dead_code, reason = "only sealing is measured")]
mod library;

/// Encrypts a message in place, and returns its tag.
pub fn seal(key: &[u8; 32], iv: &[u8; 12], aad: &[u8], message: &mut [u8]) -> [u8; 16] {
    library::seal(key, iv, aad, message).expect("short enough")
}
