//! A text is refused with a place, or is a seed file of a ring that can be written and read again unchanged, even after
//! its keys were rotated and deleted.
#![no_main]

use kms_reencrypt::testing::ring_file::{read_ring, write_ring};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match read_ring(text) {
        Ok(keyring) => {
            let written = write_ring(&keyring).expect("what was read can be written");
            let again = read_ring(&written).expect("what was written can be read");
            assert_eq!(write_ring(&again).expect("written again"), written);
            for key in again.keys() {
                // Most keys refuse one or the other.
                let _ = again.rotate_key_on_demand(key);
                let _ = again.cancel_key_deletion(key);
                let _ = again.schedule_key_deletion(key, 7);
            }
            let changed = write_ring(&again).expect("what was changed can be written");
            read_ring(&changed).expect("what was changed can be read");
        }
        Err(error) => {
            assert!(!error.place().is_empty());
            assert!(error.to_string().starts_with(error.place()));
        }
    }
});
