//! [`Model`]: what a ring is, as simply as it can be said.

mod key;
pub(crate) mod materials;
mod related;
mod requests;

use std::collections::{BTreeMap, VecDeque};

use self::key::{Doom, Key, Rotation, State};
use self::materials::{Bytes, Material, Materials, ON_DEMAND, Version};
use self::related::HOURS_PER_DAY;
pub(crate) use self::requests::BLOBS_MAX;
use self::requests::Blob;
use crate::answer::{Answer, Done, Facts};
use crate::step::{Act, Kind, Name, Policy, REGIONS, Step};

const ROTATIONS_MAX: u32 = 25;

/// A ring of one account.
#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) now: u64,
    keys: BTreeMap<Name, Key>,
    /// By Region and number.
    aliases: BTreeMap<(usize, u8), Name>,
    blobs: VecDeque<Blob>,
    /// How many random materials, grants and plaintexts there were so far.
    random_materials: usize,
    pub(crate) automatic_rotations: usize,
    pub(crate) grants: usize,
    plaintexts: usize,
}

impl Model {
    pub(crate) fn take(&mut self, step: Step) -> Answer {
        match step {
            Step::Create(name, kind) => self.create(name, kind),
            Step::CreateAlias(region, alias, target) => self.create_alias(region, alias, target),
            Step::UpdateAlias(region, alias, target) => self.update_alias(region, alias, target),
            Step::DeleteAlias(region, alias) => self.delete_alias(region, alias),
            Step::Rotate(name) => self.rotate(name),
            Step::EnableRotation(name, days) => self.enable_rotation(name, days),
            Step::DisableRotation(name) => self.set_rotation(name, None),
            Step::Import {
                key,
                bytes,
                new,
                valid_hours,
            } => self.import(key, Bytes::Imported(bytes), new, valid_hours),
            Step::DeleteMaterial(name) => self.delete_material(name),
            Step::Replicate(name, region) => self.replicate(name, region),
            Step::UpdatePrimary(name, region) => self.update_primary(name, region),
            Step::Enable(name) => self.set_disabled(name, false),
            Step::Disable(name) => self.set_disabled(name, true),
            Step::Schedule(name, days) => self.schedule(name, days),
            Step::Cancel(name) => self.cancel(name),
            Step::Delete(name) => {
                self.key(name)?;
                self.remove(name, self.now);
                Ok(Done::Nothing)
            }
            Step::Grant(name, act) => self.grant(name, act),
            Step::Revoke(name, grant) => self.revoke(name, grant),
            Step::Retire(grant) => {
                let holder = self.holder(grant).ok_or("NotFoundException")?;
                self.revoke(holder, grant)
            }
            Step::PutPolicy(name, policy) => {
                self.key(name)?.policy = policy;
                Ok(Done::Nothing)
            }
            Step::Encrypt(asker, named) => self.encrypt(asker, named),
            Step::Decrypt(asker, source) => self.decrypt(asker, source),
            Step::ReEncrypt(asker, source, named) => self.re_encrypt(asker, source, named),
            Step::Wait(hours) => {
                self.now += hours;
                self.advance();
                Ok(Done::Nothing)
            }
            Step::SaveAndLoad => Ok(Done::Nothing),
        }
    }

    pub(crate) fn names(&self) -> Vec<Name> {
        self.keys.keys().copied().collect()
    }

    pub(crate) fn blobs(&self) -> usize {
        self.blobs.len()
    }

    /// The family of the key that made a ciphertext.
    pub(crate) fn family_of(&self, blob: usize) -> usize {
        self.blobs[blob].material.family
    }

    /// The key that has a grant.
    pub(crate) fn holder(&self, grant: usize) -> Option<Name> {
        let mut keys = self.keys.iter();
        let has = |key: &Key| key.grants.iter().any(|(number, _)| *number == grant);
        keys.find(|(_, key)| has(key)).map(|(name, _)| *name)
    }

    pub(crate) fn facts(&self, name: Name) -> Option<Facts<Material>> {
        let key = self.keys.get(&name)?;
        let related = self.related(name).into_iter();
        let replicas = related.map(|name| name.region);
        let replicas = replicas.filter(|region| Some(*region) != key.primary);
        let aliases = self.aliases.values().filter(|target| **target == name);
        Some(key.facts(replicas.collect(), aliases.count()))
    }

    fn key(&mut self, name: Name) -> Result<&mut Key, &'static str> {
        self.keys.get_mut(&name).ok_or("NotFoundException")
    }

    fn random_material(&mut self, name: Name) -> Material {
        self.random_materials += 1;
        Material {
            family: name.family,
            bytes: Bytes::Random(self.random_materials),
        }
    }

    fn create(&mut self, name: Name, kind: Kind) -> Answer {
        if self.keys.contains_key(&name)
            || (name.is_multi_region() && !self.related(name).is_empty())
        {
            return Err("ValidationException");
        }
        let mut materials = Materials::default();
        if kind == Kind::Symmetric {
            materials.add(self.random_material(name), None);
        }
        let key = Key {
            kind,
            primary: name.is_multi_region().then_some(name.region),
            is_replica: false,
            disabled: false,
            doom: None,
            materials,
            rotation: None,
            last_usage: None,
            policy: Policy::Account,
            grants: Vec::new(),
        };
        self.keys.insert(name, key);
        Ok(Done::Made(name))
    }

    fn create_alias(&mut self, region: usize, alias: u8, target: Name) -> Answer {
        if self.aliases.contains_key(&(region, alias)) {
            return Err("AlreadyExistsException");
        }
        self.point(region, alias, target, false)
    }

    fn update_alias(&mut self, region: usize, alias: u8, target: Name) -> Answer {
        if !self.aliases.contains_key(&(region, alias)) {
            return Err("NotFoundException");
        }
        let kind = |name: Name| self.keys.get(&name).map(|key| key.kind == Kind::Signing);
        let (old, new) = (kind(self.aliases[&(region, alias)]), kind(target));
        let is_other = target.region == region && new.is_some_and(|new| old != Some(new));
        self.point(region, alias, target, is_other)
    }

    fn point(&mut self, region: usize, alias: u8, target: Name, is_other: bool) -> Answer {
        if target.region != region || !self.keys.contains_key(&target) {
            return Err("NotFoundException");
        }
        self.key(target)?.require_not_doomed()?;
        // An alias stays with keys of one usage.
        if is_other {
            return Err("ValidationException");
        }
        self.aliases.insert((region, alias), target);
        Ok(Done::Nothing)
    }

    fn delete_alias(&mut self, region: usize, alias: u8) -> Answer {
        match self.aliases.remove(&(region, alias)) {
            Some(_) => Ok(Done::Nothing),
            None => Err("NotFoundException"),
        }
    }

    fn rotate(&mut self, name: Name) -> Answer {
        let key = self.key(name)?;
        key.require_enabled()?;
        if key.kind == Kind::Signing || key.is_replica {
            return Err("UnsupportedOperationException");
        }
        if key.materials.rotations >= ROTATIONS_MAX {
            return Err("LimitExceededException");
        }
        let external = key.kind == Kind::External;
        let random = self.random_material(name);
        let mut rotated = self.keys.clone();
        for related in self.related(name) {
            let materials = &mut rotated.get_mut(&related).unwrap().materials;
            if !external {
                materials.add(random, None);
            }
            if !materials.rotate(ON_DEMAND, self.now) {
                return Err("KMSInvalidStateException");
            }
        }
        self.keys = rotated;
        Ok(Done::Nothing)
    }

    fn enable_rotation(&mut self, name: Name, days: u32) -> Answer {
        if !(90..=2560).contains(&days) {
            return Err("ValidationException");
        }
        let next = self.now + HOURS_PER_DAY * u64::from(days);
        self.set_rotation(name, Some(Rotation { days, next }))
    }

    fn set_rotation(&mut self, name: Name, rotation: Option<Rotation>) -> Answer {
        let key = self.key(name)?;
        match key.state() {
            State::Enabled => {}
            State::PendingImport => return Err("UnsupportedOperationException"),
            state => return Err(state.refusal()),
        }
        if key.kind != Kind::Symmetric || key.is_replica {
            return Err("UnsupportedOperationException");
        }
        for related in self.related(name) {
            self.key(related)?.rotation = rotation;
        }
        Ok(Done::Nothing)
    }

    fn import(&mut self, name: Name, bytes: Bytes, new: bool, hours: Option<u64>) -> Answer {
        if hours == Some(0) {
            return Err("ValidationException");
        }
        let valid_to = hours.map(|hours| self.now + hours);
        let key = self.key(name)?;
        if key.doom.is_some() || key.kind != Kind::External || (new && key.is_replica) {
            return Err("UnsupportedOperationException");
        }
        let material = Material {
            family: name.family,
            bytes,
        };
        let materials = &mut key.materials;
        let is_first = materials.versions.is_empty();
        let is_waiting = materials.versions.iter().any(Version::is_pending);
        match materials.version(material) {
            // One that waits has to be rotated to first.
            None if !is_first && new && is_waiting => return Err("KMSInvalidStateException"),
            None if is_first || new => materials.add(material, valid_to),
            Some(_) if new => return Err("IncorrectKeyMaterialException"),
            Some(version) => {
                version.present = true;
                version.valid_to = valid_to;
            }
            None => return Err("IncorrectKeyMaterialException"),
        }
        self.reconcile(name);
        Ok(Done::Nothing)
    }

    /// Deletes the current material.
    fn delete_material(&mut self, name: Name) -> Answer {
        let key = self.key(name)?;
        if key.kind != Kind::External {
            return Err("UnsupportedOperationException");
        }
        if let Some(current) = key.materials.current() {
            key.materials.take_away(current.material, key.is_replica);
            self.reconcile(name);
        }
        Ok(Done::Nothing)
    }

    fn replicate(&mut self, name: Name, region: usize) -> Answer {
        let primary = self.key(name)?.clone();
        if primary.primary.is_none() || primary.is_replica {
            return Err("UnsupportedOperationException");
        }
        primary.require_enabled()?;
        let replica = name.in_region(region);
        if self.keys.contains_key(&replica) {
            return Err("AlreadyExistsException");
        }
        let key = Key {
            is_replica: true,
            disabled: false,
            materials: match primary.kind {
                Kind::External => primary.materials.to_be_imported(),
                _ => primary.materials.clone(),
            },
            grants: Vec::new(),
            last_usage: None,
            ..primary
        };
        self.keys.insert(replica, key);
        self.reconcile(name);
        Ok(Done::Made(replica))
    }

    fn update_primary(&mut self, name: Name, region: usize) -> Answer {
        let key = self.key(name)?;
        if key.primary.is_none() || key.is_replica {
            return Err("UnsupportedOperationException");
        }
        key.require_enabled()?;
        if name.region == region {
            return Err("ValidationException");
        }
        self.key(name.in_region(region))?.require_enabled()?;
        for related in self.related(name) {
            let key = self.key(related)?;
            key.primary = Some(region);
            key.is_replica = related.region != region;
        }
        self.reconcile(name);
        Ok(Done::Nothing)
    }

    fn set_disabled(&mut self, name: Name, disabled: bool) -> Answer {
        let now = self.now;
        let key = self.key(name)?;
        match key.state() {
            State::Enabled | State::Disabled => key.disabled = disabled,
            state => return Err(state.refusal()),
        }
        // What it missed meanwhile is one rotation now.
        if let Some(rotation) = &mut key.rotation
            && !disabled
            && !key.is_replica
        {
            rotation.next = rotation.next.max(now);
        }
        self.rotate_due();
        Ok(Done::Nothing)
    }

    fn schedule(&mut self, name: Name, days: u32) -> Answer {
        if !(7..=30).contains(&days) {
            return Err("ValidationException");
        }
        self.key(name)?.require_not_doomed()?;
        let doom = match self.has_replicas(name) {
            true => Doom::AfterReplicas(days),
            false => Doom::At(self.now + HOURS_PER_DAY * u64::from(days)),
        };
        self.key(name)?.doom = Some(doom);
        Ok(Done::Nothing)
    }

    fn cancel(&mut self, name: Name) -> Answer {
        let key = self.key(name)?;
        if key.doom.is_none() {
            return Err("KMSInvalidStateException");
        }
        key.doom = None;
        key.disabled = true;
        Ok(Done::Nothing)
    }

    fn grant(&mut self, name: Name, act: Act) -> Answer {
        let number = self.grants;
        let key = self.key(name)?;
        key.require_enabled()?;
        if key.kind == Kind::Signing {
            return Err("ValidationException");
        }
        key.grants.push((number, act));
        self.grants += 1;
        Ok(Done::Nothing)
    }

    fn revoke(&mut self, name: Name, grant: usize) -> Answer {
        let key = self.key(name)?;
        let before = key.grants.len();
        key.grants.retain(|(number, _)| *number != grant);
        if key.grants.len() == before {
            return Err("NotFoundException");
        }
        Ok(Done::Nothing)
    }
}

/// A Region that stands in [`REGIONS`].
pub(crate) fn regions() -> core::ops::Range<usize> {
    0..REGIONS.len()
}
