//! [`Materials`]: the materials of a key, oldest first.

pub(crate) const ON_DEMAND: &str = "ON_DEMAND";
pub(crate) const AUTOMATIC: &str = "AUTOMATIC";

/// A material, of whichever key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Material {
    /// The same bytes are another material under another key id.
    pub(crate) family: usize,
    pub(crate) bytes: Bytes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Bytes {
    Random(usize),
    Imported(u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    NonCurrent,
    Current,
    Pending,
    PendingImport,
}

#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) material: Material,
    pub(crate) present: bool,
    pub(crate) standing: Standing,
    /// How it became current, and in which hour.
    pub(crate) rotated: Option<(&'static str, u64)>,
    pub(crate) valid_to: Option<u64>,
}

impl Version {
    pub(crate) fn is_pending(&self) -> bool {
        matches!(self.standing, Standing::Pending | Standing::PendingImport)
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Materials {
    pub(crate) versions: Vec<Version>,
    pub(crate) rotations: u32,
}

impl Materials {
    pub(crate) fn version(&mut self, material: Material) -> Option<&mut Version> {
        let mut versions = self.versions.iter_mut();
        versions.find(|version| version.material == material)
    }

    pub(crate) fn has(&self, material: Material) -> bool {
        self.versions
            .iter()
            .any(|version| version.material == material)
    }

    pub(crate) fn is_present(&self, material: Material) -> bool {
        let mut versions = self.versions.iter();
        versions.any(|version| version.material == material && version.present)
    }

    pub(crate) fn current(&self) -> Option<&Version> {
        let mut versions = self.versions.iter();
        versions.find(|version| version.standing == Standing::Current)
    }

    /// Whether nothing is missing that data may be under.
    pub(crate) fn is_complete(&self) -> bool {
        let missing = |version: &Version| !version.is_pending() && !version.present;
        self.current().is_some() && !self.versions.iter().any(missing)
    }

    pub(crate) fn add(&mut self, material: Material, valid_to: Option<u64>) {
        let standing = match self.current() {
            None => Standing::Current,
            Some(_) => Standing::Pending,
        };
        self.versions.push(Version {
            material,
            present: true,
            standing,
            rotated: None,
            valid_to,
        });
    }

    /// Takes the bytes away, and the memory of them where no data can be under them; a replica leaves that to its
    /// primary.
    pub(crate) fn take_away(&mut self, material: Material, replica: bool) {
        let Some(version) = self.version(material) else {
            return;
        };
        version.present = false;
        version.valid_to = None;
        if version.is_pending() && !replica {
            self.versions.retain(|version| version.material != material);
        }
    }

    pub(crate) fn expire(&mut self, now: u64, replica: bool) {
        let versions = self.versions.iter();
        let over = versions.filter(|version| version.valid_to.is_some_and(|end| end <= now));
        for material in over.map(|version| version.material).collect::<Vec<_>>() {
            self.take_away(material, replica);
        }
    }

    /// Whether a material waited to become current.
    pub(crate) fn rotate(&mut self, how: &'static str, hour: u64) -> bool {
        let is_next = |version: &Version| version.standing == Standing::Pending;
        let Some(next) = self.versions.iter().position(is_next) else {
            return false;
        };
        for version in &mut self.versions {
            if version.standing == Standing::Current {
                version.standing = Standing::NonCurrent;
            }
        }
        self.versions[next].standing = Standing::Current;
        self.versions[next].rotated = Some((how, hour));
        self.rotations += u32::from(how == ON_DEMAND);
        true
    }

    /// What a replica of an external key begins with.
    pub(crate) fn to_be_imported(&self) -> Self {
        let mut materials = self.clone();
        for version in &mut materials.versions {
            version.present = false;
            version.valid_to = None;
        }
        materials
    }
}
