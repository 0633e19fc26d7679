//! [`Real`]: the crate's ring, asked in the words of the model.

mod facts;
mod requests;

use core::time::Duration;
use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::time::SystemTime;

use kms_reencrypt::access::{Caller as KmsCaller, GrantOperation, KeyPolicy};
use kms_reencrypt::iam::{Principal, Statement};
use kms_reencrypt::keyring::{Clock, CreatedGrant, ImportedMaterial, ManualClock, NewKey};
use kms_reencrypt::testing::ring_file::{Protection, load_snapshot_into, save_snapshot};
use kms_reencrypt::testing::{SeededRandom, seeded_random};
use kms_reencrypt::{
    KeyArn, KeyId, KeyMaterialId, KeyOrigin, KeySpec, KeyUsage, Keyring, Kms, KmsError, Region,
};

use crate::answer::{Answer, Done};
use crate::model::materials::Material;
use crate::step::{Act, Caller, Kind, Name, Policy, REGIONS, Step};

const ACCOUNT: &str = "111122223333";
const AUDITOR: &str = "arn:aws:iam::111122223333:role/Auditor";
const HOUR: Duration = Duration::from_secs(60 * 60);

pub(crate) struct Real {
    ring: Keyring,
    kms: Kms<Keyring>,
    random: SeededRandom,
    clock: ManualClock,
    beginning: SystemTime,
    file: PathBuf,
    blobs: VecDeque<Vec<u8>>,
    plaintexts: usize,
    /// By number.
    grants: HashMap<usize, (Name, CreatedGrant)>,
    /// Which material of the model each id is that was seen so far, and the other way round.
    materials: HashMap<KeyMaterialId, Material>,
    ids: HashMap<Material, KeyMaterialId>,
}

impl Real {
    pub(crate) fn new(seed: u64) -> Self {
        let (clock, random) = (ManualClock::new(), seeded_random(seed));
        let ring = empty(&clock, &random);
        let file = format!("kms-reencrypt-model-{}-{seed}", std::process::id());
        Self {
            kms: kms(&ring, &random),
            ring,
            beginning: clock.now(),
            clock,
            random,
            file: std::env::temp_dir().join(file),
            blobs: VecDeque::new(),
            plaintexts: 0,
            grants: HashMap::new(),
            materials: HashMap::new(),
            ids: HashMap::new(),
        }
    }

    pub(crate) fn take(&mut self, step: Step) -> Answer {
        self.answer(step).map_err(|error| error.code())
    }

    fn answer(&mut self, step: Step) -> Result<Done, KmsError> {
        let done = |()| Done::Nothing;
        let alias = |number: u8| format!("alias/{number}");
        match step {
            Step::Create(name, kind) => {
                let created = self.here(name).create_key(new_key(name, kind))?;
                Ok(Done::Made(name_of(&created)))
            }
            Step::CreateAlias(place, number, target) => {
                let there = self.ring.in_region(region(place));
                there.create_alias(&alias(number), arn(target)).map(done)
            }
            Step::UpdateAlias(place, number, target) => {
                let there = self.ring.in_region(region(place));
                there.update_alias(&alias(number), arn(target)).map(done)
            }
            Step::DeleteAlias(place, number) => {
                let there = self.ring.in_region(region(place));
                there.delete_alias(&alias(number)).map(done)
            }
            Step::Rotate(name) => self.here(name).rotate_key_on_demand(arn(name)).map(done),
            Step::EnableRotation(name, days) => {
                let here = self.here(name);
                here.enable_key_rotation(arn(name), days).map(done)
            }
            Step::DisableRotation(name) => {
                self.here(name).disable_key_rotation(arn(name)).map(done)
            }
            Step::Import {
                key,
                bytes,
                new,
                valid_hours,
            } => {
                let valid_to = valid_hours.map(|hours| self.clock.now() + duration(hours));
                let material = ImportedMaterial::new([bytes; 32]).set_valid_to(valid_to);
                let material = match new {
                    true => material.as_new_key_material(),
                    false => material,
                };
                self.here(key).import_key_material(arn(key), material)?;
                Ok(Done::Nothing)
            }
            Step::DeleteMaterial(name) => {
                let here = self.here(name);
                here.delete_imported_key_material(arn(name), None).map(done)
            }
            Step::Replicate(name, place) => {
                let replica = self.here(name).replicate_key(arn(name), REGIONS[place])?;
                Ok(Done::Made(name_of(&replica)))
            }
            Step::UpdatePrimary(name, place) => self
                .here(name)
                .update_primary_region(arn(name), REGIONS[place])
                .map(done),
            Step::Enable(name) => self.here(name).enable_key(arn(name)).map(done),
            Step::Disable(name) => self.here(name).disable_key(arn(name)).map(done),
            Step::Schedule(name, days) => {
                self.here(name).schedule_key_deletion(arn(name), days)?;
                Ok(Done::Nothing)
            }
            Step::Cancel(name) => self.here(name).cancel_key_deletion(arn(name)).map(done),
            Step::Delete(name) => self.here(name).delete_key(arn(name)).map(done),
            Step::Grant(name, act) => self.grant(name, act),
            Step::Revoke(name, grant) => self.revoke(name, grant),
            Step::Retire(grant) => {
                let (_, created) = &self.grants[&grant];
                self.ring.retire_grant(&created.grant_token).map(done)
            }
            Step::PutPolicy(name, kind) => self
                .here(name)
                .put_key_policy(arn(name), policy(kind))
                .map(done),
            Step::Encrypt(asker, named) => self.encrypt(asker, named),
            Step::Decrypt(asker, source) => self.decrypt(asker, source),
            Step::ReEncrypt(asker, source, named) => self.re_encrypt(asker, source, named),
            Step::Wait(hours) => {
                self.clock.advance(duration(hours));
                Ok(Done::Nothing)
            }
            Step::SaveAndLoad => {
                self.save_and_load();
                Ok(Done::Nothing)
            }
        }
    }

    /// The keys that there are, sorted.
    pub(crate) fn names(&self) -> Vec<Name> {
        let places = 0..REGIONS.len();
        let keys = places.flat_map(|place| self.ring.in_region(region(place)).keys());
        let mut names: Vec<Name> = keys.map(|arn| name_of(&arn)).collect();
        names.sort();
        names
    }

    /// The ring as it is seen from the Region of a key.
    fn here(&self, name: Name) -> Keyring {
        self.ring.in_region(region(name.region))
    }

    fn grant(&mut self, name: Name, act: Act) -> Result<Done, KmsError> {
        let operation = match act {
            Act::Encrypt => GrantOperation::Encrypt,
            Act::Decrypt => GrantOperation::Decrypt,
            Act::ReEncryptFrom => GrantOperation::ReEncryptFrom,
            Act::ReEncryptTo => GrantOperation::ReEncryptTo,
        };
        let here = self.here(name);
        let created = here.create_grant(arn(name), AUDITOR, |grant| grant.operation(operation))?;
        self.grants.insert(self.grants.len(), (name, created));
        Ok(Done::Nothing)
    }

    fn revoke(&self, name: Name, grant: usize) -> Result<Done, KmsError> {
        let Some((_, created)) = self.grants.get(&grant) else {
            // There was no grant yet: any id will do.
            let id = "0".repeat(64).parse().unwrap();
            return self
                .here(name)
                .revoke_grant(arn(name), &id)
                .map(|()| Done::Nothing);
        };
        let here = self.here(name);
        here.revoke_grant(arn(name), &created.grant_id)?;
        Ok(Done::Nothing)
    }

    fn save_and_load(&mut self) {
        let protection = Protection::key([7; 32]);
        save_snapshot(&self.ring, &self.file, &protection).unwrap();
        let loaded = empty(&self.clock, &self.random);
        load_snapshot_into(&loaded, &self.file, &protection).unwrap();
        std::fs::remove_file(&self.file).unwrap();
        self.kms = kms(&loaded, &self.random);
        self.ring = loaded;
    }
}

fn empty(clock: &ManualClock, random: &SeededRandom) -> Keyring {
    Keyring::builder(ACCOUNT, REGIONS[0])
        .clock(clock.clone())
        .random_source(random.clone())
        .build()
        .unwrap()
}

fn kms(ring: &Keyring, random: &SeededRandom) -> Kms<Keyring> {
    Kms::new(ring.clone()).with_random_source(random.clone())
}

fn caller(caller: Caller) -> KmsCaller {
    let account = ACCOUNT.parse().unwrap();
    match caller {
        Caller::Owner => KmsCaller::account_root(account),
        Caller::Auditor => KmsCaller::assumed_role(account, "Auditor", "alice").unwrap(),
    }
}

fn policy(policy: Policy) -> KeyPolicy {
    let no_decrypt = Statement::deny()
        .principal(Principal::Any)
        .action("kms:Decrypt")
        .action("kms:ReEncryptFrom")
        .resource("*");
    match policy {
        Policy::Account => KeyPolicy::default(),
        Policy::NoDecrypt => KeyPolicy::default().statement(no_decrypt),
        Policy::Nobody => KeyPolicy::new(),
    }
}

fn new_key(name: Name, kind: Kind) -> NewKey {
    let key = match kind {
        Kind::Symmetric => NewKey::new(KeySpec::SymmetricDefault),
        Kind::External => NewKey::new(KeySpec::SymmetricDefault).origin(KeyOrigin::External),
        Kind::Signing => NewKey::new(KeySpec::EccNistP256).key_usage(KeyUsage::SignVerify),
    };
    key.key_id(key_id(name))
}

fn key_id(name: Name) -> KeyId {
    let family = name.family;
    let text = match name.is_multi_region() {
        true => format!("mrk-{family:032x}"),
        false => format!("1234abcd-12ab-34cd-56ef-{family:012x}"),
    };
    text.parse().unwrap()
}

fn region(place: usize) -> Region {
    REGIONS[place].parse().unwrap()
}

fn place_of(region: &Region) -> usize {
    let mut regions = REGIONS.iter();
    regions.position(|other| *other == region.as_str()).unwrap()
}

fn arn(name: Name) -> KeyArn {
    let place = kms_reencrypt::Place::new(ACCOUNT.parse().unwrap(), region(name.region));
    KeyArn::new(place, key_id(name))
}

fn name_of(arn: &KeyArn) -> Name {
    let id = arn.key_id().as_str();
    let digits = id.rsplit('-').next().unwrap();
    Name {
        family: usize::from_str_radix(digits, 16).unwrap(),
        region: place_of(arn.region()),
    }
}

fn duration(hours: u64) -> Duration {
    HOUR * u32::try_from(hours).unwrap()
}
