//! [`World`]: a ring whose keys have names.

use std::cell::RefCell;

use kms_reencrypt::access::Caller;
use kms_reencrypt::iam::{Policy, Statement};
use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::{KeyArn, KeySpec, KeyState, KeyUsage, Keyring, Kms, KmsError};

use crate::ask::{Answer, Ask, encrypt};
use crate::common::encrypting;

/// The account that requests come from.
pub(crate) const ACCOUNT: &str = "111122223333";
/// Another account with keys of its own.
pub(crate) const OTHER_ACCOUNT: &str = "444455556666";
/// A well-formed key id that no key has.
pub(crate) const NO_KEY: &str = "00000000-0000-4000-8000-000000000000";

/// A ring whose keys have names, and the front door to it.
pub(crate) struct World {
    pub(crate) keyring: Keyring,
    kms: RefCell<Kms<Keyring>>,
    names: RefCell<Vec<(String, String)>>,
}

impl World {
    /// A world in Ohio.
    pub(crate) fn new() -> Self {
        Self::of(Keyring::new(ACCOUNT, "us-east-2").unwrap())
    }

    /// A world in Beijing, where there are SM2 keys.
    pub(crate) fn in_china() -> Self {
        Self::of(Keyring::new(ACCOUNT, "cn-north-1").unwrap())
    }

    pub(crate) fn of(keyring: Keyring) -> Self {
        let world = Self {
            kms: RefCell::new(Kms::new(keyring.clone())),
            names: RefCell::default(),
            keyring,
        };
        world.name("account", ACCOUNT);
        world.name("region", world.keyring.place().region);
        world.name("partition", world.keyring.place().region.partition());
        world.name("caller", world.kms.borrow().caller());
        world
    }

    /// A world with the keys that many tables use: symmetric A and B, and an RSA_2048 key `rsa`.
    pub(crate) fn with_keys() -> Self {
        let world = Self::new();
        world.symmetric("A");
        world.symmetric("B");
        world.add("rsa", encrypting(KeySpec::Rsa2048));
        world
    }

    pub(crate) fn symmetric(&self, name: &str) -> KeyArn {
        self.add(name, KeySpec::SymmetricDefault)
    }

    /// An RSA key for signatures.
    pub(crate) fn signing(&self, name: &str) -> KeyArn {
        self.add(
            name,
            NewKey::new(KeySpec::Rsa2048).key_usage(KeyUsage::SignVerify),
        )
    }

    pub(crate) fn add(&self, name: &str, key: impl Into<NewKey>) -> KeyArn {
        let arn = self.keyring.create_key(key).unwrap();
        self.name_key(name, arn);
        arn
    }

    pub(crate) fn name_key(&self, name: &str, arn: KeyArn) {
        self.name(name, arn);
        self.name(&format!("{name}.id"), arn.key_id());
    }

    pub(crate) fn name(&self, name: &str, value: impl ToString) {
        let mut names = self.names.borrow_mut();
        names.retain(|(old, _)| old != name);
        names.push((name.to_owned(), value.to_string()));
    }

    /// A text with the keys' ARNs in place of their names.
    pub(crate) fn named(&self, text: &str) -> String {
        let names = self.names.borrow();
        names.iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("<{name}>"), value)
        })
    }

    pub(crate) fn key(&self, name: &str) -> KeyArn {
        self.named(&format!("<{name}>")).parse().unwrap()
    }

    pub(crate) fn set_state(&self, name: &str, state: KeyState) {
        self.keyring.set_key_state(self.key(name), state).unwrap();
    }

    pub(crate) fn send(&self, ask: &Ask) -> Result<Answer, KmsError> {
        ask.send(&*self.kms.borrow(), |text| self.named(text))
    }

    pub(crate) fn send_to(&self, region: &str, ask: &Ask) -> Result<Answer, KmsError> {
        let kms = self.kms.borrow().in_region(region.parse().unwrap());
        ask.send(&kms, |text| self.named(text))
    }

    /// From now on requests come from a user of the account who may do just these things.
    pub(crate) fn act_as_user(&self, actions: &[&str]) {
        let statement = actions
            .iter()
            .fold(Statement::allow().resource("*"), |statement, action| {
                statement.action(*action)
            });
        let policy = match actions {
            [] => Policy::new(),
            _ => Policy::new().statement(statement),
        };
        let user = Caller::user(ACCOUNT.parse().unwrap(), "alice").unwrap();
        self.act_as(user.with_identity_policy(policy));
    }

    pub(crate) fn act_as(&self, caller: Caller) {
        let caller = caller.in_partition_of(&self.keyring.place().region);
        self.name("caller", &caller);
        let kms = self.kms.borrow().as_caller(caller);
        *self.kms.borrow_mut() = kms;
    }

    pub(crate) fn act_as_root(&self) {
        self.act_as(Caller::account_root(ACCOUNT.parse().unwrap()));
    }

    /// A ciphertext of five bytes.
    pub(crate) fn blob_of(&self, name: &str) -> Vec<u8> {
        self.encrypted(&encrypt("hello").destination(format!("<{name}>")))
    }

    pub(crate) fn encrypted(&self, ask: &Ask) -> Vec<u8> {
        self.send(ask).unwrap().blob
    }
}
