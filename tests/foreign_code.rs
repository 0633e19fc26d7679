//! Foreign code calls back: a random source, a clock, an observer, a provider and the conversion of an argument use the
//! ring in the middle of an operation of the ring. None of them may find a lock that the operation holds, or it would wait for ever.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use core::cell::Cell;
use core::time::Duration;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::thread;
use std::time::SystemTime;

use kms_reencrypt::access::GrantOperation;
use kms_reencrypt::keyring::{
    Clock, ImportedMaterial, NewKey, RingProvider, WrappingAlgorithm, WrappingKeySpec,
};
use kms_reencrypt::observe::{Event, Observer};
use kms_reencrypt::provider::{KeyProvider, KeyProviderError, KeyView};
use kms_reencrypt::random::{OsRandom, RandomSource, RandomnessUnavailable};
use kms_reencrypt::{
    DecryptRequest, EncryptRequest, GenerateDataKeyRequest, KeyArn, KeyOrigin, KeySpec, Keyring,
    Kms, Place, ReEncryptRequest,
};

const PATIENCE: Duration = Duration::from_secs(300);
const GRANTEE: &str = "arn:aws-cn:iam::444455556666:role/Auditor";

/// Calls the ring back whenever it is called, except by itself.
#[derive(Debug, Default)]
struct Meddler {
    ring: OnceLock<Keyring>,
    calls: AtomicUsize,
}

thread_local! {
    static MEDDLING: Cell<bool> = const { Cell::new(false) };
}

impl Meddler {
    fn meddle(&self) {
        if let Some(ring) = self.ring.get().filter(|_| !MEDDLING.replace(true)) {
            use_everything(ring);
            self.calls.fetch_add(1, Ordering::Relaxed);
            MEDDLING.set(false);
        }
    }
}

/// Reads the ring, changes it, and asks for everything that it makes when it is first asked for.
fn use_everything(ring: &Keyring) {
    let key = ring.create_key(KeySpec::SymmetricDefault).unwrap();
    ring.rotate_key_on_demand(key).unwrap();
    let external = external_key(ring, KeySpec::Sm2);
    ring.parameters_for_import(external, WrappingAlgorithm::Sm2Pke, WrappingKeySpec::Sm2)
        .unwrap();
    ring.settle();
    ring.delete_key(key).unwrap();
    ring.delete_key(external).unwrap();
    assert!(ring.keys().len() < 100);
}

fn external_key(ring: &Keyring, spec: KeySpec) -> KeyArn {
    let key = NewKey::from(spec).origin(KeyOrigin::External);
    ring.create_key(key).unwrap()
}

/// One of the four, by what the ring or the `Kms` is given it for.
#[derive(Clone, Debug)]
struct Foreign(Arc<Meddler>);

impl RandomSource for Foreign {
    fn fill(&self, destination: &mut [u8]) -> Result<(), RandomnessUnavailable> {
        self.0.meddle();
        OsRandom.fill(destination)
    }
}

impl Clock for Foreign {
    fn now(&self) -> SystemTime {
        self.0.meddle();
        SystemTime::UNIX_EPOCH
    }
}

impl Observer for Foreign {
    fn observe(&self, _: &Event<'_>) {
        self.0.meddle();
    }
}

/// A provider that meddles before, within and after the operation.
struct ForeignProvider(Foreign, Keyring);

impl KeyProvider for ForeignProvider {
    fn home(&self) -> Place {
        self.1.home()
    }

    fn view(&self, visit: &mut dyn FnMut(&dyn KeyView)) -> Result<(), KeyProviderError> {
        let Foreign(meddler) = &self.0;
        meddler.meddle();
        let result = self.1.view(&mut |view| {
            meddler.meddle();
            visit(view);
            meddler.meddle();
        });
        meddler.meddle();
        result
    }
}

impl RingProvider for ForeignProvider {
    fn keyring(&self) -> &Keyring {
        &self.1
    }
}

/// A text whose conversion into a `String` uses the ring.
struct ForeignText(Keyring);

impl From<ForeignText> for String {
    fn from(ForeignText(ring): ForeignText) -> Self {
        use_everything(&ring);
        "converted".to_owned()
    }
}

/// A ring, what is in it, and a `Kms` over it.
struct World {
    ring: Keyring,
    kms: Kms<ForeignProvider>,
    key: KeyArn,
    external: KeyArn,
    external_sm2: KeyArn,
    primary: KeyArn,
    blob: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    RandomSource,
    Clock,
    Observer,
    Provider,
}

impl World {
    /// A world in which one part meddles.
    fn new(part: Part) -> (Self, Arc<Meddler>) {
        let meddler = Arc::new(Meddler::default());
        let foreign = |own: Part| {
            let other = Arc::new(Meddler::default());
            Foreign(if part == own {
                Arc::clone(&meddler)
            } else {
                other
            })
        };
        let ring = Keyring::builder("111122223333", "cn-north-1")
            .random_source(foreign(Part::RandomSource))
            .clock(foreign(Part::Clock))
            .build()
            .unwrap();
        let provider = ForeignProvider(foreign(Part::Provider), ring.clone());
        let kms = Kms::new(provider)
            .with_random_source(foreign(Part::RandomSource))
            .with_observer(foreign(Part::Observer));
        let key = ring.create_key(KeySpec::SymmetricDefault).unwrap();
        let external = external_key(&ring, KeySpec::SymmetricDefault);
        let external_sm2 = external_key(&ring, KeySpec::Sm2);
        let primary = NewKey::new(KeySpec::SymmetricDefault).multi_region(true);
        let primary = ring.create_key(primary).unwrap();
        let encrypt = EncryptRequest::builder().key_id(key).plaintext(b"message");
        let encrypted = kms.encrypt(&encrypt.build().unwrap()).unwrap();
        let blob = encrypted.into_ciphertext_blob();
        meddler.ring.set(ring.clone()).unwrap();
        let world = Self {
            ring,
            kms,
            key,
            external,
            external_sm2,
            primary,
            blob,
        };
        (world, meddler)
    }
}

type Operation = (&'static str, fn(&World));

const CONTROL: &[Operation] = &[
    ("CreateKey", |world| {
        world.ring.create_key(KeySpec::SymmetricDefault).unwrap();
    }),
    ("CreateKey for a service", |world| {
        world.ring.create_aws_managed_key("s3").unwrap();
    }),
    ("RotateKeyOnDemand", |world| {
        world.ring.rotate_key_on_demand(world.key).unwrap();
    }),
    ("GetParametersForImport", |world| {
        let (algorithm, spec) = (WrappingAlgorithm::Sm2Pke, WrappingKeySpec::Sm2);
        world
            .ring
            .parameters_for_import(world.external_sm2, algorithm, spec)
            .unwrap();
    }),
    ("ImportKeyMaterial", |world| {
        let material = ImportedMaterial::new([7; 32]);
        world
            .ring
            .import_key_material(world.external, material)
            .unwrap();
    }),
    ("ReplicateKey", |world| {
        world
            .ring
            .replicate_key(world.primary, "cn-northwest-1")
            .unwrap();
    }),
    ("CreateGrant and RetireGrant", |world| {
        let created = world
            .ring
            .create_grant(world.key, GRANTEE, |grant| {
                grant.operation(GrantOperation::Decrypt)
            })
            .unwrap();
        world.ring.retire_grant(&created.grant_token).unwrap();
    }),
    ("CreateAlias, UpdateAlias and DeleteAlias", |world| {
        world.ring.create_alias("alias/app", world.key).unwrap();
        world.ring.update_alias("alias/app", world.primary).unwrap();
        world.ring.delete_alias("alias/app").unwrap();
    }),
    ("DisableKey and EnableKey", |world| {
        world.ring.disable_key(world.key).unwrap();
        world.ring.enable_key(world.key).unwrap();
    }),
    ("ScheduleKeyDeletion and CancelKeyDeletion", |world| {
        world.ring.schedule_key_deletion(world.key, 7).unwrap();
        world.ring.cancel_key_deletion(world.key).unwrap();
    }),
    ("slow changes", |world| {
        world.ring.make_changes_slow();
        world.ring.make_changes_fast();
    }),
    ("DescribeKey and lists", |world| {
        world.ring.describe_key(world.key).unwrap();
        world.ring.key_rotations(world.key).unwrap();
        world.ring.grants(world.key).unwrap();
        assert!(world.ring.aliases().is_empty());
    }),
];

const CRYPTOGRAPHIC: &[Operation] = &[
    ("Encrypt", |world| {
        let request = EncryptRequest::builder().key_id(world.key).plaintext(b"-");
        world.kms.encrypt(&request.build().unwrap()).unwrap();
    }),
    ("Decrypt", |world| {
        let request = DecryptRequest::builder().ciphertext_blob(world.blob.clone());
        world.kms.decrypt(&request.build().unwrap()).unwrap();
    }),
    ("ReEncrypt", |world| {
        let request = ReEncryptRequest::builder()
            .ciphertext_blob(world.blob.clone())
            .destination_key_id(world.primary);
        world.kms.re_encrypt(&request.build().unwrap()).unwrap();
    }),
    ("GenerateDataKey", |world| {
        let request = GenerateDataKeyRequest::builder()
            .key_id(world.key)
            .number_of_bytes(32);
        world
            .kms
            .generate_data_key(&request.build().unwrap())
            .unwrap();
    }),
];

/// Control operations that come through the `Kms`, and so through its provider and its observer.
#[cfg(feature = "json")]
const OVER_THE_WIRE: &[Operation] = &[
    ("CreateKey over the wire", |world| {
        call(world, "CreateKey", "{}");
    }),
    ("DisableKey over the wire", |world| {
        call(
            world,
            "DisableKey",
            &format!(r#"{{"KeyId": "{}"}}"#, world.key),
        );
    }),
    ("UpdateAlias over the wire", |world| {
        world.ring.create_alias("alias/app", world.key).unwrap();
        let update = format!(
            r#"{{"AliasName": "alias/app", "TargetKeyId": "{}"}}"#,
            world.primary
        );
        call(world, "UpdateAlias", &update);
    }),
    ("CreateGrant over the wire", |world| {
        let grant = format!(
            r#"{{"KeyId": "{}", "GranteePrincipal": "{GRANTEE}", "Operations": ["Decrypt"]}}"#,
            world.key
        );
        call(world, "CreateGrant", &grant);
    }),
];

#[cfg(feature = "json")]
fn call(world: &World, operation: &str, body: &str) {
    let target = format!("TrentService.{operation}");
    let response = world.kms.service().call(&target, body.as_bytes());
    assert_eq!(response.status(), 200, "{:?}", response.error_code());
}

#[cfg(feature = "json")]
#[test]
fn over_the_wire_each_of_them_may_call_the_ring_back() {
    for part in [Part::Clock, Part::Observer, Part::Provider] {
        assert_none_hangs(part, OVER_THE_WIRE, OVER_THE_WIRE.len());
    }
    // CreateKey and CreateGrant draw.
    assert_none_hangs(Part::RandomSource, OVER_THE_WIRE, 2);
}

/// What a function returns, run in a thread of its own. `None` if it hangs or fails.
fn patiently<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || done.send(run()));
    is_done.recv_timeout(PATIENCE).ok()
}

/// Runs each operation in a world of its own; a part has to be called by at least so many of them.
#[track_caller]
fn assert_none_hangs(part: Part, operations: &[Operation], called_by: usize) {
    let mut meddled = 0;
    for (name, operation) in operations.iter().copied() {
        let calls = patiently(move || {
            let (world, meddler) = World::new(part);
            operation(&world);
            meddler.calls.load(Ordering::Relaxed)
        });
        let calls = calls.unwrap_or_else(|| panic!("{name} hangs or fails: the {part:?} calls"));
        meddled += usize::from(calls > 0);
    }
    assert!(meddled >= called_by, "{part:?}: only {meddled} called it");
}

#[test]
fn a_random_source_may_call_the_ring_back() {
    // CreateKey, the one for a service, RotateKeyOnDemand, GetParametersForImport and CreateGrant draw.
    assert_none_hangs(Part::RandomSource, CONTROL, 5);
    // All but Decrypt draw.
    assert_none_hangs(Part::RandomSource, CRYPTOGRAPHIC, CRYPTOGRAPHIC.len() - 1);
}

#[test]
fn a_clock_may_call_the_ring_back() {
    assert_none_hangs(Part::Clock, CONTROL, CONTROL.len());
    assert_none_hangs(Part::Clock, CRYPTOGRAPHIC, CRYPTOGRAPHIC.len());
}

#[test]
fn an_observer_may_call_the_ring_back() {
    assert_none_hangs(Part::Observer, CRYPTOGRAPHIC, CRYPTOGRAPHIC.len());
}

#[test]
fn a_provider_may_call_the_ring_back() {
    assert_none_hangs(Part::Provider, CRYPTOGRAPHIC, CRYPTOGRAPHIC.len());
}

/// What a provider has made of a key pair, which calls the ring back when it is dropped.
struct Kept(Keyring, mpsc::Sender<()>);

impl Drop for Kept {
    fn drop(&mut self) {
        use_everything(&self.0);
        self.1.send(()).unwrap();
    }
}

#[test]
fn what_is_kept_with_a_key_pair_may_call_the_ring_back_when_the_key_is_deleted() {
    let deleted = patiently(|| {
        let (dropped, is_dropped) = mpsc::channel();
        let ring = Keyring::new("111122223333", "cn-north-1").unwrap();
        let key = ring.create_key(KeySpec::Sm2).unwrap();
        ring.view_keys(|view| {
            let pair = view.ring_key(&key).unwrap().key_pair().unwrap();
            pair.extension(|_| Kept(ring.clone(), dropped)).unwrap();
        });
        ring.disable_key(key).unwrap();
        ring.delete_key(key).unwrap();
        is_dropped.recv().unwrap();
    });
    deleted.expect("the deletion hangs or fails");
}

#[test]
fn the_conversion_of_a_description_may_call_the_ring_back() {
    let description = patiently(|| {
        let ring = Keyring::new("111122223333", "cn-north-1").unwrap();
        let key = ring.create_key(KeySpec::SymmetricDefault).unwrap();
        ring.update_key_description(key, ForeignText(ring.clone()))
            .unwrap();
        let described = ring.describe_key(key).unwrap();
        described.description().to_owned()
    });
    let description = description.expect("UpdateKeyDescription hangs or fails");
    assert_eq!(description, "converted");
}
