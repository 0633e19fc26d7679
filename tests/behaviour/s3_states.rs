//! behaviour §3: the state that a key is in. The same table holds for source and destination; the ARN tells them apart.

use kms_reencrypt::KeyState;
use kms_reencrypt::error::InfrastructureError;

use crate::ask::{decrypt, encrypt, re_encrypt};
use crate::section::Evidence::{self, Doc, Guess, Quoted, Recorded};
use crate::section::Section;
use crate::texts::{Expected, Success, disabled, invalid_state};
use crate::world::World;

/// Evidence, state, and what is said of a key in it.
struct Row(Evidence, KeyState, fn(&str) -> Expected);

const STATES: [Row; 8] = [
    Row(Recorded, KeyState::Enabled, |_| Success),
    Row(Quoted, KeyState::Disabled, disabled),
    Row(Quoted, KeyState::PendingDeletion, |key| {
        invalid_state(key, "pending deletion")
    }),
    Row(Doc, KeyState::PendingReplicaDeletion, |key| {
        invalid_state(key, "pending replica deletion")
    }),
    Row(Recorded, KeyState::PendingImport, |key| {
        invalid_state(key, "pending import")
    }),
    Row(Doc, KeyState::Unavailable, |key| {
        invalid_state(key, "unavailable")
    }),
    Row(Doc, KeyState::Creating, |key| {
        invalid_state(key, "creating")
    }),
    Row(Doc, KeyState::Updating, |_| Success),
];

#[test]
fn a_symmetric_key_acts_in_two_states_only() {
    let world = World::with_keys();
    let blob = world.blob_of("A");
    Section::run("3", "states of symmetric keys", &world, |section| {
        assert_eq!(STATES.len(), KeyState::ALL.len());
        for Row(evidence, state, expected) in STATES {
            world.set_state("A", state);
            let from = || re_encrypt().blob(blob.clone()).destination("<B>");
            section.case(evidence, format!("source {state}"), from(), expected("<A>"));
            let named = from().source("<A>");
            let name = format!("named source {state}");
            section.case(evidence, name, named, expected("<A>"));
            let ask = decrypt().blob(blob.clone());
            section.case(evidence, format!("Decrypt {state}"), ask, expected("<A>"));
            world.set_state("A", KeyState::Enabled);

            world.set_state("B", state);
            let name = format!("destination {state}");
            section.case(evidence, name, from(), expected("<B>"));
            let ask = encrypt("-").destination("<B>");
            section.case(evidence, format!("Encrypt {state}"), ask, expected("<B>"));
            world.set_state("B", KeyState::Enabled);
        }
    });
}

#[test]
fn an_asymmetric_key_acts_in_two_states_only() {
    let world = World::with_keys();
    let by = "RSAES_OAEP_SHA_256";
    let blob = world.encrypted(&encrypt("-").destination("<rsa>").destination_by(by));
    Section::run("3", "states of asymmetric keys", &world, |section| {
        for Row(evidence, state, expected) in STATES {
            world.set_state("rsa", state);
            let from = re_encrypt()
                .blob(blob.clone())
                .source("<rsa>")
                .source_by(by)
                .destination("<A>");
            section.case(evidence, format!("source {state}"), from, expected("<rsa>"));
            let to = re_encrypt()
                .blob(world.blob_of("A"))
                .destination("<rsa>")
                .destination_by(by);
            let name = format!("destination {state}");
            section.case(evidence, name, to, expected("<rsa>"));
            let ask = decrypt().blob(blob.clone()).source("<rsa>").source_by(by);
            section.case(evidence, format!("Decrypt {state}"), ask, expected("<rsa>"));
        }
    });
}

#[test]
fn one_key_on_both_sides_is_refused_once() {
    let world = World::with_keys();
    let blob = world.blob_of("A");
    Section::run("3", "source and destination the same", &world, |section| {
        for Row(evidence, state, expected) in STATES {
            world.set_state("A", state);
            let ask = re_encrypt().blob(blob.clone()).destination("<A>");
            section.case(evidence, state, ask, expected("<A>"));
        }
    });
}

/// What stands behind a key fails: a custom key store, a key manager that is not reached. The provider says so.
#[test]
fn a_failing_provider_is_the_services_fault_or_the_stores() {
    use kms_reencrypt::provider::KeyProviderError;

    let store = "KMS cannot communicate with your CloudHSM cluster";
    let world = World::new();
    let own = |text: &str| InfrastructureError::new(text);
    let rows = [
        (
            Doc,
            "a custom key store, in its own words",
            KeyProviderError::KeyStore(store.to_owned()),
            ("KMSInvalidStateException", store, 400),
        ),
        (
            Guess(15),
            "a timeout",
            KeyProviderError::DependencyTimeout(own("")),
            (
                "DependencyTimeoutException",
                "The system timed out while trying to fulfill the request. You can retry the request.",
                500,
            ),
        ),
        (
            Guess(15),
            "an internal failure",
            KeyProviderError::Internal(own("")),
            (
                "KMSInternalException",
                "The request was rejected because an internal exception occurred. The request can be retried.",
                500,
            ),
        ),
        (
            Guess(15),
            "a key that cannot be reached",
            KeyProviderError::KeyUnavailable(own("")),
            (
                "KeyUnavailableException",
                "The request was rejected because the specified KMS key was not available. You can retry the request.",
                500,
            ),
        ),
        (
            Guess(15),
            "a failure in the provider's words",
            KeyProviderError::Internal(own("the disk is full")),
            ("KMSInternalException", "the disk is full", 500),
        ),
        (
            Doc,
            "too many requests",
            KeyProviderError::Throttled,
            (
                "ThrottlingException",
                "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.",
                400,
            ),
        ),
    ];
    Section::run("3", "failures of the provider", &world, |section| {
        for (evidence, name, error, (code, message, status)) in rows {
            let kms = kms_reencrypt::Kms::new(failing::Failing(error));
            let ask = re_encrypt().blob([0; 3]).destination("alias/a");
            let error = ask.send(&kms, str::to_owned).unwrap_err();
            let actual = (error.code(), error.to_string(), error.http_status());
            let expected = (code, message.to_owned(), status);
            section.compare(evidence, name, &actual, &expected);
        }
    });
}

mod failing {
    use kms_reencrypt::Place;
    use kms_reencrypt::provider::{KeyProvider, KeyProviderError, KeyView};

    /// A provider that gives no view.
    pub(super) struct Failing(pub(super) KeyProviderError);

    impl KeyProvider for Failing {
        fn home(&self) -> Place {
            let account = "111122223333".parse().unwrap();
            Place::new(account, "us-east-2".parse().unwrap())
        }

        fn view(&self, _visit: &mut dyn FnMut(&dyn KeyView)) -> Result<(), KeyProviderError> {
            Err(self.0.clone())
        }
    }
}
