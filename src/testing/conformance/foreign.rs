//! The checks of algorithms that a key does not support.

use crate::key::{EncryptionAlgorithm, KeyMaterialId};
use crate::provider::{KeyActionError, KmsKey, MessageNonces};
use crate::random::{OsRandom, Random};

use super::report::Report;

const NONCES: MessageNonces = MessageNonces {
    derivation: [0; 16],
    iv: [0; 12],
};

/// Checks that a key never answers `Rejected` to such a request: the request is wrong, and not the ciphertext.
pub(super) fn check(report: &mut Report, key: &dyn KmsKey) {
    let spec = key.metadata().key_spec();
    let algorithms = EncryptionAlgorithm::ALL.iter().copied();
    for algorithm in algorithms.filter(|one| !spec.encryption_algorithms().contains(one)) {
        for (name, refusal) in calls(report, key, algorithm) {
            let name = format!("{name} by {algorithm}, which {spec} does not support,");
            match refusal {
                Some(None) => report.fail(format_args!("{name} succeeds")),
                Some(Some(KeyActionError::Rejected)) => {
                    report.fail(format_args!("{name} is Rejected, not unsupported"));
                }
                Some(Some(KeyActionError::Provider(_))) | None => {}
            }
        }
    }
}

/// Uses an algorithm in both directions and returns the key's errors: `None` if it panics, `Some(None)` if it succeeds.
fn calls(
    report: &mut Report,
    key: &dyn KmsKey,
    algorithm: EncryptionAlgorithm,
) -> [(&'static str, Option<Option<KeyActionError>>); 2] {
    let source = OsRandom;
    let random = Random::new(&source);
    if algorithm.is_asymmetric() {
        let encrypt = || key.encrypt(algorithm, b"data", random).err();
        let decrypt = || key.decrypt(algorithm, &[0x5a; 256], random).err();
        return [
            ("encrypt", report.call("encrypt", encrypt)),
            ("decrypt", report.call("decrypt", decrypt)),
        ];
    }
    let id = KeyMaterialId::from_bytes([0; 32]);
    let mut content = [0x5a; 32];
    let seal = || key.seal(&NONCES, b"", &mut content).err();
    let sealed = report.call("seal", seal);
    let open = || key.open(&id, &NONCES, b"", &mut content, &[0; 16]).err();
    [("seal", sealed), ("open", report.call("open", open))]
}
