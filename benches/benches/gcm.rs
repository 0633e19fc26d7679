//! AES-256-GCM as this crate composes it, against the `aes-gcm` crate: a message sealed under a new key. With another version
//! of `aes` in the lock file of a copy, the bench shows what that version costs.

use core::hint::black_box;

use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::aes::Aes256Enc;
use aes_gcm::aes::cipher::consts::U12;
use aes_gcm::{AesGcm, Nonce};
use kms_reencrypt_benches::gcm;
use kms_reencrypt_benches::ratio::{Ratios, criterion};

const KEY: [u8; 32] = [1; 32];
const IV: [u8; 12] = [2; 12];
/// As long as a blob's header and a context of one pair.
const AAD: [u8; 104] = [3; 104];

/// Without the round keys for decryption, which GCM does not need.
type Aes256Gcm = AesGcm<Aes256Enc, U12>;

fn main() {
    let mut criterion = criterion();
    let mut ratios = Ratios::to("the same by the `aes-gcm` crate");
    let mut group = criterion.benchmark_group("gcm");
    // The inner header of a blob, and a data key, 1 KiB or 4 KiB.
    for len in [43, 1035, 4107] {
        let (mut ours, mut theirs) = (vec![4; len], vec![4; len]);
        ratios.measure(
            &mut group,
            &format!("AES-256-GCM of {len} bytes under a new key"),
            None,
            || {
                black_box(gcm::seal(black_box(&KEY), &IV, &AAD, &mut ours));
            },
            || {
                let cipher = Aes256Gcm::new(black_box(&KEY.into()));
                let message = theirs.as_mut_slice().into();
                let tag = cipher.encrypt_inout_detached(&Nonce::from(IV), &AAD, message);
                black_box(tag.expect("short enough"));
            },
        );
    }
    group.finish();
    criterion.final_summary();
    ratios.finish("gcm");
}
